"""Custom ids: what is written is read again, and whatever else anybody sends is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.keys import LARGEST_ID, Key
from bot.core.refusals import StaleRefusal
from bot.door.custom_ids import BUTTON, BUTTONS, SELECT, SELECTS, CustomId
from storage.enums import CardKind

KEYS = st.builds(
    Key,
    st.sampled_from(CardKind),
    st.integers(0, LARGEST_ID),
    st.lists(st.integers(0, 10**9 - 1), max_size=3).map(tuple),
)
ACTIONS = st.from_regex(r"\A[a-z_]{1,20}\Z")


@given(ACTIONS, KEYS, st.sampled_from([BUTTON, SELECT]))
def test_what_is_written_is_read_again(action: str, at: Key, sign: str) -> None:
    made = CustomId(action, at, sign)

    assert CustomId.parse(str(made)) == made
    assert len(str(made)) <= 100
    assert bool(re.fullmatch(BUTTONS, str(made))) == (sign == BUTTON)
    assert bool(re.fullmatch(SELECTS, str(made))) == (sign == SELECT)


def test_letters_on_the_wire_are_those_that_cards_in_discord_have() -> None:
    assert "".join(CardKind) == "amwxlbtufoseqrpiHDvghcyzWOSIFGdnkjPM"
    assert str(CustomId("done", Key(CardKind.TURN, 7, (2,)))) == "done|t7.2"
    assert str(CustomId("vote", Key(CardKind.LOBBY, 7, (1,)), SELECT)) == "vote=l7.1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "done",
        "done|",
        "|t7",
        "done|7",
        "done|T7",
        "done|Z7",
        "done|t",
        "done|t7 ",
        "done|t7.",
        "done|t7.1.1.1.1",
        "done|t-7",
        "done|t٧",
        "done||t7",
        "done=t7|t7",
        "Done|t7",
        "done|t7\n",
        f"done|t{LARGEST_ID + 1}",
        f"{'a' * 21}|t7",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    assert CustomId.find(text) is None
    with pytest.raises(StaleRefusal, match="Nothing happened"):
        CustomId.parse(text)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    found = CustomId.find(text)

    assert found is None or CustomId.parse(str(found)) == found
