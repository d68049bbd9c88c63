"""The table of who may do what: it has every command and button, and the page shows it."""

import re

from discord import app_commands

from bot.core import permissions
from bot.core.permissions import Role, Rule
from bot.registry import ACTIONS, COMMANDS
from bot.who_may import PARTS, Deed, Part, State
from tests import permissions as permissions_page
from tests.bot.who_may import uses

# How docs/commands.md calls each role.
WORDS = {
    Role.ANYBODY: r"\b(all|anyone)\b",
    Role.SEATED: r"\bin the circle\b",
    Role.SPEAKER: r"\bspeaker\b",
    Role.HOST: r"\bhost\b",
    Role.FACILITATOR: r"\bfacilitator\b",
    Role.AUTHOR: r"\bauthor\b",
    Role.FORECASTER: r"\bwhoever forecast it\b",
    Role.MANAGER: r"\bManage Server\b",
}
DEEDS = [(part, deed) for part in PARTS for deed in part.deeds]


def command_names() -> set[str]:
    inner = (
        one.walk_commands() if isinstance(one, app_commands.Group) else [one] for one in COMMANDS
    )
    return {
        command.qualified_name
        for commands in inner
        for command in commands
        if not isinstance(command, app_commands.Group)
    }


def test_every_command_says_who_may_use_it_and_no_other() -> None:
    assert {name for _, deed in DEEDS for name in deed.commands} == command_names()


def test_every_button_select_and_form_says_who_may_use_it_and_no_other() -> None:
    assert {name for _, deed in DEEDS for name in deed.buttons} == set(ACTIONS)


def test_the_page_of_commands_says_the_same_of_each() -> None:
    page = (permissions_page.PAGE.parent / "commands.md").read_text(encoding="utf-8")
    wrong = {}
    for name in command_names():
        row = re.search(rf"^\| (?:`/|\*){name}[^|]*\|([^|]*)\|", page, re.MULTILINE)
        said = {role for role, word in WORDS.items() if row and re.search(word, row[1])}
        rules = [rule for _, deed in DEEDS if name in deed.commands for rule in deed.rules.values()]
        declared = frozenset[Role]().union(*(rule.roles for rule in rules))
        if said != declared:
            wrong[name] = (row and row[1], sorted(declared))

    assert wrong == {}


def test_the_page_shows_what_the_code_declares() -> None:
    shown = permissions_page.PAGE.read_text(encoding="utf-8")

    assert shown == permissions_page.page(), "run `python -m tests.permissions`"


def test_a_deed_has_only_states_of_its_table() -> None:
    assert [deed.says for part, deed in DEEDS if not set(deed.rules) <= set(part.states)] == []


def test_every_rule_is_of_use_and_says_who_may() -> None:
    declared = {name: rule for name, rule in vars(permissions).items() if isinstance(rule, Rule)}
    used = [rule for _, deed in DEEDS for rule in deed.rules.values()]
    silent = {name for name, rule in declared.items() if not rule.refusal}

    assert {name for name, rule in declared.items() if rule not in used} == set()
    assert silent == {"ANYBODY", "JOIN", "LEAVE", "OWN"}


def test_every_table_has_a_column_for_each_role_of_its_rules() -> None:
    def lacking(part: Part, deed: Deed) -> set[Role]:
        named = {role for rule in deed.rules.values() for role in rule.roles | rule.never}
        return named - set(part.roles) - {Role.ANYBODY}

    assert [(deed.says, lacking(*one)) for one in DEEDS if lacking(*one) for deed in one[1:]] == []


def test_every_part_can_be_played() -> None:
    assert set(uses.BUILDERS) == {part.title for part in PARTS}


def test_only_states_of_one_table_are_words_twice() -> None:
    assert len({str(state) for state in State}) == len(State)
