"""The documentation says what there is: every command, option, variable and label, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from discord import app_commands

from bot.__main__ import cli, database_commands
from bot.core.settings import Settings
from bot.registry import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
COMMAND_DOCS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def leaves() -> Iterator[app_commands.Command]:
    for command in COMMANDS:
        if isinstance(command, app_commands.Group):
            yield from command.walk_commands()
        elif isinstance(command, app_commands.Command):
            yield command


NAMES = {command.qualified_name for command in leaves()}


@pytest.mark.parametrize("command", list(leaves()), ids=lambda command: command.qualified_name)
def test_every_command_is_documented_with_its_options(command: app_commands.Command) -> None:
    row = re.search(
        rf"^\| `/{command.qualified_name}(?: [^`]*)?` \|.*$", COMMAND_DOCS, re.MULTILINE
    )

    assert row is not None, f"docs/commands.md has no row for /{command.qualified_name}"
    usage = row[0].split("`")[1]
    documented = re.findall(r"\[?([a-z_]+)\]?", usage.removeprefix(f"/{command.qualified_name}"))
    assert documented == [option.display_name for option in command.parameters]


def test_every_entry_in_the_menu_of_a_message_is_documented_and_no_other() -> None:
    menus = {one.name for one in COMMANDS if isinstance(one, app_commands.ContextMenu)}

    assert menus
    assert set(re.findall(r"^\| \*([^*|]+)\* \|", COMMAND_DOCS, re.MULTILINE)) == menus


def test_no_command_is_documented_that_does_not_exist() -> None:
    documented = {
        " ".join(usage.split()[:2])
        for usage in re.findall(r"^\| `/([^`\[]+)", COMMAND_DOCS, re.MULTILINE)
    }

    assert {
        name for name in documented if name not in NAMES and name.split()[0] not in NAMES
    } == set()


def test_every_command_that_a_message_names_exists() -> None:
    named = set()
    for file in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named |= set(re.findall(r"`/([a-z]+(?: [a-z-]+)?)", node.value))

    unknown = {
        name for name in named if name not in NAMES and name.split()[0] not in NAMES | {"settings"}
    }
    assert unknown == set()


def test_every_variable_is_in_the_example_and_in_the_readme() -> None:
    example = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    variables = {f"DOJO_{name}".upper() for name in Settings.model_fields}

    assert set(re.findall(r"^(DOJO_\w+)=", example, re.MULTILINE)) == variables
    assert {name for name in variables if f"`{name}`" not in readme} == set()


def test_every_shell_command_is_documented() -> None:
    names = [command.name or command.callback.__name__ for command in cli.registered_commands]
    names += [
        f"db {command.callback.__name__}" for command in database_commands.registered_commands
    ]

    assert [name for name in names if f"`dojo {name}" not in COMMAND_DOCS] == []


def test_every_link_of_the_readme_leads_somewhere() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)]+)\)", readme)

    assert [link for link in links if not (ROOT / link).exists()] == []


def paths_named(page: str) -> set[str]:
    """Every path of the project in backquotes or as a link's target."""
    text = (ROOT / page).read_text(encoding="utf-8")
    quoted = re.findall(r"`([\w./-]+)`", text) + re.findall(r"\]\(([\w./-]+)\)", text)
    tree = re.findall(r"^((?:bot|scoring|storage|tests)/[\w./-]*)", text, re.MULTILINE)
    tops = {one.name for one in ROOT.iterdir()}
    return {one for one in (*quoted, *tree) if "/" in one and one.partition("/")[0] in tops}


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_path_that_the_pages_for_contributors_name_exists(page: str) -> None:
    named = paths_named(page)

    assert len(named) > 3
    assert {one for one in named if not (ROOT / one).exists()} == set()


FAULTS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
FAULTS = FAULTS.partition("## Faults, and what is promised\n")[2].partition("\n## ")[0]


def promises() -> list[tuple[str, str, list[str]]]:
    """Fault, promise and tests of each row in the table of faults."""
    rows = re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", FAULTS, re.MULTILINE)
    return [
        (fault, promise, re.findall(r"`([^`]+)`", tests))
        for fault, promise, tests in rows
        if fault != "fault" and set(fault) != {"-"}
    ]


def functions_of(file: str) -> set[str]:
    text = (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).exists() else ""
    return set(re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE))


def test_every_fault_has_a_promise_and_tests_that_exist() -> None:
    rows = promises()
    named = [one for _, _, tests in rows for one in tests]
    missing = [
        one for one in named if one.partition("::")[2] not in functions_of(one.partition("::")[0])
    ]

    assert len(rows) >= 30
    assert [fault for fault, promise, tests in rows if not promise.endswith(".") or not tests] == []
    assert missing == []


@pytest.mark.parametrize(
    "file",
    ["disk", "database_away", "rate_limits", "server_errors", "gateway", "history", "two_copies"],
)
def test_every_test_of_a_fault_is_in_the_table(file: str) -> None:
    path = f"tests/faults/test_{file}.py"
    named = {one.partition("::")[2] for _, _, tests in promises() for one in tests}

    assert functions_of(path)
    assert functions_of(path) - named == set()
