"""Databases of older versions become current, and no row is lost."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel, select

from bot.core.keys import Key
from bot.core.unit import Desk
from bot.standings import stored as standings_stored
from storage import migrate, sessions, standings
from storage.engine import Database
from storage.tables import (
    Effect,
    EffectState,
    EffectTarget,
    Group,
    Meetup,
    Resolution,
    Score,
    SessionState,
    Standing,
)
from tests.storage.old_versions import FIRST_VERSION, make_version

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


# From 0001 to 0002, with what a group had by then

AN_OLD_CARD = """
INSERT INTO outbox (id, key, group_id, channel_id, state, wanted, shown, created_at, attempts,
    retry_at, message_id)
    VALUES (1, 'q1', 900, 910, 'done', 3, 3, '2026-11-20 12:00:00', 0, '2026-11-20 12:00:00', 77);
"""


def test_scores_of_the_first_version_are_kept_and_asked_to_be_computed_anew(
    first_version: Database,
) -> None:
    migrate.upgrade(first_version)

    with first_version.read() as tx:
        score = tx.exec(select(Score)).one()
        group = tx.exec(select(Group)).one()
    assert (score.brier, score.shown, score.headline) == (0.16, 0.16, True)
    assert score.known_at == NOON + timedelta(hours=2)
    assert (score.log, score.peer, score.gain, score.probability, score.outcome) == (None,) * 5
    assert (group.scores_version, group.standings_version) == (0, -1)


def test_cards_of_an_older_version_are_kept_and_none_of_them_is_under_way(
    first_version: Database,
) -> None:
    with first_version.engine.begin() as connection:
        connection.exec_driver_sql(AN_OLD_CARD)

    migrate.upgrade(first_version)

    with first_version.read() as tx:
        effect = tx.exec(select(Effect)).one()
    assert (effect.key, effect.message_id, effect.shown) == ("q1", 77, 3)
    assert (effect.under_way, effect.under_way_until) == (0, None)


KEPT = """
INSERT INTO groups (id, name, timezone, turn_seconds, grace_seconds, blind_seconds, final_seconds,
    extend_seconds, extensions, spoken_cues, reminder_minutes, announce_days, events,
    scores_version, standings_version)
    VALUES (901, 'Young', 'UTC', 600, 60, 180, 180, 120, 2, {false}, '1440,15', 5, {true}, 0, 0);
INSERT INTO standings (id, group_id, metric, member_id, value, low, high, questions, raw, infinite)
    VALUES (1, 900, 'brier', 1, 0.16, NULL, NULL, 1, 0.16, 0);
