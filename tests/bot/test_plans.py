"""No timer, start or press reads the whole of a table that grows with history."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session

from bot.calendars import service as calendars_service
from bot.core import sealed
from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.core.unit import Desk
from bot.registry import TIMERS
from bot.runtime import housekeeping
from storage import (
    bank,
    calendars,
    crowds,
    digests,
    exports,
    forgetting,
    groups,
    imports,
    inquiries,
    offers,
    outbox,
    outbox_channels,
    outbox_leases,
    planning,
    questions,
    rounds,
    scores,
    sessions,
    standings,
    traces,
)
from storage.engine import Database
from storage.shards import ALL, Shards
from tests.conftest import GROUP, START, Clock
from tests.plans import scans, statements

pytestmark = pytest.mark.both_engines

HERE = offers.Offers(GROUP, 1, START)
WANTED = bank.Wanted([1, 2], GROUP)
# What runs at start, in every sweep or at a press, beside the timers and what tidies up.
ASKED: dict[str, Callable[[Session], object]] = {
    "effects that are due": lambda tx: outbox.due(tx, START),
    "claiming one": lambda tx: outbox.claim(tx, 1, START),
    "sending again at start": lambda tx: outbox_leases.send_again(tx, START),
    "trying again at start": lambda tx: outbox.try_again(tx, START),
    "what is set aside": outbox.set_aside,
    "what is set aside in a group": lambda tx: outbox.set_aside(tx, [GROUP]),
    "what is parked in a group": lambda tx: outbox.parked(tx, GROUP),
    "a group taken up again": lambda tx: outbox.unpark(tx, START, group_id=GROUP),
    "a group given up": lambda tx: outbox.give_up(tx, GROUP, trouble="", now=START),
    "the trouble of a channel": lambda tx: outbox.trouble_of(tx, 910),
    "a card asked for": lambda tx: outbox.refresh(tx, key="q1", now=START),
    "a message withdrawn": lambda tx: outbox.withdraw(tx, ["q1"], now=START),
    "a card by its key": lambda tx: outbox.by_key(tx, "q1"),
    "a card by its message": lambda tx: outbox_channels.key_of_message(tx, 910, 77),
    "messages of a channel": lambda tx: outbox_channels.message_ids(tx, 910, 70, 80),
    "a channel moved": lambda tx: outbox_channels.move(tx, group_id=GROUP, gone=910, to=920),
    "a channel buried": lambda tx: outbox_channels.bury(tx, group_id=GROUP, channel_id=910),
    "a channel looked at anew": lambda tx: outbox_channels.forget_sent(
        tx, group_id=GROUP, channel_id=910
    ),
    "groups that are asleep": groups.asleep,
    "imports that were killed": lambda tx: imports.stale(tx, START),
    "the newest digest": lambda tx: digests.last_told(tx, ["G900.1"]),
    "a lobby's questions": lambda tx: offers.page(tx, HERE, first=0, size=25),
    "a lobby's count": lambda tx: offers.count(tx, HERE),
    "who knows a lobby's questions": lambda tx: offers.counts_of_known(tx, HERE),
    "a list of questions": lambda tx: questions.listing(tx, GROUP, containing="rain"),
    "a list of sessions": lambda tx: sessions.listing(tx, GROUP, states=["scheduled"]),
    "what Google was not asked": calendars.unasked,
    "questions brought": lambda tx: questions.brought(tx, GROUP, wanted=[1, 2]),
    "topics": lambda tx: questions.topics(tx, GROUP),
    "open questions counted": lambda tx: questions.count_open(tx, GROUP, 500),
    "questions of a title": lambda tx: questions.by_title(tx, GROUP, "rain"),
    "sessions planned": lambda tx: planning.count_planned(tx, GROUP),
    "sessions of a host": lambda tx: planning.ahead_of_host(tx, GROUP, 1),
    "series that go on": lambda tx: planning.running_series(tx, GROUP, START),
    "live sessions": lambda tx: sessions.live(tx, GROUP),
    "open lobbies": lambda tx: sessions.open_lobbies(tx, GROUP),
    "the session of a channel": lambda tx: sessions.live_in_channel(tx, GROUP, 910),
    "who wants a question": lambda tx: sessions.wanting(tx, GROUP, 1),
    "what waits for its outcome": lambda tx: inquiries.waiting(tx, GROUP, 0),
    "a leaderboard": lambda tx: standings.of_metric(tx, GROUP, "edge"),
    "a leaderboard of a window": lambda tx: scores.columns(
        tx, GROUP, "edge", now=START, since=START, sessions=10
    ),
    "a calibration": lambda tx: scores.binary(tx, GROUP, 1, now=START),
    "a profile": lambda tx: scores.of_member(tx, GROUP, 1),
    "a member's forecasts counted": lambda tx: scores.forecast_counts(tx, 1),
    "a member about to be forgotten": lambda tx: [
        traces.questions(tx, 1),
        traces.rounds(tx, 1),
        traces.sessions(tx, 1),
    ],
    "the rounds of an evening": lambda tx: rounds.held_in_session(tx, 1),
    "who opened rounds": lambda tx: rounds.opened_counts(tx, GROUP),
    "a question's crowd": lambda tx: crowds.of_question(tx, 1),
    "crowds beside a group": lambda tx: crowds.of_rounds(tx, GROUP),
    "crowds that are scored": lambda tx: crowds.scored(tx, GROUP, past=False),
    "what may be dealt": lambda tx: bank.unseen(tx, WANTED),
    "topics that may be dealt": lambda tx: bank.topics(tx, WANTED),
    "all of a group": lambda tx: exports.everything(tx, GROUP, user_id=1),
    "all of a member": lambda tx: exports.everything(tx, GROUP, member_id=1, user_id=1),
    "forecasts of a member": lambda tx: exports.forecast_lines(tx, GROUP, member_id=1),
    "a group forgotten": lambda tx: forgetting.forget_group(tx, GROUP),
    "outcomes in the clear": bank.plain,
}


def asking(database: Database, ask: Callable[[Session], object]) -> Callable[[], object]:
    def work() -> None:
        with database.write() as tx:
            ask(tx)

    return work


@pytest.mark.parametrize("kind", TIMERS)
def test_no_timer_scans_a_whole_table(database: Database, kind: str) -> None:
    """A new timer is looked at by itself: it is in the table of all timers."""
    until = START + timedelta(hours=1)

    assert scans(database, asking(database, lambda tx: TIMERS[kind].due(tx, until, ALL))) == []


@pytest.mark.parametrize("kind", TIMERS)
def test_every_timer_leaves_out_groups_that_were_left_and_those_of_other_processes(
    database: Database, kind: str
) -> None:
    """Each look finds only the first few, so others' rows must not be among them."""
    ask = asking(database, lambda tx: TIMERS[kind].due(tx, START, Shards(1, 2, 4)))

    asked = statements(database, ask)

    assert asked
    assert [one for one in asked if "left_at IS NULL" not in one] == []
    assert [one for one in asked if "BETWEEN" not in one] == []


@pytest.mark.parametrize("what", ASKED)
def test_no_start_and_no_press_scans_a_whole_table(database: Database, what: str) -> None:
    assert scans(database, asking(database, ASKED[what])) == []


@pytest.mark.parametrize("piece", housekeeping.PIECES, ids=lambda piece: piece.__name__)
def test_tidying_up_scans_no_whole_table(
    database: Database, piece: Callable[[Session, object], int]
) -> None:
    assert scans(database, asking(database, lambda tx: piece(tx, START))) == []


def test_a_start_with_one_key_looks_at_nothing_that_is_sealed_already(
    database: Database, clock: Clock
) -> None:
    desk = Desk(database, clock, integrations=Integrations(box=Box(new_key()), google=True))

    def start() -> None:
        calendars_service.renew_seals(desk)
        sealed.renew_outcomes(desk)

    assert scans(database, start) == []


def test_a_scan_would_be_noticed(database: Database) -> None:
    def read_all(tx: Session) -> object:
        return tx.connection().exec_driver_sql("SELECT * FROM questions WHERE title = 'x'").all()

    assert len(scans(database, asking(database, read_all))) == 1
