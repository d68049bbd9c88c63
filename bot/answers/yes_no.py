"""Questions answered by yes or no: a forecast is the chance of yes. Pure."""

from collections.abc import Sequence

import scoring
from bot.answers import briers
from bot.answers.formats import BINARY, VOID, AnswerFormat
from bot.answers.kind import Earned, Typed
from bot.answers.pooling import PooledForecast, mean_of_odds
from bot.answers.probabilities import Belief, parse_probability
from bot.core.numbers import say_probability
from bot.core.refusals import Refusal

_ASKED_BY = {"", "yes/no", "yes / no", "yes or no", "yes no", "binary", "y/n"}
_OUTCOMES = {
    "yes": "yes",
    "y": "yes",
    "true": "yes",
    "no": "no",
    "n": "no",
    "false": "no",
    "void": VOID,
    "annul": VOID,
    "annulled": VOID,
}


class YesOrNo:
    """The kind `binary`."""

    one_chance = True
    own_unit = False
    has_details = False

    def read_format(self, typed: str) -> AnswerFormat | None:
        """Read yes or no, which an empty text means too."""
        return BINARY if " ".join(typed.lower().split()) in _ASKED_BY else None

    def read_details(self, typed: str) -> AnswerFormat:
        """Read nothing: yes and no are all there is."""
        return BINARY

    def write_details(self, asked: AnswerFormat) -> str:
        """Write nothing."""
        return ""

    def read(self, text: str, asked: AnswerFormat) -> Typed:
        """Read the chance of yes."""
        return Typed(Belief(parse_probability(text)))

    def write(self, belief: Belief, asked: AnswerFormat) -> tuple[str, ...]:
        """Write the chance of yes into its one field."""
        return (self.say(belief, asked),)

    def say(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say the chance of yes: "70%"."""
        return say_probability(chance(belief))

    def say_in_full(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say the chance of yes, for there is no more to it."""
        return self.say(belief, asked)

    def is_certain(self, belief: Belief) -> bool:
        """Tell whether yes has a chance of 0% or 100%."""
        return belief.probability in {0.0, 1.0}

    def pool(self, beliefs: Sequence[Belief]) -> PooledForecast:
        """Make one chance of several, three ways; the mean of odds is quoted."""
        chances = [chance(belief) for belief in beliefs]
        best = Belief(mean_of_odds(chances).probability)
        mean = Belief(scoring.mean(probabilities=chances).probability)
        median = Belief(scoring.median(probabilities=chances).probability)
        return PooledForecast((("mean", mean), ("median", median), ("mean of odds", best)), best)

    def read_outcome(self, typed: str, asked: AnswerFormat) -> str:
        """Read yes, no or void, also shortened."""
        outcome = _OUTCOMES.get(typed.strip().lower())
        if outcome is None:
            raise Refusal("The outcome is `yes`, `no` or `void` (the question cannot be answered).")
        return outcome

    def say_outcome(self, outcome: str, asked: AnswerFormat) -> str:
        """Say yes or no."""
        return outcome

    def outcomes(self, asked: AnswerFormat) -> tuple[str, ...]:
        """List yes and no."""
        return ("yes", "no")

    def measure(self, outcome: str) -> float:
        """Return 1 for yes and 0 for no."""
        return {"yes": 1.0, "no": 0.0}[outcome]

    def earn(self, beliefs: Sequence[Belief], outcome: float) -> list[Earned]:
        """Score chances by Brier and its relatives."""
        chances = [chance(belief) for belief in beliefs]
        scores = scoring.brier_score(probabilities=chances, outcomes=[int(outcome)] * len(chances))
        scaled = scoring.common_scale(scores=scores, kind="binary", options=None)
        return briers.earned(chances, outcome, scores, scaled)

    def edges(self, earned: Sequence[Earned]) -> list[float | None]:
        """Compare Brier scores with the mean of the others'."""
        return briers.edges(earned)


def chance(belief: Belief) -> float:
    """Return the chance of yes that a forecast gives."""
    return belief.probability or 0.0
