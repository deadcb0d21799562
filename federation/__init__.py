"""Protocol and trust between organisations, as pure functions over frozen records.

Owns: the wire messages, the rules that accept or refuse them, cross-tenant access, home realm
discovery, redemption and multifactor trust, and the one table of reasons. Leaves to ``idp_sim``:
storage, HTTP, pages, time and randomness (``now`` and fresh values arrive as arguments).
Nothing in here imports Flask, SQLite, requests or ``idp_sim``.
"""
