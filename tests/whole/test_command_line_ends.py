"""How a command ends that can't say what it has to say, or is ended before it has begun."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from actors.commands.arguments import Refused, write_result
from tests.venue_process import DEADLINE_S
from tests.whole.command import MAIN, example_config

FULL = Path("/dev/full")

needs_full = pytest.mark.skipif(not FULL.exists(), reason="this machine has no /dev/full")


@needs_full
def test_a_result_that_the_disk_refuses_is_told_with_its_option_and_what_to_do() -> None:
    with pytest.raises(Refused) as caught:
        write_result("--summary", FULL, b"{}")
    told = "--summary /dev/full: No space left on device: free some space on that disk"
    assert str(caught.value) == told


@needs_full
@pytest.mark.parametrize("how", ["--check-all", "--json"])
def test_an_output_that_takes_nothing_is_told_in_a_line_without_a_traceback(tmp_path: Path, how: str) -> None:
    config = example_config(tmp_path)
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [sys.executable, str(MAIN), "health", how, "--config", str(config)],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    told = "the output: No space left on device: free some space on that disk\n"
    assert (ended.returncode, ended.stderr) == (1, told)


def test_a_reader_that_leaves_early_is_no_trouble(tmp_path: Path) -> None:
    config = example_config(tmp_path)
    command = subprocess.Popen(
        [sys.executable, str(MAIN), "health", "--json", "--config", str(config)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert command.stdout is not None
    assert command.stderr is not None
    command.stdout.close()
    told = command.stderr.read()
    assert (command.wait(3 * DEADLINE_S), told) == (1, b"")


def test_a_ctrl_c_before_a_command_has_begun_ends_it_without_a_word(tmp_path: Path) -> None:
    slow = "import time\nprint('importing', flush=True)\ntime.sleep(600)\n"
    (tmp_path / "typer.py").write_text(slow, encoding="utf-8")
    command = subprocess.Popen(
        [sys.executable, str(MAIN), "run"],
        env={"PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's job may ignore it
    )
    try:
        assert command.stdout is not None
        assert command.stdout.readline() == b"importing\n"
        command.send_signal(signal.SIGINT)
        _, told = command.communicate(timeout=3 * DEADLINE_S)
    finally:
        command.kill()
    assert (command.returncode, told) == (-signal.SIGINT, b"")
