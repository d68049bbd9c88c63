"""Who is asked what happened with a closed question, when, and when no more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.typed_times import TimeQuestion
from bot.core.unit import Desk
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.questions import inquiries as questions_inquiries
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.questions.entry import Resolved
from bot.questions.inquiries import AskedLater
from bot.questions.inquiry_cards import inquiry_card, overdue_card
from bot.questions.inquiry_read_model import read_inquiry, read_overdue
from bot.registry import TIMERS
from bot.schedule import service as schedule_service
from bot.schedule.cards import announcement_card
from bot.schedule.read_model import read_announcement
from bot.schedule.service import Plan
from storage import inquiries
from storage.tables import Banked, Effect, Inquiry, Proposal, Question, QuestionState, Resolution
from tests.bot.saved_scenes import scene
from tests.bot.scenes import RAIN, SNOW, bring, effect, group, record, row, rows
from tests.conftest import CHANNEL, GROUP, Clock, caller
from tests.stories.past import BANK

HOUR, DAY = 3600, 86_400
WEEK = 7 * DAY
FACILITATOR = {"manages_events": True}
MANAGER = {"manages_group": True}


def ring(desk: Desk, clock: Clock) -> None:
    """Do what the sweep does: close what is due, and ask what is due."""
    with desk.db.read() as tx:
        if not any(list(TIMERS[name].due(tx, clock.now)) for name in ("question", "inquiry")):
            return
    for name in ("question", "inquiry"):
        with desk.db.read() as tx:
            due = list(TIMERS[name].due(tx, clock.now))
        for number, group_id, _ in due:
            TIMERS[name].ring(desk, number, group_id)


def pass_time(desk: Desk, clock: Clock, seconds: float, *, step: float = HOUR) -> None:
    """Let time pass, with a sweep every hour: what comes too early is found by the next one too."""
    until = clock.now + timedelta(seconds=seconds)
    while clock.now < until:
        clock.move(min(step, (until - clock.now).total_seconds()))
        ring(desk, clock)


@pytest.fixture
@scene
def closed(desk: Desk, clock: Clock) -> int:
    """A question of Ana's, on which Ben has forecast, and which has just closed."""
    number = bring(desk, closes="in 60 minutes")
    record(desk, "Ben", number)
    clock.move(HOUR)
    ring(desk, clock)
    return number


def sent(desk: Desk, kind: str) -> list[str]:
    return [one.key for one in rows(desk, Effect) if one.key[0] == kind]


def alive(desk: Desk, kind: str) -> list[str]:
    return [one.key for one in rows(desk, Effect) if one.key[0] == kind and not one.gone]


def text(desk: Desk, key: Key) -> str:
    with desk.db.read() as tx:
        shown = read_inquiry(tx, key)
    assert shown is not None
    return inquiry_card(shown).content


def labels(desk: Desk, key: Key) -> list[str]:
    with desk.db.read() as tx:
        shown = read_inquiry(tx, key)
    assert shown is not None
    return [
        str(getattr(one, "label", None) or getattr(one, "placeholder", ""))
        for one in inquiry_card(shown).items
    ]


def test_an_hour_after_the_close_the_author_is_mentioned_once(
    desk: Desk, clock: Clock, closed: int
) -> None:
    clock.move(HOUR - 1)
    ring(desk, clock)
    early = sent(desk, "I")
    clock.move(1)
    ring(desk, clock)
    questions_inquiries.ask_due(desk, closed, GROUP)

    assert early == []
    assert sent(desk, "I") == [f"I{closed}.1"]
    at = keys.inquiry(closed, 1)
    assert text(desk, at).startswith(f"<@1>, what happened?\n“**{RAIN}**” It closed ")
    assert labels(desk, at) == ["Yes", "No", "Not known yet", "Void"]
    with desk.db.read() as tx:
        shown = read_inquiry(tx, at)
    assert shown is not None
    assert inquiry_card(shown).pings == (1,)


