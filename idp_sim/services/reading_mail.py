"""Captured mail as a person reads it: newest first, one by one, searched."""

from __future__ import annotations

from idp_sim.ports import WORLD_WIDE, Ports
from idp_sim.world import Mail

#: How many messages a list shows.
MOST = 200


def newest(ports: Ports, world: str, limit: int = MOST) -> list[Mail]:
    """The newest messages of a world, newest first."""
    return ports.storage.find(world, WORLD_WIDE, Mail, limit=limit, newest_first=True)


def found(ports: Ports, world: str, words: str, limit: int = MOST) -> list[Mail]:
    """Messages that hold every one of ``words``, in any case: in address, sender, subject, text or passcode."""
    wanted = words.lower().split()
    if not wanted:
        return newest(ports, world, limit)
    every = ports.storage.find(world, WORLD_WIDE, Mail, newest_first=True)
    return [mail for mail in every if all(word in _searched(mail) for word in wanted)][:limit]


def one(ports: Ports, world: str, number: str) -> Mail:
    """A message by its number; NotFound."""
    return ports.storage.get(world, WORLD_WIDE, Mail, number)


def _searched(mail: Mail) -> str:
    parts = (mail.to, *mail.cc, mail.sender, mail.reply_to or "", mail.subject, mail.text, mail.passcode or "")
    return "\n".join(parts).lower()
