"""An edit that would change nothing is not sent; one that changes anything at all is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.core import keys
from bot.door.card_table import CardTable
from bot.door.messages import Attachment, Message, Picture, button, card, select
from bot.runtime.delivery import posting
from bot.runtime.delivery.hashes import hashes_of, text_hash_of
from bot.runtime.delivery.worker import Delivery
from storage.tables import Effect, EffectState
from tests.bot.scenes import rows
from tests.conftest import caller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.keys import Key
    from bot.core.unit import Desk

KEY = keys.question(1)
MESSAGE_ID = 77
MESSAGE = Message(
    content="Hello",
    embed=card("A title", "What it is about"),
    items=(
        button("mark", KEY, "Already forecast it"),
        select("vote", keys.lobby(1, 1), "Which?", [(1, "One", "first"), (2, "Two", "")], row=1),
    ),
    picture=Picture(b"png", "circle.png", "A circle"),
    attachment=Attachment(b"BEGIN:VCALENDAR", "session.ics"),
)


def again() -> Message:
    """The same message, made of other objects."""
    return replace(
        MESSAGE,
        embed=card("A title", "What it is about"),
        items=(
            button("mark", KEY, "Already forecast it"),
            select(
                "vote", keys.lobby(1, 1), "Which?", [(1, "One", "first"), (2, "Two", "")], row=1
            ),
        ),
    )


CHANGES = {
    "content": {"content": "Hello!"},
    "embed": {"embed": card("A title", "What it is not about")},
    "no embed": {"embed": None},
    "a label": {"items": (button("mark", KEY, "Forecast it"), MESSAGE.items[1])},
    "a button less": {"items": MESSAGE.items[1:]},
    "no buttons": {"items": ()},
    "disabled": {"items": (button("mark", KEY, "Already forecast it", disabled=True),)},
    "picture": {"picture": Picture(b"other", "circle.png", "A circle")},
    "alt text": {"picture": Picture(b"png", "circle.png", "Another circle")},
    "no picture": {"picture": None},
    "calendar file": {"attachment": Attachment(b"BEGIN:VCALENDAR\nVERSION", "session.ics")},
    "no file": {"attachment": None},
}
OF_FILES = {"picture", "alt text", "no picture", "calendar file", "no file"}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_a_message_shows_is_in_its_hash(name: str) -> None:
    before, after = hashes_of(MESSAGE), hashes_of(replace(MESSAGE, **CHANGES[name]))

    assert (before.text == after.text, before.files == after.files) == (
        name in OF_FILES,
        name not in OF_FILES,
    )


def test_the_same_message_has_the_same_hash_and_pings_are_no_part_of_it() -> None:
    assert hashes_of(again()) == hashes_of(MESSAGE)
    assert hashes_of(replace(again(), pings=(5,), spoken=True)) == hashes_of(MESSAGE)
    assert text_hash_of(MESSAGE) == (hashes_of(MESSAGE).text, None)


class Scene:
    """A card in a channel, delivery, and what was asked of Discord."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk, self.now = desk, MESSAGE
        self.asked: list[str] = []
        self.fails: Exception | None = None

        async def send(*_: Any) -> int:
            self.asked.append("post")
            return MESSAGE_ID

        async def edit(*_: Any) -> None:
            self.asked.append("edit")
            if self.fails is not None:
                raise self.fails

        monkeypatch.setattr(posting, "send", send)
        monkeypatch.setattr(posting, "edit", edit)

        async def run(work: Any, *args: Any) -> Any:
            return await asyncio.to_thread(work, *args)

        async def render(_key: Key) -> Message:
            return self.now

        client = discord.Client(intents=discord.Intents.none())
        client.get_partial_messageable = lambda *_, **__: discord.PartialMessageable(  # type: ignore[method-assign]
            client._connection, 910
        )
        self.delivery = Delivery(desk, run, CardTable({}), render, client, {}, linger=0)

    @property
    def row(self) -> Effect:
        [effect] = rows(self.desk, Effect)
        return effect

    async def refresh(self, message: Message) -> list[str]:
        """Ask for the card to be edited to a message; return what Discord was asked then."""
        self.asked.clear()
        self.now = message
        with self.desk.act(caller()) as unit:
            unit.show(KEY, 910)
        await self.settle()
        return self.asked

    async def settle(self) -> None:
        self.delivery.wake()
        for _ in range(500):
            await asyncio.sleep(0.01)
            row = await asyncio.to_thread(lambda: self.row)
            if row.state == EffectState.DONE or (self.fails is not None and row.trouble):
                return
        raise AssertionError("it was not delivered")


@pytest.fixture
async def scene(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    made = Scene(desk, monkeypatch)
    assert await made.refresh(MESSAGE) == ["post"]
    yield made
    await made.delivery.close()


async def test_an_edit_that_would_change_nothing_is_not_sent_but_confirmed(scene: Scene) -> None:
    assert await scene.refresh(again()) == []
    assert (scene.row.wanted, scene.row.shown, scene.row.under_way) == (2, 2, 0)
    assert await scene.refresh(again()) == []


@pytest.mark.parametrize("name", CHANGES)
async def test_an_edit_that_changes_anything_is_sent_once(scene: Scene, name: str) -> None:
    changed = replace(MESSAGE, **CHANGES[name])

    assert await scene.refresh(changed) == ["edit"]
    assert await scene.refresh(changed) == []
    assert await scene.refresh(again()) == ["edit"]


async def test_after_an_edit_of_which_nobody_knows_the_same_text_is_sent_again(
    scene: Scene,
) -> None:
    scene.fails = OSError("the line broke")
    await scene.refresh(replace(MESSAGE, content="Changed"))
    scene.fails = None

    with scene.desk.db.write() as tx:
        tx.merge(scene.row).retry_at = scene.row.created_at
    scene.asked.clear()
    scene.now = again()
    await scene.settle()

    assert scene.asked == ["edit"]


async def test_after_an_answer_has_shown_the_card_only_another_text_is_sent(scene: Scene) -> None:
    changed = replace(MESSAGE, content="Changed")
    with scene.desk.act(replace(caller(), pressed=MESSAGE_ID)) as unit:
        unit.refresh(KEY)
        edit = unit.save_refreshes()
    assert edit is not None
    scene.delivery.answered(edit, changed)
    await scene.settle()

    assert await scene.refresh(changed) == []
    assert await scene.refresh(again()) == ["edit"]


async def test_a_file_that_changed_with_an_answer_is_sent_after_it(scene: Scene) -> None:
    """The answer shows the card's new text; the file beside it stays the old one."""
    changed = replace(MESSAGE, content="Changed", attachment=Attachment(b"other", "session.ics"))
    with scene.desk.act(replace(caller(), pressed=MESSAGE_ID)) as unit:
        unit.refresh(KEY)
        edit = unit.save_refreshes()
    assert edit is not None
    scene.delivery.answered(edit, changed)
    await scene.settle()

    assert await scene.refresh(changed) == ["edit"]
