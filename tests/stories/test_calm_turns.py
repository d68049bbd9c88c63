"""A round that is calm on a phone: few buttons, few presses, few messages, and every slip undone."""

from collections import Counter

import discord
import pytest

from bot.demo.stage import Stage, as_text, labels, private_message
from tests.stories import wire
from tests.stories.evening import RAIN, STRIKE

SIX = ("Ana", "Ben", "Cleo", "Dan", "Eva", "Flo")
MOST_MESSAGES = 10
MOST_PRESSES = 6
MOST_BUTTONS = 5
TURN = ["Record forecast", "Done", "Pass", "More"]


@pytest.fixture
async def lobby(stage: Stage) -> Stage:
    """Ana is host; Ben and Cleo are in the circle too; two questions wait."""
    await stage.bring("Ana", RAIN)
    await stage.bring("Ben", STRIKE)
    await stage.type("Ana", "session start", order="manual", question=RAIN)
    for name in ("Ben", "Cleo"):
        await stage.press(name, "Join")
    return stage


@pytest.fixture
async def blind(lobby: Stage) -> Stage:
    """Everybody is asked for a blind forecast."""
    await lobby.press("Ana", "Start the round")
    return lobby


@pytest.fixture
async def circle(blind: Stage) -> Stage:
    """Ana has the floor, then Ben and Cleo."""
    await blind.press("Ana", "Go on")
    return blind


def own_labels(result: object) -> list[str]:
    """The buttons of the private message that a press was answered with."""
    return labels(private_message(result))  # type: ignore[arg-type]


# More


async def test_what_is_behind_more_goes_by_role(circle: Stage) -> None:
    host = own_labels(await circle.press("Ana", "More"))
    member = own_labels(await circle.press("Cleo", "More"))
    guest = own_labels(await circle.press("Dan", "More"))
    await circle.finish("Ana")
    speaker = own_labels(await circle.press("Ben", "More"))
    leader = own_labels(await circle.press("Ana", "More"))

    assert labels(circle.card("Pass")) == TURN
    assert host == ["+2 min", "Pause", "Skip", "Change question", "Leave"]
    assert (member, guest) == (["Leave"], ["Join"])
    assert speaker == ["+2 min", "Pause", "Leave"]
    assert leader == ["+2 min", "Pause", "Skip", "Undo Done", "Leave"]


async def test_what_is_done_behind_more_is_said_there_and_shows_on_the_card(circle: Stage) -> None:
    answer = await circle.more("Ana", "Pause")

    assert wire.alone(answer) == (
        "The clock is stopped. **Resume**, behind **More**, lets it go on."
    )
    assert private_message(answer).embeds == []
    assert "The clock is stopped" in as_text(circle.card("Pass"))
    assert labels(circle.card("Pass")) == TURN


async def test_a_done_that_was_pressed_by_mistake_is_undone_behind_more(circle: Stage) -> None:
    await circle.wait(100)
    await circle.finish("Ana")

    answer = await circle.more("Ana", "Undo Done")

    assert "Undone" in wire.alone(answer)
    assert "Ana · seat 1 of 3" in as_text(circle.card("Pass"))
    assert "Next: Ben" in as_text(circle.card("Pass"))


# Done and Leave


async def test_done_without_a_number_is_asked_about_once(circle: Stage) -> None:
    asked = await circle.press("Ana", "Done")
    still = as_text(circle.card("Pass"))
    answer = await circle.answer("Ana", asked, "Finish anyway")

    assert own_labels(asked) == []  # the question has become the answer
    assert "Ana · seat 1" in still
    assert "Your turn is over" in wire.alone(answer)
    assert "Ben · seat 2" in as_text(circle.card("Pass"))
    assert "▫️ Ana (no number yet)" in as_text(circle.card("Pass"))


async def test_the_number_can_be_recorded_from_the_question_whether_to_finish(
    circle: Stage,
) -> None:
    asked = await circle.press("Ana", "Done")

    form = await circle.answer("Ana", asked, "Record forecast")
    await circle.fill("Ana", form, probability="60", reason="almost forgotten")

    card = circle.card("Pass")
    assert "🎙️ **Ana** · **60%** · almost forgotten" in as_text(card)
    coloured = [one.label for one in _buttons(card) if one.style != discord.ButtonStyle.secondary]
    assert coloured == ["Done"]


