"""Imported questions on their platforms: looked at, proposed, accepted or declined, and lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.answers.formats import AnswerFormat
from bot.answers.probabilities import Belief
from bot.core import keys
from bot.core.drafts import FilledForm
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.unit import Desk
from bot.door.messages import Message
from bot.questions import imports, watching
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.registry import CARDS
from bot.sources.imported import SourceError
from storage.tables import Crowd, Effect, Proposal, Question, Resolution, Watch
from tests.bot.imported_scenes import URL, bring_from_manifold, reports, there
from tests.bot.scenes import finish, record, row, rows
from tests.conftest import GROUP, START, Clock, caller

COLOURS = AnswerFormat("choice", ("Red", "Green"))
DAY = 86_400


def look(desk: Desk, clock: Clock, answer: object) -> None:
    """Time has come to look, and this is answered."""
    [watch] = rows(desk, Watch)
    clock.now = max(clock.now, watch.look_at or clock.now)
    watching.hear(desk, watch.id, GROUP, answer)


def proposal(desk: Desk, number: int = 1) -> Key:
    return keys.proposal(row(desk, Proposal, number).question_id, number)


def drawn(desk: Desk, at: Key) -> Message:
    message = CARDS.render(desk, at)
    assert message is not None
    return message


def says(message: Message) -> str:
    embed = message.embed
    fields = [field.value for field in embed.fields] if embed else []
    return "\n".join(
        [
            message.content,
            embed.title if embed else "",
            embed.description or "" if embed else "",
            *fields,
        ]
    )


def test_what_was_fetched_comes_with_the_question(desk: Desk) -> None:
    number = bring_from_manifold(desk)

    question, [watch], [crowd] = row(desk, Question, number), rows(desk, Watch), rows(desk, Crowd)
    assert (question.source_url, question.background) == (URL, "It is dry.")
    assert question.criteria == "As the station says.\n\nIt is dry."
    assert (watch.source, watch.ref, watch.failures) == ("manifold", "/v0/market/rain", 0)
    assert START + timedelta(days=1) <= watch.look_at <= START + timedelta(days=1.2)
    assert (crowd.moment, crowd.probability, crowd.at) == ("import", 0.62, START)


def test_a_form_that_is_sent_twice_brings_one_question(desk: Desk) -> None:
    bring_from_manifold(desk)
    sent = FilledForm("imported|d1", {"title": "Another title of it"}, {"kind": "binary"})

    with pytest.raises(StaleRefusal, match="brought already"):
        questions_service.bring_fetched(desk, caller("Ana"), 1, sent)


def test_what_somebody_else_fetched_is_theirs(desk: Desk) -> None:
    errand = imports.begin(desk, caller("Ana"), URL)
    imports.keep(desk, caller("Ana"), errand, there())

    with pytest.raises(StaleRefusal):
        imports.form_fields(desk, caller("Ben"), errand.draft_id)


def test_a_question_that_is_decided_there_is_not_brought(desk: Desk) -> None:
    errand = imports.begin(desk, caller("Ana"), URL)

    with pytest.raises(Refusal, match="decided this question already"):
        imports.keep(desk, caller("Ana"), errand, reports("yes"))


def test_a_reported_outcome_is_proposed_once_and_applied_by_nobody(
    desk: Desk, clock: Clock
) -> None:
    number = bring_from_manifold(desk)
    record(desk, "Ben", number, "80")

    for _ in range(3):
        look(desk, clock, reports("yes"))

    assert len(rows(desk, Proposal)) == 1
    assert rows(desk, Resolution) == []
    message = drawn(desk, proposal(desk))
    assert message.pings == (caller("Ana").user_id,)
    assert "Manifold: Resolved YES" in says(message)
    assert "Is it **yes** here, too" in says(message)
    assert [item.label for item in message.items] == ["Accept", "Decline"]


def test_an_accepted_proposal_resolves_with_the_moment_of_the_source(
    desk: Desk, clock: Clock
) -> None:
    number = bring_from_manifold(desk)
    record(desk, "Ben", number, "80")
    look(desk, clock, reports("yes"))

    watching.accept(desk, caller("Ana"), proposal(desk))

    [entered] = rows(desk, Resolution)
    assert (entered.outcome, entered.known_at) == ("yes", START + timedelta(days=1))
    assert entered.source == "Manifold: Resolved YES"
    assert row(desk, Question, number).state == "resolved"
    message = drawn(desk, proposal(desk))
    assert "Accepted by Ana" in says(message)
    assert message.items == ()
    look(desk, clock, reports("yes"))
    assert rows(desk, Watch)[0].look_at is None


def test_an_option_is_accepted_by_its_name(desk: Desk, clock: Clock) -> None:
    number = bring_from_manifold(desk, there(COLOURS))
    look(desk, clock, reports("1", "Resolved “Green”", asked=COLOURS))

    watching.accept(desk, caller("Ana"), proposal(desk))

    assert [one.outcome for one in rows(desk, Resolution)] == ["1"]
    assert row(desk, Question, number).state == "resolved"


def test_void_is_proposed_and_said(desk: Desk, clock: Clock) -> None:
    bring_from_manifold(desk)
    look(desk, clock, reports("void", "Resolved MKT at 40%"))

    assert "it would be **void** here" in says(drawn(desk, proposal(desk)))
    watching.accept(desk, caller("Ana"), proposal(desk))
    assert [one.outcome for one in rows(desk, Resolution)] == ["void"]


def test_a_declined_proposal_does_not_come_again_but_another_outcome_does(
    desk: Desk, clock: Clock
) -> None:
    bring_from_manifold(desk)
    look(desk, clock, reports("yes"))
    watching.decline(desk, caller("Ana"), proposal(desk))
    look(desk, clock, reports("yes"))
    assert len(rows(desk, Proposal)) == 1

    look(desk, clock, reports("no", "Resolved NO"))

    assert [one.outcome for one in rows(desk, Proposal)] == ["yes", "no"]
    assert "Declined by Ana" in says(drawn(desk, proposal(desk)))
    assert rows(desk, Resolution) == []


def test_a_newer_outcome_overtakes_one_that_waits(desk: Desk, clock: Clock) -> None:
    bring_from_manifold(desk)
    look(desk, clock, reports("yes"))
    look(desk, clock, reports("no", "Resolved NO"))

    assert "Overtaken" in says(drawn(desk, proposal(desk)))
    with pytest.raises(StaleRefusal):
        watching.accept(desk, caller("Ana"), proposal(desk))


def test_only_the_author_and_facilitators_decide(desk: Desk, clock: Clock) -> None:
    bring_from_manifold(desk)
    look(desk, clock, reports("yes"))

    for decide in (watching.accept, watching.decline):
        with pytest.raises(NotAllowedRefusal):
            decide(desk, caller("Ben"), proposal(desk))
    watching.accept(desk, caller("Ben", manages_events=True), proposal(desk))
    assert len(rows(desk, Resolution)) == 1


def test_a_proposal_is_of_its_own_question_alone(desk: Desk, clock: Clock) -> None:
    bring_from_manifold(desk)
    look(desk, clock, reports("yes"))
    other = questions_service.submit(
        desk, caller("Ana"), questions_service.Written("Will it snow in Oslo?", "", "", "")
    )

    with pytest.raises(Refusal, match="no such proposal"):
        watching.accept(desk, caller("Ana"), keys.proposal(other.id, 1))
    with pytest.raises(Refusal):
        watching.accept(desk, caller("Guest", group_id=901), proposal(desk))


def test_a_question_that_was_settled_otherwise_says_so_on_the_proposal(
    desk: Desk, clock: Clock
) -> None:
    number = bring_from_manifold(desk)
    look(desk, clock, reports("yes"))
    before = {one.key: one.wanted for one in rows(desk, Effect)}

    questions_outcomes.resolve(desk, caller("Ana"), number, outcome="no")

    at = proposal(desk)
    assert "Settled otherwise: no" in says(drawn(desk, at))
    assert {one.key: one.wanted for one in rows(desk, Effect)}[str(at)] > before[str(at)]
    with pytest.raises(StaleRefusal):
        watching.accept(desk, caller("Ana"), at)


def test_an_answer_that_was_edited_away_is_left_to_a_person(desk: Desk, clock: Clock) -> None:
    number = bring_from_manifold(desk, there(COLOURS))
    written = questions_service.as_written(desk, caller("Ana"), number)
    questions_service.edit(desk, caller("Ana"), number, replace(written, answers="Pink\nRed"))

    look(desk, clock, reports("1", "Resolved “Green”", asked=COLOURS))

    message = drawn(desk, proposal(desk))
    assert "has no such answer" in says(message)
    assert [item.label for item in message.items] == ["Decline"]
    with pytest.raises(Refusal, match="no such answer"):
        watching.accept(desk, caller("Ana"), proposal(desk))


def test_a_source_without_the_question_is_said_once(desk: Desk, clock: Clock) -> None:
    number = bring_from_manifold(desk)
    gone = SourceError("Manifold has no such question.", gone=True)

    for _ in range(5):
        look(desk, clock, gone)

    [said] = [one for one in rows(desk, Effect) if one.key == str(keys.source_gone(number))]
    assert said.wanted == 1
    assert rows(desk, Watch)[0].look_at is None
    message = drawn(desk, keys.source_gone(number))
    assert "Manifold does not have" in message.content
    assert message.pings == (caller("Ana").user_id,)


def test_trouble_between_counts_anew(desk: Desk, clock: Clock) -> None:
    bring_from_manifold(desk)
    gone, trouble = SourceError("No such.", gone=True), SourceError("Trouble.", wait=10 * DAY)

    for answer in (gone, gone, trouble):
        look(desk, clock, answer)
    assert rows(desk, Watch)[0].look_at == clock.now + timedelta(days=10)
    for answer in (gone, gone):
        look(desk, clock, answer)

    assert rows(desk, Watch)[0].look_at is not None
    assert not [one for one in rows(desk, Effect) if one.key.startswith("S")]


def test_a_look_that_rings_twice_asks_and_changes_nothing(desk: Desk, clock: Clock) -> None:
    bring_from_manifold(desk)
    [watch] = rows(desk, Watch)
    assert watching.to_ask(desk, watch.id) is None
    clock.now = watch.look_at
    assert watching.to_ask(desk, watch.id) is not None

    look(desk, clock, there())
    [after] = rows(desk, Watch)
    watching.hear(desk, watch.id, GROUP, reports("yes"))

    assert rows(desk, Watch) == [after]
    assert rows(desk, Proposal) == []


def test_the_crowd_is_heard_again_when_a_round_closes(desk: Desk, clock: Clock) -> None:
    bring_from_manifold(desk)
    finish(desk)

    [watch] = rows(desk, Watch)
    assert watch.look_at == clock.now
    clock.move(5)
    watching.hear(desk, watch.id, GROUP, there(crowd=Belief(0.71)))

    before, beside = rows(desk, Crowd)
    assert (before.moment, before.round_id) == ("import", None)
    assert (beside.moment, beside.round_id, beside.probability) == ("close", 1, 0.71)
    look(desk, clock, there(crowd=Belief(0.9)))
    assert len(rows(desk, Crowd)) == 2


def test_what_is_heard_hours_after_the_round_does_not_stand_beside_it(
    desk: Desk, clock: Clock
) -> None:
    bring_from_manifold(desk)
    finish(desk)
    clock.move(2 * 3600)

    look(desk, clock, there(crowd=Belief(0.71)))

    assert [one.moment for one in rows(desk, Crowd)] == ["import"]


def test_a_question_that_is_open_again_is_watched_again(desk: Desk, clock: Clock) -> None:
    number = bring_from_manifold(desk)
    questions_outcomes.resolve(desk, caller("Ana"), number, outcome="no")
    look(desk, clock, there())
    assert rows(desk, Watch)[0].look_at is None

    questions_outcomes.reopen(desk, caller("Ana", manages_events=True), number)

    assert rows(desk, Watch)[0].look_at is not None
