"""What each kind of question has to know of itself, and what a forecast on one earns. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.answers.formats import AnswerFormat
from bot.answers.pooling import PooledForecast
from bot.answers.probabilities import Belief


@dataclass(frozen=True)
class Typed:
    """A forecast as it was typed; `total` is what its chances added up to, if not to 1."""

    belief: Belief
    total: float | None = None


@dataclass(frozen=True)
class Earned:
    """The scores of one forecast; None where its kind of question has no such score."""

    shown: float
    brier: float | None = None
    log: float | None = None
    baseline: float | None = None
    inside: int | None = None


class KindOfQuestion(Protocol):
    """One entry of the table of kinds, from the question's form to the scores.

    `one_chance`: a forecast is the chance of yes, of which peer scores, calibration and the worth
    of turns are made. `own_unit`: scores have the question's unit and no scale in common.
    `has_details`: whoever brings such a question is asked for more, its options or its unit.
    """

    one_chance: bool
    own_unit: bool
    has_details: bool

    def read_format(self, typed: str) -> AnswerFormat | None:
        """Read a text that names the kind, too; None where another kind is meant."""

    def read_details(self, typed: str) -> AnswerFormat:
        """Read the options or the unit of a question of this kind, or refuse them."""

    def write_details(self, asked: AnswerFormat) -> str:
        """Write the same for editing."""

    def read(self, text: str, asked: AnswerFormat) -> Typed:
        """Read a forecast, or refuse it."""

    def write(self, belief: Belief, asked: AnswerFormat) -> tuple[str, ...]:
        """Write a forecast as the fields of its form show it."""

    def say(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say a forecast short, for a line among others."""

    def say_in_full(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say a forecast in a receipt."""

    def is_certain(self, belief: Belief) -> bool:
        """Tell whether a forecast leaves no room for surprise."""

    def pool(self, beliefs: Sequence[Belief]) -> PooledForecast:
        """Make one forecast of one or more."""

    def read_outcome(self, typed: str, asked: AnswerFormat) -> str:
        """Read an outcome as resolutions hold it, or refuse it."""

    def say_outcome(self, outcome: str, asked: AnswerFormat) -> str:
        """Say an outcome that is not void."""

    def outcomes(self, asked: AnswerFormat) -> tuple[str, ...]:
        """List the outcomes to choose from; none where there are too many."""

    def measure(self, outcome: str) -> float:
        """Return an outcome that is not void as the number that scores take."""

    def earn(self, beliefs: Sequence[Belief], outcome: float) -> list[Earned]:
        """Score one or more forecasts on one question."""

    def edges(self, earned: Sequence[Earned]) -> list[float | None]:
        """Compare each with the others at the same moment; None where there are none."""
