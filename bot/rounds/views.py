"""Buttons of a round. Each names its round and turn.

A pressed card of the group shows the change. What was pressed in a private message is answered
there, in a few words.
"""

from bot.core.keys import Key
from bot.door.interactions import Door
from bot.door.parts import Action
from bot.rounds import member_options, private_cards, summaries, summary_cards
from bot.rounds import service as rounds_service
from storage.enums import CardKind


async def more(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Offer the member alone what the card has no room for."""
    options = await door.do(member_options.read_options, at)
    await door.reply(message=private_cards.more_message(options))


async def done(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """End the speaker's turn; without a number, ask first."""
    try:
        await door.change(at, rounds_service.done_with_number, at)
    except rounds_service.NoNumberYetRefusal as asked:
        await door.reply(message=private_cards.no_number_message(asked.at))


async def finish(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """End the speaker's turn without a number."""
    await door.act(at, "Your turn is over. Thank you!", rounds_service.done, at)


async def give_way(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Pass the turn."""
    await door.change(at, rounds_service.give_way, at)


async def extend(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Give the turn more time."""
    await door.act(
        at, "The turn has more time now. Its card shows until when.", rounds_service.extend, at
    )


async def pause(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Stop the clock."""
    said = "The clock is stopped. **Resume**, behind **More**, lets it go on."
    await door.act(at, said, rounds_service.pause, at)


async def resume(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Let the clock go on, or a stopped round."""
    await door.act(at, "The clock is running again.", rounds_service.resume, at)


async def skip(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Skip the speaker."""
    said = "Skipped. **Undo Skip**, behind **More**, takes it back."
    await door.act(at, said, rounds_service.skip, at)


async def back(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Undo the last skip or Done."""
    await door.act(at, "Undone: that turn goes on.", rounds_service.back, at)


async def ready(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Note that the member is ready for the next phase."""
    await door.change(at, rounds_service.ready, at)


async def round_details(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Tell one member what the circle did, in numbers."""
    shown, own = await door.do(summaries.show, at)
    await door.whisper(message=summary_cards.details_card(shown, own))


async def move_on(door: Door, at: Key, _values: tuple[str, ...]) -> None:
    """Go on before all are ready."""
    await door.change(at, rounds_service.move_on, at)


_RUNNING = {CardKind.BLIND, CardKind.TURN, CardKind.FINAL, CardKind.STOPPED}
_PHASES = {CardKind.BLIND, CardKind.FINAL}
ACTIONS = {
    "more_round": Action(more, _RUNNING),
    "done": Action(done, {CardKind.TURN, CardKind.CUE}),
    "finish": Action(finish, {CardKind.TURN}),
    "pass": Action(give_way, {CardKind.TURN}),
    "extend": Action(extend, {CardKind.TURN}),
    "pause": Action(pause, {CardKind.TURN}),
    "resume": Action(resume, {CardKind.TURN, CardKind.STOPPED}),
    "skip": Action(skip, {CardKind.TURN}),
    "back": Action(back, _RUNNING),
    "ready": Action(ready, _PHASES),
    "move_on": Action(move_on, _PHASES),
    "round_details": Action(round_details, {CardKind.SUMMARY}),
}
