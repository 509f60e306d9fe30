"""Programs that tests need: skipped where they are missing, demanded where .ci/run has installed them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tools import PACKAGES, REQUIRE, tool
from tests.venue_process import ROOT

NEEDED = ("bash", "dirname", "git", "mktemp", "rm", "cat")


def stub(folder: Path, name: str, does: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    path.chmod(0o755)


def ci(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run .ci/run with nothing on the PATH but what it needs, and stubs."""
    for name in NEEDED:
        (folder / name).symlink_to(str(shutil.which(name)))
    stub(folder, "make", f'echo "make $*, {REQUIRE}=${REQUIRE}"')
    stub(folder, "sudo", 'exec "$@"')
    env = {"PATH": str(folder), "HOME": str(folder)}
    return subprocess.run([str(ROOT / ".ci" / "run")], env=env, capture_output=True, text=True)


def test_a_missing_program_skips_its_test_and_says_which_package_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(REQUIRE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="Debian's package: chromium-driver"):
        tool("chromedriver")


def test_a_missing_program_fails_where_it_is_demanded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(REQUIRE, "1")
    with pytest.raises(pytest.fail.Exception, match="promtool is not on the PATH"):
        tool("promtool")


def test_a_program_on_the_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, "promtool", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tool("promtool") == str(tmp_path / "promtool")


def test_ci_installs_what_is_missing_and_demands_it_in_the_tests(tmp_path: Path) -> None:
    stub(tmp_path, "apt-get", f'echo "$@" >> {tmp_path}/asked')
    stub(tmp_path, "promtool", "")
    done = ci(tmp_path)
    assert done.returncode == 0, done.stderr
    update, install = (tmp_path / "asked").read_text().splitlines()
    assert "update" in update
    assert install.endswith("install prometheus chromium chromium-driver")
    assert f"make test, {REQUIRE}=1" in done.stdout


def test_ci_installs_nothing_where_all_is_there(tmp_path: Path) -> None:
    stub(tmp_path, "apt-get", "exit 1")
    for name in PACKAGES:
        stub(tmp_path, name, "")
    done = ci(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "installing" not in done.stdout


def test_ci_shows_why_an_installation_fails(tmp_path: Path) -> None:
    stub(tmp_path, "apt-get", "echo no route to the archive; exit 100")
    done = ci(tmp_path)
    assert done.returncode != 0
    assert "no route to the archive" in done.stdout + done.stderr
    assert "make test" not in done.stdout
