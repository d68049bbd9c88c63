"""Buttons and forms about forecasts."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import discord

from bot.core.keys import Key
from bot.door.interactions import Door, fields_of
from bot.door.parts import Action
from bot.forecasts import cards as forecasts_cards
from bot.forecasts import service as forecasts_service
from bot.rounds import service as rounds_service
from storage.enums import CardKind


async def record(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the form of the button Record forecast."""
    await door.open_for("recorded", at)


async def record_form(door: Door, at: Key, typed: Mapping[str, str]) -> discord.ui.Modal:
    """Make the form of a forecast on what a card is about."""
    prepared = await door.do(forecasts_service.prepare, at)
    return forecasts_cards.forecast_form(at, prepared, typed)


async def recorded(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Record the forecast of a filled-in form.

    The card of a running turn shows what somebody in the circle recorded. In all other cases the
    member gets a private receipt, above all for a blind forecast, for chances that were scaled, or
    without a seat: who was forgotten while the form was open has none any more.
    """
    record_it = partial(forecasts_service.record_at, at=at, **_typed(door))
    if at.kind not in rounds_service.OF_TURNS or not door.on_card:
        await door.whisper(forecasts_cards.receipt(await door.do(record_it)))
        return
    shown = await door.change(at, record_it)
    unsaid = shown.hidden or shown.late or shown.total or shown.finished is False
    if unsaid or not shown.on_card or door.card_is_gone:
        await door.whisper(forecasts_cards.receipt(shown))


def _typed(door: Door) -> dict[str, Any]:
    """Return what the form of a forecast says."""
    typed = fields_of(door.interaction)
    return {
        "probability": forecasts_cards.joined(typed),
        "reason": typed.get("reason", ""),
        "finish": typed.get(forecasts_cards.FINISH) == str(True),
    }


_FORECAST_ON = {
    CardKind.BLIND,
    CardKind.TURN,
    CardKind.CUE,
    CardKind.FINAL,
    CardKind.SUMMARY,
    CardKind.QUESTION,
    CardKind.STOPPED,
}
ACTIONS = {
    "record": Action(record, _FORECAST_ON),
    "recorded": Action(recorded, _FORECAST_ON, record_form),
}
