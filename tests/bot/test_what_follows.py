"""What follows from a change: a card whose text a change alters is among those that are edited.

Every card is rendered before and after each step of an evening and what surrounds it; the clock
stands still meanwhile, so whatever differs is the step's doing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.core import keys
from bot.core.card_refresh import FOLLOWERS, Change
from bot.core.keys import Key
from bot.core.unit import Caller, Desk
from bot.data import forgetting
from bot.door.messages import Message
from bot.forecasts import service as forecasts_service
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.pastcasts import box, warm_up
from bot.questions import confirmations, inquiries, watch_rules, watching
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.registry import CARDS, TIMERS
from bot.rounds import service as rounds_service
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import service as sessions_service
from bot.sessions.service import StartOptions
from bot.sources.client import SourceError
from storage.engine import Database
from storage.tables import Answer, Effect, Order, Proposal, Question, WarmUp, Watch
from tests.bot import scenes
from tests.bot.imported_files import bring_in_text
from tests.bot.imported_scenes import bring_from_manifold, reports
from tests.bot.scenes import RAIN, SNOW
from tests.conftest import GROUP, Clock, caller

ELSEWHERE = 4711
HAIL = "Will it hail in Quito this month?"
FOG = "Will there be fog in Turin on Sunday?"
# A card of something that is over has no buttons, and stays as it was: lobby, blind, turn, final,
# stopped round, announcement.
STAGES = "lbtfoa"
NO_CARDS = "vgh"
MANAGER = {"manages_group": True}


def as_text(message: Message | None) -> tuple[object, ...] | None:
    """Everything that a member sees of a card, but for the picture."""
    if message is None:
        return None
    view = message.view()
    return (
        message.content,
        message.embed.to_dict() if message.embed else None,
        [{**row, "id": 0} for row in _components(view.to_components() if view else [])],
        message.attachment.content if message.attachment else None,
    )


def _components(rows: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    for row in rows:
        parts = row.get("components", [])
        yield {key: value for key, value in row.items() if key != "components"}
        yield from _components(parts)


def posted(desk: Desk) -> dict[str, int]:
    """How often each card that can be edited was asked for."""
    found = scenes.rows(desk, Effect)
    return {
        one.key: one.wanted
        for one in found
        if one.expires_at is None and not one.gone and one.key[0] not in NO_CARDS
    }


def drawn(desk: Desk) -> dict[str, Message | None]:
    return {key: CARDS.render(desk, Key.parse(key), pictures=False) for key in posted(desk)}


def is_over(key: str, message: Message | None) -> bool:
    return key[0] in STAGES and (message is None or not message.items)


@contextmanager
def nothing_stale(desk: Desk, step: str) -> Iterator[None]:
    wanted, before = posted(desk), drawn(desk)
    yield
    again, after = posted(desk), drawn(desk)
    stale = [
        key
        for key, message in before.items()
        if key in again  # what was deleted shows nothing any more
        and as_text(message) != as_text(after[key])
        and not (is_over(key, message) and is_over(key, after[key]))
        and again[key] == wanted[key]
    ]
    assert stale == [], f"after {step}"


class Evening:
    """Acts, and looks at every card before and after each action."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def do(self, act: Callable[..., object], who: str, *given: object, **more: object) -> object:
        options = more.pop("caller", {})
        with nothing_stale(self.desk, f"{who} {act.__name__} {given[:1]}"):
            return act(self.desk, caller(who, **options), *given, **more)  # type: ignore[dict-item]

    def pass_time(self) -> None:
        """Ask what is due to be asked; the clock does not move."""
        with self.desk.db.read() as tx:
            due = list(TIMERS["inquiry"].due(tx, self.desk.clock()))
        with nothing_stale(self.desk, f"asking about {due}"):
            for number, group_id, _ in due:
                TIMERS["inquiry"].ring(self.desk, number, group_id)

    def forget(self, who: str) -> None:
        at = forgetting.ask(self.desk, caller(who)).at
        self.do(forgetting.forget, who, at)

    def edit(self, question: int, **changed: str) -> None:
        written = questions_service.as_written(self.desk, caller("Ana"), question)
        self.do(questions_service.edit, "Ana", question, replace(written, **changed))