UPDATE groups SET standings_version = scores_version
"""


def test_only_groups_with_resolved_questions_are_scored_again_and_no_standing_is_lost(
    first_version: Database,
) -> None:
    false, true = ("0", "1") if first_version.is_sqlite else ("false", "true")
    with first_version.engine.connect() as connection:
        if first_version.is_sqlite:
            migrate._set_foreign_keys(connection, on=False)
        with connection.begin():
            config = migrate._config()
            config.attributes["connection"] = connection
            command.upgrade(config, "0004")
            for statement in KEPT.format(false=false, true=true).split(";\n"):
                connection.exec_driver_sql(statement)

    migrate.upgrade(first_version)

    with first_version.read() as tx:
        groups = {group.id: group.rescored_to for group in tx.exec(select(Group))}
        standing = tx.exec(select(Standing)).one()
        waiting = [group_id for group_id, *_ in standings.due(tx, NOON)]
    assert groups == {900: 0, 901: None}
    assert (standing.value, standing.error, standing.freedom) == (0.16, None, None)
    assert waiting == [900]


def test_an_upgraded_group_is_not_welcomed_again_and_its_zone_counts_as_chosen_unless_it_is_utc(
    database: Database,
) -> None:
    abroad = (
        FIRST_VERSION.split(";\n", maxsplit=1)[0]
        .replace("900", "901")
        .replace("'UTC'", "'Europe/Rome'")
    )
    make_version(database, "0001", f"{FIRST_VERSION}{abroad};\n")

    migrate.upgrade(database)

    with database.read() as tx:
        found = tx.exec(select(Group).order_by(Group.id)).all()
    assert [(one.id, one.welcomed, one.joins, one.timezone_chosen) for one in found] == [
        (900, True, 0, False),
        (901, True, 0, True),
    ]


def test_an_upgraded_group_has_a_leaderboard_in_every_metric(first_version: Database) -> None:
    migrate.upgrade(first_version)
    desk = Desk(first_version, lambda: NOON)

    with first_version.read() as tx:
        waiting = [group_id for group_id, *_ in standings.due(tx, NOON)]
    standings_stored.refresh(desk, 900, 900)

    with first_version.read() as tx:
        (log,) = standings_stored.kept(tx, 900, "log", 1).ranked
        assert log.value == pytest.approx(math.log(1 / 0.6))
        assert (waiting, [group_id for group_id, *_ in standings.due(tx, NOON)]) == ([900], [])


# From 0004 to 0006, in the middle of an evening

MID_EVENING = """
INSERT INTO groups (id, name, timezone, turn_seconds, grace_seconds, blind_seconds, final_seconds,
    extend_seconds, extensions, spoken_cues, reminder_minutes, announce_days, events,
    scores_version, standings_version)
    VALUES (900, 'Circle', 'UTC', 600, 60, 180, 180, 120, 2, {false}, '1440,15', 5, {true}, 0, 0);
INSERT INTO members (id, group_id, user_id, name) VALUES (1, 900, 1, 'Ana');
INSERT INTO questions (id, group_id, kind, state, title, criteria, created_at)
    VALUES (1, 900, 'binary', 'open', 'Will it rain?', '', '2026-11-20 12:00:00');
INSERT INTO sessions (id, group_id, channel_id, host_id, host_gone, title, description, state,
    order_mode, starts_at, minutes, timezone, sequence, created_at, started_at, remind_at, lobby,
    lobby_open)
    VALUES (1, 900, 910, 1, {false}, 'Live', '', 'live', 'rotate', '2026-11-20 12:00:00', 90, 'UTC',
        0, '2026-11-20 12:00:00', '2026-11-20 12:00:00', NULL, 1, {false}),
    (2, 900, 911, 1, {false}, 'Lobby', '', 'live', 'rotate', '2026-11-20 12:00:00', 90, 'UTC',
        0, '2026-11-20 12:00:00', '2026-11-20 12:00:00', NULL, 1, {true}),
    (3, 900, 910, 1, {false}, 'Later', '', 'scheduled', 'rotate', '2026-12-20 12:00:00', 90, 'UTC',
        0, '2026-11-20 12:00:00', NULL, '2026-12-19 12:00:00', 0, {false});
INSERT INTO rounds (id, session_id, question_id, number, phase, order_mode, seed, turn_seconds,
    grace_seconds, blind_seconds, final_seconds, extend_seconds, extensions, turn_count, opened_at,
    closed_at)
    VALUES (1, 1, 1, 1, 'closed', 'rotate', 1, 600, 60, 180, 180, 120, 2, 1, '2026-11-20 12:05:00',
        '2026-11-20 13:00:00');
INSERT INTO outbox (id, key, group_id, channel_id, state, wanted, shown, created_at, attempts,
    retry_at, message_id, trouble)
    VALUES (1, 'l2.1', 900, 911, 'done', 3, 3, '2026-11-20 12:00:00', 0, '2026-11-20 12:00:00', 77,
        NULL),
    (2, 's1', 900, 910, 'parked', 1, 0, '2026-11-20 13:00:00', 4, '2026-11-20 13:05:00', NULL,
        'no permission');
