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


def say_forbidden(error: PermissionError) -> str:
    """Return what to do where the user of this process may not use a file or a folder."""
    return (
        f"{error.filename or 'A file'} is not open to this user ({error.strerror}). Use the "
        "command as the user whom the bot runs as, or change who may read and write there."
    )
