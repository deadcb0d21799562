"""The command line: a thin edge that reads options, starts things and prints. It decides nothing."""
