"""The details of standings, for who asks for more than `front_cards` shows: all the numbers."""

import math

from bot.circle.cards import record_lines
from bot.core.numbers import say_share
from bot.core.refusals import say_count
from bot.door.messages import (
    BLUE,
    GREY,
    Message,
    card,
    cut,
    day,
    lines,
    one_line,
    safe,
    say_brier,
)
from bot.standings.by_moment import MOMENTS_FROM, Moments, ProfileLine
from bot.standings.calibration import Waiting
from bot.standings.metrics import (
    EMPTY_CHAIRS,
    INTERVAL_FROM,
    SHRUNK,
    WORDS,
    say_interval,
    say_ranks,
    say_value,
)
from bot.standings.past_cards import PASTCASTS, past_lines
from bot.standings.query import METRICS, BoardQuery, Metric
from bot.standings.service import (
    Board,
    BoardRow,
    Calibration,
    Profile,
)
from scoring import HitRate
from storage.tables import Moment

# What `/leaderboard` offers for its metric: how it reads, and its name.
OFFERED: tuple[Metric, ...] = ("edge", "over_time", *(one for one in METRICS[1:-1]))
METRIC_CHOICES = tuple((f"{metric}: {WORDS[metric].hint}", metric) for metric in OFFERED)
LONGEST_NAME = 32
MOMENTS = {
    Moment.BLIND: "Blind, before anybody spoke",
    Moment.TURN: "In the turn",
    Moment.FINAL: "When the round closed",
    Moment.CLOSE: "When the question closed",
}
TOO_CLOSE = "**Too close to call: luck alone often gives such a table.** Nobody leads yet."
UNMOVED = (
    "**Nothing to compare yet: nobody has sat in a seat that was somebody else's.** So what a "
    "member earned may be their own doing or their seat's."
)
CHANGE_SEATS = (
    "Turns in other seats: start with the order `rotate` (`/session start`). Then whoever has "
    "opened least often goes first."
)
BY_LUCK = (
    "So far people differ no more than luck alone makes them, so nobody can say how many more "
    "questions it takes. Each one that resolves makes the ranges narrower."
)
TOO_FEW = (
    "More questions that the same people forecast: from so few nobody can tell skill from luck."
)
RANKS = "rank 2–5: the best and the worst that the data allow."
KNOWING_NOTHING = 0.25
WHY_WAIT = (
    "What ends before its close mostly ends with yes, so it counts with what else closes then."
)
ASKED_TO_HOLD = 0.8


def leaderboard_details(board: Board) -> Message:
    """List one page of members, best first, then those without a rank."""
    asked = board.asked
    embed = card(safe(board.title), _rows(board), BLUE if board.members else GREY)
    if chairs := empty_chairs(board):
        embed.add_field(name="Beside us, without a rank", value="\n".join(chairs), inline=False)
    if board.too_close or board.unmoved:
        embed.add_field(name="What would settle it", value=_settle(board), inline=False)
    if board.mine is not None:
        row, page = board.mine
        here = page == asked.page
        told = [] if here else [_row(row, asked)]
        next_ = CHANGE_SEATS if board.unmoved else progress(row, asked)
        value = "\n".join([*told, next_])
        embed.add_field(name="You" if here else f"You, on page {page}", value=value, inline=False)
    if board.waiting is not None:
        value = f"{say_waiting(board.waiting)} {WHY_WAIT}"
        embed.add_field(name="Not counted yet", value=value, inline=False)
    words = WORDS[asked.metric]
    meaning = f"{asked.metric}: {words.hint}. {words.means} {_ranges(board)}"
    embed.set_footer(text=meaning.strip())
    return Message(embed=embed)


def calibration_details(shown: Calibration) -> Message:
    """Say what a calibration means, and of what it is."""
    text = [f"{shown.sentence} {shown.advice}".strip()]
    if shown.of_group:
        text.append(
            "The group's forecast on a question is everybody's, averaged in odds: one forecast a "
            "question, because all share its luck."
        )
    if shown.clipped:
        text.append("In it, 0% and 100% count as 0.1% and 99.9%.")
    if shown.numbers is not None:
        text.append(_of_numbers(shown.numbers))
    if shown.others:
        kinds = f"{say_count(shown.others, 'question')} of other kinds"
        text.append(f"{kinds} left out: calibration is about questions with yes or no.")
    if shown.past:
        text.append(PASTCASTS)
    told = list(map(safe, text))
    if shown.waiting is not None:
        told.append(f"{say_waiting(shown.waiting)} {WHY_WAIT}")
    embed = card(one_line(shown.title, 93), "\n".join(told), BLUE)
    embed.set_footer(
        text="Well calibrated: of what is called 80%, eight in ten happen. The forecast that "
        "counts of each resolved yes-or-no question is in it."
    )
    return Message(embed=embed)


