"""The sign-in transaction and its one dispatcher, pure."""
