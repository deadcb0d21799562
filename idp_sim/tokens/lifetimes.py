"""How long things live (entra-sign-in 11.8, product.md 6)."""

from __future__ import annotations

from datetime import timedelta

ACCESS_TOKEN = timedelta(seconds=3599)
ID_TOKEN = timedelta(hours=1)
#: Tokens say they were issued this long before they were, as the real ones do (11.3).
BACKDATED = timedelta(minutes=5)
AUTHORIZATION_CODE = timedelta(minutes=10)
REFRESH_TOKEN = timedelta(days=90)
SPA_REFRESH_TOKEN = timedelta(hours=24)
SESSION = timedelta(hours=24)
PERSISTENT_SESSION = timedelta(days=90)
SIGN_IN = timedelta(hours=1)
