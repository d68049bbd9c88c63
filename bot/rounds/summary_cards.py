"""How the summary of a round looks: one sentence, the picture, one line for each person.

What needs an explanation waits behind Details, which answers one member alone.
"""

import textwrap
from datetime import datetime

from bot.answers.wording import PathWords
from bot.circle.round_cards import add_movement
from bot.core.times.said import say_day
from bot.door.messages import (
    GREEN,
    PICTURE,
    PRIMARY,
    SECONDARY,
    SUCCESS,
    TITLE_LIMIT,
    Item,
    Layout,
    Message,
    Part,
    Picture,
    button,
    card,
    day,
    lines,
    one_line,
    safe,
)
from bot.questions.crowd_cards import crowd_row, score_row
from bot.questions.outcome_cards import own_words, score_rows, verdict
from bot.questions.own_score import OwnScore
from bot.questions.read_model import ResolutionCard
from bot.rounds import pool_cards
from bot.rounds.cards import next_item, say
from bot.rounds.read_model import Summary, SummarySeat
from bot.rounds.reveals import Reveal

# Beside the number of the round on one line of a phone: the picture has the whole title.
SHORT_TITLE = 24
ROOM_FOR_SEATS = 2_800


def summary_card(shown: Summary, picture: Picture | None) -> Message:
    """Show what going around the circle did."""
    if shown.reveal is not None:
        return reveal_card(shown, shown.reveal, picture)
    parts: tuple[Part, ...] = (
        _opening(shown, _title(shown, picture)),
        PICTURE,
        _people(shown),
    )
    return Message(layout=Layout(parts, GREEN), items=_items(shown), picture=picture)


def reveal_card(shown: Summary, reveal: Reveal, picture: Picture | None) -> Message:
    """Show how a question of the past came out, what it earned whom, and what the circle did."""
    outcome = reveal.outcome
    took_part = f"{reveal.forecast} of {reveal.present} forecast"
    moved = "" if outcome.circle else f"\n{pool_cards.moved(shown)}"  # which says it again
    opening = f"### {verdict(outcome)}{moved}\n-# {_title(shown, picture)} · {took_part}"
    earned = score_rows(outcome) if outcome.lines else _nobody_scored(outcome)
    parts: tuple[Part, ...] = (opening, PICTURE, f"{earned}\n{_where_from(reveal)}")
    return Message(layout=Layout(parts, GREEN), items=_items(shown), picture=picture)


def details_card(shown: Summary, own: OwnScore | None = None) -> Message:
    """Show one member what the circle did, the group's numbers, and everybody's reasons.

    Where the outcome is revealed, their own score comes first.
    """
    about, words = shown.about, pool_cards.path_words(shown)
    rows = [_in_full(seat, shown) for seat in shown.seats]
    said = lines(rows, ROOM_FOR_SEATS, empty="Nobody forecast.")
    earned = f"{own_words(own)}\n\n" if own is not None else ""
    text = f"{earned}{pool_cards.moved(shown)}\n\n**Blind → turn → final, and why**\n{said}"
    embed = card(f"Round {about.number} · {safe(about.question)}", text, GREEN)
    add_movement(embed, shown.movement, [seat.name for seat in shown.seats], words)
    if shown.final_pool is not None:
        value = pool_cards.pool_lines(shown)
        embed.add_field(name="The group says", value=value, inline=False)
    if shown.crowd is not None:
        value = crowd_row(shown.crowd, about.asked)
        embed.add_field(name="The crowd beside us", value=value, inline=False)
    return Message(embed=embed)


def _title(shown: Summary, picture: Picture | None) -> str:
    """Say which question it was, shortly if the picture has its whole title."""
    whole = shown.about.question
    title = textwrap.shorten(whole, SHORT_TITLE, placeholder=" …") if picture else whole
    return one_line(title, TITLE_LIMIT)


def _opening(shown: Summary, title: str) -> str:
    """Say in one sentence what happened, then which question it was."""
    return f"{pool_cards.moved(shown)}\n-# Round {shown.about.number} · {title}"


def _people(shown: Summary) -> str:
    words = pool_cards.path_words(shown)
    rows = [_seat_line(seat, words) for seat in shown.seats]
    told = lines(rows, ROOM_FOR_SEATS, empty="Nobody forecast.")
    return f"-# {words.head}blind → turn → final\n{told}\n-# {_what_next(shown)}"


def _seat_line(seat: SummarySeat, words: PathWords) -> str:
    blind, turn, final = (words.say(one) if one is not None else "–" for one in seat.said)
    return f"**{safe(seat.name)}** {blind} → {turn}{_late(seat)} → {final}"


def _in_full(seat: SummarySeat, shown: Summary) -> str:
    asked = shown.about.asked
    blind, turn, final = (say(one, asked) if one is not None else "–" for one in seat.said)
    reason = f" · {one_line(seat.reason, 200)}" if seat.reason else ""
    return f"**{safe(seat.name)}** {blind} → {turn}{_late(seat)} → {final}{reason}"


def _late(seat: SummarySeat) -> str:
    return " (late)" if seat.late else ""


def _what_next(shown: Summary) -> str:
    if shown.about.as_of is not None:
        return (
            "Its outcome cannot be opened, as its key is gone, so nobody is scored. Whoever runs "
            "the bot can put the old DOJO_SECRET_KEY back."
        )
    if shown.about.closed:
        return "The question has closed: it takes no more forecasts."
    return _until_the_close(shown.about.closes_at)


def _until_the_close(closes: datetime | None) -> str:
    update = "You can update with **Forecast** until the question closes"
    return f"{update} on {day(closes)}." if closes else f"{update}."


def _nobody_scored(outcome: ResolutionCard) -> str:
    crowd = f"\n{score_row(outcome.crowd, outcome.asked)}" if outcome.crowd else ""
    return f"Nobody's forecast counts.{crowd}"


def _where_from(reveal: Reveal) -> str:
    """Say when the outcome was known, and where that stands."""
    known = f"-# Known by {say_day(reveal.known_at)}"
    source = f" · {one_line(reveal.source, 200)}" if reveal.source else ""
    address = f" · <{reveal.source_url}>" if reveal.source_url else ""
    count = f"question {reveal.number} of {reveal.wanted}" if reveal.wanted else ""
    return f"{known}{source}{address}" + (f"\n-# That was {count}." if count else "")


def _items(shown: Summary) -> tuple[Item, ...]:
    """Return the buttons; the next step alone is coloured."""
    at = shown.about.at
    leads_on = shown.session_live and shown.newest
    items: list[Item] = [button("round_details", at, "Details")]
    if not shown.about.closed:
        items.append(button("record", at, "Forecast", SECONDARY if leads_on else PRIMARY))
    if leads_on:
        over = shown.reveal is not None and shown.reveal.is_last
        items += [
            next_item(shown.about, SECONDARY if over else SUCCESS),
            button("end_session", at, "End the session", SUCCESS if over else SECONDARY),
        ]
        if shown.about.host_gone:
            items.append(button("take_over", at, "Take over"))
    return tuple(items)
