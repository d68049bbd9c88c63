"""When a backup is due, and which old ones go."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.backups import rules, settings
from bot.core.errors import StartError
from bot.core.settings import Settings

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def name(hours_ago: float) -> str:
    return rules.file_name(NOW - hours_ago * HOUR, sqlite=True)


def test_the_first_backup_is_due_at_once() -> None:
    assert rules.wait(["notes.txt"], 6 * HOUR, NOW) == timedelta()


def test_the_next_one_waits_for_the_age_of_the_newest() -> None:
    assert rules.wait([name(9), name(2)], 6 * HOUR, NOW) == 4 * HOUR
    assert rules.wait([name(9), name(7)], 6 * HOUR, NOW) == timedelta()


def test_a_backup_from_the_future_says_nothing() -> None:
    """A clock that was wrong once must not put off backups for years."""
    assert rules.wait([name(-24 * 365), name(2)], 6 * HOUR, NOW) == 4 * HOUR


def test_the_oldest_ones_go_and_files_of_others_stay() -> None:
    ours = [name(hours) for hours in (0, 5, 10, 15)]
    others = ["dojo.db", "dojo-2026-11-28.sqlite", f"{name(99)}.unfinished", "replaced.pgdump"]

    assert rules.superfluous([*ours, *others], 2, just_made=name(0)) == [name(15), name(10)]


def test_what_a_killed_process_left_is_told_with_sqlites_own_file_beside_it() -> None:
    left = [f"{name(1)}{rules.UNFINISHED}", f"{name(1)}{rules.UNFINISHED}-journal"]
    others = [name(1), "notes.unfinished", f"{name(1)}-journal"]

    assert [one for one in (*left, *others) if rules.is_unfinished(one)] == left


def test_the_one_just_made_stays_whatever_the_clock_said_before() -> None:
    newer = [name(-24), name(-48)]

    assert rules.superfluous([*newer, name(0)], 2, just_made=name(0)) == [name(-24)]
    assert rules.superfluous([*newer, name(0)], 1, just_made=name(0)) == [name(-24), name(-48)]


def test_failures_are_tried_again_ever_more_rarely_up_to_an_hour() -> None:
    waits = [rules.wait_after_failure(failures) for failures in range(1, 50)]

    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits == sorted(waits)
    assert waits[-1] == HOUR


@pytest.mark.parametrize(
    ("typed", "every"), [("6h", 6 * HOUR), ("1d", 24 * HOUR), ("90m", 1.5 * HOUR)]
)
def test_how_often_is_typed_as_people_type_it(typed: str, every: timedelta) -> None:
    plan = settings.read_plan(Settings(_env_file=None, backup_dir="here", backup_every=typed))

    assert plan is not None
    assert (plan.every, plan.keep) == (every, 7)


@pytest.mark.parametrize("typed", ["often", "10s", ""])
def test_how_often_is_refused_where_it_makes_no_sense(typed: str) -> None:
    with pytest.raises(StartError, match="DOJO_BACKUP_EVERY"):
        settings.read_plan(Settings(_env_file=None, backup_dir="here", backup_every=typed))
