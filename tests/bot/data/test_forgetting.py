"""A member who is forgotten: nothing tells of them any more, and nobody's score has changed."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import String, cast, select
from sqlmodel import SQLModel

from bot.calendars import addresses
from bot.calendars.addresses import AddressRequest
from bot.core import drafts, keys
from bot.core.drafts import FilledForm
from bot.core.encryption import Box, new_key
from bot.core.errors import RepeatedInteractionError
from bot.core.integrations import Integrations
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.unit import Desk, Loner
from bot.data import forgetting
from bot.data import service as data_service
from bot.data.forgetting import Forgotten
from bot.forecasts import service as forecasts_service
from bot.practice import service as practice_service
from bot.questions import inquiries as questions_inquiries
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.questions.inquiry_read_model import read_overdue
from bot.questions.read_model import read_resolution
from bot.rounds.read_model import read_summary
from bot.schedule import lifecycle
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import service as sessions_service
from bot.standings import service as standings_service
from bot.standings import stored as standings_stored
from bot.standings.query import METRICS, Metric
from storage import calendars
from storage.engine import Database
from storage.enums import Repeat
from storage.tables import (
    Address,
    Answer,
    Attendance,
    Effect,
    Forecast,
    Group,
    Mark,
    Meetup,
    Member,
    Practice,
    Presence,
    Question,
    Rsvp,
    Score,
    Sighting,
    Standing,
)
from tests.bot.data.test_service import banked, unpack
from tests.bot.imported_files import bring_in_text
from tests.bot.practice import scenes as practising
from tests.bot.saved_scenes import scene
from tests.bot.scenes import (
    RAIN,
    SNOW,
    bring,
    card,
    member,
    open_round,
    open_turns,
    people,
    record,
    rows,
    snapshot,
    speaker,
    wanted,
    wrote,
)
from tests.conftest import GROUP, Clock, caller

# Ana as nobody else is called, so that she can be looked for.
USER, NAME = 471_147_114_711_471_147, "Anastasia-Maria"
ADDRESS = "anastasia@example.org"
TYPED = ("the sky is heavy", "my old barometer", "I saw the river", "half a form", "it was hail")
MANAGER = {"manages_group": True}
INTEGRATIONS = Integrations(box=Box(new_key()), google=True)


def ana(**more: Any) -> Any:
    return replace(caller("Ana", user_id=USER, **more), name=NAME)


def forget(desk: Desk, who: Any = None, **named: Any) -> Forgotten:
    """What a member does: ask, and press the button."""
    asked = forgetting.ask(desk, who or ana(), **named)
    return forgetting.forget(desk, replace(who or ana(), interaction_id=None), asked.at)


def texts(database: Database) -> dict[str, list[str]]:
    """Every value of every table as text."""
    with database.read() as tx:
        return {
            f"{table.name}.{column.name}": [
                value for (value,) in tx.execute(select(cast(column, String))) if value
            ]
            for table in SQLModel.metadata.sorted_tables
            for column in table.columns
        }


def traces(database: Database, *more: str) -> set[str]:
    """Where the whole database holds her name, her id, or what she typed."""
    words = (NAME, str(USER), *TYPED, *more)
    return {
        name
        for name, values in texts(database).items()
        if any(word in value for word in words for value in values)
    }


def record_as(desk: Desk, who: Any, question: int, said: str, reason: str = "") -> None:
    forecasts_service.record(desk, who, question, probability=said, reason=reason)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A desk with a key and a Google Calendar."""
    return replace(desk, integrations=INTEGRATIONS)


