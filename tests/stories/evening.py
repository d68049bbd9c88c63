"""The evening of five members, as a list of steps: who does what, and what is seen then.

Other stories play the same steps with something in between, such as a restart of the bot.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.demo.stage import Stage, as_text
from tests.stories import wire

if TYPE_CHECKING:
    from simcord.results import InteractionResult

RAIN = "Will it rain in Niamey tomorrow?"
STRIKE = "Will the strike end before Friday?"
BLIND = {"Ana": "31", "Ben": "42%", "Cleo": "0.63", "Dan": "37/50", "Eva": "26"}
TURN = "[Record forecast]  [Done]  [Pass]  [More]"
SECRET = ("31%", "42%", "63%", "74%", "26%")


@dataclass
class Evening:
    """The stage, the forms that lie open, and what the last step led to."""

    stage: Stage
    forms: dict[str, InteractionResult] = field(default_factory=dict)
    result: InteractionResult | None = None
    private: list[str] = field(default_factory=list)

    async def play(self, steps: Sequence[Step], around: Around | None = None) -> None:
        """Step by step, looking each time at what everybody and what one alone can see."""
        for step in steps:
            before = len(self.stage.env.http_requests)
            self.result = None
            await (around(self, step) if around else step.act(self))
            self._look(step, before)

    def _look(self, step: Step, before: int) -> None:
        said = wire.alone(self.result) if self.result else ""
        assert bool(said) == bool(step.alone), (step, said)
        assert step.alone in said, (step, said)
        self.private.append(said)
        card = as_text(self.stage.card(step.on)) if step.shows or step.hides else ""
        for fragment in step.shows:
            assert fragment in card, (step, fragment, card)
        for fragment in step.hides:
            assert fragment not in card, (step, fragment, card)
        assert tuple(wire.pinged(self.stage, before)) == step.pings, step
        if step.blind:
            public = wire.public_text(self.stage, before)
            assert not [secret for secret in SECRET if secret in public], step

    def transcript(self) -> str:
        """All that was seen, publicly and privately, without ids and times."""
        seen = [self.stage.transcript(), *self.private]
        names = {str(person.id): name for name, person in self.stage.people.items()}
        text = re.sub(r"<@(\d+)>", lambda found: f"@{names[found[1]]}", "\n--\n".join(seen))
        return re.sub(r"<t:\d+:(\w)>", r"<\1>", text)


Act = Callable[[Evening], Awaitable[None]]


@dataclass(frozen=True)
class Step:
    """What happens, and what is to be seen of it: privately, on the card, and by a ping."""

    say: str
    act: Act = field(repr=False)
    alone: str = ""
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    on: str | None = None
    pings: tuple[str, ...] = ()
    blind: bool = True
    takes_time: bool = False


Around = Callable[[Evening, Step], Awaitable[None]]


def types(who: str, command: str, options: dict[str, Any] | None = None, **seen: Any) -> Step:
    """A slash command; one that opens a form leaves it lying open."""

    async def act(evening: Evening) -> None:
        evening.result = await evening.stage.type(who, command, **(options or {}))
        evening.forms[who] = evening.result

    return Step(f"{who} types /{command}", act, **seen)


def presses(who: str, label: str, **seen: Any) -> Step:
    """A button on the newest card that has it."""

    async def act(evening: Evening) -> None:
        evening.result = await evening.stage.press(who, label)
        evening.forms[who] = evening.result

    return Step(f"{who} presses {label}", act, **seen)


def answers(who: str, label: str, **seen: Any) -> Step:
    """A button on the private message that this person's last press was answered with."""

    async def act(evening: Evening) -> None:
        asked = evening.forms[who]
        evening.result = await evening.stage.answer(who, asked, label)

    return Step(f"{who} answers {label}", act, **seen)


def sends(who: str, values: dict[str, Any], **seen: Any) -> Step:
    """The form that was opened before."""

    async def act(evening: Evening) -> None:
        evening.result = await evening.stage.fill(who, evening.forms[who], **values)

    return Step(f"{who} sends the form", act, **seen)


def asks_for_details(who: str, **seen: Any) -> Step:
    """Details, on what this person alone was shown before."""

    async def act(evening: Evening) -> None:
        shown = evening.forms[who].response.message
        evening.result = await evening.stage.people[who].click(shown, label="Details")

    return Step(f"{who} asks for details", act, **seen)


def votes(who: str, question: int, **seen: Any) -> Step:
    """A choice in the lobby's select."""

    async def act(evening: Evening) -> None:
        lobby = evening.stage.card("Start the round")
        evening.result = await evening.stage.people[who].select(lobby, [str(question)])

    return Step(f"{who} votes for {question}", act, **seen)


def waits(seconds: float, **seen: Any) -> Step:
    """Time passes."""

    async def act(evening: Evening) -> None:
        await evening.stage.wait(seconds)

    return Step(f"{seconds} seconds pass", act, takes_time=True, **seen)


