"""Reads rounds that have closed, to show what going around was worth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlmodel import Session

from bot.circle import averages, worth
from bot.circle import rules as circle_rules
from bot.circle.rules import Circle, Voice
from bot.scores.rules import speaking_order, turn_ends
from storage import circle, groups
from storage.circle import RoundForecast, Scored, Spoke
from storage.tables import Moment


@dataclass(frozen=True)
class WorthShown:
    """What the question's last circle was worth, with names; `rounds` counts all."""

    worth: worth.Worth
    names: dict[int, str]
    rounds: int = 1


@dataclass(frozen=True)
class MemberRecord:
    """A member's own gain in the circle, and how far they follow others.

    `turns` are those of closed rounds with a blind forecast, after somebody had spoken. `opens`
    says that they have opened every time so far.
    """

    own: averages.Mean | None
    weight: averages.Weight | None
    turns: int
    opens: bool = False


def read_worth(tx: Session, question_id: int) -> WorthShown | None:
    """Return what the question's last round was worth; None without a circle."""
    spoke = circle.spoke_on_question(tx, question_id)
    found = scored_circles(circle.scored_on_question(tx, question_id), spoke)
    valued = worth.of_round(found[-1]) if found else None
    if valued is None:
        return None
    names = groups.names(tx, [voice.member for voice in found[-1].voices])
    return WorthShown(valued, names, len(found))


def read_member(tx: Session, group_id: int, member_id: int) -> MemberRecord:
    """Return what one member has done in the circle."""
    spoke = circle.spoke_in_group(tx, group_id)
    resolved = scored_circles(circle.scored_in_group(tx, group_id), spoke)
    said = said_circles(circle.said_in_group(tx, group_id), spoke)
    own = [
        (one.question_id, gain)
        for one in resolved
        for member, gain in worth.own_gains(one)
        if member == member_id
    ]
    weights = averages.herding(one.voices for one in said).weights
    mine = next((one for one in weights if one.member == member_id), None)
    opens = circle_rules.heard(one.voices for one in said).get(member_id) == 0
    return MemberRecord(averages.mean(own), mine, mine.turns if mine else 0, opens)


def scored_circles(rows: Sequence[Scored], spoke: Sequence[Spoke]) -> list[Circle]:
    """Return rounds with their outcome, from rows that come round by round."""
    order = speakers(spoke)
    return [
        _scored_circle(list(part), order.get(round_id, ()))
        for round_id, part in groupby(rows, lambda row: row.round_id)
    ]


def said_circles(rows: Sequence[RoundForecast], spoke: Sequence[Spoke]) -> list[Circle]:
    """Return rounds with or without an outcome, voices in the order of being heard.

    From rows that come round by round.
    """
    ends = {
        round_id: turn_ends((one.member_id, one.ended_at) for one in turns)
        for round_id, turns in _by_round(spoke)
    }
    return [
        _said_circle(list(part), ends.get(round_id, {}))
        for round_id, part in groupby(rows, lambda row: row.round_id)
    ]


def speakers(spoke: Sequence[Spoke]) -> dict[int, tuple[int, ...]]:
    """Return who spoke in each round, by their last turn."""
    return {
        round_id: speaking_order(one.member_id for one in turns)
        for round_id, turns in _by_round(spoke)
    }


def _by_round(spoke: Sequence[Spoke]) -> Iterator[tuple[int, Iterator[Spoke]]]:
    return groupby(spoke, lambda one: one.round_id)


def _scored_circle(rows: Sequence[Scored], order: Sequence[int]) -> Circle:
    members = dict.fromkeys(row.member_id for row in rows)
    voices = (_scored_voice([r for r in rows if r.member_id == m]) for m in members)
    return _circle(rows[0], circle_rules.in_order(voices, order), rows[0].outcome)


def _said_circle(rows: Sequence[RoundForecast], ended: Mapping[int, datetime]) -> Circle:
    return _circle(rows[0], circle_rules.as_heard(circle_rules.voices(rows, ended)), None)


def _circle(
    first: Scored | RoundForecast, voices: tuple[Voice, ...], outcome: int | None
) -> Circle:
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