"""


def test_sessions_that_are_live_at_an_upgrade_are_looked_at_and_wait_since_their_last_round(
    database: Database,
) -> None:
    make_version(database, "0004", MID_EVENING)

    migrate.upgrade(database)

    with database.read() as tx:
        live, lobby, planned = tx.exec(select(Meetup).order_by(Meetup.id)).all()
        due = sessions.due(tx, NOON, state=SessionState.LIVE)
    assert (live.quiet_since, live.waits_since) == (NOON + timedelta(hours=1),) * 2
    assert (lobby.quiet_since, lobby.host_away) == (NOON, False)
    assert (planned.quiet_since, planned.remind_at) == (None, NOON + timedelta(days=29))
    assert [number for number, _, _ in due] == [1, 2]


@pytest.mark.parametrize(
    ("reminders", "at"), [("1440,15", NOON + timedelta(days=29)), ("60", NOON)]
)
def test_what_is_planned_at_an_upgrade_was_announced_and_start_comes_whatever_the_reminders(
    database: Database, reminders: str, at: datetime
) -> None:
    """Without a reminder at the time of Start, the session is looked at once, to set its alarm."""
    make_version(database, "0004", MID_EVENING.replace("1440,15", reminders))

    migrate.upgrade(database)

    with database.read() as tx:
        planned = tx.get_one(Meetup, 3)
    assert (planned.announced, planned.remind_at) == (True, at)


def test_an_upgrade_keeps_the_outbox_and_lets_it_give_up_and_nothing_else(
    database: Database,
) -> None:
    make_version(database, "0004", MID_EVENING)

    migrate.upgrade(database)

    with database.write() as tx:
        shown, parked = tx.exec(select(Effect).order_by(Effect.id)).all()
        assert (shown.message_id, shown.shown, parked.trouble) == (77, 3, "no permission")
        parked.state = EffectState.GIVEN_UP
    for wrong in ("UPDATE outbox SET state = 'lost'", "UPDATE outbox SET key = '" + "q" * 26 + "'"):
        with pytest.raises(Exception, match=r"(?i)check|too long"), database.write() as tx:
            tx.execute(text(f"{wrong} WHERE id = 1"))
    for wrong in ("group_id = 404", "key = 's1'"):
        with pytest.raises(Exception, match=r"(?i)foreign|unique"), database.write() as tx:
            tx.execute(text(f"UPDATE outbox SET {wrong} WHERE id = 1"))
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


# From every revision to 0009, with an outbox that is full

EVERY_REVISION = [f"000{number}" for number in range(1, 9)]
FULL_OUTBOX = """
INSERT INTO outbox (id, key, group_id, channel_id, state, wanted, shown, created_at, attempts,
    retry_at, message_id{more})
    VALUES (1, 'q1', 900, 910, 'done', 3, 3, '2026-11-20 12:00:00', 0, '2026-11-20 12:00:00', 77
        {values}),
    (2, 'v1', 900, 900, 'pending', 1, 0, '2026-11-20 12:00:00', 0, '2026-11-20 12:00:00', NULL
        {values}),
    (3, 'w1.1.5', 900, 910, 'expired', 1, 0, '2026-11-20 12:00:00', 0, '2026-11-20 12:00:00', NULL
        {values}),
    (4, 'g1', 900, 0, 'done', 2, 2, '2026-11-20 12:00:00', 0, '2026-11-20 12:00:00', NULL
        {values}),
    (5, 'h1', 900, 0, 'parked', 2, 1, '2026-11-20 12:00:00', 0, '2026-11-20 12:00:00', NULL
        {values}),
    (6, 'c1.1', 900, 0, 'pending', 1, 0, '2026-11-20 12:00:00', 0, '2026-11-20 12:00:00', NULL
        {values})
"""


def upgrade_to(database: Database, revision: str) -> None:
    """Upgrade with foreign keys off, as the bot does it."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            migrate._set_foreign_keys(connection, on=False)
        with connection.begin():
            config = migrate._config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)


