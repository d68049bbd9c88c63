"""Cards about the circle over many rounds: the group's view, a member's lines.

Each number has one plain sentence beside it, and its interval, or it is not shown.
"""

from collections.abc import Sequence

from bot.circle.averages import ENOUGH_ROUNDS, Comparison, Mean
from bot.circle.read_model import MemberRecord
from bot.circle.rules import FEWEST_TURNS, say_gain, say_weight
from bot.circle.service import Fairness, Follower, GroupCircle, Trust
from bot.circle.words import (
    SECOND_THOUGHT,
    name_of,
    say_gain_interval,
    say_list,
    say_weight_interval,
)
from bot.circle.worth import MEMBERS, OURS
from bot.core import keys
from bot.core.numbers import say_share
from bot.core.refusals import say_count
from bot.door.messages import (
    BLUE,
    GREY,
    PICTURE,
    PRIMARY,
    Layout,
    Message,
    Picture,
    button,
    card,
    lines,
    say_brier,
)

FIELD = 1000
NAMES = 90  # characters for those of whom nothing is said
HOW_TO_BEGIN = (
    "Take a yes/no question around with `/session start`, three people or more: first everybody's "
    "blind forecast, then the turns. When rounds have closed, this shows who moves towards what "
    "was said; when their questions are resolved with `/question resolve`, whether going around "
    "helped."
)
GAIN = (
    "Worth: by how much the Brier score of the group's number got better between the blind "
    "and the final forecasts of the same people."
)
TRUST = (
    "The mean Brier score that the final forecasts, made into one number, would have earned, with "
    "its 90% interval; lower is better. Pushed means moved away from 50%, because each of us knows "
    "only a part."
)
WEIGHT = (
    "How far a turn goes from one's own blind forecast (0%) to what was said before (100%), with "
    f"its 90% interval. Neither is better, and {SECOND_THOUGHT}."
)
NO_THREE = (
    "In no resolved round did three people forecast both blind and at the end, so there is nothing "
    "to compare."
)
EVEN = "`/session start` with the order `rotate` evens it out."


def circle_card(view: GroupCircle, picture: Picture | None) -> Message:
    """Say in one sentence whether the circle helps, over the picture."""
    if not view.rounds and not view.fairness:
        text = f"**Our circle: nothing to show yet**\n{_nothing(view)}"
        return Message(layout=Layout((text,), GREY))
    first = f"**Does going around help us?** {_verdict(view)}\n-# {_rounds(view)}"
    items = (button("circle_details", keys.standing(), "Details", PRIMARY),)
    return Message(layout=Layout((first, PICTURE)), items=items, picture=picture)


def circle_details(view: GroupCircle) -> Message:
    """Say whether the circle helps, which number to trust, and who moves, with all numbers."""
    embed = card("What going around is worth to us", _basis(view), BLUE)
    for name, value in (
        ("Does the circle help us?", _help(view)),
        ("Which number should we trust?", _trust(view.trust)),
        ("Or that of the crowd?", _beside_crowd(view.trust)),
        ("Is the order fair?", _fair(view.fairness) if view.fairness else ""),
        ("Who moves towards the others?", _followers(view)),
    ):
        if value:
            embed.add_field(name=name, value=value, inline=False)
    embed.set_footer(text="Brier scores: 0 is perfect, 1 is worst. /profile shows one's own part.")
    return Message(embed=embed)


def record_lines(record: MemberRecord, *, you: bool = False) -> tuple[str, ...]:
    """Say for a profile what the circle did for a member, and how they listen.

    Empty for somebody who was never in a circle on a yes/no question.
    """
    return tuple(line for line in (_own(record.own, you=you), _listening(record, you=you)) if line)


def _nothing(view: GroupCircle) -> str:
    if view.other_rounds:
        return (
            "So far this looks at yes/no questions only, and all that went around here were of "
            f"other kinds ({say_count(view.other_rounds, 'round')}). {HOW_TO_BEGIN}"
        )
    return f"No round has closed yet. {HOW_TO_BEGIN}"


