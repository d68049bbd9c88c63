"""How the cards of a round look: blind, turn, cue, final, summary."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import discord

from bot.answers.beliefs import say_belief
from bot.answers.card_words import words_of
from bot.answers.formats import AnswerFormat
from bot.answers.probabilities import Belief
from bot.core.refusals import say_duration, say_people
from bot.core.times.said import it_is
from bot.door.messages import (
    AMBER,
    BLUE,
    GREY,
    PRIMARY,
    SECONDARY,
    SUCCESS,
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
)
from bot.rounds.read_model import (
    About,
    Cue,
    PhaseCard,
    SeatLine,
    StoppedCard,
    TurnCard,
)
from storage.enums import CardKind
from storage.tables import SeatState

# Shorter on a card than in the database: a card is for a glance during a call.
REASON_SHOWN = 120

CLOSED = (
    "**The question has closed: nothing more can be recorded.** What was recorded stays. "
    "**Next round** closes this round and goes on to another question, **End the session** ends it "
    "all; the host or a facilitator presses."
)
NO_NUMBER = "▫️ No number yet\n"
ENDINGS = {
    "done": "This turn is over.",
    "pass": "Passed.",
    "skip": "Skipped. `/session back` undoes it.",
    "time": "Time ran out. **Record forecast** on the newest card still works, marked late.",
    "left": "Left the circle.",
    "back": "Interrupted: the turn before goes on. This one comes next again.",
    "change": "The group takes another question.",
    "end": "The round was ended.",
}


def blind_card(shown: PhaseCard) -> Message:
    """Ask for everybody's private first forecast."""
    about = shown.about
    if about.over:
        return _phase_over(shown, "Blind forecasts are in", "blind forecast")
    ask = (
        "Before anybody speaks: press **Record forecast** and enter your own first guess. "
        "**Nobody sees it until the round closes.**"
    )
    ask = CLOSED if about.closed else ask
    text = f"{_question(about)}\n\n{ask}\n{_until(shown, 'The circle begins')}"
    embed = card(f"Round {about.number} · blind forecast", text, BLUE)
    _add_who(
        embed,
        (
            ("✅ Recorded", shown.recorded),
            ("🆗 Ready without a number", shown.ready),
            ("▫️ Still thinking", shown.waiting),
        ),
    )
    _add_offers(embed, about)
    return Message(embed=embed, items=_phase_items(shown))


def final_card(shown: PhaseCard) -> Message:
    """Offer a last chance to update."""
    about = shown.about
    if about.over:
        return _phase_over(shown, "Last updates are in", "last update")
    ask = (
        "Everybody has spoken. Has something changed your mind? Press **Record forecast** to "
        "update; your latest forecast stands."
    )
    ask = CLOSED if about.closed else ask
    text = f"{_question(about, criteria=False)}\n\n{ask}\n{_until(shown, 'The round closes')}"
    embed = card(f"Round {about.number} · last chance to update", text, AMBER)
    _add_who(embed, (("🆗 Ready", shown.ready), ("▫️ Still may update", shown.waiting)))
    return Message(embed=embed, items=_phase_items(shown))


def stopped_card(shown: StoppedCard) -> Message:
    """Say that the bot was away, and ask whether anybody is there before calling them."""
    about = shown.about
    title = f"Round {about.number} · I was away"
    what = f"**{safe(shown.speaker)}**'s turn" if shown.speaker else "The blind phase"
    ended = f"{what} ended {countdown(shown.ended_at)} while I was away, and I called nobody."
    text = f"{_question(about, criteria=False)}\n\n{ended} {_after_stop(shown)}"
    items = _closing_items(about) if about.closed else _resuming_items(about)
    return Message(embed=card(title, text, AMBER), items=(*items, _more(about)))


def turn_card(shown: TurnCard) -> Message:
    """Show the seat that has the floor, or had it."""
    about = shown.about
    title = f"Round {about.number} · {safe(shown.speaker)} · seat {shown.place}"
    if shown.ended_by is not None:  # how many seats there are may change after this turn
        text = f"{_turn_over_text(shown)}{_nothing_recorded(about)}"
        return Message(embed=card(title, text, GREY), items=_leading_items(about))
    title += f" of {len(shown.seats)}"
    embed = card(title, _turn_text(shown), AMBER if shown.paused_left is not None else BLUE)
    embed.add_field(
        name="The circle",
        value=lines([_seat_line(seat, about.asked) for seat in shown.seats]),
        inline=False,
    )
    if shown.updates:
        rows = [f"{safe(name)}: {say(value, about.asked)}" for name, value in shown.updates]
        embed.add_field(name="Not in the circle", value=lines(rows), inline=False)
    _add_offers(embed, about)
    if not about.closed:
        embed.set_footer(text="Anyone may update at any time: press Record forecast.")
    ping = (shown.speaker_user,) if shown.speaker_user else ()
    who = f"<@{shown.speaker_user}>" if shown.speaker_user else safe(shown.speaker)
    return Message(
        content=f"{who}, you have the floor.", embed=embed, items=_turn_items(shown), pings=ping
    )


