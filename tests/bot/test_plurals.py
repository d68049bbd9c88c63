"""One of a thing is said as one: no card counts "1 votes" or "1 days"."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot import keys
from bot.core.numbers import say_points
from bot.groups import cards as group_cards
from bot.groups.service import Settings
from bot.questions.rules import draft
from bot.rules import Refusal, say_count
from bot.sessions import cards as session_cards
from bot.sessions.planning import cards as planning_cards
from bot.sessions.planning.service import Planned
from bot.sessions.shown import Choice
from bot.standings import cards as standings_cards
from bot.standings.asked import Asked
from bot.standings.service import BoardRow
from storage.tables import Group


@pytest.mark.parametrize(("count", "said"), [(0, "0 votes"), (1, "1 vote"), (1200, "1,200 votes")])
def test_things_are_counted_in_words(count: int, said: str) -> None:
    assert say_count(count, "vote") == said


def test_a_step_of_one_is_one_point() -> None:
    assert [say_points(one) for one in (0.01, -0.01, 0.02)] == ["+1 point", "−1 point", "+2 points"]


def test_one_vote_is_a_vote() -> None:
    assert session_cards._option_note(Choice(1, "Rain?", 1, (), None)) == "1 vote so far"


def test_a_row_of_one_question_counts_out_of_several() -> None:
    row = BoardRow(None, "Ana", 0.3, math.nan, math.nan, 1)

    assert standings_cards._row(row, Asked("edge", minimum=5)).endswith("1 of 5 questions")
    assert standings_cards._row(row, Asked("edge", minimum=1)).endswith("· 1 question")


def test_settings_say_one_day_and_once() -> None:
    group = Group(id=1, name="", announce_days=1, extensions=1, reminder_minutes="15")

    fields = group_cards.settings_card(Settings(group, ())).embed.fields  # type: ignore[union-attr]

    said = " ".join(str(field.value) for field in fields)
    assert "announced 1 day before" in said
    assert "once a turn" in said


def test_one_more_session_of_a_series_is_one() -> None:
    at = datetime(2026, 12, 3, 19, tzinfo=UTC)
    planned = Planned(keys.announcement(1), "Evening", at, "UTC", None, "changed", others=1)

    assert "So is 1 more of its series." in planning_cards._understood(planned)
    assert "So are 2 more" in planning_cards._understood(replace(planned, others=2))


def test_a_title_of_one_letter_has_one_character() -> None:
    with pytest.raises(Refusal, match="has 1 character;"):
        draft(title="x", criteria="", closes_at=None, source_url="", now=datetime.now(UTC))
