"""The embedded store: record types as rows of one table, and SQLite behind the ``Storage`` port."""
