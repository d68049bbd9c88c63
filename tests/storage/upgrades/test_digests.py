"""Groups that were there before weekly digests: those with a channel get their first moment."""

import pytest

from storage import digests, migrate
from storage.engine import Database
from tests.conftest import START
from tests.storage.old_versions import make_version

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

BEFORE = "0016"
GROUP = """
INSERT INTO groups (id, name, timezone, turn_seconds, past_turn_seconds, grace_seconds,
    blind_seconds, final_seconds, extend_seconds, extensions, spoken_cues, call_forecasters,
    reminder_minutes, announce_days, events, threads, scores_version, standings_version, joins,
    welcomed, timezone_chosen, channel_id)
    VALUES ({group}, 'Circle', 'UTC', 600, 180, 60, 180, 180, 120, 2, {{false}}, {{false}}, '', 5,
    {{false}}, {{false}}, 0, 0, 1, {{false}}, {{false}}, {channel})
"""


def test_the_sweep_finds_only_those_with_a_channel(database: Database) -> None:
    before = (GROUP.format(group=900, channel=910), GROUP.format(group=901, channel="NULL"))
    make_version(database, BEFORE, ";\n".join(before))

    migrate.upgrade(database)

    with database.read() as tx:
        assert digests.due(tx, START) == [(900, 900, digests.UNSET)]
