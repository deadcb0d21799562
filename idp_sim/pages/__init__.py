"""The pages of a sign-in: records in, HTML and headers out. Nothing here reads a store, a clock or a request."""
