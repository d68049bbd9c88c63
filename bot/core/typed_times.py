"""Times that members type: read early, and asked about where they are unclear.

What was typed beside an open time is saved as a draft in the database until its author presses one
of the buttons, so the question outlives a restart, and nothing has to be typed twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.times.reader import read_time
from bot.core.times.result import Asks, Purpose, Refused, Result, Understood
from bot.core.times.zones import parse_zone
from bot.core.unit import ActUnit, Caller, Desk, row_id
from storage import drafts, groups
from storage.tables import Draft, DraftKind, Group

ReadTime = Understood | Asks
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class TypedTime:
    """A text, what it should say, on which clocks, and when it was typed.

    `opened_at` is when the question was asked, for an outcome; `planned` is the present time of a
    session that somebody moves, and `planned_zone` its zone where that may be another one.
    """

    text: str
    purpose: Purpose
    zone: ZoneInfo
    now: datetime
    opened_at: datetime | None = None
    planned: datetime | None = None
    planned_zone: ZoneInfo | None = None

    def read(self) -> ReadTime:
        """Return the moment that is meant, or those to ask about.

        Raises:
            Refusal: it is no time, or one that cannot be meant; the sentence says what to type.
        """
        found = self.result()
        if isinstance(found, Refused):
            raise Refusal(found.reason)
        return found

    def zone_typed(self, reading: ReadTime) -> ZoneInfo | None:
        """Return the zone that the text itself names, which no clocks can change."""
        zone = first(reading).zone
        if zone not in {self.zone, self.planned_zone}:
            return zone
        other = _UTC if zone != _UTC else ZoneInfo("Asia/Tokyo")
        elsewhere = replace(self, zone=other, planned_zone=None).result()
        return None if isinstance(elsewhere, Refused) or first(elsewhere).zone != zone else zone

    def result(self) -> Result:
        """Return how the text is read; a time of day alone stays on `planned`'s day."""
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
class TimeQuestion:
    """A change that waits for the member to say which time was meant."""

    draft_id: int
    doubt: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class ChosenTime:
    """What a member typed, what it is about, and the moment they chose for it."""

    moment: Understood
    typed: dict[str, Any]
    about: str | None


def zone_of(desk: Desk, caller: Caller) -> ZoneInfo:
    """Return the zone in which a member types times: their own, or else the group's."""
    with desk.db.read() as tx:
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        group = groups.find(tx, caller.group_id) or Group(id=caller.group_id, name="")
        return parse_zone((me and me.timezone) or group.timezone)


def first(reading: ReadTime) -> Understood:
    """Return the moment, or the first possible one, for checks before the question."""
    return reading.candidates[0] if isinstance(reading, Asks) else reading


def ask(
    unit: ActUnit, kind: DraftKind, typed: Mapping[str, Any], asks: Asks, about: str | None = None
) -> TimeQuestion:
    """Save what was typed until the member has said which moment was meant."""
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
    return TimeQuestion(row_id(draft), asks.doubt, _labels(asks))


def _labels(asks: Asks) -> tuple[str, ...]:
    """Return the labels of the buttons, with the zone's name where zones differ."""
    several = len({one.zone for one in asks.candidates}) > 1
    return tuple(one.moment if several else one.label for one in asks.candidates)


def take(unit: ActUnit, kind: DraftKind, at: Key) -> ChosenTime:
    """Finish a draft with the moment of the pressed button, and return both.

    Raises:
        StaleRefusal: it has been answered, is another member's, or has no such moment.
    """
    draft = drafts.of_member(unit.tx, unit.my_id, at.id)
    readings = json.loads(draft.readings) if draft is not None and draft.kind == kind else []
    if draft is None or not at.more or at.more[0] >= len(readings):
        raise StaleRefusal(
            "That has been answered already, or it is more than a day old. Type the command again."
        )
    text, zone = readings[at.more[0]]
    moment = Understood(datetime.fromisoformat(text).astimezone(UTC), ZoneInfo(zone))
    unit.tx.delete(draft)
    return ChosenTime(moment, json.loads(draft.typed), draft.about)
