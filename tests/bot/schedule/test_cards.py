"""The announcement's card within the limits of Discord."""

from datetime import UTC, datetime

from bot.core import keys
from bot.schedule.cards import announcement_card
from bot.schedule.read_model import Announcement, Event, Wanted
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
