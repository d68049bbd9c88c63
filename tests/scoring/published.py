"""Real forecasts with published numbers; tests that need them skip where the folder is absent."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"

Columns = tuple[NDArray[np.float64], NDArray[np.int64]]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one file, or a skip that says what is missing."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def niamey(method: str) -> Columns:
    """Probabilities and outcomes of one method's 92 rain forecasts (Dimitriadis et al. 2021)."""
    chosen = [row for row in rows("niamey2016.csv") if row["forecaster"] == method]
    probabilities = np.array([float(row["probability"]) for row in chosen])
    return probabilities, np.array([int(row["outcome"]) for row in chosen])
