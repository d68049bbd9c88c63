"""The help: where the group is, for whom."""

from bot.core import keys
from bot.core.mentions import Mentions, read_mentions, save_command_ids
from bot.core.unit import Desk
from bot.door.messages import Message
from bot.groups import help_cards, help_service
from bot.groups.help_service import Help, Step
from bot.rounds import service as rounds_service
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import service as sessions_service
from storage.tables import Answer
from tests.bot.scenes import bring, card, finish, open_lobby, open_round, open_turns
from tests.conftest import Clock, caller


def seen(desk: Desk, name: str, **more: object) -> Help:
    return help_service.look(desk, caller(name, **more))


def labels(found: Help) -> list[str]:
    shown: Message = help_cards.help_card(found)
    return [str(getattr(item, "label", "")) for item in shown.items]


def test_with_nothing_planned_only_who_may_set_things_up_is_asked_to(desk: Desk) -> None:
    member, manager = seen(desk, "Ben"), seen(desk, "Ana", manages_group=True)

    assert member.step is manager.step is Step.NOTHING
    assert labels(member) == ["Bring a question", "Start a session now"]
    assert labels(manager) == ["Set up", "Bring a question", "Start a session now"]


def test_a_planned_session_asks_for_an_answer_once(desk: Desk) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours"))
    before = labels(seen(desk, "Ben"))
    schedule_service.rsvp(desk, caller("Ben"), keys.announcement(1), Answer.GOING)

    assert before == ["Going", "Bring a question"]
    assert labels(seen(desk, "Ben")) == ["Bring a question"]


def test_only_who_leads_can_start_it_and_only_from_fifteen_minutes_before(
    desk: Desk, clock: Clock
) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("in 1 hour"))
    clock.move(44 * 60)
    early = seen(desk, "Ana").may_start
    clock.move(60)

    assert not early
    assert seen(desk, "Ana").may_start
    assert seen(desk, "Ben", manages_events=True).may_start
    assert not seen(desk, "Ben").may_start


def test_in_a_live_session_it_says_what_each_can_do(desk: Desk) -> None:
    bring(desk)
    lobby = open_lobby(desk, ("Ana", "Ben"))
    at_lobby = [seen(desk, name) for name in ("Ben", "Cleo")]
    sessions_service.start_round(desk, caller("Ana"), lobby)
    at_blind = seen(desk, "Ben")

    assert [found.step for found in (*at_lobby, at_blind)] == [Step.LOBBY, Step.LOBBY, Step.BLIND]
    assert [labels(found) for found in at_lobby] == [
        ["Bring a question"],
        ["Join", "Bring a question"],
    ]
    assert at_blind.card is not None
    assert at_blind.card.at == keys.blind(1)


def test_who_has_the_floor_reads_something_else_than_the_others(desk: Desk) -> None:
    number = open_turns(desk)
    mine, theirs = seen(desk, "Ana"), seen(desk, "Ben")
    rounds_service.pause(desk, caller("Ana"), card(desk, number))
    paused = seen(desk, "Ana")

    assert (mine.step, theirs.step) == (Step.YOUR_TURN, Step.TURNS)
    assert (mine.until is None, paused.until is None) == (False, True)
    assert theirs.speaker == "Ana"


def test_between_two_rounds_it_points_to_the_summary(desk: Desk) -> None:
    number = finish(desk)

    found = seen(desk, "Ben")

    assert found.step is Step.BETWEEN
    assert found.card is not None
    assert found.card.at == keys.summary(number)


def test_somebody_elsewhere_in_the_server_finds_the_session_that_is_live(desk: Desk) -> None:
    open_round(desk)

    assert seen(desk, "Ana", channel_id=4711).step is Step.BLIND
    assert seen(desk, "Guest", channel_id=4711).step is Step.BLIND


def test_another_group_sees_nothing_of_it(desk: Desk) -> None:
    open_round(desk)

    found = seen(desk, "Guest", group_id=901, channel_id=911)

    assert (found.step, found.question, found.card) == (Step.NOTHING, "", None)


def test_commands_are_mentioned_by_their_ids_once_discord_has_given_them(desk: Desk) -> None:
    before = seen(desk, "Ana").mentions.of("session schedule")
    save_command_ids(desk, {"session": 77, "help": 78})
    save_command_ids(desk, {"session": 79, "help": 78})

    with desk.db.read() as tx:
        saved = read_mentions(tx)
    assert before == "`/session schedule`"
    assert saved == Mentions({"session": 79, "help": 78})
    assert saved.of("session schedule") == "</session schedule:79>"
    assert saved.of("circle") == "`/circle`"
