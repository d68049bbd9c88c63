"""However many ids are asked about at once: no list of parameters comes to its end."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from storage import (
    bank,
    forecasts,
    groups,
    inquiries,
    offers,
    outbox,
    planning,
    questions,
    rounds,
    scores,
    sessions,
)
from storage.engine import Database
from storage.lists import one_of
from storage.tables import Group, Member, Question, QuestionState
from tests.plans import scans

pytestmark = pytest.mark.both_engines

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
# More than PostgreSQL (65,535) and SQLite (32,766) take as parameters.
MANY = list(range(1, 70_001))
HERE = offers.Offers(900, 1, NOON)
ASKED: dict[str, Callable[[Session], object]] = {
    "names": lambda tx: groups.names(tx, MANY),
    "users": lambda tx: groups.users(tx, MANY),
    "people": lambda tx: groups.people(tx, MANY),
    "questions": lambda tx: questions.by_ids(tx, 900, MANY),
    "brought": lambda tx: questions.brought(tx, 900, wanted=MANY),
    "forecasters": lambda tx: questions.forecasters_of(tx, MANY),
    "outcomes": lambda tx: questions.latest_outcomes(tx, MANY),
    "resolutions": lambda tx: questions.latest_resolutions(tx, MANY),
    "marks": lambda tx: questions.marks(tx, MANY),
    "rounds": lambda tx: rounds.on_questions(tx, MANY),
    "forecasts": lambda tx: forecasts.on_questions(tx, MANY),
    "forecasts in rounds": lambda tx: forecasts.in_rounds(tx, MANY),
    "offers": lambda tx: offers.among(tx, HERE, MANY),
    "known to present": lambda tx: offers.known_to_present(tx, 1, MANY),
    "answers": lambda tx: sessions.rsvps_of(tx, MANY),
    "scores replaced": lambda tx: scores.replace_all(tx, MANY, []),
    "versions": lambda tx: scores.versions(tx, MANY),
    "forecasts counted": lambda tx: scores.forecasts_on(tx, MANY),
    "authors who can be asked": lambda tx: inquiries.with_author(tx, MANY),
    "users of members": lambda tx: bank.users(tx, MANY),
    "interested": lambda tx: planning.set_interested(tx, 1, []),
    "unlocked": lambda tx: outbox.unlocked(tx, MANY),
}


@pytest.mark.parametrize("what", ASKED)
def test_seventy_thousand_ids_can_be_asked_about_and_are_found_by_an_index(
    database: Database, what: str
) -> None:
    def ask() -> None:
        with database.write() as tx:
            ASKED[what](tx)

    assert scans(database, ask) == []


def test_a_group_with_seventy_thousand_members_and_open_questions_is_listed(
    database: Database,
) -> None:
    with database.write() as tx:
        tx.add(Group(id=900, name="Crowd"))
        tx.flush()
        people = [{"id": n, "group_id": 900, "user_id": n, "name": f"M{n}"} for n in MANY]
        tx.execute(Member.__table__.insert(), people)  # type: ignore[attr-defined]
        asked = [
            {"id": n, "group_id": 900, "state": "open", "title": f"Q{n}", "created_at": NOON}
            for n in MANY
        ]
        tx.execute(Question.__table__.insert(), asked)  # type: ignore[attr-defined]

    with database.read() as tx:
        found = groups.names(tx, [member.id or 0 for member in groups.members(tx, 900)])
        ids = offers.ids(tx, HERE)
        assert (len(found), found[70_000], len(ids)) == (70_000, "M70000", 70_000)
        assert len(questions.marks(tx, ids)) == len(offers.known_to_present(tx, 1, ids)) == 70_000
        newest = questions.listing(tx, 900, states=[QuestionState.OPEN])
        assert [question.id for question in newest[:2]] == [70_000, 69_999]


def test_seventy_thousand_people_can_be_dealt_to(database: Database) -> None:
    with database.read() as tx:
        assert bank.unseen(tx, bank.Wanted(MANY, 900)) == []


def test_only_rows_with_one_of_the_ids_are_found(database: Database) -> None:
    with database.write() as tx:
        tx.add_all(Group(id=number, name=f"Circle {number}") for number in (1, 2, 3))

    with database.read() as tx:
        found = select(Group.id).order_by(Group.id)
        assert tx.exec(found.where(one_of(Group.id, {3, 1, 9}))).all() == [1, 3]
        assert tx.exec(found.where(one_of(Group.id, set()))).all() == []
