"""What `make audit` says of parts, licences and weaknesses."""

import pytest

from tests.audit import AuditError, is_allowed, locked, refused_licences, runtime_parts, weaknesses


def part(name: str, *licences: str) -> dict[str, object]:
    return {
        "name": name,
        "bom-ref": name,
        "licenses": [{"license": {"id": one}} for one in licences],
    }


def test_a_lock_names_each_version_of_each_package(tmp_path) -> None:
    lock = tmp_path / "a.lock"
    lock.write_text(
        "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:aa\n"
        "numpy==2.5.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:bb\n"
        "Discord.py==2.7.1 \\\n    --hash=sha256:cc\n    # via simcord==3\n"
    )

    assert locked(lock) == {"numpy": {"2.4.6", "2.5.5"}, "discord-py": {"2.7.1"}}


def test_the_list_of_parts_leaves_out_what_only_tests_need() -> None:
    everything = {
        "metadata": {"component": {"bom-ref": "dojo"}},
        "components": [part("discord.py"), part("pytest")],
        "dependencies": [
            {"ref": "dojo", "dependsOn": ["discord.py", "pytest"]},
            {"ref": "pytest", "dependsOn": []},
            {"ref": "discord.py"},
        ],
    }

    parts = runtime_parts(everything, {"discord-py"})

    assert [one["name"] for one in parts["components"]] == ["discord.py"]
    assert parts["dependencies"] == [
        {"ref": "dojo", "dependsOn": ["discord.py"]},
        {"ref": "discord.py", "dependsOn": []},
    ]


def test_a_part_whose_licence_is_not_allowed_or_unknown_is_named() -> None:
    parts = {"components": [part("a", "MIT"), part("b", "GPL-3.0"), part("c"), part("protobuf")]}

    assert refused_licences(parts) == ["b: GPL-3.0", "c: no licence declared"]


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later", False),
        ("Apache-2.0 AND MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("(MIT OR ISC) AND GPL-3.0-only", False),
        ("MIT AND (ISC OR GPL-3.0-only)", True),
        ("MIT WITH a-surprise", False),
        ("free for whoever asks", False),
        ("", False),
    ],
)
def test_an_expression_is_allowed_where_a_way_through_it_is(licence: str, allowed: bool) -> None:
    assert is_allowed(licence) is allowed


def test_a_known_weakness_is_named_with_what_mends_it() -> None:
    report = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]},
            {"name": "b", "version": "1", "vulns": [{"id": "CVE-2", "fix_versions": []}]},
            {"name": "c", "version": "1", "vulns": []},
        ]
    }

    assert weaknesses(report) == [
        "a 1: CVE-1, mended in 2",
        "b 1: CVE-2, mended in no version yet",
    ]


def test_a_part_that_nobody_could_be_asked_about_is_no_part_without_weakness() -> None:
    """The tool itself counts it as well: without a network it finds nothing, and ends with 0."""
    report = {
        "dependencies": [{"name": "a", "skip_reason": "not found"}, {"name": "b", "vulns": []}]
    }

    with pytest.raises(AuditError, match=r"needs the network: .* about 1 of 2 parts"):
        weaknesses(report)