def empty_chairs(board: Board) -> tuple[str, ...]:
    """Say what the crowd and knowing nothing earned, without a rank: they met no one here."""
    metric, told = board.asked.metric, []
    if board.crowd is not None:
        row = board.crowd
        interval = say_interval(metric, row.low, row.high)
        between = f" ({interval})" if interval else ""
        who = f"{row.name}, on {say_count(row.questions, 'question')}"
        told.append(f"{who}: **{say_value(metric, row.value)}**{between}")
    if metric in EMPTY_CHAIRS and board.members:
        name, value = EMPTY_CHAIRS[metric]
        told.append(f"{name}: **{say_value(metric, value)}**")
    return tuple(told)


def say_waiting(waiting: Waiting) -> str:
    """Say how many questions that ended early are left out, and when they join."""
    one = waiting.count == 1
    told = f"{waiting.count} that ended early {'joins' if one else 'join'}"
    if waiting.next.date() == waiting.last.date():
        return f"{told} on {day(waiting.next)}."
    return f"{told} at their close, the next on {day(waiting.next)}."


def profile_details(profile: Profile) -> Message:
    """Show a member's record; every mean comes with its interval."""
    embed = card(safe(profile.name), "\n".join(record(profile)), BLUE)
    if profile.standings:
        embed.add_field(name="Scores over all questions", value=_standings(profile), inline=False)
    if profile.standings or profile.numbers is not None or profile.waiting is not None:
        embed.add_field(name="Calibration", value=_calibration(profile), inline=False)
    if moments := _moments(profile.moments):
        embed.add_field(name="Mean Brier score by moment", value=moments, inline=False)
    if circle := record_lines(profile.circle, you=profile.mine):
        embed.add_field(name="In the circle", value=lines(circle), inline=False)
    if profile.past is not None:
        embed.add_field(name="Pastcasts, apart", value=past_lines(profile.past), inline=False)
    if profile.recent:
        rows = [_recent(line) for line in profile.recent]
        embed.add_field(name="Newest resolved questions", value=lines(rows), inline=False)
    embed.set_footer(
        text=f"{WORDS['brier'].name}: {WORDS['brier'].means} In brackets: where a number lies 9 "
        "times in 10."
    )
    return Message(embed=embed)


def _rows(board: Board) -> str:
    asked = board.asked
    if not board.members:
        return nobody(board)
    ranked = [_row(row, asked) for row in board.rows if row.rank is not None]
    others = [_row(row, asked) for row in board.rows if row.rank is None]
    if not ranked and asked.page == 1:
        ranked = [no_rank(board)]
    if others:
        others.insert(0, _below(board))
    first = [TOO_CLOSE] if board.too_close else [UNMOVED] if board.unmoved else []
    return "\n".join([*first, *ranked, *([""] if ranked and others else []), *others])


def _settle(board: Board) -> str:
    if board.unmoved:
        return CHANGE_SEATS
    if not board.told_apart:
        return TOO_FEW
    if board.more is None:
        return BY_LUCK
    return (
        f"About {_roughly(board.more)} more questions each, if people go on differing as much as "
        "they do in this table."
    )


def _roughly(count: int) -> str:
    """Round a guess up so that it does not look exact: 7, 35, 250.

    >>> [_roughly(count) for count in (7, 33, 212)]
    ['7', '35', '250']
    """
    step = 1 if count < 10 else 5 if count < 100 else 50
    return f"{-(-count // step) * step:,}"


def progress(row: BoardRow, asked: BoardQuery) -> str:
    """Say how far somebody has come, and what their next questions bring."""
    if row.rank is None and row.questions < asked.minimum:
        left = asked.minimum - row.questions
        more = say_count(left, "more question")
        return f"{more} to a rank: {row.questions} of {asked.minimum} so far."
    needed = INTERVAL_FROM.get(asked.metric)
    if needed is None:
        return f"On {say_count(row.questions, 'question')}; more make the number surer."
    if math.isnan(row.low):
        return (
            f"From {say_count(needed, 'question')} on it has an interval: {row.questions} so far."
        )
    half = (row.high - row.low) / 2
    now, later = (say_value(asked.metric, x).lstrip("+") for x in (half, half / math.sqrt(2)))
    return f"Known to about ±{now}; twice as many questions would make that ±{later}."


