"""Each state of the page, played through the services, with somebody in each role."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.core import drafts, keys
from bot.core.drafts import FilledForm
from bot.core.keys import Key
from bot.core.permissions import Role
from bot.core.unit import Caller, Desk
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.pastcasts import warm_up
from bot.practice import service as practice_service
from bot.questions import confirmations, imports, watching
from bot.questions import inquiries as questions_inquiries
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.questions.entry import Proposed
from bot.questions.service import NextStep
from bot.rounds import service as rounds_service
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import hosting
from bot.sessions import service as sessions_service
from bot.sessions.service import StartOptions
from bot.sources.imported import Part as SourcePart
from bot.sources.imported import Several
from bot.who_may import State
from storage import bank
from storage.enums import CardKind
from storage.tables import (
    Banked,
    Draft,
    Order,
    Proposal,
    QuestionKind,
    Round,
    SessionFormat,
    WarmUp,
    Watch,
)
from tests.bot.imported_scenes import URL, bring_from_manifold, reports, there
from tests.bot.practice.scenes import someone
from tests.bot.scenes import RAIN, SNOW, bring, record, row, rows
from tests.conftest import GROUP, Clock, caller

ROLE_ID = 5
HOUR = 3600
COLOURS = "Red\nGreen\nBlue"
# Each is one of the ways to be a facilitator.
FACILITATORS = (
    {"role_ids": frozenset({ROLE_ID})},
    {"manages_events": True},
    {"manages_group": True},
)
MANAGER = {"manages_group": True}
Who = Callable[[str], Caller]


@dataclass(frozen=True)
class Place:
    """A state: who is there in which role, the cards by kind, and what is typed.

    `current` is the card on which things go on; `beside` are kinds whose cards are of use, too.
    `by_door` has keys of single buttons.
    """

    roles: Mapping[str, frozenset[Role]]
    cards: Mapping[CardKind, Key] = field(default_factory=dict)
    current: CardKind | None = None
    beside: frozenset[CardKind] = frozenset()
    question: int = 0
    other: int = 0
    said: str = "70"
    outcome: str = "yes"
    by_door: Mapping[str, Key] = field(default_factory=dict)

    def persons(self, role: Role) -> list[str]:
        """Who has this role; somebody who has nothing else first."""
        having = [name for name, held in self.roles.items() if role in held]
        return sorted(having, key=lambda name: len(self.roles[name]))[:1]


def roles(**named: tuple[Role, ...]) -> dict[str, frozenset[Role]]:
    """People in their roles; whoever is not named has no part in it."""
    others: dict[str, tuple[Role, ...]] = {
        "Eva": (),
        "Dan": (Role.FACILITATOR,),
        **named,
    }
    return {name: frozenset({Role.ANYBODY, *held}) for name, held in others.items()}


def set_up(desk: Desk) -> None:
    """A group with a facilitators' role, to which everybody has said something before."""
    change = SettingsChange(facilitator_role_id=ROLE_ID)
    groups_service.change(desk, caller("Guest", **MANAGER), change)
    for name in ("Ana", "Ben", "Cleo", "Dan", "Eva"):
        groups_service.set_timezone(desk, caller(name), "UTC")


# A session

_SEATED = {
    "Ana": (Role.HOST, Role.SEATED),
    "Ben": (Role.SEATED,),
    "Cleo": (Role.SEATED,),
}
_SPEAKING = {**_SEATED, "Ben": (Role.SEATED, Role.SPEAKER)}


def _plan(desk: Desk) -> None:
    set_up(desk)
    schedule_service.schedule(desk, caller("Ana"), Plan("in 2 hours"))
    for title in (RAIN, SNOW, "Will it hail in Bern this year?"):
        bring(desk, title)


def _lobby(desk: Desk) -> Key:
    _plan(desk)
    wish = StartOptions(session="1", order=Order.MANUAL)
    lobby = sessions_service.start(desk, caller("Ana"), wish)
    for name in ("Ben", "Cleo"):
        sessions_service.join(desk, caller(name), lobby)
    return lobby


def _play(desk: Desk, clock: Clock, until: State) -> None:
    """Play a session on until this state."""
    lobby = _lobby(desk)
    if until == State.LOBBY:
        return
    sessions_service.start_round(desk, caller("Ana"), lobby)
    if until == State.BLIND:
        return
    rounds_service.move_on(desk, caller("Ana"))
    if until in {State.FIRST_TURN, State.EXTENDED}:
        rounds_service.give_way(desk, caller("Ana"))
        for _ in range(2 * (until == State.EXTENDED)):
            rounds_service.extend(desk, caller("Ben"))
        return
    record(desk, "Ana", row(desk, Round, 1).question_id)
    rounds_service.done(desk, caller("Ana"))
    if until == State.PAUSED:
        rounds_service.pause(desk, caller("Ben"))
    elif until == State.STOPPED:
        clock.move(3 * HOUR)
        rounds_service.expire(desk, 1, GROUP)
        clock.move(60)
    elif until != State.LATER_TURN:
        _finish(desk, until)


