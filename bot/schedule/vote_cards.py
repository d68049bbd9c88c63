"""How a vote before the evening is answered, to the member alone."""

from bot.answers.beliefs import say_belief
from bot.door.messages import moment, safe
from bot.questions.service import OwnForecast
from bot.schedule.service import Voted


def voted(vote: Voted, own: OwnForecast) -> str:
    """Say what the vote is for, and the member's own forecast."""
    session = f"**{safe(vote.session)}** on {moment(vote.starts_at)}"
    if not vote.counts:
        return f"Your vote for “{safe(vote.question)}” is taken back. {session} has none of yours."
    so_far = "You have not forecast it: so your forecast in the circle starts blind."
    if own.belief is not None:
        so_far = f"You say **{safe(say_belief(own.belief, own.asked))}** so far."
    return (
        f"Your vote for {session} is “{safe(vote.question)}”. {so_far} Press again to take it "
        "back; a vote for another question moves it."
    )
