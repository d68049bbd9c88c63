"""Look at what the bot is made of: `make audit`, which needs the network.

First the list of the parts of an installed bot (CycloneDX, in build/parts.cdx.json), then their
licences by a list of those allowed, then the known weaknesses of everything in the lock.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

# It comes with cyclonedx-bom, which reads licences by it.
from license_expression import ExpressionError, LicenseExpression, Licensing

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
RUNTIME_LOCK = ROOT / "deploy" / "requirements.lock"
PARTS = ROOT / "build" / "parts.cdx.json"

# Licences under which a part may be used and passed on with the bot, whatever the bot's own is.
ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "CNRI-Python",
        "ISC",
        "LGPL-3.0-only",  # psycopg, which is used as it is and can be replaced
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "Python-2.0",
        "Zlib",
        "License :: OSI Approved :: Apache Software License",
        "License :: OSI Approved :: BSD License",
        "License :: OSI Approved :: MIT License",
        "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)",
    }
)
# Parts that do not declare their licence in a form that can be read; looked up by hand.
LOOKED_UP = {"protobuf": "BSD-3-Clause", "uritemplate": "BSD-3-Clause OR Apache-2.0"}
LICENCES = Licensing()
NO_NETWORK = (
    "make audit needs the network: the list of known weaknesses could not be asked about "
    "{missed} of {all} parts. The list of parts and the licences were looked at."
)


class AuditError(Exception):
    """What was found, or why nothing could be; one line."""


def locked(lock: Path) -> dict[str, set[str]]:
    """Return the versions of each package in a lock: some have one for each version of Python."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", lock.read_text(), re.MULTILINE
    ):
        found.setdefault(_plain(name), set()).add(version)
    return found


def runtime_parts(everything: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Return the list of parts with those that an installed bot has, and what each depends on."""
    parts = [one for one in everything["components"] if _plain(one["name"]) in names]
    refs = {one["bom-ref"] for one in parts}
    root = everything["metadata"]["component"]["bom-ref"]
    needs = [
        {**one, "dependsOn": [ref for ref in one.get("dependsOn", ()) if ref in refs]}
        for one in everything["dependencies"]
        if one["ref"] in refs or one["ref"] == root
    ]
    return {**everything, "components": parts, "dependencies": needs}


def refused_licences(parts: dict[str, Any]) -> list[str]:
    """Return the parts whose licence is not allowed, each with what it declares."""
    return [
        f"{part['name']}: {' or '.join(said) or 'no licence declared'}"
        for part in parts["components"]
        if not any(map(is_allowed, said := licences_of(part)))
    ]


def licences_of(part: dict[str, Any]) -> list[str]:
    """Return what a part declares; several are several ways to say the same."""
    said = [
        one.get("expression") or one["license"].get("id") or one["license"].get("name", "")
        for one in part.get("licenses", ())
    ]
    looked_up = LOOKED_UP.get(_plain(part["name"]))
    return said or ([looked_up] if looked_up else [])


def is_allowed(licence: str) -> bool:
    """Tell whether a licence, or an expression of licences, is allowed.

    >>> is_allowed("MIT OR GPL-3.0-only"), is_allowed("MIT AND GPL-3.0-only")
    (True, False)
    >>> is_allowed("(MIT OR ISC) AND GPL-3.0-only"), is_allowed("(MIT OR GPL-3.0-only) AND ISC")
    (False, True)
    """
    if licence in ALLOWED:
        return True
    try:
        said = LICENCES.parse(licence)
    except ExpressionError:  # a classifier, or a sentence
        return False
    return said is not None and _is_allowed(said)


def _is_allowed(said: LicenseExpression) -> bool:
    if isinstance(said, LICENCES.OR):
        return any(map(_is_allowed, said.args))
    if isinstance(said, LICENCES.AND):
        return all(map(_is_allowed, said.args))
    return str(said) in ALLOWED


def weaknesses(report: dict[str, Any]) -> list[str]:
    """Return the known weaknesses by part; raise where parts could not be asked about."""
    parts = report["dependencies"]
    missed = [one for one in parts if "skip_reason" in one]
    if missed:
        raise AuditError(NO_NETWORK.format(missed=len(missed), all=len(parts)))
    return [
        f"{one['name']} {one['version']}: {weak['id']}, mended in "
        f"{', '.join(weak['fix_versions']) or 'no version yet'}"
        for one in parts
        for weak in one["vulns"]
    ]


def list_parts() -> dict[str, Any]:
    """Write the list of parts, and return it."""
    made = _run("cyclonedx-py", "environment", "--pyproject", "pyproject.toml", sys.executable)
    if made.returncode:
        raise AuditError(f"The list of parts could not be made: {_last_line(made.stderr)}")
    parts = runtime_parts(json.loads(made.stdout), set(locked(RUNTIME_LOCK)))
    PARTS.parent.mkdir(exist_ok=True)
    PARTS.write_text(json.dumps(parts, indent=1) + "\n", encoding="utf-8")
    print(f"{len(parts['components'])} parts: {PARTS.relative_to(ROOT)}")
    return parts


def look_up() -> list[str]:
    """Ask about known weaknesses of everything in the lock, tools for developers included."""
    options = ("--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json")
    try:
        asked = _run("pip-audit", *options, "--requirement", str(LOCK))
        return weaknesses(json.loads(asked.stdout))
    except (json.JSONDecodeError, subprocess.TimeoutExpired):
        everything = len(locked(LOCK))
        raise AuditError(NO_NETWORK.format(missed=everything, all=everything)) from None


def main() -> int:
    """Look at parts, licences and weaknesses; say what was found, a line each."""
    try:
        found = refused_licences(list_parts())
        print("\n".join(found) or "Every licence is allowed.")
        weak = look_up()
    except AuditError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(weak) or "No known weakness.")
    return 1 if found or weak else 0


def _run(tool: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name(tool)), *options]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


if __name__ == "__main__":
    sys.exit(main())
