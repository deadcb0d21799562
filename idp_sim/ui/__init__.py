"""The start page: who and what is in a world, and the shortest way to a token."""