def _questions() -> list[Step]:
    criteria = "Yes if the airport's station reports more than 0 mm."
    rain = {"title": RAIN, "criteria": criteria, "closes": "2026-03-01"}
    buttons = "[Forecast]  [Already forecast it]"
    return [
        types("Ana", "question submit"),
        sends(
            "Ana",
            rain,
            alone="your question is in (number 1)",
            shows=(RAIN, criteria, "Proposed", "Asked by Ana", buttons),
        ),
        types("Ben", "question submit"),
        sends(
            "Ben",
            {"title": STRIKE, "source": "https://example.org/strike"},
            alone="your question is in (number 2)",
            shows=(STRIKE, "https://example.org/strike", "Asked by Ben", buttons),
        ),
        presses("Eva", "Already forecast it", shows=(STRIKE, "Already forecast by 1\nEva")),
    ]


def _lobby() -> list[Step]:
    lobby = "[Join]  [Leave]  [Bring a question]  [Start the round]"
    return [
        types(
            "Ana",
            "session start",
            {"order": "manual"},
            alone="The session is live",
            shows=("round 1", "vote for a question", "In the circle (1)\nAna", RAIN, lobby),
        ),
        *(
            presses(name, "Join", shows=(f"In the circle ({count})", f", {name}"))
            for count, name in enumerate(("Ben", "Cleo", "Dan", "Eva"), start=2)
        ),
        votes("Ana", 1, shows=(f"**1** vote · {RAIN}",)),
        votes("Ben", 2, shows=(f"**1** vote · {STRIKE} · ⚠️ already forecast by Eva",)),
        votes("Cleo", 1, shows=(f"**2** votes · {RAIN}",)),
        votes("Ben", 1, shows=(f"**3** votes · {RAIN}",), hides=(f"vote · {STRIKE}",)),
        presses(
            "Ana",
            "Start the round",
            shows=(
                "Round 1 · blind forecast",
                RAIN,
                "Nobody sees it until the round closes",
                "Still thinking (5)",
                "[Record forecast]  [I'm ready (0 of 5)]  [Go on]  [More]",
            ),
        ),
    ]


def _blind() -> list[Step]:
    receipt = "nobody sees it until the round closes"
    recorded = [
        step
        for count, (name, said) in enumerate(BLIND.items(), start=1)
        for step in (
            presses(name, "Record forecast"),
            sends(
                name,
                {"probability": said, "reason": f"{name}'s first thought"},
                alone=receipt,
                shows=(f"Recorded ({count})",),
                hides=("first thought",),
            ),
        )
    ]
    floor = "you have the floor."
    return [
        *recorded,
        types("Eva", "history", {"question": "1"}, alone="Blind forecasts are shown when"),
        presses(
            "Ben",
            "I'm ready",
            shows=(floor, "Ana · seat 1 of 5", "Next: Ben", "🎙️ **Ana**", "▫️ Eva", TURN),
            on="Done",
            pings=("Ana",),
        ),
    ]


def _turns() -> list[Step]:
    return [
        *_ana_is_done_early(),
        *_ben_runs_out_of_time(),
        *_cleo_takes_two_minutes_more(),
        presses(
            "Dan",
            "Pass",
            shows=("Eva · seat 4 of 5", "▫️ Dan (passed, comes at the end)", "Next: Dan"),
            on="Done",
            pings=("Eva",),
        ),
        *_eva_is_interrupted(),
        *_record("Dan", "80", "🎙️ **Dan** · **80%** · what Eva said", "what Eva said"),
        presses(
            "Dan",
            "Done",
            shows=(
                "last chance to update",
                "Still may update (5)",
                "[Record forecast]  [I'm ready (0 of 5)]  [Go on]  [More]",
            ),
        ),
    ]


def _record(who: str, said: str, line: str, reason: str = "") -> list[Step]:
    return [
        presses(who, "Record forecast"),
        sends(who, {"probability": said, "reason": reason}, shows=(line,), on="Done"),
    ]


def _ana_is_done_early() -> list[Step]:
    called = ("Ben · seat 2 of 5", "✅ Ana · **60%** · the season", "🎙️ **Ben**", "Next: Cleo")
    return [
        waits(120),
        *_record("Ana", "60", "🎙️ **Ana** · **60%** · the season", "the season"),
        presses("Ana", "Done", shows=called, on="Done", pings=("Ben",)),
    ]


def _ben_runs_out_of_time() -> list[Step]:
    return [
        waits(479, hides=("left.",)),
        waits(1, shows=("2m left.",)),
        waits(90, shows=("30s left.",)),
        waits(
            30,
            shows=("time. Please record", "Cleo, you are next.", "[Record forecast]  [Done]"),
            pings=("Ben",),
        ),
        waits(59, shows=("Ben · seat 2 of 5",), on="Pass"),
        waits(
            1,
            shows=("Cleo · seat 3 of 5", "▫️ Ben (no number yet)\n"),
            on="Done",
            pings=("Cleo",),
        ),
        presses("Ben", "Record forecast"),
        sends(
            "Ben",
            {"probability": "66"},
            alone="marked late",
            shows=("✅ Ben · **66%** (late)",),
            on="Done",
        ),
    ]


