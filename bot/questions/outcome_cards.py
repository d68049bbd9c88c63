"""How an outcome looks: what happened, one line for each person, and what one member is told."""

import discord

from bot.answers.beliefs import say_belief
from bot.answers.card_words import words_of
from bot.circle.round_cards import add_worth, worth_line
from bot.core.refusals import say_people
from bot.door.messages import (
    AMBER,
    GREEN,
    GREY,
    PRIMARY,
    Layout,
    Message,
    button,
    card,
    day,
    lines,
    moment,
    one_line,
    safe,
)
from bot.questions import score_cards
from bot.questions.crowd_cards import score_row
from bot.questions.history_cards import add_history, say_changed
from bot.questions.own_score import OwnScore
from bot.questions.read_model import NewOutcome, ResolutionCard, ScoreLine
from storage.tables import QuestionState

# With fifty mentions below them these fit in a layout, also if every sign is escaped.
ROOM_FOR_SCORES = 1_500
ROOM_FOR_OBJECTIONS = 500
TITLE = 150
REOPENED = "The question has been reopened, and its scores are gone."
AGAIN = {
    QuestionState.OPEN: " It takes forecasts again.",
    QuestionState.CLOSED: " It has closed, so it waits for its outcome.",
}
NOT_COUNTED = (
    "None of your forecasts counts here: none was made before the outcome was known and the "
    "question closed."
)

NO_SCORES = "Nobody is scored on this question as it stands; every forecast is kept."
KNEW = "You knew this one, so nothing of yours on it is scored."


def resolution_card(shown: ResolutionCard) -> Message:
    """Show what happened, and one line for each person."""
    about = f"-# {one_line(shown.title, TITLE)}"
    details = button("score_details", shown.at, "Details", PRIMARY)
    if shown.outcome is None:
        next_step = AGAIN.get(shown.state, "")
        text = f"**Reopened**\n{about}\n{REOPENED}{next_step}{_changed(shown)}"
        return Message(layout=Layout((text,), _colour(shown)), items=(details,))
    parts = (f"### {verdict(shown)}\n{about}", *_told(shown))
    items = [
        details,
        button("dispute", shown.at, "Dispute"),
        button("resolve", shown.at, "Correct the outcome"),
    ]
    pings = shown.called if shown.is_new else ()
    return Message(layout=Layout(parts, _colour(shown)), items=tuple(items), pings=pings)


def new_outcome_message(shown: NewOutcome) -> Message:
    """Tell those who forecast a question that its outcome is another one now."""
    title = one_line(shown.title, TITLE)
    unscored = "" if shown.scored else " Nobody is scored on it any more."
    news = (
        "has been reopened: its outcome was taken back"
        if shown.outcome is None
        else f"came out **{safe(shown.outcome)}** after all"
    )
    text = f"“{title}” {news}. {say_changed(shown.changed)}{unscored}"
    items = (button("score_details", shown.at, "Details", PRIMARY),)
    return Message(content=f"{_mentions(shown.called)} {text}", items=items, pings=shown.called)


def details_card(own: OwnScore) -> Message:
    """Tell one member their own score first, then everybody's, and what the numbers mean."""
    shown = own.card
    embed = card(f"{verdict(shown)}: {safe(shown.title)}", own_words(own), _colour(shown))
    if shown.lines:
        _add_scores(embed, shown)
    add_history(embed, shown.history)
    return Message(embed=embed)


def _colour(shown: ResolutionCard) -> int:
    if shown.outcome is None:
        return AMBER
    return GREY if shown.state == QuestionState.VOID else GREEN


def _add_scores(embed: discord.Embed, shown: ResolutionCard) -> None:
    rows = [score_cards.score_line(one, shown.asked) for one in shown.lines]
    name = words_of(shown.asked).score_title
    embed.add_field(name=name, value=lines(rows), inline=False)
    if any(not one.headlines for one in shown.lines):
        embed.add_field(name="Without a turn", value=score_cards.NO_TURN, inline=False)
    meaning = score_cards.meaning(shown.asked)
    embed.add_field(name="What the number means", value=meaning, inline=False)
    add_worth(embed, shown.circle)


def verdict(shown: ResolutionCard) -> str:
    """Say in a few words how a question came out."""
    if shown.outcome is None:
        return "Reopened"
    if shown.state == QuestionState.VOID:
        return "Void: nobody is scored"
    said = f"t came out {safe(shown.outcome or '')}"
    return f"Corrected: i{said}" if shown.corrected else f"I{said}"


