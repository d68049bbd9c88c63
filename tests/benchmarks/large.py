"""A large PostgreSQL database: 100,000 groups, 1,000,000 questions, 10,000,000 forecasts.

Made with COPY and kept in a folder under the temporary one, because it takes minutes to make.

    python -m tests.benchmarks.large          make it, or say where it is
    python -m tests.benchmarks.large 0.01     one of a hundredth of that size

What is in it is a mixture to believe in: two years of history, most questions settled, sessions
closed long ago and some planned, an outbox with the messages of all that. Some hours later, at
`LOOKED_AT`, nothing is due, but much is near: sessions that are live or begin within the hour.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import pgserver
from psycopg import Connection, Cursor
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from storage import migrate
from storage.engine import Database
from storage.tables import BotState

GROUPS = 100_000
MEMBERS, QUESTIONS, FORECASTS = 8, 10, 10  # of a group, of a group, of a question
SESSIONS, SEATS = 3, 4  # of a group in the past, of each round
MADE_AT = "benchmark-made-at"
LOOKED_AT = timedelta(hours=3)
NEAR = 1_000  # sessions that are live then, and as many that begin within the hour
LASTS = timedelta(hours=18)  # after that what was planned begins to be due
AT_ONCE = 5_000
# The group whose lobby has thousands of open questions to choose from.
CROWDED, OPEN_THERE = 0, 5_000
OUT_OF = 1_000
HOURS = 2 * 365 * 24


@dataclass(frozen=True)
class Large:
    """Such a database: where it is, how many groups it has, and the moment that it is about."""

    url: str
    groups: int
    now: datetime

    @property
    def questions(self) -> int:
        """How many questions there are, beside those of the crowded lobby."""
        return self.groups * QUESTIONS


def group_id(number: int) -> int:
    """The Discord id of a group, made like a snowflake."""
    return (400_000_000_000 + number * 7_919) << 22 | number % 4096


def snowflake(moment: datetime, number: int) -> int:
    """An id that Discord would give to a message of that moment."""
    since = round((moment - datetime(2015, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
    return since << 22 | number % (1 << 22)


def open_large(share: float = 1.0) -> Large:
    """Start the server that has it; make the database if there is none, or only an old one."""
    folder = Path(tempfile.gettempdir()) / f"dojo-large-{share:g}"
    server = pgserver.get_server(folder, cleanup_mode="stop")
    url = server.get_uri()
    of_its_own = make_url(url).set(database="large").render_as_string(hide_password=False)
    groups = max(20, round(GROUPS * share))
    made_at = _made_at(url, of_its_own)
    if made_at is None:
        made_at = datetime.now(UTC).replace(microsecond=0)
        _make(url, of_its_own, groups, made_at)
    return Large(of_its_own, groups, made_at)


def _made_at(url: str, of_its_own: str) -> datetime | None:
    """When the database was made, if it is there and is still good for something."""
    with _admin(url) as connection:
        there = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = 'large'")).all()
    if not there:
        return None
    database = Database(of_its_own)
    migrate.upgrade(database)
    with database.read() as tx:
        row = tx.get(BotState, MADE_AT)
    database.close()
    found = None if row is None else datetime.fromisoformat(row.value)
    return found if found is not None and datetime.now(UTC) - found < LASTS else None


def _admin(url: str) -> Any:
    engine = Database(url).engine
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _make(url: str, of_its_own: str, groups: int, now: datetime) -> None:
    with _admin(url) as connection:
        for setting in ("fsync = off", "max_wal_size = '4GB'", "shared_buffers = '512MB'"):
            connection.execute(text(f"ALTER SYSTEM SET {setting}"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("DROP DATABASE IF EXISTS large WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE large"))
    database = Database(of_its_own)
    migrate.upgrade(database)
    raw = database.engine.raw_connection()
    connection: Connection[Any] = raw.driver_connection  # type: ignore[assignment]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # references are right anyway
        cursor.execute("SET maintenance_work_mem = '512MB'")
        again = _drop_indexes(cursor)
        for table, lines in Content(groups, now).tables():
            began = time.monotonic()
            count = _copy(cursor, table, lines)
            print(f"  {table}: {count:,} rows, {time.monotonic() - began:.0f} s", flush=True)
        for statement in again:
            cursor.execute(statement)
        _move_counters_on(cursor)
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM (ANALYZE)")
    connection.autocommit = False
    raw.close()
    with database.write() as tx:
        tx.add(BotState(name=MADE_AT, value=now.isoformat()))
    database.close()


def _drop_indexes(cursor: Cursor[Any]) -> list[str]:
    """Drop indexes that no constraint needs; return how they are made again, which is quicker."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname "
        "NOT IN (SELECT conname FROM pg_constraint)"
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')  # type: ignore[arg-type]
    return [definition for _, definition in found]


