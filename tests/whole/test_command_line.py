"""The command line before anything trades: every wrong input is told in words, with exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.whole.command import example_config, finished, started

WRONG_ARGUMENTS = {
    "a time in no known unit": (
        ("run", "--for", "5x"),
        "--for '5x': write a time such as 90s, 15m, 24h or 7d",
    ),
    "an unknown scenario": (
        ("run", "--scenario", "storm"),
        "unknown scenario 'storm'; there are mixed, calm, trend, whipsaw, crash",
    ),
    "a prices file that is not there": (("run", "--prices", "SOLUSDT=gone.csv"), "gone.csv"),
    "a prices file without a symbol": (("run", "--prices", "gone.csv"), "write SYMBOL=gone.csv"),
    "prices and a scenario": (
        ("run", "--prices", "SOLUSDT=a.csv", "--scenario", "calm"),
        "leave one of them out",
    ),
    "a speed that is no number": (("run", "--speed", "fast"), "--speed 'fast': write a number such as 120"),
    "a speed of nothing": (("run", "--speed", "0"), "speed 0: give more than 0"),
    "a negative seed": (("run", "--seed", "-1"), "seed -1: give 0 or more"),
    "a journal in no folder": (("run", "--journal", "no/where.jsonl"), "no/where.jsonl: can't be written"),
    "a summary in no folder": (("run", "--summary", "no/where.json"), "no/where.json: can't be written"),
    "a config that is not there": (("run", "--config", "gone.toml"), "gone.toml: no such file"),
    "a port beyond all ports": (("venue", "--port", "99999"), "port 99999: give 0 (any free one) to 65535"),
    "a balance that is no number": (("venue", "--balance", "much"), "--balance 'much'"),
    "a command that there isn't": (("trade",), "No such command 'trade'"),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG_ARGUMENTS.values(), ids=WRONG_ARGUMENTS)
def test_a_wrong_argument_leaves_with_2_and_says_what_is_wrong(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = finished(tmp_path, *arguments)
    assert done.code == 2, done.text
    assert words in done.err
    assert "Traceback" not in done.text
    assert not (tmp_path / "data").exists()


def test_all_mistakes_of_a_config_are_told_at_once_each_with_its_place(tmp_path: Path) -> None:
    config = example_config(
        tmp_path,
        **{
            "multiplier = 1.5": "multiplyer = 1.5",
            "leverage = 10 ": "leverage = 1000 ",
            'environment = "simulated"': 'environment = "paper"',
            "sync_seconds = 60 ": 'sync_seconds = "often" ',
        },
    )
    for command in ("run", "check"):
        done = finished(tmp_path, command, "--config", str(config))
        assert done.code == 2, done.text
        for words in (
            "4 problems",
            "process.environment",
            "process.sync_seconds",
            "accounts[0].symbols[0].leverage: is 1000; allowed: a number from 1 to 200",
            "accounts[0].symbols[0].multiplyer: is unknown here; did you mean multiplier?",
        ):
            assert words in done.err
        assert "Traceback" not in done.text


def test_a_config_that_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[process\n")
    done = finished(tmp_path, "run", "--config", "config.toml")
    assert done.code == 2
    assert "line 1" in done.err


def test_real_keys_that_are_missing_are_named_by_their_variables(tmp_path: Path) -> None:
    config = example_config(tmp_path, **{'environment = "simulated"': 'environment = "demo"'})
    done = finished(tmp_path, "run", "--config", str(config))
    assert done.code == 2, done.text
    assert "SOL_TRADER_KEY_001" in done.err
    assert "SOL_TRADER_SECRET_001" in done.err
    assert "Traceback" not in done.text


def test_check_passes_the_example_and_prints_every_ladder(tmp_path: Path) -> None:
    done = finished(tmp_path, "check", "--config", str(example_config(tmp_path)))
    assert done.code == 0, done.text
    for words in (
        "SOLUSDT at",
        "DOGEUSDT at",
        "level",
        "margin",
        "notional",
        "to liquidation",
        "could start",
    ):
        assert words in done.out
    assert not (tmp_path / "data").exists()


def test_check_refuses_a_ladder_and_names_the_level_the_rule_and_the_margin_that_passes(
    tmp_path: Path,
) -> None:
    config = example_config(tmp_path, **{"initial_margin = 5  ": "initial_margin = 0.4  "})
    done = finished(tmp_path, "check", "--config", str(config))
    assert done.code == 1, done.text
    refused = next(line for line in done.out.splitlines() if "initial_margin" in line)
    assert "level 0" in done.out
    assert "notional" in done.out
    smallest = refused.split("initial_margin")[1]
    assert any(character.isdigit() for character in smallest), refused


def test_run_refuses_the_same_ladder_with_1_and_places_nothing(tmp_path: Path) -> None:
    config = example_config(tmp_path, **{"initial_margin = 5  ": "initial_margin = 0.4  "})
    done = finished(tmp_path, "run", "--config", str(config), "--journal", "venue.jsonl", "--for", "60s")
    assert done.code == 1, done.text
    assert "SOLUSDT" in done.err
    assert "initial_margin" in done.err
    assert done.out == ""  # nothing ran, so there is nothing to sum up
    assert "Traceback" not in done.text
    assert "order.create" not in (tmp_path / "venue.jsonl").read_text()


def test_a_run_in_which_no_account_has_begun_to_trade_leaves_with_1(tmp_path: Path) -> None:
    example_config(tmp_path)
    (tmp_path / "data" / ".001_lock").mkdir(parents=True)  # no disk gives that as a file
    done = finished(tmp_path, "run", "--config", "config.toml", "--for", "2s")
    assert done.code == 1
    assert "account 001 does not start: files: data/.001_lock: Is a directory" in done.err
    assert done.err.endswith("no account has begun to trade in that time: the log says why\n")


def test_help_names_the_three_commands(tmp_path: Path) -> None:
    done = finished(tmp_path, "--help")
    assert done.code == 0
    for command in ("run", "venue", "check"):
        assert f" {command} " in done.out


def test_the_venue_alone_serves_and_stops_by_a_signal(tmp_path: Path) -> None:
    with started(tmp_path, "venue", "--scenario", "calm", "--journal", "venue.jsonl") as command:
        command.wait_for(lambda: "venue ready on http://127.0.0.1:" in command.out, "its address")
        done = command.stop()
    assert done.code == 0, done.text
    assert "Traceback" not in done.text
    assert done.stop_s < 5