def _told(shown: ResolutionCard) -> tuple[str, ...]:
    """Return the parts below the verdict, as far as there is something to tell."""
    parts = [f"{_scores(shown) if shown.lines else _unscored(shown)}{_changed(shown)}"]
    if shown.objections:
        rows = [f"**{safe(one.name)}**: {one_line(one.reason, 200)}" for one in shown.objections]
        parts.append(f"⚠️ Disputed\n{lines(rows, ROOM_FOR_OBJECTIONS)}")
    if shown.called:
        parts.append(f"-# {_mentions(shown.called)} **Details** tells you your own score.")
    return tuple(parts)


def _changed(shown: ResolutionCard) -> str:
    """Say on a line of its own whose scores changed, where it is not the first outcome."""
    said = say_changed(shown.changed)
    return f"\n-# {said}" if said else ""


def _unscored(shown: ResolutionCard) -> str:
    if shown.state == QuestionState.VOID:
        return f"A void question is not scored; its forecasts are kept.\n-# {_entered(shown)}"
    if shown.in_round:
        return f"The scores come when the round closes.\n-# {_entered(shown)}"
    return f"No forecast was made before the outcome was known.\n-# {_entered(shown)}"


def score_rows(shown: ResolutionCard) -> str:
    """List who is compared, best first, then who had no turn where others had one.

    Below them stands what the circle was worth, and what the crowd earned.
    """
    ranked = [_row(one, shown) for one in shown.lines if one.headlines]
    others = [f"{_row(one, shown)} (no turn)" for one in shown.lines if not one.headlines]
    title = words_of(shown.asked).score_title
    rows = lines([*ranked, *others], ROOM_FOR_SCORES)
    group = f"\n{worth_line(shown.circle)}" if shown.circle else ""
    beside = f"\n{score_row(shown.crowd, shown.asked)}" if shown.crowd else ""
    return f"-# {title}\n{rows}{group}{beside}"


def _scores(shown: ResolutionCard) -> str:
    who = f" · entered by {safe(shown.entered_by)}" if shown.entered_by else ""
    return f"{score_rows(shown)}\n-# Known {day(shown.known_at)}{who}"


def _row(line: ScoreLine, shown: ResolutionCard) -> str:
    score = line.at_close if line.headline is None else line.headline
    said = words_of(shown.asked).say_score(score, shown.asked)
    bold = f"**{said}**" if line.headlines else said
    return f"{bold} {safe(line.name)} · {_counted(line, shown)}"


def _counted(line: ScoreLine, shown: ResolutionCard) -> str:
    """Say which forecast the score is of."""
    if len(line.headlines) > 1:
        return f"mean of {len(line.headlines)} rounds"
    belief = line.headlines[0] if line.headlines else line.briers[-1][1]
    return safe(say_belief(belief, shown.asked))


def _entered(shown: ResolutionCard) -> str:
    who = f"Entered by {safe(shown.entered_by)}. " if shown.entered_by else ""
    source = f"\nSource: {safe(shown.source)}" if shown.source else ""
    return f"{who}The outcome became known {moment(shown.known_at)}.{source}"


def _mentions(users: tuple[int, ...]) -> str:
    return " ".join(f"<@{user}>" for user in users)


def own_words(own: OwnScore) -> str:
    """Tell a member what their forecast earned, and why."""
    if own.knew:
        return KNEW
    if not own.card.lines:
        return NO_SCORES
    if own.line is None:
        return NOT_COUNTED if own.forecast else "You did not forecast this question."
    asked, line = own.card.asked, own.line
    if line.headline is None:
        score = words_of(asked).say_score(line.at_close, asked)
        return f"You earned **{score}**. {score_cards.NO_TURN}"
    score = words_of(asked).say_score(line.headline, asked)
    return "\n".join([f"You earned **{score}**{_place(own)}", *_because(own, line)])


def _place(own: OwnScore) -> str:
    """Say beside how many others the score is better; nothing of fewer than three people."""
    if own.others < 2:
        return "."
    if own.better:
        level = f", level with {own.level}" if own.level else ""
        return f", better than {own.better} of {own.others}{level}."
    if own.level:
        return f", level with {own.level} of {own.others}."
    return f". The other {say_people(own.others)} came nearer this time."


def _because(own: OwnScore, line: ScoreLine) -> list[str]:
    """Say what the score comes from, where it is of one forecast."""
    if len(line.headlines) != 1:
        return [f"It is the mean of your {len(line.headlines)} rounds."]
    asked, score = own.card.asked, line.headline or 0.0
    outcome = own.card.outcome or ""
    return [f"You {words_of(asked).example(line.headlines[0], outcome, score, asked)}."]
