"""The one error that scores raise. It knows nothing of Discord."""


class ScoringInputError(ValueError):
    """Input that cannot be scored, with its place and what is allowed.

    Attributes:
        argument: name of the argument as the caller wrote it.
        position: index of the first offending value, or None when the whole argument is wrong.
        value: the offending value as it was given, or what is wrong with the whole (a shape, a
            type).
        allowed: a sentence that says what would have been accepted.

    >>> str(ScoringInputError("probabilities", 2, 1.4, "Each must be between 0 and 1."))
    'probabilities[2] is 1.4. Each must be between 0 and 1.'
    """

    def __init__(self, argument: str, position: int | None, value: object, allowed: str) -> None:
        """Keep the four parts, and make one readable sentence of them."""
        where = argument if position is None else f"{argument}[{position}]"
        super().__init__(f"{where} is {value!r}. {allowed}")
        self.argument = argument
        self.position = position
        self.value = value
        self.allowed = allowed
