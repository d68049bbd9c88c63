"""The scores of a question, computed from its forecasts and its resolution. Never touches Discord.

They are replaced whole, so correcting, voiding or reopening a question leaves nothing stale.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from bot.forecasts.beliefs import state
from bot.forecasts.rules import Belief
from bot.standings import earning, rules
from bot.unit import Unit, row_id
from storage import forecasts, groups, questions, rounds, scores
from storage.tables import (
    Forecast,
    Moment,
    Phase,
    Question,
    QuestionKind,
    Resolution,
    Round,
    Score,
)

_BINARY = {"yes": 1.0, "no": 0.0}


def rescore(unit: Unit, question: Question) -> None:
    """Computes the scores of a question anew from its forecasts and the resolution that counts.

    The forecasts of a round that is running are scored when it closes: a score would tell what
    was forecast blind. The group's kept standings follow soon afterwards, in a unit of their own.
    """
    tx, question_id = unit.tx, row_id(question)
    resolution = questions.latest_resolution(tx, question_id)
    outcome = _outcome(question, resolution)
    rows = []
    if resolution is not None and outcome is not None:
        rows = _scores(tx, question, resolution, outcome)
    if scores.replace(tx, question_id, rows):
        groups.scores_changed(tx, question.group_id)
        unit.wake(f"standings:{question.group_id}", unit.now)


def _outcome(question: Question, resolution: Resolution | None) -> float | None:
    """The outcome as a number: 1 or 0, an option's number, or the number asked for."""
    if resolution is None or resolution.outcome in {None, "void"}:
        return None
    said = str(resolution.outcome)
    return _BINARY[said] if question.kind == QuestionKind.BINARY else float(said)


def _scores(tx: Session, question: Question, resolution: Resolution, outcome: float) -> list[Score]:
    question_id = row_id(question)
    taken = rounds.on_question(tx, question_id)
    running = {row.id for row in taken if row.phase != Phase.CLOSED}
    made = [row for row in forecasts.on_question(tx, question_id) if row.round_id not in running]
    chosen = rules.choose(
        [_made(row) for row in made],
        [_round_end(tx, row) for row in taken if row.id not in running],
        known_at=resolution.known_at,
        closes_at=question.closes_at,
    )
    beliefs = {row_id(row): state.belief(row) for row in made}
    rows = _earned(question, chosen, beliefs, resolution, outcome)
    _add_peers(question, rows, beliefs, outcome)
    if question.kind == QuestionKind.BINARY:
        for row in taken:
            _add_gains(rows, row_id(row), _speakers(tx, row), beliefs, outcome)
    return rows


def _made(row: Forecast) -> rules.Made:
    return rules.Made(
        row_id(row), row.member_id, row.made_at, row.kind.value, row.late, row.round_id
    )


def _round_end(tx: Session, row: Round) -> rules.RoundEnd:
    ended: dict[int, datetime] = {}
    for turn in rounds.turns(tx, row_id(row)):
        if turn.ended_at is not None:
            ended[turn.member_id] = turn.ended_at
    return rules.RoundEnd(row_id(row), row.closed_at, tuple(ended.items()))


def _speakers(tx: Session, row: Round) -> list[int]:
    """The members of a round in the order in which they spoke, the last time where more often."""
    spoke = [turn.member_id for turn in rounds.turns(tx, row_id(row))]
    return list(dict.fromkeys(reversed(spoke)))[::-1]


def _earned(
    question: Question,
    chosen: Sequence[rules.Chosen],
    beliefs: Mapping[int, Belief],
    resolution: Resolution,
    outcome: float,
) -> list[Score]:
    said = [beliefs[one.forecast_id] for one in chosen]
    binary = question.kind == QuestionKind.BINARY
    return [
        Score(
            group_id=question.group_id,
            question_id=row_id(question),
            member_id=one.member,
            round_id=one.round_id,
            forecast_id=one.forecast_id,
            moment=Moment(one.moment),
            headline=one.headline,
            known_at=resolution.known_at,
            shown=earned.shown,
            brier=earned.brier,
            log=earned.log,
            baseline=earned.baseline,
            probability=belief.probability,
            outcome=int(outcome) if binary else None,
        )
        for one, belief, earned in zip(
            chosen, said, earning.earn(question.kind.value, said, outcome), strict=True
        )
    ]


def _add_peers(
    question: Question, rows: Sequence[Score], beliefs: Mapping[int, Belief], outcome: float
) -> None:
    headlines = [row for row in rows if row.headline]
    said = [beliefs[row.forecast_id] for row in headlines]
    peers = earning.peers(question.kind.value, said, outcome)
    for row, peer in zip(headlines, peers, strict=True):
        row.peer = peer


def _add_gains(
    rows: Sequence[Score],
    round_id: int,
    speakers: Sequence[int],
    beliefs: Mapping[int, Belief],
    outcome: float,
) -> None:
    """What each seat of a round added; who had no turn, but forecast late, sits behind the rest."""
    here = [row for row in rows if row.round_id == round_id]
    place = {member: number for number, member in enumerate(speakers)}
    turns = sorted(
        (row for row in here if row.moment == Moment.TURN),
        key=lambda row: (place.get(row.member_id, len(place)), row.forecast_id),
    )
    blind = [beliefs[row.forecast_id] for row in here if row.moment == Moment.BLIND]
    gains = earning.gains(blind, [beliefs[row.forecast_id] for row in turns], outcome)
    for row, gain in zip(turns, gains, strict=True):
        row.gain = gain