def _finish(desk: Desk, until: State) -> None:
    rounds_service.done(desk, caller("Ben"))
    rounds_service.done(desk, caller("Cleo"))
    if until == State.FINAL:
        return
    rounds_service.move_on(desk, caller("Ana"))
    if until == State.OVER:
        sessions_service.end(desk, caller("Ana"))


_CURRENT = {
    State.PLANNED: CardKind.ANNOUNCEMENT,
    State.CANCELLED: CardKind.ANNOUNCEMENT,
    State.LOBBY: CardKind.LOBBY,
    State.BLIND: CardKind.BLIND,
    State.STOPPED: CardKind.STOPPED,
    State.FINAL: CardKind.FINAL,
    State.BETWEEN: CardKind.SUMMARY,
    State.OVER: CardKind.SUMMARY,
}
_CALM = (State.PLANNED, State.OVER, State.CANCELLED)


def session(desk: Desk, clock: Clock, state: State) -> Place:
    if state in {State.PLANNED, State.CANCELLED}:
        _plan(desk)
        if state == State.CANCELLED:
            schedule_service.cancel(desk, caller("Ana"), "1")
    else:
        _play(desk, clock, state)
    held = rows(desk, Round)
    turns, asked = (held[0].turn_count, held[0].question_id) if held else (0, 1)
    turning = state in {State.FIRST_TURN, State.LATER_TURN, State.PAUSED, State.EXTENDED}
    people = _SPEAKING if turning else _SEATED
    if state in _CALM:
        people = {"Ana": (Role.HOST,)}
    beside = {CardKind.ANNOUNCEMENT}
    if state in {State.BETWEEN, State.OVER}:
        beside.add(CardKind.FINAL)
    return Place(
        roles(**people),
        _cards_of_session(desk, turns),
        CardKind.TURN if turning else _CURRENT[state],
        frozenset(beside),
        question=asked,
        other=next(one for one in (1, 2, 3) if one != asked),
        by_door={"vote_for": keys.question(3)},
    )


def _cards_of_session(desk: Desk, turns: int) -> dict[CardKind, Key]:
    made = (
        keys.announcement(1),
        keys.lobby(1, 1),
        keys.blind(1),
        keys.turn(1, turns),
        keys.final(1, turns),
        keys.stopped(1, turns),
        keys.summary(1),
    )
    return {one.kind: one for one in made}


def without_host(desk: Desk, clock: Clock, state: State) -> Place:
    lobby = _lobby(desk)
    people: dict[str, tuple[Role, ...]] = {
        "Ben": (Role.SEATED, Role.NEXT),
        "Cleo": (Role.SEATED,),
    }
    if state == State.HOST_LEFT:
        sessions_service.leave(desk, caller("Ana"), lobby)
    elif state == State.HOST_AWAY:
        clock.move(11 * 60)
        hosting.look_after(desk, 1, GROUP)
    return Place(roles(**people), {CardKind.LOBBY: lobby}, CardKind.LOBBY)


def extended(desk: Desk, clock: Clock, state: State) -> Place:
    return session(desk, clock, state)


def warming_up(desk: Desk, clock: Clock, state: State) -> Place:
    put_in_bank(desk, QuestionKind.NUMERIC, "70011.0")
    lobby = _lobby(desk)
    made = keys.warm_up(1)
    if state != State.NONE_YET:
        made = warm_up.begin(desk, caller("Ana"), lobby)
        warm_up.answer(desk, caller("Ben"), made, {0: "1 to 99999"})
    if state == State.SHOWN:
        warm_up.show_answers(desk, caller("Ana"), made)
    card = CardKind.LOBBY if state == State.NONE_YET else CardKind.WARM_UP
    cards = {CardKind.LOBBY: lobby, CardKind.WARM_UP: made}
    return Place(roles(**_SEATED), cards, card, frozenset({CardKind.WARM_UP, CardKind.LOBBY}))


def dealt(desk: Desk, clock: Clock, state: State) -> Place:
    set_up(desk)
    put_in_bank(desk, QuestionKind.BINARY, "yes")
    wish = StartOptions(order=Order.MANUAL, format=SessionFormat.PASTCAST)
    lobby = sessions_service.start(desk, caller("Ana"), wish)
    for name in ("Ben", "Cleo"):
        sessions_service.join(desk, caller(name), lobby)
    sessions_service.start_round(desk, caller("Ana"), lobby)
    if state == State.RESOLVED:
        record(desk, "Ana", 1)
        sessions_service.end(desk, caller("Ana"))
    cards = {CardKind.DEALT: keys.dealt(1), CardKind.QUESTION: keys.question(1)}
    return Place(roles(**_SEATED), cards, CardKind.DEALT, question=1)


