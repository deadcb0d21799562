"""The embedded store: one SQLite database per world, records as JSON beside their indexed columns.

Every write is inside ``begin immediate``: a transaction that begins with a read and is deferred fails at
once when another has written meanwhile. ``IntegrityError`` becomes ``AlreadyExists`` here and nowhere else.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from idp_sim.ports import AlreadyExists, Conflict, NotFound, Place
from idp_sim.storage import failures, rewrite
from idp_sim.storage.codec import decode, encode
from idp_sim.storage.places import Home, MemoryHome, MemoryPlace
from idp_sim.storage.places import Place as WorldPlace
from idp_sim.storage.pool import Busy, Closed, ConnectionPool
from idp_sim.storage.schema import TABLES, Table
from idp_sim.storage.statements import Statements, conditions
from idp_sim.storage.upgrade import bring_up_to_date, complete

R = TypeVar("R")

#: How many worlds in files may have open connections that nobody uses.
RESTING_WORLDS = 48

#: How a connection is taken from the pool: to read, to write, or alone.
Take = Callable[[ConnectionPool], AbstractContextManager[sqlite3.Connection]]


@dataclass(frozen=True)
class _World:
    """A world's place and the connections to its database."""

    place: WorldPlace
    pool: ConnectionPool


class _Units(threading.local):
    """The open transaction of this thread in each world."""

    def __init__(self) -> None:
        self.open: dict[str, sqlite3.Connection] = {}


