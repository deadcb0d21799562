"""Why a sign-in ended as it did, as a page: a picture of every message and decision, and the same as a table."""
