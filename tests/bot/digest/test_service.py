"""The weekly digest: when it is due, what it tells, and that it comes once."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import Desk
from bot.digest import cards as digest_cards
from bot.digest import read_model as digest_read_model
from bot.digest import service as digest_service
from bot.digest.read_model import Digest
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from storage import digests, outbox
from storage.enums import CardKind
from storage.tables import Effect, Group, Question
from tests.bot.saved_scenes import scene
from tests.bot.scenes import RAIN, SNOW, bring, group, play, record, row, rows
from tests.conftest import CHANNEL, GROUP, START, Clock, caller

DAY = 86_400
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture
@scene
def home(desk: Desk) -> Desk:
    """A group with a channel for what concerns all."""
    settings(desk, channel_id=CHANNEL)
    return desk


def settings(desk: Desk, **wanted: object) -> None:
    groups_service.change(desk, caller(manages_group=True), SettingsChange(**wanted))


def ring(desk: Desk) -> None:
    """What the sweep does with what is due by now."""
    with desk.db.read() as tx:
        found = digests.due(tx, desk.clock())
    for number, group_id, _ in found:
        digest_service.send_due(desk, number, group_id)


def next_monday(desk: Desk, clock: Clock) -> None:
    at = group(desk).digest_at
    assert at is not None
    clock.now = at
    ring(desk)


def sent(desk: Desk) -> list[Key]:
    found = [Key.parse(one.key) for one in rows(desk, Effect)]
    return [key for key in found if key.kind == CardKind.DIGEST]


def told(desk: Desk) -> Digest:
    """The newest digest, as its message has it."""
    with desk.db.read() as tx:
        found = digest_read_model.read_digest(tx, sent(desk)[-1])
    assert found is not None
    return found


def post(desk: Desk, key: Key, message: int = 77) -> None:
    """Discord has taken a message."""
    with desk.db.write() as tx:
        found = outbox.by_key(tx, str(key))
        assert found is not None
        found.message_id = message


def text(shown: Digest) -> str:
    message = digest_cards.digest_message(shown)
    assert message.layout is not None
    return "\n".join(message.layout.texts())


def resolve(desk: Desk, question: int, outcome: str = "yes") -> None:
    who = caller("Ana", manages_events=True)
    questions_outcomes.resolve(desk, who, question, outcome=outcome)


# When


def test_it_is_due_on_monday_once_a_channel_is_chosen(desk: Desk) -> None:
    settings(desk, timezone="Europe/Berlin")
    assert group(desk).digest_at is None

    settings(desk, channel_id=CHANNEL)
    assert group(desk).digest_at == MONDAY - timedelta(hours=1)

    settings(desk, timezone="UTC")
    assert group(desk).digest_at == MONDAY


@pytest.mark.parametrize("change", [{"digest": False}, {"channel_id": 0}])
def test_who_wants_none_or_has_no_channel_has_no_moment(home: Desk, change: dict) -> None:
    settings(home, **change)

    assert group(home).digest_at is None
    with home.db.read() as tx:
        assert digests.due(tx, START + 9 * WEEK) == []


def test_turned_on_again_it_comes_the_next_monday(home: Desk, clock: Clock) -> None:
    settings(home, digest=False)
    clock.now = MONDAY + timedelta(days=1)

    settings(home, digest=True)

    assert group(home).digest_at == MONDAY + WEEK


def test_a_change_of_settings_does_not_swallow_one_that_is_due(home: Desk, clock: Clock) -> None:
    bring(home, closes="in 9 days")
    clock.now = MONDAY + timedelta(minutes=1)

    settings(home, turn="5m")
    ring(home)

    assert len(sent(home)) == 1


def test_a_group_from_before_gets_its_first_moment_and_no_digest_yet(
    home: Desk, clock: Clock
) -> None:
    bring(home, closes="in 5 days")
    with home.db.write() as tx:
        tx.get_one(Group, GROUP).digest_at = digests.UNSET

    ring(home)

    assert group(home).digest_at == MONDAY
    assert sent(home) == []


def test_nothing_is_due_in_a_group_that_sleeps(home: Desk, clock: Clock) -> None:
    groups_service.fall_asleep(home, GROUP)
    clock.now = MONDAY

    with home.db.read() as tx:
        assert digests.due(tx, clock.now) == []


def test_a_sweep_looks_at_so_many_groups_and_the_next_one_at_the_others(desk: Desk) -> None:
    with desk.db.write() as tx:
        tx.add_all(
            Group(id=number, name="", digest_at=START) for number in range(digests.MOST_AT_ONCE + 5)
        )

    with desk.db.read() as tx:
        assert len(digests.due(tx, START)) == digests.MOST_AT_ONCE


# Once


def test_it_comes_once_however_often_it_rings(home: Desk, clock: Clock) -> None:
    bring(home, closes="in 9 days")

    next_monday(home, clock)
    for _ in range(2):
        digest_service.send_due(home, GROUP, GROUP)
    settings(home, timezone="America/New_York")  # where it is not nine yet
    next_monday(home, clock)

    assert len(sent(home)) == 1


def test_after_three_weeks_away_only_the_newest_comes(home: Desk, clock: Clock) -> None:
    bring(home, closes="in 30 days")
    next_monday(home, clock)
    assert sent(home) == []
    clock.now = MONDAY + 3 * WEEK + timedelta(days=2)

    ring(home)
    ring(home)

    assert len(sent(home)) == 1
    assert group(home).digest_at == MONDAY + 4 * WEEK


def test_it_is_not_sent_any_more_when_the_next_one_is_due(home: Desk, clock: Clock) -> None:
    bring(home, closes="in 9 days")

    next_monday(home, clock)

    posted = rows(home, Effect)[-1]
    assert (posted.expires_at, posted.channel_id) == (MONDAY + WEEK, CHANNEL)


# What


def test_with_nothing_to_tell_nothing_is_sent(home: Desk, clock: Clock) -> None:
    bring(home)
    bring(home, SNOW, closes="in 60 days")
    schedule_service.schedule(home, caller("Ana"), Plan("in 720 hours"))

    next_monday(home, clock)

    assert sent(home) == []
    assert group(home).digest_at == MONDAY + WEEK


def test_it_tells_what_came_out_who_was_nearest_and_what_the_circle_was_worth(
    home: Desk, clock: Clock
) -> None:
    play(
        home,
        clock,
        {"Ana": ("30", "50", "60"), "Ben": ("40", "70", "80"), "Cleo": ("20", "40", "50")},
    )
    clock.move(60)
    resolve(home, 1)

    next_monday(home, clock)

    (only,) = told(home).resolved
    assert (only.about.title, only.outcome, only.nearest, only.people) == (
        RAIN, "yes", ("Ben",), 3,
    )  # fmt: skip
    assert "came out **yes** · nearest: Ben · the circle was worth +0." in text(told(home))


def test_one_persons_forecast_is_compared_with_nobody(home: Desk, clock: Clock) -> None:
    bring(home)
    record(home, "Ben", 1)
    clock.move(60)
    resolve(home, 1)
    bring(home, SNOW)
    resolve(home, 2, "no")

    next_monday(home, clock)

    assert "only Ben forecast it" in text(told(home))
    assert "came out **no** · no forecast counts" in text(told(home))


def test_what_was_told_last_week_is_not_told_again(home: Desk, clock: Clock) -> None:
    for title in (RAIN, SNOW):
        bring(home, title)
    resolve(home, 1)
    next_monday(home, clock)
    post(home, sent(home)[-1])
    clock.move(DAY)
    resolve(home, 2)
    next_monday(home, clock)

    assert [one.about.title for one in told(home).resolved] == [SNOW]


def test_what_no_digest_has_told_is_told_by_the_next_one(home: Desk, clock: Clock) -> None:
    bring(home)
    resolve(home, 1)
    next_monday(home, clock)
    post(home, sent(home)[-1])
    clock.move(DAY)
    bring(home, SNOW)
    resolve(home, 2)
    clock.now = MONDAY + 3 * WEEK

    ring(home)

    assert [one.about.title for one in told(home).resolved] == [SNOW]


def test_a_correction_is_told_as_one(home: Desk, clock: Clock) -> None:
    bring(home)
    resolve(home, 1)
    next_monday(home, clock)
    post(home, sent(home)[-1])
    clock.move(DAY)
    resolve(home, 1, "no")

    next_monday(home, clock)

    assert "came out **no** after all" in text(told(home))


def test_a_withdrawn_question_is_no_news_and_a_void_one_is(home: Desk, clock: Clock) -> None:
    bring(home)
    questions_outcomes.withdraw(home, caller("Ana"), 1)
    bring(home, SNOW)
    record(home, "Ben", 2)
    resolve(home, 2, "void")

    next_monday(home, clock)

    assert [(one.about.title, one.outcome) for one in told(home).resolved] == [(SNOW, None)]
    assert "is void" in text(told(home))


def test_it_tells_what_closes_within_a_week_and_what_waits(home: Desk, clock: Clock) -> None:
    bring(home, closes="in 4 days")
    bring(home, SNOW, closes="in 15 days")
    bring(home, "Will the comet be seen this month?", closes="in 2 days")
    clock.now = START + timedelta(days=2)
    questions_service.close_due(home, 3, GROUP)

    next_monday(home, clock)

    shown = told(home)
    assert [one.about.title for one in shown.closing.rows] == [RAIN]
    assert [one.about.title[:14] for one in shown.waiting.rows] == ["Will the comet"]


def test_what_waits_on_is_listed_but_is_no_news_by_itself(home: Desk, clock: Clock) -> None:
    bring(home, closes="in 2 days")
    next_monday(home, clock)
    assert len(told(home).waiting.rows) == 1
    post(home, sent(home)[-1])

    next_monday(home, clock)
    assert len(sent(home)) == 1

    bring(home, SNOW, closes="in 9 days")
    next_monday(home, clock)
    assert len(told(home).waiting.rows) == 1


def test_an_outcome_that_is_expected_later_does_not_wait_yet(home: Desk, clock: Clock) -> None:
    bring(home, closes="in 2 days")
    with home.db.write() as tx:
        tx.get_one(Question, 1).expected_at = MONDAY + timedelta(days=3)
    next_monday(home, clock)
    assert sent(home) == []

    next_monday(home, clock)

    assert told(home).waiting.total == 1


def test_it_tells_the_next_session_with_a_link_to_what_exists(home: Desk, clock: Clock) -> None:
    schedule_service.schedule(home, caller("Ana"), Plan("in 120 hours", title="Thursdays"))
    next_monday(home, clock)
    session = told(home).session
    assert session is not None
    assert (session.about.title, session.about.url) == ("Thursdays", "")

    post(home, keys.announcement(1), 1234)

    assert f"[Thursdays](https://discord.com/channels/{GROUP}/{CHANNEL}/1234)" in text(told(home))


def test_pastcasts_and_imported_history_are_left_out(home: Desk, clock: Clock) -> None:
    for number, mark in ((1, {"import_key": "old"}), (2, {"topic": "weather"})):
        bring(home, f"Is this the question number {number}?", closes="in 2 days")
        resolve(home, number)
        with home.db.write() as tx:
            tx.get_one(Question, number).sqlmodel_update(mark)

    next_monday(home, clock)

    assert [one.about.title[-2] for one in told(home).resolved] == ["2"]


def test_long_lists_are_short_and_counted_and_fit(home: Desk, clock: Clock) -> None:
    for number in range(9):
        bring(home, f"{'_*[' * 60}{number}", closes="in 4 days")
        post(home, keys.question(number + 1), 2**62 + number)
    for number in range(9, 18):
        bring(home, f"{'_*[' * 60}{number}")
        resolve(home, number + 1)
        post(home, keys.resolution(number + 1), 2**62 + number)

    next_monday(home, clock)

    said = text(told(home))
    assert "… and 5 more" in said
    assert "… and 6 more" in said
    assert len(said) < 4000


def test_it_mentions_nobody(home: Desk, clock: Clock) -> None:
    bring(home, "Will <@123456789012345678> win on Sunday?", closes="in 4 days")

    next_monday(home, clock)

    message = digest_cards.digest_message(told(home))
    assert message.pings == ()
    assert "<@123456789012345678>" not in text(told(home))


def test_another_groups_questions_are_not_told(home: Desk, clock: Clock) -> None:
    bring(home, name="Guest", closes="in 4 days", group_id=901, group_name="Owls")

    next_monday(home, clock)

    assert sent(home) == []
    assert row(home, Group, 901).digest_at is None
