"""A share of the soak: the real bot on the real venue, and one that leaks beside it."""

from __future__ import annotations

import io
import stat
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from actors.soak.command import run_soak
from actors.soak.plan import SoakPlan
from main import main

HOURS, SPEED, SEED = "1.5", "450", "54"
LEAKY = ("-m", "tests.soak.leaky")


def soaked_by_command(report: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Its exit code."""
    words = ["soak", "--hours", HOURS, "--speed", SPEED, "--seed", SEED, "--report", str(report)]
    monkeypatch.setattr("sys.argv", ["main.py", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def soaked_with_leaks(report: Path) -> tuple[bool, str]:
    plan, told = SoakPlan(hours=Decimal(HOURS), speed=Decimal(SPEED), seed=int(SEED)), io.StringIO()
    clean = run_soak(plan, report, console=Console(file=told, width=120), program=LEAKY)
    return clean, told.getvalue()


def test_the_bot_passes_and_one_that_keeps_memory_threads_and_descriptors_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = tmp_path / "soak.json"
    with ThreadPoolExecutor() as pool:
        bad = pool.submit(soaked_with_leaks, tmp_path / "leaky.json")
        code = soaked_by_command(path, monkeypatch)
        clean, told = bad.result()

    shown = capsys.readouterr().out
    assert code == 0, shown
    assert "grew" not in shown
    report = orjson.loads(path.read_bytes())
    assert (report["clean"], report["violations"], len(report["compared"])) == (True, [], 5)
    assert report["done"]["cycles closed"] > 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    assert not clean, told
    leaky = orjson.loads((tmp_path / "leaky.json").read_bytes())
    assert [one["figure"] for one in leaky["compared"] if one["grew"]] == ["memory", "threads", "descriptors"]
    assert leaky["violations"] == []
    assert told.count("grew") == 3


@pytest.mark.parametrize(
    "words", [("--hours", "0"), ("--speed", "0"), ("--report", "no/such/folder/soak.json")]
)
def test_arguments_that_make_no_soak_are_told(
    words: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["main.py", "soak", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert words[0] in capsys.readouterr().err
