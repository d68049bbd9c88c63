"""What the history of a question shows. Reads, decides nothing.

Blind forecasts of others leave this module only once their round has closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.answers import belief_mapping
from bot.answers import mapping as answers_mapping
from bot.answers.beliefs import pool
from bot.answers.formats import BINARY, VOID, AnswerFormat
from bot.answers.kinds import kind_of, say_outcome
from bot.answers.probabilities import Belief
from bot.circle.pooling import FEWEST
from bot.core.unit import row_id
from bot.questions.read_model import shows_number
from storage import forecasts, groups, questions, rounds
from storage.enums import ForecastKind, Phase, QuestionState
from storage.tables import Forecast, Member, Question, Resolution, Round

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class HistoryLine:
    """One forecast in a question's history; `member` tells people with one name apart."""

    name: str
    belief: Belief
    kind: ForecastKind
    late: bool
    made_at: datetime
    reason: str
    member: int = 0
    mine: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a question came out, in words, and as the number that scores take; None if void."""

    said: str
    measured: float | None


@dataclass(frozen=True)
class History:
    """The forecasts that the caller may see; `hidden` tells that some are missing.

    `path` is the group's number after each line: None under three people, and nothing while it may
    not be shown. `zone` is the caller's.
    """

    title: str
    lines: tuple[HistoryLine, ...]
    hidden: bool
    asked: AnswerFormat = BINARY
    path: tuple[Belief | None, ...] = ()
    outcome: Outcome | None = None
    zone: ZoneInfo = _UTC

    @property
    def people(self) -> int:
        """Count who has a forecast that the caller may see."""
        return len({line.member for line in self.lines})

    @property
    def group(self) -> Belief | None:
        """Return the group's newest number, if it has one that may be shown."""
        return self.path[-1] if self.path else None


def read_history(tx: Session, question: Question, viewer: Member | None) -> History:
    """Return a question's forecasts in order, without those still hidden from the viewer.

    Blind forecasts of others stay hidden until their round closes. While a blind phase lasts, all
    other forecasts made since the round opened stay hidden too.
    """
    number, asked = row_id(question), answers_mapping.asked(question)
    knowing = questions.marked(tx, number) if question.banked_id is not None else ()
    made = [row for row in forecasts.on_question(tx, number) if row.member_id not in knowing]
    taken = rounds.on_question(tx, number)
    me = row_id(viewer) if viewer else None
    seen = [row for row in made if _may_see(taken, row, me)]
    names = groups.names(tx, [row.member_id for row in seen])
    lines = tuple(_line(row, names[row.member_id], me) for row in seen)
    hidden = len(seen) < len(made)
    told = not hidden and shows_number(tx, question, taken)
    return History(
        question.title,
        lines,
        hidden,
        asked,
        group_path(asked.kind, lines) if told else (),
        _outcome(tx, question, asked),
        _zone(tx, question.group_id, viewer),
    )


def group_path(kind: str, lines: Sequence[HistoryLine]) -> tuple[Belief | None, ...]:
    """Return the group's number after each forecast: of everybody's latest, from three people."""
    latest: dict[int, Belief] = {}
    path: list[Belief | None] = []
    for line in lines:
        latest[line.member] = line.belief
        found = pool(kind, list(latest.values())) if len(latest) >= FEWEST else None
        path.append(found.best if found else None)
    return tuple(path)


def _line(row: Forecast, name: str, me: int | None) -> HistoryLine:
    return HistoryLine(
        name,
        belief_mapping.belief(row),
        row.kind,
        row.late,
        row.made_at,
        row.reason,
        row.member_id,
        mine=row.member_id == me,
    )


def _may_see(rounds_of_question: Sequence[Round], row: Forecast, viewer: int | None) -> bool:
    if row.member_id == viewer:
        return True
    for taken in rounds_of_question:
        if row.kind == ForecastKind.BLIND and row.round_id == taken.id:
            return taken.phase == Phase.CLOSED
        if taken.phase == Phase.BLIND and row.made_at >= taken.opened_at:
            return False
    return True


def _outcome(tx: Session, question: Question, asked: AnswerFormat) -> Outcome | None:
    if question.state not in {QuestionState.RESOLVED, QuestionState.VOID}:
        return None
    found: Resolution | None = questions.latest_resolution(tx, row_id(question))
    if found is None or found.outcome is None:
        return None
    said = say_outcome(found.outcome, asked)
    void = found.outcome == VOID
    return Outcome(said, None if void else kind_of(asked.kind).measure(found.outcome))


def _zone(tx: Session, group_id: int, viewer: Member | None) -> ZoneInfo:
    group = groups.find(tx, group_id)
    return ZoneInfo((viewer and viewer.timezone) or (group.timezone if group else "UTC"))
