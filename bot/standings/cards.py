"""How standings look: the leaderboard page by page, a calibration, and a member's profile."""

import math

from bot.circle.cards import record_lines
from bot.message import (
    BLUE,
    GREY,
    Item,
    Message,
    Picture,
    button,
    card,
    cut,
    lines,
    one_line,
    safe,
    say_brier,
)
from bot.standings.asked import METRICS, Asked, Metric
from bot.standings.service import Board, BoardRow, Calibration, Profile, ProfileLine
from bot.standings.words import WORDS, say_interval, say_value
from storage.tables import Moment

# What `/leaderboard` offers for its metric: how it reads, and its name.
METRIC_CHOICES = tuple((f"{WORDS[metric].name} ({metric})", metric) for metric in METRICS)
LONGEST_NAME = 32
MOMENTS = {
    Moment.BLIND: "Blind, before anybody spoke",
    Moment.TURN: "In the turn",
    Moment.FINAL: "When the round closed",
    Moment.CLOSE: "When the question closed",
}
INTERVALS = "In brackets: where it would be 9 times in 10, had chance picked other questions."

LEVEL = (
    "The differences are no more than luck explains, so all share the first rank. They stand in "
    "the order of their plain edges; the brackets show how little is known yet."
)


def leaderboard_card(board: Board, picture: Picture | None) -> Message:
    """One page of members, best first, those on the way to a rank below."""
    asked = board.asked
    embed = card(leaderboard_title(board), _rows(board), BLUE if board.members else GREY)
    if board.level:
        embed.add_field(name="All level so far", value=LEVEL, inline=False)
    if board.mine is not None and board.mine[1] != asked.page:
        row, page = board.mine
        embed.add_field(name=f"You, on page {page}", value=_row(row, asked), inline=False)
    endless = [_because(asked.metric, row) for row in board.rows if row.infinite]
    if endless:
        embed.add_field(name="Where a number is endless", value=lines(endless), inline=False)
    embed.set_footer(text=f"{WORDS[asked.metric].means} {INTERVALS}")
    if picture is not None:
        embed.set_image(url=f"attachment://{picture.filename}")
    return Message(embed=embed, picture=picture, items=_turning(board))


def leaderboard_title(board: Board) -> str:
    """Metric and window."""
    asked = board.asked
    page = f", page {asked.page} of {board.pages}" if board.pages > 1 else ""
    return f"Leaderboard: {WORDS[asked.metric].name}, {asked.window.name()}{page}"


def calibration_card(shown: Calibration, picture: Picture | None) -> Message:
    """What a calibration means, over its picture."""
    text = [f"{shown.sentence} {shown.advice}".strip()]
    if shown.of_group:
        text.append(
            "The group's forecast on a question is everybody's, averaged in odds: one forecast a "
            "question, because all share its luck."
        )
    if shown.clipped:
        text.append("In it, 0% and 100% count as 0.1% and 99.9%.")
    if shown.others:
        kinds = f"{shown.others} question{_s(shown.others)} of other kinds"
        text.append(f"{kinds} left out: calibration is about questions with yes or no.")
    embed = card(one_line(calibration_title(shown), 93), "\n".join(map(safe, text)), BLUE)
    embed.set_footer(
        text="Well calibrated: of what is called 80%, eight in ten happen. The forecast that "
        "counts of each resolved yes-or-no question is in it."
    )
    if picture is not None:
        embed.set_image(url=f"attachment://{picture.filename}")
    return Message(embed=embed, picture=picture)


def calibration_title(shown: Calibration) -> str:
    """Whose it is, as plain text."""
    whose = {"you": "yours"}.get(shown.whose, shown.whose)
    return f"Calibration: {whose}"


def profile_card(profile: Profile) -> Message:
    """A member's record."""
    embed = card(safe(profile.name), _record(profile), BLUE)
    if profile.standings:
        rows = [_standing(metric, row) for metric, row in profile.standings]
        embed.add_field(name="Scores over all questions", value=lines(rows), inline=False)
        embed.add_field(name="Calibration", value=safe(profile.calibration), inline=False)
    if profile.means:
        rows = [
            f"{MOMENTS[moment]}: **{say_brier(mean)}** ({count} forecast{_s(count)})"
            for moment, mean, count in profile.means
        ]
        embed.add_field(name="Mean Brier score by moment", value=lines(rows), inline=False)
    if circle := record_lines(profile.circle):
        embed.add_field(name="In the circle", value=lines(circle), inline=False)
    if profile.recent:
        rows = [_recent(line) for line in profile.recent]
        embed.add_field(name="Newest resolved questions", value=lines(rows), inline=False)
    embed.set_footer(text=f"{WORDS['brier'].name}: {WORDS['brier'].means} {INTERVALS}")
    return Message(embed=embed)