def _rounds(view: GroupCircle) -> str:
    """Say of how many rounds the numbers are."""
    others = " Other kinds of questions are not counted here yet." if view.other_rounds else ""
    return (
        f"{say_count(view.rounds, 'round')} closed on yes/no questions, {view.resolved} of them "
        f"resolved with three forecasts or more.{others}"
    )


def _verdict(view: GroupCircle) -> str:
    """Say whether the circle helps; what is missing where that cannot be told."""
    if view.gain is not None:
        return _help_verdict(view.gain)
    if not view.resolved:
        return "That shows when a question of ours is resolved with `/question resolve`."
    return NO_THREE


def _basis(view: GroupCircle) -> str:
    if not view.rounds:
        return _nothing(view)
    said = _rounds(view)
    later = "What they were worth appears when such a question is resolved."
    return said if view.resolved else f"{said}\n{later}"


def _help(view: GroupCircle) -> str:
    if view.gain is None:
        if not view.resolved:
            return ""
        return NO_THREE
    nearer = sum(one.gain > 0 for one in view.gains)
    away = sum(one.gain < 0 for one in view.gains)
    return (
        f"{_help_verdict(view.gain)} The group's number came nearer to what happened in {nearer} "
        f"of {say_count(len(view.gains), 'round')}, and went away from it in {away}."
        f"{_mean_gain(view.gain)}\n*{GAIN}*"
    )


def _help_verdict(gain: Mean) -> str:
    if gain.interval is None:
        return (
            "Too early to say: it takes ten questions on which three or more forecast both blind "
            f"and at the end ({gain.questions} so far)."
        )
    if gain.interval[0] > 0:
        return "**Yes**, and it is hardly luck."
    if gain.interval[1] < 0:
        return "**No**: so far it made us worse, and it is hardly luck."
    return "Too close to call: it may be luck."


def _mean_gain(gain: Mean) -> str:
    if gain.interval is None:
        return ""
    said = f"**{say_gain(gain.value)}** on average ({say_gain_interval(gain.interval)})"
    return f" A round was worth {said}."


def _trust(trust: Trust | None) -> str:
    if trust is None or trust.comparison is None:
        return ""
    rows = [_trusted(name, one) for name, one in trust.rows if one.interval is not None]
    if not rows:
        return (
            f"Too early: each way to make one number of ours is shown from ten questions on "
            f"({trust.comparison.questions} so far), and judged from {ENOUGH_ROUNDS} on."
        )
    listed = "\n".join(rows)
    return f"{_trust_verdict(trust.comparison)}\n{listed}\n*{TRUST}*"


def _beside_crowd(trust: Trust | None) -> str:
    """Say what the crowd earned, beside our number on the same questions; then whether it is luck.

    It is the forecasters of the source that a question came from.
    """
    if trust is None or trust.beside is None:
        return ""
    crowd, ours = trust.beside.crowd, trust.beside.ours
    told = (
        f"On {say_count(crowd.questions, 'question')} of which it is known, the crowd of the "
        f"source earned **{say_brier(crowd.value)}**, our {OURS} **{say_brier(ours.value)}**."
    )
    return f"{told} {_trust_verdict(trust.beside.comparison)}"


def _trusted(name: str, one: Mean) -> str:
    low, high = one.interval or (one.value, one.value)
    shown = f"the {name}" if name == MEMBERS else name
    return f"**{say_brier(one.value)}** ({say_brier(low)} to {say_brier(high)}) {shown}"


def _trust_verdict(found: Comparison) -> str:
    if found.questions < ENOUGH_ROUNDS:
        return f"Too early to say: it takes {ENOUGH_ROUNDS} questions ({found.questions} so far)."
    if not found.behind:
        return "Too close to call: luck alone often gives such differences."
    behind = ", ".join(found.behind)
    if len(found.behind) == found.others:
        return f"The **{found.best}**: all others are behind by more than luck explains."
    return (
        f"Behind the **{found.best}** by more than luck explains: {behind}. The others are too "
        "close to call."
    )


