"""How questions look: the card, the outcome with its scores, the list, the forms."""

import textwrap
from collections.abc import Sequence

import discord

from bot.answers.beliefs import say_belief
from bot.answers.card_words import words_of
from bot.answers.formats import VOID, AnswerFormat
from bot.answers.kinds import say_outcome
from bot.core.refusals import say_count, say_people
from bot.core.times.result import Understood
from bot.core.times.said import it_is, say_moment
from bot.core.typed_times import TimeQuestion
from bot.door.doubt_card import doubt_card
from bot.door.messages import (
    AMBER,
    BLUE,
    DESCRIPTION_LIMIT,
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
    lines,
    listed,
    moment,
    one_line,
    safe,
)
from bot.questions import hint_cards
from bot.questions.entry import Proposed, Resolved
from bot.questions.read_model import Objection, QuestionCard
from bot.questions.service import Brought, Listed, OwnForecast
from storage.tables import QuestionState

STATES = {
    QuestionState.PROPOSED: "Proposed: nobody has forecast it yet",
    QuestionState.OPEN: "Open for forecasts",
    QuestionState.CLOSED: "Closed: waiting for the outcome",
    QuestionState.RESOLVED: "Resolved",
    QuestionState.VOID: "Void: not scored",
}
# Of the names on a question's card, as many characters as are two lines on a phone.
MOST_NAMES = 100
# What a card says fits a phone: characters of title and criteria together, in lines of forty-two.
ROOM = 240
LINE = 42
LEAST = 40
MOST_BUTTONS = 5
COLOURS = {
    QuestionState.PROPOSED: AMBER,
    QuestionState.OPEN: BLUE,
    QuestionState.CLOSED: GREY,
    QuestionState.RESOLVED: GREEN,
    QuestionState.VOID: GREY,
}


def question_card(shown: QuestionCard) -> Message:
    """Show a question, and what can be done with it."""
    embed = card(safe(shown.title), _lead(shown), COLOURS[shown.state])
    embed.add_field(name="State", value=_state(shown))
    _add_answers(embed, shown.asked)
    if shown.closes_at:
        closes = f"{moment(shown.closes_at)} ({countdown(shown.closes_at)})"
        open_states = {QuestionState.PROPOSED, QuestionState.OPEN}
        name = "Closes" if shown.state in open_states else "Close date"
        embed.add_field(name=name, value=closes)
    if shown.source_url and not is_long(shown):
        embed.add_field(name="Source", value=shown.source_url, inline=False)
    _add_forecasts(embed, shown)
    _add_objections(embed, shown.objections)
    author = f"Asked by {shown.author} · " if shown.author else ""
    about = f"about {shown.topic} · " if shown.topic else ""
    embed.set_footer(text=f"{author}{about}question {shown.at.id}")
    return Message(embed=embed, items=_question_items(shown))


def question_list(found: Sequence[Listed], state: QuestionState | None, topic: str = "") -> Message:
    """List questions, newest first."""
    title = f"Questions about {one_line(topic, 60)}" if topic else "Questions"
    title = f"{title}: {state.value}" if state else title
    rows = [_list_line(one) for one in found]
    empty = "None. `/question submit` brings one."
    text = lines(rows, DESCRIPTION_LIMIT, empty=empty)
    embed = card(title, text, BLUE)
    if len(found) == 25:
        embed.set_footer(text="The newest 25. /question show finds the others by title.")
    return Message(embed=embed)


def filed(topic: str) -> str:
    """Tell who changed a question's topic which one it has now."""
    if not topic:
        return "It has no topic any more."
    return f"Its topic is **{safe(topic)}** now. The question's card shows it."


def own_forecast(own: OwnForecast) -> str:
    """Tell a member alone what they have said so far."""
    if own.belief is None:
        return "You have not forecast it yet."
    return f"You say **{safe(say_belief(own.belief, own.asked))}**."


