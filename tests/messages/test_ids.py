"""Order ids: every part comes back, the exchange takes them, and nothing else looks like ours."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from messages.ids import MAX_COUNTER, MAX_SYMBOL_LENGTH, OrderName, parse_order_link_id
from messages.sides import Role, Side

#: What the exchange takes as orderLinkId.
ALLOWED = re.compile(r"[A-Za-z0-9_-]{1,36}")

names = st.builds(
    OrderName,
    account=st.integers(1, 999),
    side=st.sampled_from(Side),
    role=st.sampled_from(Role),
    level=st.integers(0, 99),
    symbol=st.text("ABCXYZ0189", min_size=1, max_size=MAX_SYMBOL_LENGTH),
    cycle=st.integers(0, MAX_COUNTER),
    attempt=st.integers(0, MAX_COUNTER),
)


def a_name(**changes: object) -> OrderName:
    parts: dict[str, object] = {
        "account": 1,
        "side": Side.LONG,
        "role": Role.ENTRY,
        "level": 2,
        "symbol": "SOLUSDT",
        "cycle": 10,
        "attempt": 1,
    }
    return OrderName(**(parts | changes))  # type: ignore[arg-type]  # parts by name, wrong ones on purpose


@given(name=names)
def test_every_part_of_an_id_comes_back(name: OrderName) -> None:
    assert ALLOWED.fullmatch(str(name))
    assert parse_order_link_id(str(name)) == name


@given(one=names, other=names)
def test_two_names_never_share_an_id(one: OrderName, other: OrderName) -> None:
    assume(one != other)
    assert str(one) != str(other)


@given(text=st.text(max_size=40) | st.from_regex(r"[0-9]{3}[LSX][EOTCRZ][0-9]{2}-[A-Z0-9]+-[0-9A-Za-z]{6}"))
def test_whatever_is_read_as_ours_is_written_the_same(text: str) -> None:
    name = parse_order_link_id(text)
    assert name is None or str(name) == text


def test_an_id_reads_as_the_documentation_shows() -> None:
    assert str(a_name()) == "001LE02-SOLUSDT-00A001"


def test_the_longest_symbol_fills_the_exchange_s_limit() -> None:
    longest = a_name(symbol="1" * MAX_SYMBOL_LENGTH, level=99, cycle=MAX_COUNTER, attempt=MAX_COUNTER)
    assert len(str(longest)) == 36
    assert str(longest).endswith("-ZZZZZZ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "000LE02-SOLUSDT-00A001",
        "001LE02-SOLUSDT-00a001",
        "001LE02-SOLUSDT-00A001\n",
        "001LE02-solusdt-00A001",
        "001XE02-SOLUSDT-00A001",
        "001LX02-SOLUSDT-00A001",
        "001LE02-SOLUSDT-00A0011",
        "٠٠١LE02-SOLUSDT-00A001",
        "001LE02-" + "A" * 22 + "-00A001",
    ],
)
def test_an_id_of_any_other_form_is_not_ours(text: str) -> None:
    assert parse_order_link_id(text) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"account": 0},
        {"account": 1000},
        {"level": -1},
        {"level": 100},
        {"cycle": -1},
        {"cycle": MAX_COUNTER + 1},
        {"attempt": MAX_COUNTER + 1},
        {"symbol": ""},
        {"symbol": "A" * (MAX_SYMBOL_LENGTH + 1)},
    ],
)
def test_parts_that_have_no_place_in_an_id_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not "):
        a_name(**changes)
