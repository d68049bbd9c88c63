"""One line of the benchmarks' table, and how it is printed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured, the figure with its unit, and the budget where there is one."""

    what: str
    figure: float
    unit: str
    budget: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The share of the budget that was used."""
        return self.figure / self.budget if self.budget else None

    @property
    def ok(self) -> bool | None:
        """Whether it is within its budget, if it has one."""
        return self.ratio <= 1 if self.ratio is not None else None

    def as_line(self) -> str:
        """For people."""
        budget = ratio = verdict = ""
        if self.budget is not None and self.ratio is not None:
            budget, ratio = f"{self.budget:g} {self.unit}", f"{self.ratio:.2f}"
            verdict = "ok" if self.ok else "OVER"
        figure = f"{self.figure:,.2f} {self.unit}"
        return f"{self.what:<58} {figure:>16} {budget:>13} {ratio:>6} {verdict:<5}{self.note}"

    def as_json(self, bench: str) -> str:
        """For programs, one line each."""
        figures = {"measured": round(self.figure, 4), "unit": self.unit, "budget": self.budget}
        verdict = {"ratio": self.ratio and round(self.ratio, 4), "ok": self.ok, "note": self.note}
        return json.dumps({"bench": bench, "what": self.what} | figures | verdict)


HEADING = f"{'what':<58} {'measured':>16} {'budget':>13} {'ratio':>6}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
