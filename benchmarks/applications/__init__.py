"""Applications in Python that the mock is measured against; each is a module to run with a port and a file of rows."""
