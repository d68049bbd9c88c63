"""No card is too much for a phone: at most five buttons, twelve lines before its picture or list.

A month of a group is played through the services. After each step every message that the group has
got or would see edited is drawn from its read model, and what members ask for in private too.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import discord
import pytest
from sqlmodel import select

from bot.answers.formats import AnswerFormat
from bot.circle import pictures as circle_pictures
from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import Desk
from bot.digest import service as digest_service
from bot.door.messages import PICTURE, SECONDARY, Aside, Item, Message, Place
from bot.forecasts import pictures as forecasts_pictures
from bot.groups import help_cards, help_service, panel_cards
from bot.groups import service as groups_service
from bot.groups.offers import Page
from bot.groups.service import SettingsChange
from bot.pastcasts import box, dealing, warm_up, warm_up_cards, warm_up_read_model
from bot.questions import confirmations, import_cards, imports, watching
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.registry import CARDS, TIMERS
from bot.rounds import member_options, private_cards
from bot.rounds import service as rounds_service
from bot.schedule import lifecycle
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import service as sessions_service
from bot.sessions.service import StartOptions
from bot.sources.imported import ReportedOutcome, SourceError
from bot.standings import pictures as standings_pictures
from bot.standings.query import METRICS
from storage import bank, outbox, outbox_channels
from storage.engine import Database
from storage.enums import Answer, EffectState, EffectTarget, Order, SessionFormat
from storage.tables import Banked, Effect, Group, Meetup, Proposal, Question, Round, WarmUp, Watch
from tests.bot.imported_scenes import bring_from_manifold, there
from tests.bot.scenes import bring, card, open_lobby, record, row, rows, running
from tests.conftest import CAST, CHANNEL, GROUP, Clock, caller
from tests.stories.past import BANK

pytestmark = pytest.mark.slow(seconds=20)

MOST_BUTTONS, MOST_LINES, ON_A_PHONE = 5, 12, 42
SUMMARY_LINES = 4
HOUR, DAY = 3600, 86_400
RAIN = "Will more than 200 mm of rain fall on the western hills before the end of the year?"
OPTIONS = "Another question that is answered by one of several rather long options, or is it?"
MANAGER = {"manages_group": True, "manages_events": True}
# A row of a list: a sign, a bold name or a number, and what belongs to it.
PAST = BANK[0]
ROW = re.compile(
    r"(?:[•▫✅🎙⏭⏳🟢⚪☑❓💤✋➖◦▪·-]\ufe0f?|`\s*[\d·]|[A-Z] |\*\*\d|\d[.)]|\*\*[^*]{1,40}\*\*:? )"
)
STANDINGS = ("leaderboard", "calibration", "profile", "circle")
PRIVATE = (*STANDINGS, "import", "help", "panel", "more", "history", "warm-up")
LONG = there(title=RAIN * 3, criteria="As the station says. " * 90)

Seen = Mapping[str, list[Message]]


@pytest.fixture(scope="module")
def seen(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Every look of every kind of card, by the name of the kind."""
    file = tmp_path_factory.mktemp("calm") / "dojo.db"
    shutil.copy(migrated_file, file)
    database = Database(f"sqlite:///{file}")
    clock = Clock()
    desk = Desk(database, clock)
    found: dict[str, list[Message]] = defaultdict(list)
    versions: dict[str, int] = {}
    for _ in month(desk, clock):
        for kind, message in (*drawn(desk, versions), *asked_now(desk)):
            found[kind].append(message)
    for name, message in asked_for(desk):
        found[name].append(message)
    yield found
    database.close()


def month(desk: Desk, clock: Clock) -> Iterator[None]:
    """What happens to a group, step by step."""
    yield from _before(desk, clock)
    yield from _evening(desk, clock)
    yield from _questions(desk, clock)
    yield from _outcomes(desk, clock)
    yield from _many_evenings(desk, clock)
    yield from _imports(desk, clock)
    yield from _past(desk, clock)
    yield from _digests(desk, clock)
    yield from _trouble(desk)


