"""What a forecast says: its row to the rules, and back. Decides nothing."""

import json

from bot.answers.probabilities import Belief
from storage.plain import AnyForecast


def belief(row: AnyForecast) -> Belief:
    """Return what a forecast says."""
    return load(row.probability, row.values)


def load(probability: float | None, values: str | None) -> Belief:
    """Return the same from its two columns."""
    return Belief(probability, tuple(json.loads(values)) if values else ())


def dump_values(said: Belief) -> str | None:
    """Write the chances of options, or the quantiles, as a row holds them."""
    return json.dumps(said.values) if said.values else None
