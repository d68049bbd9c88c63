"""What cards say of questions answered by yes or no."""

from collections.abc import Mapping, Sequence

from bot.answers.formats import VOID, AnswerFormat
from bot.answers.probabilities import Belief
from bot.answers.wording import (
    COUNTS,
    MOST_FIELDS,
    CardField,
    Choice,
    Details,
    FormField,
    PathWords,
    PictureName,
)
from bot.answers.yes_no import chance
from bot.core.numbers import say_probability
from bot.door.messages import say_brier

VOID_NAME = "Void: it cannot be answered"
HARDLY = 0.005

YES = PathWords(lambda belief: say_probability(chance(belief)), chance)


class YesOrNoInWords:
    """The kind `binary`."""

    choice = Choice("Yes or no", "A forecast is the chance of yes.")
    details: Details | None = None
    picture: PictureName = "line"
    to_record = "a number"
    score_title = "Brier scores, best first"
    outcome_names: Mapping[str, str] = {
        "yes": "Yes, it happened",
        "no": "No, it did not",
        VOID: VOID_NAME,
    }

    def ask(self, asked: AnswerFormat) -> str:
        """Say nothing: that a forecast is the chance of yes goes without saying."""
        return ""

    def describe(self, asked: AnswerFormat) -> CardField | None:
        """Describe nothing, for the same reason."""
        return None

    def hint(self, asked: AnswerFormat) -> str:
        """Hint at nothing: every answer is possible."""
        return ""

    def form_fields(
        self, asked: AnswerFormat, said: Sequence[str], most: int = MOST_FIELDS
    ) -> list[FormField]:
        """Ask for one chance."""
        so_far = f" Your forecast so far: {said[0]}." if said else ""
        return [FormField("How likely is it?", f"As 70, 70%, 0.7 or 7/10.{so_far}", "70%")]

    def outcome_note(self, asked: AnswerFormat) -> str | None:
        """Let one choose from a list."""
        return None

    def path(self, final: Belief | None, asked: AnswerFormat) -> PathWords:
        """Say the chance of yes."""
        return YES

    def moved(self, before: Belief, after: Belief, who: str, asked: AnswerFormat) -> str:
        """Say whether the chance of yes went up or down."""
        start, end = YES.say(before), YES.say(after)
        change = chance(after) - chance(before)
        if start == end:
            return f"The group stayed at **{end}** ({who})."
        if abs(change) < HARDLY:
            return f"The group hardly moved: {start} blind, **{end}** at the end ({who})."
        way = "up" if change > 0 else "down"
        return f"The group moved **{way} from {start} blind to {end}** ({who})."

    def say_pooled(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say the chance of yes."""
        return YES.say(belief)

    def spread(self, finals: Sequence[Belief], best: Belief, asked: AnswerFormat) -> str:
        """Say the lowest and the highest chance."""
        given = [chance(belief) for belief in finals]
        low, high = say_probability(min(given)), say_probability(max(given))
        return f"Spread at the end: {low} to {high}."

    def say_score(self, score: float, asked: AnswerFormat) -> str:
        """Say a Brier score."""
        return say_brier(score)

    def explain_score(self, asked: AnswerFormat) -> tuple[str, str]:
        """Explain Brier scores."""
        said = (
            "A Brier score is the squared distance between the forecast and what happened: 0 is "
            "perfect, 1 is worst, and always saying 50% earns 0.250. Lower is better."
        )
        return said, f"The bold number counts on the leaderboard: {COUNTS}"

    def example(self, belief: Belief, outcome: str, score: float, asked: AnswerFormat) -> str:
        """Say how near a chance came."""
        return f"said {YES.say(belief)} and it came out {outcome}: {_how_near(score)}"

    def say_on_picture(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say the chance of yes."""
        return YES.say(belief)

    def say_step(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say the chance of yes."""
        return YES.say(belief)

    def say_tick(self, value: float, digits: int) -> str:
        """Say a chance."""
        return say_probability(value)


def _how_near(brier: float) -> str:
    ahead = 1 - brier**0.5
    if ahead >= 0.85:
        return "very close"
    if ahead > 0.5:
        return "on the right side"
    return "on the wrong side" if ahead < 0.5 else "no better than a coin"
