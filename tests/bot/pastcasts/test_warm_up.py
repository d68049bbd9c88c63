"""A warm-up through its services: who opens and answers it, when it closes, what stays sealed."""

from dataclasses import replace
from datetime import date, timedelta

import discord
import pytest

from bot.core import keys
from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.unit import Desk
from bot.door.messages import Message
from bot.pastcasts import lot, warm_up, warm_up_cards
from bot.registry import CARDS, TIMERS
from bot.sessions import hosting
from bot.sessions import service as sessions_service
from storage import bank, warm_ups
from storage.bank import Wanted
from storage.engine import Database
from storage.tables import (
    Banked,
    Forecast,
    QuestionKind,
    Score,
    Sighting,
    WarmUp,
    WarmUpAnswer,
)
from tests.bot.saved_scenes import scene
from tests.bot.scenes import CIRCLE, bring, effect, open_lobby, row, rows, wanted
from tests.conftest import CHANNEL, GROUP, Clock, caller

FACILITATOR = {"manages_events": True}
# No year, range or count of these tests looks like one of them.
TRUTHS = [float(70_011 + 101 * number) for number in range(12)]
ALL = "1 to 99999"


def numbers(count: int = 12, **more: object) -> list[Banked]:
    return [
        Banked(
            name=f"number-{number}",
            topic="sport",
            kind=QuestionKind.NUMERIC,
            title=f"How many spectators will the match number {number} have?",
            criteria="As the league says.",
            unit="people",
            opens_at=date(2013, 3, 1),
            as_of=date(2013, 3, 14),
            closes_at=date(2013, 3, 20),
            known_at=date(2013, 3, 21),
            outcome=repr(TRUTHS[number]),
            source=f"Secretive League {number}: match reports",
            **more,
        )
        for number in range(count)
    ]


def fill(desk: Desk, count: int = 12, group: int | None = None, **more: object) -> None:
    with desk.db.write() as tx:
        bank.put(tx, group, numbers(count, **more))


@scene
def opened(desk: Desk, names: tuple[str, ...] = CIRCLE, count: int = 12) -> Key:
    """A lobby with a warm-up, led by the first name."""
    fill(desk, count)
    return warm_up.begin(desk, caller(names[0]), open_lobby(desk, names))


def answer(desk: Desk, name: str, at: Key, typed: str = ALL, first: int = 0, last: int = 9) -> None:
    warm_up.answer(desk, caller(name), at, dict.fromkeys(range(first, last + 1), typed))


def held(desk: Desk) -> WarmUp:
    return row(desk, WarmUp, 1)


def drawn(desk: Desk, at: Key) -> Message:
    message = CARDS.render(desk, at)
    assert message is not None
    return message


def said(message: Message) -> str:
    """All words of a message."""
    embed = message.embed.to_dict() if message.embed else {}
    return f"{message.content} {embed}"


def labels(message: Message) -> list[str]:
    return [str(one.label) for one in message.items if isinstance(one, discord.ui.Button)]


def due(desk: Desk, seconds: float = 0) -> list[int]:
    with desk.db.read() as tx:
        until = desk.clock() + timedelta(seconds=seconds)
        return [number for number, _, _ in TIMERS["warm_up"].due(tx, until)]


# Who opens it, and what is asked


@pytest.mark.both_engines
def test_the_host_opens_it_and_ten_numbers_are_drawn_by_a_lot_that_can_be_drawn_again(
    desk: Desk,
) -> None:
    at = opened(desk)

    row_ = held(desk)
    assert at == keys.warm_up(1)
    assert warm_ups.items(row_) == lot.draw(range(1, 13), row_.seed, 10)
    seen = {(one.user_id, one.banked_id) for one in rows(desk, Sighting)}
    assert seen == {(user, item) for user in (1, 2, 3) for item in warm_ups.items(row_)}
    posted = effect(desk, at)
    assert posted is not None
    assert posted.channel_id == CHANNEL


