"""The scores of a question, computed from its forecasts and its resolution. Never touches Discord.

They are replaced whole, so correcting, voiding or reopening a question leaves nothing stale.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import fmean
from typing import Any, TypedDict

from sqlmodel import Session

from bot.answers import belief_mapping
from bot.answers.formats import VOID
from bot.answers.kind import Earned
from bot.answers.kinds import kind_of
from bot.answers.probabilities import Belief
from bot.core.unit import Unit, row_id
from bot.scores import compute as scores_compute
from bot.scores import rules as scores_rules
from bot.scores.compute import Spoken, SuccessiveForecast
from storage import forecasts, groups, imports, questions, rounds, scores
from storage.tables import (
    Forecast,
    Moment,
    Phase,
    Question,
    Resolution,
    Round,
    Score,
    Turn,
)

# The columns of a score that are filled in beside others of its question.
_LATER = (
    *("probability", "outcome", "edge", "peer", "over_time", "coverage", "seat", "gain"),
    "turn_edge",
)


def rescore(unit: Unit, question: Question) -> None:
    """Replace the scores of a question by those of its forecasts and its last resolution.

    The forecasts of a round that is running are scored when it closes: a score would tell what
    was forecast blind. The group's kept standings follow soon afterwards, in a unit of their own;
    they hold no pastcasts.
    """
    tx, question_id = unit.tx, row_id(question)
    [found] = gather(tx, [question])
    if scores.replace(tx, question_id, compute(found)) and question.banked_id is None:
        groups.scores_changed(tx, question.group_id)
        unit.wake(f"standings:{question.group_id}", unit.now)


def headlines(tx: Session, question: Question, resolution: Resolution) -> dict[int, float]:
    """Return each member's score under an entry of the history, without saving anything.

    It is the mean of the scores that count, as cards say it.
    """
    [found] = gather(tx, [question])
    shown: dict[int, list[float]] = {}
    for row in compute(replace(found, resolution=resolution)):
        if row.headline:
            shown.setdefault(row.member_id, []).append(row.shown)
    return {member: fmean(values) for member, values in shown.items()}


@dataclass(frozen=True)
class Found:
    """All that the scores of a question follow from."""

    question: Question
    resolution: Resolution | None
    rounds: Sequence[Round]
    turns: Mapping[int, Sequence[Turn]]
    forecasts: Sequence[Forecast]
    nobody: Set[int | None]

    @property
    def version(self) -> tuple[int, int]:
        """Return what grows with every new forecast or outcome."""
        last = max((row_id(row) for row in self.forecasts), default=0)
        return last, row_id(self.resolution) if self.resolution is not None else 0


def gather(tx: Session, asked: Sequence[Question]) -> list[Found]:
    """Return all that the scores of some questions of one group follow from."""
    if not asked:
        return []
    ids = [row_id(question) for question in asked]
    resolutions = questions.latest_resolutions(tx, ids)
    taken, made = rounds.on_questions(tx, ids), forecasts.on_questions(tx, ids)
    nameless = imports.nameless(tx, asked[0].group_id)
    return [
        Found(
            question,
            resolutions.get(number),
            taken.get(number, ()),
            _turns(tx, taken.get(number, ())),
            made.get(number, ()),
            _not_scored(tx, question, nameless),
        )
        for number, question in zip(ids, asked, strict=True)
    ]


def changed(tx: Session, found: Sequence[Found]) -> set[int]:
    """Return the questions of which there is more by now than was found."""
    now = scores.versions(tx, [row_id(one.question) for one in found])
    return {number for one in found if now[number := row_id(one.question)] != one.version}


def compute(found: Found, make: Callable[..., Any] = Score) -> list[Any]:
    """Return the scores of a question; `make` makes a row of columns, for many something light."""
    outcome = _outcome(found.question, found.resolution)
    if found.resolution is None or outcome is None:
        return []
    return _scores(found, found.resolution, outcome, make)


def _turns(tx: Session, taken: Sequence[Round]) -> dict[int, Sequence[Turn]]:
    """Return the turns of each closed round."""
    closed = [row_id(row) for row in taken if row.phase == Phase.CLOSED]
    return {number: rounds.turns(tx, number) for number in closed}


def _outcome(question: Question, resolution: Resolution | None) -> float | None:
    """Return the outcome as a number: 1 or 0, an option's number, or the number asked for."""
    if resolution is None or resolution.outcome in {None, VOID}:
        return None
    return kind_of(question.kind.value).measure(str(resolution.outcome))


def _scores(
    found: Found, resolution: Resolution, outcome: float, make: Callable[..., Any]
) -> list[Any]:
    question, turns = found.question, found.turns
    running = {row.id for row in found.rounds if row.phase != Phase.CLOSED}
    closed = [row for row in found.rounds if row.id not in running]
    made = {
        row_id(row): row
        for row in found.forecasts
        if row.round_id not in running and row.member_id not in found.nobody
    }
    seen = [_made(row) for row in made.values()]
    limits: Cutoffs = {"known_at": resolution.known_at, "closes_at": _closes_at(question)}
    ends = [_round_end(row, turns[row_id(row)]) for row in closed]
    chosen = scores_rules.choose(seen, ends, **limits)
    beliefs = {number: belief_mapping.belief(row) for number, row in made.items()}
    rows = _earned(question, chosen, beliefs, resolution, outcome, make)
    counted = [made[one.id] for one in scores_rules.in_time(seen, **limits)]
    _add_over_time(question, rows, counted, beliefs, resolution, outcome)
    if kind_of(question.kind.value).one_chance:
        for round_id, taken_turns in turns.items():
            speakers = scores_rules.speaking_order(turn.member_id for turn in taken_turns)
            _add_turns(rows, round_id, speakers, outcome)
    return rows


