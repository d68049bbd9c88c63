"""Circles side by side, in two channels of one group and in another group: they don't mix."""

from dataclasses import dataclass

import pytest
import simcord

from bot.demo.stage import Stage, as_text
from tests.stories import wire
from tests.stories.evening import RAIN, STRIKE

SNOW = "Will it snow in Oslo before Saturday?"


@dataclass
class Room:
    """A channel with a host and a guest, and the question that they take."""

    stage: Stage
    channel: simcord.ChannelHandle
    host: str
    guest: str
    question: str

    async def type(self, who: str, command: str, **options: object) -> simcord.InteractionResult:
        return await self.stage.people[who].slash(self.channel, command, **options)

    async def press(self, who: str, label: str) -> simcord.InteractionResult:
        return await self.stage.press(who, label, self.stage.card(label, self.channel))

    async def record(self, who: str, probability: str) -> None:
        form = await self.press(who, "Record forecast")
        await self.stage.fill(who, form, probability=probability)

    async def bring(self) -> None:
        form = await self.type(self.host, "question submit")
        await self.stage.fill(self.host, form, title=self.question)

    async def open(self) -> None:
        await self.type(self.host, "session start", order="manual", question=self.question)
        await self.press(self.guest, "Join")
        await self.press(self.host, "Start the round")

    def card(self, label: str) -> str:
        return as_text(self.stage.card(label, self.channel))

    def seen(self) -> str:
        return self.stage.transcript(self.channel)


@pytest.fixture
def rooms(stage: Stage) -> list[Room]:
    """Two channels of the stage's group, and one of another group."""
    upstairs = stage.guild.create_text_channel("upstairs")
    elsewhere = stage.env.create_guild("Another circle")
    channel = elsewhere.create_text_channel("forecasting")
    for name in ("Gwen", "Hugo"):
        user = stage.env.create_user(name.lower(), global_name=name)
        stage.people[name] = elsewhere.add_member(user)
    return [
        Room(stage, stage.channel, "Ana", "Ben", RAIN),
        Room(stage, upstairs, "Cleo", "Dan", STRIKE),
        Room(stage, channel, "Gwen", "Hugo", SNOW),
    ]


async def test_three_circles_at_once_each_see_only_their_own(
    stage: Stage, rooms: list[Room]
) -> None:
    for room in rooms:
        await room.bring()
    for room in rooms:
        await room.open()
    for said, room in enumerate(rooms, start=71):
        await room.record(room.host, str(said))
        await room.record(room.guest, str(said - 50))
    for room in rooms:
        await room.press(room.host, "Go on")
    for said, room in enumerate(rooms, start=81):
        await room.record(room.host, str(said))

    for said, room in enumerate(rooms, start=81):
        card = room.card("Done")
        assert f"🎙️ **{room.host}** · **{said}%**" in card
        assert room.question in card
        others = [other for other in rooms if other is not room]
        assert not [name for one in others for name in (one.host, one.guest) if name in card]
    assert wire.pinged(stage) == [room.host for room in rooms]

    for room in rooms:
        await room.type(room.host, "session end")
    for said, room in enumerate(rooms, start=71):
        assert f"**{room.host}** {said}% → {said + 10}% → {said + 10}%" in room.seen()
        assert f"**{room.guest}** {said - 50}% → – → {said - 50}%" in room.seen()


async def test_a_command_means_the_session_of_its_channel(stage: Stage, rooms: list[Room]) -> None:
    here, upstairs, elsewhere = rooms
    for room in rooms:
        await room.bring()
        await room.open()
        await room.press(room.host, "Go on")

    refused = await here.type("Cleo", "session done")
    await upstairs.type("Cleo", "session pass")
    unknown = await here.type("Ana", "forecast", question=SNOW, probability="70")

    assert "not your turn" in wire.alone(refused)
    assert "Dan · seat 1" in upstairs.card("Done")
    assert "Ana · seat 1" in here.card("Done")
    assert "Gwen · seat 1" in elsewhere.card("Done")
    assert "I know no such question here" in wire.alone(unknown)


async def test_clocks_of_several_circles_run_out_each_at_its_own_time(rooms: list[Room]) -> None:
    for room in rooms:
        await room.bring()
        await room.open()
        await room.press(room.host, "Go on")
        await room.stage.wait(100)
    here, upstairs, elsewhere = rooms

    await here.stage.wait(360)
    first = [f"{room.guest} · seat 2" in room.card("Done") for room in rooms]
    await here.stage.wait(100)
    second = [f"{room.guest} · seat 2" in room.card("Done") for room in rooms]

    assert first == [True, False, False]
    assert second == [True, True, False]
    assert "2m left." in elsewhere.seen()
    assert "2m left." not in upstairs.seen()


async def test_a_question_that_a_circle_has_taken_is_not_offered_to_another(
    stage: Stage, rooms: list[Room]
) -> None:
    here, upstairs, _ = rooms
    await here.bring()
    await here.open()

    await upstairs.type("Cleo", "session start")

    assert RAIN not in upstairs.card("Start the round")
    refused = await upstairs.press("Cleo", "Start the round")
    assert "There is no question to take" in wire.alone(refused)


async def test_a_second_session_in_a_channel_is_refused(rooms: list[Room]) -> None:
    here = rooms[0]
    await here.bring()
    await here.open()

    refused = await here.type("Cleo", "session start")

    assert "A session is live in this channel already" in wire.alone(refused)


async def test_lists_and_standings_are_those_of_the_own_group(
    stage: Stage, rooms: list[Room]
) -> None:
    here, _, elsewhere = rooms
    for room in (here, elsewhere):
        await room.bring()
        await room.type(room.host, "forecast", question=room.question, probability="80")
        await stage.wait(60)
        await room.type(room.host, "question resolve", question=room.question, outcome="yes")
    gwen = stage.people["Gwen"]

    offered = await gwen.autocomplete(elsewhere.channel, "forecast", "question", "Will")
    listed = await elsewhere.type("Gwen", "question list", state="resolved")
    board = await elsewhere.type("Gwen", "leaderboard", metric="brier", min=1)

    assert [choice["name"] for choice in offered] == [SNOW]
    rows = await wire.details(stage, "Gwen", board)
    for answer in (wire.alone(listed), wire.alone(board), rows):
        assert "Ana" not in answer
        assert RAIN not in answer
    assert "Gwen" in rows
