"""The simulator's own API under ``/_sim``: worlds, clock, inbox, people, sign-ins (product.md 3).

``operation`` says how a call is declared, ``messages`` what goes in and out, one module per group holds the
calls, ``routes`` mounts them, ``openapi`` describes them. Never mixed with imitated paths.
"""
