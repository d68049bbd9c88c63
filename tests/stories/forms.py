"""Open forms, as the person sees them who is about to fill them in."""

from typing import Any

import simcord

from bot.demo.stage import Stage


def fields(form: simcord.InteractionResult) -> dict[str, Any]:
    """What the fields of an open form are filled with, by their ids."""
    assert form.modal is not None, "no form was opened"
    found = {}
    for label in form.modal["components"]:
        if (field := label.get("component")) is not None:
            chosen = [one["value"] for one in field.get("options", ()) if one.get("default")]
            ticked = field.get("default", "")
            found[field["custom_id"]] = field.get("value", chosen[0] if chosen else ticked)
    return found


async def correct(
    stage: Stage, who: str, refused: simcord.InteractionResult
) -> simcord.InteractionResult:
    """Press Correct it under a refusal."""
    assert refused.response is not None
    return await stage.people[who].click(refused.response.message, label="Correct it")
