"""How questions look: the card, the outcome with its scores, the list, the forms."""

from collections.abc import Sequence
from typing import Any

import discord
from discord.ui import Label, Modal, TextInput

from bot import keys
from bot.circle.cards import add_worth
from bot.forecasts.rules import say_probability
from bot.keys import Key
from bot.message import (
    AMBER,
    BLUE,
    DESCRIPTION_LIMIT,
    GREEN,
    GREY,
    PRIMARY,
    Item,
    Message,
    button,
    card,
    countdown,
    lines,
    listed,
    moment,
    one_line,
    safe,
    say_brier,
)
from bot.questions.rules import (
    LONGEST_CRITERIA,
    LONGEST_SOURCE,
    LONGEST_TITLE,
    SHORTEST_TITLE,
)
from bot.questions.service import LONGEST_COMMENT, Listed, Written
from bot.questions.shown import Objection, QuestionCard, ResolutionCard, ScoreLine
from storage.tables import Moment, QuestionState

STATES = {
    QuestionState.PROPOSED: "Proposed: nobody has forecast it yet",
    QuestionState.OPEN: "Open for forecasts",
    QuestionState.CLOSED: "Closed: waiting for the outcome",
    QuestionState.RESOLVED: "Resolved",
    QuestionState.VOID: "Void: not scored",
}
COLOURS = {
    QuestionState.PROPOSED: AMBER,
    QuestionState.OPEN: BLUE,
    QuestionState.CLOSED: GREY,
    QuestionState.RESOLVED: GREEN,
    QuestionState.VOID: GREY,
}
MOMENTS = {
    Moment.BLIND: "blind",
    Moment.TURN: "turn",
    Moment.FINAL: "final",
    Moment.CLOSE: "close",
}


def question_card(shown: QuestionCard) -> Message:
    """A question, and what can be done with it."""
    embed = card(safe(shown.title), safe(shown.criteria), COLOURS[shown.state])
    embed.add_field(name="State", value=_state(shown))
    if shown.closes_at:
        closes = f"{moment(shown.closes_at)}\n({countdown(shown.closes_at)})"
        open_states = {QuestionState.PROPOSED, QuestionState.OPEN}
        embed.add_field(name="Closes" if shown.state in open_states else "Closed", value=closes)
    if shown.source_url:
        embed.add_field(name="Source", value=shown.source_url, inline=False)
    if shown.known_to:
        names = listed(shown.known_to)
        embed.add_field(name="Already forecast by", value=names, inline=False)
    _add_objections(embed, shown.objections)
    author = f"Asked by {shown.author} · " if shown.author else ""
    embed.set_footer(text=f"{author}question {shown.at.id}")
    return Message(embed=embed, items=_question_items(shown))


def resolution_card(shown: ResolutionCard) -> Message:
    """The outcome, the scores, and in words what the numbers mean."""
    if shown.outcome is None:
        text = "The question has been reopened: it takes forecasts again, and its scores are gone."
        return Message(embed=card(f"Reopened: {safe(shown.title)}", text, AMBER))
    embed = card(f"{_verdict(shown)}: {safe(shown.title)}", _resolution_text(shown), _colour(shown))
    if shown.lines:
        rows = [_score_line(line) for line in shown.lines]
        embed.add_field(name="Brier scores, best first", value=lines(rows), inline=False)
        embed.add_field(name="What the number means", value=_meaning(shown), inline=False)
    add_worth(embed, shown.circle)
    _add_objections(embed, shown.objections)
    return Message(embed=embed, items=(button("dispute", shown.at, "Dispute"),))


def question_list(found: Sequence[Listed], state: QuestionState | None) -> Message:
    """Questions, newest first."""
    title = f"Questions: {state.value}" if state else "Questions"
    rows = [_list_line(one) for one in found]
    empty = "None. `/question submit` brings one."
    text = lines(rows, DESCRIPTION_LIMIT, empty=empty)
    embed = card(title, text, BLUE)
    if len(found) == 25:
        embed.set_footer(text="The newest 25. /question show finds the others by title.")
    return Message(embed=embed)


