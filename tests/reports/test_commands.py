"""The four commands where no bot runs: what they say, and how they leave."""

from __future__ import annotations

import stat
from pathlib import Path

import orjson
import pytest

from messages.sides import Side
from tests.reports.calling import called
from tests.reports.histories import History
from tests.whole.command import example_config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config of account 1, and its data."""
    example_config(tmp_path, **{'data_dir = "data"': f'data_dir = "{tmp_path / "data"}"'})
    history = History(tmp_path / "data").minute("10000")
    history.cycle(Side.LONG, [("100", "1")], [("101", "1")]).minute("10001")
    return tmp_path


def with_config(folder: Path, *arguments: str) -> tuple[str, ...]:
    return (*arguments, "--config", str(folder / "config.toml"))


WRONG_ARGUMENTS = {
    "a period in no known unit": (
        ("--period", "5x"),
        "--period '5x': write a time such as 90s, 15m, 24h or 7d",
    ),
    "a plot of no known kind": (
        ("--plot", "a.gif"),
        "--plot a.gif: give it a name that ends in .png, .svg or .html",
    ),
    "a plot in no folder": (("--plot", "no/where.png"), "--plot no/where.png: can't be written"),
    "an export in no folder": (("--export", "no/where.csv"), "--export no/where.csv: can't be written"),
    "an account that can't be": (("--account", "1000"), "--account"),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG_ARGUMENTS.values(), ids=WRONG_ARGUMENTS)
def test_a_wrong_argument_leaves_with_2_and_one_message(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = called(*with_config(folder, "analyze", *arguments))
    assert (done.code, words in done.err) == (2, True), done.text
    assert done.out == ""


def test_a_config_that_is_not_there_leaves_with_2(tmp_path: Path) -> None:
    for command in ("health", "status", "balance", "analyze"):
        done = called(command, "--config", str(tmp_path / "gone.toml"))
        assert (done.code, "gone.toml: no such file" in done.err) == (2, True), done.text


def test_what_can_t_be_told_leaves_with_1_and_says_why(folder: Path) -> None:
    socket = folder / "data" / ".control"
    for command in ("status", "balance"):
        done = called(*with_config(folder, command))
        assert (done.code, "no process runs" in done.err) == (1, True), done.text
    assert str(socket) in called(*with_config(folder, "status", "--json")).err
    assert "account 007 is not in the config" in called(*with_config(folder, "analyze", "--account", "7")).err
    late = called(*with_config(folder, "analyze", "--period", "1h"))
    assert (late.code, "no trade and no figure of this period" in late.err) == (1, True)
    (folder / "data" / "001_trades_history.csv").unlink()
    gone = called(*with_config(folder, "analyze", "--account", "1"))
    assert (gone.code, "001_trades_history.csv: no such file" in gone.err) == (1, True)


def test_a_folder_that_can_t_be_looked_into_is_told_in_one_line_and_has_a_verdict(folder: Path) -> None:
    config = folder / "config.toml"
    data = str(folder / "data")
    config.write_text(config.read_text().replace(data, data.replace("/data", "/" + "d" * 300)))
    done = called(*with_config(folder, "analyze"))
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1), done.text
    assert "001_trades_history.csv: can't be read: File name too long" in done.err
    told = orjson.loads(called(*with_config(folder, "health", "--json")).out)
    assert {check["check"] for check in told["checks"] if check["mark"] == "bad"} >= {"disk", "trades"}


def test_a_spoilt_line_is_named_and_nothing_is_drawn(folder: Path) -> None:
    path = folder / "data" / "001_performance_metrics.csv"
    path.write_text(path.read_text().replace("10001", "1000l"))
    done = called(*with_config(folder, "analyze", "--plot", str(folder / "a.png")))
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert f"{path}:3: equity_usdt is '1000l'" in done.err
    assert not (folder / "a.png").exists()


def test_watching_without_a_terminal_is_refused_with_a_way_out(folder: Path) -> None:
    done = called(*with_config(folder, "status", "--watch"))
    assert (done.code, "add --json" in done.err) == (2, True), done.text


def test_several_accounts_don_t_fit_one_sheet_but_fit_a_page(folder: Path) -> None:
    text = (folder / "config.toml").read_text()
    account = text[text.index("[[accounts]]\n") :]
    second = account.replace("id = 1 ", "id = 2 ").replace("_001", "_002").replace('"main"', '"other"')
    (folder / "config.toml").write_text(text + "\n" + second)
    History(folder / "data", 2).cycle(Side.LONG, [("100", "1")], [("102", "1")]).minute("5000")
    done = called(*with_config(folder, "analyze", "--plot", str(folder / "a.png")))
    assert (done.code, "there are 001, 002: add --account, or draw .html" in done.err) == (2, True), done.text
    told = orjson.loads(called(*with_config(folder, "analyze", "--json", "--account", "2")).out)
    assert [one["total"]["profit_usdt"] for one in told["accounts"]] == ["2"]
    page = folder / "a.html"
    done = called(*with_config(folder, "analyze", "--plot", str(page)))
    assert done.code == 0, done.text
    assert page.read_text().count("<img ") == 2
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_what_a_dry_run_has_made_is_marked_as_such(folder: Path) -> None:
    config = folder / "config.toml"
    config.write_text(config.read_text().replace("dry_run = false", "dry_run = true"))
    for path in sorted((folder / "data").glob("001_*.csv")):
        path.rename(path.with_name(path.name.replace("001_", "001_dry_")))
    page = folder / "a.html"
    done = called(*with_config(folder, "analyze", "--plot", str(page)))
    assert done.out.startswith("account 001 main DRY, ")
    assert "account 001 main DRY, " in page.read_text()
    (told,) = orjson.loads(called(*with_config(folder, "analyze", "--json")).out)["accounts"]
    assert told["dry_run"] is True


def test_exports_are_written_whole_and_private(folder: Path) -> None:
    trades, cycles = folder / "t.csv", folder / "c.csv"
    arguments = ("--export", str(trades), "--export-cycles", str(cycles))
    done = called(*with_config(folder, "analyze", *arguments))
    assert done.code == 0, done.text
    assert trades.read_bytes() == (folder / "data" / "001_trades_history.csv").read_bytes()
    assert cycles.read_text().splitlines()[1].endswith(",1,0.02,0,0.98")
    assert stat.S_IMODE(trades.stat().st_mode) == stat.S_IMODE(cycles.stat().st_mode) == 0o600


def test_a_stopped_bot_is_not_healthy_and_its_files_are_told(folder: Path) -> None:
    short, every = (
        called(*with_config(folder, "health")),
        called(*with_config(folder, "health", "--check-all")),
    )
    assert (short.code, every.code) == (1, 1)
    assert "none runs" in short.out
    assert "each readable" not in short.out
    assert "2 rows, each readable" in every.out
    assert short.out.splitlines()[-1].startswith("not healthy: 1 of 7 checks")


def test_keys_that_are_missing_are_named_where_the_balance_is_at_an_exchange(folder: Path) -> None:
    config = folder / "config.toml"
    config.write_text(config.read_text().replace('environment = "simulated"', 'environment = "demo"'))
    done = called(*with_config(folder, "balance"))
    assert (done.code, "SOL_TRADER_KEY_001" in done.err) == (2, True), done.text
