"""Forecasts as people type them, from the table that is kept beside the project."""

import csv

import pytest

from bot.answers.beliefs import parse_belief
from bot.answers.formats import BINARY, AnswerFormat
from bot.core.refusals import Refusal
from tests.conftest import SHARED

TABLE = SHARED / "data" / "typed_probabilities.csv"
KINDS = {
    "binary": BINARY,
    "options2": AnswerFormat("choice", ("Red", "Green")),
    "options3": AnswerFormat("choice", ("Red", "Green", "Blue")),
    "number": AnswerFormat("numeric", unit="days"),
}


def typed() -> list[dict[str, str]]:
    if not TABLE.exists():
        return []
    with TABLE.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.skipif(not TABLE.exists(), reason="the shared data is not beside this checkout")
@pytest.mark.parametrize("row", typed(), ids=lambda row: row["id"])
def test_every_typed_forecast_is_read_as_the_table_says(row: dict[str, str]) -> None:
    if row["result"] == "refused":
        with pytest.raises(Refusal) as refused:
            parse_belief(row["text"], KINDS[row["kind"]])
        assert row["hint"].lower() in str(refused.value).lower()
        return

    belief = parse_belief(row["text"], KINDS[row["kind"]]).belief

    said = belief.values or (belief.probability,)
    assert said == pytest.approx([float(value) for value in row["values"].split()], abs=1e-11)
