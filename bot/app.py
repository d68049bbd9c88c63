"""The one place where the parts are put together and taken apart."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import discord
import structlog

from bot.calendars import google_sync
from bot.calendars import service as calendars_service
from bot.calendars.discord_events import DiscordEvents
from bot.core.database_file import KnownFile
from bot.core.errors import StartError
from bot.core.integrations import NONE, Integrations
from bot.core.keys import Key
from bot.core.mentions import save_command_ids
from bot.core.pools import Pools
from bot.core.rates import Rates
from bot.core.refusals import Refusal
from bot.core.sealed import renew_outcomes
from bot.core.settings import Settings
from bot.core.shards import say_taken
from bot.core.unit import Desk, Unit
from bot.core.watch import NOBODY, Watch
from bot.door.client import DojoClient, ShardedClient
from bot.door.messages import Message
from bot.registry import ACTIONS, CARDS, COMMANDS, REACTIONS, TIMERS
from bot.runtime.alarms import Alarms, Sleep
from bot.runtime.changes import Changes
from bot.runtime.delivery.notes import LINGER
from bot.runtime.delivery.pace import REQUESTS_A_SECOND, Pace
from bot.runtime.delivery.worker import Carrier, Delivery
from bot.runtime.gateway import Gateway
from bot.runtime.health import Health
from bot.runtime.share import Share
from bot.schedule import lifecycle
from bot.sessions.thread_carrier import SessionThreads
from bot.sources.client import Sources
from bot.sources.imported import Found, Request
from bot.sources.payloads import UnreadableError
from bot.sources.setup import open_sources
from storage import standings
from storage.engine import SILENT_SECONDS, Database
from storage.owners import Job, taking_turns
from storage.process_locks import ProcessLocks
from storage.tables import Effect, EffectTarget

if TYPE_CHECKING:
    from bot.runtime.metrics import Metrics
    from bot.runtime.web import WebServer

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger()

SWEEP_SECONDS = 5.0
# For how long another process may have this one's shards before this one ends.
LONGEST_HINDRANCE = SILENT_SECONDS + 15.0
HINDRANCE_LOOK = 1.0
# The one place that reads the wall clock; everything else gets the time as an argument.
wall_clock = discord.utils.utcnow


class App:
    """The bot put together: database, desk for the services, Discord client, delivery, alarms."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = wall_clock,
        sweep_seconds: float = SWEEP_SECONDS,
        sleep: Sleep = asyncio.sleep,
        integrations: Integrations = NONE,
        google: google_sync.SyncedCalendar | None = None,
        sources: Sources | None = None,
        http_bind: str | None = None,
        metrics: bool = False,
        linger: float = LINGER,
        locks: ProcessLocks | None = None,
    ) -> None:
        self.database = database
        self.locks = locks or ProcessLocks(database)
        self.shards = self.locks.shards
        self.commands, self.actions, self.cards = COMMANDS, ACTIONS, CARDS
        self.desk = Desk(database, clock, self._saved, integrations)
        # Discord counts the requests of all processes together.
        self.pace = Pace(REQUESTS_A_SECOND * self.shards.share)
        self.pools, self.rates = Pools(), Rates()
        # Slow work could take every connection while a press waits for one. It has its own.
        self._slow_database = database.aside(sum(pool.threads for pool in self.pools.slow))
        self.slow_desk = replace(self.desk, db=self._slow_database)
        self._metrics = self._open_metrics() if metrics and http_bind is not None else None
        self.watch: Watch = self._metrics or NOBODY
        self.client = DojoClient(self) if self.shards.count == 1 else ShardedClient(self)
        self.gateway = Gateway(self.client)
        mine = self.shards.have(Effect.group_id)
        self.health = Health(self.desk, self.run, self.gateway, mine)
        self.sources = sources or open_sources(Settings.model_construct())
        events = DiscordEvents(self.desk, self.run, self.client, lifecycle.note_interest)
        self._google = google
        show_news = calendars_service.show_news
        elsewhere = {
            EffectTarget.DISCORD_EVENT: Carrier(events.carry, show_news),
            EffectTarget.GOOGLE_CALENDAR: Carrier(self._ask_google, show_news),
            EffectTarget.THREAD: Carrier(SessionThreads(self.desk, self.run, self.client).carry),
        }
        self.delivery = Delivery(
            self.desk,
            self.run,
            CARDS,
            self._render,
            self.client,
            elsewhere,
            pace=self.pace,
            linger=linger,
            shards=self.shards,
            serves_google=lambda: self.locks.holds(Job.GOOGLE),
            watch=self.watch,
        )
        self.alarms = Alarms(
            self.desk,
            self.run,
            self.slow_desk,
            self.pools.standings.run,
            TIMERS,
            self.delivery.wake,
            sweep_seconds,
            sleep,
            wall_clock=wall_clock,
            share=Share(self.shards, self.locks),
            ask=self._ask_source,
            before_sweep=self._look_around,
            watch=self.watch,
        )
        self.changes = Changes(
            self.desk,
            self.run,
            self.client,
            REACTIONS,
            self.delivery.wake,
            sleep,
            self.shards,
        )
        self._http_bind = http_bind
        self.web: WebServer | None = None
        self._file = KnownFile(database)
        self._lost = ""
        self._hindrance: str | None = None
        self._hindered_since: float | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run short synchronous work in a thread, off the event loop."""
        return await self.pools.quick.run(work, *args, **kwargs)

    async def serve(self, token: str) -> None:
        """Work until the client is closed; only while no other process has these shards."""
        since, said = asyncio.get_running_loop().time(), None
        while hindrance := await self.run(self.locks.find_hindrance):
            if asyncio.get_running_loop().time() - since > LONGEST_HINDRANCE:
                raise StartError(say_taken(self.shards, hindrance))
            if hindrance != said:
                log.info("shards.waiting", shards=str(self.shards), because=hindrance)
            said = hindrance
            await asyncio.sleep(HINDRANCE_LOOK)
        await self.client.start(token)
        if self._hindrance is not None:
            raise StartError(say_taken(self.shards, self._hindrance))

    async def open_web(self) -> None:
        """Begin to serve the web, where that is wanted: also while Discord is waited for."""
        if self._http_bind is None or self.web is not None:
            return
        from bot.runtime.web import Pages, WebServer  # noqa: PLC0415 - most bots serve nothing

        metrics = partial(self._metrics.page, self.health) if self._metrics else None
        pages = Pages(self._read_feed, self.health.report, metrics)
        self.web = await WebServer.open(self._http_bind, pages)
        log.info("web.listening", port=self.web.port)

    async def begin(self) -> None:
        """Start the parts, and go on from the database where the last process stopped."""
        self._loop = asyncio.get_running_loop()
        await self.open_web()
        await self.run(self._renew_seals)
        await self.run(calendars_service.catch_up, self.desk, self.shards)
        await self.alarms.start()
        self.delivery.wake()

    async def note_commands(self, ids: Mapping[str, int]) -> None:
        """Save the ids by which cards mention the slash commands."""
        await self.run(save_command_ids, self.desk, ids)

    async def close(self) -> None:
        """Stop taking work, then close client, threads and databases."""
        if self.web is not None:
            await self.web.close()
        self.alarms.stop()
        await self.delivery.close()
        if not self.client.is_closed():
            await self.client.close()
        await self.sources.close()
        self.pools.close()
        self._slow_database.close()
        self.locks.close()
        self.database.close()

    def _renew_seals(self) -> None:
        """Seal anew with the newest key; two processes would wait for each other's rows."""
        with taking_turns(self.database, Job.SEALS):
            calendars_service.renew_seals(self.desk)
            renew_outcomes(self.desk)

    async def _look_around(self) -> None:
        """Log once that the database's file is gone; then look after this process's locks."""
        before, self._lost = self._lost, await self.run(self._file.say_lost)
        if self._lost and not before:
            log.error("database.lost", what=self._lost)
        await self._keep_locks()

    async def _keep_locks(self) -> None:
        """Look for jobs that are free, and end if another process has this one's shards."""
        await self.run(self.locks.owns, Job.GOOGLE)
        hindrance = await self.run(self.locks.find_hindrance)
        now = asyncio.get_running_loop().time()
        if hindrance is None:
            self._hindered_since = None
            return
        # A lost connection of this very process counts for as long as PostgreSQL thinks it alive.
        self._hindered_since = self._hindered_since or now
        log.warning("shards.taken", shards=str(self.shards), by=hindrance)
        if now - self._hindered_since > LONGEST_HINDRANCE:
            self._hindrance = hindrance
            await self.client.close()

    async def _render(self, key: Key) -> Message | None:
        """Return the message as it should be now; draw pictures in their own threads."""
        if CARDS.has_picture(key):
            return await self.pools.cards.run(CARDS.render, self.slow_desk, key)
        return await self.run(CARDS.render, self.desk, key)

    async def _ask_google(self, effect: Effect) -> None:
        if not await self.run(self.locks.owns, Job.GOOGLE):
            raise TimeoutError  # lost since it was claimed: its new owner will try it
        await self.run(google_sync.carry, self.desk, effect, self._google)

    async def _ask_source(self, request: Request) -> Found | Refusal:
        """Return what another platform answers, or why it does not.

        Whatever goes wrong counts as a failure, so that the platform is not asked again at once.
        """
        try:
            return await self.sources.ask(request)
        except Refusal as refusal:
            return refusal
        except Exception:
            log.exception("source.unread", source=request.source, ref=request.ref)
            return UnreadableError(request.source)

    async def _read_feed(self, secret: str) -> bytes | None:
        return await self.run(calendars_service.read_feed, self.desk, secret)

    def _open_metrics(self) -> "Metrics":
        from bot.runtime.metrics import Metrics  # noqa: PLC0415 - few want them

        return Metrics(self.desk, self.run, standings.due)

    def _saved(self, unit: Unit) -> None:
        """Pass what follows from a unit from the worker thread to the event loop, if anything."""
        follows = unit.effects or unit.alarms
        if follows and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._after, unit)

    def _after(self, unit: Unit) -> None:
        # Units could come here in another order than they were saved, or be lost in a crash. The
        # sweep finds all that is due in the database, so a wrong alarm costs a few seconds only.
        for alarm, at in unit.alarms.items():
            self.alarms.set(alarm, unit.group.id, at)
        if unit.effects:
            self.delivery.wake()