def test_where_the_outcome_is_expected_later_the_author_is_asked_then(
    desk: Desk, clock: Clock
) -> None:
    number = bring(desk, closes="in 60 minutes")
    with desk.db.write() as tx:
        tx.get_one(Question, number).expected_at = clock.now + timedelta(days=9)

    pass_time(desk, clock, 9 * DAY - 1, step=6 * HOUR)
    early = sent(desk, "I")
    pass_time(desk, clock, 1)

    assert early == []
    assert sent(desk, "I") == [f"I{number}.1"]


def test_a_question_that_nobody_resolves_costs_five_messages_and_waits_on_the_list(
    desk: Desk, clock: Clock, closed: int
) -> None:
    pass_time(desk, clock, 8 * WEEK, step=6 * HOUR)

    assert len(sent(desk, "I")) == 1
    assert len(sent(desk, "F")) == 4
    assert len(alive(desk, "F")) == 1
    assert rows(desk, Inquiry)[0].ask_at is None
    with desk.db.read() as tx:
        assert inquiries.waiting(tx, GROUP, 3) == (1, [RAIN])
    listed = questions_service.listing(desk, caller("Ben"), QuestionState.CLOSED)
    assert [one.title for one in listed] == [RAIN]


def test_the_facilitators_get_one_message_a_week_for_all_questions(
    desk: Desk, clock: Clock
) -> None:
    for number in range(7):
        bring(desk, f"{RAIN} {number}", closes=f"in {60 + 30 * number} minutes")
    late = bring(desk, SNOW, closes="in 5 days")

    pass_time(desk, clock, 6 * HOUR)
    pass_time(desk, clock, WEEK - 6 * HOUR, step=6 * HOUR)
    pass_time(desk, clock, 3 * HOUR)
    first = sent(desk, "F")
    pass_time(desk, clock, 8 * WEEK, step=3 * HOUR)

    assert len(first) == 1
    assert len(sent(desk, "F")) == 5
    assert row(desk, Inquiry, late).reminded == 4


def test_the_message_to_the_facilitators_names_five_and_mentions_their_role(
    desk: Desk, clock: Clock
) -> None:
    change = SettingsChange(facilitator_role_id=55, channel_id=CHANNEL)
    groups_service.change(desk, caller("Ana", **MANAGER), change)
    for number in range(7):
        bring(desk, f"{RAIN} {number}", closes="in 60 minutes")
    pass_time(desk, clock, WEEK + 3 * HOUR, step=3 * HOUR)

    with desk.db.read() as tx:
        shown = read_overdue(tx, Key.parse(sent(desk, "F")[0]))
    assert shown is not None
    message = overdue_card(shown)

    assert message.layout is not None
    texts = message.layout.texts()
    assert texts[0].startswith("### 7 questions wait for an outcome\n<@&55>, ")
    assert len(message.layout.asides()) == 5
    assert texts[-1] == "… and 2 more. `/question list state:closed` has them all."
    assert message.roles == (55,)


def test_an_answer_enters_the_outcome_as_known_now_and_the_message_goes(
    desk: Desk, clock: Clock, closed: int
) -> None:
    pass_time(desk, clock, HOUR)

    entered = questions_inquiries.answer(desk, caller("Ana"), keys.inquiry(closed, 1), "yes")

    assert isinstance(entered, Resolved)
    assert entered.outcome == "yes"
    (entry,) = rows(desk, Resolution)
    assert (entry.outcome, entry.known_at) == ("yes", clock.now)
    assert alive(desk, "I") == []
    pass_time(desk, clock, 8 * WEEK, step=DAY)
    assert len(sent(desk, "I")) == 1
    assert sent(desk, "F") == []


def test_the_second_of_two_answers_is_told_what_the_first_one_said(
    desk: Desk, clock: Clock, closed: int
) -> None:
    pass_time(desk, clock, HOUR)
    at = keys.inquiry(closed, 1)
    questions_inquiries.answer(desk, caller("Ana"), at, "yes")

    with pytest.raises(Refusal, match="it came out yes"):
        questions_inquiries.answer(desk, caller("Ben", **FACILITATOR), at, "no")
    with pytest.raises(Refusal, match="it came out yes"):
        questions_inquiries.not_yet(desk, caller("Ana"), at, "")

    assert len(rows(desk, Resolution)) == 1


