"""Reads rounds that have closed, for whoever shows what going around was worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlmodel import Session

from bot.circle import averages, rules, worth
from bot.circle.rules import Circle, Recorded, Voice
from storage import circle, groups
from storage.circle import Said, Scored
from storage.tables import Moment


@dataclass(frozen=True)
class WorthShown:
    """What the last circle on a question was worth, with names; `rounds` is how many there were."""

    worth: worth.Worth
    names: dict[int, str]
    rounds: int = 1


@dataclass(frozen=True)
class MemberRecord:
    """A member in the circle: own gain and how they listen, with what there is to tell it from.

    `turns` are those of closed rounds with a blind forecast, after somebody had spoken. `opens`
    says that they have opened every time so far.
    """

    own: averages.Mean | None
    weight: averages.Weight | None
    turns: int
    opens: bool = False


def read_worth(tx: Session, question_id: int) -> WorthShown | None:
    """What the last round that took a question was worth; None where there was no circle."""
    found = scored_circles(circle.scored_on_question(tx, question_id))
    valued = worth.of_round(found[-1]) if found else None
    if valued is None:
        return None
    names = groups.names(tx, [voice.member for voice in found[-1].voices])
    return WorthShown(valued, names, len(found))


def read_member(tx: Session, group_id: int, member_id: int) -> MemberRecord:
    """What one member has done in the circle."""
    resolved = scored_circles(circle.scored_in_group(tx, group_id))
    said = said_circles(circle.said_in_group(tx, group_id))
    own = [
        (one.question_id, gain)
        for one in resolved
        for member, gain in worth.own_gains(one)
        if member == member_id
    ]
    weights = averages.herding(one.voices for one in said).weights
    mine = next((one for one in weights if one.member == member_id), None)
    opens = rules.heard(one.voices for one in said).get(member_id) == 0
    return MemberRecord(averages.mean(own), mine, mine.turns if mine else 0, opens)


def scored_circles(rows: Sequence[Scored]) -> list[Circle]:
    """Return rounds with their outcome, from rows that come round by round."""
    return [_scored_circle(list(part)) for _, part in groupby(rows, lambda row: row.round_id)]


def said_circles(rows: Sequence[Said]) -> list[Circle]:
    """Return rounds with or without an outcome, voices in the order of being heard.

    From rows that come round by round.
    """
    return [_said_circle(list(part)) for _, part in groupby(rows, lambda row: row.round_id)]


def _scored_circle(rows: Sequence[Scored]) -> Circle:
    members = dict.fromkeys(row.member_id for row in rows)
    voices = (_scored_voice([r for r in rows if r.member_id == m]) for m in members)
    turns = {row.member_id: row.turn for row in rows}
    return _circle(rows[0], rules.in_order(voices, turns), rows[0].outcome)


def _said_circle(rows: Sequence[Said]) -> Circle:
    made = [Recorded(row.member_id, row.kind.value, row.late, row.probability) for row in rows]
    return _circle(rows[0], rules.as_heard(rules.voices(made)), None)


def _circle(first: Scored | Said, voices: tuple[Voice, ...], outcome: int | None) -> Circle:
    return Circle(first.round_id, first.question_id, first.closed_at, voices, outcome)


def _scored_voice(rows: Sequence[Scored]) -> Voice:
    said = {row.moment: row for row in rows}
    blind, turn, final = (said.get(at) for at in (Moment.BLIND, Moment.TURN, Moment.FINAL))
    return Voice(
        rows[0].member_id,
        blind=blind.probability if blind else None,
        turn=turn.probability if turn else None,
        final=final.probability if final else None,
    )
