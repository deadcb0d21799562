"""The shell: load facts, ask a pure function, act through a port, record."""
