"""How the worth of the circle is told: the group's view, and fields for other cards.

Each number has one plain sentence beside it.
"""

from collections.abc import Sequence
from itertools import pairwise

import discord

from bot.circle.rules import FEW, say_gain, say_weight
from bot.circle.service import Fairness, GroupCircle, Seating, Trusted
from bot.circle.shown import MemberRecord, WorthShown
from bot.circle.worth import AsOne, Mean, Movement
from bot.core.numbers import say_points, say_probability, say_share
from bot.message import BLUE, GREY, Message, Picture, card, cut, lines, safe, say_brier

MOST_STEPS = 8
NAME_SHOWN = 24
ROOM_FOR_NAMES = 250
UNFAIR, MORE_THAN_FAIR = 0.05, 0.95
FEW_ROUNDS = 5
ALL_THE_WAY, OVERSHOT = 0.95, 1.05
HOW_TO_BEGIN = (
    "Take a yes/no question around with `/session start`: first everybody's blind forecast, then "
    "the turns. When rounds have closed, this shows who moves whom; when their questions are "
    "resolved with `/question resolve`, whether going around helped."
)


def circle_card(view: GroupCircle, picture: Picture | None) -> Message:
    """Does the circle help, which number to trust, is the order fair, who moves whom."""
    if not view.rounds and not view.fairness:
        return Message(embed=card("Our circle: nothing to show yet", _nothing(view), GREY))
    embed = card("What going around is worth to us", _basis(view), BLUE)
    for name, value in (
        ("Does the circle help us?", _help(view)),
        ("Which number should we trust?", _trust(view)),
        ("Is the order fair?", _fair(view.fairness) if view.fairness else ""),
        ("Who moves towards the others?", _followers(view)),
    ):
        if value:
            embed.add_field(name=name, value=value, inline=False)
    embed.set_footer(text="Brier scores: 0 is perfect, 1 is worst. /profile shows one's own part.")
    if picture is not None:
        embed.set_image(url=f"attachment://{picture.filename}")
    return Message(embed=embed, picture=picture)


def add_worth(embed: discord.Embed, shown: WorthShown | None) -> None:
    """On a question's outcome: what its circle was worth."""
    if shown is not None:
        rows = (_went(shown), _seats(shown), _own(shown), _together(shown))
        value = "\n".join(row for row in rows if row)
        embed.add_field(name="What the circle was worth", value=value, inline=False)


def add_movement(embed: discord.Embed, moved: Movement | None, names: Sequence[str]) -> None:
    """On a round's summary: seat by seat; the members of the movement are places in `names`."""
    if moved is not None and moved.steps:
        rows = (_path(moved, names), _spread(moved.spread_left), _furthest(moved, names))
        value = "\n".join(row for row in rows if row)
        embed.add_field(name="How the forecast moved", value=value, inline=False)


def record_lines(record: MemberRecord) -> tuple[str, ...]:
    """On a profile: what a member's turns added, what going around did for them, how they listen.

    Empty for somebody who was never in a circle on a yes/no question.
    """
    said = (_seat_gain(record), _own_gain(record), _listening(record))
    return tuple(line for line in said if line)


def _nothing(view: GroupCircle) -> str:
    if view.other_rounds:
        return (
            "So far this looks at yes/no questions only, and all that went around here were of "
            f"other kinds ({_count(view.other_rounds)}). {HOW_TO_BEGIN}"
        )
    return f"No round has closed yet. {HOW_TO_BEGIN}"


def _basis(view: GroupCircle) -> str:
    if not view.rounds:
        return _nothing(view)
    others = " Other kinds of questions are not counted here yet." if view.other_rounds else ""
    said = (
        f"{_count(view.rounds)} closed on yes/no questions, {view.resolved} of them resolved."
        f"{others}"
    )
    if not view.resolved:
        return f"{said}\nGains appear when a question that went around is resolved."
    if view.questions < FEW:
        return f"{said}\n**That is few**: read the numbers as a story, not as a proof."
    return said


def _help(view: GroupCircle) -> str:
    if view.gain is None:
        if not view.resolved:
            return ""
        return "Nobody forecast blind in the resolved rounds, so there is nothing to compare with."
    helped = sum(one.gain > 0 for one in view.gains)
    hurt = sum(one.gain < 0 for one in view.gains)
    return (
        f"{_help_verdict(view.gain)} Circle gain **{say_gain(view.gain.value)}** a "
        f"round{_interval(view.gain)}; it helped in {helped} of {len(view.gains)} and hurt in "
        f"{hurt}.\n*By how much the group's number got better between the blind and the final "
        "forecasts; above 0 means that going around helped.*"
    )


