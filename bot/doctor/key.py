"""Checks DOJO_SECRET_KEY: whether it is a key, and opens what is sealed in the database."""

from collections.abc import Sequence

from bot.calendars.setup import open_box
from bot.core.encryption import NoKeyError
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site
from storage import sealed

SUBJECT = "key"
# Of each kind of sealed text, so many of the newest ones are opened.
SAMPLE = 50


async def find(site: Site) -> Sequence[Finding]:
    """Say whether what is sealed can be opened; nothing of it is shown."""
    texts = await site.read(lambda database: sealed.sample(database, SAMPLE)) or []
    if site.settings.secret_key is None or not site.settings.secret_key.get_secret_value():
        if texts:
            said = f"DOJO_SECRET_KEY is not set, and {len(texts)} texts are sealed. Set it again."
            return [mend(SUBJECT, said)]
        return [unused(SUBJECT)]
    try:
        box = open_box(site.settings)
    except NoKeyError as error:
        return [mend(SUBJECT, str(error))]
    closed = sum(box.find(text) is None for text in texts)
    if closed:
        said = (
            f"DOJO_SECRET_KEY does not open {closed} of {len(texts)} sealed texts. Put the old key "
            "behind it, with a comma between."
        )
        return [mend(SUBJECT, said)]
    return [ok(SUBJECT, f"valid, and opens all of {len(texts)} sealed texts that were tried")]