def copy_into(database: Database, table: type[SQLModel], rows: Iterator[dict[str, object]]) -> None:
    """Copy rows into a table of any database on PostgreSQL, and have it look at what it has."""
    raw = database.engine.raw_connection()
    connection: Connection[Any] = raw.driver_connection  # type: ignore[assignment]
    with connection.cursor() as cursor:
        _copy(cursor, str(table.__tablename__), rows)
        cursor.execute(f'ANALYZE "{table.__tablename__}"')  # type: ignore[arg-type]
    connection.commit()
    raw.close()


def _copy(cursor: Cursor[Any], name: str, rows: Iterator[dict[str, Any]]) -> int:
    """Copy rows into a table, and return how many; what they do not name has its default."""
    first, count = next(rows), 1
    table = SQLModel.metadata.tables[name]
    rest = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in first and column.default is not None and column.default.is_scalar
    }
    tail = "".join(f"\t{_said(value)}" for value in rest.values()) + "\n"
    columns = ", ".join(f'"{one}"' for one in (*first, *rest))
    with cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as copy:  # type: ignore[arg-type]
        copy.write("\t".join(map(_said, first.values())) + tail)
        while some := list(islice(rows, AT_ONCE)):
            copy.write("".join("\t".join(map(_said, row.values())) + tail for row in some))
            count += len(some)
    return count


def _said(value: Any) -> str:
    return r"\N" if value is None else str(value)


def _move_counters_on(cursor: Cursor[Any]) -> None:
    for table in SQLModel.metadata.sorted_tables:
        if list(table.primary_key.columns.keys()) == ["id"] and table.name not in {
            "groups",
            "interactions",
        }:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "  # type: ignore[arg-type]
                f'coalesce((SELECT max(id) FROM "{table.name}"), 1))'
            )


