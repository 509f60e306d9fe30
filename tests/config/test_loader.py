"""Files and texts become a Config whole, or one error with every problem in it."""

import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import Config, ConfigError, load_config, parse_config
from config.loader import check_document
from tests.config.documents import EXAMPLE, the_example

MINIMAL = """
[process]
environment = "simulated"
[[accounts]]
id = 7
name = "seven"
api_key_env = "K"
api_secret_env = "S"
[[accounts.symbols]]
symbol = "SOLUSDT"
initial_margin = 5
grid_step_percent = 0.1
"""


def problems_in(text: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, source="f.toml")
    return {problem.place: problem.what for problem in caught.value.problems}


def test_a_minimal_text_takes_defaults_for_the_rest() -> None:
    config = parse_config(MINIMAL)
    assert config.process.metrics.port == 9108
    assert config.process.data_dir == Path("data")
    assert config.accounts[0].code == "007"
    assert config.accounts[0].symbols[0].leverage == 10


def test_numbers_are_kept_exactly_as_written() -> None:
    step = parse_config(MINIMAL).accounts[0].symbols[0].grid_step_percent
    assert isinstance(step, Decimal)
    assert str(step) == "0.1"


def test_a_whole_number_becomes_a_decimal() -> None:
    margin = parse_config(MINIMAL).accounts[0].symbols[0].initial_margin
    assert isinstance(margin, Decimal)
    assert margin == 5


def test_problems_of_every_kind_come_at_once() -> None:
    text = MINIMAL.replace('"simulated"', '"mainet"').replace("id = 7", "id = 0\ntypo = 1")
    text += "max_levels = 2\npending_depth = 5\n[[accounts.symbols]]\nsymbol = 'SOLUSDT'\n"
    assert set(problems_in(text)) == {
        "process.environment",
        "accounts[0].id",
        "accounts[0].typo",
        "accounts[0].symbols[0].pending_depth",
        "accounts[0].symbols[1].initial_margin",
        "accounts[0].symbols[1].symbol",
    }


def test_each_line_of_the_message_has_file_and_place() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(MINIMAL + "leverage = 500\nmultiplier = '2'\n", source="f.toml")
    head, *lines = str(caught.value).splitlines()
    assert head == "f.toml: 2 problems"
    assert lines == [
        "  f.toml: accounts[0].symbols[0].leverage: is 500; "
        "allowed: a number from 1 to 200 with at most 8 decimals",
        '  f.toml: accounts[0].symbols[0].multiplier: is "2"; '
        "allowed: a number from 1 to 10 with at most 8 decimals",
    ]


def test_a_syntax_error_names_line_and_column() -> None:
    assert problems_in("[process]\nenvironment = \n")[""].endswith("(at line 2, column 15)")


@pytest.mark.parametrize("text", ["[" * 5000, "a = " + "[" * 5000, "a = " + "1" * 5000, "a = 1\na = 2", "\0"])
def test_texts_that_are_no_toml_are_one_problem(text: str) -> None:
    assert "is not valid TOML" in problems_in(text)[""]


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e9999999999999999999", "1e-9999999999999999999"])
def test_numbers_beyond_all_ranges_are_refused_at_their_place(number: str) -> None:
    assert list(problems_in(MINIMAL + f"leverage = {number}")) == ["accounts[0].symbols[0].leverage"]


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such file; copy config/example.toml"):
        load_config(tmp_path / "none.toml")


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        load_config(tmp_path)


def test_a_file_without_end_is_refused_and_never_read_whole() -> None:
    with pytest.raises(ConfigError, match=r"/dev/zero: is larger than 2048 KiB: that is no config"):
        load_config(Path("/dev/zero"))


def test_a_tilde_in_a_path_is_a_persons_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    text = MINIMAL.replace("[[accounts]]", 'data_dir = "~/data"\n[[accounts]]')
    assert parse_config(text).process.data_dir == tmp_path / "data"
    unknown = text.replace("~/data", "~nobody_of_this_name/data")
    assert set(problems_in(unknown)) == {"process.data_dir"}


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes(b"name = 'caf\xe9'")
    with pytest.raises(ConfigError, match=r"not UTF-8 text \(byte 11\)"):
        load_config(file)


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    file = tmp_path / "bom.toml"
    file.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.read_bytes())
    assert load_config(file) == load_config(EXAMPLE)


scalars = st.one_of(
    st.booleans(), st.integers(), st.decimals(), st.text(max_size=9), st.dates(), st.times(), st.datetimes()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


def outcome(document: dict[str, Any]) -> Config | ConfigError:
    try:
        return check_document(document)
    except ConfigError as error:
        return error


def tables_in(node: Any) -> list[dict[str, Any]]:
    below = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    return [node] * isinstance(node, dict) + [table for child in below for table in tables_in(child)]


@given(data=st.data())
def test_whatever_stands_in_a_file_ends_as_config_or_config_error(data: st.DataObject) -> None:
    document = copy.deepcopy(the_example())
    for _ in range(data.draw(st.integers(1, 3))):
        table = data.draw(st.sampled_from(tables_in(document)))
        key = data.draw(st.sampled_from([*sorted(table), "", "id", "a b", "\x1b", "symbols"]))
        table[key] = data.draw(values)
    end = outcome(document)
    if isinstance(end, ConfigError):
        assert end.problems
        assert all(line.isprintable() for line in str(end).split("\n"))


@given(values)
def test_any_document_at_all_ends_as_config_error(value: object) -> None:
    with pytest.raises(ConfigError):
        check_document({"process": value, "accounts": value})