def _lead(shown: QuestionCard) -> str:
    """Invite to the next session, if it may take the question; then say what decides it."""
    criteria = safe(shown.criteria)
    if is_long(shown):
        room = max(LEAST, _room(shown) - len(shown.title))
        criteria = safe(textwrap.shorten(shown.criteria, room, placeholder=" …"))
    if shown.as_of is not None:
        return f"🕰️ **{it_is(shown.as_of)}.**\n\n{criteria}"
    if shown.invitation is None:
        return criteria
    at, votes = shown.invitation.starts_at, shown.invitation.votes
    so_far = f": {say_count(votes, 'vote')} so far." if votes else "."
    ask = f"Shall we take it on {moment(at)} ({countdown(at)})?\n**Vote for it**{so_far}"
    return f"{ask}\n\n{criteria}".strip()


def _add_forecasts(embed: discord.Embed, shown: QuestionCard) -> None:
    """Add who has forecast it, here or elsewhere; the group's number where it may be shown."""
    if not shown.known_to:
        return
    value = listed(shown.known_to, MOST_NAMES)
    if shown.group_says is not None:
        number = words_of(shown.asked).say_pooled(shown.group_says.belief, shown.asked)
        value += f"\nTogether {say_people(shown.group_says.people)} here say **{number}**."
    name = f"Already forecast by {len(shown.known_to)}"
    embed.add_field(name=name, value=value, inline=False)


def _state(shown: QuestionCard) -> str:
    if shown.state == QuestionState.RESOLVED and shown.outcome:
        known = f"\nknown {moment(shown.known_at)}" if shown.known_at else ""
        return f"Resolved: **{safe(shown.outcome)}**{known}"
    if shown.in_round:
        return "In a round right now"
    return STATES[shown.state]


def _add_answers(embed: discord.Embed, asked: AnswerFormat) -> None:
    """Add what can be answered, where it is not yes or no."""
    if (field := words_of(asked).describe(asked)) is not None:
        embed.add_field(name=field.name, value=field.value, inline=field.inline)


def is_long(shown: QuestionCard) -> bool:
    """Tell whether a question says more than its card has room for."""
    source = 2 * LINE if shown.source_url else 0
    return len(shown.title) + len(shown.criteria) + source > _room(shown)


def _room(shown: QuestionCard) -> int:
    return ROOM - (3 * LINE if shown.invitation is not None else 0)


def in_full(shown: QuestionCard) -> Message:
    """Show one member what a question says, whole, with what its source says around it."""
    embed = card(safe(shown.title), safe(shown.criteria), COLOURS[shown.state])
    if shown.source_url:
        embed.add_field(name="Source", value=shown.source_url, inline=False)
    if shown.background:
        background = safe(cut(shown.background, 1000))
        embed.add_field(name="Background", value=background, inline=False)
    return Message(embed=embed)


def _question_items(shown: QuestionCard) -> tuple[Item, ...]:
    """Return the buttons of its state; the next step is coloured."""
    has_more = is_long(shown) or shown.background
    more = (button("question_in_full", shown.at, "Read it all"),) if has_more else ()
    return (*_next_items(shown), *more)[:MOST_BUTTONS]


def _next_items(shown: QuestionCard) -> tuple[Item, ...]:
    if shown.as_of is not None and shown.state != QuestionState.RESOLVED:
        is_open = shown.state == QuestionState.OPEN
        return (button("record", shown.at, "Forecast", PRIMARY),) if is_open else ()
    if shown.state in {QuestionState.PROPOSED, QuestionState.OPEN}:
        return (*_before_close(shown), *_past_outcomes(shown))
    if shown.state == QuestionState.CLOSED:
        return (button("resolve", shown.at, "Resolve", PRIMARY), *_past_outcomes(shown))
    return (
        button("score_details", shown.at, "Details", PRIMARY),
        button("dispute", shown.at, "Dispute"),
        button("resolve", shown.at, "Correct the outcome"),
    )


def _past_outcomes(shown: QuestionCard) -> tuple[Item, ...]:
    """Return the way to outcomes that were taken back, if there were any."""
    return (button("score_details", shown.at, "Details"),) if shown.has_history else ()