def put_in_bank(desk: Desk, kind: QuestionKind, outcome: str, count: int = 12) -> None:
    """Questions about the past, of a bank that is everybody's."""
    day = date(2013, 3, 14)
    made = [
        Banked(
            name=f"q{number}",
            topic="weather",
            kind=kind,
            title=f"How much rain will fall on day {number} of that spring?",
            criteria="As the station says.",
            unit="mm" if kind == QuestionKind.NUMERIC else None,
            opens_at=day,
            as_of=day,
            closes_at=day,
            known_at=day,
            outcome=outcome,
        )
        for number in range(count)
    ]
    with desk.db.write() as tx:
        bank.put(tx, None, made)


# A question

_ASKED = {"Ana": (Role.AUTHOR,), "Ben": (Role.FORECASTER,)}


def question(desk: Desk, clock: Clock, state: State) -> Place:
    if state == State.SEALED:
        place = dealt(desk, clock, state)
        record(desk, "Ben", 1)
        people = roles(Ben=(Role.FORECASTER,))
        return Place(people, place.cards, CardKind.QUESTION, question=1)
    set_up(desk)
    bring(desk, closes="in 60 minutes", answers=COLOURS)
    if state == State.NEW:
        people = roles(Ana=(Role.AUTHOR,))
    else:
        record(desk, "Ben", 1, "60/30/10")
        people = roles(**_ASKED)
    if state not in {State.NEW, State.OPEN}:
        clock.move(HOUR)
        questions_service.close_due(desk, 1, GROUP)
    if state in {State.RESOLVED, State.VOID}:
        outcome = "Red" if state == State.RESOLVED else "void"
        questions_outcomes.resolve(desk, caller("Ana"), 1, outcome=outcome)
    return Place(
        people,
        {CardKind.QUESTION: keys.question(1), CardKind.RESOLUTION: keys.resolution(1)},
        CardKind.QUESTION,
        question=1,
        said="60/30/10",
        outcome="Red",
    )


def _closed(desk: Desk, clock: Clock, **settings: bool) -> None:
    set_up(desk)
    if settings:
        wanted = SettingsChange(**settings)  # type: ignore[arg-type]
        groups_service.change(desk, caller("Guest", **MANAGER), wanted)
    bring(desk, closes="in 60 minutes")
    record(desk, "Ben", 1)
    clock.move(2 * HOUR)
    questions_service.close_due(desk, 1, GROUP)
    questions_inquiries.ask_due(desk, 1, GROUP)


def inquiry(desk: Desk, clock: Clock, state: State) -> Place:
    _closed(desk, clock)
    if state == State.DONE:
        questions_outcomes.resolve(desk, caller("Ana"), 1, outcome="yes")
    return Place(roles(**_ASKED), {CardKind.INQUIRY: keys.inquiry(1, 1)}, CardKind.INQUIRY)


def confirmation(desk: Desk, clock: Clock, state: State) -> Place:
    """Cleo has entered an outcome as a facilitator, and is none any more."""
    _closed(desk, clock, confirm_outcomes=True)
    entered = questions_outcomes.resolve(desk, caller("Cleo", **FACILITATORS[0]), 1, outcome="yes")
    assert isinstance(entered, Proposed)
    at = keys.confirmation(1, rows(desk, Proposal)[-1].id or 0)
    if state == State.DONE:
        confirmations.accept(desk, caller("Ben"), at)
    people = roles(**_ASKED, Cleo=(Role.ENTERED,))
    return Place(people, {CardKind.INQUIRY: at}, CardKind.INQUIRY)


def proposal(desk: Desk, clock: Clock, state: State) -> Place:
    set_up(desk)
    bring_from_manifold(desk)
    record(desk, "Ben", 1)
    [watch] = rows(desk, Watch)
    clock.now = max(clock.now, watch.look_at or clock.now)
    watching.hear(desk, watch.id or 0, GROUP, reports("yes"))
    at = keys.proposal(1, 1)
    if state == State.DONE:
        watching.decline(desk, caller("Ana"), at)
    return Place(roles(**_ASKED), {CardKind.PROPOSAL: at}, CardKind.PROPOSAL)


# A group, and what waits for one person


