"""Whatever a platform sends, it is a question or it is refused in words."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.refusals import Refusal
from bot.questions import origins
from bot.sources import platforms
from bot.sources.imported import Request
from tests.sources import payloads

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["binary", "numeric", "YES", "resolved", "finalized", "a1", "0", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "text", "slug", "title"]), inner, max_size=3)
    ),
    max_leaves=6,
)
SENT: list[tuple[str, str, Callable[[], payloads.Payload]]] = [
    ("manifold", "/v0/slug/x", payloads.manifold),
    ("manifold", "/v0/slug/x", payloads.manifold_answers),
    ("manifold", "/v0/slug/x#a2", payloads.manifold_independent),
    ("metaculus", "/api/posts/1/", payloads.metaculus),
    ("metaculus", "/api/posts/1/", payloads.metaculus_group),
    ("metaculus", "/api/posts/1/#701", payloads.metaculus_conditional),
    ("polymarket", "/markets/slug/x", payloads.polymarket),
    ("polymarket", "/events/slug/x", payloads.polymarket_event),
    ("kalshi", "/markets/X", payloads.kalshi),
    ("kalshi", "/events/X", payloads.kalshi_event),
]


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every place in a payload that holds a value."""
    inside = data.items() if isinstance(data, dict) else enumerate(data)
    found = []
    for name, value in list(inside):
        found.append((data, name))
        if isinstance(value, dict | list):
            found += places(value)
    return found


@pytest.mark.parametrize(("source", "ref", "make"), SENT)
@given(data=st.data())
def test_a_payload_with_anything_in_it_is_read_or_refused(
    source: str, ref: str, make: Callable[[], payloads.Payload], data: st.DataObject
) -> None:
    sent = make()
    sent.setdefault("isResolved", data.draw(st.booleans()))
    for _ in range(data.draw(st.integers(1, 4))):
        inside, name = data.draw(st.sampled_from(places(sent)))
        inside[name] = data.draw(VALUES)
        if not places(sent):
            break
    path, _, part = ref.partition("#")

    try:
        found = platforms.read(sent, Request(source, path, part))
    except Refusal:
        return

    json.loads(origins.dump(found))
    origins.load(origins.dump(found))
