"""Time zones as people name them: by place, by everyday name, by city. Pure."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.core.refusals import Refusal

# An everyday name is the wall clock of its place, in summer and in winter.
_EVERYDAY = {
    "America/New_York": ("et", "est", "edt", "eastern"),
    "America/Chicago": ("ct", "cdt", "central"),
    "America/Denver": ("mt", "mst", "mdt", "mountain"),
    "America/Los_Angeles": ("pt", "pst", "pdt", "pacific"),
    "America/Anchorage": ("akst", "akdt"),
    "Pacific/Honolulu": ("hst",),
    "Europe/London": ("bst", "uk", "british"),
    "Europe/Berlin": ("cet", "cest", "mez", "mesz", "central european"),
    "Australia/Sydney": ("aedt",),
    "Pacific/Auckland": ("nzst", "nzdt"),
    "Asia/Tokyo": ("jst",),
    "Asia/Seoul": ("kst",),
    "Asia/Hong_Kong": ("hkt",),
    "Asia/Singapore": ("sgt",),
    "UTC": ("utc", "gmt", "z"),
}
_PLACE_OF = {name: zone for zone, names in _EVERYDAY.items() for name in names}
# Names that mean other clocks in other places; these are the zones to type.
VAGUE = {
    "cst": ("America/Chicago", "Asia/Shanghai", "America/Havana"),
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "ast": ("America/Halifax", "Asia/Riyadh"),
    "adt": ("America/Halifax", "Asia/Riyadh"),
    "aest": ("Australia/Sydney", "Australia/Brisbane"),
    "gst": ("Asia/Dubai", "Atlantic/South_Georgia"),
    "sst": ("Pacific/Pago_Pago", "Asia/Singapore"),
}
# These follow the clocks of a machine, or of no place.
_NOBODYS = {"localtime", "Factory"}
_WITH_CITIES = {
    "Africa",
    "America",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
}
# Last parts of zone names that mean something else when people say them.
_WORDS = {
    *("act", "center", "christmas", "chatham", "cocos", "currie", "east", "easter", "general"),
    *("jan mayen", "knox", "lhi", "midway", "norfolk", "north", "nsw", "oral", "petersburg"),
    *("resolute", "reunion", "samoa", "south", "truk", "victoria", "wake", "west", "yap"),
}


def parse_zone(text: str) -> ZoneInfo:
    """Return the zone of a name, an everyday name or a city, capital letters aside.

    Raises:
        Refusal: there is no such zone, or the name means several.
    """
    wanted = _fold(text)
    if wanted in VAGUE:
        raise Refusal(several(text))
    if found := place(wanted) or named(wanted):
        return found
    raise Refusal(
        f"`{text.strip()[:40]}` is not a time zone. Use a name such as `Europe/Berlin`, "
        "`America/New_York` or `UTC`."
    )


def several(text: str) -> str:
    """Say which zones a name can mean, and what to type."""
    names = " or ".join(f"`{name}`" for name in VAGUE[_fold(text)])
    return (
        f"`{text.strip().upper()}` means different time zones in different places. "
        f"Type a zone's name, such as {names}."
    )


def place(text: str) -> ZoneInfo | None:
    """Return the zone that an everyday name or a city has, if it is one."""
    wanted = _fold(text)
    name = _PLACE_OF.get(wanted) or _cities().get(wanted)
    return ZoneInfo(name) if name else None


def named(text: str) -> ZoneInfo | None:
    """Return the zone of a full name, such as `Europe/Berlin`."""
    name = _names().get(_fold(text))
    return ZoneInfo(name) if name else None


def zones_like(text: str, most: int = 25) -> list[str]:
    """List names of zones for these words: an everyday name's first, then those of regions."""
    wanted = _fold(text)
    first = [*VAGUE.get(wanted, ()), *([_PLACE_OF[wanted]] if wanted in _PLACE_OF else [])]
    rest = [name for key, name in _names().items() if wanted in key and name not in first]
    rest.sort(key=lambda name: ("/" not in name, name.startswith("Etc/"), name))
    return [*first, *rest][:most]


def _fold(text: str) -> str:
    return " ".join(text.replace("_", " ").lower().split())


@cache
def _names() -> dict[str, str]:
    """Return all zone names by the form in which they are compared.

    The answer is cached, because each listing reads the disk.
    """
    return {_fold(name): name for name in sorted(available_timezones() - _NOBODYS)}


@cache
def _cities() -> dict[str, str]:
    split = {name: name.split("/") for name in _names().values()}
    found = {_fold(parts[-1]): name for name, parts in split.items() if parts[0] in _WITH_CITIES}
    return {city: name for city, name in found.items() if city not in _WORDS}
