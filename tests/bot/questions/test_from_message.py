"""A message becomes the fields of a question's form: first sentence, the rest, and a source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.from_message import from_message
from bot.questions.rules import LONGEST_CRITERIA, LONGEST_SOURCE, LONGEST_TITLE, is_link

HERE = "https://discord.com/channels/900/910/77"


@pytest.mark.parametrize(
    ("text", "title", "criteria"),
    [
        ("Will it rain in Niamey tomorrow?", "Will it rain in Niamey tomorrow?", ""),
        (
            "Will it rain in Niamey tomorrow? More than 0 mm.\nBy the airport's station.",
            "Will it rain in Niamey tomorrow?",
            "More than 0 mm.\nBy the airport's station.",
        ),
        ("The U.S. will raise tariffs. I say 70%.", "The U.S. will raise tariffs.", "I say 70%."),
        ("Dr. J. Smith wins the seat! No doubt.", "Dr. J. Smith wins the seat!", "No doubt."),
        ("A close race\n\nin *every* state", "A close race", "in *every* state"),
        ("> **Will the strike end?**\n- by Friday", "Will the strike end?", "by Friday"),
        ("# Big news", "Big news", ""),
        ("", "", ""),
    ],
)
def test_the_first_question_or_sentence_is_the_title_and_the_rest_the_criteria(
    text: str, title: str, criteria: str
) -> None:
    said = from_message(text, HERE)

    assert said == {"title": title, "criteria": criteria, "source": HERE}


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Will it rain? https://example.org/rain.", "https://example.org/rain"),
        ("Will it rain? <https://example.org/a> https://example.org/b", "https://example.org/a"),
        ("[Will it rain](https://example.org/rain)?", "https://example.org/rain"),
        ("https://example.org/rain", "https://example.org/rain"),
        ("https://" + "x" * 300 + ".org Will it rain?", HERE),
        ("https://exämple.org/ Will it rain?", HERE),
    ],
)
def test_the_first_link_is_the_source_else_the_message_itself(text: str, source: str) -> None:
    said = from_message(text, HERE)

    assert said["source"] == source
    assert source not in said["title"] + said["criteria"]


def test_a_sentence_that_is_too_long_for_a_title_stands_whole_in_the_criteria() -> None:
    long = "word " * 60

    said = from_message(long, HERE)

    assert said["title"] == "word " * 39 + "word…"
    assert said["criteria"] == long.strip()


@given(st.text(max_size=3000))
def test_whatever_was_said_fits_the_form(text: str) -> None:
    said = from_message(text, HERE)

    assert len(said["title"]) <= LONGEST_TITLE
    assert len(said["criteria"]) <= LONGEST_CRITERIA
    assert len(said["source"]) <= LONGEST_SOURCE
    assert is_link(said["source"])