@pytest.fixture
def desk(sqlite: Database, clock: Clock) -> Desk:
    """One engine is enough: what is tested is a table, and services run on both elsewhere."""
    return Desk(sqlite, clock)


@pytest.fixture
def evening(desk: Desk) -> Evening:
    """Five planned sessions, a lobby in another channel, and a question."""
    for day in range(5):
        schedule_service.schedule(desk, caller("Ana"), Plan(when=f"2026-12-0{day + 1} 19:00"))
    lobby = scenes.open_lobby(desk, ("Dan", "Eva"), channel_id=ELSEWHERE)
    assert lobby.kind == "l"
    return Evening(desk)


def test_a_card_follows_whatever_is_done_with_a_question(evening: Evening, clock: Clock) -> None:
    desk = evening.desk
    evening.do(questions_service.submit, "Ana", scenes.wrote(closes="2026-12-24"))
    rain = scenes.rows(desk, Question)[-1].id or 0
    card = keys.question(rain)
    evening.edit(rain, source="https://example.org/rain")
    evening.do(questions_service.file_under, "Ana", rain, "weather")
    evening.edit(rain, title=HAIL)
    evening.edit(rain, criteria="As the airport says.")
    evening.edit(rain, answers="dry\nwet\nstormy")
    evening.edit(rain, answers="", closes="2026-12-20")
    evening.do(questions_service.toggle_mark, "Dan", card)
    evening.do(questions_service.toggle_mark, "Dan", card)
    evening.do(schedule_service.vote_in_next, "Dan", rain)
    other = scenes.bring(desk, FOG)
    evening.do(schedule_service.vote_in_next, "Dan", other)
    evening.do(schedule_service.vote_in_next, "Dan", other)
    evening.do(_record, "Dan", rain, "60")
    evening.do(_record, "Dan", rain, "70")
    evening.do(_record, "Ana", rain, "20")
    evening.do(_resolve, "Ana", rain, "yes")
    evening.do(_resolve, "Ana", rain, "no")
    evening.do(questions_outcomes.dispute, "Dan", rain, "It did rain.")
    evening.do(_reopen, "Ana", rain)
    clock.move(86_400 * 40)
    with nothing_stale_but_by_time(desk):
        questions_service.close_due(desk, rain, scenes.group(desk).id or 0)
    evening.pass_time()
    evening.edit(rain, closes="")
    evening.do(_resolve, "Ana", rain, "void")
    snow = scenes.bring(desk, SNOW)
    evening.do(questions_outcomes.withdraw, "Ana", snow)
    evening.do(_reopen, "Ana", snow)
    evening.do(_resolve, "Ana", other, "yes")


def test_a_card_follows_who_is_asked_what_happened(evening: Evening, clock: Clock) -> None:
    """Two questions wait: their messages, those to the facilitators, and the next session's card."""
    desk = evening.desk
    schedule_service.schedule(desk, caller("Ana"), Plan(when="2027-02-01 19:00"))
    rain = scenes.bring(desk, RAIN, closes="in 60 minutes")
    snow = scenes.bring(desk, SNOW, closes="in 60 minutes")
    for hours in (1, 1):
        clock.move(3600 * hours)
        for number in (rain, snow):
            questions_service.close_due(desk, number, scenes.group(desk).id or 0)
        evening.pass_time()
    clock.move(86_400 * 8)
    evening.pass_time()
    evening.edit(rain, title=HAIL)
    evening.edit(rain, answers="dry\nwet\nstormy")
    evening.edit(rain, closes="2027-01-01")
    evening.do(inquiries.not_yet, "Ana", keys.inquiry(snow, 1), "")
    clock.move(86_400 * 8)
    evening.pass_time()
    change = SettingsChange(confirm_outcomes=True)
    evening.do(groups_service.change, "Ana", change, caller=MANAGER)
    evening.do(inquiries.answer, "Ana", keys.inquiry(snow, 2), "yes")
    evening.do(_decline, "Ben", snow)
    evening.do(_resolve, "Ana", snow, "no")
    evening.do(_accept, "Ben", snow)
    evening.do(schedule_service.cancel, "Ana", "1")
    evening.do(schedule_service.schedule, "Ana", Plan(when="2026-12-20 19:00"))
    evening.do(_reopen, "Ana", snow)
    evening.do(schedule_service.edit, "Ana", "2", Plan(when="2027-03-01 20:00"))
    evening.do(schedule_service.schedule, "Ana", Plan(when="2026-12-18 19:00"))


