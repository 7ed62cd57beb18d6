"""The command line: reads options, calls one function, draws its progress. No logic."""
