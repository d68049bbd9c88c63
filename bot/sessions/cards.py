"""Cards of a live session: the lobby, and the end of the evening."""

from collections.abc import Sequence
from datetime import timedelta

from bot.core import keys
from bot.core.refusals import say_count, say_duration
from bot.door.messages import (
    BLUE,
    FIELD_LIMIT,
    GREEN,
    GREY,
    PRIMARY,
    SECONDARY,
    Item,
    Message,
    button,
    card,
    countdown,
    cut,
    day,
    lines,
    listed,
    one_line,
    safe,
    select,
)
from bot.pastcasts import dealing
from bot.schedule.rules import MOST_PINGS
from bot.sessions.read_model import Ballot, Bank, Choice, Evening, Lobby, RoundLine, pages_of
from bot.sessions.service import Begun
from storage.tables import Order

ORDERS = {
    Order.ROTATE: "whoever has opened least often goes first, ties by lot",
    Order.RANDOM: "by lot",
    Order.MANUAL: "in the order in which you sat down",
}


SCORES_TO_COME = (
    "You can update each forecast with /forecast until its question closes. Scores appear when it "
    "resolves."
)
PAST_SCORES = (
    "What was revealed is scored: /leaderboard board:past. /practice deals you a question alone."
)
BEGIN_AGAIN = "`/session start` begins a new one."
# The value of the choice that leads to the questions for which the card has no room.
MORE = 0
# How many questions the card lists above its select, which has them all; more if they have votes.
LISTED, MOST_LISTED = 5, 10


def lobby_card(lobby: Lobby) -> Message:
    """Return the card before a round: what happens next, who is in, which questions there are."""
    if not lobby.open:
        return _lobby_over(lobby)
    embed = card(f"{safe(lobby.title)} · round {lobby.number}", _next_step(lobby), BLUE)
    heading = f"In the circle ({len(lobby.circle)})"
    embed.add_field(name=heading, value=_names(lobby.circle), inline=False)
    if lobby.on_call:
        embed.add_field(name="On the call, no seat yet", value=_names(lobby.on_call), inline=False)
    if lobby.offered:
        heading = f"Questions to choose from ({lobby.offered:,})"
        embed.add_field(name=heading, value=_choice_lines(lobby), inline=False)
    if lobby.no_thread:
        text = f"I could not start one: {lobby.no_thread} So we stay in this channel."
        embed.add_field(name="Thread", value=cut(text, FIELD_LIMIT), inline=False)
    embed.set_footer(text=f"Order: {ORDERS[lobby.order]}. Host: {lobby.host}.")
    called = lobby.awaited[:MOST_PINGS]
    return Message(
        content=_call(called, len(lobby.awaited) - len(called)),
        embed=embed,
        items=_lobby_items(lobby),
        pings=called if lobby.calls else (),
    )


def ballot_message(ballot: Ballot) -> Message:
    """Return the private page of a lobby's questions, with a vote and other pages to go to."""
    pages = pages_of(ballot.offered)
    mine = f"Your vote: **{safe(ballot.mine)}**." if ballot.mine else "You have no vote yet."
    where = f"Page {ballot.page + 1} of {pages}, the newest questions first."
    here = keys.lobby_page(ballot.at, ballot.page)
    items: list[Item] = []
    if ballot.choices:
        items.append(select("vote_here", here, "Vote for a question", _options(ballot), row=0))
    for step, label in ((-1, "Newer"), (1, "Older")):
        page = ballot.page + step
        if 0 <= page < pages:
            items.append(button("vote_page", keys.lobby_page(ballot.at, page), label, row=1))
    return Message(content=f"{mine} {where}", items=tuple(items))


def begun_message(begun: Begun) -> Message:
    """Return the answer to who started a session by a command."""
    where = "opens in a thread of its own" if begun.in_thread else "is below"
    live = f"The session is live. Its lobby {where} (session {begun.lobby.id})."
    if begun.voice_offer is None:
        return Message(content=live)
    offer = voice_offer(begun)
    return Message(content=f"{live}\n{offer.content}", items=offer.items)


def voice_offer(begun: Begun) -> Message:
    """Offer to meet in the taken voice channel every time."""
    text = f"You are in <#{begun.voice_offer}>, so you meet there: who is in it has a seat."
    return Message(content=text, items=(button("keep_voice", begun.lobby, "Use it every time"),))


def voice_kept(channel_id: int) -> Message:
    """Say that a voice channel is the group's from now on."""
    return Message(content=f"From now on you meet in <#{channel_id}> if a plan says no other.")


def joined(*, seated: bool) -> str:
    """Say to who has joined whether they have a seat in the round that is running."""
    return "You are in the circle." if seated else dealing.SEEN