@pytest.mark.slow
def test_a_card_follows_whatever_is_done_in_an_evening(evening: Evening, clock: Clock) -> None:
    desk = evening.desk
    rain, snow = scenes.bring(desk, RAIN, closes="2026-12-24"), scenes.bring(desk, SNOW)
    lobby = evening.do(sessions_service.start, "Ana", StartOptions(order=Order.MANUAL))
    assert isinstance(lobby, Key)
    for name in ("Ben", "Cleo"):
        evening.do(sessions_service.join, name, lobby)
    evening.do(_record, "Ben", snow, "10")
    evening.do(sessions_service.vote, "Ben", lobby, rain)
    evening.do(sessions_service.start_round, "Ana", lobby)
    number = scenes.running(desk, lobby.id)
    evening.edit(rain, title=FOG)
    evening.edit(rain, criteria="As the airport says.", closes="2026-12-25")
    evening.do(questions_service.toggle_mark, "Dan", keys.question(rain))
    for name in ("Ana", "Ben", "Cleo"):
        evening.do(_record, name, rain, "40")
    evening.do(rounds_service.ready, "Ana", scenes.card(desk, number))
    evening.do(rounds_service.extend, "Ana")
    evening.do(rounds_service.pause, "Ana")
    evening.do(rounds_service.resume, "Ana")
    evening.do(_record, "Ana", rain, "45")
    evening.do(_record, "Ben", rain, "30")
    evening.do(rounds_service.skip, "Ana")
    evening.do(rounds_service.back, "Ana")
    evening.do(rounds_service.done, "Ana")
    evening.do(rounds_service.back, "Ana")
    evening.do(rounds_service.done, "Ana")
    evening.do(rounds_service.give_way, "Ben")
    evening.do(sessions_service.leave, "Ana", scenes.card(desk, number))
    evening.do(sessions_service.take_over, "Cleo", scenes.card(desk, number))
    evening.do(_resolve, "Ana", rain, "yes")
    evening.do(_reopen, "Ana", rain)
    evening.do(rounds_service.done, "Cleo")
    evening.do(rounds_service.done, "Ben")
    evening.do(_record, "Dan", rain, "90")
    evening.do(rounds_service.ready, "Ben", scenes.card(desk, number))
    evening.do(rounds_service.move_on, "Cleo", scenes.card(desk, number))
    evening.do(_resolve, "Ana", rain, "yes")
    evening.do(_reopen, "Ana", rain)
    evening.edit(rain, closes="2026-12-26")
    evening.do(sessions_service.next_round, "Cleo")
    evening.do(sessions_service.end, "Cleo")
    evening.edit(rain, closes="2026-12-27")
    clock.move(1)  # what is recorded at the moment of the close still counts for the summary
    evening.do(_record, "Ben", rain, "35")
    evening.do(_resolve, "Ana", rain, "no")