def test_only_the_author_and_facilitators_answer(desk: Desk, clock: Clock, closed: int) -> None:
    pass_time(desk, clock, HOUR)
    at = keys.inquiry(closed, 1)
    deeds: list[Callable[[], object]] = [
        lambda: questions_inquiries.answer(desk, caller("Ben"), at, "yes"),
        lambda: questions_inquiries.not_yet(desk, caller("Ben"), at, ""),
        lambda: questions_inquiries.check_may_wait(desk, caller("Ben"), at),
    ]

    for deed in deeds:
        with pytest.raises(NotAllowedRefusal, match="author or a facilitator"):
            deed()

    questions_inquiries.answer(desk, caller("Ben", **FACILITATOR), at, "no")
    assert row(desk, Question, closed).state == QuestionState.RESOLVED


def test_not_known_yet_asks_the_author_again_in_a_week(
    desk: Desk, clock: Clock, closed: int
) -> None:
    pass_time(desk, clock, HOUR)
    at = keys.inquiry(closed, 1)

    said = questions_inquiries.not_yet(desk, caller("Ana"), at, "")

    assert isinstance(said, AskedLater)
    assert said.again.at == clock.now + timedelta(weeks=1)
    assert text(desk, at).startswith(f"Not known yet: “**{RAIN}**”. I ask again on ")
    pass_time(desk, clock, WEEK, step=6 * HOUR)
    assert sent(desk, "F") == []
    assert sent(desk, "I") == [f"I{closed}.1", f"I{closed}.2"]
    assert alive(desk, "I") == [f"I{closed}.2"]
    with pytest.raises(StaleRefusal):
        questions_inquiries.not_yet(desk, caller("Ana"), at, "")


def test_not_known_yet_with_a_date_asks_again_then(desk: Desk, clock: Clock, closed: int) -> None:
    pass_time(desk, clock, HOUR)
    at = keys.inquiry(closed, 1)

    said = questions_inquiries.not_yet(desk, caller("Ana"), at, "2027-03-01 12:00")
    pass_time(desk, clock, 60 * DAY, step=DAY)

    assert isinstance(said, AskedLater)
    assert len(sent(desk, "I")) == 1
    pass_time(desk, clock, 60 * DAY, step=DAY)
    assert len(sent(desk, "I")) == 2


def test_a_date_that_can_mean_two_days_is_asked_about(
    desk: Desk, clock: Clock, closed: int
) -> None:
    pass_time(desk, clock, HOUR)
    at = keys.inquiry(closed, 1)

    doubt = questions_inquiries.not_yet(desk, caller("Ana"), at, "05/06")
    assert isinstance(doubt, TimeQuestion)
    before = row(desk, Inquiry, 1).ask_at
    choice = keys.draft(doubt.draft_id, 1)
    with pytest.raises(StaleRefusal):
        questions_outcomes.choose_known(desk, caller("Ana"), choice)
    said = questions_inquiries.choose_again(desk, caller("Ana"), choice)

    assert before == clock.now + timedelta(weeks=1)
    assert row(desk, Inquiry, 1).ask_at == said.again.at
    assert said.again.at > clock.now + timedelta(days=100)


def test_a_proposal_is_waited_for_but_not_longer_than_a_week(
    desk: Desk, clock: Clock, closed: int
) -> None:
    with desk.db.write() as tx:
        tx.add(
            Proposal(
                question_id=closed, outcome="yes", known_at=clock.now, source="manifold",
                made_at=clock.now,
            )
        )  # fmt: skip

    pass_time(desk, clock, WEEK - 1, step=6 * HOUR)
    early = sent(desk, "I")
    pass_time(desk, clock, 1)

    assert early == []
    assert sent(desk, "I") == [f"I{closed}.1"]


def test_a_group_that_sleeps_hears_nothing_and_is_asked_when_it_wakes(
    desk: Desk, clock: Clock, closed: int
) -> None:
    groups_service.fall_asleep(desk, GROUP)
    pass_time(desk, clock, 3 * WEEK, step=DAY)
    questions_inquiries.ask_due(desk, closed, GROUP)
    asleep = sent(desk, "I")
    groups_service.wake_up(desk, [GROUP])
    ring(desk, clock)

    assert asleep == []
    assert sent(desk, "I") == [f"I{closed}.1"]
    assert sent(desk, "F") == []


