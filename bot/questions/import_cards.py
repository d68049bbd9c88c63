"""What a member sees alone of a question that was fetched, before its form opens."""

from bot.answers.card_words import words_of
from bot.core import keys
from bot.core.refusals import say_count
from bot.door.messages import BLUE, PRIMARY, Message, button, card, lines, moment, one_line, safe
from bot.door.selects import word_select
from bot.questions.imports import Fetched
from bot.sources.imported import ImportedQuestion, Several

# As much as fits a phone beside what else is said; the form has all of it.
TITLE, PREVIEW = 100, 120


def fetched(result: Fetched) -> Message:
    """Show a question that was fetched, or ask which of several is meant."""
    if isinstance(result.found, Several):
        return _which(result, result.found)
    return _preview(result, result.found)


def _preview(result: Fetched, found: ImportedQuestion) -> Message:
    text = found.criteria or found.background
    embed = card(one_line(found.title, TITLE), one_line(text, PREVIEW), BLUE)
    if found.closes_at is not None:
        embed.add_field(name="Closes", value=moment(found.closes_at))
    if (field := words_of(found.asked).describe(found.asked)) is not None:
        embed.add_field(name=field.name, value=field.value, inline=field.inline)
    embed.set_footer(text=_about(result.source, found))
    at, label = keys.form(result.draft_id), "Look at it and bring it"
    if not result.alike:
        return Message(embed=embed, items=(button("open_import", at, label, PRIMARY),))
    rows = [f"`{one.id}` {one_line(one.title, 80)}" for one in result.alike]
    said = f"Your group may have it already:\n{lines(rows, 700)}"
    return Message(content=said, embed=embed, items=(button("open_import", at, "Bring it anyway"),))


def _about(source: str, found: ImportedQuestion) -> str:
    """Say where it comes from, and whether there is something to compare with later."""
    where = f"From {source}{', where it is closed already' if found.closed else ''}."
    crowd = "What is said there stays hidden until a round on it closes"
    heard = crowd if found.crowd is not None else found.note
    said = f"{heard[:1].upper()}{heard[1:]}. " if heard else ""
    edit = "You can edit it before it is brought"
    late = f"{edit}; it needs a close date to come." if found.closed else f"{edit}."
    return f"{where} {said}{late}"


def _which(result: Fetched, found: Several) -> Message:
    """Ask which of several questions is meant."""
    options = [(str(index), part.title) for index, part in enumerate(found.parts)]
    at = keys.form(result.draft_id)
    select = word_select("choose_part", at, "Which one?", options, None)
    rest = found.count - len(found.parts)
    more = f" {rest} more are there: copy the address of one of them for it." if rest else ""
    many = say_count(found.count, "question")
    said = f"“{safe(found.title)}” on {result.source} has {many}. Which one do you bring?{more}"
    return Message(content=said, items=(select,))
