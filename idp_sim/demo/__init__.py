"""Three guest sign-ins played from outside: a client of the simulator's public addresses, nothing more.

``run`` starts a private simulator; everything after that goes over HTTPS as a browser and an application would.
"""
