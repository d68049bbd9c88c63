"""The table of what cards and pictures say of each kind of question."""

from bot.answers.amounts_words import AmountInWords
from bot.answers.formats import AnswerFormat
from bot.answers.options_words import ChoiceInWords, OrderedInWords
from bot.answers.wording import KindInWords
from bot.answers.yes_no_words import YesOrNoInWords

WORDS: dict[str, KindInWords] = {
    "binary": YesOrNoInWords(),
    "numeric": AmountInWords(),
    "ordered": OrderedInWords(),
    "choice": ChoiceInWords(),
}

# The note of one field for all kinds: Discord has room for 100 characters.
HOW_TO_ASK = (
    "Empty: yes or no. Options: one per line, `ordered` first if they are. A number: "
    "`number in days`."
)


def words_of(asked: AnswerFormat) -> KindInWords:
    """Return the words for a question."""
    return WORDS[asked.kind]