async def test_leave_is_asked_about_once_and_can_be_taken_back(circle: Stage) -> None:
    asked = await circle.more("Cleo", "Leave")
    still = as_text(circle.card("Pass"))
    left = await circle.answer("Cleo", asked, "Leave")
    away = as_text(circle.card("Pass"))
    await circle.answer("Cleo", left, "Join")

    assert "▫️ Cleo" in still
    assert "🚪 Cleo (away)" in away
    assert "▫️ Cleo" in as_text(circle.card("Pass"))


# Cues


async def test_a_cue_goes_when_the_next_one_comes_and_the_last_with_its_turn(
    circle: Stage,
) -> None:
    before = len(circle.messages())
    seen = []
    for seconds in (480, 90, 30, 60):
        await circle.wait(seconds)
        seen.append([one.content.partition(">")[2] for one in circle.messages()[before:]])

    first, second, third, last = seen
    assert first == [", 2m left."]
    assert second == [", 30s left."]
    assert len(third) == 1
    assert third[0].startswith(", time. Please record")
    assert last == [", you have the floor."]


@pytest.mark.parametrize("finishes", [True, False])
async def test_the_cue_at_time_has_both_steps_and_goes_once_it_is_heard(
    circle: Stage, *, finishes: bool
) -> None:
    await circle.wait(600)
    cue = circle.messages()[-1]
    form = await circle.press("Ana", "Record forecast", cue)
    await circle.fill("Ana", form, probability="60", reason="just in time", finish=finishes)

    assert labels(cue) == ["Record forecast", "Done"]
    assert cue.id not in [one.id for one in circle.messages()]
    assert "**Ana** · **60%** · just in time" in as_text(circle.card("Pass")) or finishes
    assert ("Ben · seat 2" in as_text(circle.card("Pass"))) == finishes


async def test_done_on_the_cue_ends_the_turn_and_takes_the_cue_away(circle: Stage) -> None:
    await circle.record("Ana", "60")
    await circle.wait(600)

    await circle.press("Ana", "Done", circle.messages()[-1])

    assert "Ben · seat 2" in as_text(circle.card())
    assert "time. Press" not in circle.transcript()


# Ready, and going on


async def test_who_is_ready_is_counted_on_the_button_and_the_last_one_ends_the_phase(
    blind: Stage,
) -> None:
    await blind.record("Ben", "40")
    one = as_text(blind.card("More"))
    await blind.press("Ana", "I'm ready")
    two = as_text(blind.card("More"))
    await blind.press("Cleo", "I'm ready")

    assert "[Record forecast]  [I'm ready (1 of 3)]  [Go on]  [More]" in one
    assert "✅ Recorded (1)\nBen" in one
    assert "🆗 Ready without a number (1)\nAna" in two
    assert "▫️ Still thinking (1)\nCleo" in two
    assert "Ana · seat 1 of 3" in as_text(blind.card("Pass"))


async def test_only_who_leads_goes_on_before_all_are_ready(blind: Stage) -> None:
    refused = await blind.press("Ben", "Go on")

    assert "Press **I'm ready** instead" in wire.alone(refused)
    assert "blind forecast" in as_text(blind.card("More"))


# Another question


async def test_the_question_is_changed_from_a_list_and_what_was_recorded_stays(
    blind: Stage,
) -> None:
    await blind.record("Ben", "40")
    asked = await blind.more("Ana", "Change question")
    question = wire.alone(asked)

    chosen = await blind.people["Ana"].select(private_message(asked), ["2"])
    history = await blind.type("Ben", "history", question="1")

    assert f"Which question instead?** What was recorded stays with “{RAIN}”" in question
    assert "The round begins again" in wire.alone(chosen)
    card = as_text(blind.card("Go on"))
    assert STRIKE in card
    assert "Still thinking (3)" in card
    assert "40%" in wire.alone(history)
    assert "blind → turn → final" not in blind.transcript()


