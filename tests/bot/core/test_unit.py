"""The unit of work: once per interaction, members at first sight, and nothing of other groups."""

import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.core import keys
from bot.core.drafts import FilledForm
from bot.core.errors import RepeatedInteractionError
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal
from bot.core.typed_times import TimeQuestion
from bot.core.unit import Caller, Desk, Person, Unit, row_id
from bot.forecasts import service as forecasts_service
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.pastcasts import dealing
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.rounds import service as rounds_service
from bot.schedule import lifecycle, series_service
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan, Planned
from bot.schedule.sharing import service as sharing_service
from bot.sessions import hosting
from bot.sessions import service as sessions_service
from bot.sessions.service import StartOptions
from bot.standings import service as standings_service
from storage.tables import Answer, Forecast, Group, Interaction, Member, Question, Repeat, Round
from tests.bot.pastcast_scenes import make_past, put_in_bank
from tests.bot.scenes import (
    RAIN,
    SNOW,
    bring,
    card,
    effect,
    finish,
    open_lobby,
    open_turns,
    people,
    row,
    rows,
    snapshot,
    wanted,
    wrote,
)
from tests.conftest import GROUP, START, Clock, caller

pytestmark = pytest.mark.both_engines

OTHER_GROUP = 901


def test_a_deed_and_its_effects_are_saved_together(desk: Desk) -> None:
    with desk.act(caller()) as unit:
        unit.tx.add(Question(group_id=GROUP, title=RAIN, created_at=unit.now))
        unit.show(keys.question(1), 910)

    assert len(rows(desk, Question)) == 1
    assert wanted(desk, keys.question(1)) == 1


def test_a_deed_that_is_refused_saves_nothing_at_all(desk: Desk) -> None:
    def begin_and_refuse() -> None:
        with desk.act(caller()) as unit:
            unit.tx.add(Question(group_id=GROUP, title=RAIN, created_at=unit.now))
            unit.tx.flush()
            unit.show(keys.question(1), 910)
            raise Refusal("No.")

    with pytest.raises(Refusal):
        begin_and_refuse()

    assert not any(snapshot(desk).values())


def test_who_listens_hears_of_what_was_saved_and_only_of_that(desk: Desk) -> None:
    heard: list[Unit] = []
    listening = Desk(desk.db, desk.clock, heard.append)

    with listening.act(caller()) as unit:
        unit.wake("round:1", START)
    with pytest.raises(Refusal), listening.act(caller()):
        raise Refusal("No.")

    assert heard == [unit]
    assert heard[0].alarms == {"round:1": START}


def test_the_moment_is_that_of_the_clock(desk: Desk, clock: Clock) -> None:
    clock.move(90)

    with desk.act(caller()) as unit:
        acted = unit.now
    with desk.step(GROUP) as step:
        stepped = step.now

    assert acted == stepped == START + timedelta(seconds=90)


def test_the_same_interaction_acts_once(desk: Desk) -> None:
    pressed = caller()
    bring_it = wrote()
    questions_service.submit(desk, pressed, bring_it)

    with pytest.raises(RepeatedInteractionError):
        questions_service.submit(desk, pressed, wrote(SNOW))

    assert [question.title for question in rows(desk, Question)] == [RAIN]


def test_the_same_interaction_from_many_threads_acts_once(desk: Desk) -> None:
    question = bring(desk)
    pressed = caller("Ben")

    def press() -> bool:
        try:
            forecasts_service.record(desk, pressed, question, probability="70")
        except RepeatedInteractionError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        acted = [threads.submit(press) for _ in range(4)]

    assert sorted(one.result() for one in acted) == [False, False, False, True]
    assert len(rows(desk, Forecast)) == 1


def test_many_threads_can_be_the_first_of_a_new_group(desk: Desk) -> None:
    titles = [f"Will it rain in town number {number}?" for number in range(4)]

    with ThreadPoolExecutor(4) as threads:
        brought = [
            threads.submit(questions_service.submit, desk, caller(name), wrote(title))
            for name, title in zip(("Ana", "Ben", "Cleo", "Dan"), titles, strict=True)
        ]
        for one in brought:
            one.result()

    assert len(rows(desk, Group)) == 1
    assert sorted(one.title for one in rows(desk, Question)) == titles