def _before_close(shown: QuestionCard) -> tuple[Item, ...]:
    """Return the buttons while it takes forecasts; `/question resolve` is there too."""
    invited = shown.invitation is not None
    vote = [button("vote_for", shown.at, "Vote for it", PRIMARY)] if invited else []
    closeless = shown.closes_at is None and shown.state == QuestionState.OPEN
    return (
        *vote,
        button("record", shown.at, "Forecast", SECONDARY if invited else PRIMARY),
        button("mark", shown.at, "Already forecast it"),
        *([button("resolve", shown.at, "Resolve")] if closeless else []),
    )


def _add_objections(embed: discord.Embed, raised: Sequence[Objection]) -> None:
    if raised:
        rows = [f"**{safe(one.name)}**: {one_line(one.reason, 200)}" for one in raised]
        embed.add_field(name="⚠️ Disputed", value=lines(rows), inline=False)


def _list_line(one: Listed) -> str:
    state = one.state.value
    if one.outcome and one.state == QuestionState.RESOLVED:
        state = f"**{safe(say_outcome(one.outcome, one.asked))}**"
    closes = ""
    if one.closes_at and one.state in {QuestionState.PROPOSED, QuestionState.OPEN}:
        closes = f" · closes {countdown(one.closes_at)}"
    people = f" · {one.forecasters} forecast it" if one.forecasters else ""
    return f"`{one.id}` {safe(one.title)} · {state}{people}{closes}"


def brought(result: Brought | TimeQuestion) -> Message:
    """Tell who brought or changed a question its close, or ask which was meant."""
    if isinstance(result, TimeQuestion):
        return doubt_card(result, "choose_close")
    closes = f"It closes {_said(result.closes)}. " if result.closes else ""
    said = (
        f"Changed. {closes}The question's card shows it."
        if result.changed
        else f"Thank you, your question is in (number {result.id}). {closes}A round can take it "
        "from now on."
    )
    return Message(content="\n".join([said, *hint_cards.hints(result)]))


def withdrawn(title: str) -> str:
    """Tell who took a question back that it is gone."""
    return f"“{safe(title)}” is withdrawn."


def resolved(result: Resolved | Proposed | TimeQuestion) -> Message:
    """Tell who entered an outcome what counts, or ask which moment was meant."""
    if isinstance(result, TimeQuestion):
        return doubt_card(result, "choose_known")
    if isinstance(result, Proposed):
        return _proposed(result)
    title, outcome = safe(result.title), safe(result.outcome)
    known = f"It became known {_said(result.known)}"
    if result.outcome == VOID:
        text = f"“{title}” is void: its forecasts are kept, and nobody is scored. {known}."
    elif result.forecasts and not result.counted:
        text = f"“{title}” is resolved: **{outcome}**. {known}, {_none_counts(result.forecasts)}"
    else:
        text = (
            f"“{title}” is resolved: **{outcome}**. The scores are on its card. {known}"
            f"{_counting(result)}."
        )
    return Message(content=text)


def _proposed(result: Proposed) -> Message:
    text = (
        f"You say that “{safe(result.title)}” came out **{safe(result.outcome)}**, known "
        f"{_said(result.known)}. A second person confirms it on its card; nobody is scored before."
    )
    return Message(content=text)


def _counting(entered: Resolved) -> str:
    if not entered.forecasts:
        return "; nobody has forecast it"
    if entered.counted == entered.forecasts:
        many = "its one forecast counts" if entered.counted == 1 else "every forecast counts"
        return f", so {many}"
    verb = "counts" if entered.counted == 1 else "count"
    return (
        f", so {entered.counted} of {entered.forecasts} forecasts {verb}: the others were made at "
        "that time or later"
    )


def _none_counts(forecasts: int) -> str:
    whose = "its one forecast was" if forecasts == 1 else f"all {forecasts} forecasts were"
    return (
        f"but {whose} made at that time or later: **none counts, and nobody is scored**. If it "
        "became known later, enter it again with that time as `known_at`."
    )


def _said(at: Understood) -> str:
    """Say a moment as it was understood, to the minute, and as each client shows it."""
    minute = at.at.replace(second=0, microsecond=0)
    return f"{say_moment(minute, at.zone)}, which is {moment(at.at)} for you"


def reopened(title: str) -> str:
    """Tell who reopened a question that its scores are gone."""
    return f"“{safe(title)}” has no outcome any more. Its card says what is next."