def _state(shown: QuestionCard) -> str:
    if shown.state == QuestionState.RESOLVED and shown.outcome:
        known = f"\nknown {moment(shown.known_at)}" if shown.known_at else ""
        return f"Resolved: **{shown.outcome}**{known}"
    if shown.in_round:
        return "In a round right now"
    return STATES[shown.state]


def _question_items(shown: QuestionCard) -> tuple[Item, ...]:
    resolve = button("resolve", shown.at, "Resolve")
    if shown.state in {QuestionState.PROPOSED, QuestionState.OPEN}:
        return (
            button("record", shown.at, "Forecast", PRIMARY),
            button("mark", shown.at, "Already forecast it"),
            resolve,
        )
    if shown.state == QuestionState.CLOSED:
        return (resolve,)
    return (resolve, button("dispute", shown.at, "Dispute"))


def _add_objections(embed: discord.Embed, raised: Sequence[Objection]) -> None:
    if raised:
        rows = [f"**{safe(one.name)}**: {one_line(one.reason, 200)}" for one in raised]
        embed.add_field(name="⚠️ Disputed", value=lines(rows), inline=False)


def _verdict(shown: ResolutionCard) -> str:
    word = {"yes": "Yes", "no": "No", "void": "Void"}[shown.outcome or "void"]
    return f"Corrected to {word.lower()}" if shown.corrected else word


def _colour(shown: ResolutionCard) -> int:
    return GREY if shown.state == QuestionState.VOID else GREEN


def _resolution_text(shown: ResolutionCard) -> str:
    who = f"Entered by {safe(shown.entered_by)}. " if shown.entered_by else ""
    source = f"\nSource: {safe(shown.source)}" if shown.source else ""
    if shown.state == QuestionState.VOID:
        return f"{who}A void question is not scored; its forecasts are kept.{source}"
    scored = "" if shown.lines else "\nNo forecast was made before the outcome was known."
    return f"{who}The outcome became known {moment(shown.known_at)}.{source}{scored}"


def _score_line(line: ScoreLine) -> str:
    details = "; ".join(
        f"{' = '.join(moments)} {say_probability(said)}: {say_brier(brier)}"
        for moments, said, brier in _together(line)
    )
    return f"**{safe(line.name)} {say_brier(line.headline)}** · {details}"


def _together(line: ScoreLine) -> list[tuple[list[str], float, float]]:
    """Moments with the same forecast in a row are said once: "turn = final = close 50%"."""
    runs: list[tuple[list[str], float, float]] = []
    for when, said, brier in line.briers:
        if runs and runs[-1][1] == said:
            runs[-1][0].append(MOMENTS[when])
        else:
            runs.append(([MOMENTS[when]], said, brier))
    return runs


def _meaning(shown: ResolutionCard) -> str:
    best = shown.lines[0]
    return (
        "A Brier score is the squared distance between the forecast and what happened: 0 is "
        "perfect, 1 is worst, and always saying 50% earns 0.250. Lower is better.\n"
        f"{_in_words(best, shown.outcome or '')}\n"
        "The bold number counts on the leaderboard: the forecast of one's own turn, or outside a "
        "round the last one before the close."
    )


def _in_words(line: ScoreLine, outcome: str) -> str:
    """What one score says, for somebody who has never seen one."""
    said, name = say_probability(line.headline_forecast), safe(line.name)
    ahead = 1 - line.headline**0.5
    how = (
        "very close"
        if ahead >= 0.85
        else "on the right side"
        if ahead > 0.5
        else "no better than a coin"
    )
    if ahead < 0.5:
        how = "on the wrong side"
    return f"{name} said {said} and it came out {outcome}: {how}, so {say_brier(line.headline)}."


