"""Sessions with a size: who has a place, who waits, who moves up and is told."""

import pytest

from bot.core.keys import Key
from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.schedule import rules as schedule_rules
from bot.schedule import service as schedule_service
from bot.schedule.read_model import read_announcement, read_place, read_reminder
from bot.schedule.service import Plan
from storage.enums import CardKind
from storage.tables import Answer, Effect, Meetup
from tests.bot.saved_scenes import scene
from tests.bot.scenes import bring, row, rows
from tests.conftest import Clock, caller


@pytest.fixture
@scene
def announced(desk: Desk, clock: Clock) -> Key:
    """A session for two: Ana and Ben have the places, Cleo and Dan wait."""
    planned = schedule_service.schedule(desk, caller("Ana"), Plan("2026-11-27 19:00", size=2))
    assert isinstance(planned, schedule_service.Planned)
    for name in ("Ben", "Cleo", "Dan"):
        say(desk, clock, planned.key, name, Answer.GOING)
    return planned.key


def say(desk: Desk, clock: Clock, at: Key, name: str, said: Answer) -> None:
    clock.move(60)
    schedule_service.rsvp(desk, caller(name), at, said)


def who(desk: Desk, at: Key) -> tuple[tuple[str, ...], tuple[str, ...]]:
    with desk.db.read() as tx:
        shown = read_announcement(tx, at)
    assert shown is not None
    return shown.going, shown.waiting


def called(desk: Desk) -> list[int]:
    """The Discord accounts of those who were told that there is a place, in that order."""
    found = []
    for one in rows(desk, Effect):
        if one.key.startswith("w"):
            with desk.db.read() as tx:
                shown = read_place(tx, Key.parse(one.key))
            found.append(shown.user_id if shown else 0)
    return found


def test_the_first_have_places_and_the_others_wait_in_their_order(
    desk: Desk, announced: Key
) -> None:
    assert who(desk, announced) == (("Ana", "Ben"), ("Cleo", "Dan"))
    assert called(desk) == []


@pytest.mark.parametrize("said", [Answer.MAYBE, Answer.NO])
def test_when_somebody_leaves_the_first_who_waits_moves_up_and_is_told_once(
    desk: Desk, clock: Clock, announced: Key, said: Answer
) -> None:
    say(desk, clock, announced, "Ben", said)
    say(desk, clock, announced, "Ben", said)

    assert who(desk, announced) == (("Ana", "Cleo"), ("Dan",))
    assert called(desk) == [3]


def test_who_moves_up_while_the_start_is_late_is_told(
    desk: Desk, clock: Clock, announced: Key
) -> None:
    clock.now = row(desk, Meetup, announced.id).starts_at
    say(desk, clock, announced, "Ben", Answer.NO)

    [told] = [one for one in rows(desk, Effect) if one.key.startswith("w")]
    assert told.expires_at is not None
    assert told.expires_at > clock.now


def test_who_leaves_and_comes_back_waits_at_the_end(
    desk: Desk, clock: Clock, announced: Key
) -> None:
    say(desk, clock, announced, "Ben", Answer.NO)
    say(desk, clock, announced, "Ben", Answer.GOING)

    assert who(desk, announced) == (("Ana", "Cleo"), ("Dan", "Ben"))


def test_who_stops_waiting_makes_nobody_move_up(desk: Desk, clock: Clock, announced: Key) -> None:
    say(desk, clock, announced, "Cleo", Answer.NO)

    assert who(desk, announced) == (("Ana", "Ben"), ("Dan",))
    assert called(desk) == []


def test_who_moves_up_a_second_time_is_told_again(desk: Desk, clock: Clock, announced: Key) -> None:
    for name, said in (
        ("Ben", Answer.NO),
        ("Cleo", Answer.NO),
        ("Cleo", Answer.GOING),
        ("Dan", Answer.NO),
    ):
        say(desk, clock, announced, name, said)

    assert who(desk, announced) == (("Ana", "Cleo"), ())
    assert called(desk) == [3, 0, 3]


def test_more_places_call_those_who_wait(desk: Desk, announced: Key) -> None:
    schedule_service.edit(desk, caller("Ana"), "1", Plan(size=4))

    assert who(desk, announced) == (("Ana", "Ben", "Cleo", "Dan"), ())
    assert called(desk) == [3, 4]


def test_nobody_who_has_a_place_loses_it_to_a_smaller_size(desk: Desk, announced: Key) -> None:
    schedule_service.edit(desk, caller("Ana"), "1", Plan(size=4))

    with pytest.raises(Refusal, match="4 people are going already"):
        schedule_service.edit(desk, caller("Ana"), "1", Plan(size=3))


@pytest.mark.parametrize("size", [-1, 0, 1, 101])
def test_a_size_has_limits(desk: Desk, size: int) -> None:
    with pytest.raises(Refusal, match="between 2 and 100"):
        schedule_service.schedule(desk, caller("Ana"), Plan("2026-11-27 19:00", size=size))


@pytest.mark.parametrize("length", ["9m", "25h"])
def test_a_length_has_limits(desk: Desk, length: str) -> None:
    with pytest.raises(Refusal, match="between 10m and 1d"):
        schedule_service.schedule(desk, caller("Ana"), Plan("2026-11-27 19:00", length=length))


def test_a_reminder_calls_those_with_a_place_and_those_who_may_come(
    desk: Desk, clock: Clock, announced: Key
) -> None:
    say(desk, clock, announced, "Eva", Answer.MAYBE)

    with desk.db.read() as tx:
        shown = read_reminder(tx, Key(CardKind.REMINDER, announced.id, (1440, 1)))

    assert shown is not None
    assert shown.user_ids == (1, 2, 5)


@pytest.mark.parametrize(
    ("minutes", "without"), [(1440, ("Ana",)), (schedule_rules.NUDGE_FROM, ("Ana",)), (15, ())]
)
def test_a_reminder_names_those_who_have_no_question_while_there_is_time(
    desk: Desk, announced: Key, minutes: int, without: tuple[str, ...]
) -> None:
    bring(desk, name="Ben")

    with desk.db.read() as tx:
        shown = read_reminder(tx, Key(CardKind.REMINDER, announced.id, (minutes, 1)))

    assert shown is not None
    assert shown.without_question == without
