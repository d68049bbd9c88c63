"""Cards with selects: what a new group sets up, and all settings, a page for each topic."""

import discord
from discord.ui import Label, Modal, TextInput

from bot.core import keys
from bot.core.keys import Key
from bot.door.components import AnySelect
from bot.door.custom_ids import CustomId
from bot.door.messages import (
    BLUE,
    GREEN,
    PRIMARY,
    SECONDARY,
    Layout,
    Message,
    button,
)
from bot.door.selects import channel_select, role_select, word_select
from bot.groups.offers import OFFERS, PAGES, ZONE, Offer, Page
from bot.groups.read_model import Welcome
from bot.groups.service import GroupSettings
from storage.tables import Group

LONGEST_TYPED = 60


def welcome_card(shown: Welcome) -> Message:
    """Show the three things that a new group sets up, and how far it has come."""
    group, ready = shown.group, not shown.missing
    hello = (
        "## 👋 Three things to set up\n"
        "I run evenings on which a group forecasts together, one voice at a time. Whoever has "
        "**Manage Server** chooses below; each choice is saved at once."
    )
    steps = (
        _step(
            "1. Channel", "for announcements, questions and outcomes", _channel(group.channel_id)
        ),
        _step("2. Voice channel", "where you meet", _channel(group.voice_channel_id)),
        _step("3. Time zone", "in which times are typed", _zone(group)),
    )
    plan, help_ = shown.mentions.of("session schedule"), shown.mentions.of("help")
    then = f"**All set.** {plan} plans the first evening." if ready else f"{help_} says the rest."
    style = PRIMARY if ready else SECONDARY
    return Message(
        layout=Layout((hello, "\n".join(steps), then), GREEN if ready else BLUE),
        items=(
            *_channel_selects(shown.at, group),
            offered(shown.at, ZONE, group),
            button("help", shown.at, "How it works", style),
            button("panel", shown.at, "All settings"),
        ),
    )


def panel(settings: GroupSettings, page: Page = Page.PLACES) -> Message:
    """Show a page of the settings, with a select for each and buttons to the other pages."""
    group = settings.group
    at = keys.group(group.id, page)
    title, text = PAGES[page]
    text = f"### Settings · {title}\n{text} Each choice is saved at once."
    if page is Page.PLACES and settings.missing:
        text = f"{text}\n**Not chosen yet:** {', '.join(settings.missing)}."
    chosen = [offered(at, offer, group) for offer in OFFERS if offer.page is page]
    if page is Page.PLACES:
        role = group.facilitator_role_id
        leaders = role_select("set_facilitator", at, "Facilitators: the role that leads", role)
        chosen = [*_channel_selects(at, group), leaders, *chosen]
    return Message(
        layout=Layout((text,)),
        items=(*chosen, *(_tab(group, one, page) for one in Page)),
    )


def offered(at: Key, offer: Offer, group: Group) -> AnySelect:
    """Return the select of a setting that has values to choose from."""
    is_chosen = offer is not ZONE or group.timezone_chosen
    now = offer.now(group) if is_chosen else None
    return word_select(f"set_{offer.name}", at, offer.label, offer.options(group), now)


def value_form(at: Key, offer: Offer, group: Group) -> Modal:
    """Make the form for a value that is not on the list."""
    form = Modal(
        title=offer.label, custom_id=str(CustomId(f"typed_{offer.name}", at)), timeout=1800
    )
    typed: TextInput[Modal] = TextInput(
        custom_id="value", placeholder=offer.example, max_length=LONGEST_TYPED
    )
    form.add_item(
        Label(
            text=offer.label,
            description=f"Now: {offer.say(offer.now(group))}. Type {offer.example}.",
            component=typed,
        )
    )
    return form


def _channel_selects(at: Key, group: Group) -> tuple[AnySelect, AnySelect]:
    text, voice = discord.ChannelType.text, discord.ChannelType.voice
    return (
        channel_select("set_channel", at, "Channel for announcements", (text,), group.channel_id),
        channel_select("set_voice", at, "Voice channel", (voice,), group.voice_channel_id),
    )


def _tab(group: Group, page: Page, shown: Page) -> discord.ui.Button[discord.ui.View]:
    at = keys.group(group.id, page)
    return button("panel", at, PAGES[page][0], disabled=page is shown)


def _step(name: str, what: str, chosen: str) -> str:
    mark = "✅" if chosen else "⬜"
    return f"{mark} **{name}**, {what}: {chosen or 'not chosen yet'}"


def _channel(channel_id: int | None) -> str:
    return f"<#{channel_id}>" if channel_id else ""


def _zone(group: Group) -> str:
    return group.timezone if group.timezone_chosen else ""
