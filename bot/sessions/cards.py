"""How the cards of a live session look: the lobby, and the end of the evening."""

from datetime import timedelta

from bot.message import (
    BLUE,
    GREEN,
    GREY,
    MOST_OPTIONS,
    PRIMARY,
    SUCCESS,
    Item,
    Message,
    button,
    card,
    countdown,
    day,
    lines,
    listed,
    safe,
    select,
)
from bot.rules import say_count, say_duration
from bot.sessions.shown import Choice, Evening, Lobby, RoundLine
from storage.tables import Order

ORDERS = {
    Order.ROTATE: "whoever has opened least often goes first, ties by lot",
    Order.RANDOM: "by lot",
    Order.MANUAL: "in the order in which you sat down",
}


BEGIN_AGAIN = "`/session start` begins a new one."


def lobby_card(lobby: Lobby) -> Message:
    """Before a round: who is in, which question, and what to press."""
    if not lobby.open:
        return _lobby_over(lobby)
    embed = card(f"{safe(lobby.title)} · round {lobby.number}", _what_to_do(lobby), BLUE)
    embed.add_field(
        name=f"In the circle ({len(lobby.circle)})",
        value=lines([f"• {safe(name)}" for name in lobby.circle], empty="Nobody yet."),
    )
    if lobby.on_call:
        names = [f"• {safe(name)}" for name in lobby.on_call]
        embed.add_field(name="On the call, no seat yet", value=lines(names))
    embed.add_field(name="Questions to choose from", value=_choice_lines(lobby), inline=False)
    embed.set_footer(text=f"Order: {ORDERS[lobby.order]}. Host: {lobby.host}.")
    return Message(embed=embed, items=_lobby_items(lobby))


def evening_card(evening: Evening) -> Message:
    """The end of a session."""
    count = len(evening.rounds)
    held = say_count(count, "round")
    lasted = say_duration(timedelta(seconds=round(evening.lasted_seconds / 60) * 60))
    text = f"{held} in {lasted}. Thank you for forecasting together!"
    if evening.by_itself:
        text = f"Nobody did anything any more, so I ended it. {text if count else BEGIN_AGAIN}"
    embed = card(f"{safe(evening.title)} is over", text, GREEN)
    embed.add_field(
        name="Who was there",
        value=listed(evening.circle),
        inline=False,
    )
    if evening.rounds:
        embed.add_field(
            name="What you forecast",
            value=lines([_round_line(one) for one in evening.rounds]),
            inline=False,
        )
        embed.set_footer(
            text="You can update each forecast with /forecast until its question closes. "
            "Scores appear when it resolves."
        )
    return Message(embed=embed)


def _what_to_do(lobby: Lobby) -> str:
    if not lobby.choices:
        ask = "There is no question to take yet: bring one with `/question submit`."
    elif lobby.picked:
        ask = f"The host has picked **{safe(lobby.picked)}**."
    else:
        ask = "Vote for a question below; ties are decided by lot."
        if len(lobby.choices) > MOST_OPTIONS:
            ask += " Not in the list? The host can take it with `/session next`."
    who = "Somebody takes over as host" if lobby.host_gone else f"{safe(lobby.host)} (host)"
    if lobby.host_away and not lobby.host_gone:
        ask += f" {safe(lobby.host)} seems to be away: **Take over** to lead instead."
    return f"**Join** if you want a seat. {ask}\n{who} presses **Start the round** when all are in."


def _choice_lines(lobby: Lobby) -> str:
    return lines([_choice_line(one) for one in lobby.choices], empty="None yet.")


def _choice_line(choice: Choice) -> str:
    votes = f"**{choice.votes}** vote{'' if choice.votes == 1 else 's'} · " if choice.votes else ""
    closes = f" · closes {countdown(choice.closes_at)}" if choice.closes_at else ""
    known = ""
    if choice.known_to:
        names = ", ".join(safe(name) for name in choice.known_to[:3])
        more = f" and {len(choice.known_to) - 3} more" if len(choice.known_to) > 3 else ""
        known = f" · ⚠️ already forecast by {names}{more}"
    return f"• {votes}{safe(choice.title)}{closes}{known}"


def _lobby_items(lobby: Lobby) -> tuple[Item, ...]:
    items: list[Item] = [
        button("join", lobby.at, "Join", SUCCESS, row=0),
        button("leave", lobby.at, "Leave", row=0),
        button("start_round", lobby.at, "Start the round", PRIMARY, row=0),
    ]
    if lobby.host_gone or lobby.host_away:
        items.append(button("take_over", lobby.at, "Take over", row=0))
    if not lobby.choices:
        return tuple(items)
    options = [(one.id, one.title, _option_note(one)) for one in lobby.choices]
    ask = "Vote for a question"
    if len(options) > MOST_OPTIONS:
        ask += f" ({MOST_OPTIONS} of {len(options)}: the most wanted, then the newest)"
    return (*items, select("vote", lobby.at, ask, options, row=1))


def _option_note(choice: Choice) -> str:
    if choice.known_to:
        return f"Already forecast by {', '.join(choice.known_to)}"
    return f"{say_count(choice.votes, 'vote')} so far" if choice.votes else ""


def _lobby_over(lobby: Lobby) -> Message:
    text = (
        f"The round took **{safe(lobby.taken)}**."
        if lobby.taken
        else "No round came of this lobby."
    )
    return Message(embed=card(f"{safe(lobby.title)} · round {lobby.number}", text, GREY))


def _round_line(one: RoundLine) -> str:
    closes = f" · closes {day(one.closes_at)}" if one.closes_at else ""
    people = f"{one.forecasters} forecaster{'' if one.forecasters == 1 else 's'}"
    return f"{one.number}. {safe(one.question)} · {people}{closes}"
