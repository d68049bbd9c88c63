"""A card of parts: what Discord gets, what it shows, and how it is found again."""

import discord
import pytest

from bot.core import keys
from bot.demo.stage import Stage, as_text, labels
from bot.door.messages import (
    GREEN,
    PICTURE,
    Aside,
    Layout,
    Message,
    Picture,
    button,
    components_of,
    select,
)
from bot.runtime.delivery.hashes import hashes_of
from bot.runtime.delivery.posting import edit, is_it, send
from tests.openapi import DESCRIPTION, DiscordSpec

AT = keys.summary(7)
PNG = Picture(b"\x89PNG", "circle.png", "A chart")


def laid_out(*parts: object, picture: Picture | None = PNG, **more: object) -> Message:
    given = parts or ("**70%** in the end.", PICTURE, "Ana 60% → 70%")
    return Message(layout=Layout(given, GREEN), picture=picture, **more)  # type: ignore[arg-type]


async def test_the_parts_of_a_card_stand_in_their_order_with_the_buttons_below() -> None:
    items = (button("record", AT, "Forecast"), button("details", AT, "Details"))

    sent = laid_out(items=items).to_send()

    frame = sent["view"].to_components()[0]
    assert [part["type"] for part in frame["components"]] == [10, 12, 10, 1]
    assert frame["accent_color"] == GREEN
    assert [file.filename for file in sent["files"]] == ["circle.png"]
    assert sent["content"] is None


async def test_a_card_without_its_picture_leaves_no_gap() -> None:
    view = laid_out(picture=None).view()

    assert view is not None
    assert [part["type"] for part in view.to_components()[0]["components"]] == [10, 10]


async def test_a_select_and_six_buttons_take_three_rows() -> None:
    buttons = [button("record", AT, f"{number}") for number in range(6)]
    vote = select("vote", AT, "Vote", [(1, "Rain", "")], row=0)

    view = laid_out(items=(vote, *buttons)).view()

    assert view is not None
    rows = [part for part in view.to_components()[0]["components"] if part["type"] == 1]
    assert [len(row["components"]) for row in rows] == [1, 5, 1]


def test_what_a_card_of_parts_shows_tells_it_from_others() -> None:
    shown = [
        laid_out(),
        laid_out("**71%** in the end.", PICTURE),
        laid_out("**70%** in the end.", PICTURE, Aside("Ana", button("record", AT, "Forecast"))),
        laid_out("**70%** in the end.", "Ana 60% → 70%", PICTURE),
        Message(layout=Layout(("**70%** in the end.", PICTURE, "Ana 60% → 70%")), picture=PNG),
    ]

    assert len({hashes_of(message).text for message in shown}) == len(shown)
    assert hashes_of(laid_out()) == hashes_of(laid_out())


async def test_an_edit_that_uploads_nothing_still_shows_the_picture_in_its_place(
    stage: Stage,
) -> None:
    channel = stage.app.client.get_partial_messageable(stage.channel.id, guild_id=stage.guild.id)
    message_id = await send(channel, str(AT), laid_out(items=(button("record", AT, "Forecast"),)))
    drawn_before = Picture(b"", PNG.filename, PNG.alt)

    later = laid_out("**70%** in the end.", PICTURE, "Closed.", picture=drawn_before)
    await channel.get_partial_message(message_id).edit(**later.to_edit(files=False))

    found = await channel.fetch_message(message_id)
    (kept,) = found.attachments
    assert (await kept.read(), kept.filename) == (PNG.png, "circle.png")
    gallery = next(
        part for part in components_of(found) if isinstance(part, discord.MediaGalleryComponent)
    )
    assert [one.media.url for one in gallery.items] == [kept.url]
    assert [one.description for one in gallery.items] == ["A chart"]
    edited = next(one.json for one in reversed(stage.env.http_requests) if one.method == "PATCH")
    assert "attachments" not in edited
    if DESCRIPTION.exists():
        path = f"/channels/{stage.channel.id}/messages/{message_id}"
        assert DiscordSpec().problems("PATCH", path, edited) == []


@pytest.mark.parametrize("items", [(), (button("record", AT, "Forecast"),)])
async def test_a_card_of_parts_is_posted_edited_and_found_again(
    stage: Stage, items: tuple[discord.ui.Button[object], ...]
) -> None:
    channel = stage.app.client.get_partial_messageable(stage.channel.id, guild_id=stage.guild.id)
    side = Aside("Ben 80%", button("details", AT, "Details"))
    first = laid_out("Ana, read this:", PICTURE, *([side] if items else []), items=items)

    message_id = await send(channel, str(AT), first)
    await edit(channel.get_partial_message(message_id), first)

    found = await channel.fetch_message(message_id)
    assert is_it(found, str(AT), first)
    assert not is_it(found, str(AT), laid_out("Something else")) or items
    assert labels(found) == (["Details", "Forecast"] if items else [])
    assert "Ana, read this:" in as_text(found)
    assert any(isinstance(part, discord.MediaGalleryComponent) for part in components_of(found))
