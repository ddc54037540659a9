"""Plain arithmetic: counts in, intervals, tests and decisions out."""