def _before(desk: Desk, clock: Clock) -> Iterator[None]:
    groups_service.welcome(desk, GROUP, "Circle", CHANNEL)
    yield
    plan = Plan("in 48 hours", title="A session with a title of some length", size=2)
    schedule_service.schedule(desk, caller("Ana"), plan)
    for name, answer in zip(CAST[1:], (*[Answer.GOING] * 3, Answer.MAYBE), strict=True):
        schedule_service.rsvp(desk, caller(name), keys.announcement(1), answer)
    bring(desk, RAIN, name="Ben")
    options = "\n".join(f"The rather long option number {number}" for number in range(8))
    bring(desk, OPTIONS, name="Cleo", answers=options)
    yield
    schedule_service.rsvp(desk, caller("Ben"), keys.announcement(1), Answer.NO)
    yield
    for minutes in (24 * 60, 15, 0):
        clock.now = row(desk, Meetup, 1).starts_at
        clock.move(-60 * minutes)
        lifecycle.remind_due(desk, 1, GROUP)
        yield
    sessions_service.start_announced(desk, caller("Ana"), keys.announcement(1))
    yield
    sessions_service.end(desk, caller("Ana"))
    schedule_service.schedule(desk, caller("Ana"), plan)
    yield
    schedule_service.rsvp(desk, caller("Ben"), keys.announcement(2), Answer.GOING)
    schedule_service.cancel(desk, caller("Ana"), "2")
    yield


def _evening(desk: Desk, clock: Clock) -> Iterator[None]:
    lobby = open_lobby(desk, CAST, StartOptions(order=Order.MANUAL, question="1"))
    for number in range(12):
        bring(desk, f"{RAIN} {number}", name="Dan")
    yield
    yield from _warm_up(desk, lobby)
    sessions_service.start_round(desk, caller("Ana"), lobby)
    number = running(desk, lobby.id)
    yield
    for name in CAST:
        record(desk, name, 1, "60", "what I thought before anybody spoke")
    yield
    rounds_service.move_on(desk, caller("Ana"), card(desk, number))
    yield
    record(desk, "Ana", 1, "70", "a reason of some length, because I have thought about it a lot")
    rounds_service.pause(desk, caller("Ana"))
    yield
    rounds_service.resume(desk, caller("Ana"))
    for _ in range(4):
        clock.move(500)
        rounds_service.expire(desk, number, GROUP)
        yield
    clock.move(8 * HOUR)
    rounds_service.expire(desk, number, GROUP)
    yield
    rounds_service.resume(desk, caller("Ana"), card(desk, number))
    for name in CAST:
        record(desk, name, 1, "80", "what the others said")
    while row(desk, Round, number).phase == "turns":
        rounds_service.skip(desk, caller("Ana"))
        yield
    rounds_service.move_on(desk, caller("Ana"), card(desk, number))
    yield
    sessions_service.next_round(desk, caller("Ana"))
    sessions_service.leave(desk, caller("Ana"))
    yield
    sessions_service.end(desk, caller("Ben", **MANAGER))
    yield


def _warm_up(desk: Desk, lobby: Key) -> Iterator[None]:
    box.load(desk.db)
    at = warm_up.begin(desk, caller("Ana"), lobby)
    yield
    for name in CAST[:3]:
        warm_up.answer(desk, caller(name), at, dict.fromkeys(range(10), "20 to 450"))
    yield
    warm_up.show_answers(desk, caller("Ana"), at)
    yield


def _questions(desk: Desk, clock: Clock) -> Iterator[None]:
    closing = bring(desk, "Is this a question that closes soon?", closes="in 60 minutes")
    for name in CAST:
        record(desk, name, closing, "30")
    yield
    clock.move(HOUR)
    questions_service.close_due(desk, closing, GROUP)
    yield
    yield from _asked(desk, clock, closing)


