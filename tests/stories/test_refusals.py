"""What cannot be done is refused in one private sentence that says what to do instead.

Refusals change nothing, so each server is set up once and everything is tried on it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.demo.stage import Stage, as_text
from tests.stories import wire
from tests.stories.evening import RAIN, STRIKE

LONG = "x" * 1500


@dataclass(frozen=True)
class Try:
    """Who types what, and a part of the sentence that they read."""

    who: str
    command: str
    said: str
    options: dict[str, Any] = field(default_factory=dict)


def no_question(command: str, **more: str) -> Try:
    said = "I know no such question here"
    return Try("Ana", command, said, {"question": "the one with the rain", **more})


def no_session(command: str, **more: str) -> Try:
    return Try("Ana", command, "I know no such session here", {"session": "Thursday", **more})


def not_live(command: str) -> Try:
    return Try("Ana", command, "No session is live in this channel. `/session start`")


def window(answer: str, typed: str) -> Try:
    return Try("Ana", "leaderboard", answer, {"window": typed})


def schedule(said: str, **options: str) -> Try:
    return Try("Ana", "session schedule", said, {"when": "in 48 hours", **options})


def forecast(said: str, probability: str = "70", question: str = RAIN, **more: str) -> Try:
    options = {"question": question, "probability": probability, **more}
    return Try("Ben", "forecast", said, options)


def resolve(said: str, who: str = "Ana", **options: str) -> Try:
    given = {"question": RAIN, "outcome": "yes", **options}
    return Try(who, "question resolve", said, given)


NOWHERE = [
    no_question("forecast", probability="70"),
    no_question("history"),
    no_question("question show"),
    no_question("question edit"),
    no_question("question withdraw"),
    no_question("question resolve", outcome="yes"),
    no_question("question dispute", reason="no"),
    no_question("question reopen"),
    no_question("session start"),
    no_session("session start"),
    no_session("session edit", when="in 2 hours"),
    no_session("session cancel"),
    no_session("session show"),
    Try("Ana", "session show", "No session is planned. `/session schedule`"),
    not_live("session join"),
    not_live("session leave"),
    not_live("session next"),
    not_live("session end"),
    not_live("session pass"),
    not_live("session done"),
    not_live("session extend"),
    not_live("session pause"),
    not_live("session resume"),
    not_live("session skip"),
    not_live("session back"),
    schedule("I don't know the word `when`", when="when the moon is full"),
    schedule("That is in the past", when="2025-12-31 19:00"),
    schedule("more than a year away", when="2031-01-01 10:00"),
    schedule("There is no such time as `45`", when="45"),
    schedule("At what time of day?", when="2026-03-01"),
    schedule("The title needs 1 to 100 characters; this has 1500", title=LONG),
    schedule("The description has 1500 characters; 1000 fit", description=LONG),
    schedule("is not a time zone. Use a name such as", timezone="Mars/Base"),
    schedule("A turn lasts between 30s and 2h", turn="3h"),
    schedule("is not a length of time. Type it like `10m`", turn="a while"),
    Try("Ana", "session start", "A turn lasts between 30s", {"turn": "5s"}),
    Try("Ana", "session start", "is not a length of time", {"turn": "`long`"}),
    Try("Dan", "data export", "Nothing is held about you in this group yet"),
    Try("Dan", "profile", "I have nothing of yours here yet"),
    Try("Dan", "calibration", "I have nothing of yours here yet"),
    window("is not a window that I can read. Type `all`, `30 days`", "since the flood"),
    window("`30` of what? Type `30 days` or `30 sessions`", "30"),
    window("That is not between 1 and 3,650 days", "9999 days"),
    window("There is no season 1066 Q4 here", "1066 Q4"),
]

ASKED = [
    forecast("`1` could mean 1% or certainty. Type `1%` or `100%`.", "1"),
    forecast("is outside 0 to 100%. Type it like", "150"),
    forecast("divides by zero", "7/0"),
    forecast("is not a probability. Type it like `70`", "likely"),
    forecast("is not a probability", "-5"),
    forecast("is not a probability", "`@everyone`"),
    forecast("The reason has 1500 characters; 500 fit", reason=LONG),
    forecast("This question has been settled", question=STRIKE),
    Try("Dan", "question edit", "Only the question's author", {"question": RAIN}),
    Try("Ben", "question edit", "has been settled. A facilitator", {"question": STRIKE}),
    Try("Dan", "question withdraw", "Only the question's author", {"question": RAIN}),
    Try("Ana", "question withdraw", "`/question resolve` with the outcome", {"question": RAIN}),
    resolve("Only the question's author or a facilitator", who="Dan"),
    resolve(
        "That is in the future. Give the time at which it became known", known_at="2026-02-01 10:00"
    ),
    resolve("I don't know the word `soonish`", known_at="soonish"),
    resolve("more than a year before", known_at="2020-01-01 10:00"),
    resolve("That has 1500 characters; 300 fit", source=LONG),
    Try("Ana", "question dispute", "Only a settled question", {"question": RAIN, "reason": "no"}),
    Try("Dan", "question dispute", "Only people who for", {"question": STRIKE, "reason": "no"}),
    Try("Eva", "question dispute", "Say in a few words", {"question": STRIKE, "reason": " "}),
    Try("Ana", "question reopen", "Only a facilitator can reopen", {"question": STRIKE}),
    Try("Mia", "question reopen", "there is nothing to reopen", {"question": RAIN}),
]

CIRCLE = [
    Try("Ben", "session done", "It is not your turn"),
    Try("Ben", "session pass", "It is not your turn"),
    Try("Ben", "session extend", "Only the speaker, the host or a facilitator"),
    Try("Ben", "session pause", "Only the speaker, the host or a facilitator"),
    Try("Ben", "session skip", "Only the host or a facilitator can skip"),
    Try("Ben", "session back", "Only the host or a facilitator can undo"),
    Try("Ben", "session next", "Only the host or a facilitator can open the next round"),
    Try("Ben", "session end", "Only the host or a facilitator can end the session"),
    Try("Ben", "session join", "You are in the circle already"),
    Try("Dan", "session leave", "You are not in the circle. Press Join"),
    Try("Dan", "session start", "A session is live in this channel already. Join it"),
    Try("Ana", "session resume", "The clock is running. Press Pause"),
    Try("Ana", "session extend", "10s to 1h", {"by": "5h"}),
    Try("Ana", "session extend", "is not a length of time", {"by": "a bit"}),
    Try("Ben", "session change-question", "Only the host or a facilitator can change"),
    Try("Ana", "session change-question", "I know no such question", {"question": "that one"}),
    Try("Ana", "session next", "A round is running"),
    Try("Ana", "session back", "There is no skip or Done to undo"),
    Try("Ana", "session edit", "That session is live", {"session": "1", "title": "New"}),
    Try("Ana", "session cancel", "That session is live", {"session": "1"}),
    Try("Ana", "session start", "A session is live in this channel", {"session": "1"}),
]

LOBBY = [
    Try("Ana", "session done", "No round is running. `/session next`"),
    Try("Ana", "session skip", "No round is running. `/session next`"),
    Try("Ana", "session next", "is open already. Press Start the round"),
    Try("Ana", "session next", "I know no such question", {"question": "that one"}),
    Try("Ana", "session next", "cannot be taken", {"question": STRIKE}),
    Try("Ben", "session edit", "Only the session's host", {"session": "Later", "title": "New"}),
    Try("Ben", "session cancel", "Only the session's host", {"session": "Later"}),
    Try("Ana", "session edit", "That is in the past", {"session": "2", "when": "2025-12-01 9:00"}),
]

MANAGER = [
    Try("Mia", "settings timezone", "is not a time zone", {"zone": "over there"}),
    Try("Mia", "settings rounds", "turn time is between", {"turn": "5s"}),
    Try("Mia", "settings rounds", "grace time is between", {"grace": "11m"}),
    Try("Mia", "settings rounds", "blind time is between", {"blind": "2h"}),
    Try("Mia", "settings rounds", "final time is between", {"final": "2h"}),
    Try("Mia", "settings rounds", "extend time is between", {"extend": "1s"}),
    Try("Mia", "settings rounds", "is not a length of time", {"turn": "long"}),
    Try("Mia", "settings rounds", "may extend 0 to 20 times", {"extensions": 99}),
    Try("Mia", "settings reminders", "Reminders come 1m to 14d before", {"minutes": "soon"}),
    Try("Mia", "settings reminders", "5 reminders at most", {"minutes": "1,2,3,4,5,6"}),
]


async def test_on_a_new_server_every_command_says_what_is_missing(stage: Stage) -> None:
    await _try_all(stage, NOWHERE)

    assert stage.messages() == []


async def test_questions_refuse_what_cannot_be(stage: Stage) -> None:
    await _ask(stage)

    await _try_all(stage, ASKED)


async def test_a_round_refuses_who_may_not_and_what_cannot_be(stage: Stage) -> None:
    await stage.bring("Ana", RAIN)
    await stage.type("Ana", "session start", order="manual")
    await stage.press("Ben", "Join")
    await stage.press("Ana", "Start the round")
    await stage.press("Ana", "Go on")

    await _try_all(stage, CIRCLE)

    for label in ("Done", "Pass"):
        answer = await stage.press("Dan", label)
        assert "not your turn" in wire.alone(answer), label
    card = stage.card("Pass")
    for action in ("extend", "pause", "skip", "back", "change_question", "to_lobby"):
        press = wire.press_id(stage, "Dan", card, f"{action}|t1.1")
        press.deliver()
        await stage.env.settle()
        assert "Only the" in wire.alone(press.result), action
    assert "Ana · seat 1" in as_text(stage.card("Done"))


async def test_a_lobby_refuses_who_may_not_and_what_cannot_be(stage: Stage) -> None:
    await _ask(stage)
    await stage.type("Ana", "session start")
    await stage.type("Ana", "session schedule", when="in 10 minutes", title="Later")

    await _try_all(stage, LOBBY)

    started = await stage.press("Ben", "Start the round")
    voted = await stage.people["Ben"].select(stage.card("Start the round"), ["1"])
    announced = await stage.press("Ben", "Start")
    assert "Only the host or a facilitator can start the round" in wire.alone(started)
    assert "Press Join first, then vote" in wire.alone(voted)
    assert "A session is live in this channel already" in wire.alone(announced)


async def test_settings_refuse_nonsense_and_who_may_not_change_them(stage: Stage) -> None:
    stage.add_manager("Mia")
    command = stage.env.backend.commands[None]["settings", 1]
    stage.guild.set_command_permissions(int(command["id"]), {stage.people["Ben"]: True})
    role = stage.guild.create_role("Facilitators")

    await _try_all(stage, MANAGER)

    for name, options in (
        ("settings channels", {"announcements": stage.channel}),
        ("settings facilitator", {"role": role}),
        ("settings timezone", {"zone": "UTC"}),
        ("settings rounds", {"turn": "5m"}),
        ("settings cues", {"spoken": True}),
        ("settings reminders", {"minutes": "15"}),
        ("settings outcomes", {"mention": False}),
    ):
        answer = await stage.type("Ben", name, **options)
        assert "Only people with Manage Server can change the settings" in wire.alone(answer), name


SUBMITTED = [
    ({"title": RAIN.lower()}, "has a question with this title already"),
    ({"closes": "2025-12-01"}, "That is in the past. Give a time to come"),
    ({"closes": "2090-01-01"}, "more than ten years away"),
    ({"closes": "when pigs fly"}, "I don't know the word `when`"),
    ({"source": "ftp://example.org"}, "The source is a link that begins with `https://`"),
    ({"source": "javascript:alert(1)"}, "The source is a link that begins with `https://`"),
]


@pytest.mark.parametrize(("written", "said"), SUBMITTED)
async def test_a_form_with_a_mistake_is_refused_and_nothing_is_posted(
    stage: Stage, written: dict[str, str], said: str
) -> None:
    await stage.bring("Ana", RAIN)

    answer = await stage.bring("Ben", **{"title": STRIKE, **written})

    assert said in wire.alone(answer)
    assert len(stage.messages()) == 1


async def test_a_form_that_does_not_come_from_discord_s_client_is_checked_too(
    stage: Stage,
) -> None:
    await stage.bring("Ana", RAIN)
    card = stage.card("Forecast")

    for custom_id, typed, said in (
        ("submitted|q0", {"title": "short"}, "The title has 5 characters"),
        ("submitted|q0", {"title": LONG}, "The title has 1,500 characters"),
        ("submitted|q0", {"title": STRIKE, "criteria": LONG}, "criteria have 1500 characters"),
        ("recorded|q1", {"probability": LONG}, "is not a probability"),
        ("recorded|q1", {}, "is not a probability"),
        ("recorded|q77", {"probability": "70"}, "not in this group"),
        ("resolved|q1", {"outcome": "perhaps"}, "The outcome is `yes`, `no` or `void`"),
        ("edited|q77", {"title": STRIKE}, "not in this group"),
        ("frobnicated|q1", {}, "older version of the bot"),
        ("recorded|q1|q2", {}, "older version of the bot"),
        ("recorded", {}, "older version of the bot"),
    ):
        form = wire.send_form(stage, "Ana", card, custom_id, **typed)
        form.deliver()
        await stage.env.settle()
        assert said in wire.alone(form.result), (custom_id, typed)


async def test_a_late_form_is_refused_when_the_question_has_closed_meanwhile(stage: Stage) -> None:
    await stage.bring("Ana", RAIN, closes="in 60 minutes")
    form = await stage.press("Ben", "Forecast")
    await stage.wait(3600)

    answer = await stage.fill("Ben", form, probability="70")

    assert "has closed" in wire.alone(answer)


async def test_buttons_and_commands_of_a_question_refuse_who_may_not_before_a_form_opens(
    stage: Stage,
) -> None:
    await _ask(stage)

    resolve_it = await stage.press("Dan", "Resolve")
    dispute_it = await stage.press("Dan", "Dispute")

    for answer in (resolve_it, dispute_it):
        assert answer.modal is None
        assert wire.alone(answer).startswith("Only ")


async def test_every_slash_command_has_its_story(stage: Stage) -> None:
    commands = stage.people["Ana"].available_commands(stage.channel)
    manager = stage.add_manager("Mia").available_commands(stage.channel)
    told = "".join(file.read_text() for file in Path(__file__).parent.glob("*.py"))

    assert [name for name in {*commands, *manager} if f'"{name}"' not in told] == []


async def _ask(stage: Stage) -> None:
    """Ana's question is open and Ben has forecast it; Ben's is settled and Eva had forecast it."""
    stage.add_manager("Mia")
    await stage.bring("Ana", RAIN)
    await stage.record("Ben", "60", label="Forecast")
    await stage.bring("Ben", STRIKE)
    await stage.record("Eva", "60", label="Forecast")
    await stage.wait(60)
    await stage.type("Ben", "question resolve", question=STRIKE, outcome="yes")


async def _try_all(stage: Stage, tries: list[Try]) -> None:
    before = stage.transcript()
    for one in tries:
        answer = await stage.type(one.who, one.command, **one.options)
        assert answer.modal is None, one
        assert one.said in wire.alone(answer), one
        assert wire.alone(answer).endswith((".", "?", "`", "[Correct it]")), one
    assert stage.transcript() == before
