"""Metrics in Prometheus's format, for those who watch many bots; off unless `DOJO_METRICS` is on.

They are in a registry of their own. No label grows with groups, members or shards: there are four
kinds of interactions, some twenty timers, and as many kinds of messages.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot.core.unit import Desk
from bot.core.watch import Watch
from bot.runtime.gateway import GatewayState, Link
from bot.runtime.health import PATIENCE, Health, Report
from storage.enums import CardKind

# Groups whose stored standings are out of date: id, group and moment, as timers have them.
Stale = Callable[[Session, datetime], Iterable[tuple[int, int, datetime]]]
# Interactions whose answer was not seen; Discord takes none after fifteen minutes.
MOST_OPEN = 5_000
ANSWERS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
LATENESS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0)


class Metrics(Watch):
    """Counts what it hears; what the database and the connection say is read when it is asked."""

    def __init__(
        self,
        desk: Desk,
        run: Callable[..., Awaitable[Any]],
        stale: Stale,
    ) -> None:
        self._desk = desk
        self._run = run
        self._stale = stale
        self._stale_since: dict[int, float] = {}
        self._open: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self._answers = Histogram(
            "dojo_answer_seconds",
            "From an interaction coming in until Discord has taken its first answer.",
            ["kind"],
            buckets=ANSWERS,
            registry=registry,
        )
        self._refused = Counter(
            "dojo_interactions_refused", "Answered with a refusal.", ["kind"], registry=registry
        )
        self._failed = Counter(
            "dojo_interactions_failed", "Failed for a reason of ours.", ["kind"], registry=registry
        )
        self._timers = Histogram(
            "dojo_timer_lateness_seconds",
            "From the moment of a turn's end, cue, reminder or close until it was served.",
            ["timer"],
            buckets=LATENESS,
            registry=registry,
        )
        self._posts = Histogram(
            "dojo_post_lateness_seconds",
            "From a new message being saved until it is at Discord.",
            ["card"],
            buckets=LATENESS,
            registry=registry,
        )

    def follow(self, trace: aiohttp.TraceConfig) -> aiohttp.TraceConfig:
        """Hear when Discord has taken an answer."""
        trace.on_request_end.append(self._answered)
        return trace

    def came(self, interaction_id: int, kind: str) -> None:
        """Note when an interaction came in."""
        self._open[str(interaction_id)] = kind, _now()
        if len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)

    def refused(self, kind: str) -> None:
        """Count a refusal."""
        self._refused.labels(kind).inc()

    def failed(self, kind: str) -> None:
        """Count a failure."""
        self._failed.labels(kind).inc()

    def rang(self, timer: str, late_seconds: float) -> None:
        """Note how late a timer was."""
        self._timers.labels(timer).observe(max(late_seconds, 0.0))

    def posted(self, card: CardKind, late_seconds: float) -> None:
        """Note how late a new message was."""
        self._posts.labels(card.name.lower()).observe(max(late_seconds, 0.0))

    async def page(self, health: Health) -> tuple[bytes, str]:
        """Return all metrics as text, and the type of that text."""
        now = _Now(await health.report(), await self._stale_groups())
        return await self._run(self._write, now), CONTENT_TYPE_LATEST

    def _write(self, now: "_Now") -> bytes:
        at_the_moment = CollectorRegistry()
        at_the_moment.register(now)
        return generate_latest(self._registry) + generate_latest(at_the_moment)

    async def _stale_groups(self) -> tuple[int, float] | None:
        """Return how many groups' standings are out of date, and for how long at most.

        The database does not know since when. So this counts from when it was first seen.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._run(self._read_stale)
        except (TimeoutError, SQLAlchemyError, OSError):
            return None
        now = _now()
        self._stale_since = {group: self._stale_since.get(group, now) for group in found}
        return len(found), now - min(self._stale_since.values(), default=now)

    def _read_stale(self) -> set[int]:
        with self._desk.db.read() as tx:
            return {group_id for _, group_id, _ in self._stale(tx, self._desk.clock())}

    async def _answered(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        request: aiohttp.TraceRequestEndParams,
    ) -> None:
        _, callback, path = request.url.path.partition("/interactions/")
        known = self._open.pop(path.partition("/")[0], None) if callback else None
        if known is not None and request.response.status < 400:
            kind, came_at = known
            self._answers.labels(kind).observe(_now() - came_at)


class _Now(Collector):
    """What is read at the moment of the question, and not counted."""

    def __init__(self, report: Report, stale: tuple[int, float] | None) -> None:
        self._report = report
        self._stale = stale

    def collect(self) -> Iterable[Metric]:
        """Return the gauges; what the database did not say in time is left out."""
        yield _gauge("dojo_well", "Whether /healthz says that all is well.", self._report.well)
        yield from _gateway(self._report.link)
        waiting = self._report.waiting
        if waiting is not None:
            yield _gauge("dojo_outbox_due", "Effects that are due now.", waiting.due)
            yield _gauge(
                "dojo_outbox_oldest_seconds", "Age of the oldest one.", waiting.oldest_seconds
            )
            yield _gauge("dojo_outbox_parked", "Effects that Discord refuses.", waiting.parked)
        if self._stale is not None:
            groups, seconds = self._stale
            yield _gauge("dojo_standings_stale_groups", "Groups with old standings.", groups)
            yield _gauge("dojo_standings_stale_seconds", "For how long at most.", seconds)


def _gateway(link: Link) -> Iterable[Metric]:
    ready = link.state is GatewayState.READY
    yield _gauge("dojo_gateway_ready", "Whether the connection to Discord is there.", ready)
    yield _gauge("dojo_gateway_away_seconds", "How long it has been gone.", link.away_seconds)
    if link.latency_seconds is not None:
        yield _gauge(
            "dojo_gateway_latency_seconds", "Answer to the last heartbeat.", link.latency_seconds
        )
    yield CounterMetricFamily("dojo_gateway_drops", "How often it was lost.", value=link.drops)


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=value)


def _now() -> float:
    return asyncio.get_running_loop().time()
