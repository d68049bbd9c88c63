"""Checks at the start, before anything is changed, that the web server could listen."""

import socket

from bot.core.errors import StartError
from bot.runtime.web import parse_bind


def check_bind(bind: str) -> None:
    """Refuse an address that is mistyped, not of this machine, or taken."""
    host, port = parse_bind(bind)
    if not port:
        raise StartError(
            f"DOJO_HTTP_BIND={bind} names no port: with 0, each start takes another one. Name one, "
            "for example 127.0.0.1:8080."
        )
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as tried:
            # A server that ended a moment ago does not keep its port from the next one.
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(place)
            tried.listen(1)
    except (OSError, ValueError) as error:  # a ValueError is about a name that no host can have
        reason = error.strerror if isinstance(error, OSError) else error
        raise StartError(f"DOJO_HTTP_BIND={bind} cannot be used: {reason}.") from None