def test_a_warm_up_follows_who_answers_and_who_comes_and_goes(evening: Evening) -> None:
    desk = evening.desk
    box.load(desk.db)
    scenes.bring(desk)
    lobby = evening.do(sessions_service.start, "Ana", StartOptions(order=Order.MANUAL))
    assert isinstance(lobby, Key)
    evening.do(sessions_service.join, "Ben", lobby)
    at = evening.do(warm_up.begin, "Ana", lobby)
    assert isinstance(at, Key)
    evening.do(sessions_service.join, "Cleo", lobby)
    evening.do(warm_up.look, "Cleo", at)
    evening.do(warm_up.answer, "Ana", at, {0: "20 to 45", 1: "1 to 2"})
    evening.do(warm_up.answer, "Ana", at, dict.fromkeys(range(10), "20 to 45"))
    evening.do(sessions_service.leave, "Cleo", lobby)
    evening.do(warm_up.answer, "Ben", at, dict.fromkeys(range(10), "20 to 45"))
    evening.do(sessions_service.join, "Cleo", lobby)
    evening.do(sessions_service.start_round, "Ana", lobby)
    evening.do(sessions_service.end, "Ana")
    assert scenes.row(desk, WarmUp, 1).closed_at is not None


def test_an_evening_follows_the_title_of_what_it_took(evening: Evening) -> None:
    """A round in which nobody recorded anything leaves its question free to be reworded."""
    desk = evening.desk
    lobby = scenes.open_lobby(desk)
    rain = scenes.bring(desk)
    sessions_service.start_round(desk, caller("Ana"), lobby)
    evening.edit(rain, title=HAIL)
    evening.do(sessions_service.end, "Ana")
    evening.edit(rain, title=FOG)
    evening.edit(rain, closes="2026-12-27")


def test_a_forecast_after_the_end_of_its_round_shows_in_the_evening(
    evening: Evening, clock: Clock
) -> None:
    desk = evening.desk
    number = scenes.open_turns(desk)
    question = scenes.rows(desk, Question)[-1].id or 0
    evening.do(rounds_service.done, "Ana")
    evening.do(sessions_service.end, "Ana")
    clock.move(1)
    evening.do(_record, "Ana", question, "40")
    assert scenes.phase(desk, number) == "closed"


def test_an_announcement_follows_its_session(evening: Evening) -> None:
    desk = evening.desk
    first = keys.announcement(1)
    scenes.bring(desk)
    evening.do(schedule_service.vote_in_next, "Ben", 1)
    evening.do(schedule_service.rsvp, "Ben", first, Answer.GOING)
    evening.do(schedule_service.rsvp, "Ben", first, Answer.MAYBE)
    evening.do(schedule_service.edit, "Ana", "1", Plan(title="Forecasting with cake"))
    evening.do(schedule_service.edit, "Ana", "1", Plan(when="2026-12-01 20:00"))
    evening.do(groups_service.change, "Ana", SettingsChange(turn="3m"), caller=MANAGER)
    evening.do(schedule_service.edit, "Ana", "1", Plan(when="2026-12-04 20:00"))
    evening.do(schedule_service.edit, "Ana", "1", Plan(when="2026-12-01 20:00"))
    evening.do(schedule_service.cancel, "Ana", "2")
    rain, snow = 1, scenes.bring(desk, SNOW)
    evening.do(schedule_service.vote, "Ben", first, rain)
    evening.do(schedule_service.vote, "Cleo", first, rain)
    evening.do(schedule_service.vote, "Ben", first, snow)
    evening.do(schedule_service.vote_in_next, "Ben", snow)
    evening.edit(rain, title=HAIL)
    evening.do(_record, "Dan", rain, "60")
    evening.do(_resolve, "Ana", rain, "yes")
    evening.do(_reopen, "Ana", rain)
    evening.do(sessions_service.start_announced, "Ana", first)
    assert scenes.wanted(desk, first) > 1


def test_a_question_s_card_follows_the_last_session_ahead(evening: Evening) -> None:
    """Its number is hidden while it could start blind, and shown again when no session is ahead."""
    desk = evening.desk
    rain = scenes.bring(desk)
    for name in ("Ana", "Ben", "Cleo"):
        evening.do(_record, name, rain, "40")
    for session in range(1, 6):
        evening.do(schedule_service.cancel, "Ana", str(session))
    evening.do(sessions_service.end, "Dan", caller={"channel_id": ELSEWHERE})
    evening.do(_record, "Ana", rain, "70")
    evening.do(schedule_service.schedule, "Ana", Plan(when="2026-12-01 19:00"))


