"""Sends a group its weekly digest, and sets when the next one is due. Never touches Discord."""

from zoneinfo import ZoneInfo

from bot.core import keys
from bot.core.unit import Desk, Unit
from bot.digest import read_model as digest_read_model
from bot.digest import rules as digest_rules
from storage import digests


def send_due(desk: Desk, _number: int, group_id: int) -> None:
    """Post the digest that is due, if there is anything to tell. Twice changes nothing."""
    with desk.step(group_id) as unit:
        due = unit.group.digest_at
        if due is None or due > unit.now:
            return
        set_next(unit)
        if due > digests.UNSET:
            _post(unit)


def set_next(unit: Unit) -> None:
    """Set when a group's next digest is due: never, where it has no channel or wants none."""
    group = unit.group
    wanted = group.digest and group.channel_id is not None
    zone = ZoneInfo(group.timezone)
    group.digest_at = digest_rules.next_at(unit.now, zone) if wanted else None
    unit.wake(f"digest:{group.id}", group.digest_at)


def follow_settings(unit: Unit) -> None:
    """Set the next digest by changed settings; one that is due already comes all the same."""
    group = unit.group
    overdue = group.digest_at is not None and group.digest_at <= unit.now
    if not (overdue and group.digest and group.channel_id is not None):
        set_next(unit)


def _post(unit: Unit) -> None:
    group = unit.group
    if group.channel_id is None or group.digest_at is None:
        return
    week = digest_rules.week_of(unit.now, ZoneInfo(group.timezone))
    key = keys.digest(group.id, week)
    if digest_read_model.gather(unit.tx, group, key, unit.now).is_news:
        unit.ping(key, group.channel_id, group.digest_at)