class Content:
    """The rows of each table, made from numbers: who belongs to what follows by arithmetic."""

    def __init__(self, groups: int, now: datetime) -> None:
        self.groups, self.now = groups, now
        self.lot = random.Random(7)

    @cached_property
    def hours(self) -> list[str]:
        """Each hour of the last two years as the database reads it, newest first."""
        return [str(self.now - timedelta(hours=hour)) for hour in range(HOURS)]

    @cached_property
    def live(self) -> Sequence[int]:
        """The groups that have a live session; none of them plans another."""
        return range(1, self.groups, 3)[:NEAR]

    def ahead(self, days: float) -> str:
        """A moment so many days from now."""
        return str(self.now + timedelta(days=days))

    def near(self, number: int) -> str:
        """A moment of the hour that is looked at, but for its first ten minutes."""
        return str(self.now + LOOKED_AT + timedelta(minutes=10, seconds=number * 7 % 3000))

    def tables(self) -> Iterable[tuple[str, Iterator[dict[str, Any]]]]:
        """Every table with its rows, what others refer to first."""
        makers: Sequence[Callable[[], Iterator[dict[str, Any]]]] = (
            *(self.groups_, self.members, self.questions, self.series, self.sessions),
            *(self.rounds, self.seats, self.turns, self.attendances, self.rsvps),
            *(self.forecasts, self.resolutions, self.inquiries, self.watches, self.scores),
            *(self.outbox, self.interactions, self.drafts, self.calendar_entries),
        )
        return [(maker.__name__.rstrip("_"), maker()) for maker in makers]

    def groups_(self) -> Iterator[dict[str, Any]]:
        """One of fifty has removed the bot."""
        for number in range(self.groups):
            yield {
                "id": group_id(number),
                "name": f"Circle {number}",
                "digest_at": self.ahead(1 + number % 7),
                "left_at": self.hours[number % 2000] if number % 50 == 49 else None,
                "welcomed": True,
            }

    def members(self) -> Iterator[dict[str, Any]]:
        """Eight a group."""
        for number in range(self.groups * MEMBERS):
            yield {
                "id": number + 1,
                "group_id": group_id(number // MEMBERS),
                "user_id": 10**17 + number,
                "name": f"Member {number % MEMBERS}",
            }

    def state(self, number: int) -> str:
        """What became of a question: of 100, 88 settled, 4 closed, 6 open, 2 only proposed."""
        at = number * 37 % 100
        return (
            "resolved"
            if at < 85
            else "void"
            if at < 88
            else "closed"
            if at < 92
            else "open"
            if at < 98
            else "proposed"
        )

    def questions(self) -> Iterator[dict[str, Any]]:
        """Ten a group, and one group with thousands that are open."""
        for number in range(self.groups * QUESTIONS):
            yield self._question(number, number // QUESTIONS, self.state(number))
        for number in range(OPEN_THERE):
            yield self._question(self.groups * QUESTIONS + number, CROWDED, "proposed")

    def _question(self, number: int, group: int, state: str) -> dict[str, Any]:
        is_open = state in {"open", "proposed"}
        age = number * 7919 % (HOURS - 100)
        closes = self.ahead(0.1 + number * 31 % 9000 / 100)
        return {
            "id": number + 1,
            "group_id": group_id(group),
            "author_id": group * MEMBERS + number % MEMBERS + 1,
            "state": state,
            "title": f"Will event {number} of circle {group} happen before the month is over?",
            "criteria": "Yes if at least two newspapers say so on the day after the close. " * 2,
            "created_at": self.hours[age % 2000 if is_open else age],
            "closes_at": closes if is_open else self.hours[age // 2],
            "topic": ("politics", "science", "sport", None)[number % 4],
        }

    def series(self) -> Iterator[dict[str, Any]]:
        """Every fifth group meets each week."""
        for number in range(self.groups // 5):
            yield {
                "id": number + 1,
                "group_id": group_id(number * 5),
                "channel_id": group_id(number * 5) + 1,
                "host_id": number * 5 * MEMBERS + 1,
                "title": "The weekly circle",
                "minutes": 90,
                "repeat": "weekly",
                "timezone": "UTC",
                "at": "19:00",
                "starts_on": "2025-01-01",
                "created_at": self.hours[-1],
                "plan_at": self.ahead(0.2 + number % 700 / 100),
            }

    def sessions(self) -> Iterator[dict[str, Any]]:
        """Three a group that are over; in every third group one is planned, in some one is live."""
        for number in range(self.groups * SESSIONS):
            past = self.hours[number * 6151 % (HOURS - 100)]
            yield self._session(
                number, number // SESSIONS, "closed", past, started_at=past, ended_at=past, lobby=1
            )
        first, planned = self.groups * SESSIONS, range(0, self.groups, 3)
        for place, group in enumerate(planned):
            starts, later = (self.ahead(days + place % 600 / 100) for days in (1.2, 0.2))
            wakes = self.near(place) if place < NEAR else later
            yield self._session(first + place, group, "scheduled", starts, remind_at=wakes)
        first, began = first + len(planned), self.hours[0]
        for place, group in enumerate(self.live):
            more = {"started_at": began, "lobby": 1, "remind_at": self.near(place)}
            yield self._session(first + place, group, "live", began, **more)

    def _session(
        self, number: int, group: int, state: str, starts: str, **more: Any
    ) -> dict[str, Any]:
        rest = {"remind_at": None, "started_at": None, "ended_at": None, "lobby": 0}
        return {
            "id": number + 1,
            "group_id": group_id(group),
            "channel_id": group_id(group) + 1,
            "host_id": group * MEMBERS + 1,
            "title": f"Evening {number}",
            "state": state,
            "starts_at": starts,
            "timezone": "UTC",
            "created_at": starts if state == "closed" else self.hours[number % 200],
            **rest,
            **more,
        }

    def rounds(self) -> Iterator[dict[str, Any]]:
        """One in each session that is over, and one that runs in each that is live."""
        over, planned = self.groups * SESSIONS, len(range(0, self.groups, 3))
        for number in range(over):
            at = self.hours[number * 6151 % (HOURS - 100)]
            asked = number // SESSIONS * QUESTIONS + number % SESSIONS
            yield self._round(number, number, asked, phase="closed", opened_at=at, closed_at=at)
        for place, group in enumerate(self.live):
            yield self._round(
                over + place,
                over + planned + place,
                group * QUESTIONS + SESSIONS,
                phase="turns",
                opened_at=self.hours[0],
                next_due_at=self.near(place + 5),
            )

    def _round(self, number: int, session: int, question: int, **more: Any) -> dict[str, Any]:
        rest = {"closed_at": None, "next_due_at": None}
        return {
            "id": number + 1,
            "session_id": session + 1,
            "question_id": question + 1,
            "number": 1,
            "order_mode": "rotate",
            "seed": number,
            "turn_seconds": 600,
            "grace_seconds": 60,
            "blind_seconds": 180,
            "final_seconds": 180,
            "extend_seconds": 120,
            "extensions": 2,
            "turn_count": SEATS,
            **rest,
            **more,
        }

    def _places(self) -> Iterator[tuple[int, int, int, str]]:
        """Round (and session), place, member and moment of everybody in a circle of the past."""
        for number in range(self.groups * SESSIONS):
            group, at = number // SESSIONS, self.hours[number * 6151 % (HOURS - 100)]
            for place in range(SEATS):
                yield number + 1, place, group * MEMBERS + place + 1, at

    def seats(self) -> Iterator[dict[str, Any]]:
        """Four a round."""
        for number, place, member, _ in self._places():
            yield {"round_id": number, "member_id": member, "position": place, "state": "spoken"}

    def turns(self) -> Iterator[dict[str, Any]]:
        """One a seat."""
        for number, place, member, at in self._places():
            yield {
                "round_id": number,
                "number": place + 1,
                "member_id": member,
                "started_at": at,
                "deadline": at,
                "ended_at": at,
            }

    def attendances(self) -> Iterator[dict[str, Any]]:
        """One a seat."""
        for number, _, member, at in self._places():
            yield {"session_id": number, "member_id": member, "presence": "in", "at": at}

    def rsvps(self) -> Iterator[dict[str, Any]]:
        """One a seat."""
        for number, _, member, at in self._places():
            yield {"session_id": number, "member_id": member, "answer": "going", "at": at}

    def forecasts(self) -> Iterator[dict[str, Any]]:
        """Ten a question, of those that have been opened."""
        total = self.groups * QUESTIONS
        for number in range(total):
            group = number // QUESTIONS
            age = number * 7919 % (HOURS - 100)
            for place in range(FORECASTS):
                yield {
                    "id": number * FORECASTS + place + 1,
                    "question_id": number + 1,
                    "member_id": group * MEMBERS + place % MEMBERS + 1,
                    "kind": "update",
                    "probability": (number + place * 13) % 99 / 100 + 0.005,
                    "reason": "The base rate is low and little time is left",
                    "made_at": self.hours[age % 2000],
                }

    def _settled(self) -> Iterator[int]:
        return (
            number
            for number in range(self.groups * QUESTIONS)
            if self.state(number) in {"resolved", "void"}
        )

    def resolutions(self) -> Iterator[dict[str, Any]]:
        """One for each question that is settled."""
        for number in self._settled():
            at = self.hours[number * 7919 % (HOURS - 100) // 2]
            outcome = "void" if self.state(number) == "void" else ("no", "yes")[number % 2]
            member = number // QUESTIONS * MEMBERS + 1
            yield {
                "question_id": number + 1,
                "outcome": outcome,
                "known_at": at,
                "entered_at": at,
                "entered_by_id": member,
            }

    def inquiries(self) -> Iterator[dict[str, Any]]:
        """One for each question that has ever closed; few are asked about yet."""
        for number in range(self.groups * QUESTIONS):
            state = self.state(number)
            if state in {"resolved", "void", "closed"}:
                waits = self.ahead(0.2 + number % 500 / 100) if state == "closed" else None
                yield {"question_id": number + 1, "ask_at": waits, "asked": 1}

    def watches(self) -> Iterator[dict[str, Any]]:
        """Every tenth question came from another platform."""
        for number in range(0, self.groups * QUESTIONS, QUESTIONS):
            is_over = self.state(number) in {"resolved", "void"}
            look = None if is_over else self.ahead(0.1 + number % 1000 / 1000)
            yield {
                "question_id": number + 1,
                "source": "manifold",
                "ref": f"event-{number}",
                "look_at": look,
            }

    def scores(self) -> Iterator[dict[str, Any]]:
        """A few: standings have a benchmark of their own."""
        for number in islice(self._settled(), 0, None, 10):
            yield {
                "group_id": group_id(number // QUESTIONS),
                "question_id": number + 1,
                "member_id": number // QUESTIONS * MEMBERS + 1,
                "forecast_id": number * FORECASTS + 1,
                "moment": "close",
                "headline": True,
                "known_at": self.hours[number * 7919 % (HOURS - 100) // 2],
                "shown": 0.2,
                "brier": 0.2,
            }

    def outbox(self) -> Iterator[dict[str, Any]]:
        """A card for each question, and the cards, calls and summary of each session."""
        for number in range(self.groups * QUESTIONS):
            hour = number * 7919 % (HOURS - 100)
            yield self._effect(f"q{number + 1}", number // QUESTIONS, hour)
        for number in range(self.groups * SESSIONS):
            hour = number * 6151 % (HOURS - 100)
            for key in (f"a{number + 1}", f"l{number + 1}.1", f"s{number + 1}"):
                yield self._effect(key, number // SESSIONS, hour)
            if number % 30 == 0:
                yield self._effect(f"w{number + 1}", number // SESSIONS, hour, "parked")

    def _effect(self, key: str, group: int, hour: int, state: str = "done") -> dict[str, Any]:
        parked, at = state == "parked", self.now - timedelta(hours=hour)
        said = self.hours[hour]
        return {
            "key": key,
            "group_id": group_id(group),
            "channel_id": group_id(group) + 1,
            "state": state,
            "shown": 0 if parked else 1,
            "created_at": said,
            "retry_at": self.ahead(0.1 + hour % 900 / 1000) if parked else said,
            "message_id": None if parked else snowflake(at, self.lot.getrandbits(22)),
            "trouble": "I lack a permission there." if parked else None,
            "under_way_until": said,
            "text_hash": "0" * 64,
        }

    def interactions(self) -> Iterator[dict[str, Any]]:
        """Those of a day."""
        for number in range(self.groups * 2):
            yield {"id": 10**18 + number, "at": self.hours[number % 23]}

    def drafts(self) -> Iterator[dict[str, Any]]:
        """A few that wait."""
        for number in range(self.groups // 5):
            yield {
                "group_id": group_id(number),
                "member_id": number * MEMBERS + 1,
                "kind": "form",
                "typed": "{}",
                "readings": "[]",
                "created_at": self.hours[0],
            }

    def calendar_entries(self) -> Iterator[dict[str, Any]]:
        """One for each session."""
        for number in range(self.groups * SESSIONS):
            yield {
                "key": f"g{number + 1}",
                "group_id": group_id(number // SESSIONS),
                "said": "0" * 64,
                "changed_at": self.hours[number * 6151 % (HOURS - 100)],
            }


if __name__ == "__main__":
    start = time.monotonic()
    print(open_large(*map(float, sys.argv[1:2])))
    print(f"{time.monotonic() - start:.0f} s")