def test_a_proposal_follows_its_question(evening: Evening, clock: Clock) -> None:
    desk = evening.desk
    number = bring_from_manifold(desk)
    for outcome, said in (("yes", "Resolved YES"), ("no", "Resolved NO")):
        clock.now = scenes.row(desk, Watch, 1).look_at or clock.now
        with nothing_stale(desk, "a look at the source"):
            watching.hear(desk, 1, GROUP, reports(outcome, said))
    evening.edit(number, title=FOG)
    evening.do(_resolve, "Ana", number, "yes")
    evening.do(_reopen, "Ana", number)
    evening.do(watching.accept, "Ana", keys.proposal(number, 2))
    evening.do(_reopen, "Ana", number)


@pytest.mark.parametrize("who", ["Ana", "Ben", "Dan"])
def test_every_card_that_names_a_member_follows_who_is_forgotten(
    evening: Evening, clock: Clock, who: str
) -> None:
    """The author and host, somebody in the circle, and the host of another lobby."""
    desk = evening.desk
    rain, snow = scenes.bring(desk, closes="in 60 minutes"), scenes.bring(desk, SNOW)
    for name in ("Ben", "Cleo", "Dan"):
        schedule_service.rsvp(desk, caller(name), keys.announcement(1), Answer.GOING)
        schedule_service.vote_in_next(desk, caller(name), snow)
        questions_service.toggle_mark(desk, caller(name), keys.question(snow))
    lobby = scenes.open_lobby(desk)
    sessions_service.vote(desk, caller("Ben"), lobby, rain)
    sessions_service.start_round(desk, caller("Ana"), lobby)
    for name in ("Ana", "Ben", "Cleo"):
        scenes.record(desk, name, rain, "40", f"The sky of {name}.")
    rounds_service.move_on(desk, caller("Ana"))
    sessions_service.end(desk, caller("Ana"))
    clock.move(1)
    _resolve(desk, caller("Ana"), rain, "yes")
    questions_outcomes.dispute(desk, caller("Ben"), rain, "It was hail.")
    scenes.open_turns(desk)

    evening.forget(who)

    assert who not in scenes.people(desk).values()


def test_what_asks_for_an_outcome_follows_an_author_who_is_forgotten(
    evening: Evening, clock: Clock
) -> None:
    desk = evening.desk
    for title in (RAIN, SNOW):
        scenes.bring(desk, title, closes="in 60 minutes")
    for hours in (1, 1, 24 * 8):
        clock.move(3600 * hours)
        for number in (1, 2):
            questions_service.close_due(desk, number, GROUP)
        evening.pass_time()

    evening.forget("Ana")


@pytest.mark.parametrize("declined", [False, True], ids=["it_waits", "it_was_declined"])
def test_an_outcome_that_waits_for_a_second_person_follows_its_question_and_who_is_forgotten(
    evening: Evening, *, declined: bool
) -> None:
    desk = evening.desk
    groups_service.change(desk, caller("Dan", **MANAGER), SettingsChange(confirm_outcomes=True))
    rain = scenes.bring(desk)
    _resolve(desk, caller("Cleo", manages_events=True), rain, "yes")
    if declined:
        _decline(desk, caller("Ben"), rain)

    evening.edit(rain, title=HAIL)
    evening.forget("Cleo")
    evening.forget("Ben" if declined else "Ana")


def test_what_a_source_has_lost_follows_an_author_who_is_forgotten(
    evening: Evening, clock: Clock
) -> None:
    bring_from_manifold(evening.desk)
    for _ in range(watch_rules.GONE_AFTER):
        clock.now = scenes.row(evening.desk, Watch, 1).look_at or clock.now
        watching.hear(evening.desk, 1, GROUP, SourceError("It is gone.", gone=True))

    evening.forget("Ana")


