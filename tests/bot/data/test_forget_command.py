"""`dojo forget`: a whole group, a member by number, and whoever an old backup brought back."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import SQLModel
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.data import forget_command
from bot.data.forget_command import Wish
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from storage.engine import Database
from storage.tables import CalendarEntry, Group, Member
from tests.bot.scenes import SNOW, bring, finish, people, record, snapshot
from tests.conftest import GROUP, Clock, caller


def types(text: str) -> Callable[[str], str]:
    """Somebody at a terminal who types this, whatever is asked."""
    return lambda _asked: text


@pytest.mark.both_engines
def test_a_whole_group_goes_and_the_others_stay(desk: Desk) -> None:
    finish(desk)
    schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours"))
    bring(desk, SNOW, group_id=901)
    before = snapshot(desk)

    said = forget_command.forget(desk, Wish(GROUP), types(str(GROUP)))

    after = snapshot(desk)
    assert [one["id"] for one in after["groups"]] == [901]
    assert after["members"] == [one for one in before["members"] if one["group_id"] == 901]
    assert sum(map(len, after.values())) < sum(map(len, before.values()))
    assert said.splitlines()[0] == "Forgotten: group 900."
    assert f"{len(before['forecasts'])} forecasts" in said
    assert "remove it from the server as well" in said


def test_a_wrong_number_or_none_forgets_nothing(desk: Desk) -> None:
    bring(desk)
    before = snapshot(desk)

    for wish, typed, why in (
        (Wish(GROUP), "901", "Nothing was forgotten"),
        (Wish(GROUP, 1), "900", "Nothing was forgotten"),
        (Wish(), "900", "Say which group"),
        (Wish(901), "901", "Groups here: 900"),
        (Wish(GROUP, 7), "7", "no member 7"),
        (Wish(as_in="nowhere.db"), "", "There is no file nowhere.db"),
    ):
        with pytest.raises(Refusal, match=why):
            forget_command.forget(desk, wish, types(typed))

    assert snapshot(desk) == before


def test_it_says_before_what_would_stay_in_google_calendar(desk: Desk) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours"))
    with desk.db.write() as tx:
        tx.get_one(CalendarEntry, 1).event_id = "abc"
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "no"

    with pytest.raises(Refusal):
        forget_command.forget(desk, Wish(GROUP), ask)

    assert "1 event to come would stay in Google Calendar" in asked[0]


def test_after_an_old_backup_the_same_are_forgotten_again(
    desk: Desk, fresh_sqlite: Database
) -> None:
    replaced = replace(desk, db=fresh_sqlite)
    for one in (desk, replaced):
        bring(one)
        record(one, "Ben", 1)
    forget_command.forget(replaced, Wish(GROUP, 2), None)
    file = str(fresh_sqlite.url.database)

    said = [forget_command.forget(desk, Wish(as_in=file), None) for _ in range(2)]

    assert said == ["Forgotten again: 1 member.", "Forgotten again: 0 members."]
    assert people(desk) == {1: "Ana", 2: "former member 1"}


def test_a_number_that_somebody_else_has_got_since_is_left_alone(
    desk: Desk, clock: Clock, fresh_sqlite: Database
) -> None:
    replaced = replace(desk, db=fresh_sqlite)
    for one, second in ((replaced, "Ben"), (desk, "Cleo")):
        bring(one)
        record(one, second, 1)
        clock.move(60)
    forget_command.forget(replaced, Wish(GROUP, 2), None)

    said = forget_command.forget(desk, Wish(as_in=str(fresh_sqlite.url.database)), None)

    assert "Forgotten again: 0 members.\nNot forgotten: member 2 of group 900" in said
    assert people(desk) == {1: "Ana", 2: "Cleo"}


def test_the_command_asks_for_the_number_unless_told_not_to(
    fresh_sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOJO_DATABASE_URL", str(fresh_sqlite.url))
    with fresh_sqlite.write() as tx:
        tx.add(Group(id=GROUP, name="Circle"))
        tx.add(Member(id=1, group_id=GROUP, user_id=1, name="Ana"))
    dojo = CliRunner()

    asked = dojo.invoke(cli, ["forget", "--group", "900", "--member", "1"], input="1\n")
    done = dojo.invoke(cli, ["forget", "--group", "900", "--yes"])

    assert "Member 1 of Circle, Ana, is forgotten for good. Type 1 to go on" in asked.output
    assert "Forgotten: member 1 is former member 1 now." in asked.output
    assert "1 members" in done.output
    with fresh_sqlite.read() as tx:
        assert not any(
            tx.execute(table.select()).first()
            for table in SQLModel.metadata.sorted_tables
            if table.name not in {"banked", "keepsakes"}
        )