@pytest.fixture
@scene
def full(desk: Desk, clock: Clock) -> Desk:
    """All that a member can leave behind, in a group in which others forecast, too."""
    schedule_service.schedule(desk, ana(), Plan("in 300 hours", repeat=Repeat.WEEKLY))
    for who in (ana(), caller("Ben")):
        schedule_service.rsvp(desk, who, keys.announcement(1), Answer.GOING)
    rain, snow = (questions_service.submit(desk, ana(), wrote(one)).id for one in (RAIN, SNOW))
    for who, said in ((ana(), "30"), (caller("Ben"), "60"), (caller("Cleo"), "80")):
        record_as(desk, who, rain, said, f"{TYPED[0]} {said}")
    clock.move(60)
    record_as(desk, ana(), rain, "35", TYPED[1])
    questions_service.toggle_mark(desk, ana(), keys.question(snow))
    schedule_service.vote_in_next(desk, ana(), snow)
    clock.move(60)
    for outcome, objection in (("yes", TYPED[2]), ("no", TYPED[4])):
        questions_outcomes.resolve(desk, ana(), rain, outcome=outcome)
        questions_outcomes.dispute(desk, ana(), rain, objection)
    addresses.change(desk, ana(), AddressRequest(address=ADDRESS))
    drafts.keep(desk, ana(), FilledForm("brought|j0", {"title": TYPED[3]}))
    practising.fill(desk, 2)
    dealt = practice_service.deal(desk, Loner(USER), "")
    practice_service.answer(desk, Loner(USER), dealt.key, "70")
    standings_stored.refresh(desk, GROUP, GROUP)
    return desk


def board(desk: Desk, metric: Metric) -> list[tuple[Any, ...]]:
    """The numbers of a leaderboard, without names."""
    shown = standings_service.show_leaderboard(desk, caller("Cleo"), metric=metric, minimum=1)
    return [
        tuple(value for name, value in vars(one).items() if name != "name") for one in shown.rows
    ]


@pytest.mark.both_engines
def test_nothing_in_the_database_tells_of_who_was_forgotten(full: Desk) -> None:
    before = traces(full.db)

    done = forget(full)

    assert done.pseudonym == "former member 1"
    assert {"members.name", "forecasts.reason", "disputes.reason", "drafts.typed"} <= before
    assert {"practices.user_id", "sightings.user_id", "members.user_id"} <= before
    # The reasons of others are theirs, also where they say the same.
    assert traces(full.db) == {"forecasts.reason"}
    assert {one.reason for one in rows(full, Forecast)} == {"", f"{TYPED[0]} 60", f"{TYPED[0]} 80"}
    [address] = rows(full, Address)
    assert (address.sealed, address.code, address.trouble) == (None, None, None)


@pytest.mark.both_engines
def test_forecasts_scores_and_standings_stay_as_they_are(full: Desk) -> None:
    boards = {metric: board(full, metric) for metric in METRICS}
    numbers = {table: rows(full, table) for table in (Score, Standing)}
    said = [(one.id, one.member_id, one.probability) for one in rows(full, Forecast)]

    forget(full)
    again = {table: rows(full, table) for table in (Score, Standing)}
    rescoring_changes = standings_stored.rescore(full, GROUP, 1)

    assert again == numbers
    assert rescoring_changes
    assert {metric: board(full, metric) for metric in METRICS} == boards
    assert [(one.id, one.member_id, one.probability) for one in rows(full, Forecast)] == said
    assert "former member 1" in people(full).values()


def test_exports_have_the_pseudonym_and_nothing_else(full: Desk) -> None:
    forget(full)

    for packed in (
        data_service.export_group(full.db, GROUP),
        data_service.export_for(full, caller("Ben", manages_group=True)),
    ):
        lines, everything = unpack(packed)
        said = json.dumps([lines, everything])
        assert NAME not in said
        assert str(USER) not in said
        assert not [words for words in TYPED[1:] if words in said]
        assert [one["forecaster"] for one in lines].count("former member 1") == 2


def test_who_comes_back_is_a_new_member_with_nothing_of_before(full: Desk) -> None:
    forget(full)
    record_as(full, ana(), 2, "50")

    lines, everything = unpack(data_service.export_for(full, ana()))

    assert [one["probability"] for one in lines] == ["0.5"]
    assert [one["name"] for one in everything["members"]] == [NAME]
    assert everything["questions"] == []
    assert forget(full).pseudonym == "former member 2"


def test_a_second_press_and_an_old_button_change_nothing(full: Desk) -> None:
    at = forgetting.ask(full, ana()).at
    pressed = ana()
    forgetting.forget(full, pressed, at)
    before = snapshot(full)

    with pytest.raises(RepeatedInteractionError):
        forgetting.forget(full, pressed, at)
    with pytest.raises(StaleRefusal, match="done already"):
        forgetting.forget(full, ana(), at)
    with pytest.raises(Refusal, match="Nothing is held about you"):
        forgetting.ask(full, ana())

    assert snapshot(full) == before


