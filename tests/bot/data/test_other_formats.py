"""Forecasts on options and of numbers: read from a file, refused line by line, out and in again."""

import contextlib
import csv
import io
import zipfile
from collections import defaultdict
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.formats import AnswerFormat
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.data import service as data_service
from bot.data.cells import safe_cell
from bot.data.importing import Imported
from bot.data.reading.lines import NUMBER_COLUMNS, OPTION_COLUMNS, ORDERED, Line
from bot.data.reading.moments import NO_ZONE
from bot.questions import outcomes as questions_outcomes
from storage.engine import Database
from storage.tables import Forecast, Question, Resolution, Score
from tests.bot.imported_files import bring_in_text, read_text
from tests.bot.scenes import bring, people, record, rows, snapshot
from tests.conftest import GROUP, SHARED, START, Clock, caller, name_the_nameless

TOURNAMENT = SHARED / "data" / "gjp2011_options.csv"
OPTION = {
    "question": "q1",
    "title": "Which colour will it be?",
    "forecaster": "Ana",
    "forecast_at": "2026-11-19T19:00:00Z",
    "option": "a",
    "probability": "0.6",
    "outcome": "b",
    "options": "(a) Red, pale, (b) Green, (c) Blue",
    "resolved_at": "2026-11-20T12:00:00Z",
}
NUMBER = {
    "question": "q2",
    "title": "How long will it take?",
    "forecaster": "Ana",
    "forecast_at": "2026-11-19T19:00:00Z",
    "p10": "10",
    "p50": "25",
    "p90": "60.5",
    "outcome": "42",
    "unit": "days",
    "resolved_at": "2026-11-20T12:00:00Z",
}
REST = ({}, {"option": "b", "probability": "0.3"}, {"option": "c", "probability": "0.1"})
COLOURS = ("Red, pale", "Green", "Blue")