def _help_verdict(gain: Mean) -> str:
    if gain.questions < FEW or gain.interval is None:
        return "Too early to say."
    if gain.interval[0] > 0:
        return "**Yes**, and it is hardly luck."
    if gain.interval[1] < 0:
        return "**No**: so far it made us worse, and it is hardly luck."
    return "It looks so, but it may be luck." if gain.value > 0 else "Not so far; it may be luck."


def _trust(view: GroupCircle) -> str:
    if not view.aggregates or view.members is None:
        return ""
    rows = [f"**{say_brier(one.brier.value)}** {one.name}" for one in view.aggregates]
    rows.append(f"{say_brier(view.members.value)} the members, on average")
    if view.best_member:
        best = view.best_member
        rows.append(
            f"{say_brier(best.brier.value)} {_name(best.name)}, the best member "
            f"(in {best.rounds} of {view.resolved} rounds)"
        )
    listed = "\n".join(rows)
    return f"{_trust_verdict(view.aggregates)}\n{listed}\n*{_TRUST}*"


_TRUST = (
    "The mean Brier score that the final forecasts, made into one number, would have earned; lower "
    "is better. Pushed means moved away from 50%, because each of us knows only a part."
)


def _trust_verdict(ranked: Sequence[Trusted]) -> str:
    best = ranked[0]
    if best.brier.questions < FEW:
        return f"Too early to say; the **{best.name}** has done best so far."
    beaten = [one.name for one in ranked[1:] if _is_behind(one)]
    if len(beaten) == len(ranked) - 1:
        return f"The **{best.name}**: the others are behind by more than luck explains."
    if not beaten:
        return f"The **{best.name}** leads, but all of them are too close to call."
    return (
        f"The **{best.name}** leads; behind by more than luck explains: {', '.join(beaten)}. "
        "The others are too close to call."
    )


def _is_behind(one: Trusted) -> bool:
    return bool(one.behind and one.behind.interval and one.behind.interval[0] > 0)


def _fair(found: Fairness) -> str:
    return "\n".join([_fair_verdict(found), _opened(found.seatings), *_by_seat(found)])


_SEATS = (
    "What a turn adds to the group's number. Whoever opens stands alone in place of all the blind "
    "forecasts, so that seat risks most."
)


def _fair_verdict(found: Fairness) -> str:
    if found.p_value <= UNFAIR:
        return (
            f"**No**: drawing lots would give seats as uneven as ours in "
            f"{say_share(found.p_value)} of cases or less. "
            "`/session start` with the order `rotate` evens it out."
        )
    if found.rounds < FEW_ROUNDS:
        return f"Too early to say after {_count(found.rounds)}."
    if found.p_value >= MORE_THAN_FAIR:
        return "**Yes**: seats are shared more evenly than by drawing lots."
    return (
        f"**Yes**: drawing lots would be as uneven as this in {say_share(found.p_value)} of cases."
    )


def _opened(seatings: Sequence[Seating]) -> str:
    shares = {f"{one.fair:.1f}" for one in seatings}
    if len(shares) == 1:
        said = [f"{_name(one.name)} {one.opened}" for one in seatings]
        return f"Opened: {_some(said)} ({shares.pop()} each would be fair)."
    said = [f"{_name(one.name)} {one.opened} (fair: {one.fair:.1f})" for one in seatings]
    return f"Opened: {_some(said)}."


def _by_seat(found: Fairness) -> list[str]:
    if found.opening is None or found.later is None:
        return []
    opening, later = say_gain(found.opening.value), say_gain(found.later.value)
    return [f"Mean seat gain: opening **{opening}**, later seats **{later}**.", f"*{_SEATS}*"]


def _followers(view: GroupCircle) -> str:
    if not view.followers:
        return ""
    rows = [
        f"{_name(one.name)} {say_weight(one.weight)} ({say_share(one.weight)}, "
        f"{one.turns} turn{_s(one.turns)})"
        for one in view.followers
    ]
    left = (
        f"{say_share(view.spread_left)} of our blind differences are left at the end.\n"
        if view.spread_left is not None
        else ""
    )
    why = (
        "*How far a turn goes from one's own blind forecast (0%) to what was said before (100%). "
        "Neither is better: good reasons and good company look alike here.*"
    )
    return f"{lines(rows, 1000 - len(left) - len(why))}\n{left}{why}"


def _went(shown: WorthShown) -> str:
    worth = shown.worth
    after = say_probability(worth.after)
    outcome = "yes" if worth.outcome else "no"
    if worth.before is None or worth.gain is None:
        return f"The group ended at {after}. Without blind forecasts its gain cannot be told."
    before = say_probability(worth.before)
    verdict = (
        "going around helped"
        if worth.gain >= 0.0005
        else "going around hurt this time"
        if worth.gain <= -0.0005
        else "going around changed nothing"
    )
    return (
        f"Circle gain **{say_gain(worth.gain)}**: {verdict}. The group went from {before} to "
        f"{after}, and it came out {outcome}."
    )


