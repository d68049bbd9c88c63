"""An outcome that waits for a second person, where the group asks for it."""

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.unit import Desk
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.questions import confirmations, own_score, watching
from bot.questions import inquiries as questions_inquiries
from bot.questions import outcomes as questions_outcomes
from bot.questions.entry import Proposed, Resolved
from bot.questions.inquiry_cards import inquiry_card
from bot.questions.inquiry_read_model import read_inquiry
from bot.questions.outcome_cards import details_card
from storage.tables import Dispute, Effect, Proposal, Question, QuestionState, Resolution, Score
from tests.bot.questions.test_inquiries import HOUR, MANAGER, alive, pass_time, ring, sent
from tests.bot.saved_scenes import scene
from tests.bot.scenes import bring, effect, member, record, row, rows
from tests.conftest import Clock, caller


@pytest.fixture
@scene
def asking(desk: Desk, clock: Clock) -> int:
    """Ana's question, forecast by Ben and Cleo, in a group whose outcomes are confirmed."""
    change = SettingsChange(confirm_outcomes=True)
    groups_service.change(desk, caller("Dan", **MANAGER), change)
    number = bring(desk, closes="in 60 minutes")
    for name in ("Ben", "Cleo"):
        record(desk, name, number)
    clock.move(HOUR)
    ring(desk, clock)
    return number


def enter(desk: Desk, question: int, outcome: str = "yes", **more: str) -> Key:
    said = questions_outcomes.resolve(desk, caller("Ana"), question, outcome=outcome, **more)
    assert isinstance(said, Proposed)
    return keys.confirmation(question, rows(desk, Proposal)[-1].id or 0)


def text(desk: Desk, at: Key) -> str | None:
    with desk.db.read() as tx:
        shown = read_inquiry(tx, at)
    return None if shown is None else inquiry_card(shown).content


def test_an_outcome_waits_and_nobody_is_scored_before_a_second_person_accepts(
    desk: Desk, clock: Clock, asking: int
) -> None:
    at = enter(desk, asking, source="https://example.org")
    before = (row(desk, Question, asking).state, rows(desk, Score), rows(desk, Resolution))
    said = text(desk, at)
    known = clock.now
    clock.move(HOUR)

    entered = confirmations.accept(desk, caller("Ben"), at)

    assert before == (QuestionState.CLOSED, [], [])
    assert said is not None
    assert "came out **yes**" in said
    assert "says Ana" in said
    assert isinstance(entered, Resolved)
    (entry,) = rows(desk, Resolution)
    assert (entry.outcome, entry.known_at, entry.source) == ("yes", known, "https://example.org")
    assert (entry.entered_by_id, entry.entered_at) == (member(desk, "Ana"), clock.now)
    assert rows(desk, Score)
    assert alive(desk, "I") == []
    details = details_card(own_score.show(desk, caller("Ben"), asking)).embed
    assert "by Ana, confirmed by Ben" in str(details and details.to_dict())


def test_nobody_confirms_their_own_not_even_a_facilitator(desk: Desk, asking: int) -> None:
    at = enter(desk, asking)

    with pytest.raises(NotAllowedRefusal, match="entered this outcome yourself"):
        confirmations.accept(desk, caller("Ana", **MANAGER), at)

    assert rows(desk, Resolution) == []


def test_the_buttons_of_a_source_s_report_decide_nothing_that_a_member_entered(
    desk: Desk, asking: int
) -> None:
    at = enter(desk, asking)
    forged = keys.proposal(asking, at.more[1])

    for deed in (watching.accept, watching.decline):
        with pytest.raises(Refusal, match="no such proposal"):
            deed(desk, caller("Ana"), forged)

    assert [one.accepted for one in rows(desk, Proposal)] == [None]
    assert confirmations.accept(desk, caller("Ben"), at)