def _asked(desk: Desk, clock: Clock, closing: int) -> Iterator[None]:
    """Seven questions that nobody resolves, and an outcome that waits for a second person."""
    for number in range(6):
        answers = "first\nsecond" if number else "number in days"
        bring(desk, f"{RAIN} Or {number}?", closes="in 30 minutes", answers=answers)
    schedule_service.schedule(desk, caller("Ana"), Plan("in 720 hours", title="Much later"))
    for _ in range(9):
        clock.move(DAY)
        for name in ("question", "inquiry"):
            with desk.db.read() as tx:
                due = list(TIMERS[name].due(tx, clock.now))
            for number, group_id, _at in due:
                TIMERS[name].ring(desk, number, group_id)
        yield
    groups_service.change(desk, caller("Ana", **MANAGER), SettingsChange(confirm_outcomes=True))
    questions_outcomes.resolve(desk, caller("Ana", **MANAGER), closing, outcome="yes")
    yield
    waiting = keys.confirmation(closing, rows(desk, Proposal)[-1].id or 0)
    confirmations.decline(desk, caller("Ben"), waiting)
    yield
    groups_service.change(desk, caller("Ana", **MANAGER), SettingsChange(confirm_outcomes=False))
    schedule_service.cancel(
        desk, caller("Ana"), str(max(one.id or 0 for one in rows(desk, Meetup)))
    )


def _outcomes(desk: Desk, clock: Clock) -> Iterator[None]:
    for outcome in ("yes", "no", "void"):
        settle(desk, clock, 1, outcome)
        yield
    questions_outcomes.reopen(desk, caller("Ana", **MANAGER), 1)
    yield
    settle(desk, clock, 1, "yes")
    for name in CAST:
        questions_outcomes.dispute(desk, caller(name), 1, "It ended differently. " * 9)
    yield


def _many_evenings(desk: Desk, clock: Clock) -> Iterator[None]:
    """Enough of them for intervals, curves and verdicts."""
    for number in range(12):
        clock.move(DAY)
        question = bring(desk, f"Is this the question number {number} of the month?")
        wish = StartOptions(order=Order.MANUAL, question=str(question))
        lobby = open_lobby(desk, CAST, wish)
        sessions_service.start_round(desk, caller("Ana"), lobby)
        for step, base in enumerate((40, 50, 60)):
            for at, name in enumerate(CAST):
                clock.move(20)
                record(desk, name, question, str(base + 5 * at))
                if step == 1:
                    rounds_service.done(desk, caller(name))
            if step != 1:
                rounds_service.move_on(desk, caller("Ana"))
        sessions_service.end(desk, caller("Ana"))
        settle(desk, clock, question, "yes" if number % 3 else "no")
    yield


def _imports(desk: Desk, clock: Clock) -> Iterator[None]:
    """Questions of another platform: one is decided there, and one is lost."""
    decided = bring_from_manifold(desk, LONG)
    record(desk, "Ben", decided, "60")
    said = ReportedOutcome("void", clock.now, "Resolved MKT at 40%: a part of each answer")
    for watched, answer in ((1, replace(LONG, outcome=said)), (2, SourceError("No.", gone=True))):
        if watched == 2:
            bring_from_manifold(desk, replace(LONG, title=f"{RAIN} Or not?", ref="/v0/market/b"))
        for _ in range(3):
            clock.now = row(desk, Watch, watched).look_at or clock.now
            watching.hear(desk, watched, GROUP, answer)
        yield
    proposed = next(one.id for one in rows(desk, Proposal) if one.question_id == decided)
    watching.accept(desk, caller("Ana"), keys.proposal(decided, proposed or 0))
    yield


def settle(desk: Desk, clock: Clock, question: int, outcome: str) -> None:
    """An outcome that somebody enters a minute later, on a card that was posted."""
    clock.move(60)
    questions_outcomes.resolve(desk, caller("Ana", **MANAGER), question, outcome=outcome)
    with desk.db.write() as tx:
        posted = outbox.by_key(tx, str(keys.resolution(question)))
        assert posted is not None
        posted.shown = posted.wanted


