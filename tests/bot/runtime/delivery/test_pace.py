"""Requests go one after the other, and only the request itself can take too long."""

import asyncio
import time
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
import yarl

from bot.runtime.delivery import pace
from bot.runtime.delivery.pace import BURST, Pace, limited

FAST = 100  # a second


async def test_a_few_requests_go_at_once_and_the_rest_at_the_rate() -> None:
    pace, start, times = Pace(FAST), time.monotonic(), []

    async def ask() -> None:
        await pace.turn()
        times.append(time.monotonic() - start)

    await asyncio.gather(*(ask() for _ in range(23)))

    assert times[BURST - 1] < times[-1]
    assert times[-1] >= (23 - BURST) / FAST * 0.95


async def test_after_a_pause_no_more_than_a_few_go_at_once() -> None:
    pace = Pace(FAST)
    await pace.turn()
    await asyncio.sleep(0.2)

    assert pace.room() == BURST


async def test_after_the_process_was_held_up_the_late_ones_do_not_go_all_at_once() -> None:
    pace, times = Pace(FAST), []

    async def ask() -> None:
        await pace.turn()
        times.append(time.monotonic())

    asking = [asyncio.create_task(ask()) for _ in range(30)]
    await asyncio.sleep(0.05)
    time.sleep(0.3)
    await asyncio.gather(*asking)

    windows = [sum(0 <= other - one < 0.1 for other in times) for one in times]
    assert max(windows) <= FAST / 10 + BURST + 1
    assert all(later >= earlier for earlier, later in pairwise(times))


def started(path: str) -> Any:
    return SimpleNamespace(url=yarl.URL(f"https://discord.com/api/v10{path}"))


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/channels/1/messages", True),
        ("/guilds/1/scheduled-events", True),
        ("/interactions/1/token/callback", False),
        ("/webhooks/1/token/messages/@original", False),
    ],
)
async def test_answers_to_interactions_do_not_count(path: str, counts: bool) -> None:
    pace = Pace(1)
    trace: aiohttp.TraceConfig = pace.trace()

    for send in trace.on_request_start:
        await send(None, SimpleNamespace(), started(path))

    assert pace.room() == BURST - counts


async def test_waiting_for_a_turn_is_no_reason_to_give_up_but_the_request_itself_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "REQUEST_TIMEOUT", 0.1)
    four = Pace(4)
    begin = four.trace().on_request_start[0]
    for _ in range(BURST):
        await four.turn()

    moments = []

    async def ask() -> None:
        async with limited():
            await begin(None, SimpleNamespace(), started("/channels/1/messages"))
            moments.append(time.monotonic())
            await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        await ask()

    assert time.monotonic() - moments[0] < 4


def ended(status: int, **headers: str) -> Any:
    """An answer; a bar under a name's letter stands for a hyphen."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return SimpleNamespace(response=SimpleNamespace(status=status, headers=given))


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (ended(429, Via="1.1 google", Retry_After="7"), 0),
        (ended(429, Via="1.1 google", Retry_After="7", **{"X-RateLimit-Global": "true"}), 7),
        (ended(429, Retry_After="20"), 20),
        (ended(429, Retry_After="1.5"), 1.5),
        (ended(429), pace.HOLD),
        (ended(429, Retry_After="Sat, 28 Nov 2026 19:00:00 GMT"), pace.HOLD),
        (ended(429, Retry_After="999999"), pace.LONGEST_HOLD),
        (ended(503, Retry_After="20"), 0),
        (ended(200), 0),
    ],
)
async def test_only_what_refuses_everything_holds_everything(answer: Any, seconds: float) -> None:
    held: Any = Pace()

    await held._end(None, None, answer)

    assert held.held == pytest.approx(seconds, abs=0.5)
    assert (held.room() == 0) is (seconds > 0)


async def test_a_short_hold_is_waited_for_and_a_long_one_is_told() -> None:
    held = Pace(FAST)
    held.hold(0.2)
    begun = time.monotonic()

    await held.turn()
    waited = time.monotonic() - begun
    held.hold(120)
    with pytest.raises(discord.RateLimited) as told:
        await held.turn()

    assert 0.19 <= waited < 5
    assert told.value.retry_after == pytest.approx(120, abs=1)
    assert held.waiting == 0


async def test_nothing_is_held_at_the_start_wherever_the_loop_s_clock_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "_now", lambda: -1_000.0)

    assert Pace().held == 0
    assert Pace().room() == 1
