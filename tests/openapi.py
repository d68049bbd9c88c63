"""Says whether a request to Discord is one that Discord's own description of its API allows.

For tests only: it reads the description once and checks bodies against it. It doesn't know what
only Discord's prose says (6000 characters for all embeds together, 5 inputs in a modal, the
pattern of command names).
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIPTION = Path(__file__).resolve().parents[1].parent / "shared" / "discord" / "openapi.json"
UNIONS_ARE_TOLD_APART_BY = ("type", "entity_type")
BOT_MESSAGES = ("MessageCreateRequest", "MessageEditRequestPartial")
BOT_CONTENT_LIMIT = 2000


class DiscordSpec:
    """Discord's description, ready to be asked about one request after another.

    >>> spec = DiscordSpec()
    >>> spec.problems("POST", "/channels/1/messages", {"content": "Hello"})
    []
    >>> spec.problems("POST", "/channels/1/messages", {"content": 7})
    ['content: 7 is not of types "null", "string"']
    """

    def __init__(self, description: Path = DESCRIPTION) -> None:
        spec = json.loads(description.read_text(encoding="utf-8"))
        self._components = _as_discord_applies_it(spec["components"])
        self._paths: dict[str, dict[str, Any]] = spec["paths"]
        # Those with the most fixed words come first: `/users/@me` before `/users/{user_id}`.
        templates = sorted(self._paths, key=lambda path: (path.count("{"), path))
        self._patterns = [(_pattern(t, self._paths[t]), t) for t in templates]
        self._validator = cache(self._compile)

    def problems(self, method: str, path: str, body: object) -> list[str]:
        """What is wrong with this request, a short line each; empty when nothing is.

        `path` is without the `/api/v10`. `body` is the parsed JSON, None if there is none; for a
        multipart request it is the parsed `payload_json` (the files aren't looked at).
        """
        route = path.partition("?")[0]
        matching = [t for pattern, t in self._patterns if pattern.fullmatch(route)]
        if not matching:
            return [f"{method} {route}: Discord has no such path"]
        template = next((t for t in matching if method.lower() in self._paths[t]), None)
        if template is None:
            return [f"{method} {route}: Discord knows this path, but not with {method}"]
        return self._problems_of_body(template, method.lower(), body)

    def _problems_of_body(self, template: str, method: str, body: object) -> list[str]:
        declared = self._paths[template][method].get("requestBody")
        if declared is None:
            return [] if not body else [f"{method.upper()} {template} takes no body"]
        if "application/json" not in declared["content"]:
            return []  # Three uploads are forms without any JSON: there is nothing to compare.
        if body is None:
            return [f"{method.upper()} {template} needs a body"] if declared.get("required") else []
        errors = self._validator(template, method).iter_errors(body)
        return list(dict.fromkeys(line for error in errors for line in _explain(error)))

    def _compile(self, template: str, method: str) -> jsonschema_rs.Validator:
        content = self._paths[template][method]["requestBody"]["content"]
        schema = {**content["application/json"]["schema"], "components": self._components}
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _as_discord_applies_it(components: dict[str, Any]) -> dict[str, Any]:
    """The schemas, mended in two places where they aren't what Discord does with a bot's request.

    Snowflakes: the description wants strings, Discord takes numbers too, and discord.py sends
    numbers (users in `allowed_mentions`, `message_reference`, attachment ids, `recipient_id`).
    Loosening that one type is safer than rewriting bodies: a number stays refused wherever no id
    belongs, and what the bot sent is checked as it was sent.

    Content: 4000 characters are for people who pay; a bot's message ends at 2000.
    """
    schemas = components["schemas"]
    schemas["SnowflakeType"] |= {"type": ["string", "integer"], "minimum": 0}
    for name in BOT_MESSAGES:
        schemas[name]["properties"]["content"]["maxLength"] = BOT_CONTENT_LIMIT
    return components


def _pattern(template: str, item: dict[str, Any]) -> re.Pattern[str]:
    """What fits the template. An id has to be a number: `/channels/None` is a mistake of ours."""
    operations = [item, *(item[key] for key in item if key != "parameters")]
    ids = {
        parameter["name"]
        for operation in operations
        for parameter in operation.get("parameters", ())
        if parameter["schema"].get("$ref", "").endswith("/SnowflakeType")
    }
    parts = re.split(r"{(\w+)}", template)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = (r"\d+" if name in ids else "[^/]+" for name in parts[1::2])
    return re.compile("".join(parts))


def _explain(error: jsonschema_rs.ValidationError) -> Iterator[str]:
    """The error in a line or a few.

    A union fails once per branch, and a card's component has forty. Only the branch that the value
    means to be is of interest: the one whose `type` it has.
    """
    branches = getattr(error.kind, "context", None)
    if branches is None:
        yield f"{_place(error.instance_path)}: {_shortened(error.message)}"
        return
    if not all(branches):
        yield f"{_place(error.instance_path)}: fits more than one of the kinds allowed here"
        return
    intended = [branch for branch in branches if not _is_another_kind(branch, error)]
    if not intended:
        yield _not_among(branches, error)
        return
    for inner in min(intended, key=len):
        yield from _explain(inner)


def _is_another_kind(branch: list[jsonschema_rs.ValidationError], union: Any) -> bool:
    """Whether the value never meant to be what this branch describes."""
    return any(_contradicts(error, list(union.instance_path)) for error in branch)


def _contradicts(error: jsonschema_rs.ValidationError, place: list[str | int]) -> bool:
    path = list(error.instance_path)
    if path == place:
        return error.kind.name in ("const", "enum", "type")
    told_apart = path[:-1] == place and path[-1] in UNIONS_ARE_TOLD_APART_BY
    return told_apart and error.kind.name in ("const", "enum")


def _not_among(branches: list[list[jsonschema_rs.ValidationError]], union: Any) -> str:
    """Names what would have been allowed, when no branch is meant."""
    place = list(union.instance_path)
    culprits = [error for branch in branches for error in branch if _contradicts(error, place)]
    allowed = sorted({str(value) for error in culprits for value in _allowed(error)}, key=_natural)
    telling = next((e for e in culprits if e.kind.name != "type"), culprits[0])
    value = _shortened(json.dumps(telling.instance))
    return f"{_place(telling.instance_path)}: {value} is none of {', '.join(allowed)}"


def _allowed(error: jsonschema_rs.ValidationError) -> list[Any]:
    kind = error.kind
    match kind.name:
        case "const":
            return [kind.as_dict()["expected_value"]]
        case "enum":
            return list(kind.as_dict()["options"])
        case _:
            return list(kind.as_dict()["types"])


def _natural(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isdigit() else (10**9, text)


def _place(path: list[str | int]) -> str:
    """`components[0].label`, as one would write it in Python."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".") or "the body"


def _shortened(text: str, limit: int = 120) -> str:
    """Both ends: jsonschema puts the value first and what is wrong with it last."""
    return text if len(text) <= limit else f"{text[:30]} … {text[30 - limit :]}"
