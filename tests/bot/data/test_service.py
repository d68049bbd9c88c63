"""Data out and in: what an export holds and leaves out, and imports that are all or nothing."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from bot.calendars import addresses
from bot.core import keys
from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.core.refusals import Refusal
from bot.core.unit import Caller, Desk, row_id
from bot.data import importing
from bot.data import service as data_service
from bot.data.importing import Imported
from bot.forecasts import service as forecasts_service
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.rounds import service as rounds_service
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import service as sessions_service
from bot.standings import service as standings_service
from storage import bank
from storage.engine import Database
from storage.tables import (
    Banked,
    Forecast,
    Group,
    Member,
    Question,
    QuestionKind,
    QuestionState,
    Resolution,
    Score,
    WarmUp,
    WarmUpAnswer,
)
from tests.bot.imported_files import bring_in_text
from tests.bot.scenes import (
    RAIN,
    SNOW,
    bring,
    open_round,
    open_turns,
    people,
    play,
    record,
    rows,
    snapshot,
    wrote,
)
from tests.conftest import GROUP, SHARED, Clock, caller, name_the_nameless

HEADER = "question,title,forecaster,forecast_at,probability,outcome,resolved_at\n"
TOURNAMENT = SHARED / "data" / "gjp2011.csv"
# What is on its way, and secrets that open something.
KEPT_FOR_DELIVERY = {
    *(
        "drafts",
        "feeds",
        "imports",
        "interactions",
        "keepsakes",
        "notices",
        "outbox",
        "outbox_past",
    ),
    *("staged_forecasts", "staged_questions"),
}


def bring_in(desk: Desk, text: str, group_id: int | None = None) -> Imported:
    return bring_in_text(desk.db, desk.clock, text, group_id)


def line(
    question: str = "1", *, title: str = "One?", who: str = "gjp1", at: str = "2012-01-01T00:00:00Z",
    said: str = "0.3", outcome: str = "no", resolved: str = "2012-02-01T00:00:00Z",
) -> str:  # fmt: skip
    return f"{question},{title},{who},{at},{said},{outcome},{resolved}\n"


def unpack(packed: bytes) -> tuple[list[dict[str, str]], dict[str, list[dict[str, Any]]]]:
    """The forecasts as a spreadsheet shows them, and everything as JSON."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        text = archive.read("forecasts.csv").decode()
        everything = json.loads(archive.read("everything.json"))
    return list(csv.DictReader(io.StringIO(text, newline=""))), everything