def _list_line(one: Listed) -> str:
    state = f"**{one.outcome}**" if one.outcome and one.state == "resolved" else one.state.value
    closes = ""
    if one.closes_at and one.state in {QuestionState.PROPOSED, QuestionState.OPEN}:
        closes = f" · closes {countdown(one.closes_at)}"
    people = f" · {one.forecasters} forecast it" if one.forecasters else ""
    return f"`{one.id}` {safe(one.title)} · {state}{people}{closes}"


def question_form(question_id: int | None = None, written: Written | None = None) -> Modal:
    """The form of a new question, or of one that exists."""
    at = keys.question(question_id or 0)
    action = "edited" if question_id else "submitted"
    title = "Edit the question" if question_id else "Your question"
    form = Modal(title=title, custom_id=f"{action}|{at}", timeout=1800)
    said = written or Written("", "", "", "")
    fields: tuple[tuple[str, str, TextInput[Any]], ...] = (
        (
            "Question",
            "One that can be answered yes or no.",
            TextInput(
                custom_id="title",
                default=said.title or None,
                placeholder="Will X happen by 1 March 2027?",
                min_length=SHORTEST_TITLE,
                max_length=LONGEST_TITLE,
            ),
        ),
        (
            "How will we know?",
            "What counts as yes, and who says so.",
            TextInput(
                custom_id="criteria",
                default=said.criteria or None,
                style=discord.TextStyle.paragraph,
                required=False,
                max_length=LONGEST_CRITERIA,
            ),
        ),
        (
            "When does it close?",
            "No forecasts after that. Leave empty if you don't know.",
            TextInput(
                custom_id="closes",
                default=said.closes or None,
                placeholder="1 March 2027",
                required=False,
                max_length=60,
            ),
        ),
        (
            "Source",
            "A link to where the answer will be.",
            TextInput(
                custom_id="source",
                default=said.source or None,
                placeholder="https://…",
                required=False,
                max_length=LONGEST_SOURCE,
            ),
        ),
    )
    for label, note, field in fields:
        form.add_item(Label(text=label, description=note, component=field))
    return form


def resolve_form(at: Key, title: str) -> Modal:
    """The form behind Resolve."""
    form = Modal(title="Resolve", custom_id=f"resolved|{at}", timeout=1800)
    form.add_item(discord.ui.TextDisplay(f"**{safe(title)}**"))
    outcomes = [
        discord.SelectOption(label="Yes, it happened", value="yes"),
        discord.SelectOption(label="No, it did not", value="no"),
        discord.SelectOption(label="Void: it cannot be answered", value="void"),
    ]
    form.add_item(
        Label(
            text="What happened?",
            component=discord.ui.Select(custom_id="outcome", options=outcomes),
        )
    )
    form.add_item(
        Label(
            text="When did it become known?",
            description="Forecasts made later do not count. Empty means now.",
            component=TextInput(
                custom_id="known_at", placeholder="yesterday 18:00", required=False, max_length=60
            ),
        )
    )
    form.add_item(
        Label(
            text="Where can one see it?",
            component=TextInput(custom_id="source", required=False, max_length=LONGEST_COMMENT),
        )
    )
    return form


def dispute_form(at: Key) -> Modal:
    """The form behind Dispute."""
    form = Modal(title="Dispute the outcome", custom_id=f"disputed|{at}", timeout=1800)
    form.add_item(
        Label(
            text="What is wrong with it?",
            component=TextInput(
                custom_id="reason",
                style=discord.TextStyle.paragraph,
                max_length=LONGEST_COMMENT,
            ),
        )
    )
    return form


def submitted(key: Key) -> str:
    """Said to whoever brought a question."""
    return f"Thank you, your question is in (number {key.id}). A round can take it from now on."


def withdrawn(title: str) -> str:
    """Said to whoever took a question back."""
    return f"“{safe(title)}” is withdrawn."


def resolved(title: str, outcome: str) -> str:
    """Said to whoever entered an outcome."""
    return f"“{safe(title)}” is resolved: **{safe(outcome)}**. The scores are on its card."


def reopened(title: str) -> str:
    """Said to whoever reopened a question."""
    return f"“{safe(title)}” is open again, and its scores are gone."
