"""Days before: planning, answering, reminding, moving, cancelling, bringing, starting."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.demo.stage import Stage, as_text
from storage.engine import Database
from tests.stories import wire
from tests.stories.conftest import OpenStage
from tests.stories.evening import RAIN

# Days pass here; a sweep every half minute of them would take long.
SWEEP = 6 * 3600


@pytest.fixture
async def stage(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    async with open_stage(sqlite, sweep_seconds=SWEEP) as opened:
        yield opened


@pytest.fixture
async def planned(stage: Stage) -> Stage:
    """A session in two days, announced."""
    await stage.type(
        "Ana",
        "session schedule",
        when="2026-01-03 19:00",
        title="Saturday circle",
        voice=stage.voice,
        turn="8m",
        timezone="Europe/Berlin",
        description="Bring tea.",
    )
    return stage


async def test_the_reply_repeats_how_the_time_was_understood(stage: Stage) -> None:
    answer = await stage.type(
        "Ana", "session schedule", when="Saturday 19:00", timezone="europe/berlin"
    )

    assert "is planned: Sat 3 Jan 2026, 19:00 (Europe/Berlin)" in wire.alone(answer)
    assert "which is <t:1767463200:f> for you" in wire.alone(answer)


async def test_the_announcement_says_when_where_who_and_what_to_do(planned: Stage) -> None:
    card = as_text(planned.card())

    for fragment in (
        "Saturday circle",
        "Bring tea.",
        "**<t:1767463200:F>**",
        f"<#{planned.voice.id}>",
        "8m each",
        "No preparation needed",
        "Going (1)\nAna",
        "Host: Ana. Time zone: Europe/Berlin.",
        "[Going]  [Maybe]  [Can't make it]  [Bring a question]  [Add to calendar]",
    ):
        assert fragment in card
    assert wire.pinged(planned) == []


async def test_members_answer_and_change_their_minds(planned: Stage) -> None:
    await planned.press("Ben", "Going")
    await planned.press("Cleo", "Maybe")
    await planned.press("Dan", "Can't make it")
    await planned.wait(60)
    await planned.press("Ben", "Maybe")

    card = as_text(planned.card("Going"))

    assert "Going (1)\nAna" in card
    assert "Maybe (2)\nCleo, Ben" in card
    assert "Can't make it (1)\nDan" in card
    assert len(planned.messages()) == 1


async def test_a_question_can_be_brought_from_the_announcement(planned: Stage) -> None:
    form = await planned.press("Ben", "Bring a question")
    await planned.fill("Ben", form, title=RAIN)

    assert f"**1 question so far**: vote below\n• {RAIN}" in as_text(planned.card("Going"))
    assert "Asked by Ben" in as_text(planned.card("Forecast"))


async def test_a_planned_session_can_be_announced_on_a_forum(planned: Stage) -> None:
    await planned.type("Ben", "timezone", zone="America/New_York")

    answer = await planned.type("Dan", "session share")

    said = wire.alone(answer)
    assert said.startswith("Copy this into a forum or a blog:\n```md\n## Saturday circle\n")
    assert "**When:** Saturday, 3 January 2026, 19:00 Europe/Berlin" in said
    assert "- 13:00 America/New_York\n" in said
    assert "https://discord.com/events/" in said


async def test_the_reminder_a_day_before_asks_those_for_a_question_who_have_none(
    planned: Stage,
) -> None:
    await planned.press("Ben", "Going")
    form = await planned.press("Ben", "Bring a question")
    await planned.fill("Ben", form, title=RAIN)
    await _wait_until(planned, "02 18:00")
    early = as_text(planned.card("Going"))
    await _wait_until(planned, "03 17:45")
    late = as_text(planned.card("Going"))

    assert "No question yet from Ana: anything you wonder about will do" in early
    assert "[Bring a question]  [Add to calendar]" in early
    assert "No question yet from" not in late
    assert "[Add to calendar]" not in late


async def test_those_who_may_come_are_reminded_twice_with_one_ping_each(planned: Stage) -> None:
    await planned.press("Ben", "Going")
    await planned.press("Cleo", "Maybe")
    await planned.press("Dan", "Can't make it")

    pinged = []
    for moment in ("02 17:59", "02 18:00", "03 17:44", "03 17:45", "03 18:00"):
        await _wait_until(planned, moment)
        pinged.append(wire.pinged(planned))

    once, twice = ["Ana", "Ben", "Cleo"], ["Ana", "Ben", "Cleo"] * 2
    assert pinged == [[], once, once, twice, [*twice, "Ana"]]  # at the hour, the host alone
    reminders = [one for one in planned.messages() if "starts <t:" in as_text(one)]
    assert len(reminders) == 2
    assert "[Going]  [Maybe]  [Can't make it]" in as_text(reminders[-1])


async def test_reminders_survive_restarts_and_come_once(planned: Stage) -> None:
    for moment in ("02 17:00", "02 18:00", "03 17:00", "03 17:45", "03 18:00"):
        await planned.restart()
        await _wait_until(planned, moment)
        await planned.restart()

    assert wire.pinged(planned) == ["Ana"] * 3  # two reminders, and the call at the hour


async def test_a_reminder_that_came_due_while_the_bot_was_down_is_sent_late(
    planned: Stage,
) -> None:
    await _wait_until(planned, "02 17:00")
    await wire.sleep_through(planned, 2 * 3600)

    assert wire.pinged(planned) == ["Ana"]


async def test_one_can_answer_on_the_reminder_too(planned: Stage) -> None:
    await _wait_until(planned, "02 18:00")
    reminder = planned.card("Going")

    answer = await planned.press("Ben", "Going", reminder)

    assert "starts <t:" in as_text(reminder)
    assert "Noted" in wire.alone(answer)
    assert "Going (2)\nAna, Ben" in planned.transcript()


async def test_a_session_that_moves_is_announced_and_reminded_of_anew(planned: Stage) -> None:
    await _wait_until(planned, "02 18:00")
    answer = await planned.type(
        "Ana", "session edit", session="Saturday circle", when="2026-01-04 19:00", turn="5m"
    )
    await _wait_until(planned, "03 18:00")

    assert "is changed: Sun 4 Jan 2026, 19:00 (" in wire.alone(answer)
    announcement = as_text(planned.messages()[0])
    assert "<t:1767549600:F>" in announcement
    assert "5m each" in announcement
    assert wire.pinged(planned) == ["Ana", "Ana"]


async def test_a_cancelled_session_says_so_and_reminds_nobody(planned: Stage) -> None:
    answer = await planned.type("Ana", "session cancel", session="Saturday circle")
    await _wait_until(planned, "03 18:00")

    assert "is cancelled" in wire.alone(answer)
    card = as_text(planned.card())
    assert "Cancelled: Saturday circle" in card
    assert "will not take place" in card
    assert "[" not in card
    assert wire.pinged(planned) == []


async def test_start_on_the_announcement_opens_the_lobby_with_those_on_the_call(
    planned: Stage,
) -> None:
    for name in ("Ben", "Dan"):
        await planned.people[name].join_voice(planned.voice)
    await _wait_until(planned, "03 17:45")

    await planned.press("Ana", "Start")

    lobby = as_text(planned.card("Join"))
    assert "Saturday circle · round 1" in lobby
    assert "In the circle (3)\nAna, Ben, Dan" in lobby
    assert "[Going]" not in as_text(planned.messages()[0])


async def test_planned_and_live_sessions_are_listed_and_shown(planned: Stage) -> None:
    await planned.type("Ben", "session start")

    listed = wire.alone(await planned.type("Dan", "session list"))
    shown = wire.alone(await planned.type("Dan", "session show", session="Saturday circle"))
    offered = await planned.people["Dan"].autocomplete(
        planned.channel, "session show", "session", "satur"
    )

    assert "**Saturday circle** · <t:1767463200:f>" in listed
    assert "**Forecasting session** · live now" in listed
    assert "1 going, 0 maybe" in listed
    assert "[Going]" in shown
    assert [choice["name"] for choice in offered] == ["Saturday circle · 3 Jan 19:00 Europe/Berlin"]


async def test_a_group_chooses_where_and_when_it_is_told(stage: Stage) -> None:
    stage.add_manager("Mia")
    board = stage.guild.create_text_channel("board")
    await stage.type("Mia", "settings channels", announcements=board, voice=stage.voice)
    await stage.type("Mia", "settings timezone", zone="america/new york")
    await stage.type("Mia", "settings planning", days=9, events=False)
    shown = await stage.type("Mia", "settings reminders", minutes="60")

    await stage.type("Ana", "session schedule", when="2026-01-01 12:00")
    await _wait_until(stage, "01 16:00")

    assert "Reminders: 1h before" in wire.alone(shown)
    assert "announced 9 days before, at the latest" in wire.alone(shown)
    assert "Events in Discord: none" in wire.alone(shown)
    announcement, reminder = stage.messages(board)
    assert "<t:1767286800:F>" in as_text(announcement)
    assert f"<#{stage.voice.id}>" in as_text(announcement)
    assert "starts <t:1767286800:R>" in as_text(reminder)


async def _wait_until(stage: Stage, moment: str) -> None:
    """Until a day and time of this January, in UTC."""
    until = datetime.strptime(f"2026-01-{moment}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    await stage.wait((until - stage.env.now()).total_seconds())
