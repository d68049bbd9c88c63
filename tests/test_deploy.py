"""The files of deploy/ agree with the bot: its variables, its Python, its locks, its paths."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.settings import Settings
from tests.audit import LOCK, RUNTIME_LOCK, locked

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
README = (DEPLOY / "README.md").read_text(encoding="utf-8")
FILES = [one for one in DEPLOY.rglob("*") if one.is_file() and one.suffix != ".lock"]
BIND_OUTSIDE = "0.0.0.0:8080"


def load(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8")))


def unit() -> configparser.SectionProxy:
    """The section of the service; of a key that stands twice, the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "dojo.service", encoding="utf-8")
    return parser["Service"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_variable_that_a_file_names_is_one_of_the_bots(file: Path) -> None:
    named = set(re.findall(r"\bDOJO_[A-Z_]+[A-Z]\b", file.read_text(encoding="utf-8")))

    assert named <= {f"DOJO_{name}".upper() for name in Settings.model_fields}


def test_the_images_python_is_one_that_the_bot_is_made_for_and_tested_with() -> None:
    [version] = re.findall(r"^ARG PYTHON_IMAGE=python:(3\.\d+)-slim-\w+$", DOCKERFILE, re.MULTILINE)
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")

    lowest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert tuple(map(int, version.split("."))) >= tuple(map(int, lowest.split(".")))
    assert f'"{version}"' in workflow


def test_the_images_lock_has_the_versions_that_were_tested() -> None:
    everything, runtime = locked(LOCK), locked(RUNTIME_LOCK)

    assert {name: everything.get(name) for name in runtime} == runtime
    build = locked(DEPLOY / "build.lock")
    assert {name: everything.get(name) for name in build} == build


def test_the_images_lock_has_all_that_the_bot_needs_and_nothing_of_its_tests() -> None:
    def names(requirements: list[str]) -> set[str]:
        found = (re.match(r"[A-Za-z0-9._-]+", one) for one in requirements)
        return {re.sub(r"[-_.]+", "-", one[0]).lower() for one in found if one}

    runtime = set(locked(RUNTIME_LOCK))
    extras = PROJECT["project"]["optional-dependencies"]

    assert names(PROJECT["project"]["dependencies"]) <= runtime
    assert not {"pytest", "mypy", "ruff", "simcord", "hypothesis", "pandas"} & runtime
    assert names(extras["dev"]) & runtime <= {"setuptools"}


@pytest.mark.parametrize(
    "name", ["requirements.lock", "deploy/requirements.lock", "deploy/build.lock"]
)
def test_every_package_of_a_lock_has_hashes_and_no_host(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)

    assert [one for one in entries if one.strip(" #\n") and "--hash=sha256:" not in one] == []
    assert "://" not in text


def test_the_image_installs_by_hashes_and_runs_as_nobody_special() -> None:
    installs = re.findall(r"pip(?: --python \S+)? install\s[^&]*", DOCKERFILE)

    assert len(installs) == 3
    assert all("--require-hashes" in one or "--no-index" in one for one in installs)
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK", DOCKERFILE, re.MULTILINE)
    assert f"DOJO_HTTP_BIND={BIND_OUTSIDE}" in DOCKERFILE


def test_the_image_gets_all_folders_of_the_bot() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    packages = {
        one.rstrip("*") for one in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    }
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8")

    assert copied == packages
    assert all(f"!{one}\n" in allowed for one in copied)


def test_every_container_of_compose_can_do_as_little_as_possible() -> None:
    [compose] = load("compose.yaml")

    for name, service in compose["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["user"] not in {"root", "0"}, name
        assert service["restart"] == "unless-stopped", name
        assert "ports" not in service, name
    assert compose["networks"]["database"]["internal"]


def test_the_server_of_compose_is_no_newer_than_the_dump_program_of_the_image() -> None:
    """Debian trixie has PostgreSQL 17's client programs."""
    [compose] = load("compose.yaml")

    assert compose["services"]["postgres"]["image"] == "postgres:17-trixie"
    assert "-slim-trixie" in DOCKERFILE


def test_the_service_is_started_again_and_can_do_as_little_as_possible() -> None:
    service = unit()

    assert service["Restart"] == "always"
    assert service["User"] == "dojo"
    assert service["NoNewPrivileges"] == service["PrivateTmp"] == service["ProtectHome"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"


def test_the_pods_have_all_shards_between_them_and_each_has_its_own() -> None:
    [pods] = load("kubernetes/statefulset.yaml")
    [container] = pods["spec"]["template"]["spec"]["containers"]
    given = {one["name"]: one.get("value") for one in container["env"]}
    [script] = container["args"]

    each, of = int(given["EACH"]), int(given["OF"])
    served = [shards_of(script, pod, given) for pod in range(pods["spec"]["replicas"])]

    assert [one.partition("/")[2] for one in served] == [str(of)] * pods["spec"]["replicas"]
    assert served[0] == f"0-{each - 1}/{of}"
    numbers = [number for one in served for number in range_of(one)]
    assert numbers == list(range(of))


def shards_of(script: str, pod: int, given: dict[str, str | None]) -> str:
    """What a pod's own command sets, run by the same shell."""
    import subprocess

    spoken = script.replace("exec dojo run", 'printf %s "$DOJO_SHARDS"')
    environment = {
        "POD_NAME": f"dojo-{pod}",
        **{name: value for name, value in given.items() if value},
    }
    return subprocess.run(
        ["/bin/sh", "-c", spoken], env=environment, capture_output=True, text=True, check=True
    ).stdout


def range_of(shards: str) -> range:
    first, last = map(int, shards.partition("/")[0].split("-"))
    return range(first, last + 1)


def test_a_pod_is_not_started_again_because_discord_is_away() -> None:
    [pods] = load("kubernetes/statefulset.yaml")
    [container] = pods["spec"]["template"]["spec"]["containers"]

    assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert container["startupProbe"]["httpGet"]["path"] == "/livez"
    assert container["readinessProbe"]["httpGet"]["path"] == "/healthz"
    assert pods["spec"]["podManagementPolicy"] == "Parallel"


@pytest.mark.parametrize("name", ["statefulset", "backup", "example/restore"])
def test_every_pod_can_do_as_little_as_possible(name: str) -> None:
    pods = load(f"kubernetes/{name}.yaml")[-1]["spec"]
    pods = pods.get("jobTemplate", {}).get("spec", pods)["template"]["spec"]

    assert pods["securityContext"]["runAsNonRoot"]
    assert not pods["automountServiceAccountToken"]
    [container] = pods["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]


def test_a_restore_reads_the_volume_of_the_backups_and_keeps_there_what_it_replaces() -> None:
    claim, _ = load("kubernetes/backup.yaml")
    [job] = load("kubernetes/example/restore.yaml")
    pod = job["spec"]["template"]["spec"]
    [container] = pod["containers"]

    [volume] = [one for one in pod["volumes"] if "persistentVolumeClaim" in one]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    [mount] = [one for one in container["volumeMounts"] if one["name"] == volume["name"]]
    given = {one["name"]: one["value"] for one in container["env"]}
    assert given["DOJO_BACKUP_DIR"] == mount["mountPath"] == "/backups"
    # The image's own entry point takes the arguments: a command would take its place.
    assert "command" not in container
    assert container["args"] == ["db", "restore", "/backups/FILE", "--force"]
    assert job["spec"]["backoffLimit"] == 0


def steps(start: str) -> list[list[str]]:
    """The lines of each block of commands of the README that follows a text with this start."""
    begin = rf"^{re.escape(start)}(?:(?!\n\n).)*\n\n```\n"
    found = re.findall(rf"{begin}(.*?)^```", README, re.MULTILINE | re.DOTALL)
    return [block.splitlines() for block in found]


def test_nothing_that_an_older_build_left_is_installed() -> None:
    """`pip install .` leaves build/lib, and takes from it what an older version does not have."""
    lines = README.splitlines()
    installs = [
        number for number, line in enumerate(lines) if re.search(r"pip install .* \.$", line)
    ]

    assert len(installs) == 6
    assert [lines[at] for at in installs if not lines[at - 1].startswith("rm -rf build")] == []


def test_every_upgrade_stops_then_makes_a_backup_of_a_new_name_then_installs_and_starts() -> None:
    upgrades = steps("*Upgrade*")

    assert len(upgrades) == 4
    for lines in upgrades:
        text = "\n".join(lines)
        kinds = [
            r"stop|--replicas=0",
            r"db backup|job/before",
            r"--force-reinstall|docker tag \S+next|apply",
            r"dojo run|start dojo|up --detach|rollout",
            r"doctor",
        ]
        places = [found.start() for kind in kinds if (found := re.search(kind, text))]
        assert len(places) == len(kinds), text
        assert places == sorted(places), text
        assert "before-" in text, text
        assert "date +%F-%H%M" in text, text


def test_every_way_back_restores_the_file_that_the_backup_named() -> None:
    backs = steps("*Back*")

    assert len(backs) == 4
    assert all(re.search(r"db restore FILE --force|restore\.yaml", "\n".join(one)) for one in backs)
    assert "before.sqlite" not in README
    assert "before.pgdump" not in README


def test_every_way_says_how_old_data_comes_along_or_one_begins_anew() -> None:
    ways = README.split("\n## ")[1:5]

    assert [way.splitlines()[0] for way in ways] == ["By hand", "systemd", "Compose", "Kubernetes"]
    for way in ways:
        assert "*With the data of another way*" in way
        assert "*Anew*" in way


def test_check_looks_at_every_kind_of_file_in_deploy() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    check = makefile[makefile.index("\ncheck:") : makefile.index("\nformat:")]

    for tool in ("hadolint", "yamllint", "vendor.compose-spec", "kubernetes-validate"):
        assert tool in check
    assert "audit" not in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
