"""Compares this machine's clock with Discord's, which each answer carries."""

from collections.abc import Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime

from bot.core.refusals import say_duration
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site
from bot.door import reach

SUBJECT = "clock"
# An answer takes a while, and its date is of a whole second.
MOST = timedelta(seconds=30)


async def find(site: Site) -> Sequence[Finding]:
    """Say how far the two clocks are apart."""
    before = site.clock()
    try:
        answer = await site.ask("/gateway")
    except reach.Unreachable:
        return [unused(SUBJECT, "not checked: Discord cannot be reached")]
    between = before + (site.clock() - before) / 2
    said = answer.headers.get("Date")
    if said is None:
        return [unused(SUBJECT, "not checked: Discord's answer has no date")]
    apart = between - parsedate_to_datetime(said)
    if abs(apart) > MOST:
        which = "ahead of" if apart > timedelta() else "behind"
        return [
            mend(
                SUBJECT,
                f"this machine is {say_duration(abs(apart))} {which} Discord. Switch on the "
                "setting of its clock from the network (NTP): turns and reminders go by it.",
            )
        ]
    return [
        ok(SUBJECT, f"as Discord's, within {say_duration(max(abs(apart), timedelta(seconds=1)))}")
    ]
