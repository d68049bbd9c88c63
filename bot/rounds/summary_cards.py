"""How the summary of a round looks: one sentence, the picture, one line for each person."""

from datetime import datetime

from bot.answers.formats import AnswerFormat
from bot.circle.round_cards import add_movement
from bot.door.messages import (
    GREEN,
    PRIMARY,
    SUCCESS,
    Item,
    Message,
    Picture,
    button,
    card,
    day,
    lines,
    one_line,
    safe,
)
from bot.rounds import pool_cards
from bot.rounds.cards import say
from bot.rounds.read_model import Summary, SummarySeat


def summary_card(shown: Summary, picture: Picture | None) -> Message:
    """Show what going around the circle did."""
    about = shown.about
    embed = card(f"Round {about.number} · {safe(about.question)}", pool_cards.moved(shown), GREEN)
    embed.add_field(
        name="Seat by seat: blind → turn → final",
        value=lines(
            [_summary_line(seat, about.asked) for seat in shown.seats], empty="Nobody forecast."
        ),
        inline=False,
    )
    words = pool_cards.path_words(shown)
    add_movement(embed, shown.movement, [seat.name for seat in shown.seats], words)
    if shown.final_pool is not None:
        value = pool_cards.pool_lines(shown)
        embed.add_field(name="The group says", value=value, inline=False)
    embed.add_field(name="What happens next", value=_summary_next(shown), inline=False)
    if picture is not None:
        embed.set_image(url=f"attachment://{picture.filename}")
    return Message(embed=embed, items=_summary_items(shown), picture=picture)


def _summary_line(seat: SummarySeat, asked: AnswerFormat) -> str:
    blind, turn, final = (say(belief, asked) if belief is not None else "–" for belief in seat.said)
    late = " (late)" if seat.late else ""
    reason = f" · {one_line(seat.reason, 80)}" if seat.reason else ""
    return f"**{safe(seat.name)}** {blind} → {turn}{late} → {final}{reason}"


def _summary_next(shown: Summary) -> str:
    if shown.about.closed:
        when = "The question has closed: it takes no more forecasts."
    else:
        when = _until_the_close(shown.about.closes_at)
    if shown.session_live and shown.newest:
        return f"{when} The host opens the **Next round** or ends the session."
    return when


def _until_the_close(closes: datetime | None) -> str:
    update = "You can update with **Forecast** until the question closes"
    return f"{update} on {day(closes)}." if closes else f"{update}."


def _summary_items(shown: Summary) -> tuple[Item, ...]:
    at = shown.about.at
    items = [] if shown.about.closed else [button("record", at, "Forecast", PRIMARY)]
    if shown.session_live and shown.newest:
        items += [
            button("next_round", at, "Next round", SUCCESS),
            button("end_session", at, "End the session"),
        ]
        if shown.about.host_gone:
            items.append(button("take_over", at, "Take over"))
    return tuple(items)
