"""One process an account on this machine, also where two have data folders that know nothing of another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from actors.claim import KeyClaims, claim_name, claims_for
from actors.exchanges import exchanges_for
from actors.start import StartRefused
from config.loader import check_document
from tests.config.documents import a_document, an_account
from tests.venue_process import ROOT
from tests.whole.harness import RunningBot, config, running_venue

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has names that die with a process"
)

HOLDS = """
import sys, time
from actors.claim import KeyClaims
claims = KeyClaims({1: sys.argv[1]})
claims.take(1)
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def key() -> str:
    return uuid4().hex  # tests that run beside this one must not meet it


@pytest.fixture
def holder(key: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDS, claim_name("mainnet", key)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_who_comes_second_is_told_who_holds_the_key_and_since_when(
    holder: subprocess.Popen[str], key: str
) -> None:
    claims = KeyClaims({1: claim_name("mainnet", key)})
    for _ in range(3):
        with pytest.raises(
            StartRefused, match=rf"lock: .* in use by pid {holder.pid} since 20\d\d-"
        ) as caught:
            claims.take(1)
        assert key not in str(caught.value)


def test_a_killed_holder_leaves_no_claim_behind(holder: subprocess.Popen[str], key: str) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    claims = KeyClaims({1: claim_name("mainnet", key)})
    claims.take(1)
    claims.take(1)
    claims.close()


def test_other_keys_other_environments_and_dry_runs_are_nobody_elses_matter(key: str) -> None:
    environ = {"KEY_1": key, "SECRET_1": "s" * 12, "KEY_2": key[::-1], "SECRET_2": "s" * 12}
    names = [{"api_key_env": f"KEY_{number}", "api_secret_env": f"SECRET_{number}"} for number in (1, 2)]
    both = (an_account(1, **names[0]), an_account(2, **names[1]))
    dry = (an_account(1, dry_run=True, **names[0]), an_account(2, **names[1]))
    first, again, beside, other, local = (
        claims_for(check_document(a_document(*accounts, environment=environment)), environ)
        for accounts, environment in (
            (both, "testnet"),
            (both, "testnet"),
            (dry, "testnet"),
            (both, "demo"),
            (both, "simulated"),
        )
    )
    first.take(1)
    for harmless in (beside, other, local):
        harmless.take(1)
    with pytest.raises(StartRefused):
        again.take(1)
    again.take(2)
    for claims in (first, again, beside, other, local):
        claims.close()


def test_a_second_bot_with_a_data_folder_of_its_own_is_refused_and_sends_nothing(
    tmp_path: Path, key: str
) -> None:
    names = {1: claim_name("mainnet", key)}
    first, second = KeyClaims(names), KeyClaims(names)
    first.take(1)
    settings = config(tmp_path / "copied", {1: {"ONCEUSDT": {}}})
    with running_venue("ONCEUSDT") as venue:
        refused = RunningBot(settings, exchanges_for(settings, venue.url, {}), second.take).stop()
        assert venue.journal("request", account="001") == []
    assert f"account 001 does not start: lock: its API key is in use by pid {os.getpid()}" in refused.failure
    first.close()
