"""One module for each resource: its properties, who may do what, and the handlers behind each operation."""