def test_only_the_host_or_a_facilitator_opens_it(desk: Desk) -> None:
    fill(desk)
    lobby = open_lobby(desk)

    with pytest.raises(NotAllowedRefusal, match="host or a facilitator"):
        warm_up.begin(desk, caller("Ben"), lobby)
    assert rows(desk, WarmUp) == []

    warm_up.begin(desk, caller("Ben", **FACILITATOR), lobby)
    assert held(desk).closed_at is None


def test_a_session_has_one_at_most_and_its_lobby_offers_it_until_then(desk: Desk) -> None:
    fill(desk)
    lobby = open_lobby(desk)
    before, asked = labels(drawn(desk, lobby)), wanted(desk, lobby)

    warm_up.begin(desk, caller("Ana"), lobby)

    assert before == ["Join", "Leave", "Bring a question", "Start the round", "Warm-up"]
    assert labels(drawn(desk, lobby)) == before[:-1]
    assert wanted(desk, lobby) > asked
    with pytest.raises(StaleRefusal, match="already"):
        warm_up.begin(desk, caller("Ana"), lobby)


def test_take_over_comes_before_a_warm_up_where_five_buttons_are_all(desk: Desk) -> None:
    lobby = open_lobby(desk)
    sessions_service.leave(desk, caller("Ana"), lobby)

    shown = labels(drawn(desk, lobby))

    assert len(shown) == 5
    assert shown[-1] == "Take over"


def test_what_somebody_present_has_seen_is_not_asked(desk: Desk) -> None:
    fill(desk)
    lobby = open_lobby(desk)
    with desk.db.write() as tx:
        bank.see(tx, [1, 2, 3, 4], [2], desk.clock())

    warm_up.begin(desk, caller("Ana"), lobby)

    assert sorted(warm_ups.items(held(desk))) == [5, 6, 7, 8, 9, 10, 11, 12]
    assert "eight statements" in said(drawn(desk, keys.warm_up(1)))


@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_bank_that_has_run_dry_says_so_and_nothing_is_held(desk: Desk, left: int) -> None:
    fill(desk)
    lobby = open_lobby(desk)
    with desk.db.write() as tx:
        bank.see(tx, range(1, 13 - left), [3], desk.clock())

    with pytest.raises(Refusal, match=r"run dry .*dojo import-bank"):
        warm_up.begin(desk, caller("Ana"), lobby)

    assert rows(desk, WarmUp) == []


def test_what_a_warm_up_asked_is_not_dealt_to_the_group_again(desk: Desk) -> None:
    """Whoever was not there could read the answers in the channel."""
    opened(desk)

    with desk.db.read() as tx:
        numbers_ = [QuestionKind.NUMERIC]
        of_group = bank.unseen(tx, Wanted([5], GROUP, kinds=numbers_))
        topics = bank.topics(tx, Wanted([5], GROUP, kinds=numbers_))
        alone = bank.unseen(tx, Wanted([5], kinds=numbers_))

    assert set(of_group) == set(range(1, 13)) - set(warm_ups.items(held(desk)))
    assert topics == {"sport": 2}
    assert len(alone) == 12


# Answers


@pytest.mark.both_engines
def test_ranges_are_saved_replaced_and_taken_back_until_it_is_over(desk: Desk) -> None:
    at = opened(desk)

    answer(desk, "Ana", at, "20 to 45", 0, 4)
    warm_up.answer(desk, caller("Ana"), at, {0: "1k-2k", 1: "", 2: "20 to 45"})

    given = {one.number: (one.low, one.high) for one in rows(desk, WarmUpAnswer)}
    assert given == {0: (1000, 2000), 2: (20, 45), 3: (20, 45), 4: (20, 45)}


