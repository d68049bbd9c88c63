"""How the cards of a round look: blind, turn, cue, final, summary."""

from datetime import datetime, timedelta
from typing import Any

import discord

from bot.circle.round_cards import YES, add_movement, chance_of_yes, ended, same_people
from bot.circle.words import say_people
from bot.core.numbers import say_probability
from bot.forecasts.beliefs.rules import say_belief
from bot.forecasts.rules import Belief
from bot.message import (
    AMBER,
    BLUE,
    DANGER,
    GREEN,
    GREY,
    PRIMARY,
    SUCCESS,
    Item,
    Message,
    Picture,
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
from bot.questions.kinds.rules import Asked, list_options
from bot.rules import say_duration
from bot.sessions.rounds.pools import cards as pool_cards
from bot.sessions.rounds.shown import (
    About,
    Aggregates,
    Cue,
    PhaseCard,
    SeatLine,
    StoppedCard,
    Summary,
    SummarySeat,
    TurnCard,
)
from storage.tables import SeatState

# Shorter on a card than in the database: a card is for a glance during a call.
REASON_SHOWN = 120
HARDLY = 0.005

CLOSED = (
    "**The question has closed: nothing more can be recorded.** What was recorded stays. "
    "**Next round** closes this round and goes on to another question, **End the session** ends it "
    "all; the host or a facilitator presses."
)
ENDINGS = {
    "done": "This turn is over.",
    "pass": "Passed.",
    "skip": "Skipped. `/session back` undoes it.",
    "time": "Time ran out. **Record forecast** on the newest card still works, marked late.",
    "left": "Left the circle.",
    "back": "Interrupted: a skip was undone. This turn comes next again.",
    "end": "The round was ended.",
}


def blind_card(shown: PhaseCard) -> Message:
    """Everybody's private first forecast."""
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
    _add_who(embed, shown, "Recorded", "Still thinking")
    _add_offers(embed, about)
    return Message(embed=embed, items=_phase_items(about))


def final_card(shown: PhaseCard) -> Message:
    """A last chance to update."""
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
    _add_who(embed, shown, "Ready", "Not yet")
    return Message(embed=embed, items=_phase_items(about))


def stopped_card(shown: StoppedCard) -> Message:
    """The bot was away for long: nobody is called before somebody says that they are there."""
    about = shown.about
    title = f"Round {about.number} · I was away"
    what = f"**{safe(shown.speaker)}**'s turn" if shown.speaker else "The blind phase"
    ended = f"{what} ended {countdown(shown.ended_at)} while I was away, and I called nobody."
    if about.over:
        return Message(embed=card(title, f"{ended} The round has gone on since.", GREY))
    text = f"{_question(about, criteria=False)}\n\n{ended} {_after_stop(shown)}"
    items = _closing_items(about) if about.closed else _resuming_items(about)
    return Message(embed=card(title, text, AMBER), items=(*items, *_circle_items(about)))


def turn_card(shown: TurnCard) -> Message:
    """One seat has the floor, or had it."""
    about = shown.about
    title = f"Round {about.number} · {safe(shown.speaker)} · seat {shown.place}"
    if shown.ended_by is not None:  # how many seats there are may change after this turn
        return Message(embed=card(title, _turn_over_text(shown), GREY))
    title += f" of {len(shown.seats)}"
    embed = card(title, _turn_text(shown), AMBER if shown.paused_left is not None else BLUE)
    embed.add_field(
        name="The circle",
        value=lines([_seat_line(seat, about.asked) for seat in shown.seats]),
        inline=False,
    )
    if shown.updates:
        rows = [f"{safe(name)}: {_say(value, about.asked)}" for name, value in shown.updates]
        embed.add_field(name="Updated meanwhile", value=lines(rows), inline=False)
    _add_offers(embed, about)
    if not about.closed:
        embed.set_footer(text="Anyone may update at any time: press Record forecast.")
    ping = (shown.speaker_user,) if shown.speaker_user else ()
    who = f"<@{shown.speaker_user}>" if shown.speaker_user else safe(shown.speaker)
    return Message(
        content=f"{who}, you have the floor.", embed=embed, items=_turn_items(shown), pings=ping
    )


def cue_message(cue: Cue) -> Message:
    """So much time is left, said to the speaker."""
    who = f"<@{cue.speaker_user}>" if cue.speaker_user else safe(cue.speaker)
    pings = (cue.speaker_user,) if cue.speaker_user and cue.seconds == 0 else ()
    if cue.spoken:
        # Read aloud by Discord: a name sounds better than a mention.
        who, pings = safe(cue.speaker), ()
    return Message(content=_cue_text(cue, who), pings=pings, spoken=cue.spoken)


def summary_card(shown: Summary, picture: Picture | None) -> Message:
    """What going around the circle did."""
    about = shown.about
    binary = about.asked.kind == "binary"
    moved = _moved(shown) if binary else pool_cards.moved(shown)
    embed = card(f"Round {about.number} · {safe(about.question)}", moved, GREEN)
    embed.add_field(
        name="Seat by seat: blind → turn → final",
        value=lines(
            [_summary_line(seat, about.asked) for seat in shown.seats], empty="Nobody forecast."
        ),
        inline=False,
    )
    told = YES if binary else pool_cards.told(shown)
    add_movement(embed, shown.movement, [seat.name for seat in shown.seats], told)
    if shown.final_pool is not None:
        said = _aggregate_lines(shown) if binary else pool_cards.pool_lines(shown)
        embed.add_field(name="The group says", value=said, inline=False)
    embed.add_field(name="What happens next", value=_summary_next(shown), inline=False)
    if picture is not None:
        embed.set_image(url=f"attachment://{picture.filename}")
    return Message(embed=embed, items=_summary_items(shown), picture=picture)


def _question(about: About, *, criteria: bool = True) -> str:
    word = "Closed" if about.closed else "Closes"
    closes = f"\n{word} {day(about.closes_at)}." if about.closes_at else ""
    details = f"\n{safe(cut(about.criteria, 500))}" if criteria and about.criteria else ""
    return f"**{safe(about.question)}**{details}{_answers(about.asked)}{closes}"


def _answers(asked: Asked) -> str:
    """What a forecast says, where it is not the chance of yes."""
    if asked.kind == "numeric":
        unit = f" in {safe(asked.unit)}" if asked.unit else ""
        return f"\nA number{unit}: forecast a low, a middle and a high one."
    if not asked.has_options:
        return ""
    order = "in their order" if asked.kind == "ordered" else "in this order"
    return f"\nOptions, {order}: {' · '.join(safe(one) for one in list_options(asked))}"


def _phase_over(shown: PhaseCard, title: str, what: str) -> Message:
    about = shown.about
    count = len(shown.recorded)
    people = f"{count} of {count + len(shown.waiting)}"
    text = f"{_question(about, criteria=False)}\n\n{people} recorded a {what}."
    if what == "last update":
        text = _question(about, criteria=False)
    return Message(embed=card(f"Round {about.number} · {title}", text, GREY))


def _until(shown: PhaseCard, what: str) -> str:
    """When the phase ends by itself, and who can end it before that."""
    assert shown.ends_at is not None  # noqa: S101 - a running phase has an end
    if not shown.waiting:
        return (
            f"Nobody is missing: press **Everyone's ready** to go on, or {what.lower()} "
            f"{countdown(shown.ends_at)}."
        )
    return f"{what} {countdown(shown.ends_at)}, or as soon as **Everyone's ready**."


def _add_who(embed: discord.Embed, shown: PhaseCard, done: str, waiting: str) -> None:
    for name, people in ((done, shown.recorded), (waiting, shown.waiting)):
        if people:
            value = lines([f"• {safe(person)}" for person in people])
            embed.add_field(name=f"{name} ({len(people)})", value=value)


def _add_offers(embed: discord.Embed, about: About) -> None:
    """Who came onto the call after the round had begun."""
    if about.on_call:
        value = f"{listed(about.on_call, 900)}: press **Join** to speak at the end."
        embed.add_field(name="On the call, no seat yet", value=value, inline=False)


def _phase_items(about: About) -> tuple[Item, ...]:
    ready = button("ready", about.at, "Everyone's ready", SUCCESS)
    if about.closed:
        return (ready, *_closing_items(about), *_circle_items(about))
    record = button("record", about.at, "Record forecast", PRIMARY)
    return (record, ready, *_circle_items(about))


def _after_stop(shown: StoppedCard) -> str:
    """What can be done in a round that was stopped."""
    if shown.about.closed:
        return CLOSED
    after = f"calls {safe(shown.following)}" if shown.following else "opens the last updates"
    return (
        f"Are you still there? **Resume** {after}; **End the session** closes the round with what "
        "there is. **Record forecast** still works."
    )


def _resuming_items(about: About) -> tuple[Item, ...]:
    return (
        button("resume", about.at, "Resume", SUCCESS, row=0),
        button("record", about.at, "Record forecast", row=0),
        button("end_session", about.at, "End the session", row=0),
    )


def _closing_items(about: About, row: int = 0) -> tuple[Item, ...]:
    """What still helps once the question takes no more forecasts."""
    return (
        button("next_round", about.at, "Next round", PRIMARY, row=row),
        button("end_session", about.at, "End the session", row=row),
    )


def _circle_items(about: About) -> tuple[Item, ...]:
    """What can be done about one's place in the circle, in the row below."""
    items = [button("join", about.at, "Join", row=1), button("leave", about.at, "Leave", row=1)]
    if about.host_gone:
        items.append(button("take_over", about.at, "Take over", row=1))
    return tuple(items)


def _turn_text(shown: TurnCard) -> str:
    about = shown.about
    question = _question(about, criteria=False)
    if shown.paused_left is not None:
        left = say_duration(timedelta(seconds=shown.paused_left))
        clock = f"⏸️ **The clock is stopped**, {left} left. **Resume** lets it go on."
    else:
        clock = f"⏳ Ends {countdown(shown.deadline)}."
    following = f" Next: {safe(shown.following)}." if shown.following else " Last in the circle."
    return f"{question}\n\n{clock}{following}\n{_turn_ask(shown)}"


def _turn_ask(shown: TurnCard) -> str:
    about = shown.about
    if about.closed:
        return f"{CLOSED} **{safe(shown.speaker)}** can talk on; **Done** calls the next one."
    return (
        f"**{safe(shown.speaker)}**: think out loud, take the question apart, say what would "
        f"change your mind. Press **Record forecast** when you have {_what(about.asked)}, and "
        "**Done** when you have finished."
    )


def _what(asked: Asked) -> str:
    return "a number" if asked.kind == "binary" else "your numbers"


def _turn_over_text(shown: TurnCard) -> str:
    """A turn that is over takes little room in the channel."""
    said = f"{_seat_line(shown.said, shown.about.asked)}\n" if shown.said else ""
    ended_by = shown.ended_by or "done"
    if ended_by == "time" and shown.about.closed:
        return f"{said}Time ran out."
    return f"{said}{ENDINGS[ended_by]}"


def _turn_items(shown: TurnCard) -> tuple[Item, ...]:
    at = shown.about.at
    paused = shown.paused_left is not None
    clock = button("resume", at, "Resume") if paused else button("pause", at, "Pause")
    closed = shown.about.closed
    record = () if closed else (button("record", at, "Record forecast", PRIMARY, row=0),)
    return (
        *record,
        button("done", at, "Done", SUCCESS, row=0),
        button("pass", at, "Pass", row=0),
        button("extend", at, f"+{_short(shown.extend_seconds)}", row=0),
        _in_row(clock, 1),
        button("skip", at, "Skip", DANGER, row=1),
        *_circle_items(shown.about),
        *(_closing_items(shown.about, row=2) if closed else ()),
    )


def _short(seconds: int) -> str:
    """A length of time that fits on a button: "2 min", "90 s"."""
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def _in_row(item: discord.ui.Button[Any], row: int) -> discord.ui.Button[Any]:
    item.row = row
    return item


def _seat_line(seat: SeatLine, asked: Asked) -> str:
    sign = {
        SeatState.SPEAKING: "🎙️",
        SeatState.SPOKEN: "✅",
        SeatState.SKIPPED: "⏭️",
        SeatState.GAVE_UP: "↩️",
        SeatState.WAITING: "▫️",
    }[seat.state]
    name = f"**{safe(seat.name)}**" if seat.state == SeatState.SPEAKING else safe(seat.name)
    said = f" · **{_say(seat.belief, asked)}**" if seat.belief is not None else ""
    late = " (late)" if seat.late else ""
    note = _seat_note(seat)
    reason = f" · {one_line(seat.reason, REASON_SHOWN)}" if seat.reason else ""
    return f"{sign} {name}{note}{said}{late}{reason}"


def _seat_note(seat: SeatLine) -> str:
    if not seat.present:
        return " (left)"
    if seat.state == SeatState.GAVE_UP:
        return " (gave the seat up)"
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


def _moved(shown: Summary) -> str:
    """Say how the same people moved; of too few, where the group ended."""
    compared = shown.movement.compared
    if compared is None:
        return ended(shown.movement, YES)
    before, after = YES.say(compared.before), YES.say(compared.after)
    who = same_people(compared.people)
    change = chance_of_yes(compared.after) - chance_of_yes(compared.before)
    if before == after:
        return f"The group stayed at **{after}** ({who})."
    if abs(change) < HARDLY:
        return f"The group hardly moved: {before} (blind), **{after}** (final; {who})."
    way = "up" if change > 0 else "down"
    return f"The group moved **{way} from {before} (blind) to {after} (final)**: {who}."


def _summary_line(seat: SummarySeat, asked: Asked) -> str:
    blind, turn, final = (
        _say(belief, asked) if belief is not None else "–" for belief in seat.said
    )
    late = " (late)" if seat.late else ""
    reason = f" · {one_line(seat.reason, 80)}" if seat.reason else ""
    return f"**{safe(seat.name)}** {blind} → {turn}{late} → {final}{reason}"


def _say(belief: Belief, asked: Asked) -> str:
    return safe(say_belief(belief, asked))


def _aggregate_lines(shown: Summary) -> str:
    assert shown.final is not None  # noqa: S101 - the caller has looked
    moved = shown.movement
    rows = [_aggregate_line(f"Final ({say_people(moved.final_people)})", shown.final)]
    if shown.blind is not None:
        rows.insert(0, _aggregate_line(f"Blind ({say_people(moved.blind_people)})", shown.blind))
    finals = [seat.final for seat in shown.seats if seat.final is not None]
    low, high = say_probability(min(finals)), say_probability(max(finals))
    return "\n".join([*rows, f"Spread at the end: {low} to {high}."])


def _aggregate_line(name: str, said: Aggregates) -> str:
    return (
        f"{name}: mean {say_probability(said.mean)}, "
        f"median {say_probability(said.median)}, "
        f"mean of odds {say_probability(said.odds_mean)}"
    )


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