def group(desk: Desk, clock: Clock, state: State) -> Place:
    set_up(desk)
    put_in_bank(desk, QuestionKind.BINARY, "yes")
    schedule_service.schedule(desk, caller("Ana"), Plan("in 2 hours", voice_channel_id=77))
    bring(desk)
    record(desk, "Ben", 1)
    made = (keys.lobby(1, 1), keys.question(0), Key(CardKind.GROUP, GROUP, (1,)), keys.member(2))
    cards = {one.kind: one for one in made}
    people = roles(Guest=(Role.MANAGER, Role.FACILITATOR))
    return Place(people, cards, CardKind.GROUP, frozenset(cards), question=1)


def of_one(desk: Desk, clock: Clock, state: State) -> Place:
    """Everything that can wait for Ana, and what is left once it is answered."""
    put_in_bank(desk, QuestionKind.NUMERIC, "70011.0")
    lobby = _lobby(desk)
    by_door = {**_drafts(desk, clock), **_practice(desk, state)}
    by_door["warm_up_mine"] = warm_up.begin(desk, caller("Ana"), lobby)
    warm_up.answer(desk, caller("Ana"), keys.warm_up(1), {0: "1 to 99999"})
    if state == State.DONE:
        warm_up.show_answers(desk, caller("Ana"), keys.warm_up(1))
        with desk.db.write() as tx:
            for one in rows(desk, Draft):
                tx.delete(one)
    assert rows(desk, WarmUp)
    return Place(roles(Ana=(Role.OWN,), Guest=(Role.MANAGER,)), by_door=by_door)


def _drafts(desk: Desk, clock: Clock) -> dict[str, Key]:
    """A key for each thing that Ana has typed and not finished."""
    ana = caller("Ana")
    plan = schedule_service.schedule(desk, ana, Plan("Saturday 7:30"))
    close = questions_service.submit(desk, caller("Ana"), _asks("tomorrow 7:30"))
    bring(desk, "Will it be asked later?", closes="in 60 minutes")
    number = max(one for one, _ in _titles(desk).items())
    clock.move(2 * HOUR)
    questions_service.close_due(desk, number, GROUP)
    questions_inquiries.ask_due(desk, number, GROUP)
    asked = keys.inquiry(number, 1)
    later = questions_inquiries.not_yet(desk, caller("Ana"), asked, "tomorrow 7:30")
    known = questions_outcomes.resolve(
        desk, caller("Ana"), number, outcome="yes", known="today 7:30"
    )
    step = questions_service.save(desk, caller("Ana"), 0, form_of("choice"))
    assert isinstance(step, NextStep)
    refused = _keep(desk)
    fetched = _fetch(desk, there())
    several = _fetch(desk, Several("manifold", "Which?", (SourcePart("/v0/a", "A"),), 1))
    second = keys.form(step.draft_id)
    return {
        "choose": keys.draft(plan.draft_id, 0),  # type: ignore[union-attr]
        "choose_close": keys.draft(close.draft_id, 0),  # type: ignore[union-attr]
        "choose_again": keys.draft(later.draft_id, 0),  # type: ignore[union-attr]
        "choose_known": keys.draft(known.draft_id, 0),  # type: ignore[union-attr]
        "answer": second,
        "answered": second,
        "correct": keys.form(refused),
        "open_import": keys.form(fetched),
        "imported": keys.form(fetched),
        "choose_part": keys.form(several),
    }


def _titles(desk: Desk) -> dict[int, str]:
    found = questions_service.choices(desk, caller("Ana"), "")
    return {number: title for title, number in found}


def _asks(closes: str) -> questions_service.Written:
    return questions_service.Written("Will the close be clear to all?", "", closes, "")


def form_of(kind: str) -> FilledForm:
    written = {"title": "Which colour will it be?", "criteria": "", "closes": "", "source": ""}
    return FilledForm("submitted|q0", written, {"kind": kind})


def _keep(desk: Desk) -> int:
    return drafts.keep(desk, caller("Ana"), form_of("binary"))


def _fetch(desk: Desk, found: object) -> int:
    errand = imports.begin(desk, caller("Ana"), URL)
    imports.keep(desk, caller("Ana"), errand, found)  # type: ignore[arg-type]
    return errand.draft_id


def _practice(desk: Desk, state: State) -> dict[str, Key]:
    put_more = [
        Banked(
            name="alone",
            topic="weather",
            title="Will it rain on that day in the spring?",
            criteria="As the station says.",
            opens_at=date(2013, 3, 1),
            as_of=date(2013, 3, 1),
            closes_at=date(2013, 3, 9),
            known_at=date(2013, 3, 9),
            outcome="yes",
        )
    ]
    with desk.db.write() as tx:
        bank.put(tx, None, put_more)
    dealt = practice_service.deal(desk, someone("Ana", GROUP))
    at = dealt.key  # type: ignore[union-attr]
    if state == State.DONE:
        practice_service.answer(desk, someone("Ana", GROUP), at, "70")
    return dict.fromkeys(("practise", "type_practice", "practise_typed", "know_practice"), at)
