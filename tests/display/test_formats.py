"""Numbers for eyes: rounded, signed, never minus zero."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.display.formats import average, duration, latency, percent, places_of, quantity, usdt, usdt_change

D = Decimal
amounts = st.decimals(-(10**9), 10**9, places=8)


@given(amounts)
def test_an_amount_reads_back_within_half_a_cent(amount: Decimal) -> None:
    assert abs(D(usdt(amount).replace(",", "")) - amount) <= D("0.005")
    assert usdt_change(amount).lstrip("+") == usdt(amount)


@given(amounts)
def test_zero_has_no_sign_and_gains_have_a_plus(amount: Decimal) -> None:
    text = usdt_change(amount)
    assert text != "-0.00"
    assert text.startswith("+") == (round(amount, 2) > 0)


@given(st.decimals(D("0.00000001"), 10**9, places=8))
def test_a_quantity_loses_no_digit_and_no_exponent_shows(qty: Decimal) -> None:
    assert D(quantity(qty)) == qty
    assert "E" not in quantity(qty)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (usdt(D("10003.205")), "10,003.20"),
        (usdt(None), "-"),
        (percent(D("0.0125")), "1.25 %"),
        (quantity(D("1E+3")), "1000"),
        (quantity(D("0.00")), "0"),
        (duration(83_000), "0:01:23"),
        (duration(2 * 86_400_000 + 83_999), "2 d 0:01:23"),
        (duration(-5), "0:00:00"),
        (latency(D("1.44")), "1.4"),
        (latency(D("1250")), "1,250"),
        (latency(None), "-"),
        (average(D("145.2307692307692307692307692")), "145.231"),
        (average(D("0.21")), "0.210000"),
        (average(D("98765.4321")), "98765.4"),
        (average(D("1234567.8")), "1234568"),
    ],
)
def test_figures_read_as_people_write_them(shown: str, expected: str) -> None:
    assert shown == expected


def test_prices_take_the_most_decimals_that_the_exchange_writes() -> None:
    assert places_of(D("145.23"), D("146.020"), None) == 3
    assert places_of(D("1E+2")) == 0
    assert places_of(None) == 2
