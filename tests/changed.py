"""Run the tests of the files that have changed: `make changed`, or `make changed SINCE=<commit>`.

A test belongs to a changed file when it mirrors the file's place or imports it. It is a quick look
while one works; what imports the changed file by a long way only the whole suite finds.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
ALWAYS = ("tests/test_architecture.py", "tests/test_docs.py")
# Stories and faults are run when they were changed themselves.
SLOW = ("stories", "faults")


def changed_files(since: str) -> set[str]:
    """Return the files that differ from the commit where this branch left `since`, or are new."""
    base = _git("merge-base", since, "HEAD")
    return {
        *_git("diff", "--name-only", *base),
        *_git("ls-files", "--others", "--exclude-standard"),
    }


def choose(changed: Collection[str]) -> list[str]:
    """Return the test files that mirror the changed files, import them, or are among them."""
    files = {path for path in changed if path.endswith(".py")}
    every = sorted(path.relative_to(ROOT) for path in ROOT.glob("tests/**/test_*.py"))
    folders = {str(Path(one).parent) for one in files if Path(one).name == "conftest.py"}
    wanted = files | {name for one in files for name in _mirrors(one)}
    modules = {_module(one) for one in files if Path(one).name != "conftest.py"}
    found = {
        str(test)
        for test in every
        if str(test) in wanted
        or folders & {str(parent) for parent in test.parents}
        or (test.parts[1] not in SLOW and modules & _imports(ROOT / test))
    }
    return sorted({*found, *ALWAYS}) if changed else []


def _mirrors(source: str) -> Iterator[str]:
    path = Path("tests", source)
    yield str(path.with_name(f"test_{path.name}"))


def _module(source: str) -> str:
    parts = Path(source).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _imports(file: Path) -> frozenset[str]:
    """Every module that a file imports; `from a import b` may mean the module a.b as well."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return frozenset(found)


def _git(*words: str) -> list[str]:
    said = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return said.stdout.split()


def main(argv: Sequence[str]) -> int:
    """Run pytest on the tests of what has changed; say so where nothing has."""
    cut = argv.index("--") if "--" in argv else len(argv)
    parser = argparse.ArgumentParser(prog="python -m tests.changed", description=__doc__)
    parser.add_argument("--since", default="main", help="a branch or commit (%(default)s)")
    chosen = choose(changed_files(parser.parse_args(argv[:cut]).since))
    if not chosen:
        print("Nothing has changed.")
        return 0
    print(*chosen, sep="\n")
    return int(pytest.main(["-n", "auto", *argv[cut + 1 :], *chosen]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
