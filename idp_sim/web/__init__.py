"""Pages of a sign-in over HTTP: authorize, the pages themselves, the way back from home, redemption, sign-out."""
