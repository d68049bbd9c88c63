"""What a question asks for: its row to the rules, and back. Decides nothing."""

import json

from bot.answers.formats import AnswerFormat, Kind
from storage.tables import Question, QuestionKind

_KINDS: dict[QuestionKind, Kind] = {
    QuestionKind.BINARY: "binary",
    QuestionKind.CHOICE: "choice",
    QuestionKind.ORDERED: "ordered",
    QuestionKind.NUMERIC: "numeric",
}


def asked(question: Question) -> AnswerFormat:
    """Return what answers a question takes."""
    options = tuple(json.loads(question.options)) if question.options else ()
    return AnswerFormat(_KINDS[question.kind], options, question.unit or "")


def ask(question: Question, what: AnswerFormat) -> None:
    """Write down what answers a question takes."""
    question.kind = QuestionKind(what.kind)
    question.options = json.dumps(what.options, ensure_ascii=False) if what.options else None
    question.unit = what.unit or None
