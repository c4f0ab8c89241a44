"""The figures: the mock and the check beside their peers, on the machine at hand."""
