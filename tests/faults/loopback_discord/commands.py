"""Turns what a person types after the slash into what Discord sends to the bot.

Works from the definitions that the bot registered: they say which words are subcommands, which
options there are and of what type. What Discord's app wouldn't let a person send is refused here.
"""

from __future__ import annotations

from typing import Any

from .components import NotOnScreen
from .world import Channel, Json, Member, Role, User

SUBCOMMAND, SUBCOMMAND_GROUP = 1, 2
STRING, INTEGER, BOOLEAN, NUMBER = 3, 4, 5, 10
PYTHON_TYPES: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    6: (Member, User),
    7: (Channel,),
    8: (Role,),
    9: (Member, User, Role),
    NUMBER: (int, float),
}


def command_data(
    definition: Json,
    words: list[str],
    values: dict[str, Any],
    typing: tuple[str, str] | None = None,
) -> Json:
    """The `data` of the interaction: the command, its subcommands nested in it, options, people.

    `typing` is an option's name and its text so far, while the person still wants suggestions.
    """
    resolved: Json = {}
    inner, path = _descend(definition, words)
    options = _options(inner, values, resolved, half_typed=typing is not None)
    if typing is not None:
        options.append({"name": typing[0], "type": STRING, "value": typing[1], "focused": True})
    for step in reversed(path):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    data = {"id": definition["id"], "name": definition["name"], "type": 1, "options": options}
    guild = {"guild_id": definition["guild_id"]} if definition.get("guild_id") else {}
    return data | guild | ({"resolved": resolved} if resolved else {})


def _descend(definition: Json, words: list[str]) -> tuple[Json, list[Json]]:
    inner, path = definition, []
    for word in words:
        steps = [o for o in inner.get("options") or () if o["type"] in (1, 2) and o["name"] == word]
        if not steps:
            raise NotOnScreen(f"/{definition['name']} {' '.join(words)} isn't registered")
        inner = steps[0]
        path.append(inner)
    if any(o["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP) for o in inner.get("options") or ()):
        raise NotOnScreen(f"/{' '.join([definition['name'], *words])} needs a subcommand")
    return inner, path


def _options(
    definition: Json, values: dict[str, Any], resolved: Json, *, half_typed: bool
) -> list[Json]:
    known = {option["name"]: option for option in definition.get("options") or ()}
    if unknown := set(values) - set(known):
        raise NotOnScreen(f"No options {sorted(unknown)}; there are {list(known)}")
    missing = {name for name, o in known.items() if o.get("required")} - set(values)
    if missing and not half_typed:
        raise NotOnScreen(f"Discord won't send it without {sorted(missing)}")
    return [
        {"name": name, "type": known[name]["type"], "value": _value(known[name], value, resolved)}
        for name, value in values.items()
    ]


def _value(option: Json, value: Any, resolved: Json) -> Any:
    value = _chosen(option, value)
    types = PYTHON_TYPES.get(option["type"], ())
    if not isinstance(value, types) or (isinstance(value, bool) and option["type"] != BOOLEAN):
        raise NotOnScreen(f"{option['name']} can't be {value!r}")
    _check_bounds(option, value)
    if option["type"] in (STRING, INTEGER, BOOLEAN, NUMBER):
        return value
    return resolve(value, resolved)


def _chosen(option: Json, value: Any) -> Any:
    """Where there are choices a person picks one by its name; the bot gets its value."""
    choices = option.get("choices") or []
    if not choices:
        return value
    for choice in choices:
        if value in (choice["name"], choice["value"]):
            return choice["value"]
    raise NotOnScreen(f"{option['name']} has no choice {value!r}")


def _check_bounds(option: Json, value: Any) -> None:
    size = len(value) if isinstance(value, str) else value
    low = option.get("min_length", option.get("min_value"))
    high = option.get("max_length", option.get("max_value"))
    if (low is not None and size < low) or (high is not None and size > high):
        raise NotOnScreen(f"{option['name']} can't be {value!r}: {low} to {high}")


def resolve(thing: Any, resolved: Json) -> str:
    """The id of a person, role or channel. Discord sends along what it stands for."""
    match thing:
        case Member():
            resolve(thing.user, resolved)
            facts = thing.payload(with_user=False) | {"permissions": str(thing.permissions)}
            resolved.setdefault("members", {})[str(thing.id)] = facts
        case User():
            resolved.setdefault("users", {})[str(thing.id)] = thing.payload()
        case Role():
            resolved.setdefault("roles", {})[str(thing.id)] = thing.payload()
        case Channel():
            facts = thing.payload() | {"permissions": "0"}
            resolved.setdefault("channels", {})[str(thing.id)] = facts
        case _:
            raise NotOnScreen(f"{thing!r} is neither a person nor a role nor a channel")
    return str(thing.id)
