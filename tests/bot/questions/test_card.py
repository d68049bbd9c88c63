"""A question's card: it invites to the evening, and says nothing that would spoil a blind forecast."""

import pytest

from bot.answers.beliefs import say_belief
from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import Desk
from bot.door.messages import SECONDARY
from bot.forecasts import service as forecasts_service
from bot.forecasts.cards import forecast_form
from bot.questions import cards as questions_cards
from bot.questions import outcomes as questions_outcomes
from bot.questions import rules as questions_rules
from bot.questions import service as questions_service
from bot.questions.read_model import QuestionCard, read_question
from bot.rounds import service as rounds_service
from bot.schedule import service as schedule_service
from bot.schedule import vote_cards
from bot.schedule.service import Plan, Voted
from bot.sessions import service as sessions_service
from bot.sessions.read_model import read_lobby
from tests.bot import scenes
from tests.bot.scenes import RAIN, SNOW, bring, record
from tests.conftest import Clock, caller

CIRCLE = ("Ana", "Ben", "Cleo")
SOON, LATER = "2026-11-21 19:00", "2026-11-28 19:00"


def plan(desk: Desk, when: str = SOON, title: str = "Circle") -> Key:
    planned = schedule_service.schedule(desk, caller(), Plan(when, title=title))
    assert isinstance(planned, schedule_service.Planned)
    return planned.key


def shown(desk: Desk, number: int = 1) -> QuestionCard:
    with desk.db.read() as tx:
        found = read_question(tx, keys.question(number))
    assert found is not None
    return found


def labels(desk: Desk, number: int = 1) -> list[str]:
    items = questions_cards.question_card(shown(desk, number)).items
    assert sum(item.style != SECONDARY for item in items) <= 1  # type: ignore[union-attr]
    return [item.label or "" for item in items]  # type: ignore[union-attr]


def lead(desk: Desk, number: int = 1) -> str:
    embed = questions_cards.question_card(shown(desk, number)).embed
    assert embed is not None
    return (embed.description or "").split("\n\n")[0]


def vote(desk: Desk, name: str = "Ben", number: int = 1) -> Voted:
    return schedule_service.vote_in_next(desk, caller(name), number)


def answer(desk: Desk, name: str, voted: Voted) -> str:
    return vote_cards.voted(voted, questions_service.show_again(desk, caller(name), 1)[1])


def say_number(desk: Desk) -> str | None:
    says = shown(desk).group_says
    return None if says is None else say_belief(says.belief, shown(desk).asked)


# Vote for it


def test_a_card_invites_to_vote_first_while_a_session_is_planned(desk: Desk) -> None:
    bring(desk)
    before = labels(desk)
    plan(desk)

    assert before == ["Forecast", "Already forecast it"]
    assert labels(desk) == ["Vote for it", "Forecast", "Already forecast it"]
    assert lead(desk).startswith("Shall we take it on <t:1795287600:f>")


def test_a_vote_shows_on_the_card_and_a_second_one_takes_it_back(desk: Desk) -> None:
    bring(desk)
    plan(desk)

    first = vote(desk)
    voted = lead(desk)
    again = vote(desk)

    assert "1 vote so far" in voted
    assert "vote so far" not in lead(desk)
    assert "Your vote for" in answer(desk, "Ben", first)
    assert "taken back" in answer(desk, "Ben", again)


def test_a_vote_for_another_question_moves_it_and_both_cards_say_so(desk: Desk) -> None:
    rain, snow = bring(desk), bring(desk, SNOW)
    plan(desk)
    vote(desk, "Ben", rain)
    asked_for = scenes.wanted(desk, keys.question(rain))

    vote(desk, "Ben", snow)

    assert "so far" not in lead(desk, rain)
    assert "1 vote so far" in lead(desk, snow)
    assert scenes.wanted(desk, keys.question(rain)) == asked_for + 1


def test_votes_before_the_session_count_in_its_first_lobby(desk: Desk) -> None:
    rain, snow = bring(desk), bring(desk, SNOW)
    announcement = plan(desk)
    for name in ("Ben", "Cleo"):
        vote(desk, name, rain)
    vote(desk, "Dan", snow)

    lobby = sessions_service.start_announced(desk, caller(), announcement)

    with desk.db.read() as tx:
        found = read_lobby(tx, lobby, desk.clock())
    assert found is not None
    assert {one.title: one.votes for one in found.choices} == {RAIN: 2, SNOW: 1}


def test_the_vote_is_for_the_soonest_session(desk: Desk) -> None:
    bring(desk)
    plan(desk, LATER, title="Later")
    plan(desk, SOON, title="Sooner")

    assert vote(desk).session == "Sooner"


def test_no_vote_without_a_session_and_none_for_what_takes_no_forecast(desk: Desk) -> None:
    bring(desk)
    with pytest.raises(Refusal, match="No session is planned"):
        vote(desk)
    plan(desk)
    questions_outcomes.resolve(desk, caller(), 1, outcome="yes")

    with pytest.raises(StaleRefusal, match="cannot be taken any more"):
        vote(desk)


def test_the_private_answer_to_a_vote_repeats_ones_own_forecast(desk: Desk) -> None:
    bring(desk)
    plan(desk)
    record(desk, "Ben", 1, "35")

    assert "You say **35%** so far" in answer(desk, "Ben", vote(desk, "Ben"))
    assert "starts blind" in answer(desk, "Cleo", vote(desk, "Cleo"))
    assert "35%" not in str(questions_cards.question_card(shown(desk)))


