"""Microsoft Graph, as far as B2B work touches it: one declared table of resources and what reads it."""
