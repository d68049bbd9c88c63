"""What one member alone sees in a round: what is behind More, and what is asked first."""

from bot.core.keys import Key
from bot.door.messages import (
    PRIMARY,
    Item,
    Message,
    button,
)
from bot.rounds.member_options import MemberOptions

NOTHING_MORE = "There is nothing more for you to do here now. The card has the rest."


def more_message(options: MemberOptions) -> Message:
    """Offer what the card has no room for, by role and state."""
    items = (*_clock_items(options), *_host_items(options), *_seat_items(options))
    hint = "What would you like to do?" if items else NOTHING_MORE
    return Message(content=hint, items=_in_rows(items))


def no_number_message(at: Key) -> Message:
    """Ask a speaker who wants to finish without a forecast."""
    return Message(
        content=(
            "**No number yet: finish anyway?** You can still record one later; it is then marked "
            "late."
        ),
        items=(
            button("record", at, "Record forecast", PRIMARY),
            button("finish", at, "Finish anyway"),
        ),
    )


def say_extension(seconds: int) -> str:
    """Say a length of time that fits on a button: "2 min", "90 s"."""
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def _clock_items(options: MemberOptions) -> tuple[Item, ...]:
    if options.clock is None:
        return ()
    paused = options.clock == "paused"
    return (
        button("extend", options.at, f"+{say_extension(options.extend_seconds)}"),
        button("resume", options.at, "Resume") if paused else button("pause", options.at, "Pause"),
    )


def _host_items(options: MemberOptions) -> tuple[Item, ...]:
    at = options.at
    items: list[Item] = []
    if options.can_skip:
        items.append(button("skip", at, "Skip"))
    if options.leads and options.undo is not None:
        label = "Undo Skip" if options.undo == "skip" else "Undo Done"
        items.append(button("back", at, label))
    if options.can_change_question:
        items.append(button("change_question", at, "Change question"))
    if options.leads and options.question_closed:
        items.append(button("next_round", at, "Next round"))
        items.append(button("end_session", at, "End the session"))
    return tuple(items)


def _seat_items(options: MemberOptions) -> tuple[Item, ...]:
    items: list[Item] = []
    if options.seated:
        items.append(button("leave", options.at, "Leave"))
    elif options.can_join:
        items.append(button("join", options.at, "Join"))
    if options.can_take_over:
        items.append(button("take_over", options.at, "Take over"))
    return tuple(items)


def _in_rows(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Place the buttons, at most five in a row."""
    for number, item in enumerate(items):
        item.row = number // 5
    return items
