"""The two tables of kinds: each kind is in both, and no other file asks which kind it has."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answers.card_words import WORDS, words_of
from bot.answers.formats import AnswerFormat, Kind
from bot.answers.kinds import KINDS, kind_of
from bot.answers.probabilities import Belief
from bot.rounds.pictures import PICTURES
from storage.enums import QuestionKind

ROOT = Path(__file__).resolve().parents[3]
NAMES = {kind.value for kind in QuestionKind}
# One is a query; the other writes the column that says whether options have an order.
ALLOWED = {
    "storage/circle.py",
    "bot/data/service.py",
    # Platforms have the same words for kinds of their own.
    "bot/data/reading/metaculus.py",
    "bot/sources/manifold.py",
    "bot/sources/metaculus.py",
}

FORMATS = (
    AnswerFormat(),
    AnswerFormat("choice", ("Red", "Green")),
    AnswerFormat("ordered", ("Low", "Middle", "High")),
    AnswerFormat("numeric", unit="days"),
)


def names_a_kind(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value in NAMES
    if isinstance(node, ast.Set | ast.List | ast.Tuple):
        return any(map(names_a_kind, node.elts))
    return isinstance(node, ast.Attribute) and ast.unparse(node.value) == "QuestionKind"


def questions_about_kinds(file: Path) -> Iterator[int]:
    """The lines that compare something with a kind of question."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare) and any(map(names_a_kind, [node.left, *node.comparators])):
            yield node.lineno


def test_every_kind_is_in_both_tables() -> None:
    assert set(KINDS) == set(WORDS) == NAMES == {asked.kind for asked in FORMATS}


def test_every_picture_is_drawn_for_some_kind() -> None:
    assert {words.picture for words in WORDS.values()} == set(PICTURES)


def test_every_kind_can_be_chosen_and_asks_for_what_it_has() -> None:
    for name, words in WORDS.items():
        assert len(words.choice.label) <= 100
        assert len(words.choice.note) <= 100
        assert (words.details is not None) == kind_of(name).has_details
        assert words.details is None or len(words.details.note) <= 100


def test_no_file_asks_which_kind_a_question_has() -> None:
    found = {
        str(file.relative_to(ROOT))
        for folder in ("bot", "storage")
        for file in (ROOT / folder).rglob("*.py")
        if "migrations" not in file.parts and list(questions_about_kinds(file))
    }

    assert found == ALLOWED


@pytest.mark.parametrize("asked", FORMATS)
def test_what_the_second_form_shows_for_editing_reads_as_the_same(asked: AnswerFormat) -> None:
    kind = kind_of(asked.kind)

    assert kind.read_details(kind.write_details(asked)) == asked


@pytest.mark.parametrize("asked", FORMATS)
def test_a_forecast_fits_its_form_and_pools_with_itself_to_itself(asked: AnswerFormat) -> None:
    count = 3 if asked.kind == "numeric" else len(asked.options)
    said = Belief(values=tuple(1 / count for _ in range(count))) if count else Belief(0.5)
    kind, words = kind_of(asked.kind), words_of(asked)

    written = kind.write(said, asked)
    pooled = kind.pool([said, said])

    fields = words.form_fields(asked, written)
    assert len(fields) == len(written)
    assert pooled.best in [belief for _, belief in pooled.ways]
    assert words.say_pooled(pooled.best, asked) == words.say_pooled(said, asked)
    assert words.moved(said, said, "3 people", asked).count("3 people") == 1
    assert words.spread([said, said], said, asked).endswith(".")


@pytest.mark.parametrize(
    ("kind", "outcome", "number"),
    [
        ("binary", "yes", 1.0),
        ("binary", "no", 0.0),
        ("ordered", "2", 2.0),
        ("numeric", "-3.5", -3.5),
    ],
)
def test_an_outcome_is_measured_as_scores_take_it(kind: Kind, outcome: str, number: float) -> None:
    assert kind_of(kind).measure(outcome) == number