def _ranges(board: Board) -> str:
    """Explain brackets and ranges of ranks, where the board has any."""
    said = []
    if any(not math.isnan(row.low) for row in board.rows):
        often = "about 9 times in 10" if board.about else "9 times in 10"
        plain = " the plain mean" if board.asked.metric in SHRUNK else " it"
        said.append(f"In brackets: where{plain} lies {often}, had chance picked other questions.")
    if any(row.ranks for row in board.rows):
        said.append(f"Such as {RANKS}")
    return " ".join(said)


def _below(board: Board) -> str:
    """Return the heading over those without a rank."""
    takes = say_count(board.asked.minimum, "question")
    if _has_enough(board):
        return f"**Without a rank** (it takes {takes} and a number)"
    return f"**On the way** (a rank takes {takes})"


def _has_enough(board: Board) -> bool:
    """Tell whether somebody has no rank in spite of enough questions."""
    return any(row.rank is None and row.questions >= board.asked.minimum for row in board.rows)


def no_rank(board: Board) -> str:
    """Say that nobody has a rank, and what it takes."""
    if _has_enough(board):
        return "Nobody has a rank."
    nobody = f"Nobody has {say_count(board.asked.minimum, 'question')}"
    if board.asked.window.kind != "all":
        return f"{nobody} in this window. `min` asks for fewer."
    if board.asked.past:
        return f"{nobody} yet; {say_count(board.resolved, 'pastcast')} so far."
    return f"{nobody} yet; {board.resolved} resolved so far."


def nobody(board: Board) -> str:
    """Say why the board is empty, and what fills it."""
    if board.rescored is not None:
        return (
            "Scores are being computed again by new rules: "
            f"{board.rescored:,} of {say_count(board.resolved, 'question')} so far. "
            "Look again in a few minutes."
        )
    if board.asked.topic.name:
        return (
            f"No such score on {safe(board.asked.topic.name)} yet. Without `topic` you see all "
            "questions."
        )
    if board.asked.window.kind != "all":
        which = "/leaderboard board:past" if board.asked.past else "/leaderboard"
        return (
            f"No score in this window ({board.asked.window.name()}). `{which}` without a window "
            "shows all time."
        )
    if board.asked.past:
        return _NO_PASTCAST
    return _NOBODY.get(board.asked.metric, _NO_SCORE)


_NO_SCORE = (
    "Nobody has a score yet. Scores appear when a question that was forecast here is resolved "
    "with `/question resolve`."
)
_NO_PASTCAST = (
    "Nobody has such a score on a pastcast yet. `/session start` with the format `pastcast` deals "
    "a question of the past, and reveals what happened the same evening."
)
_NO_COMPANY = (
    "Nobody can be compared yet. That takes a question that two people or more forecast, and that "
    "is resolved with `/question resolve`."
)
_NOBODY: dict[Metric, str] = {
    "edge": _NO_COMPANY,
    "over_time": _NO_COMPANY,
    "peer": _NO_COMPANY,
    "gain": (
        "Nobody has a gain yet. It appears when a question resolves that was taken in a round with "
        "blind forecasts."
    ),
}


def _row(row: BoardRow, asked: BoardQuery) -> str:
    place = f"`{row.rank:>3}.`" if row.rank is not None else "`  ·`"
    name = one_line(row.name, LONGEST_NAME)
    who = f"**{name}** (you)" if row.mine else name
    short = row.rank is None and row.questions < asked.minimum
    count = say_count(asked.minimum if short else row.questions, "question")
    told = [numbers(asked.metric, row, who), f"{row.questions} of {count}" if short else count]
    if row.ranks is not None:
        told.insert(1, f"rank {say_ranks(row.ranks)}")
    return f"{place} {' · '.join(told)}"


def numbers(metric: Metric, row: BoardRow, what: str) -> str:
    """Write the value, whose or what it is, and its interval."""
    interval = say_interval(metric, row.low, row.high)
    told = f"**{say_value(metric, row.value)}** {what}"
    return f"{told} ({interval})" if interval else told


