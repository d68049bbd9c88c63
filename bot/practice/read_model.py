"""What the messages of practice show. Before the reveal, nothing from which the outcome follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from sqlmodel import Session

import scoring
from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import row_id
from bot.standings.calibration import FEW
from bot.standings.service import Calibration
from storage import bank, practice
from storage.tables import Banked, Practice


@dataclass(frozen=True)
class Dealt:
    """A question about the past as it is asked: all that could be known on its day.

    `same_topic` says that the next one is to be of its topic. `waited` says that it was dealt
    before, and is still open.
    """

    id: int
    topic: str
    as_of: date
    title: str
    criteria: str
    background: str
    look_up: str
    same_topic: bool = False
    waited: bool = False

    @property
    def key(self) -> Key:
        """Return the key on its buttons."""
        return keys.practice(self.id, same_topic=self.same_topic)


@dataclass(frozen=True)
class Revealed:
    """What became of a question, and what the forecast on it earned.

    `crowd` is what the source's forecasters said on its day, with its score, where that is known.
    `counted` and `mean` are of everything that the person has practised so far.
    """

    key: Key
    as_of: date
    title: str
    happened: bool
    known_at: date
    source: str
    source_url: str | None
    probability: float
    brier: float
    crowd: tuple[float, float] | None
    counted: int
    mean: float

    @property
    def has_curve(self) -> bool:
        """Tell whether there is enough practice for a calibration."""
        return self.counted >= FEW

    @property
    def at_a_milestone(self) -> bool:
        """Tell whether the calibration is shown unasked: with the tenth, twentieth and so on."""
        return self.counted > 0 and self.counted % FEW == 0


@dataclass(frozen=True)
class RunDry:
    """Nothing unseen is left to deal: of which topic (none: of any), and what else there is."""

    topic: str
    others: Mapping[str, int]


class PracticeCalibration(Calibration):
    """A person's calibration in practice, which only they see."""

    @property
    def title(self) -> str:
        """Say of what it is, as plain text."""
        return "Calibration: your practice"


def read_dealt(tx: Session, row: Practice, *, same_topic: bool, waited: bool = False) -> Dealt:
    """Read a question as it is asked."""
    asked = bank.get(tx, row.banked_id)
    return Dealt(
        row_id(row),
        asked.topic,
        asked.as_of,
        asked.title,
        asked.criteria,
        asked.background,
        asked.look_up,
        same_topic=same_topic,
        waited=waited,
    )


def read_revealed(tx: Session, row: Practice, *, same_topic: bool) -> Revealed:
    """Read what became of a question that was answered."""
    asked = bank.get(tx, row.banked_id)
    briers = [brier for *_, brier in practice.counted(tx, row.user_id)]
    happened = row.outcome == 1
    return Revealed(
        keys.practice(row_id(row), same_topic=same_topic),
        asked.as_of,
        asked.title,
        happened,
        asked.known_at,
        asked.source,
        asked.source_url,
        row.probability or 0.0,
        row.brier or 0.0,
        _crowd(asked, happened=happened),
        len(briers),
        fmean(briers) if briers else 0.0,
    )


def brier(probability: float, *, happened: bool) -> float:
    """Score one chance of yes."""
    scores = scoring.brier_score(probabilities=[probability], outcomes=[int(happened)])
    return float(scores[0])


def _crowd(asked: Banked, *, happened: bool) -> tuple[float, float] | None:
    return None if asked.crowd is None else (asked.crowd, brier(asked.crowd, happened=happened))
