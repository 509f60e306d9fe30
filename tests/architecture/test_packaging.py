"""The tree works on any machine: locked packages with hashes, no host and no path of one machine."""

import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.architecture.source_tree import ROOT, project_files

# Put together, so that this file doesn't hold what it looks for.
MACHINE_PATHS = re.compile("(?<![A-Za-z0-9_.~-])/" + "(?:work|root|Users|home/[a-z]+)" + "/")
TEXT = {".py", ".md", ".toml", ".cfg", ".yml", ".yaml", ".json", ".txt", ".sh", ".service", ".ini", ""}


def unlocked(lock: str) -> Iterator[str]:
    """Requirements of a lock file that aren't pinned by version and hash, or that name a host."""
    if not lock.strip():
        yield "the lock is empty: make lock writes it"
        return
    for entry in re.split(r"\n(?=[^\s#])", lock.strip()):
        first = entry.splitlines()[0]
        if entry.startswith("#"):
            continue
        if not re.match(r"[A-Za-z0-9._-]+==[^\s;]+", first):
            yield f"{first}: pin it with ==; make lock does"
        elif "--hash=sha256:" not in entry:
            yield f"{first}: has no hash; make lock writes them"
    if re.search(r"https?://|file:|--(extra-)?index-url|--find-links|--trusted-host", lock):
        yield "the lock names a host or folder: registries are the installing machine's matter (make lock)"


def machine_paths(text: str) -> list[str]:
    return [match.group() for match in MACHINE_PATHS.finditer(text)]


def test_the_lock_pins_versions_and_hashes_and_names_no_host() -> None:
    found = list(unlocked((ROOT / "requirements.lock").read_text()))
    assert not found, "\n" + "\n".join(found)


def test_every_package_that_setup_cfg_asks_for_is_locked() -> None:
    setup = (ROOT / "setup.cfg").read_text()
    blocks = re.findall(r"^(?:install_requires|dev) =\n((?:    .+\n)+)", setup, re.MULTILINE)
    asked = {re.split(r"[\s=<>~\[;]", line.strip())[0] for block in blocks for line in block.splitlines()}
    locked = set(re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert {"pykka", "pytest"} <= asked
    assert asked <= locked, "make lock"


def test_no_file_names_a_path_of_one_machine() -> None:
    found = []
    for path in project_files():
        if path.suffix in TEXT:
            text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
            hits = machine_paths(text)
            found += [f"{path} names {hit}: take the path as a setting, or relative" for hit in hits]
    assert not found, "\n" + "\n".join(found)


def test_what_ci_runs_is_executable_bash() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=True)


def test_make_names_its_commands() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for command in ("run", "test", "monitoring", "lock", "clean"):
        assert f"make {command} " in shown


@pytest.mark.parametrize(
    "lock",
    [
        "",
        "pykka>=4 \\\n    --hash=sha256:ab",
        "pykka==4.5.0",
        "pykka==4.5.0 \\\n    --hash=sha256:ab\npybit==5.17.0\n    # via setup.cfg",
        "--index-url https://example.org/simple\npykka==4.5.0 \\\n    --hash=sha256:ab",
        "pykka @ file:///wheels/pykka.whl \\\n    --hash=sha256:ab",
    ],
)
def test_a_loose_lock_is_caught(lock: str) -> None:
    assert list(unlocked(lock))


def test_a_tight_lock_is_let_pass() -> None:
    assert not list(unlocked("pykka==4.5.0 \\\n    --hash=sha256:ab\n    # via setup.cfg\n"))


@pytest.mark.parametrize(
    "path", ["/work" + "/main", "'/root" + "/x'", "/home/" + "anna/bot", "/Users" + "/a"]
)
def test_a_path_of_one_machine_is_caught(path: str) -> None:
    assert machine_paths(f"see {path}")


@pytest.mark.parametrize("path", ["https://example.org/work" + "/", "a/work" + "/b", "/var/lib/sol-trader"])
def test_paths_of_any_machine_are_let_pass(path: str) -> None:
    assert not machine_paths(f"see {path}")
