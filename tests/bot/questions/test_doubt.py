"""A close or a moment of knowing that can be read in several ways is asked for, and then counts."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core import keys
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.typed_times import TimeQuestion
from bot.core.unit import Desk
from bot.groups import service as groups_service
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.questions.outcomes import Resolved
from bot.questions.service import Brought
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from storage import drafts
from storage.tables import Draft, Effect, Question, QuestionState, Resolution, Score
from tests.bot.saved_scenes import scene
from tests.bot.scenes import SNOW, bring, record, row, rows, snapshot, wrote
from tests.conftest import START, Clock, caller

DAY = 86400
# 3 April or 4 March.
DOUBT = "03/04/2027"
MARCH, APRIL = datetime(2027, 3, 4, 23, 59, tzinfo=UTC), datetime(2027, 4, 3, 23, 59, tzinfo=UTC)


def ask(desk: Desk, **more: str) -> TimeQuestion:
    asked = questions_service.submit(desk, caller("Ana"), wrote(closes=DOUBT, **more))
    assert isinstance(asked, TimeQuestion)
    return asked


def pick(asked: TimeQuestion, number: int) -> keys.Key:
    return keys.draft(asked.draft_id, number)


# The close


def test_nothing_is_brought_before_the_member_has_said_which_close_was_meant(desk: Desk) -> None:
    asked = ask(desk)

    assert asked.labels == (
        "Thu 4 Mar 2027, 23:59 (UTC+00:00)",
        "Sat 3 Apr 2027, 23:59 (UTC+00:00)",
    )
    assert (rows(desk, Question), rows(desk, Effect)) == ([], [])


@pytest.mark.parametrize(("number", "closes_at"), [(0, MARCH), (1, APRIL)])
def test_the_chosen_close_brings_the_question_with_all_that_was_written(
    desk: Desk, number: int, closes_at: datetime
) -> None:
    asked = ask(
        desk, criteria="By the station.", source="https://a.org/x", answers="Red\nGreen\nBlue"
    )

    done = questions_service.choose_close(desk, caller("Ana"), pick(asked, number))

    found = row(desk, Question, 1)
    assert isinstance(done, Brought)
    assert done.key == keys.question(1)
    assert done.closes is not None
    assert (found.closes_at, done.closes.at) == (closes_at, closes_at)
    assert (found.criteria, found.source_url) == ("By the station.", "https://a.org/x")
    assert found.options == '["Red", "Green", "Blue"]'
    assert rows(desk, Draft) == []


def test_what_cannot_be_a_question_is_refused_before_it_is_asked_about(desk: Desk) -> None:
    bring(desk)

    for written, why in (
        (wrote("Rain?", closes=DOUBT), "5 characters"),
        (wrote(SNOW, closes=DOUBT, source="ftp://a.org"), "begins with"),
        (wrote(SNOW, closes=DOUBT, answers="Red"), "one option"),
        (wrote(closes=DOUBT), "this title already"),
    ):
        with pytest.raises(Refusal, match=why):
            questions_service.submit(desk, caller("Ana"), written)
    assert rows(desk, Draft) == []


def test_an_edit_is_asked_about_too_and_changes_nothing_before_the_answer(desk: Desk) -> None:
    bring(desk)

    asked = questions_service.edit(
        desk, caller("Ana"), 1, wrote(SNOW, closes=DOUBT, criteria="By eye.")
    )

    assert isinstance(asked, TimeQuestion)
    assert row(desk, Question, 1).closes_at is None
    done = questions_service.choose_close(desk, caller("Ana"), pick(asked, 1))
    found = row(desk, Question, 1)
    assert isinstance(done, Brought)
    assert done.changed
    assert (found.title, found.criteria, found.closes_at) == (SNOW, "By eye.", APRIL)


def test_of_a_close_that_is_kept_only_one_to_come_is_repeated(desk: Desk, clock: Clock) -> None:
    bring(desk, closes="in 2 hours")
    form = questions_service.as_written(desk, caller("Ana"), 1)

    early = questions_service.edit(desk, caller("Ana"), 1, form)
    clock.move(3 * 3600)
    late = questions_service.edit(desk, caller("Ana"), 1, form)

    assert isinstance(early, Brought)
    assert isinstance(late, Brought)
    assert early.closes is not None
    assert early.closes.at == START + timedelta(hours=2)
    assert late.closes is None


def test_a_close_may_be_ten_years_ahead_to_the_day(desk: Desk) -> None:
    bring(desk, closes="2036-11-20 18:59")

    assert row(desk, Question, 1).closes_at == datetime(2036, 11, 20, 18, 59, tzinfo=UTC)
    with pytest.raises(Refusal, match="ten years"):
        bring(desk, SNOW, closes="2036-11-20 19:01")


def test_only_who_may_edit_is_asked(desk: Desk) -> None:
    bring(desk)

    with pytest.raises(Refusal, match="author or a facilitator"):
        questions_service.edit(desk, caller("Ben"), 1, wrote(SNOW, closes=DOUBT))

    assert rows(desk, Draft) == []


def test_a_question_that_was_forecast_before_the_answer_keeps_its_words(desk: Desk) -> None:
    bring(desk)
    asked = questions_service.edit(desk, caller("Ana"), 1, wrote(SNOW, closes=DOUBT))
    assert isinstance(asked, TimeQuestion)
    record(desk, "Ben", 1)

    with pytest.raises(Refusal, match="stay as they are"):
        questions_service.choose_close(desk, caller("Ana"), pick(asked, 0))

    assert len(rows(desk, Draft)) == 1


def test_the_answer_counts_once_and_only_from_who_was_asked(desk: Desk) -> None:
    asked = ask(desk)

    with pytest.raises(StaleRefusal, match="answered already"):
        questions_service.choose_close(desk, caller("Ben"), pick(asked, 0))
    with pytest.raises(StaleRefusal):
        questions_service.choose_close(desk, caller("Ana"), pick(asked, 2))
    questions_service.choose_close(desk, caller("Ana"), pick(asked, 0))
    with pytest.raises(StaleRefusal):
        questions_service.choose_close(desk, caller("Ana"), pick(asked, 0))

    assert len(rows(desk, Question)) == 1


def test_an_answer_is_taken_for_what_was_asked_and_nothing_else(desk: Desk) -> None:
    asked = ask(desk)
    plan = schedule_service.schedule(desk, caller("Ana"), Plan("7"))
    assert isinstance(plan, TimeQuestion)
    before = snapshot(desk)

    for choose, one in (
        (schedule_service.choose, asked),
        (questions_outcomes.choose_known, asked),
        (questions_service.choose_close, plan),
        (questions_outcomes.choose_known, plan),
    ):
        with pytest.raises(StaleRefusal):
            choose(desk, caller("Ana"), pick(one, 0))

    assert snapshot(desk) == before


def test_a_close_that_has_passed_by_the_answer_is_refused(desk: Desk, clock: Clock) -> None:
    asked = ask(desk)
    clock.move(150 * DAY)

    with pytest.raises(Refusal, match="passed already"):
        questions_service.choose_close(desk, caller("Ana"), pick(asked, 0))


def test_questions_that_nobody_answered_are_forgotten_after_a_day(desk: Desk) -> None:
    ask(desk)

    with desk.db.write() as tx:
        drafts.forget(tx, START + timedelta(hours=25))

    assert rows(desk, Draft) == []


def test_a_close_is_read_where_the_member_is_and_said_so(desk: Desk) -> None:
    groups_service.set_timezone(desk, caller("Ana"), "Eastern")

    plain = questions_service.submit(desk, caller("Ana"), wrote(closes="31 Dec"))
    other = questions_service.submit(
        desk, caller("Ana"), wrote(SNOW, closes="31 Dec 23:59 Europe/Berlin")
    )

    assert isinstance(plain, Brought)
    assert isinstance(other, Brought)
    assert plain.closes is not None
    assert other.closes is not None
    assert plain.closes.moment == "Thu 31 Dec 2026, 23:59 (America/New_York)"
    assert other.closes.moment == "Thu 31 Dec 2026, 23:59 (Europe/Berlin)"
    assert row(desk, Question, 2).closes_at == datetime(2026, 12, 31, 22, 59, tzinfo=UTC)


# When the outcome became known


@pytest.fixture
@scene
def forecast(desk: Desk, clock: Clock) -> None:
    """Ben forecast on 20 November, Cleo on 3 December; it is 5 December now."""
    bring(desk)
    record(desk, "Ben", 1, "70")
    clock.move(13 * DAY)
    record(desk, "Cleo", 1, "80")
    clock.move(2 * DAY)


def resolve(desk: Desk, known: str, **more: str) -> Resolved | TimeQuestion:
    return questions_outcomes.resolve(desk, caller("Ana"), 1, outcome="yes", known=known, **more)


@pytest.mark.usefixtures("forecast")
def test_nothing_is_resolved_before_the_member_has_said_when_it_became_known(desk: Desk) -> None:
    asked = resolve(desk, "12/1/2026", source="The station says so.")

    assert isinstance(asked, TimeQuestion)
    assert asked.labels == (
        "Mon 12 Jan 2026, 00:00 (UTC+00:00)",
        "Tue 1 Dec 2026, 00:00 (UTC+00:00)",
    )
    assert (rows(desk, Resolution), rows(desk, Score)) == ([], [])
    assert row(desk, Question, 1).state == QuestionState.OPEN


@pytest.mark.usefixtures("forecast")
def test_the_chosen_moment_resolves_with_all_that_was_typed_and_says_what_counts(
    desk: Desk,
) -> None:
    asked = resolve(desk, "12/1/2026", source="The station says so.")
    assert isinstance(asked, TimeQuestion)

    done = questions_outcomes.choose_known(desk, caller("Ana"), pick(asked, 1))

    entered = row(desk, Resolution, 1)
    assert isinstance(done, Resolved)
    assert (done.counted, done.forecasts) == (1, 2)
    assert (entered.outcome, entered.source) == ("yes", "The station says so.")
    assert entered.known_at == done.known.at == datetime(2026, 12, 1, tzinfo=UTC)
    assert rows(desk, Draft) == []


@pytest.mark.usefixtures("forecast")
def test_an_outcome_that_was_known_before_every_forecast_counts_none_of_them(desk: Desk) -> None:
    asked = resolve(desk, "12/1/2026")
    assert isinstance(asked, TimeQuestion)

    done = questions_outcomes.choose_known(desk, caller("Ana"), pick(asked, 0))

    assert isinstance(done, Resolved)
    assert (done.counted, done.forecasts) == (0, 2)
    assert rows(desk, Score) == []


@pytest.mark.usefixtures("forecast")
def test_a_correction_is_asked_about_like_the_first_outcome(desk: Desk) -> None:
    resolve(desk, "")

    asked = resolve(desk, "12/1")

    assert isinstance(asked, TimeQuestion)
    assert len(rows(desk, Resolution)) == 1
    questions_outcomes.choose_known(desk, caller("Ana"), pick(asked, 1))
    assert row(desk, Resolution, 2).known_at == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.usefixtures("forecast")
def test_what_cannot_be_entered_is_refused_before_it_is_asked_about(desk: Desk) -> None:
    for who, more, why in (
        ("Ben", {}, "author or a facilitator"),
        ("Ana", {"outcome": "perhaps"}, "`yes`, `no` or `void`"),
        ("Ana", {"source": "x" * 301}, "301 characters"),
    ):
        entered = {"outcome": "yes", "known": "12/1/2026", **more}
        with pytest.raises(Refusal, match=why):
            questions_outcomes.resolve(desk, caller(who), 1, **entered)

    assert rows(desk, Draft) == []


@pytest.mark.usefixtures("forecast")
def test_an_outcome_is_known_366_days_before_the_question_at_the_earliest(desk: Desk) -> None:
    with pytest.raises(Refusal, match="more than a year before"):
        resolve(desk, "2025-11-19 18:59")

    done = resolve(desk, "2025-11-19 19:00")

    assert isinstance(done, Resolved)
    assert done.known.at == datetime(2025, 11, 19, 19, tzinfo=UTC)


@pytest.mark.usefixtures("forecast")
def test_without_a_moment_it_became_known_now(desk: Desk, clock: Clock) -> None:
    done = resolve(desk, "")

    assert isinstance(done, Resolved)
    assert (done.known.at, done.counted, done.forecasts) == (clock.now, 2, 2)
