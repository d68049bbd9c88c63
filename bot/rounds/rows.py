"""The rows of a round and its cards, each read once. Decides nothing."""

from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from bot.core import logs
from bot.core.unit import row_id
from storage import bank, forecasts, questions, rounds
from storage.plain import PlainForecast, PlainMember, PlainSeat, PlainTurn
from storage.tables import Meetup, Member, Presence, Question, Round


@dataclass(frozen=True)
class RoundRows:
    """A round with its session, question and members; seats and turns are in order.

    A question from the bank has its day, `as_of`, and those who know it already, `knowing`: they
    have no seat, and nothing that they said is shown.
    """

    row: Round
    meetup: Meetup
    question: Question
    seats: tuple[PlainSeat, ...]
    turns: tuple[PlainTurn, ...]
    offered: tuple[int, ...]
    people: dict[int, PlainMember]
    as_of: date | None = None
    knowing: frozenset[int] = frozenset()

    def name(self, member_id: int) -> str:
        """Return what a member is called."""
        return self.people[member_id].name

    def seats_member(self, member_id: int) -> bool:
        """Tell whether a member has a seat, also where they left it."""
        return any(seat.member_id == member_id for seat in self.seats)


@dataclass(frozen=True)
class Recording:
    """A round with its forecasts, and a member's other forecasts on its question."""

    circle: RoundRows
    made: tuple[PlainForecast, ...]

    @property
    def here(self) -> tuple[PlainForecast, ...]:
        """Return the forecasts of this round."""
        return tuple(one for one in self.made if one.round_id == self.circle.row.id)

    def standing(self, member_id: int) -> PlainForecast | None:
        """Return the latest forecast of a member."""
        own = [one for one in self.made if one.member_id == member_id]
        return own[-1] if own else None

    def plus(self, member: Member, forecast: PlainForecast) -> "Recording":
        """Return the same rows with one more forecast."""
        number = row_id(member)
        named = PlainMember(number, member.name, member.user_id)
        people = {**self.circle.people, number: named}
        return Recording(replace(self.circle, people=people), (*self.made, forecast))


def find(tx: Session, round_id: int) -> RoundRows | None:
    """Return the round that a card is about."""
    found = rounds.with_session(tx, round_id)
    return None if found is None else read(tx, *found)


def read(tx: Session, row: Round, meetup: Meetup, question: Question) -> RoundRows:
    """Read all rows of a round in one more statement, and return them."""
    logs.note(session=row.session_id, round=row.id)
    around = rounds.around(tx, row_id(row), row.session_id)
    seats = {seat.member_id: seat for _, seat, _, _ in around if seat is not None}
    turns = {turn.number: turn for _, _, turn, _ in around if turn is not None}
    offered = [one.id for one, _, _, presence in around if presence == Presence.OFFERED]
    as_of, knowing = _of_the_past(tx, question)
    seated = [seat for seat in seats.values() if seat.member_id not in knowing]
    return RoundRows(
        row,
        meetup,
        question,
        tuple(sorted(seated, key=lambda seat: seat.position)),
        tuple(sorted(turns.values(), key=lambda turn: turn.number)),
        tuple(dict.fromkeys(offered)),
        {one.id: one for one, _, _, _ in around},
        as_of,
        knowing,
    )


def _of_the_past(tx: Session, question: Question) -> tuple[date | None, frozenset[int]]:
    """Return the day that it is for a question from the bank, and who knows that question."""
    if question.banked_id is None:
        return None, frozenset()
    as_of = bank.get(tx, question.banked_id).as_of
    return as_of, frozenset(questions.marked(tx, row_id(question)))


def read_for(
    tx: Session, row: Round, meetup: Meetup, question: Question, member_id: int
) -> Recording:
    """Return a round in which a member is about to record a forecast."""
    made = forecasts.on_card_or_own(
        tx, round_id=row_id(row), question_id=row_id(question), member_id=member_id
    )
    return Recording(read(tx, row, meetup, question), tuple(made))
