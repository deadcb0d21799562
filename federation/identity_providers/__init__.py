"""One module for each kind of home that a person can come from, and the one table of them."""
