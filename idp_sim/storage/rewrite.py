"""Changes to the text of stored records, past their types."""

from __future__ import annotations

import json
import re
import sqlite3

from idp_sim.storage.codec import decode
from idp_sim.storage.statements import Statements


def replace_text(connection: sqlite3.Connection, statements: Statements, old: str, new: str) -> None:
    """Put origin ``new`` in place of ``old`` in every record of a type, within the caller's transaction.

    ``https://host:84`` is not found within ``https://host:8443`` or ``https://host:84.example``.
    """
    found = re.compile(re.escape(_in_json(old)) + rb"(?![0-9A-Za-z.:-])")
    put = _in_json(new)
    table = statements.table
    rows = connection.execute(f"SELECT tenant, key, body FROM [{table.name}]").fetchall()  # noqa: S608
    for tenant, key, body in rows:
        changed = found.sub(lambda _: put, body)
        if changed != body:
            values = statements.values(decode(changed, table.record), changed)
            connection.execute(statements.replace, [*values, tenant, key])


def _in_json(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False)[1:-1].encode()
