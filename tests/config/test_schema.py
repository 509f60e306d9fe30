"""Every setting's range is enforced at its place, and the pure core gets what was written."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import ConfigError, SymbolSettings
from config.loader import check_document
from config.schema import Config
from config.settings_tree import limits, tables, words_of
from messages.settings import GridSettings, ReopenSide, ReopenSize
from tests.config.documents import a_document, a_symbol, an_account

NUMBERS = [name for name, field in SymbolSettings.model_fields.items() if limits(field)]


def symbol_problems(name: str, value: object) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        check_document(a_document(an_account(1, a_symbol() | {name: value})))
    return {p.place.removeprefix("accounts[0].symbols[0]."): p.what for p in caught.value.problems}


def bounds(name: str) -> tuple[Decimal, Decimal]:
    found = limits(SymbolSettings.model_fields[name])
    assert found
    return Decimal(found[0]), Decimal(found[1])


def test_the_schema_and_the_pure_core_have_the_same_settings_and_defaults() -> None:
    given_only = SymbolSettings.model_validate(a_symbol())
    assert given_only.to_grid_settings() == GridSettings(symbol="SOLUSDT", initial_margin=Decimal(5))
    assert [field.name for field in fields(GridSettings)] == list(SymbolSettings.model_fields)


def test_money_reaches_the_pure_core_as_decimal() -> None:
    raw = a_symbol(leverage=3, protective_stop_percent=40)
    settings = SymbolSettings.model_validate(raw).to_grid_settings()
    for field in fields(settings):
        value = getattr(settings, field.name)
        assert not isinstance(value, float)
        assert isinstance(value, int) == (field.type in {"int", int, "bool", bool})


def test_enums_reach_the_pure_core_as_enums() -> None:
    settings = SymbolSettings.model_validate(a_symbol(reopen_size="minus_two", reopen_side="both"))
    assert settings.to_grid_settings().reopen_size is ReopenSize.MINUS_TWO
    assert settings.to_grid_settings().reopen_side is ReopenSide.BOTH


def test_off_switches_the_protective_stop_off() -> None:
    config = check_document(a_document(an_account(1, a_symbol(protective_stop_percent="off"))))
    assert config.accounts[0].symbols[0].to_grid_settings().protective_stop_percent is None


@pytest.mark.parametrize("name", NUMBERS)
@given(data=st.data())
def test_numbers_beyond_their_range_are_refused_with_the_range(name: str, data: st.DataObject) -> None:
    low, high = bounds(name)
    beyond = data.draw(st.integers(max_value=int(low) - 1) | st.integers(min_value=int(high) + 1))
    problems = symbol_problems(name, beyond)
    assert f"from {low} to {high}" in problems[name]


@pytest.mark.parametrize("name", NUMBERS)
def test_both_ends_of_a_range_are_allowed(name: str) -> None:
    for end in bounds(name):
        value = int(end) if SymbolSettings.model_fields[name].annotation is int else end
        SymbolSettings.model_validate(a_symbol() | {name: value})


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [True, "5", 5.0, [], {}, Decimal("nan"), Decimal("5.000000001")])
def test_values_of_the_wrong_kind_are_refused(name: str, value: object) -> None:
    assert list(symbol_problems(name, value)) == [name]


@given(st.sampled_from(["", "SOL", "sol", "SOL-USDT", "SOL\n", "SÖLUSDT", "A" * 21, "1" * 22]) | st.text())
def test_a_symbol_is_up_to_21_capitals_and_digits(symbol: str) -> None:
    fits = 1 <= len(symbol) <= 21 and symbol.isascii() and symbol.isalnum() and symbol == symbol.upper()
    try:
        check_document(a_document(an_account(1, a_symbol(symbol))))
    except ConfigError:
        assert not fits
    else:
        assert fits


def test_settings_can_not_be_changed_afterwards() -> None:
    settings = SymbolSettings.model_validate(a_symbol())
    with pytest.raises(ValueError, match="frozen"):
        setattr(settings, "leverage", Decimal(100))  # noqa: B010  # mypy knows that it can't be set


def test_no_table_of_the_schema_takes_a_float() -> None:
    for _, table in tables(Config):
        for name, field in table.model_fields.items():
            assert "float" not in str(field.annotation), name


def test_every_choice_is_accepted_by_its_word() -> None:
    for name, field in SymbolSettings.model_fields.items():
        for word in words_of(field):
            chosen: Any = SymbolSettings.model_validate(a_symbol() | {name: word})
            assert getattr(chosen, name) == word