@pytest.mark.parametrize("step", ["cancel", "start", "move"])
def test_the_invitation_follows_the_next_session(desk: Desk, step: str) -> None:
    bring(desk)
    announcement = plan(desk)
    before, asked_for = lead(desk), scenes.wanted(desk, keys.question(1))

    if step == "cancel":
        schedule_service.cancel(desk, caller(), str(announcement.id))
    elif step == "start":
        sessions_service.start_announced(desk, caller(), announcement)
    else:
        schedule_service.edit(desk, caller(), str(announcement.id), Plan(when=LATER))

    assert lead(desk) != before
    assert scenes.wanted(desk, keys.question(1)) == asked_for + 1


def test_a_session_after_the_next_one_changes_no_question_s_card(desk: Desk) -> None:
    bring(desk)
    plan(desk, SOON)
    asked_for = scenes.wanted(desk, keys.question(1))

    later = plan(desk, LATER)
    schedule_service.cancel(desk, caller(), str(later.id))

    assert scenes.wanted(desk, keys.question(1)) == asked_for


# The group's number


@pytest.mark.parametrize(
    ("in_round", "waits", "ahead", "may"),
    [
        (True, False, False, False),  # it would tell of blind forecasts
        (True, False, True, False),
        (False, True, True, False),  # a circle that could start blind comes soon
        (False, True, False, True),
        (False, False, True, True),  # its circle is over
        (False, False, False, True),
    ],
)
def test_the_number_is_shown_only_where_it_spoils_no_blind_forecast(
    *, in_round: bool, waits: bool, ahead: bool, may: bool
) -> None:
    said = questions_rules.may_show_number(in_round=in_round, waits=waits, session_ahead=ahead)

    assert said is may


def test_three_people_make_a_group_s_number(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ana", 1, "50")
    record(desk, "Ben", 1, "60")
    of_two = say_number(desk)
    record(desk, "Cleo", 1, "70")

    assert of_two is None
    assert say_number(desk) is not None
    assert "Together 3 people here say **60.3%**." in str(
        questions_cards.question_card(shown(desk)).embed.to_dict()  # type: ignore[union-attr]
    )


def test_a_planned_session_hides_the_number_of_a_question_that_waits_for_it(desk: Desk) -> None:
    bring(desk)
    for name in CIRCLE:
        record(desk, name, 1, "60")
    before = say_number(desk)
    announcement = plan(desk)
    planned = say_number(desk)
    lobby = sessions_service.start_announced(desk, caller(), announcement)
    live = say_number(desk)
    sessions_service.end(desk, caller())

    assert (before, planned, live) == ("60%", None, None)
    assert say_number(desk) == "60%"
    assert lobby.kind == "l"


def test_a_running_round_hides_number_and_count_and_its_end_shows_them(desk: Desk) -> None:
    number = scenes.open_round(desk)
    for name in CIRCLE:
        record(desk, name, 1, "60")
    running = shown(desk)
    rounds_service.move_on(desk, caller(), scenes.card(desk, number))
    for name in CIRCLE:
        rounds_service.done(desk, caller(name))
    rounds_service.move_on(desk, caller())
    plan(desk)

    assert (running.forecasters, running.group_says, running.known_to) == (None, None, ())
    assert shown(desk).forecasters == 3
    assert say_number(desk) == "60%"
    assert "Vote for it" not in labels(desk)


def test_the_card_follows_an_update_outside_rounds(desk: Desk, clock: Clock) -> None:
    bring(desk)
    for name in CIRCLE:
        record(desk, name, 1, "60")
    asked_for = scenes.wanted(desk, keys.question(1))

    clock.move(60)
    record(desk, "Ana", 1, "90")

    assert scenes.wanted(desk, keys.question(1)) == asked_for + 1
    assert say_number(desk) != "60%"


# The other buttons, and what is told in private


def test_the_buttons_are_those_of_the_question_s_state(desk: Desk, clock: Clock) -> None:
    bring(desk, closes="in 60 minutes")
    record(desk, "Ben", 1, "60")
    open_ = labels(desk)
    clock.move(4000)
    questions_service.close_due(desk, 1, scenes.group(desk).id or 0)
    closed = labels(desk)
    questions_outcomes.resolve(desk, caller(), 1, outcome="yes")

    assert open_ == ["Forecast", "Already forecast it"]
    assert closed == ["Resolve"]
    assert labels(desk) == ["Details", "Dispute", "Correct the outcome"]


def test_a_question_without_a_close_can_be_resolved_from_its_card(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1, "60")

    assert labels(desk) == ["Forecast", "Already forecast it", "Resolve"]


def test_the_form_says_that_a_forecast_now_is_not_blind_any_more(desk: Desk) -> None:
    bring(desk)
    at = keys.question(1)
    without = forecasts_service.prepare(desk, caller("Ben"), at)
    plan(desk)

    planned = forecasts_service.prepare(desk, caller("Ben"), at)
    record(desk, "Ben", 1, "60")
    second = forecasts_service.prepare(desk, caller("Ben"), at)

    assert (without.stays_blind, planned.stays_blind, second.stays_blind) == (False, True, False)
    hint = "not blind any more"
    assert hint in str(forecast_form(at, planned).to_dict())
    assert hint not in str(forecast_form(at, second).to_dict())


def test_a_member_is_told_their_own_forecast_alone(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1, "35")

    _, bens = questions_service.show_again(desk, caller("Ben"), 1)
    _, anas = questions_service.show_again(desk, caller("Ana"), 1)

    assert questions_cards.own_forecast(bens) == "You say **35%**."
    assert questions_cards.own_forecast(anas) == "You have not forecast it yet."
