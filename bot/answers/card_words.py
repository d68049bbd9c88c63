"""The table of what cards and pictures say of each kind of question."""

from bot.answers.amounts_words import AmountInWords
from bot.answers.formats import AnswerFormat
from bot.answers.options_words import ChoiceInWords, OrderedInWords
from bot.answers.wording import KindInWords
from bot.answers.yes_no_words import YesOrNoInWords

# In the order in which the form of a question lists them.
WORDS: dict[str, KindInWords] = {
    "binary": YesOrNoInWords(),
    "choice": ChoiceInWords(),
    "ordered": OrderedInWords(),
    "numeric": AmountInWords(),
}


def words_of(asked: AnswerFormat) -> KindInWords:
    """Return the words for a question."""
    return WORDS[asked.kind]
