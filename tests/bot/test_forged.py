"""Anybody can make up a `custom_id`: none draws another group's card, or acts on what is no card."""

import importlib
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from string import ascii_letters
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import registry
from bot.core import keys
from bot.core.keys import Key
from bot.core.rates import Rates
from bot.core.refusals import Refusal, clean_text
from bot.core.unit import Caller, Desk, Loner
from bot.core.watch import NOBODY
from bot.demo.stage import Stage
from bot.door.interactions import Door, _change_and_draw, _Pressed, _render_for, clean_data
from bot.door.parts import Action
from bot.pastcasts import box, warm_up
from bot.questions import inquiries as questions_inquiries
from bot.questions import service as questions_service
from bot.registry import ACTIONS, CARDS
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import service as sessions_service
from storage.enums import CardKind
from storage.tables import Meetup, Round
from tests.bot.imported_files import bring_in_text
from tests.bot.saved_scenes import scene
from tests.bot.scenes import RAIN, bring, play, rows, snapshot
from tests.conftest import GROUP, Clock, caller

# Whatever a stranger practises alone is theirs.
STRANGER = caller("Guest").user_id
ELSEWHERE: dict[str, Any] = {"group_id": 901, "group_name": "Owls", "channel_id": 911}
LATER = datetime(2026, 11, 22, 19, tzinfo=UTC)


def every_key() -> dict[CardKind, Key]:
    """A key of every kind that the bot posts, all of the first group's things."""
    made = [
        keys.announcement(1),
        keys.reminder(1, 15, LATER),
        keys.place(1, 1, LATER),
        keys.hour(1, LATER),
        keys.notice(1, 1),
        keys.lobby(2, 1),
        keys.warm_up(1),
        keys.evening(2),
        keys.blind(1),
        keys.turn(1, 1),
        keys.cue(1, 1, 120, 0),
        keys.final(1, 1),
        keys.stopped(1, 1),
        keys.summary(1),
        keys.question(1),
        keys.resolution(1),
        keys.new_outcome(1, 2),
        keys.inquiry(2, 1),
        keys.overdue(900, LATER),
        keys.dealt(1),
        keys.proposal(1, 1),
        keys.source_gone(1),
        keys.trouble(910, LATER),
        keys.welcome(900, 1),
        keys.digest(900, 358),
    ]
    return {key.kind: key for key in made}


@pytest.fixture
@scene
def evening(desk: Desk, clock: Clock) -> Desk:
    """A group with a session to come, and one whose round is over; one question waits."""
    schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours"))
    play(desk, clock, {"Ana": ("30", "50", "60"), "Ben": ("40", "70", "80")})
    box.load(desk.db)
    sessions_service.next_round(desk, caller("Ana"))
    warm_up.begin(desk, caller("Ana"), keys.lobby(2, 2))
    waiting = bring(desk, f"{RAIN} Again?", closes="in 60 minutes")
    clock.move(2 * 3600)
    questions_service.close_due(desk, waiting, GROUP)
    questions_inquiries.ask_due(desk, waiting, GROUP)
    assert rows(desk, Meetup)
    assert rows(desk, Round)
    return desk


def test_the_keys_here_are_of_every_kind_of_card() -> None:
    assert set(every_key()) == set(CARDS.cards)


def test_a_key_of_another_group_draws_nothing(evening: Desk) -> None:
    for key in every_key().values():
        with evening.db.read() as tx:
            draw = CARDS.read(tx, key, evening.clock(), group_id=901)

        assert draw() is None, key


def test_neither_an_answer_nor_a_look_draws_another_groups_card(evening: Desk) -> None:
    for key in every_key().values():
        stranger = caller("Guest", **ELSEWHERE)

        _, drawn = _change_and_draw(
            evening, stranger, _Pressed(key, CARDS), lambda _desk, _caller: None
        )

        assert drawn is None, key
        assert _render_for(evening, stranger, CARDS, key) is None, key


@pytest.mark.parametrize("kind", [CardKind.ANNOUNCEMENT, CardKind.SUMMARY, CardKind.QUESTION])
def test_a_key_of_ones_own_group_still_draws(evening: Desk, kind: CardKind) -> None:
    assert _render_for(evening, caller("Ana"), CARDS, every_key()[kind]) is not None


def test_every_handler_says_which_kinds_of_keys_it_takes() -> None:
    assert all(action.kinds for action in ACTIONS.values())


def test_a_page_of_a_leaderboard_is_no_place_although_both_were_called_w() -> None:
    taking = {name: set(action.kinds) for name, action in ACTIONS.items()}

    assert taking["turn_page"] == {CardKind.LEADERBOARD}
    assert [name for name, kinds in taking.items() if CardKind.PLACE in kinds] == ["cannot"]


async def test_an_old_button_for_another_page_is_refused_kindly(evening: Desk) -> None:
    door = StrangersDoor(evening, ACTIONS)

    await door.press("turn_page|w1.0.0.5", ())

    assert "from an older version of the bot. Nothing happened" in "".join(door.interaction.said)


class Interaction:
    """As much of one as a press needs; keeps what is said."""

    def __init__(self) -> None:
        self.response = self.followup = self
        self.said: list[str] = []
        self.user, self.id, self.guild_id, self.guild = SimpleNamespace(id=77), 1, 901, None
        self.message, self.data, self.extras = None, {}, {}
        self.type = discord.InteractionType.component
        self.context = discord.app_commands.AppCommandContext(guild=True)

    def is_done(self) -> bool:
        return bool(self.said)

    async def keep(self, content: object = "", **more: Any) -> None:
        embed = more.get("embed")
        self.said.append(f"{content} {more} {embed.to_dict() if embed else ''}")

    async def send_modal(self, form: discord.ui.Modal) -> None:
        self.said.append(str(form.to_dict()))

    send_message = edit_message = edit_original_response = send = defer = keep


