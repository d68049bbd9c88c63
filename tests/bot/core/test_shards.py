"""What DOJO_SHARDS may be, and what is said where it cannot."""

from __future__ import annotations

import pytest

from bot.core.errors import StartError
from bot.core.shards import read_shards, say_taken
from storage.shards import ALL, Shards

POSTGRESQL = "postgresql://host/dojo"


@pytest.mark.parametrize(
    ("setting", "shards"),
    [
        (None, ALL),
        ("0-3/16", Shards(0, 3, 16)),
        ("12-15/16", Shards(12, 15, 16)),
        ("5/16", Shards(5, 5, 16)),
        (" 0/1 ", Shards(0, 0, 1)),
    ],
)
def test_a_range_is_read(setting: str | None, shards: Shards) -> None:
    assert read_shards(setting, POSTGRESQL) == shards


@pytest.mark.parametrize("setting", ["0-3/16", "5/16"])
def test_a_range_reads_as_it_was_written(setting: str) -> None:
    assert str(read_shards(setting, POSTGRESQL)) == setting


@pytest.mark.parametrize(
    "setting", ["16", "0-3", "0–3/16", "a-b/16", "-1/16", "0-3/16/2", "0..3/16", "1e1/16", "٣/16"]
)
def test_what_is_no_range_is_refused_with_an_example(setting: str) -> None:
    with pytest.raises(StartError, match=r"^DOJO_SHARDS is not a range of shards\. Write 0-3/16"):
        read_shards(setting, POSTGRESQL)


@pytest.mark.parametrize("setting", ["3-0/16", "16/16", "0-16/16", "0/0", "0/99999"])
def test_a_range_that_cannot_be_is_named(setting: str) -> None:
    with pytest.raises(StartError, match=f"^DOJO_SHARDS={setting} is no possible range"):
        read_shards(setting, POSTGRESQL)


def test_sqlite_is_for_one_process() -> None:
    with pytest.raises(StartError, match=r"^DOJO_SHARDS needs PostgreSQL: SQLite is for one"):
        read_shards("0-3/16", "sqlite:///dojo.db")
    assert read_shards("0-15/16", "sqlite:///dojo.db").are_all


def test_who_has_the_shards_is_said_with_what_to_do() -> None:
    said = say_taken(Shards(0, 3, 16), "another process has shard 2 of 16")

    assert said == (
        "DOJO_SHARDS=0-3/16 is not free: another process has shard 2 of 16. Stop that process "
        "first, or give this one shards that no other has."
    )


def test_a_second_process_without_a_range_is_told_of_the_first() -> None:
    assert say_taken(ALL, "another process has shard 0 of 1").startswith("Another process of the")
