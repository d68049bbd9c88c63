"""`dojo demo`: a server with five people in the browser, or their evening as a transcript."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import simcord
from simcord.backend.errors import SetupError

from bot.core.errors import StartError
from bot.core.logs import set_up_logs
from bot.core.unit import Caller
from bot.demo.cast import (
    AT_HOME,
    BOOSTER,
    BOOSTER_ROUND,
    CAST,
    EVENING,
    HOST,
    KNOWS,
    PAST_ROUND,
    PEACE,
    PEACE_ROUND,
    CastForecast,
    CastQuestion,
)
from bot.demo.living import LivingClock
from bot.demo.narrator import Narrator
from bot.demo.past import fill_bank, write_past
from bot.demo.stage import Stage
from bot.pastcasts import box
from storage.engine import Database

CHAPTERS = 10
TURN = 600
# Weeks pass in this demo. A sweep for every few seconds of them would take very long.
SWEEP = 6 * 3600


async def play(out: Path) -> None:
    """Play a whole evening and the weeks after it, told as a transcript."""
    set_up_logs("ERROR")
    file = _fresh(out)
    database = Database(f"sqlite:///{file}")
    async with Stage.open(database, CAST[1:], start=EVENING, sweep_seconds=SWEEP) as stage:
        _gather(stage)
        fill_bank(database)
        await Play(stage, Narrator(stage, CHAPTERS), out).run()
        _say_where(file)


async def live(out: Path, *, port: int, speed: float) -> None:
    """Serve tonight's announcement to the browser, and let time pass until Ctrl+C.

    Each second of the wall clock is `speed` seconds there.
    """
    set_up_logs("ERROR")
    file = _fresh(out)
    database = Database(f"sqlite:///{file}")
    async with Stage.open(database, CAST[1:], start=EVENING) as stage:
        _gather(stage)
        write_past(database, partial(_caller, stage))
        box.load(database)
        await Play(stage, Narrator(stage, 1), out).tonight()
        _say_where(file)
        await _serve(stage, port, speed)


class Play:
    """The script of the evening."""

    def __init__(self, stage: Stage, narrator: Narrator, out: Path) -> None:
        self._stage = stage
        self._tell = narrator
        self._out = out

    async def run(self) -> None:
        """Play everything from the announcement to the leaderboard."""
        await self._days_before()
        await self._questions()
        await self._lobby()
        await self._blind()
        await self._circle()
        await self._close()
        await self._second_round()
        await self._at_home()
        await self._outcomes()
        await self._the_past()

    async def tonight(self) -> None:
        """Plan an evening that begins in ten minutes, with questions and answers."""
        self._tell.chapter("Tonight")
        await self._stage.type(HOST, "settings channels", voice=self._stage.voice)
        for brought in (BOOSTER, PEACE):
            await self._bring(brought)
        await self._type(HOST, "session schedule", when="in 10 minutes", title="Thursday circle")
        for name in ("Boris", "Chidi", "Dana"):
            await self._press(name, "Going")
            await self._stage.people[name].join_voice(self._stage.voice)
        await self._press("Emil", "Maybe")

    async def _days_before(self) -> None:
        self._tell.chapter("Days before: the session is planned")
        await self._stage.type(HOST, "settings channels", voice=self._stage.voice)
        await self._type(HOST, "session schedule", when="in 3 minutes", title="Thursday circle")
        for name in ("Boris", "Chidi", "Dana"):
            await self._press(name, "Going")
        await self._press("Emil", "Maybe")
        self._tell.news()
        await self._type("Boris", "session share")

    async def _questions(self) -> None:
        self._tell.chapter("Members bring questions")
        for brought in (BOOSTER, PEACE):
            await self._bring(brought, label="Bring a question")
        self._tell.show(self._stage.card("Already forecast it"))
        self._tell.say("Emil knows the second question from another site, and says so:")
        await self._press("Emil", "Already forecast it")
        self._tell.skip_news()

    async def _lobby(self) -> None:
        self._tell.chapter("Thursday evening: the lobby")
        for name in ("Boris", "Chidi", "Dana"):
            await self._stage.people[name].join_voice(self._stage.voice)
            self._tell.act(name, "joins the call")
        await self._press(HOST, "Start")
        await self._press("Emil", "Join")
        lobby = self._stage.card("Start the round")
        for name in ("Boris", "Dana", "Emil"):
            await self._stage.people[name].select(lobby, ["1"])
            self._tell.act(name, "votes for the booster")
        self._tell.show(self._stage.card("Start the round"))
        await self._press(HOST, "Start the round")

    async def _blind(self) -> None:
        self._tell.chapter("The blind forecast")
        for name, said in BOOSTER_ROUND.items():
            await self._record(name, said.blind)
        self._tell.show(self._stage.card("Go on"))
        await self._press(HOST, "Go on")

    async def _circle(self) -> None:
        self._tell.chapter("The circle: ten minutes each")
        for number in range(len(CAST)):
            speaker = self._speaker()
            said = BOOSTER_ROUND[speaker]
            self._tell.show(self._stage.card("Done"))
            if number == 1:
                await self._wait(TURN - 90, "8 minutes and a half pass")
                more = await self._stage.press(speaker, "More")
                await self._press(speaker, "+2 min", more)
            elif number == 2:
                await self._wait(TURN + 10, "the ten minutes pass, with cues")
                self._tell.news()
            else:
                await self._wait(240, "4 minutes pass")
            await self._record(speaker, said.turn, said.reason)
            await self._press(speaker, "Done")
            self._tell.skip_news()

    async def _close(self) -> None:
        self._tell.chapter("The close")
        for name, said in BOOSTER_ROUND.items():
            if said.final:
                await self._record(name, said.final)
        await self._press(HOST, "Go on")
        self._tell.show(self._stage.card("Next round"))
        await self._save(self._stage.card("Next round").attachments[0], "circle.png")

    async def _second_round(self) -> None:
        self._tell.chapter("A second round, told briefly")
        await self._press(HOST, "Next round")
        await self._press(HOST, "Start the round")
        await self._round(PEACE_ROUND)
        self._tell.skip_news()
        self._tell.show(self._stage.card("Next round"))
        await self._press(HOST, "End the session")
        self._tell.news()

    async def _round(self, said: dict[str, CastForecast]) -> None:
        for name, one in said.items():
            await self._stage.record(name, one.blind)
        await self._stage.press(HOST, "Go on")
        for _ in said:
            speaker = self._speaker()
            await self._stage.wait(150)
            await self._stage.record(speaker, said[speaker].turn, said[speaker].reason)
            await self._stage.press(speaker, "Done")
        await self._stage.press(HOST, "Go on")
        self._tell.say("Blind forecasts, a turn each, last updates …")

    async def _at_home(self) -> None:
        self._tell.chapter("At home: more questions, forecast without a session")
        for number, brought in enumerate(AT_HOME, start=3):
            await self._bring(brought)
            for name, said in zip(CAST, brought.forecasts, strict=True):
                await self._type(name, "forecast", question=str(number), probability=said)
        self._tell.skip_news()

    async def _outcomes(self) -> None:
        self._tell.chapter("The weeks after: outcomes, scores, leaderboard")
        questions = [(2, PEACE), (1, BOOSTER), *enumerate(AT_HOME, start=3)]
        await self._stage.wait(28 * 86400)
        for number, brought in questions:
            await self._type(
                brought.by,
                "question resolve",
                question=str(number),
                outcome=brought.outcome,
                known_at=brought.known,
                source=brought.source,
            )
        resolutions = self._stage.messages()[-len(questions) :]
        for place in (0, 1, -1):
            self._tell.show(resolutions[place])
        await self._show_picture(await self._type("Dana", "leaderboard"), "leaderboard.png")
        self._tell.show_private(await self._type("Emil", "profile"))
        await self._show_picture(await self._type("Ana", "circle"), "our-circle.png")
        self._tell.show_private(await self._type("Emil", "calibration", group=True))

    async def _the_past(self) -> None:
        self._tell.chapter("A month later: a pastcast, whose outcome is known the same evening")
        self._tell.skip_news()
        await self._type(HOST, "session start", format="pastcast", questions=1)
        await self._press(KNOWS, "Join")
        self._tell.show(self._stage.card("Start the round"))
        await self._press(HOST, "Start the round")
        self._tell.show(self._stage.card("I know this one"))
        await self._press(KNOWS, "I know this one")
        self._tell.skip_news()
        await self._round(PAST_ROUND)
        self._tell.show(self._stage.card("Next question"))
        await self._save(self._stage.card("Next question").attachments[0], "pastcast.png")
        await self._press(HOST, "End the session")
        self._tell.skip_news()
        await self._show_picture(
            await self._type("Dana", "leaderboard", board="past", min=1), "past-board.png"
        )

    async def _bring(self, brought: CastQuestion, label: str | None = None) -> None:
        answer = await self._stage.bring(
            brought.by,
            brought.title,
            brought.answers,
            label=label,
            criteria=brought.criteria,
            closes=brought.closes,
            source=brought.source,
        )
        self._tell.act(brought.by, f"brings “{brought.title}”", answer)

    async def _record(self, name: str, said: str, reason: str = "") -> None:
        answer = await self._stage.record(name, said, reason)
        why = f", because “{reason}”" if reason else ""
        self._tell.act(name, f"presses [Record forecast] and types {said}{why}", answer)

    async def _press(
        self, who: str, label: str, seen: simcord.InteractionResult | None = None
    ) -> None:
        """Press a button of a card, or of what this person alone has just seen."""
        private = seen.response.message if seen is not None and seen.response else None
        answer = await self._stage.press(who, label, private)
        self._tell.act(who, f"presses [{label}]", answer)

    async def _type(
        self, who: str, command: str, **options: str | bool | int
    ) -> simcord.InteractionResult:
        answer = await self._stage.type(who, command, **options)
        typed = " ".join(f"{name}:{value}" for name, value in options.items())
        self._tell.act(who, f"types /{command} {typed}".rstrip(), answer)
        return answer

    async def _wait(self, seconds: float, words: str) -> None:
        await self._stage.wait(seconds)
        self._tell.say(f"… {words} …")

    async def _show_picture(self, answer: simcord.InteractionResult, name: str) -> None:
        """Show a private answer, and save its picture."""
        self._tell.show_private(answer)
        if answer.response is not None:
            await self._save(answer.response.attachments[0], name)

    async def _save(self, attachment: object, name: str) -> None:
        file = self._out / name
        file.write_bytes(await attachment.read())  # type: ignore[attr-defined]
        self._tell.say(f"The picture is saved as {file}.")

    def _speaker(self) -> str:
        title = self._stage.card("Done").embeds[0].title or ""
        return next(name for name in CAST if f"· {name} ·" in title)


async def _serve(stage: Stage, port: int, speed: float) -> None:
    """Serve simcord's preview of the server, with its clock running, until Ctrl+C."""
    async with _preview(stage, port) as preview:
        running = asyncio.create_task(LivingClock(stage.env, preview, speed).run())
        print("\nGo on yourself, as any member: type slash commands, press buttons, fill in forms.")
        print(f"    {preview.url}")
        pace = "as it does here" if speed == 1 else f"{speed:g} times as fast"
        print(f"Time passes there {pace}. Ctrl+C ends it.", flush=True)
        closed = asyncio.create_task(preview.wait_closed())
        try:
            await asyncio.wait({running, closed}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        finally:
            running.cancel()
            closed.cancel()


@asynccontextmanager
async def _preview(stage: Stage, port: int) -> AsyncIterator[Any]:
    """Open simcord's preview for all members, or say that the port is taken."""
    viewers = list(stage.people.values())
    preview = stage.env.preview(stage.channel, viewers=viewers, layout="channel", port=port or None)
    try:
        await preview.__aenter__()
    except SetupError as error:
        raise StartError(f"The demo cannot be shown: {error}. Choose another --port.") from None
    try:
        yield preview
    finally:
        await preview.close()


def _gather(stage: Stage) -> None:
    """Give the bot its name, and the server its host."""
    stage.env.backend.edit_bot_profile("Forecasting Dojo")
    host = stage.add_manager(HOST)
    stage.people = {HOST: host, **stage.people}


def _caller(stage: Stage, name: str) -> Caller:
    return Caller(
        group_id=stage.guild.id,
        group_name=stage.guild.name,
        user_id=stage.people[name].id,
        name=name,
        channel_id=stage.channel.id,
    )


def _say_where(file: Path) -> None:
    print(f"\nThe database is {file}; read it with")
    print(f"    DOJO_DATABASE_URL=sqlite:///{file} .venv/bin/dojo export")


def _fresh(out: Path) -> Path:
    """Return the file of the demo's own database, after deleting the old one."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file in out.glob("demo.db*"):
            file.unlink()
        (out / "demo.db").touch()
    except OSError as error:
        raise StartError(
            f"The demo cannot write into {out} ({error.strerror}). Name another folder with --out."
        ) from None
    return out / "demo.db"