def test_the_last_card_of_a_round_without_a_forecast_follows_who_is_forgotten(
    evening: Evening,
) -> None:
    number = scenes.open_turns(evening.desk)
    sessions_service.end(evening.desk, caller("Ana"))
    last = str(keys.turn(number, 1))
    before = posted(evening.desk)[last]

    evening.forget("Ana")

    assert "former member 1" in str(as_text(drawn(evening.desk)[last]))
    assert posted(evening.desk)[last] == before + 1


def test_every_change_has_a_place_in_the_table() -> None:
    assert set(FOLLOWERS) == set(Change)


@pytest.mark.parametrize("count", [5])
def test_planned_sessions_are_edited_only_when_the_questions_that_they_list_change(
    evening: Evening, count: int
) -> None:
    """They list what nobody has forecast, and what has votes; only one of them has a vote here."""
    desk = evening.desk
    rain = scenes.bring(desk)

    def edits(act: Callable[[], object]) -> int:
        before = posted(desk)
        act()
        after = posted(desk)
        return sum(after[key] - before[key] for key in before if key[0] == "a")

    assert edits(lambda: scenes.bring(desk, SNOW)) == count
    assert edits(lambda: questions_outcomes.withdraw(desk, caller("Ana"), rain + 1)) == count
    mark = keys.question(rain)
    assert edits(lambda: questions_service.toggle_mark(desk, caller("Ben"), mark)) == 0
    assert edits(lambda: evening.edit(rain, source="https://example.org")) == 0
    assert edits(lambda: evening.edit(rain, title=HAIL)) == count
    assert edits(lambda: schedule_service.vote_in_next(desk, caller("Ben"), rain)) == 1
    assert edits(lambda: scenes.record(desk, "Ben", rain)) == count  # from proposed to open
    assert edits(lambda: scenes.record(desk, "Ana", rain)) == 0
    assert edits(lambda: schedule_service.vote_in_next(desk, caller("Ben"), rain)) == 1
    assert edits(lambda: _resolve(desk, caller("Ana"), rain, "yes")) == 0
    assert edits(lambda: _resolve(desk, caller("Ana"), rain, "no")) == 0
    assert edits(lambda: _reopen(desk, caller("Ana"), rain)) == 0


@contextmanager
def nothing_stale_but_by_time(desk: Desk) -> Iterator[None]:
    """The time of a close has passed already: cards that say so are asked for when it is noted."""
    wanted = posted(desk)
    yield
    again = posted(desk)
    assert {key[0] for key in wanted if again[key] > wanted[key]} >= {"q", "l"}


def _record(desk: Desk, who: Caller, question: int, said: str) -> object:
    return forecasts_service.record(desk, who, question, probability=said)


def _resolve(desk: Desk, who: Caller, question: int, outcome: str) -> object:
    return questions_outcomes.resolve(desk, who, question, outcome=outcome)


def _accept(desk: Desk, who: Caller, question: int) -> object:
    at = keys.confirmation(question, scenes.rows(desk, Proposal)[-1].id or 0)
    return confirmations.accept(desk, replace(who, manages_events=True), at)


def _decline(desk: Desk, who: Caller, question: int) -> object:
    at = keys.confirmation(question, scenes.rows(desk, Proposal)[-1].id or 0)
    return confirmations.decline(desk, replace(who, manages_events=True), at)


def _reopen(desk: Desk, who: Caller, question: int) -> object:
    facilitator = replace(who, manages_events=True)
    return questions_outcomes.reopen(desk, facilitator, question)


def test_a_lobby_lists_what_is_imported(evening: Evening) -> None:
    desk = evening.desk
    text = (
        "question,title,forecaster,probability,forecast_at,outcome,resolved_at\n"
        "7,Will the bridge open in May?,Gil,0.7,2026-01-01T10:00:00Z,,\n"
    )
    with nothing_stale(desk, "an import"):
        bring_in_text(desk.db, desk.clock, text, GROUP)
    assert scenes.rows(desk, Question)