def _cleo_takes_two_minutes_more() -> list[Step]:
    called = ("Dan · seat 4 of 5", "✅ Cleo · **70%**", "Next: Eva")
    return [
        presses("Cleo", "More", alone="[+2 min]  [Pause]  [Leave]"),
        answers("Cleo", "+2 min", alone="has more time now"),
        waits(599, hides=("Cleo, 2m left.",)),
        waits(1, shows=("2m left.",)),
        *_record("Cleo", "70", "🎙️ **Cleo** · **70%**"),
        presses("Cleo", "Done", shows=called, on="Done", pings=("Dan",)),
    ]


def _eva_is_interrupted() -> list[Step]:
    stopped = ("The clock is stopped", "9m30s left", "**Resume**, behind **More**")
    called = ("Dan · seat 5 of 5", "✅ Eva · **52%**", "Last in the circle")
    return [
        waits(30),
        presses("Eva", "More", alone="[Pause]"),
        answers("Eva", "Pause", alone="The clock is stopped", shows=stopped, on="Done"),
        waits(900, shows=stopped, on="Done"),
        presses("Eva", "More", alone="[Resume]"),
        answers(
            "Eva",
            "Resume",
            alone="running again",
            shows=("Ends <t:",),
            hides=("stopped",),
            on="Done",
        ),
        *_record("Eva", "52", "🎙️ **Eva** · **52%**"),
        presses("Eva", "Done", shows=called, on="Done", pings=("Dan",)),
    ]


def _close() -> list[Step]:
    seats = (
        "**Ana** 31% → 60% → 60%",
        "**Ben** 42% → 66% (late) → 71%",
        "**Cleo** 63% → 70% → 70%",
        "**Dan** 74% → 80% → 80%",
        "**Eva** 26% → 52% → 52%",
    )
    moved = "blind **47.1%** → Ana **53.1%** → Ben **57.9%** → Cleo **59.5%** → Eva **64.8%**"
    return [
        presses("Ben", "Record forecast"),
        sends("Ben", {"probability": "71"}, alone="Recorded: **71%** (before: 66%)"),
        presses(
            "Cleo",
            "I'm ready",
            shows=("Ready (1)\nCleo", "Still may update (4)", "[I'm ready (1 of 5)]"),
        ),
        presses(
            "Ana",
            "Go on",
            shows=("up from 47.1% blind to 67.3%", *seats, "[Next round]"),
            on="Next round",
            blind=False,
        ),
        presses("Eva", "Details", alone=moved, blind=False),
    ]


def _second_round() -> list[Step]:
    over = ("is over", "2 rounds", "Ana, Ben, Cleo, Dan, Eva", RAIN, STRIKE)
    return [
        presses(
            "Ana",
            "Next round",
            shows=("round 2", f"{STRIKE} · ⚠️ already forecast by Eva"),
            hides=(RAIN,),
            on="Start the round",
            blind=False,
        ),
        presses("Ana", "Start the round", shows=("Round 2 · blind forecast", STRIKE), blind=False),
        presses("Ben", "Record forecast", blind=False),
        sends(
            "Ben",
            {"probability": "15"},
            alone="nobody sees it",
            shows=("Recorded (1)\nBen",),
            blind=False,
        ),
        types("Ana", "session end", alone="The session is over", shows=over, blind=False),
    ]


def _later() -> list[Step]:
    scores = (
        f"### It came out yes\n-# {RAIN}",
        "**0.040** Dan · 80%\n**0.090** Cleo · 70%\n**0.116** Ben · 66%\n**0.160** Ana · 60%\n",
        "**0.230** Eva · 52%",
        "The group came nearer: 47.1% blind → **67.3%** (the same 5 people).",
    )
    rows = "`  2.` **0.090** Cleo · rank 1–5 · 1 question"
    close = "**Too close to call: luck alone often gives such a table.** Nobody leads yet."
    return [
        waits(600, blind=False),
        types(
            "Ana",
            "question show",
            {"question": "1"},
            alone="Together 5 people here say",
            blind=False,
        ),
        types(
            "Ana",
            "question resolve",
            {"question": "1", "outcome": "yes", "source": "the station"},
            alone="is resolved: **yes**",
            shows=scores,
            pings=("Dan", "Cleo", "Ben", "Ana", "Eva"),
            blind=False,
        ),
        presses("Ben", "Details", alone="You earned **0.116**, better than 2 of 4.", blind=False),
        types("Eva", "leaderboard", {"metric": "brier", "min": 1}, alone=close, blind=False),
        asks_for_details("Eva", alone=rows, blind=False),
        types("Dan", "circle", alone="Does going around help us?** Too early", blind=False),
        asks_for_details("Dan", alone="nearer to what happened in 1 of 1 round", blind=False),
        types("Ben", "profile", alone="shown from 10 questions on: 1 so far", blind=False),
        asks_for_details("Ben", alone="blind 0.336, turn 0.116, final 0.084", blind=False),
        types("Cleo", "history", {"question": "1"}, alone="**66%** Ben turn, late", blind=False),
    ]


STEPS = (
    *_questions(),
    *_lobby(),
    *_blind(),
    *_turns(),
    *_close(),
    *_second_round(),
    *_later(),
)
