"""Reads cards and forms the way a person does: finds a button by its label, fills in a field.

Works on Discord's JSON of components, the older rows as well as the newer containers and labels.
"""

from __future__ import annotations

import copy
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

BUTTON, TEXT, LABEL, RADIO_GROUP, CHECKBOX = 2, 10, 18, 21, 23
SELECTS = (3, 5, 6, 7, 8)
MANY_VALUES = (*SELECTS, 19, 22)
UNPRESSABLE_STYLES = (5, 6)  # A link or a purchase: Discord tells the bot nothing.


class NotOnScreen(LookupError):  # noqa: N818 - the mistake is the test's
    """A person couldn't do that: there is no such button, field or command in front of them."""


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, outer before inner, as they are on the screen."""
    for component in components:
        yield component
        inner = [*component.get("components", ())]
        inner += [component[key] for key in ("accessory", "component") if component.get(key)]
        yield from walk(inner)


def with_ids(components: list[Json]) -> list[Json]:
    """A copy in which each component has a number, as Discord gives one to those without."""
    numbered = copy.deepcopy(components)
    taken = {component["id"] for component in walk(numbered) if component.get("id")}
    free = (number for number in count(1) if number not in taken)
    for component in walk(numbered):
        if not component.get("id"):
            component["id"] = next(free)
    return numbered


def visible_text(message: Json) -> Iterator[str]:
    """The texts of a message, one after the other."""
    yield message["content"]
    for embed in message["embeds"]:
        yield from (embed[key] for key in ("title", "description") if embed.get(key))
        for field in embed.get("fields", ()):
            yield from (field["name"], field["value"])
        yield (embed.get("footer") or {}).get("text", "")
    for component in walk(message["components"]):
        yield from (component[key] for key in ("content", "label") if component.get(key))


def find_button(components: list[Json], label: str | None, custom_id: str | None) -> Json:
    """The one button with this label or id that can be pressed."""
    buttons = [c for c in walk(components) if c["type"] == BUTTON]
    fitting = [b for b in buttons if _is(b, "label", label) and _is(b, "custom_id", custom_id)]
    pressable = [b for b in fitting if b.get("style") not in UNPRESSABLE_STYLES]
    if len(pressable) != 1:
        shown = [button.get("label") for button in buttons]
        raise NotOnScreen(f"{len(pressable)} buttons {label or custom_id!r} among {shown}")
    if pressable[0].get("disabled"):
        raise NotOnScreen(f"The button {label or custom_id!r} is greyed out")
    return pressable[0]


def find_select(components: list[Json], custom_id: str | None) -> Json:
    """The one select menu, or the one with this id."""
    menus = [c for c in walk(components) if c["type"] in SELECTS and _is(c, "custom_id", custom_id)]
    if len(menus) != 1 or menus[0].get("disabled"):
        raise NotOnScreen(f"{len(menus)} menus (custom_id {custom_id}), or it is greyed out")
    return menus[0]


def check_choice(menu: Json, values: list[str]) -> None:
    """A person can pick only what the menu offers, and only so many."""
    offered = [option["value"] for option in menu["options"]] if "options" in menu else values
    least, most = menu.get("min_values", 1), menu.get("max_values", 1)
    if not least <= len(values) <= most or not set(values) <= set(offered):
        raise NotOnScreen(f"Can't pick {values}: {least} to {most} of {offered}")


def _is(component: Json, key: str, wanted: str | None) -> bool:
    return wanted is None or component.get(key) == wanted


def filled_form(form: list[Json], values: dict[str, Any]) -> list[Json]:
    """What Discord sends of a form in which these fields were filled in, the rest left as it was.

    A field goes by its custom_id or by its label: discord.py makes custom_ids up where none is
    given, and a person sees only the label.
    """
    names = [name for component in walk(form) for name in _names(component)]
    if unknown := [name for name in values if name not in names]:
        raise NotOnScreen(f"No field {unknown} in the form; there are {names}")
    return [_submitted(component, values) for component in form]


def _names(component: Json) -> Iterator[str]:
    yield from (component[key] for key in ("custom_id", "label") if component.get(key))


def _submitted(component: Json, values: dict[str, Any], label: str = "") -> Json:
    bare = {"type": component["type"], "id": component["id"]}
    if component["type"] == LABEL:
        return bare | {"component": _submitted(component["component"], values, component["label"])}
    if "components" in component:
        return bare | {"components": [_submitted(c, values) for c in component["components"]]}
    if component["type"] == TEXT:
        return bare
    return bare | {"custom_id": component["custom_id"]} | _answer(component, values, label)


def _answer(component: Json, values: dict[str, Any], label: str) -> Json:
    names = [component["custom_id"], label, *_names(component)]
    given = next((values[name] for name in names if name in values), None)
    if component["type"] in MANY_VALUES:
        picked = [str(getattr(value, "id", value)) for value in given or _preset(component)]
        if component["type"] in SELECTS and (picked or component.get("required", True)):
            check_choice(component, picked)
        return {"values": picked}
    if component["type"] == CHECKBOX:
        return {"value": bool(component.get("default") if given is None else given)}
    if component["type"] == RADIO_GROUP:
        return {"value": next(iter(_preset(component)), None) if given is None else given}
    typed = str(given if given is not None else component.get("value") or "")
    _check_typed(component, typed)
    return {"value": typed}


def _preset(component: Json) -> list[str]:
    return [option["value"] for option in component.get("options", ()) if option.get("default")]


def _check_typed(field: Json, typed: str) -> None:
    """Discord's app doesn't let a form go with a field too long, too short or missing."""
    least, most = field.get("min_length") or 1, field.get("max_length") or 4000
    optional = not field.get("required", True)
    if not (optional and not typed) and not least <= len(typed) <= most:
        raise NotOnScreen(f"{field['custom_id']} takes {least} to {most} characters, not {typed!r}")