def test_an_interaction_that_was_refused_may_come_again(desk: Desk) -> None:
    pressed = caller()
    with pytest.raises(Refusal):
        questions_service.submit(desk, pressed, wrote("Short"))

    questions_service.submit(desk, pressed, wrote())

    assert len(rows(desk, Question)) == 1


def test_deeds_without_an_interaction_can_be_repeated(desk: Desk) -> None:
    for _ in range(2):
        with desk.act(caller(interaction_id=None)):
            pass

    assert rows(desk, Interaction) == []


def test_members_are_added_at_first_sight(desk: Desk) -> None:
    with desk.act(caller("Ana")) as unit:
        assert unit.me.name == "Ana"
    with desk.act(caller("Ben")):
        pass

    assert list(people(desk).values()) == ["Ana", "Ben"]


def test_a_member_is_shown_under_the_newest_name(desk: Desk) -> None:
    for name in ("Ana", "Ana of Rome"):
        with desk.act(Caller(GROUP, "Circle", 1, name, 910)):
            pass

    assert list(people(desk).values()) == ["Ana of Rome"]


def test_one_person_is_another_member_in_another_group(desk: Desk) -> None:
    for group_id in (GROUP, OTHER_GROUP):
        with desk.act(caller("Ana", group_id=group_id)):
            pass

    assert [(one.group_id, one.user_id) for one in rows(desk, Member)] == [
        (GROUP, 1),
        (OTHER_GROUP, 1),
    ]


def test_a_group_begins_with_its_defaults(desk: Desk) -> None:
    with desk.act(caller()):
        pass

    found = row(desk, Group, GROUP)
    assert (found.name, found.timezone, found.turn_seconds) == ("Circle", "UTC", 600)
    assert (found.blind_seconds, found.final_seconds, found.grace_seconds) == (180, 180, 60)


FACILITATOR_ROLE = 55


@pytest.mark.parametrize(
    ("who", "leads"),
    [
        (caller("Ben"), False),
        (caller("Ben", role_ids=frozenset({1, 2})), False),
        (caller("Ben", manages_events=True), True),
        (caller("Ben", manages_group=True), True),
        (caller("Ben", role_ids=frozenset({1, FACILITATOR_ROLE})), True),
    ],
)
def test_facilitators_have_the_role_or_a_permission(who: Caller, leads: bool) -> None:
    group = Group(id=GROUP, name="Circle", facilitator_role_id=FACILITATOR_ROLE)

    assert who.is_facilitator(group) == leads


def test_without_a_facilitator_role_no_role_makes_a_facilitator() -> None:
    group = Group(id=GROUP, name="Circle")

    assert not caller("Ben", role_ids=frozenset({1, 2})).is_facilitator(group)


def test_the_host_leads_and_others_do_not(desk: Desk) -> None:
    with desk.act(caller("Ana")) as unit:
        assert unit.leads(unit.my_id)
        assert not unit.leads(unit.my_id + 1)
        assert not unit.leads(None)


def test_only_who_manages_the_server_passes_as_a_manager(desk: Desk) -> None:
    with pytest.raises(NotAllowedRefusal, match="Manage Server"), desk.act(caller()) as unit:
        unit.require_manager("change the settings")

    with desk.act(caller(manages_group=True)) as unit:
        unit.require_manager("change the settings")


def test_a_pressed_card_leaves_its_edit_to_the_answer(desk: Desk) -> None:
    with desk.act(caller()) as unit:
        unit.show(keys.question(1), 910)
    shown = effect(desk, keys.question(1))
    assert shown is not None
    with desk.db.write() as tx:
        tx.merge(shown).message_id = 77

    with desk.act(caller(pressed=77)) as unit:
        unit.refresh(keys.question(1))

    pressed = effect(desk, keys.question(1))
    assert pressed is not None
    assert pressed.retry_at > START


def test_a_row_that_was_not_saved_has_no_id() -> None:
    with pytest.raises(TypeError, match="Member"):
        row_id(Member(group_id=GROUP, user_id=1, name="Ana"))


# Every service function that is given an id or a card, tried from another group.
STRANGER = {"group_id": OTHER_GROUP, "channel_id": 911, "manages_group": True}
Deed = Callable[[Desk, Caller, "Foreign"], object]