def cue_message(cue: Cue) -> Message:
    """Tell the speaker how much time is left."""
    who = f"<@{cue.speaker_user}>" if cue.speaker_user else safe(cue.speaker)
    pings = (cue.speaker_user,) if cue.speaker_user and cue.seconds == 0 else ()
    if cue.spoken:
        # Read aloud by Discord: a name sounds better than a mention.
        who, pings = safe(cue.speaker), ()
    return Message(
        content=_cue_text(cue, who), pings=pings, spoken=cue.spoken, items=_cue_items(cue)
    )


def _cue_items(cue: Cue) -> tuple[Item, ...]:
    """Return what the speaker does next, once the time is up."""
    if cue.seconds:
        return ()
    return _speaking_items(cue.about, recorded=cue.recorded)


def _question(about: About, *, criteria: bool = True) -> str:
    word = "Closed" if about.closed else "Closes"
    closes = f"\n{word} {day(about.closes_at)}." if about.closes_at else ""
    closes = f"\n🕰️ **{it_is(about.as_of)}.**" if about.as_of else closes
    # The card of a dealt question stands just above, with its criteria.
    told = about.criteria if criteria and about.as_of is None else ""
    details = f"\n{safe(cut(told, 500))}" if told else ""
    return f"**{safe(about.question)}**{details}{words_of(about.asked).ask(about.asked)}{closes}"


def _phase_over(shown: PhaseCard, title: str, what: str) -> Message:
    about = shown.about
    text = _question(about, criteria=False)
    if what == "blind forecast":
        text += f"\n\n{_number(shown.recorded)} recorded a {what}."
    if shown.unspoken:
        title = "over before anybody spoke"
    text += _nothing_recorded(about)
    return Message(
        embed=card(f"Round {about.number} · {title}", text, GREY), items=_leading_items(about)
    )


def _number(people: Sequence[str]) -> str:
    return say_people(len(people)).capitalize() if people else "Nobody"


def _nothing_recorded(about: About) -> str:
    """Say what comes next after a round without a summary."""
    if not about.leads_on:
        return ""
    if about.as_of is not None:
        return (
            "\n\nNobody recorded a forecast, so the outcome stays sealed. The host presses **Next "
            "question** or ends the session."
        )
    return (
        "\n\nNobody recorded a forecast, so there is nothing to sum up. The host opens the **Next "
        "round** or ends the session."
    )


def _leading_items(about: About) -> tuple[Item, ...]:
    """Return what a summary would offer, where there is none."""
    if not about.leads_on:
        return ()
    over = button("take_over", about.at, "Take over")
    return (*_closing_items(about), over) if about.host_gone else _closing_items(about)


def _until(shown: PhaseCard, what: str) -> str:
    """Say when the phase ends by itself, and who can end it before that."""
    assert shown.ends_at is not None  # noqa: S101 - a running phase has an end
    if not shown.waiting:
        ends = countdown(shown.ends_at)
        return f"All are ready: anybody's **I'm ready** goes on now, else {what.lower()} {ends}."
    return f"{what} {countdown(shown.ends_at)}, or as soon as all pressed **I'm ready**."


