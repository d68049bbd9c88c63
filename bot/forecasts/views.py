"""Buttons and forms about forecasts."""

from collections.abc import Mapping

import discord

from bot.core.keys import Key
from bot.door.interactions import Door, fields_of
from bot.door.parts import Action
from bot.forecasts import cards as forecasts_cards
from bot.forecasts import service as forecasts_service
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

    The card of a turn shows what was recorded. In all other cases the member gets a private
    receipt, above all for a blind forecast or for chances that were scaled.
    """
    typed = fields_of(door.interaction)
    said = forecasts_cards.joined(typed)
    why = typed.get("reason", "")
    if at.kind == CardKind.TURN and door.on_card:
        receipt = await door.change(
            at, forecasts_service.record_at, at, probability=said, reason=why
        )
        if not (receipt.hidden or receipt.late or receipt.total):
            return
    else:
        receipt = await door.do(forecasts_service.record_at, at, probability=said, reason=why)
    await door.whisper(forecasts_cards.receipt(receipt))


_FORECAST_ON = {
    CardKind.BLIND,
    CardKind.TURN,
    CardKind.FINAL,
    CardKind.SUMMARY,
    CardKind.QUESTION,
    CardKind.STOPPED,
}
ACTIONS = {
    "record": Action(record, _FORECAST_ON),
    "recorded": Action(recorded, _FORECAST_ON, record_form),
}