class Foreign:
    """What another group has: questions that are settled, dealt and in a running round, a plan."""

    def __init__(self, desk: Desk) -> None:
        bring(desk)
        closed = finish(desk)
        sessions_service.end(desk, caller())
        self.question = row(desk, Question, 1).id or 0
        questions_outcomes.resolve(desk, caller(), self.question, outcome="yes")
        planned = schedule_service.schedule(
            desk, caller(), Plan("in 48 hours", repeat=Repeat.WEEKLY)
        )
        asked = schedule_service.schedule(desk, caller(), Plan("7"))
        assert isinstance(planned, Planned)
        close = questions_service.submit(desk, caller(), wrote("Which close?", closes="03/04/2027"))
        known = questions_outcomes.resolve(
            desk, caller(), self.question, outcome="no", known="12/1"
        )
        assert isinstance(asked, TimeQuestion)
        assert isinstance(close, TimeQuestion)
        assert isinstance(known, TimeQuestion)
        self.plan, self.draft = planned.key, keys.draft(asked.draft_id, 0)
        self.close, self.known = keys.draft(close.draft_id, 0), keys.draft(known.draft_id, 0)
        bring(desk, SNOW)
        self.round = open_turns(desk)
        self.turn = card(desk, self.round)
        self.closed = card(desk, closed)
        self.lobby = keys.lobby(self.plan.id + 1, 1)
        self.dealt = keys.dealt(row(desk, Round, self.round).question_id)
        make_past(desk, self.dealt.id, put_in_bank(desk, "elsewhere"))