def test_who_has_nothing_to_do_with_the_question_confirms_nothing(desk: Desk, asking: int) -> None:
    at = enter(desk, asking)

    for deed in (confirmations.accept, confirmations.decline):
        with pytest.raises(NotAllowedRefusal, match="Only people who forecast"):
            deed(desk, caller("Eva"), at)

    confirmations.accept(desk, caller("Eva", **MANAGER), at)
    assert row(desk, Question, asking).state == QuestionState.RESOLVED


def test_the_second_of_two_presses_changes_nothing(desk: Desk, asking: int) -> None:
    at = enter(desk, asking)
    confirmations.accept(desk, caller("Ben"), at)

    for deed in (confirmations.accept, confirmations.decline):
        with pytest.raises(StaleRefusal, match="decided about this outcome already"):
            deed(desk, caller("Cleo"), at)

    assert len(rows(desk, Resolution)) == 1


def test_what_is_declined_says_by_whom_and_never_counts(desk: Desk, asking: int) -> None:
    at = enter(desk, asking)

    confirmations.decline(desk, caller("Cleo"), at)

    said = text(desk, at)
    assert said is not None
    assert said.startswith("Cleo declined that “**Will it rain in Niamey tomorrow?**” came out")
    assert rows(desk, Resolution) == []
    assert row(desk, Question, asking).state == QuestionState.CLOSED


def test_another_outcome_takes_the_place_of_the_one_that_waits(desk: Desk, asking: int) -> None:
    first = enter(desk, asking)
    second = enter(desk, asking, "no")

    with pytest.raises(StaleRefusal):
        confirmations.accept(desk, caller("Ben"), first)
    confirmations.accept(desk, caller("Ben"), second)

    assert [one.outcome for one in rows(desk, Resolution)] == ["no"]
    assert text(desk, first) is None


def test_a_correction_and_void_wait_too(desk: Desk, asking: int) -> None:
    confirmations.accept(desk, caller("Ben"), enter(desk, asking))
    questions_outcomes.dispute(desk, caller("Cleo"), asking, "It was dry.")

    at = enter(desk, asking, "void")
    waits = row(desk, Question, asking).state
    confirmations.accept(desk, caller("Cleo"), at)

    assert waits == QuestionState.RESOLVED
    assert row(desk, Question, asking).state == QuestionState.VOID
    assert rows(desk, Resolution)[-1].comment == "a dispute was accepted"
    assert [one.reason for one in rows(desk, Dispute) if one.answered_by_id] == ["It was dry."]


def test_an_outcome_that_waits_is_not_asked_for_until_a_week_has_passed(
    desk: Desk, clock: Clock, asking: int
) -> None:
    pass_time(desk, clock, HOUR)
    said = questions_inquiries.answer(desk, caller("Ana"), keys.inquiry(asking, 1), "yes")
    assert isinstance(said, Proposed)
    waiting = alive(desk, "I")

    pass_time(desk, clock, 7 * 24 * HOUR - 1)
    early = len(sent(desk, "I"))
    pass_time(desk, clock, 1)

    assert waiting == [f"I{asking}.0.1"]
    assert early == 2
    assert alive(desk, "I") == [f"I{asking}.0.1", f"I{asking}.2"]


def test_a_proposal_of_a_source_is_not_confirmed_here(desk: Desk, asking: int) -> None:
    at = enter(desk, asking)
    with desk.db.write() as tx:
        tx.get_one(Proposal, at.more[1]).source = "manifold"

    with pytest.raises(StaleRefusal, match="no outcome that waits"):
        confirmations.accept(desk, caller("Ben"), at)


def test_a_switched_off_setting_enters_at_once_and_puts_away_what_waits(
    desk: Desk, asking: int
) -> None:
    at = enter(desk, asking)
    change = SettingsChange(confirm_outcomes=False)
    groups_service.change(desk, caller("Dan", **MANAGER), change)

    questions_outcomes.resolve(desk, caller("Ana"), asking, outcome="no")

    waiting = effect(desk, at)
    assert waiting is not None
    assert waiting.gone
    assert [one.outcome for one in rows(desk, Resolution)] == ["no"]
    assert rows(desk, Effect)
