"""Which question a lobby takes, and who may take a session over."""

import random
from collections import Counter

import pytest

from bot.core.permissions import Role
from bot.core.refusals import Refusal
from bot.sessions.rules import Candidate, pick, places, takes_over

RAIN, SNOW, HAIL = 11, 12, 13
ANA, BEN, CLEO = 1, 2, 3


def may_take_over(
    member: int, *, seated: list[int], facilitator: bool = False, waited: bool = False
) -> bool:
    roles = places(member, seated) | ({Role.FACILITATOR} if facilitator else set())
    return takes_over(waited=waited).allows(roles)


def candidates(*questions: int) -> list[Candidate]:
    return [Candidate(question) for question in questions]


def test_the_question_with_most_votes_is_taken() -> None:
    votes = {ANA: RAIN, BEN: SNOW, CLEO: SNOW}

    assert pick(candidates(RAIN, SNOW, HAIL), votes=votes, chosen=None, seed=1) == SNOW


def test_the_hosts_choice_beats_the_votes() -> None:
    votes = {ANA: RAIN, BEN: RAIN, CLEO: RAIN}

    assert pick(candidates(RAIN, SNOW), votes=votes, chosen=SNOW, seed=1) == SNOW


def test_the_hosts_choice_is_taken_although_it_has_been_forecast_already() -> None:
    known = [Candidate(RAIN, known_to=3), Candidate(SNOW)]

    assert pick(known, votes={}, chosen=RAIN, seed=1) == RAIN


def test_a_choice_that_is_no_longer_there_leaves_it_to_the_votes() -> None:
    assert pick(candidates(RAIN, SNOW), votes={ANA: SNOW}, chosen=HAIL, seed=1) == SNOW


def test_votes_for_a_question_that_is_no_longer_there_do_not_count() -> None:
    votes = {ANA: HAIL, BEN: HAIL, CLEO: SNOW}

    assert pick(candidates(RAIN, SNOW), votes=votes, chosen=None, seed=1) == SNOW


def test_without_votes_what_nobody_present_has_forecast_is_taken_first() -> None:
    known = [Candidate(RAIN, known_to=2), Candidate(SNOW, known_to=1), Candidate(HAIL)]

    for seed in range(20):
        assert pick(known, votes={}, chosen=None, seed=seed) == HAIL


def test_among_equally_many_votes_the_one_that_fewest_have_forecast_is_taken() -> None:
    known = [Candidate(RAIN, known_to=2), Candidate(SNOW, known_to=1), Candidate(HAIL)]

    for seed in range(20):
        assert pick(known, votes={ANA: RAIN, BEN: SNOW}, chosen=None, seed=seed) == SNOW


@pytest.mark.parametrize("seed", range(20))
def test_between_equals_a_lot_decides_that_anybody_can_check(seed: int) -> None:
    taken = pick(
        [Candidate(HAIL), Candidate(RAIN, known_to=1), Candidate(SNOW)],
        votes={},
        chosen=None,
        seed=seed,
    )

    assert taken == random.Random(seed).choice([HAIL, SNOW])


def test_over_many_seeds_equals_are_taken_about_equally_often() -> None:
    taken = Counter(
        pick(candidates(RAIN, SNOW), votes={}, chosen=None, seed=seed) for seed in range(2000)
    )

    assert all(900 < taken[question] < 1100 for question in (RAIN, SNOW))


def test_without_any_question_somebody_is_asked_to_bring_one() -> None:
    with pytest.raises(Refusal, match="`/question submit`"):
        pick([], votes={ANA: RAIN}, chosen=RAIN, seed=1)


def test_a_facilitator_may_take_over_without_a_seat() -> None:
    assert may_take_over(CLEO, seated=[ANA, BEN], facilitator=True)
    assert may_take_over(CLEO, seated=[], facilitator=True)


def test_the_member_who_sits_first_may_take_over_and_nobody_else() -> None:
    assert may_take_over(ANA, seated=[ANA, BEN], facilitator=False)
    assert not may_take_over(BEN, seated=[ANA, BEN], facilitator=False)
    assert not may_take_over(CLEO, seated=[ANA, BEN], facilitator=False)
    assert not may_take_over(ANA, seated=[], facilitator=False)
