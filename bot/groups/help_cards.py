"""The help: what to do now, as far as the group has come, and how an evening goes."""

from collections.abc import Callable

from bot.core import keys
from bot.door.messages import (
    PRIMARY,
    SECONDARY,
    Item,
    Layout,
    Message,
    button,
    countdown,
    moment,
    safe,
)
from bot.groups.help_service import Help, Step


def help_card(found: Help) -> Message:
    """Say where the group is and what comes next, then how an evening goes."""
    now = f"### {_TITLES[found.step]}\n{_NEXT[found.step](found)}"
    return Message(layout=Layout((now, _evening(found))), items=_buttons(found))


_TITLES = {
    Step.NOTHING: "Nothing is planned yet",
    Step.PLANNED: "The next evening is planned",
    Step.LOBBY: "A session is live: the lobby is open",
    Step.BLIND: "A session is live: blind forecasts",
    Step.YOUR_TURN: "It is your turn",
    Step.TURNS: "A session is live: the circle speaks",
    Step.FINAL: "A session is live: last updates",
    Step.STOPPED: "A session is live: its round is stopped",
    Step.BETWEEN: "A session is live: between two rounds",
}


def _nothing(found: Help) -> str:
    say = found.mentions.of
    text = (
        f"{say('session schedule')} plans an evening; {say('session start')} begins one right "
        "now. Bring a question that you have not forecast yet. "
        f"{say('practice')} is for you alone, at any time."
    )
    return f"{_set_up(found)}{text}"


def _planned(found: Help) -> str:
    when = f"{moment(found.until)} ({countdown(found.until)})" if found.until else "soon"
    answer = "You are going." if found.going else "Say that you come, and bring a question."
    return f"{_set_up(found)}**{safe(found.title)}** begins {when}{_at(found)}. {answer}"


def _lobby(found: Help) -> str:
    if not found.seated:
        return f"**{safe(found.title)}** has begun{_at(found)}. **Join** to take a seat."
    return (
        f"You have a seat. Vote for a question on the card{_at(found)}; the host starts the round."
    )


def _blind(found: Help) -> str:
    return (
        f"“{safe(found.question)}” Write down your own first number{_at(found)}: nobody sees it "
        "until the round closes."
    )


def _your_turn(found: Help) -> str:
    until = f" The time is up {countdown(found.until)}." if found.until else " The clock is paused."
    return (
        f"You have the floor on “{safe(found.question)}”{_at(found)}.{until} Think out loud, "
        "record your number, then press **Done** on the card."
    )


def _turns(found: Help) -> str:
    join = "" if found.seated else " **Join** to come at the end of the circle."
    who = f"{safe(found.speaker)} has the floor" if found.speaker else "The circle goes around"
    return f"{who} on “{safe(found.question)}”{_at(found)}. You can record at any time.{join}"


def _final(found: Help) -> str:
    return (
        f"Everybody has spoken on “{safe(found.question)}”{_at(found)}. Record a new number if the "
        "circle has changed your mind; the round closes soon."
    )


def _stopped(found: Help) -> str:
    return (
        f"I was away, so the round on “{safe(found.question)}” waits{_at(found)}. The host presses "
        "**Resume** there, and nothing is lost."
    )


def _between(found: Help) -> str:
    return (
        f"The last round of **{safe(found.title)}** is closed{_at(found)}. The host opens the next."
    )


_NEXT: dict[Step, Callable[[Help], str]] = {
    Step.NOTHING: _nothing,
    Step.PLANNED: _planned,
    Step.LOBBY: _lobby,
    Step.BLIND: _blind,
    Step.YOUR_TURN: _your_turn,
    Step.TURNS: _turns,
    Step.FINAL: _final,
    Step.STOPPED: _stopped,
    Step.BETWEEN: _between,
}


def _evening(found: Help) -> str:
    say = found.mentions.of
    return "\n".join(
        (
            "**How an evening goes**",
            f"1. Everybody brings questions: {say('question submit')}.",
            "2. The group picks one, and each writes down a blind first number.",
            "3. One seat at a time thinks out loud, then records a number.",
            "4. A last update, then a summary: how the group moved.",
            (
                f"5. At home {say('forecast')} updates a number, and {say('question resolve')} "
                f"enters the outcome. Then everybody has a score: {say('leaderboard')}, "
                f"{say('profile')}, {say('circle')}."
            ),
        )
    )


def _set_up(found: Help) -> str:
    if not found.missing:
        return ""
    return f"Not chosen yet: {', '.join(found.missing)}. **Set up** asks for them.\n"


def _at(found: Help) -> str:
    """Say where the card is on which things go on."""
    if found.card is None:
        return ""
    if found.card.message_id is None:
        return f" in <#{found.card.channel_id}>"
    place = f"{found.group_id}/{found.card.channel_id}/{found.card.message_id}"
    return f" in <#{found.card.channel_id}> ([here](https://discord.com/channels/{place}))"


def _buttons(found: Help) -> tuple[Item, ...]:
    """Return the buttons of this step; the first one is the next thing to do."""
    at, here = keys.group(found.group_id), found.card
    offered: list[tuple[str, keys.Key, str]] = []
    if found.missing:
        offered.append(("panel", at, "Set up"))
    if found.may_start and here:
        offered.append(("help_start", here.at, "Start"))
    if found.step is Step.PLANNED and here and not found.going:
        offered.append(("help_going", here.at, "Going"))
    if here and found.step not in {Step.NOTHING, Step.PLANNED} and not found.seated:
        offered.append(("help_join", here.at, "Join"))
    if found.question_id is not None and found.step is not Step.STOPPED:
        offered.append(("record", keys.question(found.question_id), "Record forecast"))
    if found.step in {Step.NOTHING, Step.PLANNED, Step.LOBBY, Step.BETWEEN}:
        offered.append(("bring", at, "Bring a question"))
    if found.step is Step.NOTHING:
        offered.append(("help_start_now", at, "Start a session now"))
    return tuple(
        button(action, key, label, SECONDARY if number else PRIMARY)
        for number, (action, key, label) in enumerate(offered)
    )