def _rows(board: Board) -> str:
    asked = board.asked
    if not board.members:
        return _nobody(board)
    ranked = [_row(row, asked) for row in board.rows if row.rank is not None]
    others = [_row(row, asked) for row in board.rows if row.rank is None]
    if not ranked and asked.page == 1:
        ranked = [_no_rank(board)]
    if others:
        others.insert(0, _below(board))
    return "\n".join([*ranked, *([""] if ranked and others else []), *others])


def _below(board: Board) -> str:
    """Over those without a rank: too few questions, or numbers that have no mean."""
    takes = _questions(board.asked.minimum)
    if _has_enough(board):
        return f"**Without a rank** (it takes {takes} and a number)"
    return f"**On the way** (a rank takes {takes})"


def _has_enough(board: Board) -> bool:
    """Whether somebody has no rank in spite of enough questions."""
    return any(row.rank is None and row.questions >= board.asked.minimum for row in board.rows)


def _no_rank(board: Board) -> str:
    if _has_enough(board):
        return "Nobody has a rank."
    nobody = f"Nobody has {_questions(board.asked.minimum)}"
    if board.asked.window.kind != "all":
        return f"{nobody} in this window. `min` asks for fewer."
    return f"{nobody} yet; {board.resolved} resolved so far."


def _nobody(board: Board) -> str:
    if board.asked.window.kind != "all":
        return (
            f"No score in this window ({board.asked.window.name()}). `/leaderboard` without a "
            "window shows all time."
        )
    if board.asked.metric == "gain":
        return (
            "Nobody has a gain yet. It appears when a question resolves that was taken in a round "
            "with blind forecasts."
        )
    return (
        "Nobody has a score yet. Scores appear when a question that was forecast here is resolved "
        "with `/question resolve`."
    )


def _row(row: BoardRow, asked: Asked) -> str:
    place = f"`{row.rank:>3}.`" if row.rank is not None else "`  ·`"
    name = one_line(row.name, LONGEST_NAME)
    who = f"**{name}** (you)" if row.mine else name
    short = row.rank is None and row.questions < asked.minimum
    count = f"{row.questions} of {asked.minimum}" if short else str(row.questions)
    return f"{place} {_numbers(asked.metric, row, who)} · {count} question{_s(row.questions)}"


def _numbers(metric: Metric, row: BoardRow, what: str) -> str:
    """The value, whose or what it is, and its interval."""
    interval = say_interval(metric, row.low, row.high)
    told = f"**{say_value(metric, row.value)}** {what}"
    return f"{told} ({interval})" if interval else told


def _because(metric: Metric, row: BoardRow) -> str:
    """Why a value is infinite, or undefined for being both."""
    name, on = one_line(row.name, LONGEST_NAME), f"on {_questions(row.infinite)}"
    if metric == "peer" and math.isnan(row.value):
        return f"{name}: {on}, they or others said 0% to what happened; ∞ and −∞ have no mean."
    if metric == "peer" and row.value > 0:
        return f"{name}: {on}, others said 0% to what happened."
    return f"{name} said 0% to what happened {on}."


def _turning(board: Board) -> tuple[Item, ...]:
    """Buttons to the pages beside this one."""
    asked = board.asked
    beside = [(asked.page - 1, "Previous page"), (asked.page + 1, "Next page")]
    return tuple(
        button("turn_page", asked.at(page).key(), label)
        for page, label in beside
        if 1 <= page <= board.pages
    )


def _record(profile: Profile) -> str:
    if not profile.forecasts:
        return "No forecast yet. `/forecast` records one, or join a session."
    made = (
        f"{profile.forecasts} forecast{_s(profile.forecasts)} on {_questions(profile.questions)}, "
        f"{profile.pending} of them not settled yet."
    )
    brier = dict(profile.standings).get("brier")
    if brier is None:
        return made if profile.recent else f"{made}\nScores appear when the questions resolve."
    return f"{made}\nMean Brier score: **{say_brier(brier.value)}**, {_compared(brier.value)}."


def _compared(brier: float) -> str:
    if brier < 0.25:
        return "better than always saying 50% (0.250)"
    return "no better than always saying 50% (0.250)"


def _recent(line: ProfileLine) -> str:
    details = ", ".join(f"{moment.value} {say_brier(brier)}" for moment, brier in line.briers)
    return f"**{say_brier(line.headline)}** {safe(cut(line.title, 90))} · {details}"


def _standing(metric: Metric, row: BoardRow) -> str:
    name = WORDS[metric].name
    return f"{_numbers(metric, row, name)} · {_questions(row.questions)}"


def _questions(count: int) -> str:
    return f"{count} question{_s(count)}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
