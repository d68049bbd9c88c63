"""Buttons and forms about forecasts."""

from bot.core.keys import Key
from bot.door.interactions import Door, fields_of
from bot.door.parts import Action
from bot.forecasts import cards as forecasts_cards
from bot.forecasts import service as forecasts_service
from storage.enums import CardKind


async def record(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the form of the button Record forecast."""
    prepared = await door.do(forecasts_service.prepare, at)
    await door.ask(forecasts_cards.forecast_form(at, prepared))


async def recorded(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Record the forecast of a filled-in form.

    The card of a turn shows what was recorded. In all other cases the member gets a private
    receipt, above all for a blind forecast or for chances that were scaled.
    """
    typed = fields_of(door.interaction)
    said = _said(typed)
    why = typed.get("reason", "")
    if at.kind in {CardKind.TURN, CardKind.CUE}:
        receipt = await door.change(
            at, forecasts_service.record_at, at, probability=said, reason=why
        )
        if not (receipt.hidden or receipt.late or receipt.total):
            return
    else:
        receipt = await door.do(forecasts_service.record_at, at, probability=said, reason=why)
    await door.whisper(forecasts_cards.receipt(receipt))


def _said(typed: dict[str, str]) -> str:
    """Return the forecast as if it had been typed into one field."""
    parts = [typed[name] for name in sorted(typed) if name.startswith(forecasts_cards.PART)]
    return " / ".join(parts) if parts else typed.get("probability", "")


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
    "recorded": Action(recorded, _FORECAST_ON),
}
