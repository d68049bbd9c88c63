"""Questions about a time that were waiting for their answer when the bot was upgraded."""

import json

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from bot.core import keys
from bot.core.unit import Desk
from bot.schedule import service as schedule_service
from storage import groups, migrate
from storage.engine import Database
from storage.tables import Draft, Meetup
from tests.bot.scenes import row, rows
from tests.conftest import GROUP, START, caller
from tests.storage.old_versions import make_version

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

BEFORE = "0004"
WAITING = """
INSERT INTO groups (id, name, timezone, turn_seconds, grace_seconds, blind_seconds, final_seconds,
    extend_seconds, extensions, spoken_cues, reminder_minutes, announce_days, events,
    scores_version, standings_version)
    VALUES ({group}, 'Circle', 'Europe/Paris', 600, 60, 180, 180, 120, 2, {false}, '', 5, {false},
    0, 0);
INSERT INTO members (id, group_id, user_id, name, timezone)
    VALUES (1, {group}, {ana}, 'Ana', 'Asia/Tokyo'), (2, {group}, {ben}, 'Ben', NULL),
           (3, {group}, 3, 'Cleo', 'EST'), (4, {group}, 4, 'Dan', 'Europe/Berlin');
INSERT INTO drafts (group_id, member_id, session, plan, readings, created_at)
    VALUES ({group}, 1, NULL, '{own}', '{readings}', '2026-11-20 19:00:00'),
           ({group}, 1, NULL, '{said}', '{readings}', '2026-11-20 19:00:00'),
           ({group}, 2, NULL, '{own}', '{readings}', '2026-11-20 19:00:00');
"""
PLAN = {
    "when": "7",
    "title": "Circle",
    "voice_channel_id": None,
    "turn": None,
    "timezone": None,
    "description": None,
    "repeat": "weekly",
    "length": None,
    "size": 6,
    "scope": "one",
}


@pytest.fixture
def waiting(database: Database) -> Database:
    """The database before drafts had kinds, with three that wait for their answer."""
    filled = WAITING.format(
        group=GROUP,
        ana=caller("Ana").user_id,
        ben=caller("Ben").user_id,
        own=json.dumps(PLAN),
        said=json.dumps({**PLAN, "timezone": "Europe/Berlin"}),
        readings=json.dumps(["2026-11-21T07:00+00:00", "2026-11-21T19:00+00:00"]),
        false="{false}",
    )
    return make_version(database, BEFORE, filled)


def test_a_plan_that_waited_for_its_time_can_still_be_answered(waiting: Database) -> None:
    migrate.upgrade(waiting)
    desk = Desk(waiting, lambda: START)

    for draft, who in ((1, "Ana"), (2, "Ana"), (3, "Ben")):
        schedule_service.choose(desk, caller(who), keys.draft(draft, 1))

    found = [row(desk, Meetup, number) for number in (1, 2, 3)]
    assert [one.timezone for one in found] == ["Asia/Tokyo", "Europe/Berlin", "Europe/Paris"]
    assert {(one.title, one.size, one.starts_at.hour) for one in found} == {("Circle", 6, 19)}


def test_whoever_had_chosen_a_zone_without_summer_by_its_everyday_name_is_in_its_place(
    waiting: Database,
) -> None:
    migrate.upgrade(waiting)

    with waiting.read() as tx:
        zones = [member.timezone for member in groups.members(tx, GROUP)]
    assert zones == ["Asia/Tokyo", None, "America/New_York", "Europe/Berlin"]


def test_a_draft_may_be_a_form_after_the_upgrade_and_still_nothing_else(waiting: Database) -> None:
    migrate.upgrade(waiting)

    with waiting.write() as tx:
        tx.execute(text("UPDATE drafts SET kind = 'form' WHERE id = 1"))
    with pytest.raises(IntegrityError), waiting.write() as tx:
        tx.execute(text("UPDATE drafts SET kind = 'poem' WHERE id = 2"))

    kinds = [draft.kind.value for draft in rows(Desk(waiting, lambda: START), Draft)]
    assert kinds == ["form", "plan", "plan"]


def test_the_upgraded_table_is_that_of_a_new_database(waiting: Database) -> None:
    migrate.upgrade(waiting)

    with waiting.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
