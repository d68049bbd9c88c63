"""How the history of an outcome looks, and the sentence about scores that it changed."""

from collections.abc import Sequence
from itertools import accumulate

import discord

from bot.answers.formats import VOID
from bot.door.messages import moment, one_line
from bot.questions.outcome_history import Entry

MOST_ENTRIES = 10
# Two fields hold them: of each Discord takes 1,024 characters, and the count of others fits too.
ROOM = 990
# The newest says all; an earlier one is told on a line.
LONGEST_WHY, LONGEST_NEWEST = 60, 300
LONGEST_OUTCOME = 40


def add_history(embed: discord.Embed, entries: Sequence[Entry]) -> None:
    """Add who entered what, when and why, newest first."""
    rows = [_row(one, newest=not at) for at, one in enumerate(entries[:MOST_ENTRIES])]
    first = _fitting(rows)
    second = _fitting(rows[len(first) :])
    earlier = len(entries) - len(first) - len(second)
    counted = [f"… and {earlier} earlier"] if earlier else []
    for name, part in (("What was entered", first), ("Before that", [*second, *counted])):
        if part:
            embed.add_field(name=name, value="\n".join(part), inline=False)


def _fitting(rows: Sequence[str]) -> list[str]:
    """Return as many rows as fit in one field."""
    lengths = accumulate(len(row) + 1 for row in rows)
    return [row for row, length in zip(rows, lengths, strict=True) if length <= ROOM]


def say_changed(changed: int | None) -> str:
    """Say how many people's scores an entry changed; nothing of a first outcome."""
    if changed is None:
        return ""
    if not changed:
        return "Nobody's score changed."
    people = "1 person's score" if changed == 1 else f"{changed:,} people's scores"
    return f"{people} changed."


def say_first(entry: Entry) -> str:
    """Say in a few words what an entry was."""
    if entry.outcome is None:
        return "Reopened"
    said = one_line(entry.outcome, LONGEST_OUTCOME)
    if entry.before is None:
        return "Void" if entry.outcome == VOID else said
    if entry.before == entry.outcome:
        return f"Again {said}"
    return "Corrected: void" if entry.outcome == VOID else f"Corrected: {said}"


def _row(entry: Entry, *, newest: bool) -> str:
    who = f" · by {one_line(entry.entered_by, 24)}" if entry.entered_by else ""
    second = f", confirmed by {one_line(entry.confirmed_by, 24)}" if entry.confirmed_by else ""
    known = f" · known {moment(entry.known_at)}" if entry.outcome is not None else ""
    why = _why(entry, LONGEST_NEWEST if newest else LONGEST_WHY)
    return f"**{say_first(entry)}** · {moment(entry.entered_at)}{who}{second}{known}{why}"


def _why(entry: Entry, limit: int) -> str:
    """Say the source and the comment, on the same line; not what the line begins with."""
    comment = "" if entry.comment == say_first(entry).lower() else entry.comment
    parts = [comment, f"Source: {entry.source}" if entry.source else ""]
    said = " · ".join(part for part in parts if part)
    return f" · {one_line(said, limit)}" if said else ""