def test_an_old_button_does_not_forget_who_came_back(full: Desk) -> None:
    at = forgetting.ask(full, ana()).at
    forgetting.forget(full, ana(), at)
    record_as(full, ana(), 2, "50")

    with pytest.raises(StaleRefusal):
        forgetting.forget(full, ana(), at)

    assert NAME in people(full).values()


# Who may


def test_only_a_manager_has_somebody_else_forgotten(full: Desk) -> None:
    at = keys.member(member(full, "Ben"))
    before = snapshot(full)

    with pytest.raises(NotAllowedRefusal, match="Manage Server"):
        forgetting.ask(full, ana(), 2)
    with pytest.raises(NotAllowedRefusal, match="Manage Server"):
        forgetting.forget(full, ana(), at)
    with pytest.raises(StaleRefusal):
        forgetting.forget(full, caller("Dan", group_id=901, manages_group=True), at)
    with pytest.raises(Refusal, match="about this person"):
        forgetting.ask(full, caller("Ben", **MANAGER), 77)

    assert snapshot(full) == before
    assert forget(full, caller("Ana", **MANAGER), user_id=2).own is False
    assert "Ben" not in people(full).values()


def test_practice_goes_when_its_owner_asks_or_with_the_last_group(full: Desk) -> None:
    record_as(full, ana(group_id=901), bring(full, name="Ben", group_id=901), "50")

    by_manager = forgetting.ask(full, caller("Ben", **MANAGER), USER)
    forgetting.forget(full, caller("Ben", **MANAGER), by_manager.at)
    kept = len(rows(full, Practice)), len(rows(full, Sighting))
    forget(full, ana(group_id=901))

    assert by_manager.elsewhere
    assert kept == (1, 1)
    assert traces(full.db) == {"forecasts.reason"}


def test_while_another_group_knows_somebody_only_what_they_have_seen_stays(full: Desk) -> None:
    record_as(full, ana(group_id=901), bring(full, name="Ben", group_id=901), "50")

    forget(full)

    assert rows(full, Practice) == []
    assert [one.user_id for one in rows(full, Sighting)] == [USER]


def test_who_only_practised_can_have_that_forgotten(desk: Desk) -> None:
    practising.fill(desk, 1)
    practice_service.deal(desk, Loner(USER), "")
    with pytest.raises(Refusal, match="Nothing is held"):
        forgetting.ask(desk, caller("Ben"))
    _, everything = unpack(data_service.export_for(desk, ana()))

    done = forget(desk, ana())

    assert [one["user_id"] for one in everything["sightings"]] == [USER]
    assert done == Forgotten("", own=True)
    assert traces(desk.db) == set()
    assert rows(desk, Member) == []


# What follows


def test_who_is_on_the_call_leaves_first_and_the_next_one_speaks(desk: Desk) -> None:
    number = open_turns(desk, ("Ana", "Ben", "Cleo"))

    forget(desk, caller("Ana"))

    assert speaker(desk, number) == "Ben"
    [left] = [one for one in rows(desk, Attendance) if one.member_id == 1]
    assert left.presence == Presence.OUT
    assert rows(desk, Meetup)[0].host_gone
    assert wanted(desk, card(desk, number)) >= 1


def test_a_blind_forecast_stays_hidden_and_still_counts_at_the_close(desk: Desk) -> None:
    number = open_round(desk, ("Ana", "Ben"))
    record(desk, "Ben", 1, "13")

    forget(desk, caller("Ben"))
    during, _ = unpack(data_service.export_group(desk.db, GROUP))
    sessions_service.end(desk, caller("Ana"))
    after, _ = unpack(data_service.export_group(desk.db, GROUP))

    assert during == []
    assert [(one["forecaster"], one["probability"]) for one in after] == [
        ("former member 1", "0.13")
    ]
    with desk.db.read() as tx:
        summary = read_summary(tx, keys.summary(number), desk.clock())
    assert summary is not None
    assert "former member 1" in [seat.name for seat in summary.seats]


