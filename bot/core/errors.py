"""Errors that are no answer to a member; those that are stand in `refusals.py`.

StartError                said to the person who starts the process, which then ends
RepeatedInteractionError  the same press again: it is passed over in silence
DeclinedError             an effect cannot be carried out now; the group reads why
"""


class StartError(Exception):
    """Something that keeps the process from starting, said in one line with what to do."""


class RepeatedInteractionError(Exception):
    """The same Discord interaction was delivered again; it has acted already."""


class DeclinedError(Exception):
    """An effect cannot be carried out now; says why, for the group to read."""
