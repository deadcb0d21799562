"""What every store promises. Another store runs the suite by a subclass that swaps one fixture."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from idp_sim.directory.model import HomeLink, User
from idp_sim.ports import WORLD_WIDE, AlreadyExists, ClockSetting, Conflict, NotFound, Range, Storage
from idp_sim.sign_in.model import Outcome, SignInRow
from idp_sim.storage.folder import FolderHome
from idp_sim.storage.schema import TABLES, Table
from idp_sim.storage.sqlite import SqliteStorage
from tests.records import sample

NOW = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
WORLD, OTHER_WORLD = "w", "other"
CONTOSO, FABRIKAM = "contoso", "fabrikam"


def user(number: int, **values: object) -> User:
    """A user whose unique values follow from its number."""
    name = f"user{number}@contoso.example"
    made = User(id=f"id-{number}", user_principal_name=name, display_name=f"User {number}", created=NOW, mail=name)
    return replace(made, **values)


def renamed(name: str) -> Callable[[User], User]:
    """A change of the display name."""
    return lambda old: replace(old, display_name=name)


class RefusedChangeError(Exception):
    """What a change raises to refuse."""


def refuse(_: User) -> User:
    raise RefusedChangeError


class StorageConformance:
    """The suite; a subclass provides ``empty``, a store without worlds."""

    @pytest.fixture
    def empty(self) -> Iterator[Storage]:
        raise NotImplementedError

    @pytest.fixture
    def storage(self, empty: Storage) -> Storage:
        empty.create_world(WORLD)
        return empty

    # --- one record ----------------------------------------------------------------------------------

    @pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
    def test_a_record_of_every_type_comes_back_equal(self, storage: Storage, table: Table) -> None:
        record = sample(table.record)
        storage.insert(WORLD, CONTOSO, record)
        assert storage.get(WORLD, CONTOSO, table.record, str(table.key(record))) == record

    @pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
    def test_a_record_is_found_by_each_of_its_columns(self, storage: Storage, table: Table) -> None:
        record = sample(table.record)
        storage.insert(WORLD, CONTOSO, record)
        for column in table.columns:
            found = storage.find(WORLD, CONTOSO, table.record, **{column.name: column.read(record)})
            assert found == [record], column.name
            assert storage.find(WORLD, CONTOSO, table.record, **{column.name: "something else"}) == []

    def test_an_instant_is_the_same_instant_whatever_its_offset_was(self, storage: Storage) -> None:
        abroad = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
        storage.insert(WORLD, CONTOSO, user(1, created=abroad))
        stored = storage.get(WORLD, CONTOSO, User, "id-1").created
        assert stored == NOW
        assert stored.utcoffset() is not None

    def test_reading_what_is_not_there_is_not_found(self, storage: Storage) -> None:
        with pytest.raises(NotFound, match="User nobody"):
            storage.get(WORLD, CONTOSO, User, "nobody")

    def test_a_key_exists_once(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        with pytest.raises(AlreadyExists, match="id-1"):
            storage.insert(WORLD, CONTOSO, user(1, user_principal_name="another@contoso.example"))
        assert storage.get(WORLD, CONTOSO, User, "id-1") == user(1)

    @pytest.mark.parametrize("name", ["user1@contoso.example", "USER1@Contoso.Example"])
    def test_a_unique_value_exists_once_whatever_its_case(self, storage: Storage, name: str) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        with pytest.raises(AlreadyExists, match="user_principal_name"):
            storage.insert(WORLD, CONTOSO, user(2, user_principal_name=name))
        assert storage.find(WORLD, CONTOSO, User) == [user(1)]

    def test_a_unique_value_that_is_missing_never_collides(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1, mail=None))
        storage.insert(WORLD, CONTOSO, user(2, mail=None))
        assert storage.find(WORLD, CONTOSO, User, mail=None) == [user(1, mail=None), user(2, mail=None)]

    def test_deleted_is_gone_and_can_be_made_again(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        storage.delete(WORLD, CONTOSO, User, "id-1")
        with pytest.raises(NotFound):
            storage.get(WORLD, CONTOSO, User, "id-1")
        with pytest.raises(NotFound):
            storage.delete(WORLD, CONTOSO, User, "id-1")
        storage.insert(WORLD, CONTOSO, user(1))

    def test_put_makes_or_replaces(self, storage: Storage) -> None:
        storage.put(WORLD, CONTOSO, user(1))
        storage.put(WORLD, CONTOSO, user(1, mail="new@contoso.example"))
        assert storage.find(WORLD, CONTOSO, User, mail="new@contoso.example") == [user(1, mail="new@contoso.example")]
        assert storage.find(WORLD, CONTOSO, User, mail="user1@contoso.example") == []

    def test_put_does_not_take_the_unique_value_of_another(self, storage: Storage) -> None:
        storage.put(WORLD, CONTOSO, user(1))
        with pytest.raises(AlreadyExists):
            storage.put(WORLD, CONTOSO, user(2, user_principal_name=user(1).user_principal_name))

    # --- finding -------------------------------------------------------------------------------------

    def test_records_come_in_the_order_of_their_insertion(self, storage: Storage) -> None:
        numbers = [3, 1, 2]
        for number in numbers:
            storage.insert(WORLD, CONTOSO, user(number))
        storage.put(WORLD, CONTOSO, user(3, display_name="replaced, but not moved"))
        assert [u.id for u in storage.find(WORLD, CONTOSO, User)] == ["id-3", "id-1", "id-2"]
        assert [u.id for u in storage.find(WORLD, CONTOSO, User, newest_first=True)] == ["id-2", "id-1", "id-3"]

    @pytest.mark.parametrize(("limit", "count"), [(0, 0), (1, 1), (2, 2), (9, 3)])
    def test_a_limit_cuts_the_end_off(self, storage: Storage, limit: int, count: int) -> None:
        for number in range(3):
            storage.insert(WORLD, CONTOSO, user(number))
        assert len(storage.find(WORLD, CONTOSO, User, limit=limit)) == count
        newest = storage.find(WORLD, CONTOSO, User, limit=limit, newest_first=True)
        assert [u.id for u in newest] == ["id-2", "id-1", "id-0"][:count]

    def test_several_values_must_all_match(self, storage: Storage) -> None:
        row = SignInRow(id="1", tenant=CONTOSO, correlation_id="c", created=NOW, order=1, outcome=Outcome.SUCCESS)
        storage.insert(WORLD, CONTOSO, row)
        storage.insert(WORLD, CONTOSO, replace(row, id="2", outcome=Outcome.REFUSED))
        storage.insert(WORLD, CONTOSO, replace(row, id="3", correlation_id="d"))
        found = storage.find(WORLD, CONTOSO, SignInRow, correlation_id="c", outcome=Outcome.SUCCESS)
        assert [r.id for r in found] == ["1"]

    def test_a_guest_is_found_by_the_home_identity(self, storage: Storage) -> None:
        home = HomeLink(kind="azureActiveDirectory", idp="https://sts.windows.net/f/", subject="s")
        storage.insert(WORLD, CONTOSO, user(1))
        storage.insert(WORLD, CONTOSO, user(2, home=home))
        key = "azureActiveDirectory|https://sts.windows.net/f/|s"
        assert [u.id for u in storage.find(WORLD, CONTOSO, User, home_key=key)] == ["id-2"]

    # --- pages ---------------------------------------------------------------------------------------

    @pytest.mark.parametrize("descending", [False, True], ids=["forwards", "backwards"])
    @pytest.mark.parametrize("order_by", [None, "mail", "user_type"])
    @pytest.mark.parametrize("size", [1, 2, 3, 10])
    def test_pages_add_up_to_the_whole_in_order(
        self, storage: Storage, order_by: str | None, descending: bool, size: int
    ) -> None:
        mails = ["c@x.example", None, "A@x.example", "b@x.example", None, "c@x.example"]
        for number, mail in enumerate(mails):
            storage.insert(WORLD, CONTOSO, user(number, mail=mail, user_type="Guest" if number % 2 else "Member"))
        storage.insert(WORLD, FABRIKAM, user(9))

        def key(record: User) -> tuple[str, str]:
            return ("" if order_by is None else (getattr(record, order_by) or "").lower(), record.id)

        expected = sorted(storage.find(WORLD, CONTOSO, User), key=key, reverse=descending)
        found: list[User] = []
        after = None
        while page := storage.page(
            WORLD, CONTOSO, User, limit=size, order_by=order_by, descending=descending, after=after
        ):
            assert len(page) <= size
            found += [record for _, record in page]
            after = page[-1][0]
        assert found == expected

    def test_a_page_goes_on_behind_its_place_whatever_came_or_went_before_it(self, storage: Storage) -> None:
        for number in range(4):
            storage.insert(WORLD, CONTOSO, user(number))
        after = storage.page(WORLD, CONTOSO, User, limit=2)[-1][0]
        storage.delete(WORLD, CONTOSO, User, "id-0")
        storage.delete(WORLD, CONTOSO, User, "id-1")
        storage.insert(WORLD, CONTOSO, user(4))
        page = storage.page(WORLD, CONTOSO, User, limit=9, after=after)
        assert [record.id for _, record in page] == ["id-2", "id-3", "id-4"]

    def test_a_page_holds_what_matches_alone(self, storage: Storage) -> None:
        for number in range(6):
            storage.insert(WORLD, CONTOSO, user(number, user_type="Guest" if number % 2 else "Member"))
        page = storage.page(WORLD, CONTOSO, User, limit=2, order_by="display_name", user_type="Guest")
        assert [record.id for _, record in page] == ["id-1", "id-3"]

    @pytest.mark.parametrize(
        ("bounds", "found"),
        [
            pytest.param(Range(at_least="user 2"), ["id-2", "id-3"], id="from"),
            pytest.param(Range(below="user 2"), ["id-0", "id-1"], id="before"),
            pytest.param(Range(at_least="user 1", below="user 3"), ["id-1", "id-2"], id="between"),
            pytest.param(Range(), ["id-0", "id-1", "id-2", "id-3"], id="unbounded"),
        ],
    )
    def test_a_range_takes_the_place_of_a_value(self, storage: Storage, bounds: Range, found: list[str]) -> None:
        for number in range(4):
            storage.insert(WORLD, CONTOSO, user(number))
        assert [u.id for u in storage.find(WORLD, CONTOSO, User, display_name=bounds)] == found
        assert storage.count(WORLD, CONTOSO, User, display_name=bounds) == len(found)

    def test_what_matches_is_counted(self, storage: Storage) -> None:
        for number in range(5):
            storage.insert(WORLD, CONTOSO, user(number, user_type="Guest" if number % 2 else "Member"))
        storage.insert(WORLD, FABRIKAM, user(1))
        assert storage.count(WORLD, CONTOSO, User) == 5
        assert storage.count(WORLD, CONTOSO, User, user_type="Guest") == 2
        assert storage.count(WORLD, "nobody", User) == 0

    def test_ordering_or_counting_by_what_is_not_indexed_is_refused_by_name(self, storage: Storage) -> None:
        with pytest.raises(ValueError, match="given_name"):
            storage.page(WORLD, CONTOSO, User, limit=1, order_by="given_name")
        with pytest.raises(ValueError, match="given_name"):
            storage.count(WORLD, CONTOSO, User, given_name="User 1")

    def test_searching_by_what_is_not_indexed_is_refused_by_name(self, storage: Storage) -> None:
        with pytest.raises(ValueError, match="given_name; expected one of: blocked, created, display_name"):
            storage.find(WORLD, CONTOSO, User, given_name="User 1")

    def test_a_value_is_never_read_as_a_statement(self, storage: Storage) -> None:
        nasty = "x'); DROP TABLE user; --"
        storage.insert(WORLD, CONTOSO, user(1, mail=nasty))
        assert storage.find(WORLD, CONTOSO, User, mail=nasty.lower()) == [user(1, mail=nasty)]

    def test_purge_removes_all_that_match_and_says_how_many(self, storage: Storage) -> None:
        for number in range(4):
            storage.insert(WORLD, CONTOSO, user(number, user_type="Guest" if number % 2 else "Member"))
        assert storage.purge(WORLD, CONTOSO, User, user_type="Guest") == 2
        assert [u.id for u in storage.find(WORLD, CONTOSO, User)] == ["id-0", "id-2"]
        assert storage.purge(WORLD, CONTOSO, User) == 2
        assert storage.purge(WORLD, CONTOSO, User) == 0

    def test_a_type_without_a_table_is_refused_by_name(self, storage: Storage) -> None:
        with pytest.raises(TypeError, match="datetime is not a stored record type"):
            storage.insert(WORLD, CONTOSO, NOW)

    # --- changing ------------------------------------------------------------------------------------

    def test_update_stores_and_returns_the_changed_record(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        changed = storage.update(WORLD, CONTOSO, User, "id-1", renamed("Ana"))
        assert changed == user(1, display_name="Ana") == storage.get(WORLD, CONTOSO, User, "id-1")

    def test_update_follows_the_indexed_values(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        storage.update(WORLD, CONTOSO, User, "id-1", lambda old: replace(old, mail="ana@contoso.example"))
        assert storage.find(WORLD, CONTOSO, User, mail="user1@contoso.example") == []
        assert len(storage.find(WORLD, CONTOSO, User, mail="ana@contoso.example")) == 1

    def test_updating_what_is_not_there_is_not_found_and_asks_nothing(self, storage: Storage) -> None:
        with pytest.raises(NotFound):
            storage.update(WORLD, CONTOSO, User, "id-1", refuse)

    def test_a_change_that_raises_writes_nothing(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        with pytest.raises(RefusedChangeError):
            storage.update(WORLD, CONTOSO, User, "id-1", refuse)
        assert storage.get(WORLD, CONTOSO, User, "id-1") == user(1)
        storage.update(WORLD, CONTOSO, User, "id-1", renamed("the store still works"))

    def test_an_update_does_not_take_the_unique_value_of_another(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        storage.insert(WORLD, CONTOSO, user(2))
        with pytest.raises(AlreadyExists):
            storage.update(
                WORLD, CONTOSO, User, "id-2", lambda old: replace(old, user_principal_name=user(1).user_principal_name)
            )
        assert storage.get(WORLD, CONTOSO, User, "id-2") == user(2)

    def test_an_update_does_not_change_the_key(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        with pytest.raises(ValueError, match="can't change the key of User id-1"):
            storage.update(WORLD, CONTOSO, User, "id-1", lambda old: replace(old, id="id-9"))

    def test_what_is_used_once_has_one_winner_among_eight_threads(self, storage: Storage) -> None:
        def use(old: User) -> User:
            if not old.account_enabled:
                raise RefusedChangeError
            return replace(old, account_enabled=False)

        for round_ in range(20):
            storage.insert(WORLD, CONTOSO, user(round_))
            outcomes = in_threads(8, lambda key=f"id-{round_}": storage.update(WORLD, CONTOSO, User, key, use))
            assert sorted(type(o).__name__ for o in outcomes) == ["RefusedChangeError"] * 7 + ["User"]

    def test_no_change_of_eight_threads_is_lost(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1, job_title="0"))

        def count() -> None:
            for _ in range(25):
                storage.update(
                    WORLD, CONTOSO, User, "id-1", lambda old: replace(old, job_title=str(int(old.job_title) + 1))
                )

        assert in_threads(8, count) == [None] * 8
        assert storage.get(WORLD, CONTOSO, User, "id-1").job_title == "200"

    # --- units of work -------------------------------------------------------------------------------

    def test_a_unit_of_work_that_fails_leaves_nothing_behind(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))

        def fail_half_way() -> None:
            with storage.unit_of_work(WORLD):
                storage.insert(WORLD, CONTOSO, user(2))
                storage.update(WORLD, CONTOSO, User, "id-1", renamed("half written"))
                storage.delete(WORLD, CONTOSO, User, "id-1")
                raise RefusedChangeError

        with pytest.raises(RefusedChangeError):
            fail_half_way()
        assert storage.find(WORLD, CONTOSO, User) == [user(1)]

    def test_a_unit_of_work_sees_its_own_writes(self, storage: Storage) -> None:
        with storage.unit_of_work(WORLD):
            storage.insert(WORLD, CONTOSO, user(1))
            assert storage.get(WORLD, CONTOSO, User, "id-1") == user(1)
            assert storage.find(WORLD, CONTOSO, User) == [user(1)]

    def test_a_nested_unit_of_work_joins_the_outer_one(self, storage: Storage) -> None:
        def fail_after_the_inner_one() -> None:
            with storage.unit_of_work(WORLD):
                with storage.unit_of_work(WORLD):
                    storage.insert(WORLD, CONTOSO, user(1))
                assert storage.get(WORLD, CONTOSO, User, "id-1") == user(1)
                raise RefusedChangeError

        with pytest.raises(RefusedChangeError):
            fail_after_the_inner_one()
        assert storage.find(WORLD, CONTOSO, User) == []

    def test_a_collision_inside_a_unit_of_work_can_be_survived(self, storage: Storage) -> None:
        with storage.unit_of_work(WORLD):
            storage.insert(WORLD, CONTOSO, user(1))
            with pytest.raises(AlreadyExists):
                storage.insert(WORLD, CONTOSO, user(1))
            storage.insert(WORLD, CONTOSO, user(2))
        assert storage.find(WORLD, CONTOSO, User) == [user(1), user(2)]

    def test_no_other_thread_sees_half_a_unit_of_work(self, storage: Storage) -> None:
        pairs: list[int] = []

        def write() -> None:
            for number in range(0, 60, 2):
                with storage.unit_of_work(WORLD):
                    storage.insert(WORLD, CONTOSO, user(number))
                    storage.insert(WORLD, CONTOSO, user(number + 1))

        def read() -> None:
            for _ in range(60):
                pairs.append(len(storage.find(WORLD, CONTOSO, User)))

        assert in_threads(1, write, also=read) == [None, None]
        assert all(count % 2 == 0 for count in pairs)

    # --- text ----------------------------------------------------------------------------------------

    def test_an_origin_is_replaced_everywhere_and_in_the_indexed_values(self, storage: Storage) -> None:
        home = HomeLink(kind="saml", idp="https://localhost:8443/t/saml", subject="s")
        storage.insert(WORLD, CONTOSO, user(1, home=home, display_name="see https://localhost:8443"))
        storage.insert(WORLD, FABRIKAM, user(2, display_name="https://localhost:84431 and https://localhost:8443.org"))
        storage.replace_text(WORLD, "https://localhost:8443", "https://sim.example")
        moved = replace(home, idp="https://sim.example/t/saml")
        key = "saml|https://sim.example/t/saml|s"
        expected = user(1, home=moved, display_name="see https://sim.example")
        assert storage.find(WORLD, CONTOSO, User, home_key=key) == [expected]
        assert storage.get(WORLD, FABRIKAM, User, "id-2").display_name.startswith("https://localhost:84431 and")
        assert storage.get(WORLD, FABRIKAM, User, "id-2").display_name.endswith("https://localhost:8443.org")

    # --- borders -------------------------------------------------------------------------------------

    def test_tenants_do_not_share_records(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        storage.insert(WORLD, FABRIKAM, user(1, display_name="someone else of the same name and key"))
        assert storage.get(WORLD, CONTOSO, User, "id-1") == user(1)
        storage.delete(WORLD, FABRIKAM, User, "id-1")
        assert storage.find(WORLD, CONTOSO, User) == [user(1)]
        with pytest.raises(NotFound):
            storage.update(WORLD, FABRIKAM, User, "id-1", renamed("x"))
        assert storage.find(WORLD, WORLD_WIDE, User) == []

    def test_worlds_do_not_share_records(self, storage: Storage) -> None:
        storage.create_world(OTHER_WORLD)
        storage.insert(WORLD, CONTOSO, user(1))
        assert storage.find(OTHER_WORLD, CONTOSO, User) == []
        storage.insert(OTHER_WORLD, CONTOSO, user(1))
        storage.drop_world(OTHER_WORLD)
        assert storage.find(WORLD, CONTOSO, User) == [user(1)]

    def test_a_world_exists_once(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        with pytest.raises(AlreadyExists):
            storage.create_world(WORLD)
        assert storage.find(WORLD, CONTOSO, User) == [user(1)]

    @pytest.mark.parametrize(
        "call",
        [
            pytest.param(lambda s: s.get("gone", CONTOSO, User, "id-1"), id="get"),
            pytest.param(lambda s: s.find("gone", CONTOSO, User), id="find"),
            pytest.param(lambda s: s.insert("gone", CONTOSO, user(1)), id="insert"),
            pytest.param(lambda s: s.put("gone", CONTOSO, user(1)), id="put"),
            pytest.param(lambda s: s.update("gone", CONTOSO, User, "id-1", refuse), id="update"),
            pytest.param(lambda s: s.delete("gone", CONTOSO, User, "id-1"), id="delete"),
            pytest.param(lambda s: s.purge("gone", CONTOSO, User), id="purge"),
            pytest.param(lambda s: s.unit_of_work("gone").__enter__(), id="unit_of_work"),
            pytest.param(lambda s: s.mark_pristine("gone"), id="mark_pristine"),
            pytest.param(lambda s: s.restore_pristine("gone"), id="restore_pristine"),
            pytest.param(lambda s: s.drop_world("gone"), id="drop_world"),
        ],
    )
    def test_in_a_world_that_is_gone_nothing_is_found(
        self, storage: Storage, call: Callable[[Storage], object]
    ) -> None:
        storage.create_world("gone")
        storage.insert("gone", CONTOSO, user(1))
        storage.drop_world("gone")
        with pytest.raises(NotFound):
            call(storage)

    def test_a_world_made_again_is_empty(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        storage.drop_world(WORLD)
        storage.create_world(WORLD)
        assert storage.find(WORLD, CONTOSO, User) == []

    def test_a_world_dropped_under_eight_threads_is_not_found_and_nothing_worse(self, storage: Storage) -> None:
        started = threading.Event()

        def work() -> None:
            number = threading.get_ident()
            while True:
                number += 1
                storage.insert(WORLD, CONTOSO, user(number))
                storage.find(WORLD, CONTOSO, User, limit=3)
                started.set()

        def drop() -> None:
            started.wait(10)
            storage.drop_world(WORLD)

        outcomes = in_threads(8, work, also=drop)
        assert [type(o) for o in outcomes] == [NotFound] * 8 + [type(None)]

    # --- the pristine copy ---------------------------------------------------------------------------

    def test_a_restored_world_is_what_it_was_when_it_was_marked(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        storage.mark_pristine(WORLD)
        for _ in range(2):
            storage.update(WORLD, CONTOSO, User, "id-1", renamed("changed"))
            storage.insert(WORLD, FABRIKAM, user(2))
            storage.put(WORLD, WORLD_WIDE, ClockSetting(offset=timedelta(days=31)))
            storage.restore_pristine(WORLD)
            assert storage.find(WORLD, CONTOSO, User) == [user(1)]
            assert storage.find(WORLD, FABRIKAM, User) == []
            assert storage.find(WORLD, WORLD_WIDE, ClockSetting) == []

    def test_marking_again_moves_the_mark(self, storage: Storage) -> None:
        storage.mark_pristine(WORLD)
        storage.insert(WORLD, CONTOSO, user(1))
        storage.mark_pristine(WORLD)
        storage.purge(WORLD, CONTOSO, User)
        storage.restore_pristine(WORLD)
        assert storage.find(WORLD, CONTOSO, User) == [user(1)]

    def test_a_world_that_was_never_marked_cannot_be_restored(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(1))
        with pytest.raises(NotFound, match="pristine"):
            storage.restore_pristine(WORLD)
        assert storage.find(WORLD, CONTOSO, User) == [user(1)]

    def test_restoring_one_world_leaves_the_other(self, storage: Storage) -> None:
        storage.create_world(OTHER_WORLD)
        storage.mark_pristine(WORLD)
        storage.insert(OTHER_WORLD, CONTOSO, user(1))
        storage.restore_pristine(WORLD)
        assert storage.find(OTHER_WORLD, CONTOSO, User) == [user(1)]

    def test_a_world_is_not_changed_as_a_whole_within_a_unit_of_work(self, storage: Storage) -> None:
        storage.mark_pristine(WORLD)
        for whole in (storage.mark_pristine, storage.restore_pristine, storage.drop_world):
            with storage.unit_of_work(WORLD), pytest.raises(Conflict, match="within a unit of work"):
                whole(WORLD)

    def test_a_world_is_restored_under_readers_and_writers(self, storage: Storage) -> None:
        storage.insert(WORLD, CONTOSO, user(0))
        storage.mark_pristine(WORLD)
        done = threading.Event()

        def work() -> None:
            number = threading.get_ident()
            while not done.is_set():
                number += 1
                storage.insert(WORLD, CONTOSO, user(number))
                assert storage.find(WORLD, CONTOSO, User, limit=1) == [user(0)]

        def restore() -> None:
            try:
                for _ in range(30):
                    storage.restore_pristine(WORLD)
            finally:
                done.set()

        assert in_threads(4, work, also=restore) == [None] * 5
        storage.restore_pristine(WORLD)
        assert storage.find(WORLD, CONTOSO, User) == [user(0)]


def in_threads(count: int, work: Callable[[], object], *, also: Callable[[], object] | None = None) -> list[object]:
    """Let ``work`` run in ``count`` threads that begin together; what each returned or raised, ``also``'s last."""
    jobs = [work] * count + ([also] if also else [])
    together = threading.Barrier(len(jobs))
    outcomes: list[object] = [TimeoutError()] * len(jobs)

    def run(place: int) -> None:
        together.wait(10)
        try:
            outcomes[place] = jobs[place]()
        except Exception as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


class TestSqliteInMemory(StorageConformance):
    """The embedded store with worlds in memory."""

    @pytest.fixture
    def empty(self) -> Iterator[Storage]:
        storage = SqliteStorage()
        yield storage
        storage.close()


class TestSqliteInAFolder(StorageConformance):
    """The embedded store with worlds in files."""

    @pytest.fixture
    def empty(self, tmp_path: Path) -> Iterator[Storage]:
        storage = SqliteStorage(home=FolderHome(tmp_path / "worlds"))
        yield storage
        storage.close()


def test_two_stores_in_one_process_never_meet() -> None:
    first, second = SqliteStorage(), SqliteStorage()
    try:
        for storage in (first, second):
            storage.create_world(WORLD)
        first.insert(WORLD, CONTOSO, user(1))
        assert second.find(WORLD, CONTOSO, User) == []
    finally:
        first.close()
        second.close()
