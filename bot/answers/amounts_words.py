"""What cards say of questions answered by a number."""

from collections.abc import Mapping, Sequence

from bot.answers.amounts import LONGEST_UNIT
from bot.answers.formats import AnswerFormat
from bot.answers.kinds import kind_of
from bot.answers.numbers import say_amount, say_number
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
from bot.door.messages import safe

BOLD_ALONE = (
    f"The bold number is for {COUNTS} On the leaderboards `edge` and `over_time` it counts beside "
    "the others' distances; the other metrics leave it out."
)
_DIGITS = 4
_STEPS = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"))


class AmountInWords:
    """The kind `numeric`."""

    choice = Choice("A number", "How many, how much, how long. Next you say the unit.")
    details: Details | None = Details(
        "unit",
        "What the number counts; leave empty if nothing.",
        "days",
        LONGEST_UNIT,
        required=False,
    )
    picture: PictureName = "ranges"
    to_record = "your numbers"
    score_title = "How far off, best first"
    outcome_names: Mapping[str, str] = {}

    def ask(self, asked: AnswerFormat) -> str:
        """Ask for three numbers."""
        unit = f" in {safe(asked.unit)}" if asked.unit else ""
        return f"\nA number{unit}: forecast a low, a middle and a high one."

    def describe(self, asked: AnswerFormat) -> CardField | None:
        """Name the unit."""
        value = safe(f"a number in {asked.unit}") if asked.unit else "a number"
        return CardField("Answer", value, inline=True)

    def hint(self, asked: AnswerFormat) -> str:
        """Hint at nothing: every answer is possible."""
        return ""

    def form_fields(
        self, asked: AnswerFormat, said: Sequence[str], most: int = MOST_FIELDS
    ) -> list[FormField]:
        """Ask for the three numbers, each in a field that says what it means."""
        unit = f"A number in {asked.unit}. " if asked.unit else ""
        asks = (
            ("Low", f"{unit}One chance in ten that it is less."),
            ("Middle", f"{unit}As likely to be more as to be less."),
            ("High", f"{unit}One chance in ten that it is more."),
        )
        return [
            FormField(name, note, part=at, default=said[at] if said else "")
            for at, (name, note) in enumerate(asks)
        ]

    def outcome_note(self, asked: AnswerFormat) -> str | None:
        """Say in which unit the number is typed."""
        unit = f"A number in {asked.unit}" if asked.unit else "A number"
        return f"{unit}; or void if it cannot be answered."

    def path(self, final: Belief | None, asked: AnswerFormat) -> PathWords:
        """Say the middle."""
        return PathWords(
            lambda belief: _amount(belief.values[1], asked), head="Middle: ", tail=" in the middle"
        )

    def moved(self, before: Belief, after: Belief, who: str, asked: AnswerFormat) -> str:
        """Say whether the middle went up or down."""
        start, end = before.values[1], after.values[1]
        said = _amount(end, asked)
        if _amount(start, asked) == said:
            return f"The group's middle stayed at **{said}** ({who})."
        way = "up" if end > start else "down"
        begun = _amount(start, asked)
        return f"The group's middle moved **{way} from {begun} blind to {said}** ({who})."

    def say_pooled(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say the middle and the range, rounded as no single number was said so."""
        rounded = Belief(values=tuple(float(f"{value:.{_DIGITS}g}") for value in belief.values))
        return safe(kind_of(asked.kind).say(rounded, asked))

    def spread(self, finals: Sequence[Belief], best: Belief, asked: AnswerFormat) -> str:
        """Say the lowest and the highest middle."""
        middles = [belief.values[1] for belief in finals]
        low = say_number(min(middles), _DIGITS)
        return f"Middles at the end: {low} to {_amount(max(middles), asked)}."

    def say_score(self, score: float, asked: AnswerFormat) -> str:
        """Say a distance in the question's unit."""
        return safe(say_amount(score, asked.unit, digits=3))

    def explain_score(self, asked: AnswerFormat) -> tuple[str, str]:
        """Explain the distance."""
        unit = f", in {safe(asked.unit)}" if asked.unit else ""
        said = (
            f"How far the three numbers were from what happened{unit} (CRPS): 0 is perfect, and a "
            "range that is needlessly wide costs too. Lower is better."
        )
        return said, BOLD_ALONE

    def example(self, belief: Belief, outcome: str, score: float, asked: AnswerFormat) -> str:
        """Say the forecast beside what happened."""
        said = safe(kind_of(asked.kind).say(belief, asked))
        return f"said {said} and it came out {safe(outcome)}"

    def say_on_picture(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say the middle and the range with the unit at the end."""
        low, middle, high = (say_number(value, _DIGITS) for value in belief.values)
        return f"{middle} ({low} to {high}) {asked.unit}".strip()

    def say_step(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say the middle alone."""
        return say_number(belief.values[1], _DIGITS)

    def say_tick(self, value: float, digits: int) -> str:
        r"""Say a number shortly, however large it is: "8.1bn".

        >>> say = AmountInWords().say_tick
        >>> say(-2_500_000.0, 4), say(1e15, 4), say(12_300.0, 4)
        ('-2.5M', '1000tn', '12\u202f300')
        """
        step, sign = next((one for one in _STEPS if abs(value) >= one[0]), (1.0, ""))
        return f"{say_number(value / step, digits)}{sign}"


def _amount(value: float, asked: AnswerFormat) -> str:
    return safe(say_amount(value, asked.unit, _DIGITS))