def test_one_range_that_cannot_be_read_refuses_the_form_and_saves_none_of_it(desk: Desk) -> None:
    at = opened(desk)

    with pytest.raises(Refusal, match=r"Statement 2: .* goes down"):
        warm_up.answer(desk, caller("Ana"), at, {0: "20 to 45", 1: "45 to 20"})

    assert rows(desk, WarmUpAnswer) == []


def test_whoever_has_no_seat_is_asked_to_join_first(desk: Desk) -> None:
    at = opened(desk)

    for act in (warm_up.look, warm_up.sheet, lambda *given: warm_up.answer(*given, {0: "1 to 2"})):
        with pytest.raises(NotAllowedRefusal, match="Join"):
            act(desk, caller("Dan"), at)

    assert not [one for one in rows(desk, Sighting) if one.user_id == 4]


def test_whoever_comes_later_sees_the_statements_but_not_those_they_knew(
    desk: Desk, clock: Clock
) -> None:
    fill(desk)
    lobby = open_lobby(desk)
    with desk.db.write() as tx:
        bank.see(tx, range(1, 13), [4], desk.clock())
        tx.exec(Sighting.__table__.delete().where(Sighting.banked_id > 4))
    clock.move(60)
    at = warm_up.begin(desk, caller("Ana"), lobby)
    sessions_service.join(desk, caller("Dan"), lobby)

    sheet = warm_up.look(desk, caller("Dan"), at)

    items = warm_ups.items(held(desk))
    assert [items[line.number] for line in sheet.lines] == [one for one in items if one > 4]
    assert f"▫️ Dan · 0 of {len(sheet.lines)}" in said(drawn(desk, at))
    assert {one.banked_id for one in rows(desk, Sighting) if one.user_id == 4} >= set(items)


def test_the_card_counts_what_everybody_has_given_and_never_says_it(desk: Desk) -> None:
    at = opened(desk)
    before = wanted(desk, at)

    answer(desk, "Ben", at, "43210 to 54321", 0, 2)

    words = said(drawn(desk, at))
    assert "▫️ Ben · 3 of 10" in words
    assert "▫️ Ana · 0 of 10" in words
    assert "43" not in words
    assert wanted(desk, at) > before


# When it is over


@pytest.mark.both_engines
def test_the_answers_are_shown_once_everybody_present_has_given_all(desk: Desk) -> None:
    at = opened(desk)
    answer(desk, "Ana", at)
    answer(desk, "Ben", at, "1 to 2")
    sessions_service.join(desk, caller("Dan"), keys.lobby(1, 1))
    answer(desk, "Cleo", at)
    still_open = held(desk).closed_at is None

    answer(desk, "Dan", at, "70011 to 70800")

    words = said(drawn(desk, at))
    assert still_open
    assert held(desk).closed_at is not None
    within = sum(TRUTHS[one - 1] <= 70800 for one in warm_ups.items(held(desk)))
    assert f"the truth in {20 + within} of 40" in words
    assert "Secretive League" in words


def test_they_are_shown_when_the_last_one_who_had_not_finished_leaves(desk: Desk) -> None:
    at = opened(desk)
    answer(desk, "Ana", at)
    answer(desk, "Ben", at)

    sessions_service.leave(desk, caller("Cleo"), keys.lobby(1, 1))

    assert held(desk).closed_at is not None


@pytest.mark.both_engines
def test_after_five_minutes_time_shows_them_and_a_second_ring_changes_nothing(
    desk: Desk, clock: Clock
) -> None:
    at = opened(desk)
    answer(desk, "Ana", at, last=4)
    clock.move(299)
    early = due(desk)
    warm_up.close_due(desk, 1, GROUP)
    still_open = held(desk).closed_at is None
    clock.move(1)
    now_due = due(desk)

    warm_up.close_due(desk, 1, GROUP)
    once = (held(desk).closed_at, wanted(desk, at))
    warm_up.close_due(desk, 1, GROUP)

    assert (early, now_due, due(desk)) == ([], [1], [])
    assert still_open
    assert (held(desk).closed_at, wanted(desk, at)) == once
    assert once[0] == clock.now


