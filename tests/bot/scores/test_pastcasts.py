"""Scores of pastcasts: apart from live ones, and without those who knew the question."""

from datetime import timedelta

from sqlmodel import delete

from bot.core.unit import Desk, Unit
from bot.questions import outcome_cards, own_score
from bot.scores import rescoring
from storage.tables import Mark, Question, Score
from tests.bot.pastcast_scenes import SAID, make_past, pastcast, put_in_bank, reveal
from tests.bot.scenes import bring, group, member, play, record, rows
from tests.conftest import GROUP, Clock, caller


def scored(desk: Desk, name: str) -> dict[str, float]:
    """A member's Brier scores by moment."""
    mine = [one for one in rows(desk, Score) if one.member_id == member(desk, name)]
    return {one.moment.value: round(one.brier or 0.0, 9) for one in mine}


def test_every_score_of_a_pastcast_is_of_the_past_and_no_live_score_is(
    desk: Desk, clock: Clock
) -> None:
    past = pastcast(desk, clock, 1)
    live = bring(desk)
    record(desk, "Ana", live)
    clock.move(60)
    reveal(desk, live)

    found = {(one.question_id, one.past) for one in rows(desk, Score)}

    assert found == {(past, True), (live, False)}
    assert scored(desk, "Ben") == {"blind": 0.01, "turn": 0.09, "final": 0.64, "close": 0.64}


def test_who_knew_a_pastcast_has_no_score_no_seat_and_is_compared_with_nobody(
    desk: Desk, clock: Clock
) -> None:
    question = pastcast(desk, clock, 1, knows=("Ben",))

    found = {(one.member_id, one.moment.value): one for one in rows(desk, Score)}
    ana, cleo = member(desk, "Ana"), member(desk, "Cleo")
    assert {who for who, _ in found} == {ana, cleo}
    assert {one.question_id for one in found.values()} == {question}
    assert [found[who, "turn"].seat for who in (ana, cleo)] == [1, 2]
    # Each beside the other alone: .4² and .6².
    assert round(found[ana, "turn"].edge or 0.0, 9) == 0.2
    assert round(found[cleo, "turn"].edge or 0.0, 9) == -0.2


def test_who_knew_a_pastcast_is_told_why_there_is_no_score(desk: Desk, clock: Clock) -> None:
    question = pastcast(desk, clock, 1, knows=("Ben",))

    bens, anas = (own_score.show(desk, caller(name), question) for name in ("Ben", "Ana"))

    assert bens.line is None
    assert outcome_cards.KNEW in str(outcome_cards.details_card(bens).embed.to_dict())
    assert outcome_cards.KNEW not in str(outcome_cards.details_card(anas).embed.to_dict())
    assert anas.others == 1


def test_what_the_group_said_is_that_of_those_who_did_not_know(desk: Desk, clock: Clock) -> None:
    pastcast(desk, clock, 1, knows=("Ben",))
    with_ben = {row.member_id: row.turn_edge for row in rows(desk, Score) if row.seat}
    with desk.step(GROUP) as unit:
        unit.tx.exec(delete(Mark))
        rescoring.rescore(unit, unit.tx.get_one(Question, 1))

    without = {row.member_id: row.turn_edge for row in rows(desk, Score) if row.seat}

    cleo = member(desk, "Cleo")
    assert set(without) - set(with_ben) == {member(desk, "Ben")}
    assert with_ben[cleo] != without[cleo]


def test_a_mark_on_a_live_question_changes_no_score(desk: Desk, clock: Clock) -> None:
    play(desk, clock, SAID)
    with desk.db.write() as tx:
        tx.add(Mark(question_id=1, member_id=member(desk, "Ben"), at=clock()))
    clock.move(1)

    reveal(desk, 1)

    assert scored(desk, "Ben")["turn"] == 0.09


def test_forecasts_on_a_pastcast_count_until_the_reveal_whatever_its_close_was(
    desk: Desk, clock: Clock
) -> None:
    question = bring(desk)
    record(desk, "Ana", question, "60")
    clock.move(600)
    record(desk, "Ana", question, "80")
    make_past(desk, question, put_in_bank(desk, "late"))
    with desk.db.write() as tx:
        tx.get_one(Question, question).closes_at = clock() - timedelta(seconds=300)
    clock.move(60)

    reveal(desk, question)

    assert scored(desk, "Ana") == {"close": 0.04}


def test_a_pastcast_leaves_the_kept_standings_alone(desk: Desk, clock: Clock) -> None:
    before = pastcast(desk, clock, 1) and group(desk).scores_version
    woken: list[Unit] = []
    heard = Desk(desk.db, clock, woken.append)

    with heard.step(GROUP) as unit:
        rescoring.rescore(unit, unit.tx.get_one(Question, 1))

    assert group(desk).scores_version == before == 0
    assert not any(f"standings:{GROUP}" in unit.alarms for unit in woken)
