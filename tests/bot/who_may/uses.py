"""How each command, button and form is used: what is chosen, filled in and typed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

from bot.core import keys
from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal
from bot.core.unit import Caller, Desk
from bot.groups.offers import OFFERS
from bot.pastcasts import dealing
from bot.registry import ACTIONS
from bot.standings.query import BoardQuery
from bot.who_may import Deed
from storage.enums import CardKind
from tests.bot.who_may import scenes
from tests.bot.who_may.doors import Asked, press, type_command
from tests.bot.who_may.scenes import Place
from tests.conftest import caller

# A calendar to subscribe to, so that its address can be asked for.
WITH_FEED = Integrations(Box(new_key()), feed_url="https://dojo.example.org")
BUILDERS: Mapping[str, Callable[..., Place]] = {
    "A session and its rounds": scenes.session,
    "A turn that was extended before": scenes.extended,
    "A session without its host": scenes.without_host,
    "A warm-up": scenes.warming_up,
    "A question that was dealt from the bank": scenes.dealt,
    "A question and its outcome": scenes.question,
    "The message that asks what happened": scenes.inquiry,
    "An outcome that waits for a second person": scenes.confirmation,
    "An outcome that another platform reports": scenes.proposal,
    "The group": scenes.group,
    "What waits for one person alone": scenes.of_one,
}


@dataclass(frozen=True)
class Use:
    """What is chosen from a select, filled into a form, or typed as options."""

    values: Callable[[Place], tuple[str, ...]] = lambda _place: ()
    fields: Callable[[Place], Mapping[str, str]] = dict
    options: Callable[[Place], Mapping[str, Any]] = dict
    prefers: tuple[CardKind, ...] = ()
    before: Callable[[Desk, Caller, Place], object] | None = None
    after: Callable[[Asked], None] = field(default=lambda _asked: None)


def _nothing(_place: Place) -> dict[str, Any]:
    return {}


def chosen(*values: str) -> Use:
    return Use(values=lambda _place: values, fields=_nothing, options=_nothing)


def filled(fields: Callable[[Place], Mapping[str, str]], **more: Any) -> Use:
    return Use(fields=fields, options=_nothing, **more)


def typed(options: Callable[[Place], Mapping[str, Any]], **more: Any) -> Use:
    return Use(options=options, fields=_nothing, **more)


PLAIN = Use(fields=_nothing, options=_nothing)


def _question(place: Place) -> dict[str, str]:
    return {"question": str(place.question)}


def _form(place: Place) -> dict[str, str]:
    """The form of a new question, or of the one that there is with another source."""
    asked = place.outcome == "Red"
    return {
        "title": "Will it rain in Niamey tomorrow?" if asked else "Will the river flood the town?",
        "criteria": "",
        "closes": "in 3 hours",
        "source": "https://example.org/source",
        "kind": "choice" if asked else "binary",
        **({"answers": scenes.COLOURS, "answers_of": "choice"} if asked else {}),
    }


def _forecast(place: Place) -> dict[str, str]:
    return {"probability": place.said, "reason": ""}


def _outcome(place: Place) -> dict[str, str]:
    return {"outcome": place.outcome, "known_at": "", "source": ""}


def _vote(place: Place) -> tuple[str, ...]:
    return (str(place.other),)


def _own_only(asked: Asked) -> None:
    """Take an export without what somebody else holds for a refusal to export everything."""
    _, more = asked.said[-1]
    with ZipFile(BytesIO(more["file"].fp.read())) as archive:
        everything = archive.read("everything.json").decode()
    if "Ben" not in everything:  # who has forecast
        raise NotAllowedRefusal("Only their own.")


def _know_before(desk: Desk, who: Caller, place: Place) -> None:
    dealing.know(desk, replace(who, interaction_id=None), keys.dealt(1))


def _sealed(_place: Place) -> dict[str, str]:
    return {
        "title": "Did it rain on that day in March?",
        "text": "As the station says, one millimetre or more.",
        "days": "14 March 2013 to 2 April 2013",
        "outcome": "yes",
        "source": "",
    }


def _typed_value(name: str) -> Use:
    value = {"timezone": "Europe/Berlin", "reminders": "1d, 15m"}.get(name, "2m")
    return filled(lambda _place: {"value": value})


MESSAGE = SimpleNamespace(
    clean_content="Will it snow on the hills?", embeds=[], jump_url="https://discord.com/x"
)
IMPORTED = "https://manifold.markets/somebody/rain"
SESSION = {"session": "1"}

# By the door alone, or by what is done and the door where that makes a difference.
USES: dict[str | tuple[str, str], Use] = {
    "/session edit": typed(lambda _place: {**SESSION, "title": "Another name"}),
    "/session cancel": typed(lambda _place: SESSION),
    ("start a planned session", "/session start"): typed(lambda _place: SESSION),
    "/session schedule": typed(lambda _place: {"when": "in 3 hours"}),
    "vote": Use(_vote, _nothing, _nothing),
    "vote_here": Use(_vote, _nothing, _nothing),
    "vote_ahead": Use(lambda _place: ("1",), _nothing, _nothing),
    "change_to": Use(_vote, _nothing, _nothing),
    "recorded": filled(_forecast),
    "warm_up_filled": filled(lambda _place: {"r0": "1 to 99999"}),
    "unknow": Use(fields=_nothing, options=_nothing, before=_know_before),
    "/question edit": typed(_question),
    ("change its topic", "/question edit"): typed(
        lambda place: {**_question(place), "topic": "weather"}
    ),
    "edited": filled(_form),
    "answered": filled(lambda _place: {"answers": scenes.COLOURS}),
    "/question withdraw": typed(_question),
    "/question resolve": typed(lambda place: {**_question(place), "outcome": place.outcome}),
    "resolved": filled(_outcome),
    "/question reopen": typed(_question),
    "/question dispute": typed(lambda place: {**_question(place), "reason": "It did not."}),
    "disputed": filled(lambda _place: {"reason": "It did not."}),
    "/forecast": typed(lambda place: {**_question(place), "probability": place.said}),
    "/question show": typed(_question),
    "/history": typed(_question),
    "happened": chosen("yes"),
    "asked_later": filled(lambda _place: {"again": ""}),
    "/settings facilitator": typed(lambda _place: {"role": SimpleNamespace(id=8)}),
    "/settings timezone": typed(lambda _place: {"zone": "Europe/Berlin"}),
    "/settings cues": typed(lambda _place: {"spoken": True}),
    "/settings reminders": typed(lambda _place: {"minutes": "1d"}),
    "/settings outcomes": typed(lambda _place: {"mention": True}),
    "/settings confirm-outcomes": typed(lambda _place: {"confirm": True}),
    "/settings digest": typed(lambda _place: {"weekly": True}),
    "/timezone": typed(lambda _place: {"zone": "Europe/Berlin"}),
    ("give the calendar a new address", "/settings calendar-feed"): typed(
        lambda _place: {"roll": True}
    ),
    ("take out everything that is held", "/data export"): Use(
        fields=_nothing, options=_nothing, after=_own_only
    ),
    ("have somebody else forgotten", "/data forget-me"): typed(
        lambda _place: {"member": SimpleNamespace(id=caller("Ben").user_id)}
    ),
    ("bring a question of the past", "/question submit"): typed(lambda _place: {"sealed": True}),
    "/question import": typed(lambda _place: {"url": IMPORTED}),
    "/Bring this as a question": typed(lambda _place: {"message": MESSAGE}),
    "sealed": filled(_sealed, prefers=(CardKind.QUESTION,)),
    "submitted": filled(_form, prefers=(CardKind.QUESTION,)),
    "imported": filled(_form),
    "choose_part": chosen("0"),
    "practise": chosen("70"),
    "practise_typed": filled(lambda _place: {"probability": "70"}),
    **{f"set_{one.name}": chosen(one.values[-1]) for one in OFFERS},
    **{f"typed_{one.name}": _typed_value(one.name) for one in OFFERS if one.example},
}
# Keys that no scene has: of standings, which are asked for anew.
STANDING_KEYS: dict[CardKind, Key] = {
    CardKind.LEADERBOARD: BoardQuery().key(),
    CardKind.STANDING: keys.standing(2),
    CardKind.PRACTICE: keys.practice(),
}


def use_of(deed: Deed, door: str) -> Use:
    return USES.get((deed.says, door)) or USES.get(door) or PLAIN


def key_for(deed: Deed, door: str, place: Place) -> Key | None:
    """The key with which a button is pressed in a place; None if it can have none there."""
    if door in place.by_door:
        return place.by_door[door]
    kinds = ACTIONS[door].kinds
    wanted = (*use_of(deed, door).prefers, place.current, *place.beside)
    for kind in wanted:
        if kind in kinds and kind in place.cards:
            return place.cards[kind]
    return next((at for kind, at in STANDING_KEYS.items() if kind in kinds), None)


def stale_key(door: str, place: Place) -> Key | None:
    """The key of a card that has been overtaken, or was never there."""
    return next((at for kind, at in place.cards.items() if kind in ACTIONS[door].kinds), None)


def can_use(deed: Deed, door: str, place: Place) -> bool:
    """Whether a door leads there at all: a lobby before any round has no card of a round."""
    return door.startswith("/") or key_for(deed, door, place) is not None


async def use(desk: Desk, who: Caller, deed: Deed, door: str, place: Place) -> None:
    """Do it by this door; what is refused is raised."""
    how = use_of(deed, door)
    if how.before is not None:
        how.before(desk, who, place)
    if door.startswith("/"):
        asked = await type_command(desk, who, door[1:], **how.options(place))
    else:
        at = key_for(deed, door, place) or stale_key(door, place)
        assert at is not None, f"no key for {door}"
        asked = await press(desk, who, door, at, how.values(place), how.fields(place))
    how.after(asked)