def _seats(shown: WorthShown) -> str:
    seats = shown.worth.seats
    if not seats:
        return ""
    said = [f"{_name(shown.names[member])} {say_gain(gain)}" for member, gain in seats]
    return f"What each turn added to the group's number: {_some(said)}."


def _own(shown: WorthShown) -> str:
    own = shown.worth.own
    if not own:
        return ""
    better = sum(gain > 0 for _, gain in own)
    said = [f"{_name(shown.names[member])} {say_gain(gain)}" for member, gain in own]
    return f"Ended better than they began: {better} of {len(own)}. {_some(said)}."


def _together(shown: WorthShown) -> str:
    said = ", ".join(_as_one(one) for one in shown.worth.aggregates)
    return (
        f"As one forecast we would have earned: {said}; the members on average "
        f"{say_brier(shown.worth.members)}."
    )


def _as_one(one: AsOne) -> str:
    return f"{one.name} {say_brier(one.brier)}"


def _path(moved: Movement, names: Sequence[str]) -> str:
    before = f"blind {_percent(moved.before)} → " if moved.before is not None else ""
    after = f"final {_percent(moved.after)}"
    if len(moved.steps) > MOST_STEPS:
        largest = f"Largest steps after the first: {_largest(moved, names)}."
        return f"{before}{after}, over {len(moved.steps)} voices. {largest}"
    steps = "".join(f"{_name(names[at])} {_percent(value)} → " for at, value in moved.steps)
    return (
        f"{before}{steps}{after}\n*The group's number with each voice added; the first voice "
        "stands alone in place of the blind forecasts.*"
    )


def _largest(moved: Movement, names: Sequence[str]) -> str:
    """The first voice is left out: that step is from all the blind forecasts to one person's."""
    steps = [(at, value - before) for (_, before), (at, value) in pairwise(moved.steps)]
    most = sorted(steps, key=lambda step: -abs(step[1]))[:3]
    return ", ".join(f"{_name(names[at])} {say_points(step)}" for at, step in most)


def _spread(left: float | None) -> str:
    if left is None:
        return ""
    way = (
        "people moved together"
        if left < 0.95
        else "people moved apart"
        if left > 1.05
        else "people stayed as far apart as they were"
    )
    return f"{say_share(left)} of the blind differences are left: {way}."


def _furthest(moved: Movement, names: Sequence[str]) -> str:
    move = moved.furthest
    if move is None:
        return ""
    said = (
        f"Changed most after listening: {_name(names[move.member])}, "
        f"{say_probability(move.blind)} → {say_probability(move.turn)}"
    )
    return f"{said}, {_way(move.weight)} the group's {_percent(move.heard)}."


def _way(weight: float | None) -> str:
    if weight is None or not 0 <= weight <= OVERSHOT:
        return "beyond" if weight is not None and weight > 0 else "away from"
    return "all the way to" if weight > ALL_THE_WAY else f"{say_share(weight)} of the way to"


def _seat_gain(record: MemberRecord) -> str:
    if record.seat is None:
        return ""
    turns = f"{record.turns} turn{_s(record.turns)}"
    return (
        f"Seat gain **{say_gain(record.seat.value)}** on average ({turns}): how much "
        "better each turn made the group's number."
    )


def _own_gain(record: MemberRecord) -> str:
    if record.own is None:
        return ""
    return (
        f"Own gain **{say_gain(record.own.value)}** on average ({_count(record.rounds)}): "
        "how much better the final forecast was than the blind one."
    )


def _listening(record: MemberRecord) -> str:
    if record.weight is None:
        return ""
    found = record.weight
    return (
        f"While others speak: **{say_weight(found.weight)}** ({say_share(found.weight)} of the way "
        f"from the blind forecast to what was said before, {found.turns} turn{_s(found.turns)}). "
        "Neither far nor near is better."
    )


def _some(said: Sequence[str], room: int = ROOM_FOR_NAMES) -> str:
    """Of a list from most to least all, or of a long one the first few and the last."""
    whole = ", ".join(said)
    if len(said) <= MOST_STEPS and len(whole) <= room:
        return whole
    kept: list[str] = []
    room -= len(said[-1])
    for one in said[: min(MOST_STEPS // 2, len(said) - 1)]:
        room -= len(one) + 2
        if room < 0:
            break
        kept.append(one)
    return f"{', '.join(kept)}, …, {said[-1]}"


def _interval(mean: Mean) -> str:
    if mean.interval is None:
        return ""
    low, high = mean.interval
    return f" (90%: {say_gain(low)} to {say_gain(high)})"


def _percent(value: float) -> str:
    return f"**{say_probability(value)}**"


def _name(name: str) -> str:
    return safe(cut(name, NAME_SHOWN))


def _count(rounds: int) -> str:
    return f"{rounds} round{_s(rounds)}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
