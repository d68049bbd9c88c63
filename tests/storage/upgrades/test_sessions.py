"""Sessions that were planned when the bot was upgraded: their hosts are called at their hour too."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage import migrate
from storage.engine import Database
from tests.storage.old_versions import make_version

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

BEFORE = "0012"
START = datetime(2026, 11, 27, 19, tzinfo=UTC)
LAPSES = START + timedelta(hours=7, minutes=30)
REMINDS = START - timedelta(minutes=15)
GROUP = """
INSERT INTO groups (id, name, timezone, turn_seconds, grace_seconds, blind_seconds, final_seconds,
    extend_seconds, extensions, spoken_cues, reminder_minutes, announce_days, events,
    scores_version, standings_version)
    VALUES (900, 'Circle', 'UTC', 600, 60, 180, 180, 120, 2, {false}, '', 5, {false}, 0, 0)
"""
ANA = "INSERT INTO members (id, group_id, user_id, name) VALUES (1, 900, 1, 'Ana')"
SESSION = """
INSERT INTO sessions (group_id, channel_id, host_id, host_gone, host_away, title, description,
    state, order_mode, starts_at, minutes, timezone, sequence, created_at, remind_at, lobby,
    lobby_open, announced)
    VALUES (900, {channel}, 1, {false}, {false}, 'Owls', '', '{state}', 'rotate', '{starts}', 90,
    'UTC', 0, '{starts}', '{reminds}', 0, {false}, {true})
"""
EFFECT = """
INSERT INTO outbox (key, group_id, channel_id, target, state, wanted, shown, created_at, attempts,
    retry_at, under_way, gone)
    VALUES ('{key}', 900, 910, '{target}', 'pending', 1, 0, '{at}', 0, '{at}', 0, {false})
"""


# Filled in by the engine's own words later.
SAME = {"false": "{false}", "true": "{true}"}


@pytest.fixture
def upgraded(database: Database) -> Database:
    """Three sessions as they were before: one waits to lapse, one for a reminder, one is live."""
    told = ((910, "scheduled", LAPSES), (911, "scheduled", REMINDS), (912, "live", LAPSES))
    sessions = (
        SESSION.format(
            **SAME, channel=channel, state=state, starts=written(START), reminds=written(reminds)
        )
        for channel, state, reminds in told
    )
    effect = EFFECT.format(**SAME, key="a1", target="message", at=written(START))
    make_version(database, BEFORE, ";\n".join((GROUP, ANA, *sessions, effect)))
    migrate.upgrade(database)
    return database


def written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def test_who_waited_to_lapse_is_looked_at_at_the_hour(upgraded: Database) -> None:
    with upgraded.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT remind_at FROM sessions ORDER BY channel_id")

        assert [str(moment)[:19] for (moment,) in found] == [
            written(START),
            written(REMINDS),
            written(LAPSES),
        ]


def test_no_session_has_a_thread_and_no_group_wants_one(upgraded: Database) -> None:
    with upgraded.engine.connect() as connection:
        threads = connection.exec_driver_sql("SELECT thread_id, called_for FROM sessions").all()
        wanted = connection.exec_driver_sql("SELECT threads FROM groups").scalars().all()

    assert threads == [(None, None)] * 3
    assert [bool(one) for one in wanted] == [False]


def test_the_outbox_keeps_its_rows_and_takes_threads_but_no_other_word(upgraded: Database) -> None:
    with upgraded.write() as tx:
        tx.execute(text("UPDATE outbox SET target = 'thread' WHERE key = 'a1'"))
        kept = tx.execute(text("SELECT key, target FROM outbox")).all()

    assert [tuple(row) for row in kept] == [("a1", "thread")]
    with pytest.raises(IntegrityError), upgraded.write() as tx:
        tx.execute(text("UPDATE outbox SET target = 'nowhere'"))
