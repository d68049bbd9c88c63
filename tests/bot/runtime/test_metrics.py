"""Metrics as Prometheus reads them: what they count, and that no label grows with the groups."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bot.core.unit import Desk
from bot.registry import TIMERS
from bot.runtime import metrics as metrics_module
from bot.runtime.gateway import Gateway
from bot.runtime.health import Health
from bot.runtime.metrics import Metrics
from storage import standings
from storage.enums import CardKind
from storage.tables import Group
from tests.bot.runtime.test_health import Connected, in_thread
from tests.conftest import START, Clock
from tests.storage.deliveries import show

ROOT = Path(__file__).resolve().parents[3]
LABELS = {
    "kind": {"command", "button", "form", "autocomplete", "other"},
    "timer": set(TIMERS),
    "card": {kind.name.lower() for kind in CardKind},
    "le": None,
    "generation": None,
    "implementation": None,
    "major": None,
    "minor": None,
    "patchlevel": None,
    "version": None,
}


class Scraped:
    """The bot's metrics, read as Prometheus reads them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.gateway = Gateway(Connected())
        self.metrics = Metrics(desk, in_thread, standings.due)

    async def scrape(self) -> dict[str, float]:
        """Each sample by its name and labels."""
        page, kind = await self.metrics.page(Health(self.desk, in_thread, self.gateway))
        assert kind.startswith("text/plain")
        return {
            one.name
            + "".join(f" {name}={value}" for name, value in sorted(one.labels.items())): one.value
            for family in text_string_to_metric_families(page.decode())
            for one in family.samples
        }


@pytest.fixture
def bot(desk: Desk) -> Scraped:
    with desk.db.write() as tx:
        tx.add(Group(id=900, name="Circle"))
    return Scraped(desk)


async def test_what_was_heard_is_counted(bot: Scraped) -> None:
    bot.metrics.refused("button")
    bot.metrics.failed("form")
    bot.metrics.rang("round", 0.2)
    bot.metrics.posted(CardKind.CUE, -0.1)

    found = await bot.scrape()

    assert found["dojo_interactions_refused_total kind=button"] == 1
    assert found["dojo_interactions_failed_total kind=form"] == 1
    assert found["dojo_timer_lateness_seconds_bucket le=0.1 timer=round"] == 0
    assert found["dojo_timer_lateness_seconds_bucket le=0.25 timer=round"] == 1
    assert found["dojo_post_lateness_seconds_sum card=cue"] == 0


async def test_the_outbox_is_read_at_the_moment_of_the_question(bot: Scraped, clock: Clock) -> None:
    show(bot.desk.db, "q1", START)
    clock.move(7)

    found = await bot.scrape()

    assert found["dojo_well"] == 1
    assert found["dojo_outbox_due"] == 1
    assert found["dojo_outbox_oldest_seconds"] == 7


async def test_the_connection_is_a_number_however_many_shards(bot: Scraped) -> None:
    assert (await bot.scrape())["dojo_gateway_ready"] == 1

    bot.gateway.lost(1)
    bot.gateway.lost(2)

    found = await bot.scrape()
    assert found["dojo_gateway_ready"] == 0
    assert found["dojo_gateway_drops_total"] == 2
    assert found["dojo_gateway_away_seconds"] >= 0
    assert found["dojo_gateway_latency_seconds"] == 0.04


async def test_standings_that_are_out_of_date_have_an_age(bot: Scraped, clock: Clock) -> None:
    assert (await bot.scrape())["dojo_standings_stale_groups"] == 0
    with bot.desk.db.write() as tx:
        tx.get_one(Group, 900).scores_version += 1

    await bot.scrape()
    await asyncio.sleep(0.05)
    found = await bot.scrape()

    assert found["dojo_standings_stale_groups"] == 1
    assert found["dojo_standings_stale_seconds"] >= 0.05
    with bot.desk.db.write() as tx:
        group = tx.get_one(Group, 900)
        group.standings_version = group.scores_version
    found = await bot.scrape()
    assert found["dojo_standings_stale_seconds"] == 0


async def test_a_database_that_does_not_answer_leaves_its_metrics_out(
    bot: Scraped, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(work: Callable[..., Any], *args: Any) -> Any:
        return await in_thread(work, *args) if args else await asyncio.sleep(60)

    monkeypatch.setattr(metrics_module, "PATIENCE", 0.05)
    monkeypatch.setattr("bot.runtime.health.PATIENCE", 0.05)
    metrics = Metrics(bot.desk, run, standings.due)

    page, _ = await metrics.page(Health(bot.desk, run, bot.gateway))

    assert b"dojo_well 0.0" in page
    assert b"dojo_outbox_due" not in page
    assert b"dojo_gateway_ready 1.0" in page


async def test_every_metric_is_documented(bot: Scraped) -> None:
    bot.metrics.refused("form")
    bot.metrics.failed("form")
    documented = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    page, _ = await bot.metrics.page(Health(bot.desk, in_thread, bot.gateway))

    ours = {
        sample.name.removesuffix("_count")
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
        if sample.name.startswith("dojo_")
        and not sample.name.endswith(("_created", "_bucket", "_sum"))
    }
    assert len(ours) >= 10
    assert {name for name in ours if f"`{name}`" not in documented} == set()


async def test_no_label_grows_with_groups_members_or_shards(bot: Scraped) -> None:
    for timer in TIMERS:
        bot.metrics.rang(timer, 0.1)
    for kind in CardKind:
        bot.metrics.posted(kind, 0.1)

    page, _ = await bot.metrics.page(Health(bot.desk, in_thread, bot.gateway))

    for family in text_string_to_metric_families(page.decode()):
        for sample in family.samples:
            for name, value in sample.labels.items():
                assert LABELS[name] is None or value in LABELS[name]


async def test_what_is_never_answered_is_not_kept_for_ever(
    bot: Scraped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics_module, "MOST_OPEN", 10)

    for number in range(100):
        bot.metrics.came(number, "command")

    assert len(bot.metrics._open) == 10


async def test_the_global_registry_of_the_library_stays_as_it_was(bot: Scraped) -> None:
    bot.metrics.rang("round", 0.2)

    assert not [one for one in REGISTRY.collect() if one.name.startswith("dojo_")]
