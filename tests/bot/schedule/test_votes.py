"""Votes before the evening: for a question in a planned session, counted in its first lobby."""

import pytest

from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import Desk
from bot.schedule import service as schedule_service
from bot.schedule.read_model import read_announcement
from bot.schedule.service import Plan, Planned
from bot.sessions import service as sessions_service
from bot.sessions.read_model import read_lobby
from storage.tables import Vote
from tests.bot.saved_scenes import scene
from tests.bot.scenes import RAIN, SNOW, bring, record, rows
from tests.conftest import Clock, caller


@pytest.fixture
@scene
def announced(desk: Desk) -> Key:
    """A session in a week, for which two questions were brought: rain is 1, snow is 2."""
    planned = schedule_service.schedule(desk, caller("Ana"), Plan("2026-11-27 19:00"))
    assert isinstance(planned, Planned)
    bring(desk, RAIN)
    bring(desk, SNOW)
    return planned.key


def votes(desk: Desk) -> list[int]:
    return [one.question_id for one in rows(desk, Vote)]


def test_the_newest_vote_of_each_member_counts(desk: Desk, announced: Key) -> None:
    schedule_service.vote(desk, caller("Ben"), announced, 1)
    schedule_service.vote(desk, caller("Cleo"), announced, 1)
    schedule_service.vote(desk, caller("Ben"), announced, 2)

    assert sorted(votes(desk)) == [1, 2]


def test_the_same_press_again_takes_the_vote_back(desk: Desk, announced: Key) -> None:
    voted = schedule_service.vote_in_next(desk, caller("Ben"), 1)
    taken_back = schedule_service.vote_in_next(desk, caller("Ben"), 1)

    assert (voted.counts, taken_back.counts) == (True, False)
    assert votes(desk) == []


def test_the_same_choice_in_the_list_again_changes_nothing_and_its_last_entry_takes_it_back(
    desk: Desk, announced: Key
) -> None:
    schedule_service.vote(desk, caller("Ben"), announced, 1)
    schedule_service.vote(desk, caller("Ben"), announced, 1)
    kept = votes(desk)

    for _ in range(2):
        schedule_service.vote(desk, caller("Ben"), announced, schedule_service.NO_VOTE)

    assert (kept, votes(desk)) == ([1], [])


def test_the_newest_questions_are_shown_first_with_their_votes(desk: Desk, announced: Key) -> None:
    schedule_service.vote(desk, caller("Ben"), announced, 1)

    with desk.db.read() as tx:
        shown = read_announcement(tx, announced)

    assert shown is not None
    assert [(one.title, one.votes) for one in shown.brought] == [(SNOW, 0), (RAIN, 1)]


def test_a_question_with_votes_stays_listed_when_somebody_forecasts_it(
    desk: Desk, announced: Key
) -> None:
    schedule_service.vote(desk, caller("Ben"), announced, 1)
    for number in (1, 2):
        record(desk, "Cleo", number)

    with desk.db.read() as tx:
        shown = read_announcement(tx, announced)

    assert shown is not None
    assert [one.title for one in shown.brought] == [RAIN]


def test_a_vote_before_the_evening_counts_in_the_first_lobby(desk: Desk, announced: Key) -> None:
    schedule_service.vote(desk, caller("Ben"), announced, 1)

    lobby = sessions_service.start_announced(desk, caller("Ana"), announced)

    with desk.db.read() as tx:
        shown = read_lobby(tx, lobby, desk.clock())
    assert shown is not None
    assert [(one.title, one.votes) for one in shown.voted] == [(RAIN, 1)]


def test_without_a_card_the_next_session_is_meant(desk: Desk, announced: Key) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("2026-11-26 19:00", title="Sooner"))

    voted = schedule_service.vote_in_next(desk, caller("Ben"), 1)

    assert (voted.question, voted.session) == (RAIN, "Sooner")


def test_while_nothing_is_planned_there_is_nothing_to_vote_for(desk: Desk) -> None:
    number = bring(desk)

    with pytest.raises(Refusal, match="No session is planned"):
        schedule_service.vote_in_next(desk, caller("Ben"), number)


def test_what_cannot_be_taken_gets_no_vote(desk: Desk, announced: Key, clock: Clock) -> None:
    bring(desk, "Will the bridge open by noon?", closes="2026-11-21")
    clock.move(2 * 86_400)

    for number in (3, 404):
        with pytest.raises(StaleRefusal, match="cannot be taken any more"):
            schedule_service.vote(desk, caller("Ben"), announced, number)
    assert votes(desk) == []


def test_a_session_that_is_over_or_of_another_group_takes_no_vote(
    desk: Desk, announced: Key
) -> None:
    with pytest.raises(StaleRefusal, match="`/session list`"):
        schedule_service.vote(desk, caller("Eva", group_id=4242), announced, 1)
    schedule_service.cancel(desk, caller("Ana"), "1")

    with pytest.raises(StaleRefusal, match="`/session list`"):
        schedule_service.vote(desk, caller("Ben"), announced, 1)
    assert votes(desk) == []
