"""SciPy's special functions, by their names there, loaded when the first of them is called.

They take 16 MB and a quarter of a second. A bot that waits for an evening needs none of them.
"""

from typing import Any

from scoring.loading import LOADING


def __getattr__(name: str) -> Any:
    """Return SciPy's function of this name, and keep it for the next call."""
    with LOADING:
        import scipy.special  # noqa: PLC0415 - see above

    found = globals()[name] = getattr(scipy.special, name)
    return found
