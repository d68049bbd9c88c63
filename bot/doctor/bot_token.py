"""Checks the token by asking Discord whose it is."""

from collections.abc import Sequence

from bot.doctor.findings import Finding, mend, ok
from bot.doctor.site import Site
from bot.door import reach

SUBJECT = "token"


async def find(site: Site) -> Sequence[Finding]:
    """Say whose the token is; what Discord says of the application is noted for other checks."""
    if site.token is None:
        return [mend(SUBJECT, "DOJO_DISCORD_TOKEN is not set. README.md says how to get one.")]
    try:
        answer = await site.ask("/users/@me")
    except reach.Unreachable as error:
        why = reach.say(error)
        return [mend(SUBJECT, f"Discord cannot be reached ({why}). Check the network.")]
    if answer.status == 401:
        return [mend(SUBJECT, reach.REFUSED)]
    if answer.status != 200:
        return [mend(SUBJECT, f"Discord answers with error {answer.status}. Try again later.")]
    site.application = await site.ask("/applications/@me")
    return [ok(SUBJECT, f"the bot is {answer.body['username']} ({answer.body['id']})")]
