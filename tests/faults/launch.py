"""Runs the bot against another Discord than the real one: `python -m tests.faults.launch --help`.

discord.py stays as it is; only the addresses that it starts from are set, and it is told not to ask
for a compressed gateway. Everything else, webhooks and interactions included, follows from these.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DOJO = "bot.__main__:main"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def point_discord_py_at(api_base: str, gateway_url: str) -> None:
    """Makes this process talk to that Discord alone. Refuses an address outside this machine."""
    for address in (api_base, gateway_url):
        if urlsplit(address).hostname not in LOOPBACK:
            raise SystemExit(f"{address} isn't on this machine")
    Route.BASE = api_base
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    # A default, not a behaviour: which compression discord.py would want depends on what is
    # installed, and nothing but its own `connect` ever calls this.
    DiscordWebSocket.from_client.__func__.__kwdefaults__["compress"] = False  # type: ignore[attr-defined]


def main(argv: Sequence[str]) -> None:
    """Everything after `--` is for the bot's own command line."""
    cut = argv.index("--") if "--" in argv else len(argv)
    options = _parser().parse_args(argv[:cut])
    point_discord_py_at(options.api_base, options.gateway_url)
    run = _load(options.module)
    run(list(argv[cut + 1 :]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.launch", description=__doc__)
    parser.add_argument("api_base", help="such as http://127.0.0.1:8000/api/v10")
    parser.add_argument("gateway_url", help="such as ws://127.0.0.1:8000/socket")
    parser.add_argument(
        "--module", default=DOJO, help="package.module:function to run (%(default)s)"
    )
    return parser


def _load(place: str) -> Callable[[list[str]], object]:
    module, _, function = place.partition(":")
    loaded: Callable[[list[str]], object] = getattr(importlib.import_module(module), function)
    return loaded


if __name__ == "__main__":
    main(sys.argv[1:])
