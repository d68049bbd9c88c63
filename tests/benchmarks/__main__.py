"""`make bench`: every benchmark in one run, or those that are named.

    python -m tests.benchmarks                 all of them
    python -m tests.benchmarks forecast turns  two of them
    python -m tests.benchmarks --json          one JSON object a line

Every module `bench_*.py` here is one. Those with `run() -> Sequence[Row]` share this table, the
others print their own. Ratios compare what was measured in the same run, on the same machine.
"""

from __future__ import annotations

import importlib
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from tests.benchmarks.table import HEADING

HERE = Path(__file__).parent


def main(arguments: Sequence[str]) -> None:
    """Runs what is asked for; says what it ran on."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    as_json = "--json" in arguments
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    if unknown := set(names) - set(known):
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {known}")
    if not as_json:
        _introduce()
    for name in names or known:
        module = importlib.import_module(f"tests.benchmarks.bench_{name}")
        _print_rows(name, module, as_json) if hasattr(module, "run") else _run_alone(name, as_json)


def _introduce() -> None:
    load = os.getloadavg()[0]
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    print(f"Python {platform.python_version()}, {machine}, load before the start {load:.1f}")


def _print_rows(name: str, module: ModuleType, as_json: bool) -> None:
    if not as_json:
        print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}\n{HEADING}", flush=True)
    for row in module.run():
        print(row.as_json(name) if as_json else row.as_line(), flush=True)


def _run_alone(name: str, as_json: bool) -> None:
    """One that prints a table of its own; it keeps out of the way of JSON."""
    print(f"\n{name}:", file=sys.stderr if as_json else sys.stdout, flush=True)
    command = [sys.executable, "-m", f"tests.benchmarks.bench_{name}"]
    subprocess.run(command, stdout=sys.stderr if as_json else None, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