class StrangersDoor(Door):
    """The press of somebody of another group."""

    def __init__(self, desk: Desk, actions: dict[str, Action]) -> None:
        async def run(work: Any, *args: Any, **kwargs: Any) -> Any:
            return work(*args, **kwargs)

        pools = SimpleNamespace(pictures=SimpleNamespace(place=nullcontext, run=run))
        self.interaction = Interaction()
        self.app = SimpleNamespace(
            desk=desk, slow_desk=desk, run=run, pools=pools, actions=actions, cards=CARDS, rates=Rates(),
            watch=NOBODY,
            delivery=SimpleNamespace(wake=lambda: None, answered=lambda *_, **__: None),
        )  # fmt: skip
        self._answers_with_card, self.card_is_gone, self._deadline = False, False, float("inf")

    @property
    def caller(self) -> Caller:
        return caller("Guest", **ELSEWHERE, manages_group=True, manages_events=True)

    @property
    def loner(self) -> Loner:
        return Loner(self.interaction.user.id, 901)

    def require_posting(self) -> None:
        return None


async def test_a_handler_never_sees_a_key_of_a_wrong_kind(desk: Desk) -> None:
    seen: dict[str, list[CardKind]] = {action: [] for action in ACTIONS}

    for action, kinds in seen.items():

        async def handler(
            _door: Door, at: Key, _values: tuple[str, ...], kinds: list[CardKind] = kinds
        ) -> None:
            kinds.append(at.kind)

        watched = {action: Action(handler, ACTIONS[action].kinds)}
        for letter in ascii_letters:
            await StrangersDoor(desk, watched).press(f"{action}|{letter}1.1.1", ())

    assert {action: sorted(kinds) for action, kinds in seen.items()} == {
        action: sorted(one.kinds) for action, one in ACTIONS.items()
    }


async def test_a_press_with_another_groups_key_changes_and_shows_nothing(evening: Desk) -> None:
    before = of_first_group(evening)

    for action in sorted(ACTIONS):
        for kind in ACTIONS[action].kinds:
            key = every_key().get(kind, Key(kind, 1, (1, 1, 1)))
            door = StrangersDoor(evening, ACTIONS)
            if ACTIONS[action].form is not None:
                door.interaction.type = discord.InteractionType.modal_submit
                door.interaction.data = {"custom_id": f"{action}|{key}", "components": []}
            await door.press(f"{action}|{key}", ("1",))

            said = "".join(door.interaction.said)
            assert not any(secret in said for secret in (RAIN, "Ana", "Ben")), (action, kind)
            assert "went wrong" not in said, (action, kind)

        assert of_first_group(evening) == before, action


def of_first_group(desk: Desk) -> dict[str, Any]:
    """All that the bot holds, without the stranger and what they began in their own group."""
    held = snapshot(desk)
    own = ("groups", "members", "interactions")
    held["drafts"] = [one for one in held["drafts"] if one["group_id"] != ELSEWHERE["group_id"]]
    begun = {one["id"] for one in held["sessions"] if one["group_id"] == 901}
    return {
        name: [
            one
            for one in held[name]
            if one.get("group_id") != 901 and one.get("session_id") not in begun
            if one.get("user_id") != STRANGER
        ]
        for name in held
        if name not in own
    }


# Text


@pytest.mark.parametrize("text", ["\0", "\ud800", "\udfff\ud800", "\0\0"])
def test_what_no_database_keeps_is_cleaned_away_wherever_it_was_typed(text: str) -> None:
    typed = {
        "name": f"fore{text}cast",
        "options": [{"name": "reason", "value": f"base{text} rate", "focused": True}],
        "components": [{"components": [{"custom_id": "title", "value": text}]}],
        "values": [f"{text}1"],
    }

    clean_data(typed)

    assert typed == {
        "name": "forecast",
        "options": [{"name": "reason", "value": "base rate", "focused": True}],
        "components": [{"components": [{"custom_id": "title", "value": ""}]}],
        "values": ["1"],
    }


@given(st.text())
def test_all_other_text_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text.replace("\0", "")


async def test_a_command_and_a_form_with_nul_are_understood_without_it(stage: Stage) -> None:
    await stage.bring("Ana", "Will it\0 rain\ud800?")
    answer = await stage.type("Ana", "question list")
    dated = await stage.type("Ana", "timezone", zone="Europe/\0Berlin")

    assert "Will it rain?" in answer.response.embeds[0].description
    assert "Europe/Berlin" in dated.response.content


def test_an_import_with_nul_is_refused_with_its_line(desk: Desk) -> None:
    head = "question,title,forecaster,forecast_at,probability,outcome,resolved_at\n"
    line = "1,One?,A\0na,2012-01-01T00:00:00Z,0.3,no,2012-02-01T00:00:00Z\n"

    with pytest.raises(Refusal, match="Line 2"):
        bring_in_text(desk.db, desk.clock, head + line, None)


def test_no_two_features_have_a_button_of_the_same_name() -> None:
    views = [
        importlib.import_module(f"bot.{file.parent.name}.{file.stem}")
        for file in sorted(Path(registry.__file__).parent.glob("*/*.py"))
        if file.stem.endswith("views") or file.stem == "corrections"
    ]
    names = [name for module in views for name in getattr(module, "ACTIONS", {})]

    assert sorted(names) == sorted(ACTIONS)
