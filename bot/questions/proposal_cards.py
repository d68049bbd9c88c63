"""How it looks when a source reports an outcome, or does not have a question any more."""

from bot.door.messages import (
    AMBER,
    GREY,
    PRIMARY,
    Message,
    button,
    card,
    moment,
    one_line,
    safe,
)
from bot.questions.proposals import ProposalCard, SourceGone

# Three lines on a phone.
TITLE = 110


def proposal_card(shown: ProposalCard) -> Message:
    """Show what a source reports, and who may say whether it counts here."""
    embed = card(f"{shown.source}: {safe(shown.said)}", _ask(shown), AMBER)
    embed.add_field(name="Question", value=one_line(shown.title, TITLE), inline=False)
    if shown.decided:
        embed.description, embed.colour = f"**{safe(shown.decided)}**", GREY
        return Message(embed=embed)
    decline = button("decline_outcome", shown.at, "Decline")
    accept = button("accept_outcome", shown.at, "Accept", PRIMARY)
    items = (decline,) if shown.outcome is None else (accept, decline)
    pings = (shown.user,) if shown.user else ()
    roles = (shown.role,) if shown.role else ()
    return Message(content=_called(shown), embed=embed, items=items, pings=pings, roles=roles)


def _ask(shown: ProposalCard) -> str:
    known = f"known {moment(shown.known_at)}"
    if shown.outcome is None:
        return (
            f"The question here has no such answer ({known}). `/question resolve` enters what it "
            "means here; **Decline** puts this away."
        )
    if shown.void:
        return (
            f"That is neither of the answers, so it would be **void** here ({known}): nobody is "
            "scored. `/question resolve` enters another outcome."
        )
    outcome = safe(shown.outcome)
    return f"Is it **{outcome}** here, too ({known})? Nothing is entered before you say so."


def _called(shown: ProposalCard) -> str:
    """Mention the author and the facilitators' role."""
    role = f"<@&{shown.role}>" if shown.role else "facilitators"
    return f"<@{shown.user}> (or {role})" if shown.user else f"For {role}"


def gone_message(shown: SourceGone) -> Message:
    """Tell the author once that the source does not have the question any more."""
    title = safe(shown.title)
    if shown.over:
        return Message(content=f"{shown.source} did not have “{title}” any more.")
    who = f"<@{shown.user}> " if shown.user else ""
    text = (
        f"{who}{shown.source} does not have “{title}” any more, so I stop looking there. The "
        "question stays as it is; `/question resolve` enters its outcome."
    )
    return Message(content=text, pings=(shown.user,) if shown.user else ())