def test_the_host_shows_them_early_and_is_told_who_has_not_finished(desk: Desk) -> None:
    at = opened(desk)
    answer(desk, "Ana", at)
    for act in (warm_up.unfinished, warm_up.show_answers):
        with pytest.raises(NotAllowedRefusal, match="host or a facilitator"):
            act(desk, caller("Ben"), at)

    waiting = warm_up.unfinished(desk, caller("Ana"), at)
    warm_up.show_answers(desk, caller("Ana"), at)

    assert waiting == ("Ben", "Cleo")
    assert held(desk).closed_at is not None
    with pytest.raises(StaleRefusal, match="already"):
        warm_up.show_answers(desk, caller("Ana"), at)


def test_a_round_that_begins_shows_them(desk: Desk) -> None:
    at = opened(desk)
    bring(desk)
    before = wanted(desk, at)

    sessions_service.start_round(desk, caller("Ana"), keys.lobby(1, 1))

    assert held(desk).closed_at is not None
    assert wanted(desk, at) > before


def test_so_does_the_end_of_the_session_by_a_person_or_by_itself(desk: Desk, clock: Clock) -> None:
    opened(desk)
    sessions_service.end(desk, caller("Ana"))
    ended = held(desk).closed_at
    with desk.db.write() as tx:
        bank.put(
            tx, None, [Banked(**{**one.model_dump(), "name": f"{one.name}b"}) for one in numbers(4)]
        )
    lobby = open_lobby(desk, ("Dan", "Eva"))
    warm_up.begin(desk, caller("Dan"), lobby)
    clock.move(4 * 3600)

    hosting.look_after(desk, lobby.id, GROUP)

    assert ended is not None
    assert row(desk, WarmUp, 2).closed_at == clock.now


def test_nothing_is_answered_afterwards(desk: Desk, clock: Clock) -> None:
    at = opened(desk)
    clock.move(300)  # nobody has rung yet

    for act in (warm_up.look, warm_up.sheet, lambda *given: warm_up.answer(*given, {0: "1 to 2"})):
        with pytest.raises(StaleRefusal, match="over"):
            act(desk, caller("Ana"), at)

    assert rows(desk, WarmUpAnswer) == []


@pytest.fixture
def sealed_desk(database: Database, clock: Clock) -> Desk:
    """A desk with a key for what is sealed."""
    return Desk(database, clock, integrations=Integrations(box=Box(new_key())))


def test_what_a_group_brought_sealed_is_opened_at_the_close_and_not_before(
    sealed_desk: Desk,
) -> None:
    desk, box = sealed_desk, sealed_desk.integrations.box
    assert box is not None
    lobby = open_lobby(desk)
    with desk.db.write() as tx:
        rows_ = numbers(10)
        for one in rows_:
            one.outcome, one.sealed = box.seal(one.outcome), True
        bank.put(tx, GROUP, rows_)
    at = warm_up.begin(desk, caller("Ana"), lobby)
    for name in CIRCLE[:2]:
        answer(desk, name, at)
    before = held(desk).items

    warm_up.show_answers(desk, caller("Ana"), at)

    assert not [one for one in TRUTHS if str(one) in before]
    assert "20 of 20: 100%" in said(drawn(desk, at))


def test_without_the_key_what_is_sealed_is_neither_asked_nor_counted(sealed_desk: Desk) -> None:
    box = sealed_desk.integrations.box
    assert box is not None
    desk = replace(sealed_desk, integrations=Integrations())
    at = opened(desk, count=10)
    for name in CIRCLE[:2]:
        answer(desk, name, at)
    with desk.db.write() as tx:  # a key that was there has gone meanwhile
        for one in warm_ups.items(held(desk))[:4]:
            row_ = tx.get_one(Banked, one)
            row_.outcome, row_.sealed = box.seal(row_.outcome), True

    warm_up.show_answers(desk, caller("Ana"), at)
    words = said(drawn(desk, at))

    assert "12 of 12: 100%" in words
    assert "4. **" not in words
    assert "5. **" in words
    assert "**6 of 6**" in said(warm_up_cards.own_message(warm_up.own(desk, caller("Ana"), at)))


