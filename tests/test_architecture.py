"""The shape of the code, read from the code: what each file may import, and a few habits.

The order of the folders is a contract in pyproject.toml, which `make check` proves.
"""

import ast
import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest

from bot.core.refusals import Refusal

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = sorted(
    file for part in ("bot", "scoring", "storage") for file in (ROOT / part).rglob("*.py")
)
LONGEST_FILE = 600
# Alembic writes these once; they are read by machines, and never edited.
GENERATED = ROOT / "storage" / "migrations" / "versions"


@cache
def tree_of(file: Path) -> ast.Module:
    """Return a file as Python reads it; each file is read once for all tests here."""
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def imports(file: Path) -> frozenset[str]:
    """Every module that a file imports, anywhere in it, by its full name.

    `from storage import rounds` counts as `storage.rounds`, and so do names taken from a module.
    """
    found: set[str] = set()
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return frozenset(found)


def top(module: str) -> str:
    return module.partition(".")[0]


def is_standard(module: str) -> bool:
    return top(module) in sys.stdlib_module_names


def within(module: str, *packages: str) -> bool:
    """Whether a module, or a name in it, is one of these packages or in one of them."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def show(file: Path) -> str:
    return str(file.relative_to(ROOT))


def says_pure(file: Path) -> bool:
    """Whether a file promises to decide by its arguments alone."""
    said = ast.get_docstring(tree_of(file)) or ""
    return file.name.endswith("rules.py") or re.search(r"\bPure\b", said) is not None


@cache
def impure(file: Path) -> frozenset[str]:
    """What a file imports beside the standard library, scoring and files that are pure themselves."""
    return frozenset(
        one
        for one in imports(file)
        if not is_standard(one)
        and not within(one, "dateutil", "lark", "scoring")
        and not ((source := file_of(one)) and not impure(source))
    )


def file_of(module: str) -> Path | None:
    """The file of a module, or of the module that a name is taken from."""
    path = ROOT / module.replace(".", "/")
    found = (path.with_suffix(".py"), path.parent.with_suffix(".py"))
    return next((one for one in found if one.exists()), None)


IN_BOT = [file for file in PRODUCT if file.is_relative_to(ROOT / "bot")]
# Where Discord and the database meet by their trade, below and above the features.
MEETING_PLACES = (
    "bot/__main__.py",
    "bot/command_line/",
    "bot/app.py",
    "bot/registry.py",
    "bot/doctor/",
    "bot/runtime/",
    "bot/door/",
    "bot/demo/",
)


def touches_discord(one: str) -> bool:
    return within(one, "discord", "simcord", "aiohttp", "bot.door") and not within(
        one, "bot.door.chart_style", "bot.door.messages"
    )


def touches_the_database(one: str) -> bool:
    """Rows and their enums are words that everybody uses; queries and engines are not."""
    return within(one, "sqlalchemy", "sqlmodel", "alembic") or (
        within(one, "storage") and not within(one, "storage.tables", "storage.enums")
    )


def test_what_is_pure_imports_the_standard_library_and_what_is_pure() -> None:
    pure = [file for file in IN_BOT if says_pure(file)]

    wrong = {show(file): impure(file) for file in pure if impure(file)}

    assert pure
    assert wrong == {}


def test_no_file_speaks_with_both_discord_and_the_database() -> None:
    """Services read and write and know nothing of Discord; commands, views and cards ask them."""
    wrong = [
        show(file)
        for file in IN_BOT
        if not show(file).startswith(MEETING_PLACES)
        if any(map(touches_discord, imports(file)))
        if any(map(touches_the_database, imports(file)))
    ]

    assert wrong == []


def test_services_know_nothing_of_discord() -> None:
    services = [file for file in IN_BOT if file.name.endswith(("service.py", "mapping.py"))]

    wrong = {
        (show(file), one)
        for file in services
        for one in imports(file)
        if within(one, "discord", "bot.door")
    }

    assert services
    assert wrong == set()


def test_what_runs_the_bot_knows_no_feature() -> None:
    """A contract in pyproject.toml names the features; here a new one is counted too."""
    allowed = ("bot.core", "bot.door", "bot.runtime")

    wrong = {
        (show(file), one)
        for file in IN_BOT
        if file.is_relative_to(ROOT / "bot" / "runtime")
        for one in imports(file)
        if top(one) == "bot" and not within(one, *allowed)
    }

    assert wrong == set()


def test_commands_and_views_take_only_words_from_the_tables() -> None:
    """An enum such as Answer is a word of the group; a row is not for the door."""
    from storage import tables

    wrong = {
        (show(file), one)
        for file in IN_BOT
        if file.name in {"commands.py", "views.py"}
        for one in imports(file)
        if within(one, "storage.tables")
        and not issubclass(getattr(tables, one.rpartition(".")[2]), StrEnum)
    }

    assert wrong == set()


def test_cards_and_pictures_read_nothing_themselves() -> None:
    looks = [file for file in IN_BOT if file.stem.endswith(("cards", "charts"))]

    wrong = {
        (show(file), one)
        for file in looks
        for one in imports(file)
        if touches_the_database(one) or within(one, "bot.core.unit")
    }

    assert looks
    assert wrong == set()


def of_package(name: str) -> Iterator[tuple[str, str]]:
    for file in PRODUCT:
        if file.is_relative_to(ROOT / name):
            for one in imports(file):
                yield show(file), one


@pytest.mark.parametrize(
    ("package", "libraries"),
    [("scoring", {"numpy", "scipy"}), ("storage", {"sqlmodel", "sqlalchemy", "alembic"})],
)
def test_a_package_imports_itself_and_its_libraries_only(package: str, libraries: set[str]) -> None:
    allowed = {package, *libraries}

    wrong = {
        (file, one)
        for file, one in of_package(package)
        if not is_standard(one) and top(one) not in allowed
    }

    assert wrong == set()


def reads_of_the_wall_clock(file: Path) -> Iterator[str]:
    """Where a file names `datetime.now`, `utcnow`, `time.time` and their like."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value).rpartition(".")[2]
            if (
                node.attr in {"utcnow", "today"}
                or (node.attr == "now" and owner in {"datetime", "date"})
                or (owner == "time" and node.attr in {"time", "time_ns", "localtime", "gmtime"})
            ):
                yield f"{show(file)}: {ast.unparse(node)}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield f"{show(file)}: from time import"


