"""Settings that are right alone but wrong together."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config import ConfigError, SymbolSettings
from config.checks import contradictions, stop_beyond_ladder
from config.loader import check_document
from tests.config.documents import a_document, a_symbol, an_account


def problems_of(*accounts: dict[str, object]) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        check_document(a_document(*accounts))
    return {problem.place: problem.what for problem in caught.value.problems}


def test_two_accounts_with_one_id_are_refused() -> None:
    problems = problems_of(an_account(1), an_account(2, id=1))
    assert problems == {
        "accounts[1].id": "is 1 again as accounts[0].id; two accounts would share files and order ids"
    }


def test_two_accounts_with_one_name_are_refused() -> None:
    assert list(problems_of(an_account(1), an_account(2, name="name-1"))) == ["accounts[1].name"]


def test_a_key_variable_serves_one_purpose_of_one_account() -> None:
    shared = problems_of(an_account(1), an_account(2, api_key_env="KEY_1"))
    assert "same variable as accounts[0].api_key_env" in shared["accounts[1].api_key_env"]
    crossed = problems_of(an_account(1, api_secret_env="KEY_1"))
    assert "same variable as accounts[0].api_key_env" in crossed["accounts[0].api_secret_env"]


def test_a_symbol_stands_once_in_an_account() -> None:
    problems = problems_of(an_account(1, a_symbol(), a_symbol("DOGEUSDT"), a_symbol()))
    assert list(problems) == ["accounts[0].symbols[2].symbol"]


def test_two_accounts_may_trade_the_same_symbol() -> None:
    assert len(check_document(a_document(an_account(1), an_account(2))).accounts) == 2


def test_entries_deeper_than_the_ladder_are_refused() -> None:
    problems = problems_of(an_account(1, a_symbol(max_levels=3, pending_depth=3)))
    assert "at most 2" in problems["accounts[0].symbols[0].pending_depth"]


def test_a_ladder_of_one_level_takes_the_default_depth() -> None:
    check_document(a_document(an_account(1, a_symbol(max_levels=1))))


def test_a_ladder_of_one_level_that_would_restart_without_end_is_refused() -> None:
    problems = problems_of(an_account(1, a_symbol(max_levels=1, when_locked="restart")))
    assert "restart without end" in problems["accounts[0].symbols[0].when_locked"]
    check_document(a_document(an_account(1, a_symbol(max_levels=1, when_locked="hold"))))
    check_document(a_document(an_account(1, a_symbol(max_levels=2, when_locked="restart"))))


def test_a_stop_inside_the_ladder_is_refused_with_what_would_do() -> None:
    problems = problems_of(an_account(1, a_symbol(protective_stop_percent=2)))
    what = problems["accounts[0].symbols[0].protective_stop_percent"]
    assert "take more than 2.46" in what
    check_document(a_document(an_account(1, a_symbol(protective_stop_percent=Decimal("2.47")))))


def test_the_stop_of_a_flat_ladder_must_clear_half_its_depth() -> None:
    """Worked by hand: margins 1, 1 at 100 and 110 (SHORT): 2 / (1/100 + 1/110) = 104.76; next 121."""
    settings = SymbolSettings.model_validate(a_symbol(grid_step_percent=10, multiplier=1, max_levels=3))
    assert stop_beyond_ladder(settings).quantize(Decimal("0.01")) == Decimal("15.50")


@given(
    step=st.decimals(Decimal("0.05"), 20, places=2),
    multiplier=st.decimals(1, 10, places=1),
    levels=st.integers(1, 50),
    stop=st.decimals(1, 90, places=1),
)
def test_a_stop_that_passes_is_beyond_every_next_level(
    step: Decimal, multiplier: Decimal, levels: int, stop: Decimal
) -> None:
    ladder = {"grid_step_percent": step, "multiplier": multiplier, "max_levels": levels}
    settings = SymbolSettings.model_validate(a_symbol() | ladder | {"protective_stop_percent": stop})
    assume(not list(contradictions(settings)))
    for s in (1, -1):
        prices = [(1 - s * step / 100) ** n for n in range(levels)]
        for k in range(levels - 1):
            margins = [multiplier**n for n in range(k + 1)]
            quantities = [margin / price for margin, price in zip(margins, prices, strict=False)]
            average = sum(margins, Decimal(0)) / sum(quantities, Decimal(0))
            assert s * prices[k + 1] > s * average * (1 - s * stop / 100)


def test_a_freeze_that_lifts_where_it_begins_is_refused() -> None:
    account = an_account(1, guard={"early_freeze": {"below_ratio": 2}})
    assert list(problems_of(account)) == ["accounts[0].guard.early_freeze.lift_ratio"]


def test_a_panic_before_the_early_freeze_is_refused() -> None:
    account = an_account(1, guard={"panic": {"enabled": True, "below_ratio": Decimal("1.6")}})
    assert list(problems_of(account)) == ["accounts[0].guard.panic.below_ratio"]