def record(profile: Profile) -> tuple[str, ...]:
    """Say how much a member has forecast, then how well that went, as far as it can be told."""
    live = " on a live question" if profile.past is not None else ""
    if not profile.forecasts and profile.mine:
        return (f"You have no forecast{live} yet. `/forecast` records one, or join a session.",)
    if not profile.forecasts:
        return (f"No forecast{live} yet.",)
    waiting = f"{profile.pending} not settled yet" if profile.pending else "all settled"
    made = (
        f"{say_count(profile.forecasts, 'forecast')} on "
        f"{say_count(profile.questions, 'question')}, {waiting}."
    )
    if profile.rescoring:
        return made, "Scores are being computed again by new rules; look again in a few minutes."
    brier = dict(profile.standings).get("brier")
    if brier is None and profile.recent:
        return (made,)
    if brier is None:
        return made, "Scores appear when the questions resolve."
    return made, _beside_nothing(brier)


def _beside_nothing(brier: BoardRow) -> str:
    """Compare a mean Brier score with that of knowing nothing."""
    if math.isnan(brier.low):
        return f"A mean Brier score is shown from 10 questions on: {brier.questions} so far."
    interval = say_interval("brier", brier.low, brier.high)
    told = f"Mean Brier score: **{say_brier(brier.value)}** ({interval})"
    if brier.high < KNOWING_NOTHING:
        return f"{told}, better than knowing nothing, which earns 0.250."
    if brier.low > KNOWING_NOTHING:
        return f"{told}, worse than knowing nothing, which earns 0.250."
    return f"{told}, not told apart yet from knowing nothing, which earns 0.250."


def _standings(profile: Profile) -> str:
    """List the metrics that have an interval, then what the others still need."""
    sure = [(metric, row) for metric, row in profile.standings if not math.isnan(row.low)]
    rows = [_standing(metric, row) for metric, row in sure]
    waiting = [
        f"{WORDS[metric].name} from {say_count(INTERVAL_FROM[metric], 'question')} "
        f"({row.questions} so far)"
        for metric, row in profile.standings
        if math.isnan(row.low) and metric in INTERVAL_FROM
    ]
    return lines(
        [*rows, *([f"*Not sure enough to show yet: {'; '.join(waiting)}.*"] if waiting else [])]
    )


def _calibration(profile: Profile) -> str:
    said = [profile.calibration] if profile.standings else []
    if profile.numbers is not None:
        said.append(_of_numbers(profile.numbers))
    early = [say_waiting(profile.waiting)] if profile.waiting is not None else []
    return "\n".join([*map(safe, said), *early])


def _of_numbers(found: HitRate) -> str:
    """Say how often 80% intervals held what happened, and whether that fits."""
    low, high = say_share(found.low), say_share(found.high)
    told = (
        f"Of numbers: what happened lay in the 80% interval in {found.hits} of {found.count} "
        f"({low} to {high}, had chance picked other questions)"
    )
    if found.high < ASKED_TO_HOLD:
        return f"{told}: the intervals are too narrow."
    if found.low > ASKED_TO_HOLD:
        return f"{told}: the intervals are wider than they need to be."
    return f"{told}: that fits 80%."


def _moments(moments: Moments) -> str:
    if moments.means:
        rows = [
            f"{MOMENTS[moment]}: **{say_brier(mean.mean)}** ({say_brier(mean.low)} to "
            f"{say_brier(mean.high)})"
            for moment, mean in moments.means
        ]
        return lines(
            [
                *rows,
                f"*On the same {say_count(moments.questions, 'question')}, which have all four.*",
            ]
        )
    if not moments.questions:
        return ""
    return (
        f"Told from {MOMENTS_FROM} questions on that have a forecast at all four moments: "
        f"{moments.questions} so far."
    )


def _recent(line: ProfileLine) -> str:
    details = ", ".join(f"{moment.value} {say_brier(brier)}" for moment, brier in line.briers)
    title = safe(cut(line.title, 90))
    if line.headline is None:
        return f"{title} · {details} (no turn)"
    return f"**{say_brier(line.headline)}** {title} · {details}"


def _standing(metric: Metric, row: BoardRow) -> str:
    name = WORDS[metric].name
    return f"{numbers(metric, row, name)} · {say_count(row.questions, 'question')}"