def test_the_wall_clock_is_read_in_one_place() -> None:
    demo = ROOT / "bot" / "demo"

    found = [
        one
        for file in PRODUCT
        if not file.is_relative_to(demo)
        for one in reads_of_the_wall_clock(file)
    ]

    assert found == ["bot/app.py: discord.utils.utcnow"]


# What these load, they load in the main thread, before the bot connects.
BEFORE_THREADS = {"bot/__main__.py", "bot/app.py", "bot/calendars/setup.py"}


def late_imports(file: Path) -> Iterator[tuple[int, bool]]:
    """The lines that import inside a function, and whether they do so under the lock."""
    tree = tree_of(file)
    locked = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        and any(ast.unparse(one.context_expr) in {"LOADING", "_LOADING"} for one in node.items)
        for inner in ast.walk(node)
    }
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield node.lineno, node in locked


def test_what_is_loaded_when_first_needed_is_loaded_by_one_thread_at_a_time() -> None:
    """Threads that load parts of one library at once can be handed modules that are half made."""
    unlocked = [
        f"{show(file)}:{line}"
        for file in PRODUCT
        if show(file) not in BEFORE_THREADS
        for line, locked in late_imports(file)
        if not locked
    ]

    assert unlocked == []


def test_every_file_can_be_read_in_one_sitting() -> None:
    long = {
        show(file): length
        for file in PRODUCT
        if not file.is_relative_to(GENERATED)
        if (length := len(file.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }

    assert long == {}


def test_every_file_says_what_it_is_in_its_first_line() -> None:
    silent = [
        show(file)
        for file in PRODUCT
        if file.read_text(encoding="utf-8") and not ast.get_docstring(tree_of(file))
    ]

    assert silent == []


def raised(file: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Raise) and node.exc is not None:
            call = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            yield ast.unparse(call).rpartition(".")[2]


def test_every_refusal_is_raised_somewhere() -> None:
    defined = {
        node.name
        for file in PRODUCT
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ClassDef)
        if any(ast.unparse(base).endswith(("Refusal", "Error")) for base in node.bases)
    }
    somewhere = {name for file in PRODUCT for name in raised(file)}

    assert {one.__name__ for one in Refusal.__subclasses__()} <= defined
    assert defined - somewhere == set()


def test_the_product_knows_nothing_of_its_tests() -> None:
    wrong = {
        (show(file), one)
        for file in PRODUCT
        for one in imports(file)
        if within(one, "tests", "pytest", "hypothesis", "time_machine", "pgserver")
    }

    assert wrong == set()


def test_the_state_of_a_row_is_set_by_its_mapping_alone() -> None:
    """Rules decide a state; whoever sets one beside them makes a second rule."""
    setters = {
        show(file)
        for file in IN_BOT
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr in {"state", "phase"}
    }

    assert {one for one in setters if not one.endswith("mapping.py")} == set()
