"""Other people's files: one small sample of each format, and what is read from it."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.formats import AnswerFormat
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal
from bot.data import files
from bot.data.reading import chances, moments, recognise
from bot.data.reading.lines import Line, Settings
from bot.data.reading.source import Files, Reading
from tests.conftest import SHARED, START

SAMPLES = Path(__file__).resolve().parents[2] / "data_files"
TYPED = SHARED / "data" / "typed_probabilities.csv"


def read(
    file: Path,
    *columns: str,
    zone: str | None = None,
    dates: str | None = None,
    form: str | None = None,
) -> Reading:
    settings = recognise.make_settings(START, zone=zone, dates=dates, columns=columns)
    return recognise.read_files(files.read_files(file), settings, form)


def write(folder: Path, text: str | bytes, name: str = "file.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def refused(file: Path, *columns: str, zone: str | None = "UTC", dates: str | None = None) -> str:
    with pytest.raises(Refusal) as refusal:
        read(file, *columns, zone=zone, dates=dates)
    return str(refusal.value)


def said(lines: Sequence[Line]) -> list[tuple[str, str, float | tuple[float, ...] | None, str]]:
    return [
        (one.title, one.forecaster, one.belief.probability or one.belief.values or 0.0, one.outcome)
        for one in lines
    ]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("fatebook.csv", "fatebook"),
        ("forecast_data.csv", "metaculus"),
        ("bets.jsonl", "manifold"),
        ("responses.csv", "predictionbook"),
        ("predictions.csv", "predictionbook"),
        ("survey_fcasts.yr1.csv", "good-judgment"),
        ("google_form.csv", "google-form"),
        ("dojo.csv", "dojo"),
    ],
)
def test_a_file_is_recognised_and_says_what_its_columns_were_taken_for(
    name: str, form: str
) -> None:
    reading = read(SAMPLES / name)

    assert reading.format == form
    assert reading.lines
    assert next(iter(recognise.say(reading))).startswith("This is ")
    assert len(reading.taken) >= 4


def test_fatebooks_export_has_options_as_questions_of_yes_or_no() -> None:
    reading = read(SAMPLES / "fatebook.csv")

    assert said(reading.lines) == [
        ("Will it rain on Sunday?", "Ana", 0.7, "yes"),
        ("Will it rain on Sunday?", "Ben", 0.35, "yes"),
        ("Which colour will it be?: Red", "Ana", 0.6, "no"),
        ("Which colour will it be?: Green, pale", "Ana", 0.4, "yes"),
        ("Will the cake be eaten?", "Cleo", 1.0, "void"),
        ("Is anybody there?", "Cleo", 0.5, ""),
    ]
    assert reading.lines[0].forecast_at == datetime(2024, 1, 5, 9, 7, 3, tzinfo=UTC)


def test_metaculuss_download_is_read_with_its_questions() -> None:
    reading = read(SAMPLES / "forecast_data.csv")

    assert said(reading.lines) == [
        ("Will the browser be released before March 14?", "ana", 0.7, "yes"),
        ("Will the browser be released before March 14?", "Metaculus 12", 0.2, "yes"),
        ("Which party will win?", "ana", (0.5, 0.3, 0.2), "1"),
        ("How many will come?", "ben", (10.0, 20.0, 30.0), "24.5"),
    ]
    assert reading.lines[2].asked == AnswerFormat("choice", ("Red", "Green", "Other"))
    assert sorted(reading.left_out.values()) == [1, 1]


def test_metaculuss_download_may_be_a_zip(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("question_data.csv", "forecast_data.csv"):
            archive.write(SAMPLES / name, f"download/{name}")
        archive.writestr("download/README.md", "Hello")

    reading = read(write(tmp_path, packed.getvalue(), "download.zip"))

    assert reading.lines == read(SAMPLES / "forecast_data.csv").lines


def test_metaculuss_forecasts_alone_have_neither_titles_nor_outcomes(tmp_path: Path) -> None:
    alone = write(tmp_path, (SAMPLES / "forecast_data.csv").read_bytes(), "forecast_data.csv")

    reading = read(alone)

    assert [one.title for one in reading.lines] == ["Metaculus, question 501"] * 2
    assert "question_data.csv" in reading.notes[0]


def test_manifolds_bets_are_where_they_moved_the_market_to() -> None:
    reading = read(SAMPLES / "bets.jsonl")

    assert said(reading.lines) == [
        ("Will the bridge open this year?", "u1", 0.62, "yes"),
        ("Will the bridge open this year?", "u2", 0.55, "yes"),
        ("Who will win?: Red", "u1", 0.6, "yes"),
        ("Who will win?: Green", "u1", 0.4, "no"),
        ("Will it snow?", "u2", 0.3, "void"),
    ]
    assert sum(reading.left_out.values()) == 2
    assert reading.lines[0].resolved_at == datetime.fromtimestamp(1719000000, UTC)


def test_predictionbooks_responses_are_read_by_either_names() -> None:
    assert said(read(SAMPLES / "responses.csv").lines) == [
        ("PredictionBook, prediction 17", "gwen", 0.9, "yes"),
        ("PredictionBook, prediction 17", "hal", 0.25, "yes"),
        ("PredictionBook, prediction 18", "hal", 1.0, "void"),
        ("PredictionBook, prediction 19", "hal", 0.5, ""),
    ]
    assert said(read(SAMPLES / "predictions.csv").lines) == [
        ("Will it rain?", "gwen", 0.9, "yes"),
        ("Will it snow?", "hal", 0.01, "no"),
        ("Will it hail?", "hal", 0.5, "void"),
    ]


def test_good_judgments_survey_is_read_with_its_questions() -> None:
    reading = read(SAMPLES / "survey_fcasts.yr1.csv")

    assert [(one.question, one.forecaster, one.belief, one.outcome) for one in reading.lines] == [
        ("gjp 1001-0", "gjp600", Belief(0.1), "no"),
        ("gjp 1002-0", "gjp600", Belief(values=(0.15, 0.8, 0.05)), "1"),
        ("gjp 1306-1", "gjp601", Belief(0.3), "void"),
    ]
    assert reading.lines[0].resolved_at == datetime(2012, 1, 2, tzinfo=UTC)
    assert sum(reading.left_out.values()) == 3


def test_good_judgments_survey_needs_its_questions(tmp_path: Path) -> None:
    alone = write(tmp_path, (SAMPLES / "survey_fcasts.yr1.csv").read_bytes(), "survey_fcasts.csv")

    assert "Put it into the same folder" in refused(alone)


def test_a_forms_columns_are_questions_where_they_have_chances() -> None:
    reading = read(SAMPLES / "google_form.csv")

    assert said(reading.lines) == [
        ("Will it rain on Sunday?", "Ana", 0.7, ""),
        ("Will it rain on Sunday?", "Ben", 0.35, ""),
        ("Will the bridge open by May?", "Ana", 0.8, ""),
        ("Will the bridge open by May?", "Ben", 0.12, ""),
        ("Will the bridge open by May?", "Cleo", 0.01, ""),
    ]
    assert reading.lines[0].forecast_at == datetime(2026, 3, 1, 18, 3, 12, tzinfo=UTC)
    assert ("Anything else?", "nothing: its answers are no chances") in reading.taken


GERMAN = (
    *("question=Frage", "forecaster=Wer", "forecast_at=Wann", "outcome=Ergebnis"),
    *("probability=Wahrscheinlichkeit", "resolved_at=bekannt"),
)


def test_a_spreadsheet_is_read_with_names_for_its_columns() -> None:
    reading = read(SAMPLES / "spreadsheet.csv", *GERMAN, zone="Europe/Berlin")

    assert said(reading.lines) == [
        ("Regnet es am Sonntag?", "Änne", 0.7, "yes"),
        ("Regnet es am Sonntag?", "Björn", 0.35, "yes"),
        ("Kommt der Zug?", "Björn", 0.5, ""),
    ]
    assert [one.forecast_at.hour for one in reading.lines] == [18, 8, 7]
    assert reading.lines[0].number == 3


def test_times_without_a_zone_need_one() -> None:
    text = refused(SAMPLES / "spreadsheet.csv", *GERMAN, zone=None)

    assert "name the zone with --zone" in text
    assert text.startswith("3 faults in the file, so nothing was imported.")


HEAD = "question,forecaster,forecast_at,probability,outcome\n"


def sheet(*rows: str) -> str:
    return HEAD + "".join(f"{row}\n" for row in rows)


def test_other_peoples_outcomes_need_no_time(tmp_path: Path) -> None:
    file = write(tmp_path, sheet("Rain?,Ana,2025-01-01,0.5,right", "Rain?,Ben,2025-01-03,0.2,1"))

    reading = read(file, zone="UTC")

    known = datetime(2025, 1, 3, tzinfo=UTC) + timedelta(seconds=1)
    assert [one.resolved_at for one in reading.lines] == [known, known]
    assert reading.notes


def test_all_that_is_wrong_is_said_at_once_with_counts(tmp_path: Path) -> None:
    bad = [f"Rain?,Ana,2025-01-{1 + n % 28:02},maybe,perhaps" for n in range(23)]
    file = write(tmp_path, sheet("Rain?,Ana,2025-01-01,0.5,", *bad, "Rain?,,2025-01-01,0.5,"))

    lines = refused(file).splitlines()

    assert lines[0] == "24 faults in the file, so nothing was imported."
    assert lines[21] == "And 4 more."
    assert lines[23:] == [
        "- 23 × column probability: it is not a number from … to …",
        "- 1 × column forecaster: it is empty",
    ]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"]
)
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_encodings_and_marks_make_no_difference(tmp_path: Path, encoding: str, mark: str) -> None:
    text = sheet("Regnet es in Köln?,Änne,2025-01-01,0.5,")
    file = write(tmp_path, text.replace(",", mark).encode(encoding))

    assert [one.forecaster for one in read(file, zone="UTC").lines] == ["Änne"]


def test_headers_may_have_capitals_and_spaces(tmp_path: Path) -> None:
    text = sheet("Rain?,Ana,2025-01-01,0.5,").replace("forecast_at", " Forecast At ").upper()

    assert len(read(write(tmp_path, text), zone="UTC").lines) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xd0\xcf\x11\xe0 old", "a spreadsheet of an old kind"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04 broken", "damaged or locked"),
        (b"", "is empty"),
        (b"\x80\x01\x02\x03\x04\x05", "it is no text"),
        (b"hello,world\n1,2\n", "--map question=COLUMN"),
        (b'{"a": 1}\nhello\n', "this is not JSON"),
        (b"[1, 2]", "is not a JSON object"),
        (b'{"a": 1}\n', "a bet needs it"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    assert reason in refused(write(tmp_path, content))


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (["probability"], "say which column is which"),
        (["chance=probability"], "there is no 'chance'. There are question, title,"),
        (["probability=Chance"], "there is no such column. The columns here are 'question'"),
    ],
)
def test_a_map_that_fits_nothing_is_refused(
    tmp_path: Path, columns: list[str], reason: str
) -> None:
    assert reason in refused(write(tmp_path, sheet()), *columns)


# Probabilities


@pytest.mark.skipif(not TYPED.exists(), reason="the table of typed texts is not on this machine")
def test_chances_in_a_file_mean_what_they_mean_in_a_form() -> None:

    with TYPED.open(encoding="utf-8", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["kind"] == "binary"]

    for row in rows:
        text = row["text"].strip()
        by = chances.decide([text])
        if row["result"] == "understood":
            assert by.read(2, text) == pytest.approx(float(row["values"])), row["id"]
        else:
            with pytest.raises(Refusal) as refusal:
                by.read(2, text)
            assert row["hint"].lower() in str(refusal.value).lower(), row["id"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["0.2", "1"], [0.2, 1.0]),
        (["20", "1"], [0.2, 0.01]),
        (["20%", "0.3"], [0.2, 0.3]),
        ([".8", "0"], [0.8, 0.0]),
        (["0,8", "1"], [0.8, 1.0]),
        (["80%", "1%"], [0.8, 0.01]),
        (["99.5", "100"], [0.995, 1.0]),
    ],
)
def test_the_column_decides_what_its_numbers_mean(column: list[str], expected: list[float]) -> None:
    by = chances.decide(column)

    assert [by.read(2, one) for one in column] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("column", "bad", "reason"),
    [
        (["70", "80", "0.5"], "0.5", "it could be 0.5% or 50%"),
        (["0.2", "0.3", "70"], "70", "it is not from 0 to 1"),
        (["1", "0"], "1", "1% or certainty"),
        (["70", "101"], "101", "it is not from 0 to 100"),
    ],
)
def test_a_number_that_does_not_fit_its_column_is_refused(
    column: list[str], bad: str, reason: str
) -> None:
    with pytest.raises(Refusal, match=reason):
        chances.decide(column).read(2, bad)


@given(st.lists(st.integers(1, 999), min_size=1).map(lambda found: [one / 1000 for one in found]))
def test_chances_survive_being_written_either_way(values: list[float]) -> None:
    for column in (list(map(repr, values)), [f"{one * 100:.1f}%" for one in values]):
        by = chances.decide(column)
        assert [by.read(2, one) for one in column] == pytest.approx(values)


# Times

MARCH_4 = datetime(2025, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "others", "expected"),
    [
        ("1741046400", [], MARCH_4),
        ("1741046400000", [], MARCH_4),
        ("2025-03-04", [], MARCH_4),
        ("2025/03/04", [], MARCH_4),
        ("04.03.2025", [], MARCH_4),
        ("4/3/2025", ["13/3/2025"], MARCH_4),
        ("3/4/25", ["3/13/25"], MARCH_4),
        ("3/4/2025 0:00", ["3/13/2025"], MARCH_4),
        ("2025-03-04 01:00:00 GMT+1", [], MARCH_4),
        ("2025-03-04 00:00:00 UTC", [], MARCH_4),
        ("3/4/2025 1:05:09 PM", ["3/13/2025"], MARCH_4.replace(hour=13, minute=5, second=9)),
        ("2025-03-04 09:07:3", [], MARCH_4.replace(hour=9, minute=7, second=3)),
    ],
)
def test_times_are_read_as_other_tools_write_them(
    value: str, others: list[str], expected: datetime
) -> None:
    column = list(enumerate([value, *others]))

    assert moments.decide(column, column="At", zone=UTC).read(2, value) == expected


def test_dates_of_which_none_decides_are_asked_about(tmp_path: Path) -> None:
    file = write(tmp_path, sheet("Rain?,Ana,3/4/2025,0.5,", "Rain?,Ben,5/4/2025,0.5,"))

    text = refused(file)

    assert "say which with --dates dmy or --dates mdy" in text
    assert text.count("--dates dmy") == 1
    assert read(file, zone="UTC", dates="mdy").lines[0].forecast_at == datetime(
        2025, 3, 4, tzinfo=UTC
    )


def test_a_column_with_both_orders_is_refused_where_one_cannot_be(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        sheet("R?,Ana,13/4/2025,0.5,", "R?,Ben,14/4/2025,0.5,", "R?,Cleo,4/15/2025,0.5,"),
    )

    assert "dates here begin with the day, and this one cannot" in refused(file)


def test_a_row_with_more_cells_than_columns_is_a_fault_in_every_format() -> None:
    text = (
        "question,title,name,date,probability,outcome,known\n"
        "q1,Rain, or snow?,Ann,2025-01-02 10:00,70,yes,2025-01-05\n"
        "q2,Hail?,Ann,2025-01-02 10:00,70,yes,2025-01-05\n"
    )

    with pytest.raises(Refusal, match="too many columns; a text with a comma needs quotes"):
        recognise.read_files(
            Files("file", {"file": text}), Settings(START, zone=UTC), "spreadsheet"
        )


def test_a_spreadsheet_with_usual_names_is_recognised_though_some_are_ours_too() -> None:
    text = (
        "question,title,name,date,probability,outcome,resolved_at\n"
        "q1,Will it hail?,Ann,2025-01-02 10:00,70%,yes,2025-01-05\n"
    )

    found = recognise.read_files(Files("file", {"file": text}), Settings(START, zone=UTC))

    assert (found.format, len(found.lines)) == ("spreadsheet", 1)
