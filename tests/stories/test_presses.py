"""Presses as they come on a real evening: twice, all at once, and on cards that are old."""

import discord
import pytest

from bot.demo.stage import Stage, as_text
from tests.stories import wire
from tests.stories.evening import RAIN, STRIKE

TEN = ("Ana", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana", "Ines", "Jan")


async def test_ten_members_join_at_once(lobby: Stage) -> None:
    _invite_ten(lobby)
    card = lobby.card("Join")

    presses = [wire.press(lobby, name, card, "Join") for name in TEN[1:]]
    await _all_at_once(lobby, presses)

    shown = as_text(lobby.card("Join"))
    assert "In the circle (10)" in shown
    assert "Ana, " in shown
    assert all(f", {name}" in shown for name in TEN[1:])


async def test_ten_members_vote_at_once(lobby: Stage) -> None:
    await _everybody_joins(lobby)
    card = lobby.card("Join")

    await _all_at_once(lobby, [wire.press_id(lobby, name, card, "vote=l1.1", "2") for name in TEN])

    assert f"**10** votes · {STRIKE}" in as_text(lobby.card("Join"))


async def test_ten_members_record_their_blind_forecast_at_once(lobby: Stage) -> None:
    await _everybody_joins(lobby)
    await lobby.press("Ana", "Start the round")
    card = lobby.card("Go on")

    sent = [
        wire.send_form(lobby, name, card, "recorded|b1", probability=str(50 + count), reason="")
        for count, name in enumerate(TEN)
    ]
    await _all_at_once(lobby, sent)

    assert all("nobody sees it" in wire.alone(one.result) for one in sent)
    assert "Recorded (10)" in as_text(lobby.card("Go on"))
    await lobby.press("Ana", "Go on")
    await lobby.type("Ana", "session end")
    summary = lobby.transcript()
    assert all(f"{name}** {50 + count}% →" in summary for count, name in enumerate(TEN))


async def test_of_ten_who_press_start_the_round_at_once_only_the_host_starts_it(
    lobby: Stage,
) -> None:
    await _everybody_joins(lobby)
    card = lobby.card("Join")

    presses = [wire.press(lobby, name, card, "Start the round") for name in TEN]
    await _all_at_once(lobby, presses)

    assert lobby.transcript().count("Round 1 · blind forecast") == 1
    refused = [one for one in presses if wire.alone(one.result)]
    assert len(refused) == len(TEN) - 1


async def test_done_and_skip_at_the_same_moment_end_one_turn(circle: Stage) -> None:
    card = circle.card("Done")

    await circle.record("Ben", "40")
    skip = wire.press_id(circle, "Ana", card, "skip|t1.2")

    presses = [wire.press(circle, "Ben", card, "Done"), skip]
    await _all_at_once(circle, presses)

    assert "Cleo · seat 3" in as_text(circle.card("Done"))
    said = "".join(wire.alone(one.result) for one in presses)
    assert "That turn is over" in said


async def test_a_double_click_on_done_does_not_end_the_next_turn_too(circle: Stage) -> None:
    await circle.record("Ben", "40")
    card = circle.card("Done")

    await _all_at_once(circle, [wire.press(circle, "Ben", card, "Done") for _ in range(2)])

    assert "Cleo · seat 3" in as_text(circle.card("Done"))


OVERTAKEN = [
    ("lobby", "Ana", "Start the round", "Look at the newest card"),
    ("lobby", "Ben", "Vote for a question", "Look at the newest card"),
    ("blind", "Ana", "Go on", "The newest card shows"),
    ("blind", "Ben", "I'm ready (0 of 3)", "The newest card shows"),
    ("turn", "Ana", "Done", "The newest card shows"),
    ("turn", "Ben", "Done", "The newest card shows"),
    ("turn", "Ana", "Pass", "The newest card shows"),
]
BEHIND_MORE = ("extend", "pause", "skip", "back")


async def test_the_buttons_of_overtaken_cards_are_refused_and_change_nothing(
    circle: Stage, seen: dict[str, discord.Message]
) -> None:
    before = circle.transcript()

    for kind, who, label, said in OVERTAKEN:
        answer = await _press_old(circle, who, seen[kind], label)
        assert said in answer, (kind, who, label)
    for action in BEHIND_MORE:
        press = wire.press_id(circle, "Ana", seen["turn"], f"{action}|t1.1")
        await _all_at_once(circle, [press])
        assert "The newest card shows" in wire.alone(press.result), action

    assert circle.transcript() == before


AFTER_THE_END = [
    ("lobby", "Join"),
    ("lobby", "Start the round"),
    ("blind", "Go on"),
    ("turn", "Done"),
    ("summary", "Next round"),
    ("summary", "End the session"),
]


async def test_the_buttons_of_a_session_that_is_over_are_refused_and_change_nothing(
    circle: Stage, seen: dict[str, discord.Message]
) -> None:
    await circle.record("Ben", "40")
    await circle.more("Ana", "Skip")
    await circle.finish("Cleo")
    await circle.press("Ana", "Go on")
    seen["summary"] = circle.card("Next round")
    await circle.press("Ana", "End the session")
    before = circle.transcript()

    for kind, label in AFTER_THE_END:
        answer = await _press_old(circle, "Ana", seen[kind], label)
        assert "is over" in answer, (kind, label)
        assert "`/" in answer, (kind, label)
    for kind, custom_id in (
        ("lobby", "leave_now|l1.1"),
        ("blind", "join|b1"),
        ("turn", "leave_now|t1.1"),
        ("turn", "more_round|t1.1"),
    ):
        press = wire.press_id(circle, "Ana", seen[kind], custom_id)
        await _all_at_once(circle, [press])
        assert "is over" in wire.alone(press.result), custom_id

    assert circle.transcript() == before


async def test_join_leave_and_record_mean_the_same_on_an_old_card(
    circle: Stage, seen: dict[str, discord.Message]
) -> None:
    await _press_old(circle, "Dan", seen["lobby"], "Join")
    left = wire.press_id(circle, "Cleo", seen["blind"], "leave_now|b1")
    await _all_at_once(circle, [left])
    form = wire.press(circle, "Ana", seen["turn"], "Record forecast")
    await _all_at_once(circle, [form])
    await circle.fill("Ana", form.result, probability="35", reason="an afterthought")

    card = as_text(circle.card("Done"))
    assert "▫️ Dan" in card
    assert "🚪 Cleo (away)" in card
    assert "✅ Ana · **35%** (late) · an afterthought" in card


async def test_the_buttons_of_a_settled_question_are_refused_and_change_nothing(
    lobby: Stage,
) -> None:
    old = next(message for message in lobby.messages() if message.embeds[0].title == STRIKE)
    await lobby.type("Ben", "question resolve", question="2", outcome="no")
    before = lobby.transcript()

    for label in ("Forecast", "Already forecast it"):
        answer = await _press_old(lobby, "Cleo", old, label)
        assert "has been settled" in answer, label

    assert lobby.transcript() == before


async def test_the_buttons_of_a_cancelled_session_are_refused_and_change_nothing(
    stage: Stage,
) -> None:
    await stage.type("Ana", "session schedule", when="in 10 minutes")
    old = stage.card("Going")
    await stage.type("Ana", "session cancel", session="1")
    before = stage.transcript()

    for label in ("Going", "Maybe", "Can't make it", "Start"):
        answer = await _press_old(stage, "Ana", old, label)
        assert "cancelled" in answer, label
        assert "`/session" in answer, label

    assert stage.transcript() == before


async def test_a_button_that_the_bot_does_not_know_is_refused(lobby: Stage) -> None:
    card = lobby.card("Join")

    for custom_id in ("dance|l1.1", "join|l99999", "join|b1", "done|l1.1", "start|a7", "join|q1"):
        press = wire.press_id(lobby, "Ben", card, custom_id)
        await _all_at_once(lobby, [press])
        assert wire.alone(press.result), custom_id


async def test_a_choice_that_the_list_does_not_have_is_refused(lobby: Stage) -> None:
    card = lobby.card("Join")

    for value in ("99", "-1", "drop table"):
        press = wire.press_id(lobby, "Ana", card, "vote=l1.1", value)
        await _all_at_once(lobby, [press])
        assert "hoose a" in wire.alone(press.result), value


async def _press_old(stage: Stage, who: str, seen: discord.Message, label: str) -> str:
    custom_id = wire.press(stage, who, seen, label).payload["data"]["custom_id"]
    values = ("2",) if "=" in custom_id else ()
    press = wire.press_id(stage, who, seen, custom_id, *values)
    await _all_at_once(stage, [press])
    return wire.alone(press.result)


async def _all_at_once(stage: Stage, presses: list[wire.Carried]) -> None:
    for press in presses:
        press.deliver()
    await stage.env.settle()


def _invite_ten(stage: Stage) -> None:
    for name in TEN[5:]:
        stage.people[name] = stage.add(name)


async def _everybody_joins(stage: Stage) -> None:
    _invite_ten(stage)
    for name in TEN[1:]:
        await stage.press(name, "Join")


@pytest.fixture
async def lobby(stage: Stage) -> Stage:
    """Two questions, and Ana in the lobby as host."""
    await stage.bring("Ana", RAIN)
    await stage.bring("Ben", STRIKE)
    await stage.type("Ana", "session start", order="manual")
    return stage


@pytest.fixture
def seen() -> dict[str, discord.Message]:
    """The cards of the circle as they looked while they were the newest."""
    return {}


@pytest.fixture
async def circle(lobby: Stage, seen: dict[str, discord.Message]) -> Stage:
    """Ana has spoken, Ben has the floor, Cleo is next."""
    for name in ("Ben", "Cleo"):
        await lobby.press(name, "Join")
    seen["lobby"] = lobby.card("Join")
    await lobby.press("Ana", "Start the round")
    seen["blind"] = lobby.card("Go on")
    await lobby.press("Ana", "Go on")
    seen["turn"] = lobby.card("Done")
    await lobby.finish("Ana")
    return lobby