# What is shown, and what is not


def test_own_answers_are_shown_to_oneself_once_it_is_over(desk: Desk) -> None:
    at = opened(desk)
    answer(desk, "Ana", at, last=4)
    answer(desk, "Ana", at, "3 to 7", 5, 6)
    with pytest.raises(StaleRefusal, match="not shown yet"):
        warm_up.own(desk, caller("Ana"), at)
    warm_up.show_answers(desk, caller("Ana"), at)

    words = said(warm_up_cards.own_message(warm_up.own(desk, caller("Ana"), at)))

    assert "**5 of 7** of your 90% ranges held the truth: 71%." in words
    assert "you said 3 to 7 people" in words
    with pytest.raises(Refusal, match="You gave no range"):
        warm_up.own(desk, caller("Ben"), at)


def test_what_one_person_alone_gave_is_no_number_of_the_group(desk: Desk) -> None:
    at = opened(desk)
    answer(desk, "Ana", at)
    warm_up.show_answers(desk, caller("Ana"), at)

    words = said(drawn(desk, at))

    assert "Only one of you" in words
    assert "10 of 10" not in words


def test_too_narrow_is_said_only_where_luck_alone_does_not_explain_it(desk: Desk) -> None:
    at = opened(desk, count=10)
    for name, until in (("Ana", 5), ("Ben", 5), ("Cleo", 4)):
        answer(desk, name, at, ALL, 0, until)
        answer(desk, name, at, "1 to 2", until + 1, 9)

    words = said(drawn(desk, at))

    assert "17 of 30: 57%" in words
    assert "hold it in about 27, and luck alone seldom leaves less than 70%" in words
    assert "these were too narrow" in words


def secrets(desk: Desk) -> list[str]:
    """What nobody may read before the close: outcomes as they are said or kept, and sources."""
    return [
        part
        for one in rows(desk, Banked)
        for part in (one.outcome, f"{float(one.outcome):,.0f}".replace(",", "\u202f"), one.source)
    ] + ["Secretive"]


def test_nothing_that_came_out_is_in_a_card_or_form_before_the_close(desk: Desk) -> None:
    at = opened(desk)
    answer(desk, "Ana", at, "20 to 45", 0, 6)
    sheet = warm_up.look(desk, caller("Ana"), at)

    seen = [
        said(drawn(desk, at)),
        said(warm_up_cards.sheet_message(sheet)),
        *(str(warm_up_cards.ranges_form(sheet, page).to_dict()) for page in (0, 1)),
        repr(sheet),
    ]

    assert not [part for part in secrets(desk) if any(part in words for words in seen)]
    warm_up.show_answers(desk, caller("Ana"), at)
    assert all(
        f"Secretive League {one - 1}" in said(drawn(desk, at)) for one in warm_ups.items(held(desk))
    )


def test_numbers_of_a_warm_up_are_on_no_board(desk: Desk) -> None:
    at = opened(desk)
    for name in CIRCLE:
        answer(desk, name, at)

    assert held(desk).closed_at is not None
    assert rows(desk, Forecast) == []
    assert rows(desk, Score) == []


def test_another_groups_warm_up_is_not_here(desk: Desk) -> None:
    at = opened(desk)
    elsewhere = {"group_id": 901, "group_name": "Owls", "channel_id": 911}

    for act in (warm_up.look, warm_up.sheet, warm_up.unfinished, warm_up.show_answers, warm_up.own):
        with pytest.raises(StaleRefusal, match="not here"):
            act(desk, caller("Guest", **elsewhere, **FACILITATOR), at)
