"""Times that members type: read before a transaction opens, and asked about where they are open.

What was typed beside an open time is kept as a draft in the database until its author presses one
of the buttons, so the question outlives a restart, and nothing has to be typed twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.times.reader import read_time
from bot.core.times.result import Asks, Purpose, Refused, Result, Understood
from bot.core.times.zones import parse_zone
from bot.keys import Key
from bot.rules import Refusal, StaleRefusal
from bot.unit import ActUnit, Caller, Desk, row_id
from storage import groups, planning
from storage.tables import Draft, DraftKind, Group

Reading = Understood | Asks
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class TypedTime:
    """A text, what it is to say, by whose clocks, and when.

    `opened_at` is when the question was asked, for an outcome; `planned` is when the session that
    is to be moved would be, and `planned_zone` its zone where that may be another one.
    """

    text: str
    purpose: Purpose
    zone: ZoneInfo
    now: datetime
    opened_at: datetime | None = None
    planned: datetime | None = None
    planned_zone: ZoneInfo | None = None

    def read(self) -> Reading:
        """Return the moment that is meant, or those to ask about.

        Raises:
            Refusal: it is no time, or one that cannot be meant; the sentence says what to type.
        """
        found = self.result()
        if isinstance(found, Refused):
            raise Refusal(found.reason)
        return found

    def zone_typed(self, reading: Reading) -> ZoneInfo | None:
        """Return the zone that the text itself names: it stays, whichever clocks it is read by."""
        zone = first(reading).zone
        if zone not in {self.zone, self.planned_zone}:
            return zone
        other = _UTC if zone != _UTC else ZoneInfo("Asia/Tokyo")
        elsewhere = replace(self, zone=other, planned_zone=None).result()
        return None if isinstance(elsewhere, Refused) or first(elsewhere).zone != zone else zone

    def result(self) -> Result:
        """Return what the reader makes of it; a time of day alone keeps the day of `planned`."""
        return read_time(
            self.text,
            purpose=self.purpose,
            zone=self.zone,
            now=self.now,
            opened_at=self.opened_at,
            planned=self.planned,
            planned_zone=self.planned_zone,
        )


@dataclass(frozen=True)
class Asked:
    """A change that waits for the member to say which time was meant."""

    draft_id: int
    doubt: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Chosen:
    """What a member typed, what it is about, and the moment that they have chosen for it."""

    moment: Understood
    typed: dict[str, Any]
    about: str | None


def zone_of(desk: Desk, caller: Caller) -> ZoneInfo:
    """Return the zone in which a member types times: their own, or else the group's."""
    with desk.db.read() as tx:
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        group = groups.find(tx, caller.group_id) or Group(id=caller.group_id, name="")
        return parse_zone((me and me.timezone) or group.timezone)


def first(reading: Reading) -> Understood:
    """Return the moment, or one of those that it may be: what is checked before the question."""
    return reading.candidates[0] if isinstance(reading, Asks) else reading


def ask(
    unit: ActUnit, kind: DraftKind, typed: Mapping[str, Any], asks: Asks, about: str | None = None
) -> Asked:
    """Keep what was typed until the member has said which moment was meant."""
    draft = Draft(
        group_id=unit.group.id,
        member_id=unit.my_id,
        kind=kind,
        about=about,
        typed=json.dumps(typed),
        readings=json.dumps([(one.text, str(one.zone)) for one in asks.candidates]),
        created_at=unit.now,
    )
    unit.tx.add(draft)
    unit.tx.flush()
    return Asked(row_id(draft), asks.doubt, _labels(asks))


def _labels(asks: Asks) -> tuple[str, ...]:
    """Return what stands on the buttons: with the zone's name where it is not the same on all."""
    several = len({one.zone for one in asks.candidates}) > 1
    return tuple(one.moment if several else one.label for one in asks.candidates)


def take(unit: ActUnit, kind: DraftKind, at: Key) -> Chosen:
    """Return what a draft has become with the moment of the pressed button; it is answered now.

    Raises:
        StaleRefusal: it has been answered, is another member's, or has no such moment.
    """
    draft = planning.draft(unit.tx, unit.my_id, at.id)
    readings = json.loads(draft.readings) if draft is not None and draft.kind == kind else []
    if draft is None or not at.more or at.more[0] >= len(readings):
        raise StaleRefusal(
            "That has been answered already, or it is more than a day old. Type the command again."
        )
    text, zone = readings[at.more[0]]
    moment = Understood(datetime.fromisoformat(text).astimezone(UTC), ZoneInfo(zone))
    unit.tx.delete(draft)
    return Chosen(moment, json.loads(draft.typed), draft.about)
