"""The announcement's card within the limits of Discord."""

from dataclasses import replace
from datetime import UTC, datetime

import discord

from bot.core import keys
from bot.door.messages import Message
from bot.schedule.cards import announcement_card
from bot.schedule.read_model import Announcement, Event, Held, Wanted
from storage.tables import SessionState

CROWD = tuple("*" * 32 for _ in range(100))


def test_the_longest_announcement_of_the_largest_group_fits_and_counts_whom_it_leaves_out() -> None:
    shown = Announcement(
        at=keys.announcement(1),
        title="*" * 100,
        description="*" * 1000,
        state=SessionState.SCHEDULED,
        host="*" * 32,
        starts_at=datetime(2026, 11, 26, 18, tzinfo=UTC),
        timezone="America/Argentina/ComodRivadavia",
        minutes=1439,
        repeats="the second Wednesday of each month until 30 September 2027",
        not_held=False,
        voice_channel_id=10**18,
        channel_id=10**18,
        turn_seconds=5000,
        size=100,
        going=CROWD,
        waiting=CROWD,
        maybe=CROWD,
        cannot=CROWD,
        interested=CROWD,
        event=Event(trouble="x" * 2000),
        brought=tuple(Wanted(number, "*" * 200, 100) for number in range(100)),
        trouble="x" * 2000,
    )

    card = announcement_card(shown)

    embed = card.embed

    assert embed is not None
    assert len(embed) <= 6000
    assert all(len(str(field.value)) <= 1024 for field in embed.fields)
    assert [field.name for field in embed.fields][:2] == [
        "Going (100 of 100)",
        "Waiting for a place (100)",
    ]
    for field in embed.fields[:5]:
        assert str(field.value).endswith(" more")


PLANNED = Announcement(
    at=keys.announcement(1),
    title="Circle",
    description="",
    state=SessionState.SCHEDULED,
    host="Ana",
    starts_at=datetime(2026, 11, 26, 18, tzinfo=UTC),
    timezone="UTC",
    minutes=90,
    repeats="",
    not_held=False,
    voice_channel_id=None,
    channel_id=910,
    turn_seconds=600,
    size=None,
    going=("Ana",),
    waiting=(),
    maybe=(),
    cannot=(),
    interested=(),
    event=Event(),
)


def labels(card: Message) -> list[str]:
    return [item.label or "" for item in card.items if isinstance(item, discord.ui.Button)]


def coloured(card: Message) -> list[str | None]:
    buttons = [item for item in card.items if isinstance(item, discord.ui.Button)]
    return [one.label for one in buttons if one.style != discord.ButtonStyle.secondary]


def test_start_takes_the_place_of_the_calendar_and_is_then_the_coloured_button() -> None:
    early = announcement_card(PLANNED)
    soon = announcement_card(replace(PLANNED, start_offered=True))

    answers = ["Going", "Maybe", "Can't make it", "Bring a question"]
    assert labels(early) == [*answers, "Add to calendar"]
    assert labels(soon) == ["Start", *answers]
    assert (coloured(early), coloured(soon)) == (["Going"], ["Start"])


def test_an_announcement_leads_with_weekday_and_date() -> None:
    embed = announcement_card(PLANNED).embed

    assert embed is not None
    assert str(embed.description).startswith("**<t:1795716000:F>** (<t:1795716000:R>)\n")


def test_an_announcement_lists_five_questions_and_offers_all_that_fit_in_its_select() -> None:
    brought = tuple(Wanted(number, f"Question {number}?", 0) for number in range(40, 0, -1))

    card = announcement_card(replace(PLANNED, brought=brought))
    voted = announcement_card(replace(PLANNED, brought=(*brought[:30], Wanted(9, "Voted?", 1))))

    text = str(card.embed.description) if card.embed else ""
    assert [line for line in text.split("\n") if line.startswith("•")] == [
        f"• Question {number}?" for number in range(40, 35, -1)
    ]
    assert "… and 35 more" in text
    for shown, last in ((card, "Question 16?"), (voted, "Take my vote back")):
        select = shown.items[-1]
        assert isinstance(select, discord.ui.Select)
        assert (len(select.options), select.options[-1].label) == (25, last)


def test_an_older_question_with_votes_is_listed_beside_the_newest() -> None:
    brought = tuple(Wanted(number, f"Question {number}?", 0) for number in range(40, 9, -1))

    shown = announcement_card(replace(PLANNED, brought=(*brought, Wanted(3, "Wanted?", 2))))

    assert "• Wanted? · **2 votes**\n… and 26 more" in str(shown.embed.description)


def test_what_is_over_has_no_buttons_and_says_how_it_went() -> None:
    held = replace(PLANNED, state=SessionState.CLOSED, held=Held(2, 5, "https://example.org"))
    none = replace(PLANNED, state=SessionState.CLOSED, held=Held(0, 1))

    texts = [str(announcement_card(one).embed.description) for one in (held, none)]  # type: ignore[union-attr]

    assert texts[0].startswith(
        "**Held: 2 questions, 5 people** · [how it went](https://example.org)"
    )
    assert texts[1].startswith("**Held: no question, 1 person**\n")
    assert announcement_card(held).items == ()
