"""How standings look: the leaderboard and a member's profile."""

import math

from bot.message import (
    BLUE,
    DESCRIPTION_LIMIT,
    GREY,
    Message,
    Picture,
    card,
    cut,
    lines,
    safe,
    say_brier,
)
from bot.standings.service import Board, BoardRow, Profile, ProfileLine
from storage.tables import Moment

MOMENTS = {
    Moment.BLIND: "Blind, before anybody spoke",
    Moment.TURN: "In the turn",
    Moment.FINAL: "When the round closed",
    Moment.CLOSE: "When the question closed",
}
EXPLAINED = (
    "Brier score: the squared distance between forecast and outcome. 0 is perfect, 1 is worst, "
    "always saying 50% earns 0.250; lower is better."
)


def leaderboard_card(board: Board, picture: Picture | None) -> Message:
    """Members by mean Brier score, best first."""
    since = f", last {board.days} days" if board.days else ""
    if not board.rows:
        text = (
            "Nobody has a score yet. Scores appear when a question that was forecast here is "
            "resolved with `/question resolve`."
        )
        return Message(embed=card(f"Leaderboard{since}", text, GREY))
    ranked = [_row(row) for row in board.rows if row.rank is not None]
    embed = card(
        f"Leaderboard: mean Brier score{since}",
        lines(ranked, DESCRIPTION_LIMIT - 400, empty=_nobody_yet(board)),
        BLUE,
    )
    newcomers = [_row(row) for row in board.rows if row.rank is None]
    if newcomers:
        name = f"On the way: fewer than {board.minimum} resolved questions"
        embed.add_field(name=name, value=lines(newcomers), inline=False)
    embed.set_footer(text=EXPLAINED)
    if picture is not None:
        embed.set_image(url=f"attachment://{picture.filename}")
    return Message(embed=embed, picture=picture)


def profile_card(profile: Profile) -> Message:
    """A member's record."""
    embed = card(safe(profile.name), _record(profile), BLUE)
    if profile.means:
        rows = [
            f"{MOMENTS[moment]}: **{say_brier(mean)}** ({count} forecast{_s(count)})"
            for moment, mean, count in profile.means
        ]
        embed.add_field(name="Mean Brier score by moment", value=lines(rows), inline=False)
    if profile.circle:
        embed.add_field(name="In the circle", value=lines(profile.circle), inline=False)
    if profile.recent:
        rows = [_recent(line) for line in profile.recent]
        embed.add_field(name="Newest resolved questions", value=lines(rows), inline=False)
    embed.set_footer(text=EXPLAINED)
    return Message(embed=embed)


def _row(row: BoardRow) -> str:
    place = f"`{row.rank:>2}.`" if row.rank is not None else "`  ·`"
    interval = ""
    if not (math.isnan(row.low) or math.isnan(row.high)):
        interval = f" (90%: {say_brier(row.low)} to {say_brier(row.high)})"
    return (
        f"{place} **{say_brier(row.brier)}** {safe(row.name)}{interval} · "
        f"{row.questions} question{_s(row.questions)}"
    )


def _nobody_yet(board: Board) -> str:
    return (
        f"Nobody has {board.minimum} resolved questions yet; {board.resolved} "
        f"question{_s(board.resolved)} resolved so far."
    )


def _record(profile: Profile) -> str:
    if not profile.forecasts:
        return "No forecast yet. `/forecast` records one, or join a session."
    made = (
        f"{profile.forecasts} forecast{_s(profile.forecasts)} on {profile.questions} "
        f"question{_s(profile.questions)}, {profile.pending} of them not settled yet."
    )
    if profile.headline is None:
        return f"{made}\nScores appear when the questions resolve."
    return (
        f"{made}\nMean headline Brier score: **{say_brier(profile.headline)}**, "
        f"{_compared(profile.headline)}."
    )


def _compared(brier: float) -> str:
    if brier < 0.25:
        return "better than always saying 50% (0.250)"
    return "no better than always saying 50% (0.250)"


def _recent(line: ProfileLine) -> str:
    details = ", ".join(f"{moment.value} {say_brier(brier)}" for moment, brier in line.briers)
    return f"**{say_brier(line.headline)}** {safe(cut(line.title, 90))} · {details}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
