"""What a question can be answered with, as it is written into the form and as it comes out."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.formats import BINARY, AnswerFormat, list_options
from bot.answers.kinds import kind_of, outcomes, parse_outcome, read_kind, say_outcome
from bot.core.refusals import Refusal

COLOURS = AnswerFormat("choice", ("Red", "Green", "Blue"))
YEARS = AnswerFormat("ordered", ("2027", "2028", "later"))
DAYS = AnswerFormat("numeric", unit="days")

NAMES = st.lists(
    st.text(alphabet="abcxyz 1-'é", min_size=1, max_size=60).map(lambda name: " ".join(name.split())),
    min_size=2,
    max_size=10,
    unique_by=str.casefold,
)  # fmt: skip


# The form's field


@pytest.mark.parametrize("text", ["", "  ", "yes/no", "Yes or No", "binary", "yes\nno", "No\nYes"])
def test_nothing_or_yes_and_no_mean_yes_or_no(text: str) -> None:
    assert read_kind(text) == BINARY


@pytest.mark.parametrize(
    "text",
    ["Red\nGreen\nBlue", " Red \n\n Green\nBlue\n", "Red, Green, Blue", "- Red\n- Green\n- Blue"],
)
def test_options_stand_on_lines_or_between_commas(text: str) -> None:
    assert read_kind(text) == COLOURS


def test_options_with_commas_in_them_stand_on_lines_or_between_semicolons() -> None:
    expected = ("by 15 October, 2026", "later")

    assert read_kind("by 15 October, 2026\nlater").options == expected
    assert read_kind("by 15 October, 2026; later").options == expected


def test_a_comma_between_thousands_parts_no_options() -> None:
    expected = ("under 1,000", "1,000 to 2,500,000", "more")

    assert read_kind("under 1,000, 1,000 to 2,500,000,more").options == expected


def test_numbers_alone_are_options_whatever_their_length() -> None:
    assert read_kind("100,200,300").options == ("100", "200", "300")


@pytest.mark.parametrize("first", ["ordered", "Ordered:", "in order", "in this order:"])
def test_a_first_line_says_that_options_have_an_order(first: str) -> None:
    assert read_kind(f"{first}\n2027\n2028\nlater") == YEARS


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("number", ""),
        ("A number", ""),
        ("numeric", ""),
        ("number in days", "days"),
        ("Number: $bn", "$bn"),
        ("a number of km / h", "km / h"),
        ("number (days)", "days"),
    ],
)
def test_a_number_has_a_unit_or_none(text: str, unit: str) -> None:
    assert read_kind(text) == AnswerFormat("numeric", unit=unit)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Red", "I read one option"),
        ("ordered", "I read 0 options"),
        ("\n".join("abcdefghijk"), "I read 11 options"),
        ("Red\nred", "“red” is there twice"),
        ("Red\n" + "x" * 61, "has 61 characters; 60 fit"),
        ("Red\nvoid", "“void” is no option"),
        ("(a) Red\n(b) Green", "Leave out letters"),
        ("number in " + "x" * 21, "The unit has 21 characters"),
        ("number in m2", "A unit has no digits"),
        ("number in -", "A unit is a word or a sign"),
    ],
)
def test_what_makes_no_question_is_refused(text: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        read_kind(text)


@pytest.mark.parametrize("asked", [BINARY, COLOURS, YEARS, DAYS, AnswerFormat("numeric")])
def test_what_the_form_shows_for_editing_is_read_as_the_same(asked: AnswerFormat) -> None:
    kind = kind_of(asked.kind)

    assert kind.read_details(kind.write_details(asked)) == asked


@given(NAMES, st.sampled_from(["choice", "ordered"]))
def test_any_options_survive_the_form(names: list[str], kind: str) -> None:
    chosen = kind_of(kind)
    try:
        asked = chosen.read_details("\n".join(names))
    except Refusal:
        return

    assert kind_of(asked.kind).read_details(chosen.write_details(asked)) == asked


@pytest.mark.parametrize("kind", ["choice", "ordered"])
def test_words_that_name_a_kind_are_options_where_options_were_chosen(kind: str) -> None:
    assert kind_of(kind).read_details("ordered\nnumber in days").options == (
        "ordered",
        "number in days",
    )


def test_options_are_listed_with_their_letters() -> None:
    assert list_options(COLOURS) == ["A Red", "B Green", "C Blue"]


@given(st.text())
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    with contextlib.suppress(Refusal):
        assert isinstance(read_kind(text), AnswerFormat)
    for asked in (COLOURS, YEARS, DAYS):
        with contextlib.suppress(Refusal):
            assert isinstance(parse_outcome(text, asked), str)


# Outcomes


def test_an_option_may_be_called_as_another_question_s_outcome() -> None:
    assert parse_outcome("annulled", AnswerFormat("choice", ("held", "Annulled"))) == "1"


@pytest.mark.parametrize("typed", ["Green", " green ", "B", "b", "2"])
def test_an_option_is_meant_by_its_name_its_letter_or_its_place(typed: str) -> None:
    assert parse_outcome(typed, COLOURS) == "1"


def test_a_number_that_names_an_option_is_never_a_place() -> None:
    assert parse_outcome("2028", YEARS) == "1"
    with pytest.raises(Refusal, match="`2` is none of the options"):
        parse_outcome("2", YEARS)


def test_a_number_that_may_be_what_came_out_is_never_a_place() -> None:
    with pytest.raises(Refusal, match="`3` is none of the options"):
        parse_outcome("3", AnswerFormat("ordered", ("under 10", "10 to 20", "over 20")))


def test_what_options_are_called_formats_nothing_in_a_refusal() -> None:
    with pytest.raises(Refusal, match=r"one: `A \[x\]\(y\); B a'b`; or"):
        parse_outcome("Purple", AnswerFormat("choice", ("[x](y)", "a`b")))


def test_an_option_s_own_name_goes_before_its_letter() -> None:
    assert parse_outcome("B", AnswerFormat("choice", ("B", "A"))) == "0"


@pytest.mark.parametrize("typed", ["", "Purple", "D", "0", "4", "yes"])
def test_what_is_no_option_is_refused_with_all_of_them(typed: str) -> None:
    with pytest.raises(Refusal, match="A Red; B Green; C Blue"):
        parse_outcome(typed, COLOURS)


@pytest.mark.parametrize(("typed", "held"), [("42", "42.0"), ("42 days", "42.0"), ("-1.5", "-1.5")])
def test_a_number_that_came_out_is_read_with_its_unit(typed: str, held: str) -> None:
    assert parse_outcome(typed, DAYS) == held


@pytest.mark.parametrize("typed", ["soon", "1,500", "yes"])
def test_what_is_no_number_is_refused_as_an_outcome(typed: str) -> None:
    with pytest.raises(Refusal, match="Or `void`"):
        parse_outcome(typed, DAYS)


@pytest.mark.parametrize("asked", [BINARY, COLOURS, YEARS, DAYS])
def test_every_question_can_be_void(asked: AnswerFormat) -> None:
    assert parse_outcome("Void", asked) == "void"
    assert say_outcome("void", asked) == "void"


@pytest.mark.parametrize(
    ("held", "asked", "said"),
    [("yes", BINARY, "yes"), ("2", COLOURS, "Blue"), ("42.0", DAYS, "42 days")],
)
def test_an_outcome_is_said_as_people_say_it(held: str, asked: AnswerFormat, said: str) -> None:
    assert say_outcome(held, asked) == said


@pytest.mark.parametrize("asked", [BINARY, COLOURS, YEARS])
def test_every_outcome_on_offer_is_understood(asked: AnswerFormat) -> None:
    assert [say_outcome(parse_outcome(one, asked), asked) for one in outcomes(asked)] == outcomes(
        asked
    )


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [
        ("yes", "yes"),
        (" YES ", "yes"),
        ("y", "yes"),
        ("true", "yes"),
        ("no", "no"),
        ("N", "no"),
        ("false", "no"),
        ("void", "void"),
        ("annul", "void"),
        ("Annulled", "void"),
    ],
)
def test_an_outcome_is_yes_no_or_void(typed: str, outcome: str) -> None:
    assert parse_outcome(typed, BINARY) == outcome


@pytest.mark.parametrize("typed", ["", "maybe", "1", "yes!", "not", "resolved"])
def test_any_other_outcome_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="`yes`, `no` or `void`"):
        parse_outcome(typed, BINARY)