def _add_who(embed: discord.Embed, lists: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    for name, people in lists:
        if people:
            embed.add_field(name=f"{name} ({len(people)})", value=listed(people), inline=False)


def _add_offers(embed: discord.Embed, about: About) -> None:
    """Add who came onto the call after the round had begun."""
    if about.on_call:
        value = f"{listed(about.on_call, 900)}: press **Join** to speak at the end."
        embed.add_field(name="On the call, no seat yet", value=value, inline=False)


def _phase_items(shown: PhaseCard) -> tuple[Item, ...]:
    """Return the buttons of a phase; the coloured one is the next step of most people."""
    about = shown.about
    count = f"{shown.ready_count} of {shown.seated}"
    may_record = bool(shown.waiting) and about.at.kind == CardKind.BLIND
    style = SECONDARY if may_record or about.closed else SUCCESS
    going = (
        button("ready", about.at, f"I'm ready ({count})", style),
        button("move_on", about.at, "Go on"),
    )
    if about.closed:
        return (*going, *_closing_items(about), _more(about))
    record = button("record", about.at, "Record forecast", PRIMARY if may_record else SECONDARY)
    return (record, *going, _more(about))


def _more(about: About) -> Item:
    """Return the button behind which the rest is, by role."""
    return button("more_round", about.at, "More")


def _after_stop(shown: StoppedCard) -> str:
    """Say what can be done in a round that was stopped."""
    if shown.about.closed:
        return CLOSED
    after = f"calls {safe(shown.following)}" if shown.following else "opens the last updates"
    return (
        f"Are you still there? **Resume** {after}; **End the session** closes the round with what "
        "there is. **Record forecast** still works."
    )


def _resuming_items(about: About) -> tuple[Item, ...]:
    return (
        button("resume", about.at, "Resume", SUCCESS),
        button("record", about.at, "Record forecast"),
        button("end_session", about.at, "End the session"),
    )


def _closing_items(about: About) -> tuple[Item, ...]:
    """Return the buttons that still help once the question takes no more forecasts."""
    return (
        next_item(about, PRIMARY),
        button("end_session", about.at, "End the session"),
    )


def next_item(about: About, style: discord.ButtonStyle) -> Item:
    """Return the button to the next question: brought by members, or dealt from the bank."""
    if about.as_of is None:
        return button("next_round", about.at, "Next round", style)
    return button("next_question", about.at, "Next question", style)


def _turn_text(shown: TurnCard) -> str:
    about = shown.about
    question = _question(about, criteria=False)
    if shown.paused_left is not None:
        left = say_duration(timedelta(seconds=shown.paused_left))
        clock = (
            f"⏸️ **The clock is stopped**, {left} left. **Resume**, behind **More**, lets it go on."
        )
    else:
        clock = f"⏳ Ends {countdown(shown.deadline)}."
    following = f" Next: {safe(shown.following)}." if shown.following else " Last in the circle."
    return f"{question}\n\n{clock}{following}\n{_turn_ask(shown)}"


def _turn_ask(shown: TurnCard) -> str:
    about = shown.about
    if about.closed:
        return f"{CLOSED} **{safe(shown.speaker)}** can talk on; **Done** calls the next one."
    to_record = words_of(about.asked).to_record
    return (
        f"**{safe(shown.speaker)}**: think out loud, take the question apart, say what would "
        f"change your mind. Press **Record forecast** when you have {to_record}, and "
        "**Done** when you have finished."
    )


def _turn_over_text(shown: TurnCard) -> str:
    """Say little of a turn that is over: it takes room in the channel."""
    said = f"{_seat_line(shown.said, shown.about.asked)}\n" if shown.said else NO_NUMBER
    ended_by = shown.ended_by or "done"
    if ended_by == "time" and shown.about.closed:
        return f"{said}Time ran out."
    return f"{said}{ENDINGS[ended_by]}"


def _turn_items(shown: TurnCard) -> tuple[Item, ...]:
    about = shown.about
    rest = _closing_items(about) if about.closed else ()
    return (
        *_speaking_items(about, recorded=shown.recorded),
        button("pass", about.at, "Pass"),
        *rest,
        _more(about),
    )


def _speaking_items(about: About, *, recorded: bool) -> tuple[Item, ...]:
    """Return the two steps of a turn; the coloured one comes next."""
    if about.closed:
        return (button("done", about.at, "Done"),)
    return (
        button("record", about.at, "Record forecast", SECONDARY if recorded else PRIMARY),
        button("done", about.at, "Done", SUCCESS if recorded else SECONDARY),
    )


def _seat_line(seat: SeatLine, asked: AnswerFormat) -> str:
    """Say who sits here, with one of three marks: a number, no number yet, away."""
    speaks = seat.state == SeatState.SPEAKING
    mark = "✅" if seat.belief is not None else "▫️"
    sign = "🎙️" if speaks else mark if seat.present else "🚪"
    name = f"**{safe(seat.name)}**" if speaks else safe(seat.name)
    said = f" · **{say(seat.belief, asked)}**" if seat.belief is not None else ""
    late = " (late)" if seat.late else ""
    updated = " (updated)" if seat.updated and not seat.late else ""
    reason = f" · {one_line(seat.reason, REASON_SHOWN)}" if seat.reason else ""
    return f"{sign} {name}{_seat_note(seat)}{said}{late}{updated}{reason}"


def _seat_note(seat: SeatLine) -> str:
    if not seat.present:
        return " (away)"
    note = {SeatState.GAVE_UP: " (gave the seat up)", SeatState.SKIPPED: " (skipped)"}
    if seat.state in note:
        return note[seat.state]
    if seat.state == SeatState.SPOKEN and seat.belief is None:
        return " (no number yet)"
    return " (passed, comes at the end)" if seat.passed and seat.state == SeatState.WAITING else ""


def _cue_text(cue: Cue, who: str) -> str:
    if cue.seconds:
        left = say_duration(timedelta(seconds=cue.seconds))
        return f"{who}, {left} left."
    following = f" {safe(cue.following)}, you are next." if cue.following else ""
    if cue.recorded or cue.about.closed:
        return f"{who}, time. Press **Done** when you have finished your sentence.{following}"
    grace = say_duration(timedelta(seconds=cue.grace_seconds))
    return f"{who}, time. Please record your forecast now: the turn ends in {grace}.{following}"


def say(belief: Belief, asked: AnswerFormat) -> str:
    """Say a forecast, safe for a card."""
    return safe(say_belief(belief, asked))
