"""The life of a question: submitted, edited, withdrawn, closed, resolved, disputed, reopened."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.answers.probabilities import Belief
from bot.core import keys
from bot.core.refusals import NotAllowedRefusal, Refusal
from bot.core.unit import Caller, Desk, row_id
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.questions.outcomes import Resolved
from bot.questions.read_model import read_question, read_resolution
from bot.sessions import service as sessions_service
from storage import questions
from storage.tables import Dispute, Forecast, Mark, Question, QuestionState, Resolution, Score
from tests.bot.scenes import (
    RAIN,
    SNOW,
    bring,
    effect,
    member,
    open_lobby,
    record,
    row,
    rows,
    snapshot,
    wanted,
    wrote,
)
from tests.conftest import CHANNEL, START, Clock, caller

HOUR = 3600
DAY = 24 * HOUR
ANYBODY = caller("Ben")
FACILITATOR = {"manages_events": True}


def question(desk: Desk, number: int = 1) -> Question:
    return row(desk, Question, number)


def resolve(desk: Desk, outcome: str = "yes", known: str = "", name: str = "Ana") -> None:
    questions_outcomes.resolve(desk, caller(name), 1, outcome=outcome, known=known)


def manage(desk: Desk, change: SettingsChange) -> None:
    groups_service.change(desk, caller(manages_group=True), change)


# Submit


def test_a_question_is_proposed_with_what_was_written(desk: Desk) -> None:
    brought = questions_service.submit(
        desk,
        caller(),
        wrote("  Will it   rain?\n ", criteria=" By the station. ", source="https://a.org/x"),
    )

    found = question(desk)
    assert (found.title, found.criteria) == ("Will it rain?", "By the station.")
    assert (found.source_url, found.state) == ("https://a.org/x", QuestionState.PROPOSED)
    assert (found.author_id, found.created_at) == (member(desk, "Ana"), START)
    assert brought.key == keys.question(1)


def test_its_card_is_posted_where_the_command_was_typed(desk: Desk) -> None:
    bring(desk)

    posted = effect(desk, keys.question(1))
    assert posted is not None
    assert posted.channel_id == CHANNEL


def test_its_card_is_posted_in_the_channel_of_the_group_if_it_has_one(desk: Desk) -> None:
    manage(desk, SettingsChange(channel_id=920))

    bring(desk)

    posted = effect(desk, keys.question(1))
    assert posted is not None
    assert posted.channel_id == 920


NO_QUESTIONS = {
    "5 characters": wrote("Rain?"),
    "201 characters": wrote("x" * 201),
    "1001 characters": wrote(criteria="x" * 1001),
    "in the past": wrote(closes="yesterday"),
    "ten years": wrote(closes="in 11 years"),
    "`soonish`": wrote(closes="soonish"),
    "begins with `https://`": wrote(source="ftp://a.org"),
    "or nothing": wrote(source="javascript:alert(1)"),
    "longer than 300": wrote(source="https://a.org/" + "x" * 300),
}


def test_what_cannot_be_a_question_is_refused_with_what_to_write(desk: Desk) -> None:
    for reason, written in NO_QUESTIONS.items():
        with pytest.raises(Refusal, match=reason):
            questions_service.submit(desk, caller(), written)

    assert not any(snapshot(desk).values())


def test_a_day_without_a_time_means_the_last_minute_of_it_where_the_group_is(desk: Desk) -> None:
    manage(desk, SettingsChange(timezone="Asia/Kathmandu"))

    bring(desk, closes="2026-12-03")

    assert question(desk).closes_at == datetime(2026, 12, 3, 18, 14, tzinfo=UTC)


def test_the_same_title_is_refused_whatever_its_capital_letters(desk: Desk) -> None:
    bring(desk, "Élections: will Ørsted win?")

    for title in ("Élections: will Ørsted win?", "élections: WILL ørsted win?"):
        with pytest.raises(Refusal, match="this title already"):
            bring(desk, title, name="Ben")

    assert len(rows(desk, Question)) == 1


def test_the_title_of_a_withdrawn_question_is_free_again(desk: Desk) -> None:
    questions_outcomes.withdraw(desk, caller(), bring(desk))

    again = bring(desk, name="Ben")

    assert question(desk, again).state == QuestionState.PROPOSED


def test_another_group_may_ask_the_same(desk: Desk) -> None:
    bring(desk)

    again = bring(desk, group_id=901)

    assert question(desk, again).group_id == 901


def test_open_lobbies_show_the_new_question(desk: Desk) -> None:
    lobby = open_lobby(desk)
    before = wanted(desk, lobby)

    bring(desk)

    assert wanted(desk, lobby) == before + 1


# Edit


def test_the_author_can_reword_a_question_that_nobody_has_forecast(desk: Desk) -> None:
    bring(desk)

    questions_service.edit(
        desk, caller(), 1, wrote(SNOW, criteria="By the station.", closes="2026-12-31")
    )

    found = question(desk)
    assert (found.title, found.criteria) == (SNOW, "By the station.")
    assert found.closes_at == datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    assert wanted(desk, keys.question(1)) == 2


def test_nobody_rewords_a_question_that_was_forecast(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1)

    for written in (wrote(SNOW), wrote(criteria="Something else.")):
        with pytest.raises(Refusal, match="stay as"):
            questions_service.edit(desk, caller(), 1, written)

    assert (question(desk).title, question(desk).criteria) == (RAIN, "")


def test_the_close_and_the_source_of_a_forecast_question_can_change(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1)

    questions_service.edit(desk, caller(), 1, wrote(closes="2026-12-31", source="https://a.org"))

    assert question(desk).source_url == "https://a.org"
    assert question(desk).closes_at == datetime(2026, 12, 31, 23, 59, tzinfo=UTC)


def test_a_question_cannot_be_given_the_title_of_another(desk: Desk) -> None:
    bring(desk, RAIN)
    second = bring(desk, SNOW)

    with pytest.raises(Refusal, match="this title already"):
        questions_service.edit(desk, caller(), second, wrote(RAIN.upper()))


def test_only_the_capital_letters_of_a_title_can_change(desk: Desk) -> None:
    bring(desk)

    questions_service.edit(desk, caller(), 1, wrote(RAIN.upper()))

    assert question(desk).title == RAIN.upper()


def test_sending_the_form_as_it_was_changes_nothing(desk: Desk, clock: Clock) -> None:
    clock.move(17.5)
    manage(desk, SettingsChange(timezone="Asia/Kathmandu"))
    bring(desk, closes="in 2 hours")
    before = question(desk)

    questions_service.edit(desk, caller(), 1, questions_service.as_written(desk, caller(), 1))

    assert question(desk) == before


def test_the_source_of_a_closed_question_can_change_and_it_stays_closed(
    desk: Desk, clock: Clock
) -> None:
    bring(desk, closes="in 2 hours")
    clock.move(3 * HOUR)
    questions_service.close_due(desk, 1, 900)
    form = questions_service.as_written(desk, caller(), 1)

    questions_service.edit(desk, caller(), 1, wrote(closes=form.closes, source="https://a.org"))

    assert question(desk).source_url == "https://a.org"
    assert question(desk).state == QuestionState.CLOSED


@pytest.mark.parametrize("closes", ["in 3 days", ""])
def test_a_later_close_opens_a_closed_question_again(desk: Desk, clock: Clock, closes: str) -> None:
    bring(desk, closes="in 2 hours")
    clock.move(3 * HOUR)
    questions_service.close_due(desk, 1, 900)

    questions_service.edit(desk, caller(), 1, wrote(closes=closes))

    assert question(desk).state == QuestionState.OPEN
    assert record(desk, "Ben", 1).belief == Belief(0.7)


def test_a_settled_question_cannot_be_edited(desk: Desk) -> None:
    bring(desk)
    resolve(desk)

    with pytest.raises(Refusal, match="reopen"):
        questions_service.edit(desk, caller(), 1, wrote(SNOW))


# Withdraw and mark


def test_the_author_can_withdraw_a_question(desk: Desk) -> None:
    lobby = open_lobby(desk)
    bring(desk)
    before = wanted(desk, lobby)

    title = questions_outcomes.withdraw(desk, caller(), 1)

    assert title == RAIN
    assert question(desk).state == QuestionState.VOID
    assert effect(desk, keys.resolution(1)) is None
    assert wanted(desk, lobby) == before + 1


def test_a_question_that_was_forecast_cannot_be_withdrawn(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1)

    with pytest.raises(Refusal, match="`void`"):
        questions_outcomes.withdraw(desk, caller(), 1)


def test_a_mark_can_be_set_and_taken_back(desk: Desk) -> None:
    bring(desk)

    marked = [
        questions_service.toggle_mark(desk, caller("Ben"), keys.question(1)) for _ in range(3)
    ]

    assert marked == [True, False, True]
    assert [mark.member_id for mark in rows(desk, Mark)] == [member(desk, "Ben")]


def test_who_has_marked_or_forecast_a_question_is_shown(desk: Desk) -> None:
    bring(desk)
    questions_service.toggle_mark(desk, caller("Cleo"), keys.question(1))
    record(desk, "Ben", 1)

    with desk.db.read() as tx:
        shown = read_question(tx, keys.question(1))

    assert shown is not None
    assert (set(shown.known_to), shown.forecasters) == ({"Ben", "Cleo"}, 1)


# Close


def test_a_question_closes_at_its_time_and_not_before(desk: Desk, clock: Clock) -> None:
    bring(desk, closes="in 2 hours")
    clock.move(2 * HOUR - 1)
    questions_service.close_due(desk, 1, 900)
    before = question(desk).state

    clock.move(1)
    questions_service.close_due(desk, 1, 900)

    assert (before, question(desk).state) == (QuestionState.PROPOSED, QuestionState.CLOSED)


def test_closing_again_changes_nothing(desk: Desk, clock: Clock) -> None:
    bring(desk, closes="in 2 hours")
    clock.move(2 * HOUR)
    questions_service.close_due(desk, 1, 900)
    before = snapshot(desk)

    clock.move(HOUR)
    questions_service.close_due(desk, 1, 900)

    assert snapshot(desk) == before


def test_a_lobby_no_longer_offers_a_question_that_has_closed(desk: Desk, clock: Clock) -> None:
    lobby = open_lobby(desk)
    bring(desk, closes="in 2 hours")
    before = wanted(desk, lobby)
    clock.move(2 * HOUR)

    questions_service.close_due(desk, 1, 900)

    assert wanted(desk, lobby) == before + 1


def test_closing_a_question_without_a_time_or_that_is_settled_changes_nothing(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    bring(desk, SNOW, closes="in 2 hours")
    questions_outcomes.resolve(desk, caller(), 2, outcome="no")
    clock.move(DAY)
    before = snapshot(desk)

    for number in (1, 2, 404):
        questions_service.close_due(desk, number, 900)

    assert snapshot(desk) == before


def test_a_new_close_time_is_an_alarm(desk: Desk) -> None:
    heard: list[dict[str, datetime | None]] = []
    listening = Desk(desk.db, desk.clock, lambda unit: heard.append(unit.alarms))
    bring(listening, closes="in 2 hours")

    questions_service.edit(listening, caller(), 1, wrote(closes="in 3 hours"))
    questions_service.edit(listening, caller(), 1, wrote())

    two, three = START + timedelta(hours=2), START + timedelta(hours=3)
    assert heard == [{"question:1": two}, {"question:1": three}, {"question:1": None}]


# Resolve


OUTCOMES = {
    "yes": ("yes", QuestionState.RESOLVED),
    " No ": ("no", QuestionState.RESOLVED),
    "TRUE": ("yes", QuestionState.RESOLVED),
    "void": ("void", QuestionState.VOID),
    "annulled": ("void", QuestionState.VOID),
}


def test_an_outcome_settles_a_question(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1)

    states = []
    for typed in OUTCOMES:
        resolve(desk, typed)
        states.append(question(desk).state)

    entered = [one.outcome for one in rows(desk, Resolution)]
    assert list(zip(entered, states, strict=True)) == list(OUTCOMES.values())


def test_another_outcome_is_refused(desk: Desk) -> None:
    bring(desk)

    for typed in ("", "maybe", "1", "yes and no"):
        with pytest.raises(Refusal, match="`yes`, `no` or `void`"):
            resolve(desk, typed)

    assert rows(desk, Resolution) == []


def test_an_outcome_is_known_now_unless_it_is_said_when(desk: Desk, clock: Clock) -> None:
    bring(desk)
    clock.move(DAY)

    resolve(desk)
    resolve(desk, known="2026-11-21 18:00")

    now = START + timedelta(days=1)
    first, second = rows(desk, Resolution)
    assert (first.known_at, first.entered_at) == (now, now)
    assert second.known_at == datetime(2026, 11, 21, 18, tzinfo=UTC)
    assert second.entered_at == now


def test_the_moment_of_an_outcome_is_read_in_the_time_zone_of_the_group(desk: Desk) -> None:
    manage(desk, SettingsChange(timezone="Asia/Kathmandu"))
    bring(desk)

    resolve(desk, known="yesterday 18:00")

    assert rows(desk, Resolution)[0].known_at == datetime(2026, 11, 20, 12, 15, tzinfo=UTC)


def test_the_moment_of_an_outcome_is_read_in_the_members_own_zone_if_they_have_one(
    desk: Desk,
) -> None:
    groups_service.set_timezone(desk, caller("Ana"), "Asia/Kathmandu")
    bring(desk)

    resolve(desk, known="yesterday 18:00")

    assert rows(desk, Resolution)[0].known_at == datetime(2026, 11, 20, 12, 15, tzinfo=UTC)


def test_a_moment_that_cannot_be_is_refused(desk: Desk) -> None:
    bring(desk)
    impossible = {"future": "2026-11-20 19:01", "year": "2024-11-20 12:00", "`someday`": "someday"}

    for reason, known in impossible.items():
        with pytest.raises(Refusal, match=reason):
            resolve(desk, known=known)

    assert question(desk).state == QuestionState.PROPOSED


def test_a_source_is_kept_and_capped(desk: Desk) -> None:
    bring(desk)

    questions_outcomes.resolve(desk, caller(), 1, outcome="yes", source=" The station says so. ")
    with pytest.raises(Refusal, match="301 characters"):
        questions_outcomes.resolve(desk, caller(), 1, outcome="no", source="x" * 301)

    assert [one.source for one in rows(desk, Resolution)] == ["The station says so."]


def test_a_correction_keeps_the_moment_and_the_source_that_it_leaves_out(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    clock.move(3600)
    ana = {"outcome": "no", "known": "30 minutes ago", "source": "The station"}
    first = questions_outcomes.resolve(desk, caller(), 1, **ana)
    clock.move(3600)

    form = questions_outcomes.check_may_resolve(desk, caller(), 1)
    second = questions_outcomes.resolve(desk, caller(), 1, outcome="yes")
    third = questions_outcomes.resolve(
        desk, caller(), 1, outcome="yes", known="10 minutes ago", source="A"
    )

    assert isinstance(first, Resolved)
    assert isinstance(second, Resolved)
    assert isinstance(third, Resolved)
    assert (form.known, form.source) == (first.known, "The station")
    assert second.known == first.known
    assert third.known.at == clock.now - timedelta(minutes=10)
    assert [one.source for one in rows(desk, Resolution)] == ["The station", "The station", "A"]


def test_a_correction_is_added_and_the_first_outcome_stays_on_record(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1)
    resolve(desk, "yes")

    resolve(desk, "no")

    with desk.db.read() as tx:
        shown = read_resolution(tx, keys.resolution(1))
    assert [one.outcome for one in rows(desk, Resolution)] == ["yes", "no"]
    assert shown is not None
    assert (shown.outcome, shown.corrected) == ("no", True)
    assert wanted(desk, keys.resolution(1)) == 2


def test_a_void_question_that_nobody_forecast_needs_no_card(desk: Desk) -> None:
    bring(desk)

    resolve(desk, "void")

    assert effect(desk, keys.resolution(1)) is None


def test_a_settled_question_is_no_longer_offered_in_a_lobby(desk: Desk) -> None:
    bring(desk)
    lobby = open_lobby(desk)
    before = wanted(desk, lobby)

    resolve(desk)

    assert wanted(desk, lobby) == before + 1
    with pytest.raises(Refusal, match="no question"):
        sessions_service.start_round(desk, caller(), lobby)


# Reopen and dispute


def test_reopening_takes_the_outcome_and_the_scores_back(desk: Desk, clock: Clock) -> None:
    bring(desk)
    record(desk, "Ben", 1)
    clock.move(60)
    resolve(desk)
    scored = len(rows(desk, Score))

    title = questions_outcomes.reopen(desk, caller("Eva", **FACILITATOR), 1)

    assert (title, scored, rows(desk, Score)) == (RAIN, 1, [])
    assert question(desk).state == QuestionState.OPEN
    assert [one.outcome for one in rows(desk, Resolution)] == ["yes", None]
    assert record(desk, "Ben", 1, "20").previous == Belief(0.7)


def test_a_reopened_question_whose_close_has_passed_stays_closed(desk: Desk, clock: Clock) -> None:
    bring(desk, closes="in 2 hours")
    clock.move(3 * HOUR)
    resolve(desk)

    questions_outcomes.reopen(desk, caller("Eva", **FACILITATOR), 1)

    assert question(desk).state == QuestionState.CLOSED


def test_what_is_not_settled_cannot_be_reopened(desk: Desk) -> None:
    bring(desk)

    with pytest.raises(Refusal, match="proposed, so there is nothing to reopen"):
        questions_outcomes.reopen(desk, caller(**FACILITATOR), 1)


def test_a_forecaster_can_dispute_an_outcome(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1)
    resolve(desk)

    questions_outcomes.dispute(desk, caller("Ben"), 1, " The gauge was dry. ")

    with desk.db.read() as tx:
        shown = read_resolution(tx, keys.resolution(1))
    assert shown is not None
    assert [(one.name, one.reason) for one in shown.objections] == [("Ben", "The gauge was dry.")]
    assert wanted(desk, keys.resolution(1)) == 2


def test_a_dispute_needs_a_few_words_and_not_too_many(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1)
    resolve(desk)

    for reason in ("", "   ", "x" * 301):
        with pytest.raises(Refusal, match=r"words|characters"):
            questions_outcomes.dispute(desk, caller("Ben"), 1, reason)

    assert rows(desk, Dispute) == []


def test_only_a_settled_question_can_be_disputed(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1)

    with pytest.raises(Refusal, match="not settled"):
        questions_outcomes.dispute(desk, caller("Ben"), 1, "I doubt it.")


def test_a_mark_alone_does_not_make_a_forecaster_who_may_dispute(desk: Desk) -> None:
    bring(desk)
    questions_service.toggle_mark(desk, caller("Cleo"), keys.question(1))
    resolve(desk)

    with pytest.raises(NotAllowedRefusal, match="forecast this question"):
        questions_outcomes.dispute(desk, caller("Cleo"), 1, "I doubt it.")


@pytest.mark.parametrize("outcome", ["no", None])
def test_a_new_outcome_or_a_reopening_answers_the_disputes(desk: Desk, outcome: str | None) -> None:
    bring(desk)
    record(desk, "Ben", 1)
    resolve(desk)
    questions_outcomes.dispute(desk, caller("Ben"), 1, "The gauge was dry.")

    if outcome is None:
        questions_outcomes.reopen(desk, caller(**FACILITATOR), 1)
    else:
        resolve(desk, outcome)

    with desk.db.read() as tx:
        assert questions.disputes(tx, 1) == []
    # Its words stay with the entry that answered it; a reopening quotes none.
    answered = [row_id(rows(desk, Resolution)[-1])] if outcome else []
    assert [one.answered_by_id for one in rows(desk, Dispute)] == answered


# Who may


GUARDED: dict[str, Callable[[Desk, Caller, int], object]] = {
    "edit": lambda desk, who, at: questions_service.edit(
        desk, who, at, wrote(f"Is this number {at}?")
    ),
    "withdraw": questions_outcomes.withdraw,
    "resolve": lambda desk, who, at: questions_outcomes.resolve(desk, who, at, outcome="yes"),
    "check": questions_outcomes.check_may_resolve,
}


def test_somebody_else_may_not(desk: Desk) -> None:
    bring(desk)
    with desk.act(caller("Ben")):
        pass
    before = snapshot(desk)

    for deed in GUARDED.values():
        with pytest.raises(NotAllowedRefusal, match=r"author or a facilitator"):
            deed(desk, caller("Ben"), 1)

    assert snapshot(desk) == before


def test_the_author_and_facilitators_may(desk: Desk) -> None:
    for who in ({"name": "Ana"}, {"name": "Ben", **FACILITATOR}):
        for name, deed in GUARDED.items():
            title = f"Will {who['name']} {name} this question?"
            deed(desk, caller(**who), bring(desk, title))


def test_members_with_the_facilitator_role_may(desk: Desk) -> None:
    manage(desk, SettingsChange(facilitator_role_id=55))
    bring(desk)

    questions_outcomes.resolve(desk, caller("Ben", role_ids=frozenset({55})), 1, outcome="no")

    assert question(desk).state == QuestionState.RESOLVED


def test_neither_author_nor_forecaster_may_reopen(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1)
    resolve(desk)

    for name in ("Ana", "Ben"):
        with pytest.raises(NotAllowedRefusal, match="facilitator"):
            questions_outcomes.reopen(desk, caller(name), 1)

    assert question(desk).state == QuestionState.RESOLVED


def test_an_imported_question_has_no_author_to_be_taken_for(desk: Desk) -> None:
    with desk.act(caller()) as unit:
        unit.tx.add(Question(group_id=900, title=RAIN, created_at=unit.now, import_key="1"))

    with pytest.raises(NotAllowedRefusal):
        questions_outcomes.check_may_resolve(desk, caller("Guest"), 1)
    with pytest.raises(NotAllowedRefusal):
        resolve(desk, name="Guest")


# Find and list


def test_a_question_is_found_by_number_and_by_title(desk: Desk) -> None:
    first = bring(desk, "Überraschung: will it snow?")
    second = bring(desk, RAIN)

    found = [
        questions_service.find_id(desk, caller(), typed)
        for typed in (str(second), "ÜBERRASCHUNG: will it snow?", f"  {RAIN} ")
    ]

    assert found == [second, first, second]


def test_what_names_no_question_is_refused(desk: Desk) -> None:
    bring(desk)

    for typed in ("", "404", "Will it", "9" * 30, "٣"):
        with pytest.raises(Refusal, match="no such question"):
            questions_service.find_id(desk, caller(), typed)


def test_a_list_to_choose_from_has_what_was_typed_and_takes_no_wildcards(desk: Desk) -> None:
    bring(desk, "Will Ørsted gain 5% this year?")
    bring(desk, SNOW)

    found = {
        typed: [title for title, _ in questions_service.choices(desk, caller(), typed)]
        for typed in ("ørsted", "%", "_", "snow", "")
    }

    assert found["ørsted"] == found["%"] == ["Will Ørsted gain 5% this year?"]
    assert found["_"] == []
    assert found["snow"] == [SNOW]
    assert len(found[""]) == 2


def test_the_list_shows_what_is_not_settled_unless_a_state_is_asked_for(desk: Desk) -> None:
    bring(desk, RAIN)
    bring(desk, SNOW)
    record(desk, "Ben", 1)
    resolve(desk)

    unsettled = questions_service.listing(desk, ANYBODY)
    resolved = questions_service.listing(desk, ANYBODY, QuestionState.RESOLVED)

    assert [one.title for one in unsettled] == [SNOW]
    assert [(one.title, one.forecasters, one.outcome) for one in resolved] == [(RAIN, 1, "yes")]


def test_forecasts_survive_whatever_happens_to_their_question(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1, "70")

    for outcome in ("yes", "no", "void"):
        resolve(desk, outcome)
    questions_outcomes.reopen(desk, caller(**FACILITATOR), 1)

    assert [one.probability for one in rows(desk, Forecast)] == [0.7]
