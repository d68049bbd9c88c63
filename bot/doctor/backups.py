"""Checks the backups: where they go, how old the newest one is, what makes them."""

import os
from collections.abc import Sequence

from bot.backups import rules, service
from bot.backups.rules import Plan
from bot.backups.settings import read_plan
from bot.core.errors import StartError
from bot.core.refusals import say_duration
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site
from storage import postgresql_tools
from storage.contents import BackupError
from storage.engine import Database

SUBJECT = "backups"
PROGRAMS = ("pg_dump", "pg_restore", "psql")


async def find(site: Site) -> Sequence[Finding]:
    """Say whether backups are made, and can be."""
    try:
        plan = read_plan(site.settings)
    except StartError as error:
        return [mend(SUBJECT, str(error))]
    if plan is None:
        return [unused(SUBJECT, "not used. DOJO_BACKUP_DIR is where the bot would write them")]
    return [_find_age(site, plan), *(await site.read(_find_tools) or [])]


def _find_age(site: Site, plan: Plan) -> Finding:
    beginning = next(
        one for one in (plan.folder.absolute(), *plan.folder.absolute().parents) if one.exists()
    )
    if not beginning.is_dir():
        return mend(SUBJECT, f"{beginning} is no folder. Correct DOJO_BACKUP_DIR.")
    if not os.access(beginning, os.R_OK | os.W_OK | os.X_OK):
        said = f"{beginning} may not be read and written by this user. Change its owner."
        return mend(SUBJECT, said)
    now = site.clock()
    newest = rules.newest(service.names_in(plan.folder), now)
    if newest is None:
        return mend(SUBJECT, f"there is none in {plan.folder} yet. `dojo db backup` makes one.")
    age = say_duration(now - newest)
    if now - newest > 2 * plan.every:
        said = f"the newest one is {age} old. Look for backup.failed in the bot's log."
        return mend(SUBJECT, said)
    return ok(SUBJECT, f"the newest one is {age} old, in {plan.folder}")


def _find_tools(database: Database) -> list[Finding]:
    if database.is_sqlite:
        return []
    try:
        tools = [postgresql_tools.find_tool(name, database) for name in PROGRAMS]
    except BackupError as error:
        return [mend("pg_dump", str(error))]
    return [ok("pg_dump", f"{tools[0]} is as new as the server, and so are pg_restore and psql")]