async def test_the_lobby_comes_back_for_another_question(circle: Stage) -> None:
    asked = await circle.more("Ana", "Change question")

    await circle.answer("Ana", asked, "Back to the lobby")

    card = as_text(circle.card("Start the round"))
    assert STRIKE in card
    assert RAIN not in card
    assert "In the circle (3)" in card
    assert "The group takes another question." in circle.transcript()
    await circle.press("Ana", "Start the round")
    assert STRIKE in as_text(circle.card("Go on"))


async def test_the_question_is_changed_by_a_command(blind: Stage) -> None:
    answer = await blind.type("Ana", "session change-question", question=STRIKE)

    assert "The question is changed" in wire.alone(answer)
    assert STRIKE in as_text(blind.card("Go on"))


async def test_once_somebody_has_spoken_the_question_stays(circle: Stage) -> None:
    await circle.finish("Ana")

    refused = await circle.type("Ana", "session change-question", question=STRIKE)

    assert "Somebody has spoken on this question already" in wire.alone(refused)
    assert "Change question" not in own_labels(await circle.press("Ana", "More"))


# A round without a forecast


async def test_a_round_without_a_forecast_has_no_summary_and_leads_on_from_its_last_card(
    circle: Stage,
) -> None:
    for name in ("Ana", "Ben", "Cleo"):
        await circle.finish(name)
    await circle.press("Ana", "Go on")
    last = circle.card()

    await circle.press("Ana", "Next round")

    assert "Nobody recorded a forecast" in as_text(last)
    assert labels(last) == ["Next round", "End the session"]
    assert "blind → turn → final" not in circle.transcript()
    assert STRIKE in as_text(circle.card("Start the round"))
    assert "[Next round]" not in circle.transcript()


async def test_without_a_final_phase_the_last_turn_leads_on(lobby: Stage) -> None:
    lobby.add_manager("Mia")
    await lobby.type("Mia", "settings rounds", final="0s")
    await lobby.press("Ana", "Start the round")
    await lobby.press("Ana", "Go on")
    for name in ("Ana", "Ben", "Cleo"):
        await lobby.finish(name)

    last = lobby.card()
    await lobby.press("Ana", "End the session")

    assert "Cleo · seat 3" in as_text(last)
    assert labels(last) == ["Next round", "End the session"]
    assert "[Next round]" not in lobby.transcript()


# Counts


@pytest.mark.slow
async def test_a_round_of_six_leaves_ten_messages_and_takes_six_presses_a_member(
    stage: Stage,
) -> None:
    stage.people["Flo"] = stage.add("Flo")
    await stage.bring("Ana", RAIN)
    before = len(stage.messages())
    presses: Counter[str] = Counter()

    async def press(who: str, label: str) -> object:
        presses[who] += 1
        return await stage.press(who, label)

    async def record(who: str, said: str, **more: object) -> None:
        form = await press(who, "Record forecast")
        presses[who] += 1
        await stage.fill(who, form, probability=said, **more)  # type: ignore[arg-type]

    await stage.type("Ana", "session start", order="manual")
    for name in SIX[1:]:
        await stage.press(name, "Join")
    await stage.press("Ana", "Start the round")
    for number, name in enumerate(SIX):
        await record(name, str(30 + number))
    await press("Ana", "I'm ready")
    for number, name in enumerate(SIX):
        await stage.wait(600)
        await record(name, str(40 + number))
        await press(name, "Done")
    for name in SIX:
        await press(name, "I'm ready")

    left = stage.messages()[before:]
    assert "[Next round]" in as_text(left[-1])
    assert len(left) <= MOST_MESSAGES, [as_text(one).splitlines()[:1] for one in left]
    assert max(presses[name] for name in SIX[1:]) <= MOST_PRESSES, presses
    assert all(len(labels(one)) <= MOST_BUTTONS for one in left)


def _buttons(message: discord.Message) -> list[discord.Button]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    return [one for row in rows for one in row.children if isinstance(one, discord.Button)]
