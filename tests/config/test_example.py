"""The example file names every setting with its default and range, and can be traded as it is."""

import re
from decimal import Decimal
from enum import StrEnum

import pytest
from pydantic.fields import FieldInfo

from config import Environment, load_config
from config.schema import Config
from config.settings_tree import limits, tables, words_of
from messages.settings import WhenLocked
from tests.config.documents import EXAMPLE

HEADED = {header.strip("[]") for header, _ in tables(Config)}
SETTINGS = [
    (header, name, field)
    for header, table in tables(Config)
    for name, field in table.model_fields.items()
    if f"{header.strip('[]')}.{name}" not in HEADED
]


def line_of(header: str, name: str) -> str:
    """The line of the example that gives ``name`` in the first table under ``header``."""
    below = EXAMPLE.read_text().partition(f"\n{header}")[2]
    section = re.split(r"\n\[", below, maxsplit=1)[0]
    found = re.search(rf"^{name} = .*$", section, re.MULTILINE)
    assert found, f"{header} {name} is not in the example"
    return found.group()


def written(field: FieldInfo) -> str:
    default = field.default
    if isinstance(default, bool):
        return str(default).lower()
    return "off" if default is None else str(default.value if isinstance(default, StrEnum) else default)


def test_the_example_is_a_valid_configuration() -> None:
    config = load_config(EXAMPLE)
    assert config.process.environment is Environment.SIMULATED
    (account,) = config.accounts
    assert (account.code, account.name, account.simulated_usdt) == ("001", "main", Decimal(10_000))
    assert [symbol.symbol for symbol in account.symbols] == ["SOLUSDT", "DOGEUSDT"]
    assert {symbol.initial_margin for symbol in account.symbols} == {Decimal(5)}
    assert {symbol.when_locked for symbol in account.symbols} == {WhenLocked.RESTART}
    assert account.guard.loss.threshold_percent == 15


@pytest.mark.parametrize(("header", "name", "field"), SETTINGS, ids=lambda value: str(value)[:40])
def test_the_example_says_the_default_and_range_of_each_setting(
    header: str, name: str, field: FieldInfo
) -> None:
    comment = line_of(header, name).partition("#")[2]
    assert ("required" if field.is_required() else f"default {written(field)}") in comment
    bounds = limits(field)
    if bounds:
        assert f"{bounds[0]} to {bounds[1]}" in comment
    for word in words_of(field):
        assert word in comment


def test_only_the_named_settings_of_the_example_differ_from_their_defaults() -> None:
    different = {
        name
        for header, name, field in SETTINGS
        if not field.is_required() and f"= {written(field)} " not in line_of(header, name).replace('"', "")
    }
    assert different == {"when_locked", "threshold_percent"}
