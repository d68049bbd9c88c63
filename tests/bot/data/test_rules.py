"""The import format: what is read, and how every bad line is refused."""

import contextlib
import csv
import io
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal
from bot.data.cells import safe_cell
from bot.data.reading import recognise
from bot.data.reading.lines import COLUMNS, Line
from bot.data.reading.moments import NO_ZONE
from bot.pastcasts.bank_rows import REQUIRED
from tests.bot.imported_files import read_text
from tests.conftest import START

ROOT = Path(__file__).resolve().parents[3]
GOOD = {
    "question": "q1",
    "title": "Will it rain in Niamey?",
    "forecaster": "Ana",
    "forecast_at": "2026-11-19T19:00:00Z",
    "probability": "0.7",
    "outcome": "yes",
    "resolved_at": "2026-11-20T12:00:00Z",
}
THURSDAY = datetime(2026, 11, 19, 19, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def file(*changes: dict[str, str]) -> str:
    """A file with a good line for each of these, changed like this."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows({**GOOD, **change} for change in changes)
    return text.getvalue()


def read(text: str) -> tuple[Line, ...]:
    return read_text(text, now=START)


def refusal(text: str) -> str:
    with pytest.raises(Refusal) as refused:
        read(text)
    return str(refused.value)


# What is read


def test_a_line_is_read() -> None:
    assert read(file({})) == (
        Line(2, "q1", "Will it rain in Niamey?", "Ana", THURSDAY, Belief(0.7), "yes", NOON),
    )


def test_a_file_without_lines_is_read() -> None:
    assert read(file()) == ()


def test_a_question_without_an_outcome_is_read() -> None:
    (line,) = read(file({"outcome": "", "resolved_at": ""}))

    assert (line.outcome, line.resolved_at) == ("", None)


def test_the_date_on_which_a_question_is_to_be_settled_may_lie_ahead() -> None:
    (line,) = read(file({"outcome": "", "resolved_at": "2027-01-01T00:00:00Z"}))

    assert line.resolved_at == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [("yes", "yes"), ("NO", "no"), (" Void ", "void")],
)
def test_an_outcome_is_read_whatever_its_letters(typed: str, outcome: str) -> None:
    assert read(file({"outcome": typed}))[0].outcome == outcome


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-19T19:00:00Z",
        "2026-11-19T19:00:00+00:00",
        "2026-11-19 20:00+01:00",
        "20261119T190000Z",
        " 2026-11-19T19:00Z ",
    ],
)
def test_times_are_read_with_their_zone(moment: str) -> None:
    assert read(file({"forecast_at": moment}))[0].forecast_at == THURSDAY


@pytest.mark.parametrize(("typed", "probability"), [("0", 0.0), ("1", 1.0), (" .5 ", 0.5)])
def test_probabilities_go_from_0_to_1(typed: str, probability: float) -> None:
    assert read(file({"probability": typed}))[0].belief == Belief(probability)


def test_a_forecast_may_be_made_now() -> None:
    assert read(file({"forecast_at": START.isoformat()}))[0].forecast_at == START


def test_an_outcome_may_become_known_now() -> None:
    assert read(file({"resolved_at": START.isoformat()}))[0].resolved_at == START


@pytest.mark.parametrize(
    ("name", "count"), [("question", 100), ("title", 500), ("forecaster", 100)]
)
def test_a_text_may_be_as_long_as_this(name: str, count: int) -> None:
    assert getattr(read(file({name: "x" * count}))[0], name) == "x" * count


@pytest.mark.parametrize("name", ["question", "title", "forecaster"])
@pytest.mark.parametrize("blank", ["", "  ", "\u200b", "\u3164", "\u2800 \u00ad", "\u0301"])
def test_a_name_of_which_nothing_can_be_seen_is_refused_with_its_line(
    name: str, blank: str
) -> None:
    said = refusal(file({}, {name: blank}))

    assert said.startswith(f"Line 3, column {name}, value ")


def test_a_name_in_any_script_can_be_seen() -> None:
    for name in ("李明", "محمد", "🔥", "e\u0301va", "\u1100\u1161"):
        assert read(file({"forecaster": name}))[0].forecaster == name


def test_other_columns_are_ignored_and_the_order_does_not_matter() -> None:
    names = ["note", *reversed(COLUMNS)]
    cells = [{**GOOD, "note": "x"}[name] for name in names]

    assert read(f"{','.join(names)}\n{','.join(cells)}\n") == read(file({}))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_byte_order_mark_and_either_line_ending_are_read(ending: str) -> None:
    text = "\ufeff" + file({}, {}).replace("\r\n", ending)

    assert [line.number for line in read(text)] == [2, 3]


def test_blank_lines_are_passed_over() -> None:
    text = file({}).replace("\r\n", "\r\n\r\n")

    assert len(read(text)) == 1


def test_a_text_of_several_lines_is_read_and_counted() -> None:
    changes = {"title": 'Will it rain,\nor "pour"?'}

    assert [line.number for line in read(file(changes, changes))] == [3, 5]


def test_lines_that_agree_on_their_question_are_read() -> None:
    other_zone = {"forecaster": "Ben", "resolved_at": "2026-11-20T13:00:00+01:00"}

    assert len(read(file({}, other_zone, {"question": "q2", "outcome": "no"}))) == 3


# What is refused


@pytest.mark.parametrize("missing", COLUMNS)
def test_a_missing_column_is_named(missing: str) -> None:
    names = [name for name in COLUMNS if name != missing]

    said = refusal(",".join(names) + "\n")

    assert said.startswith(f"Line 1: the column {missing!r} is missing. The columns are question,")


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_bank_of_the_past_is_named_with_the_command_that_takes_it(mark: str) -> None:
    text = (ROOT / "docs" / "example-bank.csv").read_text(encoding="utf-8")

    assert set(recognise.OF_A_BANK) <= set(REQUIRED)
    assert "`dojo import-bank` brings it in" in refusal(text)
    assert "`dojo import-bank` brings it in" in refusal(f"{mark.join(REQUIRED)}\n")


@pytest.mark.parametrize("text", ["", "\n", "hello"])
def test_what_is_no_table_at_all_is_refused(text: str) -> None:
    assert refusal(text).startswith("Line 1: the column 'question' is missing.")


@pytest.mark.parametrize("mark", [";", "\t"])
def test_columns_may_be_apart_by_something_else_than_commas(mark: str) -> None:
    assert read(file({}).replace(",", mark)) == read(file({}))


LONG = "x" * 101
BAD = [
    ({"question": ""}, "question", "", "it is empty"),
    ({"title": "  "}, "title", "", "it is empty"),
    ({"question": LONG}, "question", "x" * 59 + "…", "it is longer than 100 characters"),
    ({"title": "x" * 501}, "title", "x" * 59 + "…", "it is longer than 500 characters"),
    ({"forecaster": LONG}, "forecaster", "x" * 59 + "…", "it is longer than 100 characters"),
    (
        {"forecaster": "A\0na"},
        "forecaster",
        "A\0na",
        "it contains a null character, which no database keeps",
    ),
    *(
        ({"probability": value}, "probability", value, "it is not a number from 0 to 1")
        for value in ("", "7O%", "likely", "0.5.1")
    ),
    *(
        ({"probability": value}, "probability", value, "it is not from 0 to 1")
        for value in ("70", "1.01", "-0.1", "nan", "inf", "1e9")
    ),
    *(
        (
            {name: value},
            name,
            value,
            "it is not an ISO 8601 time such as 2026-11-20T19:00:00Z",
        )
        for name in ("forecast_at", "resolved_at")
        for value in ("yesterday", "40/11/2026", "2026-13-01T00:00Z", "0001-01-01T00:00+14:00")
    ),
    (
        {"forecast_at": ""},
        "forecast_at",
        "",
        "it is not an ISO 8601 time such as 2026-11-20T19:00:00Z",
    ),
    *(
        ({name: value}, name, value, NO_ZONE)
        for name in ("forecast_at", "resolved_at")
        for value in ("2026-11-19", "2026-11-19T19:00:00", "20/11/2026")
    ),
    (
        {"forecast_at": "2026-11-20T19:00:01Z"},
        "forecast_at",
        "2026-11-20T19:00:01Z",
        "it lies in the future",
    ),
    ({"outcome": "maybe"}, "outcome", "maybe", "it must be yes, no, void or empty"),
    ({"outcome": "x" * 60}, "outcome", "x" * 60, "it must be yes, no, void or empty"),
    ({"outcome": "x" * 61}, "outcome", "x" * 59 + "…", "it must be yes, no, void or empty"),
    ({"outcome": "2"}, "outcome", "2", "it must be yes, no, void or empty"),
    ({"resolved_at": ""}, "resolved_at", "", "a line with an outcome needs it"),
    (
        {"resolved_at": "2026-11-20T19:00:01Z"},
        "resolved_at",
        "2026-11-20T19:00:01Z",
        "it lies in the future, but there is an outcome",
    ),
]


@pytest.mark.parametrize(
    ("change", "column", "value", "reason"),
    BAD,
    ids=[f"{column}: {reason}: {value[:9]!r}" for _, column, value, reason in BAD],
)
def test_a_bad_value_is_refused_with_line_column_value_and_reason(
    change: dict[str, str], column: str, value: str, reason: str
) -> None:
    said = refusal(file({}, {}, change, {}))

    assert said == f"Line 4, column {column}, value {value!r}: {reason}."


@pytest.mark.parametrize(
    ("change", "column", "value", "before"),
    [
        ({"title": "Will it pour?"}, "title", "Will it pour?", GOOD["title"]),
        ({"outcome": "no"}, "outcome", "no", "yes"),
        ({"outcome": ""}, "outcome", "", "yes"),
        (
            {"resolved_at": "2026-11-20T11:00:00Z"},
            "resolved_at",
            "2026-11-20 11:00:00+00:00",
            "2026-11-20 12:00:00+00:00",
        ),
    ],
)
def test_a_line_that_contradicts_an_earlier_one_on_the_question_is_refused(
    change: dict[str, str], column: str, value: str, before: str
) -> None:
    said = refusal(file({"question": "q0"}, {}, {}, change))

    assert said == (
        f"Line 5, column {column}, value {value!r}: line 3 says {before!r} of the same question."
    )


def test_a_line_that_says_less_than_an_earlier_one_is_refused() -> None:
    unsettled = {"outcome": "", "resolved_at": ""}

    said = refusal(file({**unsettled, "resolved_at": GOOD["resolved_at"]}, unsettled))

    assert said == (
        "Line 3, column resolved_at, value '': line 2 says '2026-11-20 12:00:00+00:00' of the same "
        "question."
    )


def test_a_line_with_too_few_columns_is_refused() -> None:
    said = refusal(file({}) + "q1,Will it rain?\n")

    assert said == "Line 3, column forecaster, value '': the line has too few columns."


def test_a_line_with_too_many_columns_is_refused_with_the_first_that_is_too_much() -> None:
    said = refusal(file({}) + ",".join([*GOOD.values(), "surplus", "more"]) + "\n")

    assert said == (
        "Line 3, column resolved_at, value 'surplus': the line has too many columns; a text with a "
        "comma needs quotes."
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('"question"s\n', 1),
        (file({}) + 'q1,"Will"it rain?\n', 3),
        (file({}, {}) + '"never closed\nand more\n', 5),
        (file({}) + "x" * 200_000 + "\n", 3),
    ],
    ids=["header", "text after a quote", "open quote", "endless value"],
)
def test_what_is_no_csv_is_refused_with_its_line(text: str, number: int) -> None:
    said = refusal(text)

    assert re.match(rf"Line {number}: this is not CSV \(.+\)\.", said)


@given(st.text())
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    for whole in (text, file({}) + text):
        with contextlib.suppress(Refusal):
            assert isinstance(read(whole), tuple)


# What is written


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("value", ["rain", "", "1=1", "'tis", "''", 7, -7, 0.5, None])
def test_any_other_cell_stays_as_it_is(value: object) -> None:
    assert safe_cell(value) == value


@pytest.mark.parametrize(
    "name", ["=1+1", "'=1+1", "''=1+1", "@everyone", "'tis", "-", "O'Neill", "'"]
)
def test_what_was_written_is_read_as_it_was(name: str) -> None:
    (line,) = read(file({"forecaster": str(safe_cell(name))}))

    assert line.forecaster == name


@given(st.text(alphabet="'=+-@a ", min_size=1, max_size=8).map(str.strip).filter(bool))
def test_every_name_survives_being_written_and_read(name: str) -> None:
    (line,) = read(file({"forecaster": str(safe_cell(name)), "title": str(safe_cell(name))}))

    assert (line.forecaster, line.title) == (name, name)


@given(
    st.datetimes(
        min_value=datetime(1, 1, 2),
        max_value=datetime(2026, 11, 18),
        timezones=st.integers(-14 * 60, 14 * 60).map(
            lambda minutes: timezone(timedelta(minutes=minutes))
        ),
    )
)
def test_every_moment_survives_being_written_and_read(moment: datetime) -> None:
    (line,) = read(file({"forecast_at": moment.isoformat()}))

    assert line.forecast_at == moment
    assert line.forecast_at.tzinfo is UTC
