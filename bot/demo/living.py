"""A preview that lives: its clock follows the wall clock, and its pages show what has become of it.

simcord's preview stands still between two actions of its viewer, and draws a page again only when
somebody asks for it.
"""

import asyncio
import json
import re
from typing import Any

import simcord

# How often the pages are drawn, in seconds of the wall clock.
TICK = 1.0
_COUNTDOWN = re.compile(r"<t:(\d+):R>")


class LivingClock:
    """Moves the virtual clock of a previewed server, `speed` seconds for each of the wall clock."""

    def __init__(self, env: simcord.Env, preview: Any, speed: float) -> None:
        self._env = env
        self._preview = preview
        self._speed = speed
        self._alone = asyncio.Lock()
        self._take_turns()
        self._draw_countdowns()

    async def run(self) -> None:
        """Follow the wall clock until cancelled."""
        loop = asyncio.get_running_loop()
        began, at_first = loop.time(), self._env.now()
        while True:
            await asyncio.sleep(TICK)
            wanted = (loop.time() - began) * self._speed
            async with self._alone:
                await self._move(wanted - (self._env.now() - at_first).total_seconds())

    async def _move(self, seconds: float) -> None:
        """Let so much virtual time pass, then draw every page.

        A bot that is busy for long is left to finish; the next tick makes up for it.
        """
        try:
            await self._env.advance_time(max(seconds, 0.0))
            await self._preview.refresh()
        except TimeoutError:
            return

    def _take_turns(self) -> None:
        """Let a viewer's action and the passing of time wait for each other.

        simcord refuses the one while the other lasts. It also refuses a press on a page that was
        drawn again a moment ago; as Discord does not, the press counts for the newest page.
        """
        act = self._preview._action  # noqa: SLF001 - it has no other way in

        async def act_alone(page_id: str, body: Any) -> Any:
            async with self._alone:
                page = self._preview._pages.get(page_id)  # noqa: SLF001
                if page is not None and isinstance(body, dict) and "published_revision" in body:
                    body["published_revision"] = page.revision
                return await act(page_id, body)

        self._preview._action = act_alone  # noqa: SLF001

    def _draw_countdowns(self) -> None:
        """Have a message drawn again whenever one of its countdowns reads differently.

        The page draws a message again only if something in it differs.
        """
        publish = self._preview._publish  # noqa: SLF001

        def publish_with_countdowns(page: Any, **more: Any) -> None:
            publish(page, **more)
            now = self._env.now().timestamp()
            for message in page.snapshot.get("messages", {}).values():
                message["countdowns"] = countdowns(json.dumps(message), now)

        self._preview._publish = publish_with_countdowns  # noqa: SLF001


def countdowns(text: str, now: float) -> list[str]:
    """Return what each countdown of a text reads now, in units as Discord's own clients show.

    >>> countdowns("<t:90:R> and <t:3700:R>", 60)
    ['30 s', '61 min']
    """
    left = [int(at) - now for at in _COUNTDOWN.findall(text)]
    return [f"{one:.0f} s" if abs(one) < 60 else f"{one / 60:.0f} min" for one in left]
