"""The history of an outcome, as Details shows it: newest first, whole, and never too long."""

import discord
import pytest
from sqlalchemy.exc import DatabaseError

from bot.core.unit import Desk
from bot.questions import outcomes as questions_outcomes
from bot.questions import own_score
from bot.questions.history_cards import say_changed
from bot.questions.outcome_cards import details_card
from storage.tables import Resolution
from tests.bot.scenes import bring, record, rows
from tests.conftest import Clock, caller

FACILITATOR = {"manages_events": True}


def history(desk: Desk) -> list[str]:
    embed = details_card(own_score.show(desk, caller("Ben"), 1)).embed
    assert isinstance(embed, discord.Embed)
    assert len(embed) <= 6000
    assert max(len(str(one.value)) for one in embed.fields) <= 1024
    kept = [one for one in embed.fields if one.name in {"What was entered", "Before that"}]
    return "\n".join(str(one.value) for one in kept).splitlines()


def enter(desk: Desk, clock: Clock, outcome: str, source: str = "") -> None:
    clock.move(60)
    questions_outcomes.resolve(desk, caller("Ana"), 1, outcome=outcome, source=source)


def test_each_change_is_an_entry_with_who_when_and_why(desk: Desk, clock: Clock) -> None:
    bring(desk)
    record(desk, "Ben", 1)
    enter(desk, clock, "yes", "https://example.org/wet")
    questions_outcomes.dispute(desk, caller("Ben"), 1, "It was dry.")
    enter(desk, clock, "no", "https://example.org/dry")
    enter(desk, clock, "void")
    questions_outcomes.reopen(desk, caller("Cleo", **FACILITATOR), 1)
    enter(desk, clock, "yes")

    told = history(desk)

    firsts = [line.split(" · ")[0] for line in told]
    assert firsts == [
        "**yes**",
        "**Reopened**",
        "**Corrected: void**",
        "**Corrected: no**",
        "**yes**",
    ]
    assert told[1].endswith(" · by Cleo")  # and not once more that it was reopened
    assert "a dispute was accepted: It was dry." in told[3]
    assert told[4].endswith(" · Source: https://example.org/wet")


def test_a_dispute_that_changes_nothing_was_not_accepted(desk: Desk, clock: Clock) -> None:
    bring(desk)
    record(desk, "Ben", 1)
    enter(desk, clock, "yes")
    questions_outcomes.dispute(desk, caller("Ben"), 1, "It was dry.")

    enter(desk, clock, "yes", "https://example.org/wet")

    assert "after a dispute, the outcome stays: It was dry." in history(desk)[0]


def test_of_many_entries_ten_are_told_and_the_others_counted(desk: Desk, clock: Clock) -> None:
    bring(desk)
    for number in range(13):
        enter(desk, clock, "yes" if number % 2 else "no", "x" * 300)

    told = history(desk)

    assert len(told) == 11
    assert told[-1] == "… and 3 earlier"


def test_however_much_was_written_it_fits_and_what_does_not_is_counted(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    for number in range(13):
        enter(desk, clock, "yes" if number % 2 else "no", "*" * 300)

    told = history(desk)

    assert told[-1] == f"… and {14 - len(told)} earlier"


def test_no_entry_is_ever_changed(desk: Desk, clock: Clock) -> None:
    bring(desk)
    enter(desk, clock, "yes")

    with pytest.raises(DatabaseError), desk.db.write() as tx:
        tx.get_one(Resolution, 1).outcome = "no"

    assert [one.outcome for one in rows(desk, Resolution)] == ["yes"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (None, ""),
        (0, "Nobody's score changed."),
        (1, "1 person's score changed."),
        (2, "2 people's scores changed."),
    ],
)
def test_whose_scores_changed_is_said_in_words(changed: int | None, said: str) -> None:
    assert say_changed(changed) == said
