"""Buttons and forms about questions."""

from collections.abc import Mapping
from dataclasses import replace

import discord

from bot.core import drafts
from bot.core.drafts import FilledForm
from bot.core.keys import Key
from bot.door.custom_ids import CustomId
from bot.door.forms import fill
from bot.door.interactions import Door, fields_of
from bot.door.parts import Action
from bot.questions import cards as questions_cards
from bot.questions import form_cards, import_cards, imports, outcome_cards, own_score, watching
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from storage.enums import CardKind

IMPORTED = "imported"


async def bring(door: Door, _at: Key, _values: tuple[str, ...]) -> None:
    """Open the form of a new question."""
    await door.open_for("submitted", form_cards.NEW)


async def new_form(door: Door, at: Key, _typed: Mapping[str, str]) -> discord.ui.Modal:
    """Make the form of a new question, where there is a group that it is for."""
    door.require_group()
    return form_cards.question_form(at if at.kind == CardKind.DRAFT else form_cards.NEW)


async def submitted(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Submit a new question from its form, with the topic that was given before it."""
    sent = await door.sent()
    if at.kind == CardKind.DRAFT:
        sent = await door.do(questions_service.with_topic, at, sent)
        door.note(sent)
    await _save(door, sent)


async def edited(door: Door, _at: Key, _values: tuple[str, ...]) -> None:
    """Save a changed question from its form."""
    await _save(door, await door.sent())


async def edit_form(door: Door, at: Key, _typed: Mapping[str, str]) -> discord.ui.Modal:
    """Make the form of a question that exists, with what it says now."""
    written = await door.do(questions_service.as_written, at.id)
    return fill(form_cards.question_form(at), form_cards.as_sent(at, written).fields)


async def answer(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the second form of a question, for its options or its unit."""
    await door.open_for("answered", at)


async def answered(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Save a question with the options or the unit of its second form.

    Once these can be read, it is the first form in which anything else is corrected.
    """
    first = await _first_form(door, at)
    whole = form_cards.with_details(first, fields_of(door.interaction).get("answers", ""))
    questions_service.check_details(whole.fields)
    door.note(whole)
    await _save(door, whole)


async def details_form(door: Door, at: Key, _typed: Mapping[str, str]) -> discord.ui.Modal:
    """Make the second form of a question, with what it says now."""
    first = await _first_form(door, at)
    return fill(form_cards.details_form(at, first), first.fields)


async def _first_form(door: Door, at: Key) -> FilledForm:
    """Return what was typed about a question before, or what it says now."""
    if at.kind == CardKind.DRAFT:
        return replace(await door.do(drafts.kept, at.id), corrects=at.id)
    return form_cards.as_sent(at, await door.do(questions_service.as_written, at.id))


async def _save(door: Door, sent: FilledForm) -> None:
    form = CustomId.parse(sent.form)
    fetched = form.action == IMPORTED
    save = questions_service.bring_fetched if fetched else questions_service.save
    result = await door.do(save, form.at.id, sent)
    await door.whisper(message=form_cards.saved(result))


async def open_import(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the form of a question that was fetched."""
    await door.open_for(IMPORTED, at)


async def import_form(door: Door, at: Key, _typed: Mapping[str, str]) -> discord.ui.Modal:
    """Make the form of a question that was fetched, filled in."""
    fields = await door.do(imports.form_fields, at.id)
    return fill(form_cards.question_form(at, fetched=True), fields)


async def imported(door: Door, _at: Key, _values: tuple[str, ...]) -> None:
    """Bring a question that was fetched, as its form says."""
    await _save(door, await door.sent())


async def choose_part(door: Door, at: Key, values: tuple[str, ...]) -> None:
    """Fetch the chosen one of several questions behind an address."""
    errand = await door.do(imports.choose, at.id, values)
    found = await door.find(errand.requests)
    await door.replace(import_cards.fetched(await door.do(imports.keep, errand, found)))


async def choose_close(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Save a question with the close that the member has chosen."""
    await door.replace(questions_cards.brought(await door.do(questions_service.choose_close, at)))


async def mark(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Set or remove the member's "Already forecast it" mark."""
    if door.on_card:
        await door.change(at, questions_service.toggle_mark, at)
    else:
        await door.do(questions_service.toggle_mark, at)
        await door.show(at)


async def resolve(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the form of an outcome."""
    await door.open_for("resolved", at)


async def resolve_form(door: Door, at: Key, _typed: Mapping[str, str]) -> discord.ui.Modal:
    """Make the form of an outcome, for those who may enter it."""
    found = await door.do(questions_outcomes.check_may_resolve, at.id)
    return form_cards.resolve_form(at, found)


async def resolved(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Enter an outcome from its form."""
    typed = fields_of(door.interaction)
    entered = await door.do(
        questions_outcomes.resolve,
        at.id,
        outcome=typed.get("outcome", ""),
        known=typed.get("known_at", ""),
        source=typed.get("source", ""),
    )
    await door.whisper(message=questions_cards.resolved(entered))


async def choose_known(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Enter an outcome with the moment that the member has chosen."""
    await door.replace(questions_cards.resolved(await door.do(questions_outcomes.choose_known, at)))


async def accept(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Enter the outcome that a source reports."""
    await door.change(at, watching.accept, at)


async def decline(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Leave the question as it is, whatever its source reports."""
    await door.change(at, watching.decline, at)


async def dispute(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Open the form of a dispute."""
    await door.open_for("disputed", at)


async def dispute_form(door: Door, at: Key, _typed: Mapping[str, str]) -> discord.ui.Modal:
    """Make the form of a dispute, for those who may raise one."""
    await door.do(questions_outcomes.check_may_dispute, at.id)
    return form_cards.dispute_form(at)


async def disputed(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Save a dispute from its form."""
    await door.do(questions_outcomes.dispute, at.id, fields_of(door.interaction).get("reason", ""))
    await door.whisper("Your objection is on the question's card, for the author and facilitators.")


async def score_details(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Tell one member their own score, and what the numbers mean."""
    own = await door.do(own_score.show, at.id)
    await door.whisper(message=outcome_cards.details_card(own))


async def question_in_full(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Show one member the whole text of a question."""
    await door.whisper(message=questions_cards.in_full(await door.do(own_score.read_whole, at)))


_WITH_DETAILS = {CardKind.DRAFT, CardKind.QUESTION}
_WITH_OUTCOME = {CardKind.QUESTION, CardKind.RESOLUTION}
ACTIONS = {
    "open_import": Action(open_import, {CardKind.DRAFT}),
    IMPORTED: Action(imported, {CardKind.DRAFT}, import_form),
    "choose_part": Action(choose_part, {CardKind.DRAFT}),
    "bring": Action(
        bring,
        {
            CardKind.ANNOUNCEMENT,
            CardKind.REMINDER,
            CardKind.LOBBY,
            CardKind.GROUP,
            CardKind.DIGEST,
        },
    ),
    "submitted": Action(submitted, _WITH_DETAILS, new_form),
    "edited": Action(edited, {CardKind.QUESTION}, edit_form),
    "answer": Action(answer, _WITH_DETAILS),
    "answered": Action(answered, _WITH_DETAILS, details_form),
    "choose_close": Action(choose_close, {CardKind.DRAFT}),
    "choose_known": Action(choose_known, {CardKind.DRAFT}),
    "mark": Action(mark, {CardKind.QUESTION}),
    "resolve": Action(resolve, _WITH_OUTCOME),
    "resolved": Action(resolved, _WITH_OUTCOME, resolve_form),
    "accept_outcome": Action(accept, {CardKind.PROPOSAL}),
    "decline_outcome": Action(decline, {CardKind.PROPOSAL}),
    "dispute": Action(dispute, _WITH_OUTCOME),
    "disputed": Action(disputed, _WITH_OUTCOME, dispute_form),
    "question_in_full": Action(question_in_full, {CardKind.QUESTION}),
    "score_details": Action(score_details, {*_WITH_OUTCOME, CardKind.NEW_OUTCOME}),
}
