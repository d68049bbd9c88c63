"""Every column that could hold something of a person is declared; whoever is forgotten is nowhere."""

import pytest
from sqlalchemy import BigInteger, Column, Enum, String, cast, select, update
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_rows
from sqlmodel.sql.sqltypes import AutoString

from storage import append_only, personal, pseudonyms
from storage.engine import Database
from storage.tables import Group, Member
from tests.storage.test_forgetting import fill

USER, WORDS = 471_147_114_711_471_147, "TheirVeryOwnWords"
DECLARED = (personal.PERSONAL, personal.OF_THE_GROUP, personal.NOT_PERSONAL)


def could_tell(column: Column[object]) -> bool:
    """Whether it takes any text, or a number as large as those of Discord's users."""
    free_text = isinstance(column.type, String | AutoString) and not isinstance(column.type, Enum)
    return free_text or isinstance(column.type, BigInteger)


def columns() -> dict[str, Column[object]]:
    return {
        f"{table.name}.{column.name}": column
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if could_tell(column)
    }


def leave_trace(tx: Session, name: str) -> None:
    """Write the person's id or words into a column."""
    column = columns()[name]
    text = f"a dispute was accepted: {WORDS}" if name == "resolutions.comment" else WORDS
    value = USER if isinstance(column.type, BigInteger) else text
    with append_only.lifted(tx):
        tx.execute(update(column.table).values({column.name: value}))


def traces(tx: Session) -> set[str]:
    """The columns of the whole database that hold the person's id or words."""
    return {
        name
        for name, column in columns().items()
        for (value,) in tx.execute(select(cast(column, String)))
        if value is not None and (str(USER) in value or WORDS in value)
    }


def test_every_column_that_could_tell_of_a_person_says_what_becomes_of_it() -> None:
    declared = [name for names in DECLARED for name in names]
    tables = set(SQLModel.metadata.tables)

    assert set(columns()) - set(declared) == set()
    assert {one for one in declared if one.partition(".")[0] in tables} == set(columns())
    assert len(declared) == len(set(declared))


@pytest.mark.both_engines
def test_what_was_in_a_personal_column_is_nowhere_once_the_person_is_forgotten(
    database: Database,
) -> None:
    with database.write() as tx:
        fill(tx, 900)
        member = tx.exec(select_rows(Member)).one()
        for name in personal.PERSONAL:
            leave_trace(tx, name)
        tx.refresh(member)
        before = traces(tx)

        pseudonyms.forget_practice(tx, USER)
        pseudonyms.forget_sightings(tx, USER)
        pseudonyms.forget_member(tx, member, ["a dispute was accepted"])

    with database.read() as tx:
        left = traces(tx)
    assert before == set(personal.PERSONAL)
    # What is held of an address goes together with what calendars are told: see
    # tests/bot/data/test_forgetting.py.
    assert {name for name in left if not name.startswith("addresses.")} == set()


@pytest.mark.both_engines
def test_pseudonyms_are_counted_in_each_group_and_none_comes_twice(database: Database) -> None:
    with database.write() as tx:
        for group_id in (900, 901):
            tx.add(Group(id=group_id, name="Circle"))
            tx.flush()
            tx.add(Member(group_id=group_id, user_id=1, name="Ana"))
            tx.add(Member(group_id=group_id, user_id=2, name="Ben"))
        tx.add(Member(group_id=901, import_name="former member 6", name="former member 6"))
        tx.flush()
        found = tx.exec(select_rows(Member).order_by(col(Member.id))).all()
        for member in found:
            if member.user_id is not None:
                pseudonyms.forget_member(tx, member, [])

    names = [(one.group_id, one.name) for one in found]
    assert names == [
        (900, "former member 1"),
        (900, "former member 2"),
        (901, "former member 7"),
        (901, "former member 8"),
        (901, "former member 6"),
    ]
    with database.read() as tx:
        assert len(pseudonyms.forgotten(tx)) == 5
