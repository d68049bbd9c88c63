"""The shared table of times as people type them: every row is read as it says."""

import csv
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.core.times.reader import read_time
from bot.core.times.result import Asks, Refused, Understood

TABLE = Path(__file__).resolve().parents[5] / "shared" / "data" / "typed_times.csv"


def rows() -> list[dict[str, str]]:
    if not TABLE.is_file():
        return []
    with TABLE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not TABLE.is_file(), reason=f"{TABLE} is absent")
def test_the_table_is_whole() -> None:
    assert len(rows()) >= 266


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_a_typed_time_is_read_as_the_shared_table_says(row: dict[str, str]) -> None:
    result = read_time(
        row["text"],
        purpose=row["purpose"],  # type: ignore[arg-type]
        zone=ZoneInfo(row["zone"]),
        now=datetime.fromisoformat(row["now"]),
    )

    moments = [datetime.fromisoformat(one) for one in row["moments"].split()]
    match result:
        case Understood():
            assert (row["result"], moments) == ("understood", [result.at]), result
        case Asks():
            assert (row["result"], moments) == ("asks", [one.at for one in result.candidates])
            assert result.doubt
        case Refused():
            assert row["result"] == "refused", result
            assert row["hint"].lower() in result.reason.lower()
