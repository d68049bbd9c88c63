"""The words of the bot: one form of a length of time, one meaning of *gain*, a hint per metric."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.answers.formats import AnswerFormat
from bot.core import keys
from bot.core.refusals import OLD_BUTTON
from bot.core.times.durations import parse_duration
from bot.questions import commands as questions_commands
from bot.questions.form_cards import resolve_form
from bot.questions.outcomes import Resolvable
from bot.registry import COMMANDS
from bot.standings import cards as standings_cards
from bot.standings import front_cards
from bot.standings.metrics import WORDS
from bot.standings.query import METRICS, BoardQuery, Metric
from bot.standings.service import Board

ROOT = Path(__file__).resolve().parents[1]
# What is typed as a time (not a length) is read here; what is said there belongs to times.
TIMES = ROOT / "bot" / "core" / "times"
# The terminal's own words, for who runs the demo.
DEMO = ROOT / "bot" / "demo"

_LENGTH = re.compile(
    r"(?<![\w.+])(?:\d+|ten|fifteen|thirty|half an)[ -](?:minutes?|mins?|seconds?|secs?|hours?)\b",
    re.IGNORECASE,
)
# A moment, as it is typed: "in 2 hours", "2 hours ago".
_MOMENT = re.compile(r"\bin \d+ (?:minutes?|hours?)\b|\b\d+ (?:minutes?|hours?) ago\b")
# The end of a button's label, after its number: "+2 min".
_OF_LABELS = {" min", " s"}
_UNIT_AFTER_NUMBER = re.compile(r"^ (?:minutes?|min|seconds?|s|hours?)\b")
# What a group's number earned or how it moved has names of its own.
_GAIN = re.compile(r"\bgain(?:s|ed)?\b", re.IGNORECASE)


def said(file: Path) -> Iterator[tuple[int, str]]:
    """Every text of a file that is no docstring."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings:
            yield node.lineno, cast("str", node.value)  # type: ignore[attr-defined]


def texts(*without: Path) -> Iterator[tuple[str, str]]:
    """Every text of the bot with its file."""
    for file in sorted((ROOT / "bot").rglob("*.py")):
        if not any(file.is_relative_to(folder) for folder in without):
            for _, text in said(file):
                yield str(file.relative_to(ROOT)), text


def test_no_text_says_a_length_of_time_otherwise_than_it_is_typed() -> None:
    found = [
        (file, text)
        for file, text in texts(TIMES, DEMO)
        if _LENGTH.search(_MOMENT.sub("", text))
        or (_UNIT_AFTER_NUMBER.match(text) and text not in _OF_LABELS)
    ]

    assert found == []


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_a_hint_of_one_line_where_it_is_chosen(metric: Metric) -> None:
    hint = WORDS[metric].hint
    choices = {value: label for label, value in standings_cards.METRIC_CHOICES}

    assert 10 <= len(hint) <= 60
    assert "\n" not in hint
    assert not hint.endswith(".")
    assert choices[metric] == f"{metric}: {hint}"


@pytest.mark.parametrize("metric", METRICS)
def test_a_board_says_the_hint_of_its_metric(metric: Metric) -> None:
    empty = Board(BoardQuery(metric), (), 1, 0, None, 0)

    shown = front_cards.leaderboard_card(empty, None)

    assert shown.layout is not None
    assert f"{metric}: {WORDS[metric].hint}" in "\n".join(shown.layout.texts())


def test_a_hint_belongs_to_one_metric_alone() -> None:
    assert len({words.hint for words in WORDS.values()}) == len(WORDS)


def test_gain_is_said_of_the_metric_alone() -> None:
    elsewhere = [
        (file, text)
        for file, text in texts()
        if " " in text.strip() and _GAIN.search(text) and not file.startswith("bot/standings/")
    ]

    # The card of the circle names the leaderboard of that metric.
    assert {text for _, text in elsewhere if "`gain`" not in text} == set()


def test_the_meaning_of_a_metric_speaks_to_who_reads_it() -> None:
    assert [
        metric for metric, words in WORDS.items() if re.search(r"\bone's?\b", words.means)
    ] == []


def test_known_at_is_explained_where_it_is_typed() -> None:
    command = cast("Any", questions_commands.resolve)
    (option,) = [one for one in command.parameters if one.name == "known_at"]
    form = str(resolve_form(keys.question(1), Resolvable("Rain?", AnswerFormat())).to_dict())

    assert "When the world could know it" in str(option.description)
    assert "When the world could know it" in form
    assert "Forecasts made later do not count" in form


def test_an_old_button_says_what_to_do_instead() -> None:
    assert "Nothing happened" in OLD_BUTTON
    assert "`/help`" in OLD_BUTTON


def test_lengths_are_typed_as_they_are_said_in_every_description() -> None:
    described = [
        option.description
        for top in COMMANDS
        for command in getattr(top, "commands", [top])
        for option in getattr(command, "parameters", ())
    ]
    typed = [one for text in described for one in re.findall(r"\b\d+[dhms]\b", str(text))]

    assert typed
    assert [parse_duration(one) for one in typed]