def table(columns: tuple[str, ...], lines: list[dict[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def options(*changes: dict[str, str]) -> str:
    """A file with a line for each of these, changed like this."""
    return table((*OPTION_COLUMNS, ORDERED), [{**OPTION, **change} for change in changes])


def numbers(*changes: dict[str, str]) -> str:
    return table(NUMBER_COLUMNS, [{**NUMBER, **change} for change in changes])


def read(text: str) -> tuple[Line, ...]:
    return read_text(text, now=START)


def refusal(text: str) -> str:
    with pytest.raises(Refusal) as refused:
        read(text)
    return str(refused.value)


def bring_in(desk: Desk, text: str) -> Imported:
    return bring_in_text(desk.db, desk.clock, text, None)


# Options


def test_the_lines_of_one_forecast_are_read_together() -> None:
    (line,) = read(options(*REST))

    assert (line.number, line.belief) == (4, Belief(values=(0.6, 0.3, 0.1)))
    assert (line.outcome, line.asked) == ("1", AnswerFormat("choice", COLOURS))


@pytest.mark.parametrize(("said", "kind"), [("yes", "ordered"), ("no", "choice"), ("", "choice")])
def test_a_column_says_whether_options_have_an_order(said: str, kind: str) -> None:
    (line,) = read(options(*({**one, ORDERED: said} for one in REST)))

    assert line.asked.kind == kind


def test_a_file_need_not_say_whether_options_have_an_order() -> None:
    lines = [{**OPTION, **change} for change in REST]

    assert read(table(OPTION_COLUMNS, lines))[0].asked.kind == "choice"


def test_the_lines_of_forecasts_may_be_mixed_and_a_forecast_be_made_twice() -> None:
    bens = [{**one, "forecaster": "Ben"} for one in reversed(REST)]
    mixed = [line for pair in zip(REST, bens, strict=True) for line in pair]

    read_lines = read(options(*mixed, *REST))

    assert [line.forecaster for line in read_lines] == ["Ana", "Ben", "Ana"]
    assert {line.belief.values for line in read_lines} == {(0.6, 0.3, 0.1)}


def test_chances_that_are_rounded_are_scaled_to_one() -> None:
    thirds = [{"option": letter, "probability": "0.33"} for letter in "abc"]

    (line,) = read(options(*thirds))

    assert line.belief.values == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert sum(line.belief.values) == pytest.approx(1, abs=1e-15)


BAD_OPTIONS = [
    ({"option": "d"}, "option", "d", "it is not the letter of an option, 'a' to 'c'"),
    ({"option": ""}, "option", "", "it is not the letter of an option, 'a' to 'c'"),
    ({"outcome": "Violet"}, "outcome", "violet", "it is not the letter of an option, 'a' to 'c'"),
    ({"outcome": "yes"}, "outcome", "yes", "it is not the letter of an option, 'a' to 'c'"),
    ({"probability": "60"}, "probability", "60", "it is not from 0 to 1"),
    ({"probability": "6O%"}, "probability", "6O%", "it is not a number from 0 to 1"),
    ({"options": ""}, "options", "", "it is not a list such as '(a) red, (b) green'"),
    (
        {"options": "Red, Green"},
        "options",
        "Red, Green",
        "it is not a list such as '(a) red, (b) green'",
    ),
    (
        {"options": "(a) Red, (c) Green"},
        "options",
        "(a) Red, (c) Green",
        "it is not a list such as '(a) red, (b) green'",
    ),
    ({"ordered": "maybe"}, "ordered", "maybe", "it must be yes, no or empty"),
    ({"forecast_at": "2026-11-19"}, "forecast_at", "2026-11-19", NO_ZONE),
    ({"title": ""}, "title", "", "it is empty"),
    ({"resolved_at": ""}, "resolved_at", "", "a line with an outcome needs it"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "column", "value", "reason"), BAD_OPTIONS)
def test_a_bad_value_beside_an_option_is_refused_with_line_column_value_and_reason(
    change: dict[str, str], column: str, value: str, reason: str
) -> None:
    said = refusal(options(*REST, change))

    assert said == f"Line 5, column {column}, value {value!r}: {reason}."


OTHER = {"options": "(a) Red, (b) Green", "forecaster": "Ben", "probability": "0.5"}
BAD_FORECASTS = {
    "Line 3, column option, value '': the forecast has no line for option 'c'.": REST[:2],
    (
        "Line 3, column option, value 'a': the forecast has this option already, but not yet all "
        "others."
    ): (REST[0], REST[0]),
    (
        "Line 4, column probability, value '0.2': the chances of this forecast add up to 1.1, not "
        "to 1."
    ): (*REST[:2], {"option": "c", "probability": "0.2"}),
    "Line 3, column outcome, value 'c': line 2 says 'b' of the same question.": (
        REST[0],
        {**REST[1], "outcome": "c"},
    ),
    (
        "Line 6, column options, value 'choice, Red, Green': line 4 says 'choice, Red, pale, "
        "Green, Blue' of the same question."
    ): (*REST, OTHER, {**OTHER, "option": "b"}),
}


@pytest.mark.parametrize("said", BAD_FORECASTS)
def test_lines_that_make_no_forecast_are_refused(said: str) -> None:
    assert refusal(options(*BAD_FORECASTS[said])) == said


# Numbers


def test_a_number_is_read_with_its_unit() -> None:
    (line,) = read(numbers({}))

    assert line.belief == Belief(values=(10.0, 25.0, 60.5))
    assert (line.outcome, line.asked) == ("42.0", AnswerFormat("numeric", unit="days"))


@pytest.mark.parametrize(
    ("change", "column", "value", "reason"),
    [
        ({"p10": "ten"}, "p10", "ten", "it is not a number"),
        ({"p90": "inf"}, "p90", "inf", "it is beyond 1e+15"),
        ({"p90": "1e16"}, "p90", "1e16", "it is beyond 1e+15"),
        ({"p90": "nan"}, "p90", "nan", "it is not a number"),
        ({"p50": ""}, "p50", "", "it is not a number"),
        ({"p50": "61"}, "p50", "61", "p10, p50 and p90 must not fall"),
        ({"outcome": "yes"}, "outcome", "yes", "it is not a number"),
        ({"unit": "da\0ys"}, "unit", "da\0ys", "it contains a null character, which no database keeps"),
        ({"unit": "weeks"}, "unit", "weeks", "line 2 says 'days' of the same question"),
        ({"unit": "m2"}, "unit", "m2", "A unit has no digits, for they would read as part of a number"),
    ],
)  # fmt: skip
def test_a_bad_number_is_refused_with_line_column_value_and_reason(
    change: dict[str, str], column: str, value: str, reason: str
) -> None:
    said = refusal(numbers({}, change))

    assert said == f"Line 3, column {column}, value {value!r}: {reason}."


@pytest.mark.parametrize("missing", [*OPTION_COLUMNS, *NUMBER_COLUMNS])
def test_a_missing_column_is_named_with_those_of_its_format(missing: str) -> None:
    for columns in (OPTION_COLUMNS, NUMBER_COLUMNS):
        if missing in columns and missing not in {"option", "options"}:
            left = [name for name in columns if name != missing]

            said = refusal(",".join(left) + "\n")

            assert said.startswith(f"Line 1: the column {missing!r} is missing.")
            assert ", ".join(columns) in said


@given(st.text())
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    for whole in (options(*REST) + text, numbers({}) + text):
        with contextlib.suppress(Refusal):
            assert isinstance(read(whole), tuple)


# Into the database, and out and in again


@pytest.mark.skipif(not TOURNAMENT.exists(), reason="the tournament's data is not on this machine")
def test_a_real_tournament_with_options_comes_in_whole(desk: Desk) -> None:
    text = name_the_nameless(TOURNAMENT.read_text(encoding="utf-8"))

    done = bring_in(desk, text)
    again = bring_in(desk, text)

    assert (done.lines, done.forecasts) == (1182, 1182)
    assert (again.forecasts, again.questions, again.members) == (0, 0, 0)
    assert {one.outcome for one in rows(desk, Resolution)} <= {"0", "1", "2"}
    earned = [one.shown for one in rows(desk, Score) if one.headline]
    expected = _last_forecasts_scored(text)
    assert len(earned) == len(expected)
    assert fmean(earned) == pytest.approx(fmean(expected), abs=1e-12)


def _last_forecasts_scored(text: str) -> list[float]:
    """Straight from the file: the last forecast of each person before the outcome was known."""
    made: dict[tuple[str, str], dict[str, list[tuple[str, float, str]]]] = defaultdict(dict)
    for line in csv.DictReader(io.StringIO(text)):
        if line["forecast_at"] < line["resolved_at"]:
            own = made[line["question"], line["forecaster"]]
            own.setdefault(line["forecast_at"], []).append(
                (line["option"], float(line["probability"]), line["outcome"])
            )
    return [
        sum((chance - (option == outcome)) ** 2 for option, chance, outcome in own[max(own)][-3:])
        for own in made.values()
    ]


def test_chances_a_hair_over_one_earn_no_more_than_the_worst(desk: Desk) -> None:
    lines = zip("abc", ("1", "5e-10", "0"), strict=True)

    bring_in(
        desk,
        options(
            *(
                {"option": option, "probability": chance, "outcome": "c", ORDERED: "yes"}
                for option, chance in lines
            )
        ),
    )

    assert [one.brier for one in rows(desk, Score) if one.headline] == [pytest.approx(1.125)]


def test_a_file_that_asks_for_other_answers_than_before_changes_nothing(desk: Desk) -> None:
    bring_in(desk, options(*REST))
    before = snapshot(desk)

    with pytest.raises(Refusal, match="takes other answers"):
        bring_in(desk, options(*({**one, ORDERED: "yes"} for one in REST)))

    assert snapshot(desk) == before


@pytest.fixture
def elsewhere(migrated_file: Path, tmp_path: Path, clock: Clock) -> Desk:
    """Another bot with an empty database."""
    file = tmp_path / "elsewhere.db"
    file.write_bytes(migrated_file.read_bytes())
    return Desk(Database(f"sqlite:///{file}"), clock)


def test_forecasts_of_every_kind_score_the_same_in_another_database(
    desk: Desk, clock: Clock, elsewhere: Desk
) -> None:
    asked = {
        "Will it be so?": ("", "70", "0.123", "yes"),
        "Which of these?": ("=Red, pale\n-Green\nBlue", "33/33/33", "1/98/1", "B"),
        "How many of them?": ("ordered\nfew\nsome", "1/99", "62.5/37.5", "void"),
        "How long is it?": ("number in days", "-1/0/0.1", "1/2/1 000 000", "41.5"),
        "How much is it?": ("number", "1/2/3", "2/3/4", "1000"),
    }
    for number, (title, (answers, first, second, outcome)) in enumerate(asked.items(), start=1):
        bring(desk, title, answers=answers)
        record(desk, "Ana", number, first)
        record(desk, "Ben", number, second)
        clock.move(61.234567)
        record(desk, "Ana", number, second)
        clock.move(60)
        questions_outcomes.resolve(desk, caller("Ana"), number, outcome=outcome)
        clock.move(60)

    files = forecast_files(data_service.export_group(desk.db, GROUP))
    done = [bring_in(elsewhere, text) for text in files.values()]
    again = [bring_in(elsewhere, text) for text in files.values()]

    assert list(files) == ["forecasts.csv", "options.csv", "numbers.csv"]
    assert [(one.forecasts, one.questions) for one in done] == [(3, 1), (6, 2), (6, 2)]
    assert [(one.forecasts, one.questions, one.members) for one in again] == [(0, 0, 0)] * 3
    assert told(elsewhere) == told(desk)
    assert len(told(desk)) == 15
    elsewhere.db.close()


def test_an_export_without_options_and_numbers_has_no_files_for_them(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ana", 1)

    assert list(forecast_files(data_service.export_group(desk.db, GROUP))) == ["forecasts.csv"]


def test_options_go_out_one_line_each_with_what_else_is_known(desk: Desk) -> None:
    bring(desk, answers="ordered\nfew\n=many")
    record(desk, "Ana", 1, "25/75", "A guess.")

    text = forecast_files(data_service.export_group(desk.db, GROUP))["options.csv"]

    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(one["option"], one["probability"]) for one in lines] == [("a", "0.25"), ("b", "0.75")]
    assert {one["options"] for one in lines} == {"(a) few, (b) =many"}
    assert {(one["ordered"], one["kind"], one["reason"]) for one in lines} == {
        ("yes", "update", "A guess.")
    }


def forecast_files(packed: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = [name for name in archive.namelist() if name not in NOT_FORECASTS]
        return {name: archive.read(name).decode() for name in names}


NOT_FORECASTS = {"questions.csv", "scores.csv", "everything.json"}


def told(desk: Desk) -> list[tuple[object, ...]]:
    """Every forecast with its question, its words and what it earned, in no order of ids."""
    names, asked = people(desk), {one.id: one for one in rows(desk, Question)}
    earned = {one.forecast_id: one.shown for one in rows(desk, Score) if one.headline}
    return sorted(
        (
            asked[one.question_id].title,
            str(asked[one.question_id].kind),
            str(asked[one.question_id].options),
            str(asked[one.question_id].unit),
            names[one.member_id],
            one.made_at,
            str(one.probability),
            str(one.values),
            str(earned.get(one.id)),
        )
        for one in rows(desk, Forecast)
    )


def test_a_unit_that_a_spreadsheet_would_run_is_made_safe() -> None:
    (line,) = read(numbers({"unit": str(safe_cell("=days"))}))

    assert line.asked.unit == "=days"
