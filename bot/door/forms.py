"""Forms that were refused: what was typed into them, and how they are opened again.

Every form is kept in the same way, so a feature only says how each of its forms is made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import discord
from discord import ComponentType, InteractionType
from discord.ui import Checkbox, Modal, RadioGroup, Select, TextInput

from bot.core import keys
from bot.core.drafts import FilledForm
from bot.door.custom_ids import CustomId
from bot.door.messages import Attachment, Message, button, components_of
from storage.enums import CardKind

CORRECT = "correct"
# Under this name a form is noted with its interaction.
NOTED = "form"
LONGEST_FIELD = 4000
LONGEST_CONTENT = 2000
# A shorter option of a command is typed again faster than it is copied.
WORTH_COPYING = 20
_STRING_OPTION = 3
_HOW = "**Correct it** opens the form as you typed it; it is kept for 15m."


def filled_form(interaction: discord.Interaction[Any]) -> FilledForm | None:
    """Return the form that was noted as the one to correct, else the one that was sent."""
    noted = interaction.extras.get(NOTED)
    if isinstance(noted, FilledForm):
        return noted
    if interaction.type is not InteractionType.modal_submit:
        return None
    return replace(_sent_form(interaction.data), corrects=corrected(interaction))


def corrected(interaction: discord.Interaction[Any]) -> int | None:
    """Return the number of the refused form that a form corrects, if it does."""
    if interaction.type is not InteractionType.modal_submit or interaction.message is None:
        return None
    refusal = interaction.message
    if interaction.guild_id is not None and not refusal.flags.ephemeral:
        return None  # a card of the group, and no refusal: those are private
    ids = (getattr(part, "custom_id", None) for part in components_of(refusal))
    found = (CustomId.find(text) for text in ids if text)
    return next((one.at.id for one in found if one and one.action == CORRECT), None)


def went_on_from(interaction: discord.Interaction[Any]) -> tuple[int, ...]:
    """Return the numbers of the kept forms that a sent form goes on from."""
    if interaction.type is not InteractionType.modal_submit:
        return ()
    data: Any = interaction.data or {}
    own = CustomId.find(str(data.get("custom_id", "")))
    second = own.at.id if own is not None and own.at.kind == CardKind.DRAFT else None
    return tuple(one for one in (corrected(interaction), second) if one is not None)


def texts_of(interaction: discord.Interaction[Any]) -> tuple[str, ...]:
    """Return the texts of an interaction that should not have to be typed a second time."""
    filled = filled_form(interaction)
    if filled is not None:
        return filled.texts
    if interaction.type is not InteractionType.application_command:
        return ()
    data: Any = interaction.data or {}
    options = (one["value"] for one in _options(data) if one.get("type") == _STRING_OPTION)
    return tuple(text for text in options if len(text) > WORTH_COPYING)


def fields(data: Any) -> Iterator[dict[str, Any]]:
    """Yield the fields of a form that was sent, from top to bottom."""
    waiting = list(reversed((data or {}).get("components", [])))
    while waiting:
        node = waiting.pop()
        if "custom_id" in node:
            yield node
        waiting += reversed(node.get("components", []))
        if "component" in node:
            waiting.append(node["component"])


def value_of(node: dict[str, Any]) -> str:
    """Return what a field of a sent form holds; of several chosen values the first."""
    values = node.get("values")
    return str(values[0]) if values else str(node.get("value") or "")


def fill(form: Modal, typed: Mapping[str, str]) -> Modal:
    """Fill in a form with what was typed before; fields without a text stay as they are."""
    for item in form.walk_children():
        text = typed.get(str(getattr(item, "custom_id", "")))
        if text is not None:
            _fill(item, text)
    return form


def offer(reason: str, draft_id: int) -> Message:
    """Say why a form was refused, and offer to correct it."""
    again = button(CORRECT, keys.form(draft_id), "Correct it", discord.ButtonStyle.primary)
    return Message(content=f"{reason}\n{_HOW}", items=(again,))


def give_back(reason: str, texts: tuple[str, ...]) -> Message:
    """Say why something was refused, with what was typed, so that it can be copied."""
    if not texts:
        return Message(content=reason)
    blocks = "\n".join(f"```\n{text}\n```" for text in texts)
    said = f"{reason}\nWhat you typed:\n{blocks}"
    if len(said) <= LONGEST_CONTENT and not any("```" in text for text in texts):
        return Message(content=said)
    file = Attachment("\n\n".join(texts).encode(), "what-you-typed.txt")
    return Message(content=f"{reason}\nWhat you typed is in the file.", attachment=file)


def _sent_form(data: Any) -> FilledForm:
    sent = list(fields(data))
    written = {one["custom_id"]: value_of(one) for one in sent if _is_text(one)}
    chosen = {one["custom_id"]: value_of(one) for one in sent if not _is_text(one)}
    return FilledForm(str(data.get("custom_id", "")), written, chosen)


def _is_text(node: dict[str, Any]) -> bool:
    return node.get("type") == ComponentType.text_input.value


def _options(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the options of a command, also those of its subcommand."""
    for option in node.get("options", ()):
        yield option
        yield from _options(option)


def _fill(item: discord.ui.Item[Any], text: str) -> None:
    if isinstance(item, TextInput):
        _fill_text(item, text)
    elif isinstance(item, Checkbox):
        item.default = text == str(True)
    elif isinstance(item, Select | RadioGroup):
        for option in item.options:
            option.default = option.value == text


def _fill_text(item: TextInput[Any], text: str) -> None:
    """Fill in a text; one that is too long or too short is for the service to refuse."""
    item.default = text or None
    if item.max_length is not None:
        item.max_length = max(item.max_length, len(text))
    if item.min_length is not None and 0 < len(text) < item.min_length:
        item.min_length = None
