"""A group's own bank: what a file brings in, what is refused, and what is left as it was."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.encryption import Box, new_key
from bot.core.refusals import Refusal
from bot.core.sealed import open_outcome
from bot.core.unit import Desk
from bot.data.bank_csv import MOST_SAID
from bot.data.bank_import import BankImported, import_bank
from bot.pastcasts import box
from storage import bank
from storage.bank import Wanted
from storage.tables import Banked, Group, Question
from tests.bot.scenes import bring, rows, snapshot
from tests.conftest import GROUP

ROOT = Path(__file__).resolve().parents[3]

EXAMPLE = (ROOT / "docs" / "example-bank.csv").read_text(encoding="utf-8")
LINE = {
    "id": "rain",
    "title": "Will it rain in Niamey by 30 June 2013?",
    "criteria": "Yes if the airport reports rain.",
    "as_of": "2013-03-14",
    "known_at": "2013-06-24",
    "outcome": "yes",
}


@pytest.fixture(autouse=True)
def circle(desk: Desk) -> None:
    with desk.db.write() as tx:
        tx.add(Group(id=GROUP, name="Circle"))


def file(*lines: dict[str, str]) -> str:
    """A file with the columns that any of the lines has."""
    names = list(dict.fromkeys(name for line in lines for name in line))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def line(**changed: str) -> dict[str, str]:
    return {**LINE, **changed}


def take(
    desk: Desk, text: str, sealing: Box | None = None, group: int | None = None
) -> BankImported:
    return import_bank(desk.db, desk.clock, sealing, [text], group)


def refused(desk: Desk, text: str) -> str:
    with pytest.raises(Refusal) as refusal:
        take(desk, text)
    assert rows(desk, Banked) == []
    return str(refusal.value)


@pytest.mark.both_engines
def test_the_example_of_the_manual_comes_in(desk: Desk) -> None:
    done = take(desk, EXAMPLE)

    library, marathon, mayor = rows(desk, Banked)
    assert done.say() == "Read 3 questions: 3 new, 0 changed, 0 as before."
    assert (library.outcome, library.crowd, library.group_id) == ("yes", 0.55, GROUP)
    assert (float(marathon.outcome), marathon.unit) == (1377, "runners")
    assert (mayor.outcome, mayor.options) == ("1", '["Anna Weber", "Paul Novak"]')


def test_a_line_needs_six_columns_only(desk: Desk) -> None:
    take(desk, file(LINE))

    [one] = rows(desk, Banked)
    assert (one.opens_at, one.closes_at) == (one.as_of, one.known_at)
    assert (one.topic, one.background, one.crowd, one.source_url) == ("other", "", None, None)


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    take(desk, EXAMPLE)
    before = snapshot(desk)

    done = take(desk, EXAMPLE)

    assert done.say() == "Read 3 questions: 0 new, 0 changed, 3 as before."
    assert snapshot(desk) == before


def test_a_line_twice_in_a_file_is_one_question(desk: Desk) -> None:
    done = take(desk, file(LINE, LINE))

    assert (done.read, done.added) == (1, 1)


def test_a_changed_line_changes_its_question(desk: Desk) -> None:
    take(desk, file(LINE))

    done = take(desk, file(line(outcome="no", topic="weather"), line(id="snow")))

    rain, snow = rows(desk, Banked)
    assert (done.added, done.changed) == (1, 1)
    assert (rain.outcome, rain.topic, snow.name) == ("no", "weather", "snow")


@pytest.mark.both_engines
def test_what_was_dealt_already_stays_as_it_was_told(desk: Desk) -> None:
    take(desk, file(LINE, line(id="snow"), line(id="hail")))
    rain, snow, hail = rows(desk, Banked)
    question = bring(desk)
    with desk.db.write() as tx:
        bank.see(tx, [rain.id or 0], [1], desk.clock())
        tx.get_one(Question, question).banked_id = snow.id

    changed = [line(id=name, outcome="no") for name in ("rain", "snow", "hail")]
    done = take(desk, file(*changed))

    assert [one.outcome for one in rows(desk, Banked)] == ["yes", "yes", "no"]
    assert done.dealt == ("rain", "snow")
    assert done.say() == (
        "Read 3 questions: 0 new, 1 changed, 0 as before. Dealt already, so left as they were: "
        "rain, snow."
    )
    assert hail.name == "hail"


def test_outcomes_are_sealed_where_there_is_a_key(desk: Desk) -> None:
    sealing = Box(new_key())

    take(desk, EXAMPLE, sealing)
    again = take(desk, EXAMPLE, sealing)

    found = rows(desk, Banked)
    assert [one.sealed for one in found] == [True, True, True]
    assert not any(one.outcome == "yes" or "1377" in one.outcome for one in found)
    assert open_outcome(sealing, found[0]) == "yes"
    assert (again.added, again.changed) == (0, 0)


def test_what_came_before_the_key_is_sealed_and_is_no_change(desk: Desk) -> None:
    take(desk, EXAMPLE)

    done = take(desk, EXAMPLE, Box(new_key()))

    assert (done.added, done.changed) == (0, 0)
    assert all(one.sealed for one in rows(desk, Banked))


def test_a_new_import_mends_outcomes_whose_key_is_gone(desk: Desk) -> None:
    take(desk, EXAMPLE, Box(new_key()))
    sealing = Box(new_key())

    done = take(desk, EXAMPLE, sealing)

    assert (done.added, done.changed) == (0, 3)
    assert open_outcome(sealing, rows(desk, Banked)[0]) == "yes"


def test_a_bank_is_its_groups_own(desk: Desk) -> None:
    with desk.db.write() as tx:
        tx.add(Group(id=901, name="Others"))
    with pytest.raises(Refusal, match="900, 901"):
        take(desk, EXAMPLE)

    take(desk, EXAMPLE, group=901)

    with desk.db.read() as tx:
        found = [bank.unseen(tx, Wanted([1], group_id=group)) for group in (GROUP, 901, None)]
    assert [len(one) for one in found] == [0, 3, 0]


def test_a_bank_may_use_the_names_of_the_box(desk: Desk) -> None:
    box.load(desk.db)
    [first, *_] = rows(desk, Banked)

    take(desk, file(line(id=first.name)))

    assert len([one for one in rows(desk, Banked) if one.name == first.name]) == 2


BAD_CELLS = [
    ({"id": ""}, "column id, value '': it is empty."),
    ({"id": "x" * 81}, "it is longer than 80 characters."),
    ({"title": "Rain?"}, "column title, value 'Rain?': it is shorter than 10 characters."),
    ({"criteria": ""}, "column criteria, value '': it is empty."),
    (
        {"as_of": "14/03/2013"},
        "column as_of, value '14/03/2013': it is not a day such as 2013-03-14.",
    ),
    ({"as_of": "1363219200"}, "it is not a day such as 2013-03-14."),
    ({"as_of": "2013-06-24"}, "column known_at, value '2013-06-24': it must be a day after as_of."),
    ({"known_at": "2031-01-01"}, "column known_at, value '2031-01-01': it lies in the future."),
    ({"opens_at": "2013-03-15"}, "column opens_at, value '2013-03-15': it is after as_of."),
    ({"closes_at": "2013-03-13"}, "column closes_at, value '2013-03-13': it is before as_of."),
    ({"kind": "maybe"}, "column kind, value 'maybe': it must be 'binary'"),
    ({"outcome": "42"}, "column outcome, value '42'"),
    ({"outcome": "void"}, "column outcome, value 'void': a question without an outcome cannot be"),
    ({"outcome": ""}, "column outcome, value '': it is empty."),
    ({"crowd": "55%"}, "column crowd, value '55%': it is not a number from 0 to 1."),
    ({"crowd": "nan"}, "column crowd, value 'nan': it is"),
    ({"crowd": "1.5"}, "column crowd, value '1.5': it is more than 1."),
    ({"crowd": "-0.5"}, "column crowd, value '-0.5': it is less than 0."),
    ({"kind": "choice", "outcome": "a"}, "column options, value ''"),
    ({"kind": "choice", "options": "red|red"}, "column options, value 'red|red'"),
    ({"options": "red|green"}, "only choice and ordered questions have options."),
    ({"unit": "days"}, "column unit, value 'days': only numeric questions have a unit."),
    ({"source_url": "example.org"}, "it is not an address that begins with https://."),
    ({"title": "a\0bcdefghijk"}, "it contains a null character"),
]


@pytest.mark.parametrize(("cells", "reason"), BAD_CELLS)
def test_a_bad_cell_is_refused_with_its_place(
    desk: Desk, cells: dict[str, str], reason: str
) -> None:
    said = refused(desk, file(line(id="good"), line(**cells)))

    assert said.startswith("1 fault in the file, so nothing was imported.\nLine 3, ")
    assert reason in said


def test_all_that_is_wrong_is_said_at_once(desk: Desk) -> None:
    said = refused(
        desk, file(line(as_of="x", known_at="y"), line(id="fine"), line(outcome="perhaps"))
    )

    assert [one.partition(", value")[0] for one in said.splitlines()[1:]] == [
        "Line 2, column as_of",
        "Line 2, column known_at",
        "Line 4, column outcome",
    ]


def test_of_many_faults_the_first_are_said_and_the_rest_is_counted(desk: Desk) -> None:
    said = refused(desk, file(*(line(id=f"q{n}", as_of="x") for n in range(MOST_SAID + 3))))

    lines = said.splitlines()
    assert (lines[0], lines[-1]) == (
        "23 faults in the file, so nothing was imported.",
        "And 3 more.",
    )
    assert len(lines) == MOST_SAID + 2


def test_two_lines_of_one_name_must_agree(desk: Desk) -> None:
    said = refused(desk, file(LINE, line(outcome="no")))

    assert "Line 3, column id, value 'rain': line 2 says something else" in said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (file(line(croud="0.5")), "the column 'croud' is not known. The columns are id, topic,"),
        ("id,title\n1,Two\n", "the column 'criteria' is missing."),
        (file(LINE).replace(",", ";"), "there are semicolons between the columns"),
        (file(LINE).splitlines()[0], "There is no question below the line"),
        (file(LINE) + "snow,Will it snow\n", "the line has too few columns"),
        (file(LINE) + "a,b,c,d,e,f,g\n", "the line has too many columns"),
        (file(LINE) + 'a,"b', "this is not CSV"),
        (file(LINE).replace("outcome", "title"), "the column 'outcome' is missing"),
    ],
)
def test_a_file_of_another_shape_is_refused(desk: Desk, text: str, reason: str) -> None:
    assert reason in refused(desk, text)


@pytest.mark.parametrize(
    "name", ["dojo.csv", "fatebook.csv", "forecast_data.csv", "google_form.csv", "responses.csv"]
)
def test_a_file_of_forecasts_is_named_with_the_command_that_takes_it(desk: Desk, name: str) -> None:
    said = refused(desk, (ROOT / "tests" / "data_files" / name).read_text(encoding="utf-8"))

    assert said.startswith("This is ")
    assert said.endswith("not a bank of questions about the past: `dojo import` brings it in.")


def test_what_spreadsheets_leave_behind_does_no_harm(desk: Desk) -> None:
    text = "\ufeff" + file(line(title="'=Will it rain in Niamey?")) + ",,,,,\n\n"

    take(desk, text)

    assert [one.title for one in rows(desk, Banked)] == ["=Will it rain in Niamey?"]


def test_a_bank_in_csv_is_one_file(desk: Desk) -> None:
    with pytest.raises(Refusal, match="one file"):
        import_bank(desk.db, desk.clock, None, [EXAMPLE, EXAMPLE], None)


def test_the_clock_says_what_lies_in_the_future(desk: Desk) -> None:
    before = lambda: datetime(2013, 6, 23, tzinfo=UTC)  # noqa: E731

    with pytest.raises(Refusal, match="lies in the future"):
        import_bank(desk.db, before, None, [file(LINE)], None)
