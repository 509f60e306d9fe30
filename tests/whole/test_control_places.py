"""``stop``, ``resume`` and ``flatten`` where no process runs, or no longer: where they looked, what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from actors.control.server import Asked, ControlServer
from messages.guard import AskStanding, Standing, StopMode
from tests.reports.calling import called
from tests.whole.command import example_config

TOO_LONG = "x" * 300
PLACES = {
    "a file in place of the folder": ("config.toml", "Not a directory: move the file away"),
    "a folder below a file": ("config.toml/below", "Not a directory: move the file away"),
    "a name that is too long": (TOO_LONG, f"{TOO_LONG}: File name too long"),
    "a folder that can't be made": ("/proc/no/where", "No such file or directory"),
}


@pytest.mark.parametrize("words", [("stop", "1"), ("resume", "1")], ids=["stop", "resume"])
@pytest.mark.parametrize(("place", "why"), PLACES.values(), ids=PLACES)
def test_a_data_folder_that_cannot_be_had_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, why: str, words: tuple[str, ...]
) -> None:
    example_config(tmp_path, **{'data_dir = "data"': f'data_dir = "{place}"'})
    monkeypatch.chdir(tmp_path)
    done = called(*words, "--config", "config.toml")
    assert (done.code, done.out) == (1, "")
    # Where a folder is merely not there, nobody has been stopped; only a stop has to make it.
    assert why in done.err or (words[0] == "resume" and "is not stopped, and no process runs" in done.err)


@pytest.mark.parametrize("command", ["health", "analyze"])
def test_a_data_folder_with_an_impossible_name_is_told_by_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    example_config(tmp_path, **{'data_dir = "data"': f'data_dir = "{TOO_LONG}"'})
    monkeypatch.chdir(tmp_path)
    done = called(command, "--config", "config.toml")
    assert (done.code, "File name too long" in done.text) == (1, True), done.text


def test_a_stop_that_finds_no_process_says_which_folder_it_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example_config(tmp_path)
    monkeypatch.chdir(tmp_path)
    for words in (("stop", "1"), ("resume", "1")):
        told = called(*words, "--config", "config.toml").out
        assert told.startswith(
            f"no process runs: nobody serves {tmp_path / 'data' / '.control'}; account 001 "
        )


def test_a_flatten_whose_process_ends_meanwhile_claims_no_proof_and_says_how_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example_config(tmp_path)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "data" / ".control"
    path.parent.mkdir()

    def ask(account: int, asked: Asked) -> Standing:
        if isinstance(asked, AskStanding):
            path.unlink(missing_ok=True)  # the process is about to end
        return Standing(
            account=account,
            refused="",
            stopped="stopped by a person",
            mode=StopMode.FLATTEN,
            frozen="",
            open_symbols=("SOLUSDT",),
        )

    with ControlServer(path, ask, lambda: ""):
        done = called("flatten", "1", "--config", "config.toml")
    assert done.code == 1
    assert "account 001 is not proven flat: no process runs" in done.err
    assert "ask again" in done.err
    assert "Traceback" not in done.text
