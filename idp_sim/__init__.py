"""idp-sim: a Microsoft-Entra-style B2B federation on one laptop.

This package is the simulator; the pure protocol and trust rules are in the
sibling package ``federation``. ``docs/architecture.md`` draws who imports whom.
"""

__version__ = "0.1.0"
