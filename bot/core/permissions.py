"""Who may do what: the roles, and one declaration for each thing that not all may do. Pure.

Services check with these inside their transactions, whichever door a wish came through.
`bot/who_may.py` says which command, button and form stands under which, and `docs/permissions.md`
is written from both, so a sentence, its rule and the table cannot differ.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from bot.core.refusals import NotAllowedRefusal


class Role(StrEnum):
    """What somebody is to the thing that they want to change; one person can be several."""

    ANYBODY = "anybody"
    SEATED = "in the circle"
    NEXT = "next in the circle"
    SPEAKER = "speaker"
    FORECASTER = "who forecast it"
    AUTHOR = "author"
    ENTERED = "who entered it"
    HOST = "host"
    FACILITATOR = "facilitator"
    MANAGER = "Manage Server"
    OWN = "whose it is"

    @property
    def all(self) -> frozenset["Role"]:
        """Return what somebody in this role always is as well."""
        return frozenset({Role.ANYBODY, self, *_ALSO.get(self, ())})


# The host is left out: they may have given their seat up.
_ALSO = {
    Role.NEXT: (Role.SEATED,),
    Role.SPEAKER: (Role.SEATED,),
    Role.MANAGER: (Role.FACILITATOR,),
}


@dataclass(frozen=True)
class Rule:
    """The roles that may do a thing, and the sentence for all others.

    The sentence may have places, such as `{deed}` for what somebody wanted. `never` has roles that
    may not, whatever else they are. Without a sentence a check of its own says why it is no use.
    """

    roles: frozenset[Role]
    refusal: str = ""
    never: frozenset[Role] = frozenset()

    def allows(self, roles: Collection[Role]) -> bool:
        """Tell whether somebody with these roles may."""
        return not self.roles.isdisjoint(roles) and self.never.isdisjoint(roles)

    def require(self, roles: Collection[Role], **said: str) -> None:
        """Refuse who has none of the roles; `said` fills the places of the sentence."""
        if not self.allows(roles):
            raise NotAllowedRefusal(self.refusal.format(**said))


def _rule(*roles: Role, refusal: str = "", never: tuple[Role, ...] = ()) -> Rule:
    return Rule(frozenset(roles), refusal, frozenset(never))


_LEADERS = (Role.HOST, Role.FACILITATOR)

ANYBODY = _rule(Role.ANYBODY)

# Of a session and its rounds.
JOIN = _rule(Role.ANYBODY, never=(Role.SEATED,))
LEAVE = _rule(Role.SEATED, Role.HOST)
LEAD = _rule(*_LEADERS, refusal="Only the host or a facilitator can {deed}.")
CHANGE_PLAN = _rule(*_LEADERS, refusal="Only the session's host or a facilitator can {deed} it.")
GO_ON = _rule(
    *_LEADERS,
    refusal="Only the host or a facilitator can go on before all are ready. Press **I'm ready** "
    "instead.",
)
EXTEND_FURTHER = _rule(
    *_LEADERS,
    refusal="In this group a speaker can extend a turn {times}. The host or a facilitator can "
    "still give you more time.",
)
SPEAK = _rule(
    Role.SPEAKER,
    refusal="It is not your turn, so you cannot {deed}. The host or a facilitator can skip.",
)
STEER = _rule(
    Role.SPEAKER,
    *_LEADERS,
    refusal="Only the speaker, the host or a facilitator can change the clock of this turn.",
)
RESUME = _rule(
    Role.SEATED,
    *_LEADERS,
    refusal="Only people in the circle can resume the round. Press Join first.",
)
BE_READY = _rule(
    Role.SEATED,
    refusal="Only people in the circle are asked whether they are ready. The host can press "
    "**Go on**.",
)
VOTE = _rule(Role.SEATED, refusal="Press Join first, then vote.")
WARM_UP = _rule(Role.SEATED, refusal="Press **Join** on the lobby's card first, then answer here.")
TAKE_OVER = _rule(Role.NEXT, Role.FACILITATOR, refusal="{who} can take over, or a facilitator.")
TAKE_OVER_WAITING = _rule(Role.SEATED, Role.FACILITATOR, refusal=TAKE_OVER.refusal)

# Of a question and its outcome.
CHANGE_QUESTION = _rule(
    Role.AUTHOR,
    Role.FACILITATOR,
    refusal="Only the question's author or a facilitator can {deed} it.",
)
REOPEN = _rule(
    Role.FACILITATOR,
    refusal="Only a facilitator can reopen it. `/question dispute` says what is wrong.",
)
DISPUTE = _rule(
    Role.FORECASTER,
    Role.FACILITATOR,
    refusal="Only people who forecast this question can dispute it.",
)
DECIDE = _rule(
    Role.FORECASTER,
    Role.AUTHOR,
    Role.ENTERED,
    Role.FACILITATOR,
    refusal="Only people who forecast this question, its author and facilitators confirm its "
    "outcome.",
)
CONFIRM = _rule(
    Role.FORECASTER,
    Role.AUTHOR,
    Role.FACILITATOR,
    never=(Role.ENTERED,),
    refusal="You entered this outcome yourself. Somebody else who forecast the question, its "
    "author or a facilitator confirms it.",
)
BRING_SEALED = _rule(
    Role.FACILITATOR,
    refusal="Only a facilitator can bring a question about the past: whoever brings it knows how "
    "it ended, and is never dealt it. `/question submit` without `sealed` is for everybody.",
)

# Of a group.
FORGET_OTHERS = _rule(
    Role.MANAGER,
    refusal="Only people with Manage Server can have somebody else forgotten. `/data forget-me` "
    "without `member` is for you.",
)
MANAGE = _rule(Role.MANAGER, refusal="Only people with Manage Server can {deed}.")

# What waits for one person alone. It is looked for by its number and that person, so others are
# told that there is no such thing.
OWN = _rule(Role.OWN)
