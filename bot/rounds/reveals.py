"""What a pastcast's summary reveals. Reads it, once the round is closed, and decides nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from bot.core import keys
from bot.core.unit import row_id
from bot.questions.read_model import ResolutionCard, read_resolution
from bot.rounds.rows import RoundRows
from storage import bank, rounds
from storage.tables import QuestionState


@dataclass(frozen=True)
class Reveal:
    """How a question of the past came out, and what it earned whom.

    `outcome` has it with all scores, and with that of the crowd of its day. `forecast` of `present`
    took part. `number` counts the questions of the evening, of which `wanted` were planned, if any
    number was.
    """

    outcome: ResolutionCard
    as_of: date
    known_at: date
    source: str
    source_url: str | None
    forecast: int
    present: int
    number: int
    wanted: int | None

    @property
    def is_last(self) -> bool:
        """Tell whether the evening has had all its questions."""
        return self.wanted is not None and self.number >= self.wanted


def read_reveal(tx: Session, circle: RoundRows, forecasters: Collection[int]) -> Reveal | None:
    """Return what a closed round on a question from the bank reveals; None of any other."""
    question = circle.question
    if question.banked_id is None or question.state != QuestionState.RESOLVED:
        return None
    outcome = read_resolution(tx, keys.resolution(row_id(question)))
    if outcome is None:
        return None
    banked, session_id = bank.get(tx, question.banked_id), circle.row.session_id
    here = {*(seat.member_id for seat in circle.seats), *circle.knowing, *forecasters}
    held = rounds.held_in_session(tx, session_id)
    return Reveal(
        outcome=outcome,
        as_of=banked.as_of,
        known_at=banked.known_at,
        source=banked.source,
        source_url=banked.source_url,
        forecast=len(forecasters),
        present=len(here),
        number=len([one for one in held if one.number <= circle.row.number]),
        wanted=circle.meetup.deals,
    )