def _not_scored(tx: Session, question: Question, nameless: int | None) -> set[int | None]:
    """Return whose forecasts do not count: nobody's from an import, and who knew a pastcast.

    On a live question a mark says "Already forecast it" and changes no score.
    """
    nobody = {nameless}
    if question.banked_id is None:
        return nobody
    return nobody | questions.marked(tx, row_id(question))


def _closes_at(question: Question) -> datetime | None:
    """Return when a question closes; a pastcast is open until its outcome is revealed."""
    return question.closes_at if question.banked_id is None else None


class Cutoffs(TypedDict):
    """Until when forecasts count."""

    known_at: datetime
    closes_at: datetime | None


def _made(row: Forecast) -> scores_rules.Made:
    return scores_rules.Made(
        row_id(row), row.member_id, row.made_at, row.kind.value, row.late, row.round_id
    )


def _round_end(row: Round, turns: Sequence[Turn]) -> scores_rules.RoundEnd:
    ended = scores_rules.turn_ends((turn.member_id, turn.ended_at) for turn in turns)
    return scores_rules.RoundEnd(row_id(row), row.closed_at, tuple(ended.items()))


def _earned(
    question: Question,
    chosen: Sequence[scores_rules.ScoredForecast],
    beliefs: Mapping[int, Belief],
    resolution: Resolution,
    outcome: float,
    make: Callable[..., Any],
) -> list[Any]:
    """Return every score of its own, and what headlines earned beside others of their like."""
    kind = question.kind.value
    earned = scores_compute.earn(kind, [beliefs[one.forecast_id] for one in chosen], outcome)
    rows = []
    for one, score in zip(chosen, earned, strict=True):
        rows.append(make(**_score(question, resolution, one, score)))
        if kind_of(kind).one_chance:
            rows[-1].probability = beliefs[one.forecast_id].probability
            rows[-1].outcome = int(outcome)
    for round_id in dict.fromkeys(one.round_id for one in chosen if one.headline):
        _compare(kind, rows, earned, beliefs, round_id, outcome)
    return rows


def _score(
    question: Question, resolution: Resolution, one: scores_rules.ScoredForecast, earned: Earned
) -> dict[str, Any]:
    return dict(
        group_id=question.group_id,
        question_id=row_id(question),
        member_id=one.member,
        round_id=one.round_id,
        forecast_id=one.forecast_id,
        moment=Moment(one.moment),
        past=question.banked_id is not None,
        headline=one.headline,
        known_at=resolution.known_at,
        shown=earned.shown,
        brier=earned.brier,
        log=earned.log,
        baseline=earned.baseline,
        inside=earned.inside,
        **dict.fromkeys(_LATER),
    )


def _compare(
    kind: str,
    rows: Sequence[Score],
    earned: Sequence[Earned],
    beliefs: Mapping[int, Belief],
    round_id: int | None,
    outcome: float,
) -> None:
    """Compare headlines of one round, or those at the close, with each other alone."""
    like = [
        (row, one)
        for row, one in zip(rows, earned, strict=True)
        if row.headline and row.round_id == round_id
    ]
    edges = scores_compute.edges(kind, [one for _, one in like])
    peers = scores_compute.peers(kind, [beliefs[row.forecast_id] for row, _ in like], outcome)
    for (row, _), edge, peer in zip(like, edges, peers, strict=True):
        row.edge, row.peer = edge, peer


def _add_over_time(
    question: Question,
    rows: Sequence[Score],
    counted: Sequence[Forecast],
    beliefs: Mapping[int, Belief],
    resolution: Resolution,
    outcome: float,
) -> None:
    """Add what all that somebody forecast was worth, on the score that each of them has."""
    closes = min(resolution.known_at, _closes_at(question) or resolution.known_at)
    said = [SuccessiveForecast(row.member_id, row.made_at, beliefs[row_id(row)]) for row in counted]
    kind, opens = question.kind.value, question.created_at
    found = scores_compute.over_time(kind, said, outcome, opens=opens, closes=closes)
    for row in rows:
        if row.moment == Moment.CLOSE and row.member_id in found:
            one = found[row.member_id]
            row.over_time, row.coverage = one.value, one.coverage


def _add_turns(
    rows: Sequence[Score],
    round_id: int,
    speakers: Sequence[int],
    outcome: float,
) -> None:
    """Add what each seat was worth; who had no turn, but forecast late, sits behind."""
    here = [row for row in rows if row.round_id == round_id]
    place = {member: number for number, member in enumerate(speakers)}
    turns = sorted(
        (row for row in here if row.moment == Moment.TURN),
        key=lambda row: (place.get(row.member_id, len(place)), row.forecast_id),
    )
    blind = {row.member_id: row.probability for row in here if row.moment == Moment.BLIND}
    spoken = {row.member_id: row for row in turns}
    seats = [Spoken(blind.get(member), row.probability) for member, row in spoken.items()]
    # Who forecast blind and never spoke stays in the group's number with that forecast.
    silent = [Spoken(said, None) for member, said in blind.items() if member not in spoken]
    values = scores_compute.turn_values([*seats, *silent], outcome)
    for seat, (row, value) in enumerate(zip(turns, values, strict=False), start=1):
        row.seat, row.gain, row.turn_edge = seat, value.gain, value.edge