def forecasts_csv(packed: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read("forecasts.csv").decode()


def headlines(desk: Desk) -> list[float]:
    return [one.brier for one in rows(desk, Score) if one.headline]


def by_member_and_question(desk: Desk) -> dict[tuple[str, str], float]:
    names, titles = people(desk), {one.id: one.title for one in rows(desk, Question)}
    return {
        (names[one.member_id], titles[one.question_id]): one.brier
        for one in rows(desk, Score)
        if one.headline
    }


def bank_rows(desk: Desk, clock: Clock, seen: dict[str, tuple[str, ...]]) -> list[int]:
    """A banked question of the group, one of the box, one of another group; and who has seen which."""
    with desk.db.write() as tx:
        tx.add(Group(id=901, name="Others"))
        ids = {}
        for name, group_id in (("ours", GROUP), ("in the box", None), ("theirs", 901)):
            bank.put(tx, group_id, [banked(name)])
            ids[name] = row_id(tx.exec(select(Banked).where(Banked.name == name)).one())
        for who, names in seen.items():
            bank.see(tx, [ids[one] for one in names], [caller(who).user_id], clock())
    return list(ids.values())


def banked(name: str) -> Banked:
    return Banked(
        name=name, topic="space", kind=QuestionKind.NUMERIC, title="How many?", criteria="As said.",
        opens_at=date(2012, 1, 1), as_of=date(2012, 1, 2), closes_at=date(2012, 2, 1),
        known_at=date(2012, 2, 2), outcome="4711", crowd=0.77, source="tell-tale",
        source_url="https://tell-tale.example",
    )  # fmt: skip


def answer_warmup(desk: Desk, low: dict[str, float]) -> None:
    """A warm-up of one statement, with an interval of each."""
    by_name = {name: number for number, name in people(desk).items()}
    with desk.db.write() as tx:
        tx.add(WarmUp(session_id=1, seed=1, items="[1]", opened_at=desk.clock()))
        tx.flush()
        for name, value in low.items():
            tx.add(
                WarmUpAnswer(
                    warmup_id=1, member_id=by_name[name], number=0, low=value, high=99,
                    at=desk.clock(),
                )
            )  # fmt: skip


# Export


def test_every_table_is_exported_but_what_delivery_needs(desk: Desk) -> None:
    bring(desk)

    _, everything = unpack(data_service.export_group(desk.db, GROUP))

    assert set(everything) == set(SQLModel.metadata.tables) - KEPT_FOR_DELIVERY


def test_a_mail_address_is_in_its_members_export_only(desk: Desk) -> None:
    box = Box(new_key())
    desk = replace(desk, integrations=Integrations(box=box, google=True))
    addresses.change(desk, caller("Ana"), addresses.AddressRequest(address="ana@example.org"))

    _, own = unpack(data_service.export_for(desk, caller("Ana")))
    _, all_of_it = unpack(data_service.export_for(desk, caller("Ben", manages_group=True)))

    assert [row["address"] for row in own["addresses"]] == ["ana@example.org"]
    [row] = all_of_it["addresses"]
    assert not {"address", "sealed", "code"} & set(row)


def test_a_whole_evening_is_in_the_export(desk: Desk, clock: Clock) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours"))
    play(desk, clock, {"Ana": ("30", "50", "60"), "Ben": ("40", "70", "80")})
    questions_service.toggle_mark(desk, caller("Cleo"), keys.question(1))
    clock.move(60)
    questions_outcomes.resolve(desk, caller("Ana"), 1, outcome="yes")
    questions_outcomes.dispute(desk, caller("Ben"), 1, "I doubt it.")

    lines, everything = unpack(data_service.export_group(desk.db, GROUP))

    counts = {name: len(found) for name, found in everything.items()}
    assert counts == {
        "groups": 1, "members": 3, "questions": 1, "forecasts": 6, "scores": 8, "resolutions": 1,
        "sessions": 2, "rounds": 1, "seats": 2, "turns": 2, "attendances": 2, "rsvps": 1,
        "marks": 1, "votes": 0, "disputes": 1, "interests": 0, "series": 0, "standings": 0,
            "addresses": 0, "calendar_entries": 1, "banked": 0, "sightings": 0, "warmups": 0,
            "warmup_answers": 0, "practices": 0, "crowds": 0, "watches": 0, "proposals": 0,
            "inquiries": 0,
    }  # fmt: skip
    assert [(one["forecaster"], one["kind"], one["probability"]) for one in lines] == [
        ("Ana", "blind", "0.3"),
        ("Ben", "blind", "0.4"),
        ("Ana", "turn", "0.5"),
        ("Ben", "turn", "0.7"),
        ("Ana", "update", "0.6"),
        ("Ben", "update", "0.8"),
    ]
    assert {(one["title"], one["outcome"]) for one in lines} == {(RAIN, "yes")}


def test_blind_forecasts_are_in_no_export_before_their_round_closes(desk: Desk) -> None:
    open_round(desk, ("Ana", "Ben"))
    record(desk, "Ana", 1, "13")
    rounds_service.move_on(desk, caller("Ana"))
    record(desk, "Ana", 1, "55")
    questions_outcomes.resolve(desk, caller("Ana"), 1, outcome="yes", known="now")

    exports = [
        unpack(data_service.export_for(desk, caller("Ana"))),
        unpack(data_service.export_for(desk, caller("Ben", manages_group=True))),
        unpack(data_service.export_group(desk.db, GROUP)),
    ]
    sessions_service.end(desk, caller("Ana"))
    after, _ = unpack(data_service.export_group(desk.db, GROUP))

    for lines, everything in exports:
        assert [one["probability"] for one in lines] == ["0.55"]
        assert [one["probability"] for one in everything["forecasts"]] == [0.55]
        assert everything["scores"] == []
    assert [one["probability"] for one in after] == ["0.13", "0.55"]


def test_what_somebody_beside_the_circle_says_is_in_no_export_while_it_is_blind(
    desk: Desk, clock: Clock
) -> None:
    bring(desk, RAIN)
    record(desk, "Cleo", 1, "21")
    clock.move(60)
    open_round(desk, ("Ana", "Ben"))
    record(desk, "Cleo", 1, "33")

    during, everything = unpack(data_service.export_group(desk.db, GROUP))
    rounds_service.move_on(desk, caller("Ana"))
    after, _ = unpack(data_service.export_group(desk.db, GROUP))

    assert [one["probability"] for one in during] == ["0.21"]
    assert [one["probability"] for one in everything["forecasts"]] == [0.21]
    assert [one["probability"] for one in after] == ["0.21", "0.33"]


def test_a_member_gets_their_own_and_nothing_of_others(desk: Desk, clock: Clock) -> None:
    bring(desk, RAIN, name="Ana")
    bring(desk, SNOW, name="Ben")
    for name in ("Ana", "Ben"):
        record(desk, name, 1)
    clock.move(60)
    questions_outcomes.resolve(desk, caller("Ana"), 1, outcome="yes")

    lines, everything = unpack(data_service.export_for(desk, caller("Ben")))

    assert [one["forecaster"] for one in lines] == ["Ben"]
    assert [one["name"] for one in everything["members"]] == ["Ben"]
    assert [one["title"] for one in everything["questions"]] == [SNOW]
    assert {one["member_id"] for one in everything["scores"]} == {everything["members"][0]["id"]}
    assert not {"groups", "rounds"} & set(everything)
    assert everything["sessions"] == everything["resolutions"] == []  # Ana's


def test_who_manages_the_server_gets_everything(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1)

    lines, everything = unpack(data_service.export_for(desk, caller("Guest", manages_group=True)))

    assert [one["forecaster"] for one in lines] == ["Ben"]
    assert [one["name"] for one in everything["members"]] == ["Ana", "Ben"]


def test_about_somebody_the_bot_has_not_met_nothing_is_held(desk: Desk) -> None:
    bring(desk)

    with pytest.raises(Refusal, match="Nothing is held"):
        data_service.export_for(desk, caller("Guest"))


def test_an_export_holds_nothing_of_another_group(desk: Desk) -> None:
    bring(desk, RAIN)
    other = bring(desk, SNOW, group_id=901)
    record(desk, "Ana", 1)

    _, ours = unpack(data_service.export_for(desk, caller("Ana", manages_group=True)))
    _, theirs = unpack(data_service.export_group(desk.db, 901))

    assert [one["title"] for one in ours["questions"]] == [RAIN]
    assert [one["id"] for one in theirs["questions"]] == [other]
    assert theirs["forecasts"] == []


@pytest.mark.both_engines
def test_what_is_sealed_of_a_bank_is_in_no_export(desk: Desk, clock: Clock) -> None:
    bring(desk, name="Ana")
    ours, box_row, theirs = bank_rows(
        desk, clock, {"Ana": ("ours",), "Ben": ("ours", "in the box")}
    )

    exports = [
        unpack(data_service.export_for(desk, caller("Ana"))),
        unpack(data_service.export_for(desk, caller("Ben", manages_group=True))),
        unpack(data_service.export_group(desk.db, GROUP)),
    ]

    sealed = {"outcome", "sealed", "known_at", "closes_at", "crowd", "source", "source_url"}
    for _, everything in exports:
        assert not {name for one in everything["banked"] for name in one} & sealed
        assert not [
            word for word in ("4711", "tell-tale", "0.77") if word in json.dumps(everything)
        ]
    assert [[one["id"] for one in found["banked"]] for _, found in exports] == [[], [ours], [ours]]
    seen = [[one["banked_id"] for one in found["sightings"]] for _, found in exports]
    assert seen == [[ours], [ours, box_row], []]
    assert theirs not in {ours, box_row}


def test_intervals_of_others_are_in_no_export_before_their_warm_up_is_over(
    desk: Desk, clock: Clock
) -> None:
    open_round(desk, ("Ana", "Ben"))
    answer_warmup(desk, {"Ana": 10.0, "Ben": 20.0})

    exports = [
        unpack(data_service.export_for(desk, caller("Ana"))),
        unpack(data_service.export_for(desk, caller("Ben", manages_group=True))),
        unpack(data_service.export_group(desk.db, GROUP)),
    ]
    with desk.db.write() as tx:
        tx.get_one(WarmUp, 1).closed_at = clock()
    _, after = unpack(data_service.export_group(desk.db, GROUP))

    said = [[one["low"] for one in found["warmup_answers"]] for _, found in exports]
    assert said == [[10.0], [20.0], []]
    assert [one["low"] for one in after["warmup_answers"]] == [10.0, 20.0]
    assert [one["items"] for one in after["warmups"]] == ["[1]"]


def test_the_shell_takes_the_only_group_or_asks_which(desk: Desk) -> None:
    with pytest.raises(Refusal, match="none"):
        data_service.export_group(desk.db, None)
    bring(desk)
    alone = data_service.export_group(desk.db, None)
    bring(desk, group_id=901)

    with pytest.raises(Refusal, match="900, 901"):
        data_service.export_group(desk.db, None)
    with pytest.raises(Refusal, match="900, 901"):
        data_service.export_group(desk.db, 404)
    assert unpack(alone)[1]["groups"][0]["id"] == GROUP


@pytest.mark.parametrize("sign", "=+-@")
def test_a_cell_that_a_spreadsheet_would_run_is_made_safe(desk: Desk, sign: str) -> None:
    formula = f'{sign}HYPERLINK("http://evil.example")'
    questions_service.submit(desk, caller("Ana"), wrote(formula))
    record(desk, "Ana", 1, "70", f"{sign}1+1")

    packed = data_service.export_group(desk.db, GROUP)

    lines, everything = unpack(packed)
    assert (lines[0]["title"], lines[0]["reason"]) == (f"'{formula}", f"'{sign}1+1")
    assert everything["questions"][0]["title"] == formula
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        cells = list(csv.reader(io.StringIO(archive.read("questions.csv").decode(), newline="")))
    assert f"'{formula}" in cells[1]


def test_two_members_of_one_name_are_told_apart(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ana", 1, "70")
    namesake = Caller(GROUP, "Circle", 77, "Ana", 910)

    forecasts_service.record(desk, namesake, 1, probability="20")

    lines, everything = unpack(data_service.export_group(desk.db, GROUP))
    second = everything["members"][1]["id"]
    assert [(one["forecaster"], one["probability"]) for one in lines] == [
        ("Ana", "0.7"),
        (f"Ana ({second})", "0.2"),
    ]


def test_an_own_question_is_told_apart_from_an_imported_one(desk: Desk) -> None:
    own = bring(desk)
    bring_in(desk, HEADER + line(str(own)), GROUP)
    record(desk, "Ana", own)

    lines, _ = unpack(data_service.export_group(desk.db, GROUP))

    assert {one["question"]: one["title"] for one in lines} == {
        str(own): "One?",
        f"{own} ({own})": RAIN,
    }


# Import


def test_a_file_brings_questions_members_forecasts_outcomes_and_scores(desk: Desk) -> None:
    done = bring_in(
        desk,
        HEADER
        + line(said="0.3")
        + line(said="0.1", at="2012-01-02T00:00:00Z")
        + line(who="gjp2", said="0.8")
        + line("2", title="Two?", outcome="", resolved="")
        + line("3", title="Three?", outcome="void"),
    )

    states = [one.state for one in rows(desk, Question)]
    assert done == Imported(lines=5, forecasts=5, questions=3, members=2)
    assert states == [QuestionState.RESOLVED, QuestionState.OPEN, QuestionState.VOID]
    assert [one.outcome for one in rows(desk, Resolution)] == ["no", "void"]
    assert sorted(headlines(desk)) == pytest.approx([0.01, 0.64])
    assert [one.id for one in rows(desk, Group)] == [importing.ARCHIVE.id]


def test_a_forecaster_without_a_name_is_refused_with_the_line_and_nothing_comes_in(
    desk: Desk,
) -> None:
    with pytest.raises(Refusal, match=r"Line 3, column forecaster, value '': it is empty\."):
        bring_in(desk, HEADER + line() + line("2", title="Two?", who=""))

    assert rows(desk, Member) == []


def test_the_same_file_again_adds_nothing(desk: Desk) -> None:
    text = HEADER + line() + line() + line(who="gjp2")
    bring_in(desk, text)
    before = snapshot(desk)

    done = bring_in(desk, text)

    assert done == Imported(lines=3, forecasts=0, questions=0, members=0)
    assert snapshot(desk) == before


def test_a_longer_file_adds_what_is_new_and_scores_anew(desk: Desk) -> None:
    bring_in(desk, HEADER + line(said="0.3"))
    before = headlines(desk)

    done = bring_in(desk, HEADER + line(said="0.3") + line(said="0.1", at="2012-01-03T00:00:00Z"))

    assert done == Imported(lines=2, forecasts=1, questions=0, members=0)
    assert (before, headlines(desk)) == ([pytest.approx(0.09)], [pytest.approx(0.01)])


def test_a_file_can_bring_the_outcome_later_or_correct_it(desk: Desk) -> None:
    bring_in(desk, HEADER + line(outcome="", resolved=""))
    bring_in(desk, HEADER + line(outcome="no"))
    first = headlines(desk)

    bring_in(desk, HEADER + line(outcome="yes"))

    assert (first, headlines(desk)) == ([pytest.approx(0.09)], [pytest.approx(0.49)])
    assert [one.outcome for one in rows(desk, Resolution)] == ["no", "yes"]


BAD_FILES = {
    "the column 'outcome' is missing": "question,title,forecaster,forecast_at,probability\n",
    "Line 3, column probability, value '1.5'": HEADER + line() + line(said="1.5"),
    "Line 3, column forecast_at, value 'yesterday'": HEADER + line() + line(at="yesterday"),
    "Line 3, column title, value 'Two\\?'": HEADER + line() + line(title="Two?"),
    "Line 3.*too few": HEADER + line() + "1,One?\n",
    "Line 2, column outcome, value 'maybe'": HEADER + line(outcome="maybe"),
}


def test_a_bad_file_changes_nothing_and_names_line_column_and_value(desk: Desk) -> None:
    bring_in(desk, HEADER + line())
    before = snapshot(desk)

    for reason, text in BAD_FILES.items():
        with pytest.raises(Refusal, match=reason):
            bring_in(desk, text)

    assert snapshot(desk) == before


def test_a_file_that_contradicts_an_earlier_one_changes_nothing(desk: Desk) -> None:
    bring_in(desk, HEADER + line())
    before = snapshot(desk)

    with pytest.raises(Refusal, match="an earlier import says 'One\\?'"):
        bring_in(desk, HEADER + line("9", title="Nine?") + line(title="Another?"))

    assert snapshot(desk) == before


def test_an_import_goes_into_a_group_that_exists_or_into_one_of_its_own(desk: Desk) -> None:
    bring(desk)

    bring_in(desk, HEADER + line(), GROUP)
    with pytest.raises(Refusal, match="no group 404"):
        bring_in(desk, HEADER + line(), 404)

    assert {one.group_id for one in rows(desk, Question)} == {GROUP}
    assert [(one.id, one.name) for one in rows(desk, Group)] == [(GROUP, "Circle")]


def test_imported_members_stand_on_the_leaderboard_beside_the_others(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    record(desk, "Ana", 1, "90")
    clock.move(60)
    questions_outcomes.resolve(desk, caller("Ana"), 1, outcome="yes")

    bring_in(desk, HEADER + line(), GROUP)

    board = standings_service.show_leaderboard(desk, caller(), metric="brier", minimum=1)
    assert [(one.name, round(one.value, 9)) for one in board.rows] == [
        ("Ana", 0.01),
        ("gjp1", 0.09),
    ]


# Out and in again


@pytest.fixture
def elsewhere(migrated_file: Path, tmp_path: Path, clock: Clock) -> Desk:
    """Another bot with an empty database."""
    file = tmp_path / "elsewhere.db"
    file.write_bytes(migrated_file.read_bytes())
    return Desk(Database(f"sqlite:///{file}"), clock)


def test_what_a_group_forecast_scores_the_same_in_another_database(
    desk: Desk, clock: Clock, elsewhere: Desk
) -> None:
    for number, outcome in enumerate(("yes", "no", "void"), start=1):
        bring(desk, f"=Is this question number {number}?")
        record(desk, "Ana", number, "62.5")
        record(desk, "Ben", number, "0.1%")
        clock.move(61.234567)
        record(desk, "Ana", number, "1/3")
        clock.move(60)
        questions_outcomes.resolve(desk, caller("Ana"), number, outcome=outcome)
        clock.move(60)
        with pytest.raises(Refusal):
            record(desk, "Ben", number)

    done = bring_in(elsewhere, forecasts_csv(data_service.export_group(desk.db, GROUP)))
    again = bring_in(elsewhere, forecasts_csv(data_service.export_group(desk.db, GROUP)))

    assert (done.forecasts, done.questions, done.members) == (9, 3, 2)
    assert (again.forecasts, again.questions, again.members) == (0, 0, 0)
    assert len(by_member_and_question(desk)) == 4
    assert by_member_and_question(elsewhere) == by_member_and_question(desk)
    elsewhere.db.close()


@pytest.mark.skipif(not TOURNAMENT.exists(), reason="the tournament's data is not on this machine")
@pytest.mark.slow
def test_a_real_tournament_comes_in_once_and_goes_out_with_the_same_scores(
    desk: Desk, elsewhere: Desk
) -> None:
    whole = TOURNAMENT.read_text(encoding="utf-8")
    text = name_the_nameless(whole)
    with pytest.raises(Refusal, match="Line 400, column forecaster"):
        bring_in(desk, whole)

    done = bring_in(desk, text)
    again = bring_in(desk, text)
    bring_in(elsewhere, forecasts_csv(data_service.export_group(desk.db, None)))

    outcomes = {one.question_id: one.outcome == "yes" for one in rows(desk, Resolution)}
    every = [
        ((one.probability or 0.0) - outcomes[one.question_id]) ** 2 for one in rows(desk, Forecast)
    ]
    assert done == Imported(lines=3226, forecasts=3226, questions=14, members=537)
    assert again == Imported(lines=3226, forecasts=0, questions=0, members=0)
    assert len(headlines(desk)) == 3091
    assert fmean(headlines(desk)) == pytest.approx(0.180167065674539, abs=1e-12)
    assert fmean(every) == pytest.approx(0.18068465592064475, abs=1e-12)
    assert by_member_and_question(elsewhere) == by_member_and_question(desk)
    elsewhere.db.close()


def test_times_go_out_as_moments_in_utc(desk: Desk, clock: Clock) -> None:
    clock.move(0.5)
    open_turns(desk, ("Ana",))
    record(desk, "Ana", 1)

    lines, everything = unpack(data_service.export_group(desk.db, GROUP))

    assert lines[0]["forecast_at"] == "2026-11-20T19:00:00.500000Z"
    assert datetime.fromisoformat(everything["turns"][0]["deadline"]) > clock.now
