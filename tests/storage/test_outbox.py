"""The outbox: one row a message, ten changes one edit, one claim at a time, a ping once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from storage import outbox, outbox_channels, outbox_leases
from storage.engine import Database
from storage.tables import Effect, EffectState, EffectTarget, Group
from tests.storage.deliveries import (
    LATER,
    NOW,
    answer,
    arrived,
    claim,
    confirm,
    due,
    effect,
    failed,
    ping,
    posted,
    press,
    refresh,
    show,
    under_way,
)

pytestmark = pytest.mark.both_engines

LARGEST_ROW = 999_999_999
LARGEST_SNOWFLAKE = 2**63 - 1
KEYS = (
    keys.announcement(LARGEST_ROW),
    keys.reminder(LARGEST_ROW, 14 * 24 * 60, datetime(2099, 12, 31, tzinfo=UTC)),
    keys.lobby(LARGEST_ROW, 9_999),
    keys.evening(LARGEST_ROW),
    keys.blind(LARGEST_ROW),
    keys.turn(LARGEST_ROW, 9_999),
    keys.cue(LARGEST_ROW, 9_999, 120, 99),
    keys.final(LARGEST_ROW, 9_999),
    keys.stopped(LARGEST_ROW, 9_999),
    keys.summary(LARGEST_ROW),
    keys.question(LARGEST_ROW),
    keys.resolution(LARGEST_ROW),
    keys.trouble(LARGEST_SNOWFLAKE, NOW),
)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.kind)
def test_a_key_fits_a_nonce_and_can_be_read_back(key: Key) -> None:
    assert len(str(key)) <= 25
    assert Key.parse(str(key)) == key


def test_no_two_kinds_of_message_share_a_letter() -> None:
    assert len({key.kind for key in KEYS}) == len(KEYS)


def test_a_session_that_is_moved_has_another_reminder() -> None:
    moments = (NOW, NOW + timedelta(minutes=1), NOW + timedelta(days=7))

    assert len({keys.reminder(1, 15, moment) for moment in moments}) == 3


@pytest.mark.parametrize(
    "text", ["", "q", "Q1", "q-1", "q1.", "q1.2.3.4.5", "q1 ", "q1\n", "qq1", "q" + "9" * 20]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(StaleRefusal):
        Key.parse(text)


def test_a_card_is_asked_for_once_and_edited_from_then_on(outboxes: Database) -> None:
    show(outboxes)
    show(outboxes)

    assert due(outboxes) == ["q1"]
    assert effect(outboxes).wanted == 2


def test_ten_refreshes_are_one_pending_effect(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)
    confirm(outboxes)

    for _ in range(10):
        refresh(outboxes)

    assert due(outboxes) == ["q1"]
    assert (effect(outboxes).wanted, effect(outboxes).shown) == (11, 1)


def test_one_edit_answers_ten_refreshes(outboxes: Database) -> None:
    show(outboxes)
    for _ in range(10):
        refresh(outboxes)
    before = claim(outboxes)

    assert before is not None
    confirm(outboxes, before.wanted)

    assert due(outboxes, LATER) == []
    assert effect(outboxes).state == EffectState.DONE


def test_a_card_that_was_never_asked_for_is_not_refreshed(outboxes: Database) -> None:
    refresh(outboxes)

    assert due(outboxes) == []


def test_what_changed_while_discord_was_asked_stays_due(outboxes: Database) -> None:
    show(outboxes)
    before = claim(outboxes)
    refresh(outboxes)

    assert before is not None
    confirm(outboxes, before.wanted)

    assert due(outboxes) == ["q1"]
    assert effect(outboxes).message_id == 77


def test_effects_are_due_in_the_order_in_which_they_were_asked_for(outboxes: Database) -> None:
    for key in ("l1.1", "b1", "t1.1"):
        show(outboxes, key)

    assert due(outboxes) == ["l1.1", "b1", "t1.1"]


def test_the_first_claim_wins(outboxes: Database) -> None:
    show(outboxes)

    first, second = claim(outboxes), claim(outboxes)

    assert first is not None
    assert second is None


def test_of_two_claims_at_the_same_moment_one_wins(outboxes: Database) -> None:
    show(outboxes)

    with ThreadPoolExecutor(4) as threads:
        claims = [threads.submit(claim, outboxes) for _ in range(4)]

    assert sum(one.result() is not None for one in claims) == 1


def test_an_effect_that_another_process_holds_is_passed_over(postgresql: Database) -> None:
    with postgresql.write() as tx:
        tx.add(Group(id=900, name="Circle"))
    show(postgresql)
    number = effect(postgresql).id
    assert number is not None

    with postgresql.write() as tx:
        first = outbox.claim(tx, number, NOW)
        second = claim(postgresql)

    assert first is not None
    assert second is None


def test_a_claim_that_is_never_confirmed_is_due_again_after_its_lease(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)

    assert due(outboxes) == []
    assert due(outboxes, NOW + outbox.LEASE) == ["q1"]


def test_a_claim_remembers_when_the_message_was_first_tried(outboxes: Database) -> None:
    show(outboxes)
    first = claim(outboxes)

    second = claim(outboxes, NOW + outbox.LEASE)

    assert first is not None
    assert second is not None
    assert (first.attempted_at, second.attempted_at) == (None, NOW)
    assert (first.attempts, second.attempts) == (0, 1)


def test_a_message_that_was_looked_for_in_vain_is_tried_for_the_first_time(
    outboxes: Database,
) -> None:
    show(outboxes)
    claim(outboxes)

    answer(outboxes, outbox.search_missed, now=LATER)

    assert effect(outboxes).attempted_at == LATER


def test_what_is_done_cannot_be_claimed(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)
    confirm(outboxes)

    assert claim(outboxes, LATER) is None


def test_a_ping_is_queued_once(outboxes: Database) -> None:
    ping(outboxes)
    ping(outboxes)

    assert due(outboxes) == ["u1.1.30.0"]
    assert effect(outboxes, "u1.1.30.0").wanted == 1


def test_a_ping_that_was_sent_is_not_sent_again(outboxes: Database) -> None:
    ping(outboxes, "q1")
    claim(outboxes)
    confirm(outboxes)

    ping(outboxes, "q1")

    assert due(outboxes, LATER) == []


def test_a_ping_that_lost_its_point_is_never_due_again(outboxes: Database) -> None:
    ping(outboxes, "q1")
    claim(outboxes)

    answer(outboxes, outbox.expire)

    assert effect(outboxes).state == EffectState.EXPIRED
    assert effect(outboxes).expires_at == NOW + timedelta(seconds=25)
    assert due(outboxes, LATER) == []


def test_a_parked_effect_waits_and_is_then_tried_again(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)

    answer(outboxes, outbox.park, trouble="no permission", now=NOW)

    assert due(outboxes) == []
    assert due(outboxes, LATER) == ["q1"]


def test_only_the_first_of_equal_troubles_is_news(outboxes: Database) -> None:
    show(outboxes)

    news = [
        answer(outboxes, outbox.park, trouble=trouble, now=NOW)
        for trouble in ("no permission", "no permission", "no channel")
    ]

    assert news == [True, False, True]


def test_parked_effects_are_told_by_channel_and_trouble(outboxes: Database) -> None:
    for key in ("q1", "q2"):
        show(outboxes, key)
    show(outboxes, "q3", group_id=901, channel_id=911)
    with outboxes.write() as tx:
        for number, _ in outbox.due(tx, NOW):
            outbox.park(tx, number, trouble="no permission", now=NOW)

    with outboxes.read() as tx:
        told = (outbox.parked(tx, 900), outbox.parked(tx, 901))
        trouble = (outbox.trouble_of(tx, 910), outbox.trouble_of(tx, 404))

    assert told == ([(910, "no permission", 2)], [(911, "no permission", 1)])
    assert trouble == ("no permission", None)


def test_unparking_one_group_leaves_the_others_parked(outboxes: Database) -> None:
    show(outboxes, "q1")
    show(outboxes, "q2", group_id=901)
    with outboxes.write() as tx:
        for number, _ in outbox.due(tx, NOW):
            outbox.park(tx, number, trouble="no permission", now=NOW)

    with outboxes.write() as tx:
        outbox.unpark(tx, NOW, group_id=900)

    assert due(outboxes) == ["q1"]


def test_at_start_everything_that_waits_is_tried_at_once(outboxes: Database) -> None:
    show(outboxes, "q1")
    claim(outboxes)
    show(outboxes, "q2", group_id=901)
    with outboxes.write() as tx:
        number = outbox.due(tx, NOW)[0][0]
        outbox.park(tx, number, trouble="no permission", now=NOW)

    with outboxes.write() as tx:
        outbox.try_again(tx, NOW)

    assert due(outboxes) == ["q1", "q2"]


def test_unparking_does_not_wake_what_is_done_or_expired(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)
    confirm(outboxes)

    with outboxes.write() as tx:
        outbox.try_again(tx, LATER)
        outbox.unpark(tx, LATER, group_id=900)

    assert due(outboxes, LATER) == []


def test_retries_wait_longer_each_time_and_five_minutes_at_most(outboxes: Database) -> None:
    show(outboxes)
    waits, at = [], NOW

    for _ in range(12):
        assert claim(outboxes, at) is not None
        answer(outboxes, outbox.retry, trouble="Discord had an error (503).", now=at)
        waits.append((effect(outboxes).retry_at - at).total_seconds())
        at = effect(outboxes).retry_at

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
    assert effect(outboxes).trouble == "Discord had an error (503)."


def test_success_forgets_the_troubles_before_it(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)
    answer(outboxes, outbox.retry, trouble="Discord had an error (503).", now=NOW)
    claim(outboxes, LATER)

    confirm(outboxes)

    done = effect(outboxes)
    assert (done.trouble, done.attempts, done.attempted_at) == (None, 0, None)


def test_a_card_that_somebody_deleted_is_posted_anew(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)
    confirm(outboxes)
    refresh(outboxes)
    claim(outboxes)

    answer(outboxes, outbox.lost, now=NOW)

    assert due(outboxes) == ["q1"]
    assert (effect(outboxes).message_id, effect(outboxes).attempted_at) == (None, None)


def test_a_pressed_card_waits_for_the_answer_to_the_press(outboxes: Database) -> None:
    posted(outboxes)

    press(outboxes)

    assert due(outboxes) == []
    assert due(outboxes, NOW + outbox.ANSWER_TIME) == ["q1"]


def test_a_press_on_another_card_delays_nothing(outboxes: Database) -> None:
    posted(outboxes)

    edit = press(outboxes, message=78)

    assert edit is None
    assert due(outboxes) == ["q1"]


def test_the_answer_to_a_press_saves_the_edit(outboxes: Database) -> None:
    posted(outboxes)
    edit = press(outboxes)

    again = arrived(outboxes, edit)

    assert not again
    assert due(outboxes, LATER) == []
    assert effect(outboxes).message_id == 77


def test_a_press_that_was_answered_with_an_older_state_leaves_the_edit_due(
    outboxes: Database,
) -> None:
    posted(outboxes)
    edit = press(outboxes)
    refresh(outboxes)

    again = arrived(outboxes, edit)

    assert again
    assert due(outboxes) == ["q1"]


def test_an_answer_cannot_confirm_a_card_that_is_posted_again_meanwhile(
    outboxes: Database,
) -> None:
    posted(outboxes)
    edit = press(outboxes)
    answer(outboxes, outbox.lost, now=NOW)

    arrived(outboxes, edit)

    assert due(outboxes) == ["q1"]
    assert effect(outboxes).message_id is None


def test_confirming_tells_whether_an_edit_is_due(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)
    settled = answer(outboxes, outbox.confirm, version=1, message_id=77)
    refresh(outboxes)
    refresh(outboxes)
    unsettled = answer(outboxes, outbox.confirm, version=2, message_id=77)

    assert (settled, unsettled) == (False, True)


# Edits under way: what Discord was asked for, and nobody knows yet what became of it


def test_an_edit_that_was_alone_needs_no_other(outboxes: Database) -> None:
    posted(outboxes)
    refresh(outboxes)
    claim(outboxes)

    again = answer(outboxes, outbox.confirm, version=2, message_id=77)

    assert not again
    assert (due(outboxes, LATER), under_way(outboxes)) == ([], 0)


def test_a_card_is_not_done_while_an_older_edit_of_it_is_under_way(outboxes: Database) -> None:
    posted(outboxes)
    slow = press(outboxes)
    quick = press(outboxes)

    again = arrived(outboxes, quick)

    assert not again
    assert effect(outboxes).state == EffectState.PENDING
    assert (due(outboxes), under_way(outboxes)) == ([], 1)
    assert arrived(outboxes, slow)
    assert (due(outboxes), under_way(outboxes)) == (["q1"], 0)


@pytest.mark.parametrize("slow_first", [True, False])
def test_of_two_answers_at_once_nobody_knows_the_last_so_one_more_edit_is_due(
    outboxes: Database, slow_first: bool
) -> None:
    posted(outboxes)
    edits = [press(outboxes), press(outboxes)]

    for edit in edits if slow_first else reversed(edits):
        arrived(outboxes, edit)

    assert due(outboxes) == ["q1"]


def test_two_answers_at_once_with_the_same_version_as_before_are_noticed_too(
    outboxes: Database,
) -> None:
    posted(outboxes)
    first = press(outboxes)
    delivered = claim(outboxes, NOW + outbox.ANSWER_TIME)
    arrived(outboxes, first)

    assert delivered is not None
    answer(outboxes, outbox.confirm, version=delivered.wanted, message_id=77)

    assert due(outboxes) == ["q1"]


def test_an_answer_of_which_nothing_is_known_is_followed_by_an_edit(outboxes: Database) -> None:
    posted(outboxes)
    slow = press(outboxes)
    arrived(outboxes, press(outboxes))

    failed(outboxes, slow)

    assert (due(outboxes), under_way(outboxes)) == (["q1"], 0)


def test_a_delivery_of_which_nothing_is_known_is_repeated_though_a_press_was_answered_since(
    outboxes: Database,
) -> None:
    posted(outboxes)
    refresh(outboxes)
    claim(outboxes)
    arrived(outboxes, press(outboxes))

    answer(outboxes, outbox.retry, trouble="Discord did not answer.", now=NOW)

    assert due(outboxes, NOW + timedelta(seconds=1)) == ["q1"]


def test_what_was_under_way_when_the_last_process_ended_is_sent_again(outboxes: Database) -> None:
    posted(outboxes)
    refresh(outboxes)
    claim(outboxes)
    arrived(outboxes, press(outboxes))

    with outboxes.write() as tx:
        outbox_leases.send_again(tx, NOW)

    assert (due(outboxes), under_way(outboxes)) == (["q1"], 0)
    claimed = claim(outboxes)
    assert claimed is not None
    confirm(outboxes, claimed.wanted)
    assert due(outboxes, LATER) == []


def test_at_start_what_was_not_under_way_is_left_alone(outboxes: Database) -> None:
    posted(outboxes)

    with outboxes.write() as tx:
        outbox_leases.send_again(tx, LATER)

    assert due(outboxes, LATER) == []


@pytest.mark.parametrize("again", ["claimed", "pressed"])
def test_a_note_that_was_lost_costs_one_edit_and_no_more(outboxes: Database, again: str) -> None:
    posted(outboxes)
    if again == "claimed":
        refresh(outboxes)
        claim(outboxes)
    else:
        press(outboxes)

    at, edits = NOW, 0
    for _ in range(5):
        at += outbox.LEASE
        claimed = claim(outboxes, at)
        edits += claimed is not None
        if claimed is not None:
            confirm(outboxes, claimed.wanted)

    assert edits == 1
    assert (effect(outboxes).state, under_way(outboxes)) == (EffectState.DONE, 0)


def test_a_card_that_changes_while_an_edit_is_under_way_waits_for_its_end(
    outboxes: Database,
) -> None:
    posted(outboxes)
    edit = press(outboxes)

    refresh(outboxes)

    assert due(outboxes) == []
    assert arrived(outboxes, edit)
    assert due(outboxes) == ["q1"]


def test_cards_asked_for_together_are_asked_for_in_one_go(outboxes: Database) -> None:
    posted(outboxes)
    show(outboxes, "q2")

    with outboxes.write() as tx:
        asked_for, edit = outbox.refresh_all(tx, ["q1", "q2", "q3"], now=NOW, pressed=77)

    assert asked_for == 2
    assert edit == outbox.Edit(effect(outboxes).id, 2, outbox.MessagePlace(910, 77))
    assert (effect(outboxes).wanted, effect(outboxes, "q2").wanted) == (2, 2)
    assert under_way(outboxes) == 1


def test_notes_of_two_edits_of_one_card_can_be_saved_together(outboxes: Database) -> None:
    posted(outboxes)
    edits = [press(outboxes), press(outboxes)]
    assert edits[0] is not None
    assert edits[1] is not None

    with outboxes.write() as tx:
        outbox.unanswered(tx, edits[0])
        outbox.confirm_shown(tx, edits[1])

    assert (due(outboxes), under_way(outboxes)) == (["q1"], 0)


# What is tried first


def test_what_is_live_comes_first_and_announcements_come_last(outboxes: Database) -> None:
    edited = ("a1", "q1", "t1.1")
    for key in edited:
        show(outboxes, key)
    with outboxes.write() as tx:
        for number, _ in outbox.due(tx, NOW):
            outbox.claim(tx, number, NOW)
            outbox.confirm(tx, number, version=1, message_id=number)
        outbox.refresh_all(tx, edited, now=NOW)

    for key in ("a2", "t1.2", "q2"):
        show(outboxes, key)
    ping(outboxes, "u1.2.30.0")

    new, running, others, last = ["t1.2", "q2", "u1.2.30.0"], ["t1.1"], ["q1"], ["a1", "a2"]
    assert due(outboxes) == [*new, *running, *others, *last]


# Only what failed before it was sent is as good as untried


def parked(database: Database, tried: Effect | None) -> Effect:
    answer(database, outbox.park, trouble="no permission", now=NOW, tried=tried)
    return effect(database)


def test_a_first_attempt_that_discord_refused_is_as_good_as_untried(outboxes: Database) -> None:
    show(outboxes)

    after = parked(outboxes, claim(outboxes))

    assert (after.state, after.attempted_at) == (EffectState.PARKED, None)


def test_a_refusal_forgets_no_earlier_attempt_that_may_have_arrived(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)
    answer(outboxes, outbox.retry, trouble="Discord did not answer.", now=NOW)

    after = parked(outboxes, claim(outboxes, NOW + timedelta(seconds=2)))

    assert (after.state, after.attempted_at) == (EffectState.PARKED, NOW)


def test_what_was_asked_to_be_tried_again_meanwhile_is_not_put_aside(outboxes: Database) -> None:
    show(outboxes)
    tried = claim(outboxes)
    with outboxes.write() as tx:
        outbox.unpark(tx, NOW, group_id=900)

    after = parked(outboxes, tried)

    assert after.state == EffectState.PENDING
    assert due(outboxes) == ["q1"]


def test_what_moved_to_another_channel_meanwhile_is_neither_put_aside_nor_confirmed(
    outboxes: Database,
) -> None:
    posted(outboxes)
    refresh(outboxes)
    tried = claim(outboxes)
    with outboxes.write() as tx:
        outbox_channels.move(tx, group_id=900, gone=910, to=920)
        outbox.unpark(tx, NOW, group_id=900)

    parked(outboxes, tried)
    place = outbox.MessagePlace(910, 77)
    answer(outboxes, outbox.confirm, version=2, message_id=77, place=place)

    assert (effect(outboxes).channel_id, effect(outboxes).message_id) == (920, None)
    assert due(outboxes) == ["q1"]


def test_what_was_to_be_shown_in_a_channel_that_is_gone_moves_to_another(
    outboxes: Database,
) -> None:
    posted(outboxes)
    show(outboxes, "q2", group_id=901)
    refresh(outboxes)
    claim(outboxes)
    answer(outboxes, outbox.park, trouble=outbox_channels.CHANNEL_GONE, now=NOW)

    with outboxes.write() as tx:
        gone = outbox_channels.gone_channels(tx, 900), outbox_channels.gone_channels(tx, 901)
        outbox_channels.move(tx, group_id=900, gone=910, to=920)
        outbox.unpark(tx, NOW, group_id=900)

    moved, other = effect(outboxes), effect(outboxes, "q2")
    assert ([list(one) for one in gone]) == [[910], []]
    assert (moved.channel_id, moved.message_id) == (920, None)
    assert (moved.state, moved.trouble) == (EffectState.PENDING, None)
    assert other.channel_id == 910
    assert "q1" in due(outboxes)


def test_unparking_forgets_how_often_it_was_tried(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)
    answer(outboxes, outbox.park, trouble="no permission", now=NOW)

    with outboxes.write() as tx:
        outbox.unpark(tx, NOW, group_id=900)

    assert effect(outboxes).attempts == 0


def park(database: Database, at: datetime) -> Effect:
    """One more attempt that Discord refuses."""
    claim(database, at)
    with database.write() as tx:
        outbox.park(tx, effect(database).id or 0, trouble="no permission", now=at)
    return effect(database)


def test_what_discord_will_not_take_is_tried_ever_more_rarely(outboxes: Database) -> None:
    show(outboxes)
    at, waits = NOW, []

    for _ in range(12):
        waits.append(park(outboxes, at).retry_at - at)
        at += waits[-1]

    minutes = [wait.total_seconds() / 60 for wait in waits]
    assert minutes == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440]


def test_what_discord_will_not_take_for_a_week_is_given_up_and_not_deleted(
    outboxes: Database,
) -> None:
    show(outboxes)
    at, tries = NOW, 0

    while (parked := park(outboxes, at)).state == EffectState.PARKED and tries < 100:
        at, tries = parked.retry_at, tries + 1

    assert (parked.state, parked.trouble) == (EffectState.GIVEN_UP, "no permission")
    assert timedelta(days=7) <= at - NOW <= timedelta(days=8)
    assert tries < 20
    assert due(outboxes, at + timedelta(days=400)) == []
    with outboxes.read() as tx:
        assert outbox.parked(tx, 900, EffectState.GIVEN_UP) == [(910, "no permission", 1)]


def test_what_was_given_up_is_taken_up_again_for_another_week(outboxes: Database) -> None:
    show(outboxes)
    park(outboxes, NOW)
    given_up = park(outboxes, NOW + timedelta(days=8)).state
    later = NOW + timedelta(days=30)

    with outboxes.write() as tx:
        outbox.unpark(tx, later, group_id=900)
    again = due(outboxes, later)
    parked = park(outboxes, later)

    assert given_up == EffectState.GIVEN_UP
    assert again == ["q1"]
    assert (parked.state, parked.parked_at) == (EffectState.PARKED, later)


def test_a_start_does_not_begin_the_week_of_what_is_parked_anew(outboxes: Database) -> None:
    show(outboxes)
    park(outboxes, NOW)

    for day in range(1, 8):
        at = NOW + timedelta(days=day)
        with outboxes.write() as tx:
            outbox.try_again(tx, at)
        state = park(outboxes, at).state
    with outboxes.write() as tx:
        outbox.try_again(tx, LATER + timedelta(days=9))

    assert state == EffectState.GIVEN_UP
    assert due(outboxes, NOW + timedelta(days=90)) == []


def test_what_google_will_not_have_is_tried_at_each_start(outboxes: Database) -> None:
    show(outboxes, channel_id=outbox.GOOGLE_LINE, target=EffectTarget.GOOGLE_CALENDAR)
    park(outboxes, NOW)
    park(outboxes, NOW + timedelta(days=8))
    before = due(outboxes, NOW + timedelta(days=9))

    with outboxes.write() as tx:
        outbox.try_again(tx, NOW + timedelta(days=9))

    assert before == []
    assert due(outboxes, NOW + timedelta(days=9)) == ["q1"]


def test_only_the_channels_that_are_named_are_taken_up_again(outboxes: Database) -> None:
    for key, channel in (("q1", 910), ("q2", 911)):
        show(outboxes, key, channel_id=channel)
    with outboxes.write() as tx:
        for number, _ in outbox.due(tx, NOW):
            outbox.park(tx, number, trouble="no permission", now=NOW)
        aside = outbox.set_aside(tx), outbox.set_aside(tx, {901})

        outbox.unpark(tx, NOW, group_id=900, channels={911})

    assert aside == ({900: {910, 911}}, {})
    assert due(outboxes) == ["q2"]


def test_a_group_that_is_given_up_wants_nothing_until_it_is_taken_up_again(
    outboxes: Database,
) -> None:
    posted(outboxes)
    show(outboxes, "q2")
    show(outboxes, "q3", group_id=901)

    with outboxes.write() as tx:
        outbox.give_up(tx, 900, trouble="gone", now=NOW)
    asleep = due(outboxes, LATER)
    with outboxes.write() as tx:
        outbox.unpark(tx, LATER, group_id=900)

    assert asleep == ["q3"]
    assert due(outboxes, LATER) == ["q2", "q3"]
    assert effect(outboxes).state == EffectState.DONE