@pytest.mark.parametrize("column", ["import_key", "banked_id", "closes_at"])
def test_of_what_was_imported_or_dealt_or_has_no_close_nobody_is_asked(
    desk: Desk, clock: Clock, column: str
) -> None:
    number = bring(desk, closes="" if column == "closes_at" else "in 60 minutes")
    with desk.db.write() as tx:
        question = tx.get_one(Question, number)
        if column == "import_key":
            question.import_key = "7"
        if column == "banked_id":
            banked = Banked(**BANK[0].model_dump(exclude={"id"}))
            tx.add(banked)
            tx.flush()
            question.banked_id = banked.id

    pass_time(desk, clock, 3 * WEEK, step=DAY)

    assert rows(desk, Inquiry) == []
    assert sent(desk, "I") == []


def test_a_close_that_moves_ahead_takes_the_message_away_and_asks_anew(
    desk: Desk, clock: Clock, closed: int
) -> None:
    pass_time(desk, clock, 3 * WEEK, step=DAY)
    reminded = len(sent(desk, "F"))
    written = questions_service.as_written(desk, caller("Ana"), closed)
    questions_service.edit(desk, caller("Ana"), closed, replace(written, closes="in 30 days"))
    moved = alive(desk, "I")
    pass_time(desk, clock, 31 * DAY, step=6 * HOUR)

    assert reminded == 2
    assert moved == []
    assert alive(desk, "I") == [f"I{closed}.2"]
    pass_time(desk, clock, 8 * WEEK, step=DAY)
    assert len(sent(desk, "F")) == reminded + 4


def test_a_reopened_question_is_asked_about_after_a_week(
    desk: Desk, clock: Clock, closed: int
) -> None:
    pass_time(desk, clock, HOUR)
    questions_inquiries.answer(desk, caller("Ana"), keys.inquiry(closed, 1), "yes")
    questions_outcomes.reopen(desk, caller("Ana", **FACILITATOR), closed)

    pass_time(desk, clock, WEEK - 1, step=6 * HOUR)
    early = alive(desk, "I")
    pass_time(desk, clock, 1)

    assert early == []
    assert alive(desk, "I") == [f"I{closed}.2"]


def test_options_are_chosen_from_a_list_and_a_number_has_its_form(desk: Desk, clock: Clock) -> None:
    options = bring(desk, RAIN, closes="in 60 minutes", answers="red\ngreen\nblue")
    number = bring(desk, SNOW, closes="in 60 minutes", answers="number in days")
    pass_time(desk, clock, 2 * HOUR)

    assert labels(desk, keys.inquiry(options, 1)) == ["What happened?", "Not known yet", "Void"]
    assert labels(desk, keys.inquiry(number, 1)) == ["Enter it", "Not known yet", "Void"]
    entered = questions_inquiries.answer(desk, caller("Ana"), keys.inquiry(options, 1), "green")
    assert isinstance(entered, Resolved)
    assert entered.outcome == "green"
    assert group(desk).id == GROUP
    assert effect(desk, keys.inquiry(number, 1)) is not None


def test_the_next_announcement_alone_says_how_many_wait_and_names_three(
    desk: Desk, clock: Clock
) -> None:
    for when in ("2026-12-20 19:00", "2026-12-27 19:00"):
        schedule_service.schedule(desk, caller("Ana"), Plan(when=when))
    for number in range(5):
        bring(desk, f"{RAIN} {number}", closes="in 60 minutes")
    pass_time(desk, clock, 2 * HOUR)

    with desk.db.read() as tx:
        first, second = (read_announcement(tx, keys.announcement(at)) for at in (1, 2))

    assert first is not None
    assert second is not None
    embed = announcement_card(first).embed
    named = ", ".join(f"“{RAIN} {number}”" for number in range(3))
    said = f"⏳ **5 questions** wait for an outcome: {named} and 2 more"
    assert said in str(embed and embed.description)
    assert second.unresolved.count == 0