def evening_card(evening: Evening) -> Message:
    """Return the card at the end of a session: who was there, which rounds."""
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
        embed.set_footer(text=PAST_SCORES if evening.past else SCORES_TO_COME)
    return Message(embed=embed)


def _next_step(lobby: Lobby) -> str:
    """Return the one sentence that says what happens next, and who has to do it."""
    host = safe(lobby.host)
    if lobby.host_gone:
        return f"{host} has left: the next in the circle presses **Take over**."
    if lobby.host_away:
        return f"{host} seems to be away: the next in the circle presses **Take over**."
    begins = f"{host} presses **Start the round** when all are in"
    if lobby.bank is not None:
        return _next_deal(lobby.bank, begins)
    if not lobby.offered:
        return f"**Bring a question**, as there is none to take yet; then {begins}."
    if lobby.picked:
        return f"Next is **{safe(lobby.picked)}**, as the host has picked: **Join**; {begins}."
    return f"**Join** and vote for a question; {begins}."


def _next_deal(bank: Bank, begins: str) -> str:
    """Say how a pastcast goes, and how much the bank has for those in the circle."""
    about = f" about {safe(bank.topic)}" if bank.topic else ""
    if not bank.unseen:
        return (
            f"The bank has no question{about} left that nobody here has seen. **Start the round** "
            "says what helps."
        )
    many = say_count(bank.unseen, "question")
    return (
        f"**Join**; {begins}. I deal a question about the past that nobody here has seen, and "
        f"reveal how it came out when its round closes. {many}{about} left."
    )


def _call(users: Sequence[int], more: int) -> str:
    """Return the sentence to those who said that they come, as long as they are not there."""
    if not users:
        return ""
    who = " ".join(f"<@{user}>" for user in users) + (f" and {more} more" if more else "")
    return f"{who}, we are starting: press **Join** when you are there."


def _names(names: Sequence[str]) -> str:
    return listed(names) if names else "Nobody yet."


def _choice_lines(lobby: Lobby) -> str:
    """Return the questions with votes, then the newest, and how many more there are."""
    wanted = {one.id: one for one in (*lobby.voted, *lobby.choices)}
    shown = max(LISTED, min(len(lobby.voted), MOST_LISTED))
    rows = [_choice_line(one) for one in list(wanted.values())[:shown]]
    left = lobby.offered - len(rows)
    said = lines(rows, FIELD_LIMIT - 40)
    return f"{said}\n… and {left:,} more to vote for below" if left > 0 else said


def _choice_line(choice: Choice) -> str:
    votes = f"**{choice.votes}** vote{'' if choice.votes == 1 else 's'} · " if choice.votes else ""
    closes = f" · closes {countdown(choice.closes_at)}" if choice.closes_at else ""
    known = ""
    if choice.known_to:
        names = ", ".join(safe(name) for name in choice.known_to[:3])
        more = f" and {len(choice.known_to) - 3} more" if len(choice.known_to) > 3 else ""
        known = f" · ⚠️ already forecast by {names}{more}"
    return f"• {votes}{one_line(choice.title, 120)}{closes}{known}"


def _lobby_items(lobby: Lobby) -> tuple[Item, ...]:
    """Return the buttons and the select; the button of the next step alone has a colour."""
    actions = [
        ("join", "Join"),
        ("leave", "Leave"),
        *([("bring", "Bring a question")] if lobby.bank is None else []),
        ("start_round", "Start the round"),
    ]
    if lobby.host_gone or lobby.host_away:
        actions.append(("take_over", "Take over"))
    elif lobby.warm_up:
        actions.append(("warm_up", "Warm-up"))
    first = _coloured(lobby)
    buttons = [
        button(action, lobby.at, label, PRIMARY if action == first else SECONDARY, row=0)
        for action, label in actions
    ]
    if not lobby.choices:
        return tuple(buttons)
    return (*buttons, select("vote", lobby.at, "Vote for a question", _options(lobby), row=1))


def _coloured(lobby: Lobby) -> str:
    """Return the action that comes next: alone, nobody starts a round."""
    if lobby.host_gone or lobby.host_away:
        return "take_over"
    if not lobby.offered and lobby.bank is None:
        return "bring"
    return "start_round" if len(lobby.circle) > 1 else "join"


def _options(page: Lobby | Ballot) -> list[tuple[int, str, str]]:
    """Return a page of questions as the options of a select."""
    options = [(one.id, one.title, _option_note(one)) for one in page.choices]
    left = page.offered - len(options)
    if isinstance(page, Lobby) and left > 0:
        options.append((MORE, "More questions…", f"{left:,} more, in private"))
    return options


def _option_note(choice: Choice) -> str:
    if choice.known_to:
        return f"⚠️ Already forecast by {', '.join(choice.known_to)}"
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
    people = f"{say_count(one.forecasters, 'forecaster')}"
    return f"{one.number}. {safe(one.question)} · {people}{closes}"