def _past(desk: Desk, clock: Clock) -> Iterator[None]:
    """A pastcast whose texts are as long as a bank takes them."""
    question = PAST.model_copy(
        update={"topic": "calm", "title": RAIN, "background": "What was known then. " * 40}
    )
    with desk.db.write() as tx:
        bank.put(tx, None, [Banked(**question.model_dump(exclude={"id"}))])
    wish = StartOptions(order=Order.MANUAL, format=SessionFormat.PASTCAST, topic="calm")
    lobby = open_lobby(desk, CAST, wish)
    yield
    sessions_service.start_round(desk, caller("Ana"), lobby)
    yield
    number = running(desk, lobby.id)
    question_id = row(desk, Round, number).question_id
    dealing.know(desk, caller("Eva"), keys.dealt(question_id))
    for base in (40, 50):
        for at, name in enumerate(CAST[:-1]):
            clock.move(20)
            record(desk, name, question_id, str(base + 5 * at))
            if base == 50:
                rounds_service.done(desk, caller(name))
                yield
        rounds_service.move_on(desk, caller("Ana"))
    yield
    sessions_service.end(desk, caller("Ana"))
    yield


def _digests(desk: Desk, clock: Clock) -> Iterator[None]:
    """One of each, then so many that not all of them are listed."""
    wanted = groups_service.SettingsChange(channel_id=CHANNEL)
    groups_service.change(desk, caller("Ana", **MANAGER), wanted)
    _next_digest(desk, clock)
    for number in (1, 5):
        for which in range(number):
            last = bring(desk, f"{RAIN} {number} {which}", closes="in 13 days", name="Ben")
            soon = bring(desk, f"{RAIN} {number} {which}?", closes="in 6 days", name="Ben")
            settle(desk, clock, bring(desk, f"{number} {which} {RAIN}"), "yes")
            for question in (soon, last):
                message = {"message_id": 2**62 + question}
                with desk.db.write() as tx:
                    posted = outbox.by_key(tx, str(keys.question(question)))
                    assert posted is not None
                    posted.sqlmodel_update(message)
        schedule_service.schedule(desk, caller("Ana"), Plan("in 150 hours"))
        _next_digest(desk, clock)
        yield


def _next_digest(desk: Desk, clock: Clock) -> None:
    at = row(desk, Group, GROUP).digest_at
    assert at is not None
    clock.now = at
    digest_service.send_due(desk, GROUP, GROUP)


def _trouble(desk: Desk) -> Iterator[None]:
    with desk.db.write() as tx:
        posted = tx.exec(select(Effect)).first()
        assert posted is not None
        posted.state, posted.trouble = EffectState.PARKED, outbox_channels.CHANNEL_GONE
    with desk.step(GROUP) as unit:
        unit.ping(keys.trouble(CHANNEL, unit.now), CHANNEL, unit.now)
    yield


def drawn(desk: Desk, versions: dict[str, int]) -> Iterator[tuple[str, Message]]:
    """Every message that the bot is about to post or to edit: those in a version yet unseen."""
    for one in rows(desk, Effect):
        if one.target != EffectTarget.MESSAGE or versions.get(one.key) == one.wanted:
            continue
        versions[one.key] = one.wanted
        key = Key.parse(one.key)
        message = CARDS.render(desk, key, pictures=False)
        if message is not None:
            yield key.kind.name, message


def asked_now(desk: Desk) -> Iterator[tuple[str, Message]]:
    """What a member may ask for at any moment: where the group is, and what can be done now."""
    yield "help", help_cards.help_card(help_service.look(desk, caller("Ana")))
    for round_ in rows(desk, Round):
        if round_.closed_at is None:
            for name in CAST:
                at = card(desk, round_.id or 0)
                options = member_options.read_options(desk, caller(name, **MANAGER), at)
                yield "more", private_cards.more_message(options)