def _fair(found: Fairness) -> str:
    return "\n".join([_seats(found.seats), f"{_opened(found)} {EVEN}"])


def _seats(found: Comparison | None) -> str:
    """Say whether turns in one seat were better beside the group's number."""
    count = found.questions if found else 0
    if found is None or count < ENOUGH_ROUNDS:
        return f"Too early to say: it takes {ENOUGH_ROUNDS} resolved questions ({count} so far)."
    if not found.behind:
        return f"No seat has it better, as far as {count} questions can tell."
    return (
        f"Turns in {found.best} were better, beside the group's number just before them, than "
        f"those in {found.behind[0]}, by more than luck explains. The leaderboard's `gain` takes "
        "that off."
    )


def _opened(found: Fairness) -> str:
    shares = {f"{one.fair:.1f}" for one in found.seatings}
    who = f"Who opened, in {say_count(found.rounds, 'round')} of two or more"
    if len(shares) == 1:
        said = [f"{name_of(one.name)} {one.opened}" for one in found.seatings]
        return f"{who}: {say_list(said)} ({shares.pop()} each would be even)."
    said = [f"{name_of(one.name)} {one.opened} (even: {one.fair:.1f})" for one in found.seatings]
    return f"{who}: {say_list(said)}."


def _followers(view: GroupCircle) -> str:
    left = _left(view)
    silent = (_quiet(view.quiet), _openers(view.openers), _alike(view.alike))
    if not view.followers:
        return "\n".join(part for part in (*silent, left) if part)
    below = "\n".join(part for part in (*silent, left, f"*{WEIGHT}*") if part)
    rows = [_follower(one) for one in view.followers]
    return f"{lines(rows, FIELD - len(below))}\n{below}"


def _follower(one: Follower) -> str:
    return (
        f"{name_of(one.name)} {say_weight(one.weight)}: {say_share(one.weight)} "
        f"({say_weight_interval(one.interval)}; {say_count(one.turns, 'turn')})"
    )


def _quiet(few: Sequence[tuple[str, int]]) -> str:
    if not few:
        return ""
    so_far = say_list([f"{name_of(name)} {turns}" for name, turns in few], NAMES)
    return f"It takes five turns after others. So far: {so_far}."


def _openers(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"Always opened, so there is nothing to compare yet: {_names(names)}."


def _alike(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"No blind forecast that differs from what they had heard: {_names(names)}."


def _names(names: Sequence[str]) -> str:
    return say_list([name_of(name) for name in names], NAMES)


def _left(view: GroupCircle) -> str:
    if view.spread_left is None:
        return ""
    return (
        f"{say_share(view.spread_left)} of our blind differences are left at the end "
        f"({say_count(view.spread_rounds, 'round')} of three or more who forecast both times)."
    )


def _own(own: Mean | None, *, you: bool) -> str:
    if own is None:
        return ""
    if own.interval is None:
        return f"Blind to final is told from ten resolved questions on ({own.questions} so far)."
    final, blind = ("your final", "your blind") if you else ("the final", "the blind")
    return (
        f"Blind to final **{say_gain(own.value)}** on average ({say_gain_interval(own.interval)}; "
        f"{say_count(own.questions, 'question')}): how much better {final} forecast was than "
        f"{blind} one."
    )


def _listening(record: MemberRecord, *, you: bool) -> str:
    found = record.weight
    if found is None and record.opens:
        return (
            "Listening is told from five turns after others on. So far each turn opened "
            "its round: there is nothing to compare."
        )
    if found is None:
        return ""
    if found.turns < FEWEST_TURNS:
        return f"Listening is told from five turns after others on ({found.turns} so far)."
    way = f"**{say_weight(found.weight, you=you)}**, {say_share(found.weight)} of the way"
    interval = say_weight_interval(found.interval)
    return (
        f"While others speak: {way} from the blind forecast to what was said before ({interval}; "
        f"{say_count(found.turns, 'turn')}). Neither far nor near is better, and {SECOND_THOUGHT}."
    )