def counts(database: Database) -> dict[str, int]:
    """How many rows there are in each table."""
    with database.engine.connect() as connection:
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
        return {
            name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()
            for name in sorted(names)
        }


@pytest.mark.parametrize("revision", EVERY_REVISION)
def test_from_every_revision_each_effect_is_told_where_it_belongs_and_no_row_is_lost(
    first_version: Database, revision: str
) -> None:
    upgrade_to(first_version, revision)
    counted = revision >= "0005"
    full = FULL_OUTBOX.format(
        more=", under_way" if counted else "", values=", 0" if counted else ""
    )
    with first_version.engine.begin() as connection:
        connection.exec_driver_sql(full)
    before = counts(first_version)

    migrate.upgrade(first_version)

    after = counts(first_version)
    assert {name: after[name] for name in before} == before
    assert before["outbox"] == 6
    with first_version.read() as tx:
        effects = tx.exec(select(Effect).order_by(Effect.id)).all()
    assert [(one.key, one.target) for one in effects] == [
        ("q1", EffectTarget.MESSAGE),
        ("v1", EffectTarget.DISCORD_EVENT),
        ("w1.1.5", EffectTarget.MESSAGE),
        ("g1", EffectTarget.GOOGLE_CALENDAR),
        ("h1", EffectTarget.GOOGLE_CALENDAR),
        ("c1.1", EffectTarget.GOOGLE_CALENDAR),
    ]
    assert all(one.target == Key.parse(one.key).kind.target for one in effects)
    assert {(one.text_hash, one.files_hash) for one in effects} == {(None, None)}
    assert [(one.message_id, one.state.value) for one in effects][:2] == [
        (77, "done"),
        (None, "pending"),
    ]


NO_WORDS = ("target = 'nowhere'", "target = NULL", "state = 'lost'", "key = '" + "q" * 26 + "'")


def test_after_the_upgrade_the_outbox_refuses_what_is_no_word(first_version: Database) -> None:
    with first_version.engine.begin() as connection:
        connection.exec_driver_sql(AN_OLD_CARD)
    migrate.upgrade(first_version)

    for wrong in NO_WORDS:
        refused = pytest.raises(Exception, match=r"(?i)check|null|too long")
        with refused, first_version.write() as tx:
            tx.execute(text(f"UPDATE outbox SET {wrong} WHERE id = 1"))


# From 0009: who is mentioned when a question is resolved


def test_outcomes_of_before_call_nobody_and_those_to_come_do(first_version: Database) -> None:
    migrate.upgrade(first_version)

    with first_version.read() as tx:
        assert [one.calls for one in tx.exec(select(Resolution))] == [False, False]
        assert tx.exec(select(Group)).one().call_forecasters
    with first_version.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


# From 0010: messages that go


def test_messages_of_an_older_version_all_stay(first_version: Database) -> None:
    with first_version.engine.begin() as connection:
        connection.exec_driver_sql(AN_OLD_CARD)

    migrate.upgrade(first_version)

    with first_version.read() as tx:
        assert [one.gone for one in tx.exec(select(Effect))] == [False]


# From 0017: a question that ended early has been in the calibration, and waits from now on

KNOWN = "UPDATE groups SET standings_version = scores_version, rescored_to = NULL"


@pytest.mark.parametrize(("closes", "due"), [("2999-12-31", [900]), ("2020-12-31", [])])
def test_standings_with_a_question_that_ended_early_are_computed_again(
    first_version: Database, closes: str, due: list[int]
) -> None:
    upgrade_to(first_version, "0017")
    with first_version.engine.begin() as connection:
        connection.exec_driver_sql(KNOWN)
        connection.exec_driver_sql(f"UPDATE questions SET closes_at = '{closes} 12:00:00'")

    migrate.upgrade(first_version)

    with first_version.read() as tx:
        assert [group_id for group_id, *_ in standings.due(tx, NOON)] == due