def asked_for(desk: Desk) -> Iterator[tuple[str, Message]]:
    """What a member asks for in private, and a newcomer too."""
    who = caller("Ana")
    for metric in METRICS:
        yield (
            "leaderboard",
            standings_pictures.leaderboard(desk, who, metric=metric, window="", minimum=5),
        )
    for group in (True, False):
        yield "calibration", standings_pictures.calibration(desk, who, None, group=group)
    for name in ("Ana", "Ben"):
        user = caller(name).user_id
        yield "profile", standings_pictures.profile(desk, who, user)
    yield "circle", circle_pictures.circle(desk, who)
    for question in rows(desk, Question)[:4]:
        yield "history", forecasts_pictures.history(desk, who, question.id or 0)
    at = keys.warm_up(1)
    yield "warm-up", warm_up_cards.own_message(warm_up.own(desk, who, at))
    with desk.db.read() as tx:
        sheet = warm_up_read_model.read_sheet(tx, tx.get_one(WarmUp, 1), 1)
        yield "warm-up", warm_up_cards.sheet_message(sheet)
        yield "warm-up", warm_up_cards.sheet_message(replace(sheet, closed=False))
    alike = (imports.Alike(12, RAIN),)
    for found in (LONG, replace(LONG, asked=AnswerFormat("choice", ("red", "green")))):
        yield "import", import_cards.fetched(imports.Fetched(1, "Manifold", found, alike))
    for page in Page:
        settings = groups_service.show(desk, caller("Ana", **MANAGER))
        yield "panel", panel_cards.panel(settings, page)


def buttons(message: Message) -> list[Item]:
    asides = message.layout.asides() if message.layout else []
    return [one for one in (*message.items, *asides) if isinstance(one, discord.ui.Button)]


def lines_before(message: Message) -> list[str]:
    """The lines on a phone before the picture, or before the first list of two rows or more."""
    before: list[str] = []
    for line in _written(message):
        if line is PICTURE:
            break
        if ROW.match(line) and before and ROW.match(before[-1]):
            before.pop()
            break
        before.append(str(line))
    plain = [re.sub(r"\*\*|^-# |^#+ ", "", line) for line in before]
    return [part for line in plain for part in textwrap.wrap(_as_shown(line), ON_A_PHONE)]


def _written(message: Message) -> Iterator[str | Place]:
    """The lines of a message from top to bottom, and where its picture is."""
    yield from message.content.splitlines()
    if message.layout is not None:
        for part in message.layout.parts:
            if isinstance(part, Aside):
                yield from part.text.splitlines()
            elif part is PICTURE:
                yield PICTURE
            else:
                yield from part.splitlines()
    if message.embed is not None:
        yield from (message.embed.title or "").splitlines()
        yield from (message.embed.description or "").splitlines()
        for field in message.embed.fields:
            yield from (str(field.name), *str(field.value).splitlines())


def _as_shown(line: str) -> str:
    """Times, mentions and links as long as they are on the screen."""
    line = re.sub(r"\[(.*?)\]\(https://[^)]*\)", r"\1", line)
    return re.sub(r"<@\d+>", "@Somebody", re.sub(r"<t:\d+:.>", "20 November 2026", line))


def test_every_kind_of_card_is_looked_at(seen: Seen) -> None:
    assert {kind.name for kind in CARDS.cards} <= set(seen)
    assert set(PRIVATE) <= set(seen)


KINDS = [*(kind.name for kind in CARDS.cards), *PRIVATE]


@pytest.mark.parametrize("kind", KINDS)
def test_no_card_has_more_than_five_buttons(seen: Seen, kind: str) -> None:
    most = max(seen[kind], key=lambda message: len(buttons(message)))

    assert len(buttons(most)) <= MOST_BUTTONS, [one.label for one in buttons(most)]


@pytest.mark.parametrize("kind", KINDS)
def test_at_most_twelve_lines_stand_before_a_cards_picture_or_list(seen: Seen, kind: str) -> None:
    longest = max((lines_before(message) for message in seen[kind]), key=len)

    assert len(longest) <= MOST_LINES, "\n".join(longest)


def test_a_summary_shows_its_picture_after_four_lines(seen: Seen) -> None:
    longest = max((lines_before(message) for message in seen["SUMMARY"]), key=len)

    assert len(longest) <= SUMMARY_LINES, longest


@pytest.mark.parametrize(
    "kind",
    [
        "SUMMARY",
        "RESOLUTION",
        "NEW_OUTCOME",
        "INQUIRY",
        "OVERDUE",
        "WARM_UP",
        "DIGEST",
        "warm-up",
        *STANDINGS,
    ],
)
def test_the_next_step_alone_is_coloured(seen: Seen, kind: str) -> None:
    for message in seen[kind]:
        coloured = [one.label for one in buttons(message) if one.style != SECONDARY]
        assert len(coloured) <= 1, coloured
