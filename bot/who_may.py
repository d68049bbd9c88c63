"""Every command, button and form, with who may use it and when; `docs/permissions.md` shows it.

The rules are those with which the services check (`bot/core/permissions.py`). A test goes through
`registry.py`: what is missing here fails it, and so does a cell of the page that is not so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core import permissions
from bot.core.permissions import ANYBODY, CHANGE_QUESTION, LEAD, MANAGE, OWN, STEER, Role, Rule


class State(StrEnum):
    """What decides, beside the role, whether something can be done."""

    ALWAYS = "always"
    # Of a session
    PLANNED = "planned"
    LOBBY = "lobby"
    BLIND = "blind"
    FIRST_TURN = "first turn"
    LATER_TURN = "later turn"
    PAUSED = "clock stopped"
    STOPPED = "round stopped"
    FINAL = "final"
    BETWEEN = "round closed"
    OVER = "over"
    CANCELLED = "cancelled"
    # Of a turn
    EXTENDED = "extended as often as a speaker may"
    # Of a host
    HOST_THERE = "the host is there"
    HOST_LEFT = "the host has left"
    HOST_AWAY = "all wait for the host"
    # Of a warm-up
    NONE_YET = "none yet"
    ASKING = "open"
    SHOWN = "answers shown"
    # Of a question
    NEW = "new"
    OPEN = "forecast"
    CLOSED = "closed"
    RESOLVED = "resolved"
    VOID = "void"
    SEALED = "dealt"
    # Of a message or a form that waits
    WAITING = "waiting"
    DONE = "answered"


@dataclass(frozen=True)
class Deed:
    """A thing that members do, by which commands and buttons, and who may in which state.

    In a state without a rule nobody can, whoever they are.
    """

    says: str
    rules: Mapping[State, Rule]
    commands: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()

    @property
    def doors(self) -> tuple[str, ...]:
        """Return the names of its commands, as they are typed, and of its buttons."""
        return (*(f"/{name}" for name in self.commands), *self.buttons)

    def allows(self, state: State, roles: Iterable[Role]) -> bool:
        """Tell whether somebody with these roles can do it in this state."""
        rule = self.rules.get(state)
        return rule is not None and rule.allows(frozenset(roles))


@dataclass(frozen=True)
class Part:
    """Deeds that depend on the same states and roles: a table of the page.

    `together` names states that the page says in one word.
    """

    title: str
    note: str
    roles: tuple[Role, ...]
    states: tuple[State, ...]
    deeds: tuple[Deed, ...]
    together: Mapping[str, tuple[State, ...]] = field(default_factory=dict)


def _when(*states: State, may: Rule) -> dict[State, Rule]:
    return dict.fromkeys(states, may)


def _always(says: str, may: Rule, commands: str = "", buttons: str = "") -> Deed:
    """Return a deed that depends on the role alone; names are parted by a comma or a space."""
    typed = tuple(name.strip() for name in commands.split(",") if name.strip())
    return Deed(says, {State.ALWAYS: may}, typed, tuple(buttons.split()))


_TURNS = (State.FIRST_TURN, State.LATER_TURN, State.PAUSED)
_ROUND = (State.BLIND, *_TURNS, State.STOPPED, State.FINAL)
_LIVE = (State.LOBBY, *_ROUND, State.BETWEEN)

SESSION = Part(
    "A session and its rounds",
    "*First turn*: nobody has spoken yet. *Clock stopped*: **Pause**. *Round stopped*: the bot was "
    "away for long. A host who has left does not lead until they are back.",
    (Role.ANYBODY, Role.SEATED, Role.SPEAKER, Role.HOST, Role.FACILITATOR),
    (State.PLANNED, *_LIVE, State.OVER, State.CANCELLED),
    (
        Deed(
            "start a planned session",
            _when(State.PLANNED, may=LEAD),
            ("session start",),
            ("start", "help_start"),
        ),
        Deed(
            "change or cancel a plan",
            _when(State.PLANNED, may=permissions.CHANGE_PLAN),
            ("session edit", "session cancel"),
        ),
        Deed(
            "say whether one comes",
            _when(State.PLANNED, *_LIVE, may=ANYBODY),
            buttons=("going", "maybe", "cannot", "help_going"),
        ),
        Deed(
            "vote before the session",
            _when(State.PLANNED, may=ANYBODY),
            buttons=("vote_ahead", "vote_for"),
        ),
        Deed(
            "put it into one's own calendar",
            _when(State.PLANNED, *_LIVE, State.CANCELLED, may=ANYBODY),
            buttons=("add_to_calendar",),
        ),
        Deed(
            "take a seat",
            _when(*_LIVE, may=permissions.JOIN),
            ("session join",),
            ("join", "help_join"),
        ),
        Deed(
            "give the seat up",
            _when(*_LIVE, may=permissions.LEAVE),
            ("session leave",),
            ("leave_now",),
        ),
        Deed(
            "be asked whether to leave; in a lobby, leave",
            {
                State.LOBBY: permissions.LEAVE,
                **_when(*_ROUND, State.BETWEEN, State.OVER, may=ANYBODY),
            },
            buttons=("leave",),
        ),
        Deed(
            "vote in a lobby",
            _when(State.LOBBY, may=permissions.VOTE),
            buttons=("vote", "vote_here"),
        ),
        Deed(
            "look at more questions of a lobby",
            _when(State.LOBBY, may=ANYBODY),
            buttons=("vote_page",),
        ),
        Deed("start the round", _when(State.LOBBY, may=LEAD), buttons=("start_round",)),
        Deed(
            "go on to the next round",
            _when(State.BETWEEN, may=LEAD),
            ("session next",),
            ("next_round", "next_question"),
        ),
        Deed("end the session", _when(*_LIVE, may=LEAD), ("session end",), ("end_session",)),
        Deed(
            "take another question",
            _when(State.BLIND, State.FIRST_TURN, may=LEAD),
            ("session change-question",),
            ("change_question", "change_to", "to_lobby"),
        ),
        Deed(
            "see what else one can do",
            _when(*_ROUND, may=ANYBODY),
            buttons=("more_round",),
        ),
        Deed(
            "end or pass one's turn",
            _when(*_TURNS, may=permissions.SPEAK),
            ("session done", "session pass"),
            ("done", "finish", "pass"),
        ),
        Deed("extend the turn", _when(*_TURNS, may=STEER), ("session extend",), ("extend",)),
        Deed(
            "stop the clock",
            _when(State.FIRST_TURN, State.LATER_TURN, may=STEER),
            ("session pause",),
            ("pause",),
        ),
        Deed(
            "let it go on",
            {State.PAUSED: STEER, State.STOPPED: permissions.RESUME},
            ("session resume",),
            ("resume",),
        ),
        Deed("skip the speaker", _when(*_TURNS, may=LEAD), ("session skip",), ("skip",)),
        Deed(
            "undo the last skip or Done",
            _when(State.LATER_TURN, State.PAUSED, State.FINAL, may=LEAD),
            ("session back",),
            ("back",),
        ),
        Deed(
            "be ready",
            _when(State.BLIND, State.FINAL, may=permissions.BE_READY),
            buttons=("ready",),
        ),
        Deed(
            "go on before all are ready",
            _when(State.BLIND, State.FINAL, may=permissions.GO_ON),
            buttons=("move_on",),
        ),
        Deed(
            "record a forecast from a round's card",
            _when(*_ROUND, State.BETWEEN, State.OVER, may=ANYBODY),
            buttons=("record", "recorded"),
        ),
        Deed(
            "see what the circle did",
            _when(State.BETWEEN, State.OVER, may=ANYBODY),
            buttons=("round_details",),
        ),
    ),
    {"live": _LIVE, "in a round": _ROUND, "in a turn": _TURNS},
)

EXTENDED = Part(
    "A turn that was extended before",
    "So often is a setting of the group, twice unless it says otherwise.",
    (Role.ANYBODY, Role.SPEAKER, Role.HOST, Role.FACILITATOR),
    (State.EXTENDED,),
    (
        Deed(
            "extend the turn once more",
            {State.EXTENDED: permissions.EXTEND_FURTHER},
            ("session extend",),
            ("extend",),
        ),
    ),
)

HOST_GONE = Part(
    "A session without its host",
    "*All wait for the host* once the host has done nothing for 10m.",
    (Role.ANYBODY, Role.SEATED, Role.NEXT, Role.FACILITATOR),
    (State.HOST_THERE, State.HOST_LEFT, State.HOST_AWAY),
    (
        Deed(
            "take over",
            {
                State.HOST_LEFT: permissions.TAKE_OVER,
                State.HOST_AWAY: permissions.TAKE_OVER_WAITING,
            },
            buttons=("take_over",),
        ),
    ),
)

WARM_UP = Part(
    "A warm-up",
    "",
    (Role.ANYBODY, Role.SEATED, Role.HOST, Role.FACILITATOR),
    (State.NONE_YET, State.ASKING, State.SHOWN),
    (
        Deed("open it", _when(State.NONE_YET, may=LEAD), buttons=("warm_up",)),
        Deed(
            "answer it",
            _when(State.ASKING, may=permissions.WARM_UP),
            buttons=("warm_up_answer", "warm_up_fill", "warm_up_filled"),
        ),
        Deed(
            "show the answers early",
            _when(State.ASKING, may=LEAD),
            buttons=("warm_up_show", "warm_up_show_now"),
        ),
    ),
)

DEALT = Part(
    "A question that was dealt from the bank",
    "",
    (Role.ANYBODY, Role.SEATED, Role.HOST, Role.FACILITATOR),
    (State.SEALED, State.RESOLVED),
    (
        Deed(
            "say that one knows it, or undo that",
            _when(State.SEALED, may=ANYBODY),
            buttons=("know", "know_surely", "unknow"),
        ),
        Deed(
            "see what counts",
            _when(State.SEALED, State.RESOLVED, may=ANYBODY),
            buttons=("dealt_details",),
        ),
    ),
)

_UNSETTLED = (State.NEW, State.OPEN, State.CLOSED)
_SETTLED = (State.RESOLVED, State.VOID)
_OF_QUESTION = (Role.ANYBODY, Role.FORECASTER, Role.AUTHOR, Role.FACILITATOR)
_ALL_QUESTIONS = (*_UNSETTLED, *_SETTLED, State.SEALED)

QUESTION = Part(
    "A question and its outcome",
    "*New*: nobody has forecast it yet. *Forecast*: somebody has. *Dealt*: it comes from the bank, "
    "in a pastcast that runs, and is not revealed.",
    _OF_QUESTION,
    _ALL_QUESTIONS,
    (
        Deed(
            "edit it",
            _when(*_UNSETTLED, may=CHANGE_QUESTION),
            ("question edit",),
            ("edited", "answer", "answered"),
        ),
        Deed(
            "change its topic",
            _when(*_UNSETTLED, *_SETTLED, may=CHANGE_QUESTION),
            ("question edit",),
        ),
        Deed("withdraw it", _when(State.NEW, may=CHANGE_QUESTION), ("question withdraw",)),
        Deed(
            "enter or correct the outcome",
            _when(*_UNSETTLED, *_SETTLED, may=CHANGE_QUESTION),
            ("question resolve",),
            ("resolve", "resolved"),
        ),
        Deed(
            "take the outcome back",
            _when(*_SETTLED, may=permissions.REOPEN),
            ("question reopen",),
        ),
        Deed(
            "dispute the outcome",
            _when(*_SETTLED, may=permissions.DISPUTE),
            ("question dispute",),
            ("dispute", "disputed"),
        ),
        Deed(
            "record a forecast",
            _when(State.NEW, State.OPEN, State.SEALED, may=ANYBODY),
            ("forecast",),
            ("record", "recorded"),
        ),
        Deed(
            "mark it as forecast elsewhere",
            _when(State.NEW, State.OPEN, may=ANYBODY),
            buttons=("mark",),
        ),
        Deed(
            "look at it",
            _when(*_ALL_QUESTIONS, may=ANYBODY),
            ("question show", "history"),
            ("question_in_full",),
        ),
        Deed("look at one's own score", _when(*_SETTLED, may=ANYBODY), buttons=("score_details",)),
    ),
    {"without an outcome": _UNSETTLED, "with an outcome": _SETTLED},
)

INQUIRY = Part(
    "The message that asks what happened",
    "",
    _OF_QUESTION,
    (State.WAITING, State.DONE),
    (
        Deed(
            "say what happened, or that it is not known yet",
            _when(State.WAITING, may=CHANGE_QUESTION),
            buttons=(
                *("happened_yes", "happened_no", "happened_void", "happened"),
                *("later", "asked_later"),
            ),
        ),
    ),
)

CONFIRMATION = Part(
    "An outcome that waits for a second person",
    "Only where `/settings confirm-outcomes` asks for it.",
    (*_OF_QUESTION, Role.ENTERED),
    (State.WAITING, State.DONE),
    (
        Deed("confirm it", _when(State.WAITING, may=permissions.CONFIRM), buttons=("confirm",)),
        Deed(
            "decline it, or take one's own back",
            _when(State.WAITING, may=permissions.DECIDE),
            buttons=("decline_entered",),
        ),
    ),
)

PROPOSAL = Part(
    "An outcome that another platform reports",
    "",
    _OF_QUESTION,
    (State.WAITING, State.DONE),
    (
        Deed(
            "accept or decline it",
            _when(State.WAITING, may=CHANGE_QUESTION),
            buttons=("accept_outcome", "decline_outcome"),
        ),
    ),
)

_OFFERED = (
    *("timezone", "turn", "past_turn", "blind", "final", "grace", "extend", "extensions"),
    *("spoken_cues", "threads", "reminders", "announce_days", "events", "call_forecasters"),
    *("confirm_outcomes", "digest"),
)
_TYPED = ("timezone", "turn", "past_turn", "blind", "final", "grace", "extend", "reminders")

GROUP = Part(
    "The group",
    "",
    (Role.ANYBODY, Role.FACILITATOR, Role.MANAGER),
    (State.ALWAYS,),
    (
        _always(
            "change the settings",
            MANAGE,
            "settings panel, settings channels, settings facilitator, settings timezone, "
            "settings rounds, settings cues, settings reminders, settings planning, "
            "settings outcomes, settings confirm-outcomes, settings digest",
            " ".join(
                (
                    *("panel", "set_channel", "set_voice", "set_facilitator", "keep_voice"),
                    *(f"set_{name}" for name in _OFFERED),
                    *(f"typed_{name}" for name in _TYPED),
                )
            ),
        ),
        _always("give the calendar a new address", MANAGE, "settings calendar-feed"),
        _always("take out everything that is held", MANAGE, "data export"),
        _always("take out what is held about oneself", ANYBODY, "data export"),
        _always("be forgotten", ANYBODY, "data forget-me", "keep"),
        _always(
            "have somebody else forgotten",
            permissions.FORGET_OTHERS,
            "data forget-me",
            "forget_member",
        ),
        _always(
            "bring a question of the past", permissions.BRING_SEALED, "question submit", "sealed"
        ),
        _always(
            "bring a question",
            ANYBODY,
            "question submit, question import, Bring this as a question",
            "bring submitted",
        ),
        _always(
            "plan a session, or start one here and now",
            ANYBODY,
            "session schedule, session start",
            "help_start_now",
        ),
        _always(
            "look",
            ANYBODY,
            "session list, session show, session share, question list, leaderboard, calibration, "
            "profile, circle, settings show, settings calendar-feed, help",
            "turn_page board_details calibration_details profile_details circle_details help",
        ),
        _always(
            "set one's own time zone and address", ANYBODY, "timezone, settings calendar-email"
        ),
        _always("practise alone", ANYBODY, "practice", "another_practice practice_so_far"),
    ),
)

OF_ONE = Part(
    "What waits for one person alone",
    "A form that was refused, a time that was not clear, what was fetched, what was dealt for "
    "practice. To others it is not there, facilitators and managers included.",
    (Role.ANYBODY, Role.FACILITATOR, Role.MANAGER, Role.OWN),
    (State.WAITING, State.DONE),
    (
        Deed(
            "go on with what one typed",
            _when(State.WAITING, may=OWN),
            buttons=(
                *("correct", "choose", "choose_close", "choose_known", "choose_again"),
                *("open_import", "imported", "choose_part", "answer", "answered"),
            ),
        ),
        Deed(
            "answer what one was dealt",
            _when(State.WAITING, may=OWN),
            buttons=("type_practice",),
        ),
        Deed(
            "answer, and see it again",
            _when(State.WAITING, State.DONE, may=OWN),
            buttons=("practise", "practise_typed", "know_practice"),
        ),
        Deed(
            "see one's own ranges of a warm-up",
            _when(State.DONE, may=OWN),
            buttons=("warm_up_mine",),
        ),
    ),
)

PARTS = (
    *(SESSION, EXTENDED, HOST_GONE, WARM_UP, DEALT),
    *(QUESTION, INQUIRY, CONFIRMATION, PROPOSAL, GROUP, OF_ONE),
)