def test_a_place_that_becomes_free_goes_to_who_waits(desk: Desk) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours", size=2))
    for name in ("Ben", "Cleo"):
        schedule_service.rsvp(desk, caller(name), keys.announcement(1), Answer.GOING)

    forget(desk, caller("Ben"))

    assert {one.member_id for one in rows(desk, Rsvp)} == {member(desk, n) for n in ("Ana", "Cleo")}
    assert [one.key for one in rows(desk, Effect) if one.key.startswith("w1.")] != []


def test_the_next_date_of_a_series_says_of_nobody_forgotten_that_they_come(
    desk: Desk, clock: Clock
) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours", repeat=Repeat.WEEKLY))

    forget(desk, caller("Ana"))
    clock.move(5 * 86_400)
    lifecycle.announce_due(desk, 1, GROUP)

    assert len(rows(desk, Meetup)) == 2
    assert rows(desk, Rsvp) == []


def test_google_takes_the_guest_off_every_session_to_come_and_the_code_is_void(
    desk: Desk,
) -> None:
    schedule_service.schedule(desk, ana(), Plan("in 48 hours"))
    addresses.change(desk, ana(), AddressRequest(address=ADDRESS))
    [address] = rows(desk, Address)
    code = desk.integrations.box.open(address.code) if desk.integrations.box else ""
    addresses.change(desk, ana(), AddressRequest(code=code))
    before = {key: wanted(desk, key) for key in (keys.calendar_session(1), keys.address(1, 1))}

    forget(desk)

    with desk.db.read() as tx:
        assert calendars.confirmed(tx, GROUP) == []
    assert wanted(desk, keys.calendar_session(1)) > before[keys.calendar_session(1)]


def test_the_facilitators_are_asked_what_happened_in_the_place_of_the_author(
    desk: Desk, clock: Clock
) -> None:
    number = bring(desk, closes="in 60 minutes")
    record(desk, "Ben", number)
    forget(desk, caller("Ana"))
    clock.move(3600)
    questions_service.close_due(desk, number, GROUP)
    clock.move(3600)
    questions_inquiries.ask_due(desk, number, GROUP)

    with desk.db.read() as tx:
        told = read_overdue(tx, keys.overdue(GROUP, clock.now))
    assert told is not None
    assert [(one.title, one.author) for one in told.questions] == [(RAIN, "former member 1")]
    assert wanted(desk, keys.inquiry(number, 1)) == 0


def test_what_an_objection_said_is_gone_from_the_cards_and_the_objection_stays(full: Desk) -> None:
    forget(full)

    with full.db.read() as tx:
        shown = read_resolution(tx, keys.resolution(1))
    assert shown is not None
    assert [(one.name, one.reason) for one in shown.objections] == [
        ("former member 1", "(the reason was taken away)")
    ]
    assert [one.comment for one in shown.history] == ["a dispute was accepted", ""]


def test_who_knew_a_pastcast_still_has_no_score(desk: Desk) -> None:
    bring(desk)
    with desk.db.write() as tx:
        tx.add(banked("ours"))
        tx.flush()
        tx.get_one(Question, 1).banked_id = 1
        tx.add(Mark(question_id=1, member_id=1, at=desk.clock()))

    forget(desk, caller("Ana"))

    assert [one.question_id for one in rows(desk, Mark)] == [1]


# The command line


def new_group(desk: Desk) -> int:
    with desk.db.write() as tx:
        tx.add(Group(id=GROUP, name="Circle"))
    return GROUP


def test_somebody_without_an_account_is_forgotten_by_number(desk: Desk) -> None:
    bring_in_text(
        desk.db,
        desk.clock,
        "question,title,forecaster,forecast_at,probability,outcome,resolved_at\n"
        "1,One?,gjp1,2012-01-01T00:00:00Z,0.3,no,2012-02-01T00:00:00Z\n",
        new_group(desk),
    )

    done = forgetting.forget_numbered(desk, GROUP, 1)

    assert done.pseudonym == "former member 1"
    for wrong in (1, 2):
        with pytest.raises(Refusal, match=r"already|no member"):
            forgetting.forget_numbered(desk, GROUP, wrong)