DEEDS: dict[str, Deed] = {
    "forecasts.prepare": lambda desk, who, at: forecasts_service.prepare(desk, who, at.turn),
    "forecasts.record": lambda desk, who, at: forecasts_service.record(
        desk, who, at.question, probability="70"
    ),
    "forecasts.record_at": lambda desk, who, at: forecasts_service.record_at(
        desk, who, at.turn, probability="70"
    ),
    "forecasts.show_history": lambda desk, who, at: forecasts_service.show_history(
        desk, who, at.question
    ),
    "questions.as_written": lambda desk, who, at: questions_service.as_written(
        desk, who, at.question
    ),
    "outcomes.check_may_dispute": lambda desk, who, at: questions_outcomes.check_may_dispute(
        desk, who, at.question
    ),
    "outcomes.check_may_resolve": lambda desk, who, at: questions_outcomes.check_may_resolve(
        desk, who, at.question
    ),
    "questions.choose_close": lambda desk, who, at: questions_service.choose_close(
        desk, who, at.close
    ),
    "outcomes.choose_known": lambda desk, who, at: questions_outcomes.choose_known(
        desk, who, at.known
    ),
    "outcomes.dispute": lambda desk, who, at: questions_outcomes.dispute(
        desk, who, at.question, "No."
    ),
    "questions.edit": lambda desk, who, at: questions_service.edit(desk, who, at.question, wrote()),
    "questions.find_id": lambda desk, who, at: questions_service.find_id(
        desk, who, str(at.question)
    ),
    "outcomes.reopen": lambda desk, who, at: questions_outcomes.reopen(desk, who, at.question),
    "outcomes.resolve": lambda desk, who, at: questions_outcomes.resolve(
        desk, who, at.question, outcome="no"
    ),
    "questions.show_again": lambda desk, who, at: questions_service.show_again(
        desk, who, at.question
    ),
    "questions.toggle_mark": lambda desk, who, at: questions_service.toggle_mark(
        desk, who, keys.question(at.question)
    ),
    "outcomes.withdraw": lambda desk, who, at: questions_outcomes.withdraw(desk, who, at.question),
    "sessions.end": lambda desk, who, at: sessions_service.end(desk, who, at.turn),
    "sessions.join": lambda desk, who, at: sessions_service.join(desk, who, at.lobby),
    "sessions.leave": lambda desk, who, at: sessions_service.leave(desk, who, at.turn),
    "sessions.next_round": lambda desk, who, at: sessions_service.next_round(desk, who, at.turn),
    "sessions.start": lambda desk, who, at: sessions_service.start(
        desk, who, StartOptions(str(at.plan.id))
    ),
    "sessions.start_announced": lambda desk, who, at: sessions_service.start_announced(
        desk, who, at.plan
    ),
    "sessions.start_round": lambda desk, who, at: sessions_service.start_round(desk, who, at.lobby),
    "sessions.take_over": lambda desk, who, at: sessions_service.take_over(desk, who, at.lobby),
    "sessions.voice_channel_for": lambda desk, who, at: sessions_service.voice_channel_for(
        desk, who, str(at.plan.id)
    ),
    "sessions.voice_channel_of": lambda desk, who, at: sessions_service.voice_channel_of(
        desk, who, at.plan
    ),
    "sessions.keep_voice": lambda desk, who, at: sessions_service.keep_voice(desk, who, at.lobby),
    "sessions.ballot": lambda desk, who, at: sessions_service.ballot(desk, who, at.lobby),
    "sessions.change_question": lambda desk, who, at: sessions_service.change_question(
        desk, who, at.turn
    ),
    "sessions.other_questions": lambda desk, who, at: sessions_service.other_questions(
        desk, who, at.turn
    ),
    "sessions.vote": lambda desk, who, at: sessions_service.vote(desk, who, at.lobby, at.question),
    "sessions.vote_on_page": lambda desk, who, at: sessions_service.vote_on_page(
        desk, who, at.lobby, at.question
    ),
    "planning.cancel": lambda desk, who, at: schedule_service.cancel(desk, who, str(at.plan.id)),
    "planning.choose": lambda desk, who, at: schedule_service.choose(desk, who, at.draft),
    "planning.edit": lambda desk, who, at: schedule_service.edit(
        desk, who, str(at.plan.id), Plan(title="Ours")
    ),
    "planning.find_key": lambda desk, who, at: schedule_service.find_key(
        desk, who, str(at.plan.id)
    ),
    "planning.rsvp": lambda desk, who, at: schedule_service.rsvp(desk, who, at.plan, Answer.NO),
    "planning.vote": lambda desk, who, at: schedule_service.vote(desk, who, at.plan, at.question),
    "planning.vote_in_next": lambda desk, who, at: schedule_service.vote_in_next(
        desk, who, at.question
    ),
    "groups.change_from_welcome": lambda desk, who, at: groups_service.change_from_welcome(
        desk, who, keys.welcome(GROUP, 1), SettingsChange(turn="5m")
    ),
    "questions.file_under": lambda desk, who, at: questions_service.file_under(
        desk, who, at.question, "space"
    ),
    "questions.save": lambda desk, who, at: questions_service.save(
        desk, who, at.question, FilledForm("", {"title": "Ours?"}, {"kind": "binary"})
    ),
    "sharing.share": lambda desk, who, at: sharing_service.share(desk, who, str(at.plan.id)),
    "rounds.back": lambda desk, who, at: rounds_service.back(desk, who, at.turn),
    "rounds.done": lambda desk, who, at: rounds_service.done(desk, who, at.turn),
    "rounds.extend": lambda desk, who, at: rounds_service.extend(desk, who, at.turn),
    "rounds.give_way": lambda desk, who, at: rounds_service.give_way(desk, who, at.turn),
    "rounds.done_with_number": lambda desk, who, at: rounds_service.done_with_number(
        desk, who, at.turn
    ),
    "rounds.move_on": lambda desk, who, at: rounds_service.move_on(desk, who, keys.blind(at.round)),
    "rounds.pause": lambda desk, who, at: rounds_service.pause(desk, who, at.turn),
    "rounds.ready": lambda desk, who, at: rounds_service.ready(desk, who, keys.blind(at.round)),
    "rounds.resume": lambda desk, who, at: rounds_service.resume(desk, who, at.turn),
    "rounds.skip": lambda desk, who, at: rounds_service.skip(desk, who, at.turn),
    "sessions.next_question": lambda desk, who, at: sessions_service.next_question(
        desk, who, at.turn
    ),
    "dealing.know": lambda desk, who, at: dealing.know(desk, who, at.dealt),
    "dealing.know_after_all_not": lambda desk, who, at: dealing.know_after_all_not(
        desk, who, at.dealt
    ),
    "dealing.look": lambda desk, who, at: dealing.look(desk, who, at.dealt),
}


