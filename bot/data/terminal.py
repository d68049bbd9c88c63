"""A progress bar for whoever waits at a terminal."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import typer

from bot.data.importing import Progress


@contextmanager
def progress() -> Iterator[Progress]:
    """Show how far the work is: one bar for each of its stages, and nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    with ExitStack() as bars:
        shown: dict[str, tuple[typer.progressbar, int]] = {}  # type: ignore[valid-type]

        def show(stage: str, done: int, total: int) -> None:
            if stage not in shown:
                bars.close()  # the bar of the stage before is done
                bar = typer.progressbar(length=total, label=stage, file=sys.stderr)
                shown[stage] = (bars.enter_context(bar), 0)
            bar, before = shown[stage]
            bar.update(done - before)
            shown[stage] = (bar, done)

        yield show
