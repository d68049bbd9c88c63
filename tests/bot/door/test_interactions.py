"""One interaction has one deadline, however many services its command calls."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.core.refusals import Refusal
from bot.core.troubles import HALF_DONE, SAID
from bot.core.unit import Caller, Desk
from bot.core.watch import NOBODY
from bot.door import interactions
from bot.door.interactions import Door
from bot.door.messages import Message, Picture
from bot.door.parts import Action
from storage.engine import Database
from storage.enums import CardKind
from storage.troubles import Trouble
from tests.conftest import START, caller

# Nothing here comes to a database.
NO_DESK = Desk(cast("Any", None), cast("Any", None))
IN_A_SERVER = discord.app_commands.AppCommandContext(guild=True)


class Response:
    def __init__(self) -> None:
        self.deferred = 0

    def is_done(self) -> bool:
        return self.deferred > 0

    async def defer(self, **_: Any) -> None:
        self.deferred += 1


class OpenDoor(Door):
    caller = caller("Ana")  # type: ignore[assignment]


@pytest.fixture
async def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setattr(interactions, "PATIENCE", 0.3)

    async def run(work: Any, *_: Any) -> Any:
        return await work()

    app = SimpleNamespace(run=run, desk=NO_DESK, watch=NOBODY)
    interaction: Any = SimpleNamespace(
        client=SimpleNamespace(app=app), response=Response(), guild_id=1, id=1,
        user=SimpleNamespace(id=1), context=IN_A_SERVER, extras={},
        type=discord.InteractionType.component,
    )  # fmt: skip
    return OpenDoor(interaction)


def sent_form(*, saves: bool) -> tuple[Door, list[dict[str, Any]]]:
    """A form whose service breaks, in a database that may be broken, too; and what is answered."""
    said: list[dict[str, Any]] = []

    async def break_down(*_: Any) -> None:
        raise RuntimeError("a bug")

    async def make(*_: Any) -> discord.ui.Modal:
        return discord.ui.Modal(title="Again", custom_id="recorded|q1")

    async def keep(*_: Any) -> int:
        if not saves:
            raise RuntimeError("the database is away")
        return 7

    async def send_message(**answer: Any) -> None:
        said.append(answer)

    actions = {"recorded": Action(break_down, {CardKind.QUESTION}, make)}
    field = {"type": 4, "custom_id": "reason", "value": "It has rained all week."}
    interaction: Any = SimpleNamespace(
        client=SimpleNamespace(
            app=SimpleNamespace(run=keep, desk=NO_DESK, actions=actions, watch=NOBODY)
        ),
        response=SimpleNamespace(is_done=lambda: False, send_message=send_message),
        guild_id=1, id=1, user=SimpleNamespace(id=1), message=None, extras={}, context=IN_A_SERVER,
        type=discord.InteractionType.modal_submit,
        data={"custom_id": "recorded|q1", "components": [{"type": 18, "component": field}]},
    )  # fmt: skip
    return OpenDoor(interaction), said


@pytest.mark.parametrize("saves", [True, False])
async def test_not_even_a_fault_of_the_bot_loses_what_was_typed(*, saves: bool) -> None:
    door, said = sent_form(saves=saves)

    with capture_logs():
        await door.press("recorded|q1", ())

    (answer,) = said
    assert "Something went wrong on my side" in answer["content"]
    assert ("view" in answer) is saves
    assert ("It has rained all week." in answer["content"]) is not saves


async def slow() -> str:
    await asyncio.sleep(0.2)
    return "done"


async def fail() -> str:
    raise Refusal("no")


async def test_two_services_in_a_row_have_no_more_time_than_one(door: Door) -> None:
    first = await door.do(slow)
    second = await door.do(slow)

    assert (first, second) == ("done", "done")
    assert door.interaction.response.deferred == 1


async def test_what_comes_after_the_deadline_is_still_done_and_refused(door: Door) -> None:
    await asyncio.sleep(0.35)

    with pytest.raises(Refusal):
        await door.do(fail)
    assert await door.do(slow) == "done"
    assert door.interaction.response.deferred == 1


@pytest.mark.parametrize(
    "error",
    [OSError("reset"), discord.InteractionResponded(SimpleNamespace())],  # type: ignore[arg-type]
)
async def test_where_discord_refuses_to_be_told_to_wait_the_work_goes_on(
    door: Door, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def refused(**_: Any) -> None:
        raise error

    monkeypatch.setattr(door.interaction.response, "defer", refused)

    assert await door.do(slow) == "done"
    with pytest.raises(Refusal):
        await door.do(fail)


async def test_an_answer_that_is_sent_a_second_time_has_its_whole_picture_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads: list[bytes] = []

    async def broken_once(*, files: list[discord.File], **_: Any) -> None:
        uploads.append(files[0].fp.read())
        if len(uploads) == 1:
            raise OSError("reset")

    monkeypatch.setattr(door.interaction.response, "send_message", broken_once, raising=False)

    await door.whisper(message=Message(picture=Picture(b"all of it", "chart.png", "A chart")))

    assert uploads == [b"all of it", b"all of it"]


@pytest.mark.parametrize("saves", [True, False])
async def test_what_was_saved_before_the_database_went_away_is_said_to_be_saved(
    sqlite: Database, *, saves: bool
) -> None:
    door, said = sent_form(saves=False)
    door.app.desk = Desk(sqlite, lambda: START)

    async def run(work: Any, *args: Any) -> Any:
        return work(*args)

    def save(desk: Desk, who: Caller) -> None:
        with desk.act(who):
            pass

    def look(_desk: Desk, _who: Caller) -> None:
        Database("postgresql://ann@127.0.0.1:1/dojo?connect_timeout=1").answers()

    door.app.run = run
    if saves:
        await door.do(save)
    with pytest.raises(OperationalError) as away:
        await door.do(look)
    await door.refuse(away.value)

    (answer,) = said
    expected = HALF_DONE if saves else SAID[Trouble.AWAY]
    assert answer["content"].startswith(expected)
    assert "It has rained all week." in answer["content"]