class SqliteStorage:
    """``ports.Storage`` over SQLite; safe to call from any thread.

    ``home`` says where worlds live: in memory, or in a folder that may hold some already. NewerData when
    these were written by a version that knows more than this one.
    """

    def __init__(self, tables: tuple[Table, ...] = TABLES, home: Home | None = None) -> None:
        self._tables = tables
        self._home = home or MemoryHome()
        self._statements: Mapping[type, Statements] = {table.record: Statements(table) for table in tables}
        self._worlds: dict[str, _World] = {}
        self._units = _Units()
        self._guard = threading.Lock()
        self._template: sqlite3.Connection | None = None
        try:
            for world in self._home.worlds():
                self._open(world)
        except BaseException:
            self.close()
            raise

    # --- worlds --------------------------------------------------------------------------------------

    def worlds(self) -> list[str]:
        """Worlds that are there."""
        return list(self._worlds)

    def create_world(self, world: str) -> None:
        """Make the empty database of a world; AlreadyExists."""
        with self._guard, failures.of_files(world):
            if world in self._worlds:
                raise AlreadyExists(f"world {world}")
            try:
                place = self._home.make(world)
            except FileExistsError:
                raise AlreadyExists(f"world {world}") from None
            made = _World(place, ConnectionPool(place, self._make_room))
            try:
                with made.pool.connection() as connection:
                    self._empty().backup(connection)
                    self._brought_up_to_date(place, connection)
            except BaseException:
                self._close(made)
                place.remove()
                raise
            self._worlds[world] = made

    def drop_world(self, world: str) -> None:
        """Forget a world and everything in it; NotFound, Conflict while a unit of work of this thread is open."""
        self._outside(world)
        with self._guard:
            dropped = self._worlds.pop(world, None)
        if dropped is None:
            raise NotFound(f"world {world}")
        self._close(dropped)
        with failures.of_files(world):
            dropped.place.remove()

    def mark_pristine(self, world: str) -> None:
        """Remember the world as it is now; NotFound."""
        place = self._world(world).place
        with self._alone(world) as connection, failures.of_files(world):
            place.keep_pristine(connection)

    def restore_pristine(self, world: str) -> None:
        """Make the world what it was at ``mark_pristine``; NotFound if it was never marked."""
        place = self._world(world).place
        with self._alone(world) as connection, place.pristine() as kept:
            if kept is None:
                raise NotFound(f"a pristine copy of world {world}")
            kept.backup(connection)
            self._brought_up_to_date(place, connection)

    def replace_text(self, world: str, old: str, new: str) -> None:
        """Put an origin in place of another in every record of a world, in one transaction; NotFound."""
        with self._writing(world) as connection:
            for statements in self._statements.values():
                rewrite.replace_text(connection, statements, old, new)

    def close(self) -> None:
        """Release every connection."""
        with self._guard:
            worlds = list(self._worlds.values())
            self._worlds.clear()
            for world in worlds:
                self._close(world)
            if self._template is not None:
                self._template.close()
                self._template = None

    # --- transactions --------------------------------------------------------------------------------

    @contextmanager
    def unit_of_work(self, world: str) -> Iterator[None]:
        """All calls of this thread inside are one transaction; nested ones join the outermost."""
        with self._writing(world):
            yield

    # --- records -------------------------------------------------------------------------------------

    def get(self, world: str, tenant: str, record: type[R], key: str) -> R:
        """The record; NotFound."""
        statements = self._statements_of(record)
        with self._reading(world) as connection:
            row = connection.execute(statements.get, (tenant, str(key))).fetchone()
        if row is None:
            raise NotFound(f"{statements.label} {key}")
        return decode(row[0], record)

    def find(
        self,
        world: str,
        tenant: str,
        record: type[R],
        /,
        *,
        limit: int | None = None,
        newest_first: bool = False,
        **where: object,
    ) -> list[R]:
        """Records whose indexed columns equal ``where``, in order of insertion; ValueError for another name."""
        asked, values = conditions(where)
        text = self._statements_of(record).find(asked, newest_first, limit is not None)
        if limit is not None:
            values.append(limit)
        with self._reading(world) as connection:
            rows = connection.execute(text, [tenant, *values]).fetchall()
        return [decode(body, record) for (body,) in rows]

    def page(
        self,
        world: str,
        tenant: str,
        record: type[R],
        /,
        *,
        limit: int,
        order_by: str | None = None,
        descending: bool = False,
        after: Place | None = None,
        **where: object,
    ) -> list[tuple[Place, R]]:
        """Up to ``limit`` records beyond a place in the order, each with its own; ValueError for another name."""
        asked, values = conditions(where)
        at = "start" if after is None else "value" if after.value is not None else "nothing"
        text = self._statements_of(record).page(asked, order_by, descending, at)
        if after is not None:
            values += [after.position] if after.value is None else [after.value, after.position]
        with self._reading(world) as connection:
            rows = connection.execute(text, [tenant, *values, limit]).fetchall()
        return [(Place(position, value), decode(body, record)) for position, value, body in rows]

    def count(self, world: str, tenant: str, record: type[Any], /, **where: object) -> int:
        """How many records match; ValueError for another name."""
        asked, values = conditions(where)
        text = self._statements_of(record).count(asked)
        with self._reading(world) as connection:
            number: int = connection.execute(text, [tenant, *values]).fetchone()[0]
        return number

    def insert(self, world: str, tenant: str, record: object) -> None:
        """Add; AlreadyExists."""
        statements = self._statements_of(type(record))
        self._store(world, statements.insert, tenant, record)

    def put(self, world: str, tenant: str, record: object) -> None:
        """Insert or replace, at the same place in the order; AlreadyExists for another record's unique value."""
        statements = self._statements_of(type(record))
        self._store(world, statements.put, tenant, record)

    def update(self, world: str, tenant: str, record: type[R], key: str, change: Callable[[R], R]) -> R:
        """Replace by ``change(old)`` in one transaction and return the new record; NotFound, AlreadyExists."""
        statements, key = self._statements_of(record), str(key)
        with self._writing(world) as connection:
            row = connection.execute(statements.get, (tenant, key)).fetchone()
            if row is None:
                raise NotFound(f"{statements.label} {key}")
            new = change(decode(row[0], record))
            if statements.key_of(new) != key:
                raise ValueError(f"an update can't change the key of {statements.label} {key}")
            values = statements.values(new, encode(new))
            with _unique(statements, key):
                connection.execute(statements.replace, [*values, tenant, key])
        return new

    def delete(self, world: str, tenant: str, record: type[Any], key: str) -> None:
        """Remove; NotFound."""
        statements = self._statements_of(record)
        with self._writing(world) as connection:
            removed = connection.execute(statements.delete, (tenant, str(key))).rowcount
        if not removed:
            raise NotFound(f"{statements.label} {key}")

    def purge(self, world: str, tenant: str, record: type[Any], **where: object) -> int:
        """Remove all that match, return how many."""
        asked, values = conditions(where)
        text = self._statements_of(record).purge(asked)
        with self._writing(world) as connection:
            return connection.execute(text, [tenant, *values]).rowcount

    # --- inside --------------------------------------------------------------------------------------

    def _store(self, world: str, text: str, tenant: str, record: object) -> None:
        statements = self._statements[type(record)]
        key = statements.key_of(record)
        values = [tenant, key, *statements.values(record, encode(record))]
        with self._writing(world) as connection, _unique(statements, key):
            connection.execute(text, values)

    def _statements_of(self, record: type) -> Statements:
        try:
            return self._statements[record]
        except KeyError:
            raise TypeError(f"{record.__name__} is not a stored record type: it has no row in storage.schema") from None

    def _world(self, world: str) -> _World:
        try:
            return self._worlds[world]
        except KeyError:
            raise NotFound(f"world {world}") from None

    @contextmanager
    def _connection(self, world: str, take: Take = ConnectionPool.connection) -> Iterator[sqlite3.Connection]:
        """A connection of the world's own; exceptions of pool and database become the port's."""
        try:
            with failures.of_database(world), take(self._world(world).pool) as connection:
                yield connection
        except Closed:
            raise NotFound(f"world {world}") from None
        except Busy:
            raise Conflict(f"world {world} stayed busy") from None

    def _reading(self, world: str) -> AbstractContextManager[sqlite3.Connection]:
        """This thread's transaction if it has one, else a connection that commits by itself."""
        joined = self._units.open.get(world)
        return self._connection(world) if joined is None else nullcontext(joined)

    def _writing(self, world: str) -> AbstractContextManager[sqlite3.Connection]:
        """This thread's transaction, begun here unless it has one."""
        joined = self._units.open.get(world)
        return self._transaction(world) if joined is None else nullcontext(joined)

    @contextmanager
    def _transaction(self, world: str) -> Iterator[sqlite3.Connection]:
        with self._connection(world, ConnectionPool.writer) as connection:
            connection.execute("BEGIN IMMEDIATE")
            self._units.open[world] = connection
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                del self._units.open[world]

    @contextmanager
    def _alone(self, world: str) -> Iterator[sqlite3.Connection]:
        """The only connection in use, outside of any transaction, for copying the whole database."""
        self._outside(world)
        with self._connection(world, ConnectionPool.alone) as connection:
            yield connection

    def _outside(self, world: str) -> None:
        if world in self._units.open:
            raise Conflict(f"world {world} as a whole can't be changed within a unit of work")

    def _empty(self) -> sqlite3.Connection:
        """The empty database that every new world is a copy of, made when the first one is."""
        if self._template is None:
            self._template = MemoryPlace().connect()
            complete(self._template, self._tables)
        return self._template

    def _open(self, world: str) -> None:
        """Know a world of an earlier start, upgraded if an earlier version made it."""
        with failures.of_files(world):
            place = self._home.found(world)
            pool = ConnectionPool(place, self._make_room)
            self._worlds[world] = _World(place, pool)
            with pool.connection() as connection:
                self._brought_up_to_date(place, connection)

    def _brought_up_to_date(self, place: WorldPlace, connection: sqlite3.Connection) -> None:
        if place.lasting:
            bring_up_to_date(connection, self._tables)

    def _make_room(self) -> None:
        """Close connections that rest, those of the world that was not asked for longest first, if there are many.

        Each takes up to three of the files that a process may have open, of which some systems allow 256.
        """
        resting = [world.pool for world in list(self._worlds.values()) if world.place.lasting and world.pool.idle]
        if len(resting) <= RESTING_WORLDS:
            return
        resting.sort(key=lambda pool: pool.last_used)
        for pool in resting[: -RESTING_WORLDS // 2]:
            pool.close_idle()

    @staticmethod
    def _close(world: _World) -> None:
        try:
            world.pool.close()
        except Busy:
            raise Conflict("a world that is being dropped stayed busy") from None
        world.place.close()


@contextmanager
def _unique(statements: Statements, key: str) -> Iterator[None]:
    """Say which record collided, and with what."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        columns = str(error).rpartition(": ")[2].replace(f"{statements.table.name}.", "")
        raise AlreadyExists(f"{statements.label} {key}: another record has the same {columns}") from None
