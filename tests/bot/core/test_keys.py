"""Keys: short, stable, readable again, and nothing else is."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from storage.enums import CardKind
from tests.conftest import START

# Discord keeps at most so many characters of a message's nonce.
LONGEST_NONCE = 25
SNOWFLAKE = 2**63 - 1
LATE = datetime(2126, 1, 1, tzinfo=UTC)
MANY = 99_999_999

EVERY_KIND = {
    "announcement": keys.announcement(MANY),
    "reminder": keys.reminder(MANY, 20160, LATE),
    "place": keys.place(MANY, MANY, LATE),
    "discord event": keys.event(MANY),
    "google session": keys.calendar_session(MANY),
    "google series": keys.calendar_series(MANY),
    "address": keys.address(MANY, 999),
    "lobby": keys.lobby(MANY, 999),
    "evening": keys.evening(MANY),
    "blind": keys.blind(MANY),
    "turn": keys.turn(MANY, 9999),
    "cue": keys.cue(MANY, 9999, 120, 9999),
    "final": keys.final(MANY, 9999),
    "stopped": keys.stopped(MANY, 9999),
    "summary": keys.summary(MANY),
    "question": keys.question(MANY),
    "resolution": keys.resolution(MANY),
    "trouble": keys.trouble(SNOWFLAKE, LATE),
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_key_fits_into_a_nonce(kind: str) -> None:
    assert len(str(EVERY_KIND[kind])) <= LONGEST_NONCE


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_key_can_be_read_again(kind: str) -> None:
    assert Key.parse(str(EVERY_KIND[kind])) == EVERY_KIND[kind]


def test_every_kind_of_message_has_a_letter_of_its_own() -> None:
    letters = [key.kind for key in EVERY_KIND.values()]

    assert len(set(letters)) == len(letters)


numbers = st.integers(0, 999_999_999)


@given(st.sampled_from(CardKind), st.integers(0, SNOWFLAKE), st.lists(numbers, max_size=3))
def test_writing_and_reading_a_key_gives_the_same_key(
    kind: CardKind, number: int, more: list[int]
) -> None:
    key = Key(kind, number, tuple(more))

    assert Key.parse(str(key)) == key


@given(numbers, numbers, numbers, numbers)
def test_different_turns_have_different_keys(a: int, b: int, c: int, d: int) -> None:
    assert (str(keys.turn(a, b)) == str(keys.turn(c, d))) == ((a, b) == (c, d))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "t",
        "7",
        "T7",
        "tt7",
        "Z7",
        "t7.",
        "t.7",
        "t7..3",
        "t-7",
        "t7 ",
        "t7\n",
        " t7",
        "t7.1.2.3.4",
        "t7.1234567890",
        "t12345678901234567890",
        "t9223372036854775808",
        "t９",
        "t7;drop",
        "t" * 4000,
        "t" + "1" * 4000,
    ],
)
def test_what_is_no_key_is_refused_kindly(text: str) -> None:
    with pytest.raises(StaleRefusal, match="older version of the bot"):
        Key.parse(text)


@given(st.text())
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    try:
        key = Key.parse(text)
    except StaleRefusal:
        return
    assert Key.parse(str(key)) == key


def test_a_session_that_is_moved_is_reminded_of_anew() -> None:
    first = keys.reminder(5, 15, START)
    moved = keys.reminder(5, 15, START.replace(minute=1))

    assert first != moved


def test_a_cue_after_an_extension_is_another_one() -> None:
    assert keys.cue(5, 2, 30, 0) != keys.cue(5, 2, 30, 1)


def test_trouble_in_a_channel_is_reported_once_a_day() -> None:
    morning, evening = START.replace(hour=0), START.replace(hour=23, minute=59)
    tomorrow = START.replace(day=21, hour=0)

    assert keys.trouble(910, morning) == keys.trouble(910, evening)
    assert keys.trouble(910, evening) != keys.trouble(910, tomorrow)