def was_refused(desk: Desk, deed: Deed, foreign: Foreign) -> bool:
    try:
        deed(desk, caller("Ana", **STRANGER), foreign)
    except Refusal:
        return True
    return False


def test_what_belongs_to_another_group_is_refused_and_stays_as_it_is(desk: Desk) -> None:
    foreign = Foreign(desk)
    before = snapshot(desk)

    allowed = [name for name, deed in DEEDS.items() if not was_refused(desk, deed, foreign)]

    assert allowed == []
    assert snapshot(desk) == before


def test_every_service_function_that_names_something_is_tried_from_another_group() -> None:
    services = {
        "forecasts": forecasts_service,
        "questions": questions_service,
        "outcomes": questions_outcomes,
        "sessions": sessions_service,
        "planning": schedule_service,
        "series": series_service,
        "sharing": sharing_service,
        "rounds": rounds_service,
        "standings": standings_service,
        "groups": groups_service,
        "dealing": dealing,
    }
    naming = {"question_id", "session", "at", "wish", "typed", "round_id", "session_id"}
    lists = {
        "questions.choices",
        "outcomes.outcome_choices",
        "planning.choices",
        "series.to_come",
        "dealing.topics",
        "questions.with_topic",
    }  # these search the caller's own group, or what is the caller's own

    found = {
        f"{name}.{function.__name__}"
        for name, module in services.items()
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not function.__name__.startswith("_")
        if "caller" in (given := inspect.signature(function).parameters) and naming & set(given)
    }

    assert found - lists == set(DEEDS)


def test_time_alone_changes_nothing_of_another_group(desk: Desk, clock: Clock) -> None:
    foreign = Foreign(desk)
    with desk.act(caller("Ana", **STRANGER)):
        pass
    clock.move(3 * 24 * 3600)
    before = snapshot(desk)

    rounds_service.expire(desk, foreign.round, OTHER_GROUP)
    questions_service.close_due(desk, foreign.question, OTHER_GROUP)
    lifecycle.remind_due(desk, foreign.plan.id, OTHER_GROUP)
    lifecycle.announce_due(desk, 1, OTHER_GROUP)
    hosting.arrive_on_call(desk, OTHER_GROUP, 950, Person(5, "Eva"))
    hosting.leave_call(desk, OTHER_GROUP, 950, 1)
    hosting.lose_channel(desk, OTHER_GROUP, 910)
    hosting.look_after(desk, foreign.plan.id, OTHER_GROUP)

    assert snapshot(desk) == before


def test_lists_and_searches_show_nothing_of_another_group(desk: Desk) -> None:
    Foreign(desk)
    stranger = caller("Ana", **STRANGER)

    assert questions_service.choices(desk, stranger, "") == []
    assert questions_service.listing(desk, stranger) == []
    assert schedule_service.choices(desk, stranger, "") == []
    assert schedule_service.listing(desk, stranger) == []
    assert series_service.to_come(desk, stranger, "") == []
    assert standings_service.show_leaderboard(desk, stranger, minimum=1).rows == ()
    assert standings_service.show_profile(desk, stranger) is None
    assert groups_service.show(desk, stranger).troubles == ()


def test_a_channel_of_another_group_has_no_session_of_ours(desk: Desk) -> None:
    open_lobby(desk)

    with pytest.raises(Refusal, match="No session is live"):
        sessions_service.join(desk, caller("Ben", group_id=OTHER_GROUP))


def test_settings_of_one_group_leave_another_alone(desk: Desk) -> None:
    bring(desk)

    groups_service.change(desk, caller("Ana", **STRANGER), SettingsChange(turn="5m"))

    assert row(desk, Group, GROUP).turn_seconds == 600
    assert row(desk, Group, OTHER_GROUP).turn_seconds == 300


def test_a_question_of_another_group_cannot_be_taken_around_our_circle(desk: Desk) -> None:
    theirs = bring(desk, group_id=OTHER_GROUP)
    lobby: Key = open_lobby(desk)

    with pytest.raises(Refusal):
        sessions_service.vote(desk, caller("Ben"), lobby, theirs)
    with pytest.raises(Refusal):
        sessions_service.start_round(desk, caller(), lobby)
    with pytest.raises(Refusal):
        sessions_service.next_round(desk, caller(), None, str(theirs))
