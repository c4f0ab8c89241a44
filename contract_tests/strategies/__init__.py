"""Which requests: the keys, dates and ranges that a promise is tried with."""
