"""The model counts what it is told, and stays as it was for whoever holds the older one."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from actors.display.model import KEPT_HAPPENINGS, DisplayModel
from messages.events import Counted, Severity
from messages.orders import Outcome
from messages.reports import BalanceRead, StateWritten, SyncFinished
from messages.sides import Side
from tests.display.scenes import a_close, a_latency, a_stream, an_order, busy, busy_messages, start
from tests.store.reports import NOW_MS, a_symbol, an_account

D = Decimal


def after(*messages: object) -> DisplayModel:
    model = start()
    for message in messages:
        model = model.apply(message)
    return model


def test_a_model_that_was_handed_out_never_changes() -> None:
    model = start()
    for message in busy_messages():
        model.apply(message)
    assert model == start()


def test_messages_that_show_nothing_leave_the_model_as_it_is() -> None:
    model = busy()
    assert model.apply("anything") is model
    assert model.apply(None) is model


def test_cycles_profit_and_fees_are_booked_by_side() -> None:
    sol = after(a_close(Side.LONG), a_close(Side.LONG), a_close(Side.SHORT)).accounts[1].symbols["SOLUSDT"]
    assert (sol.sides[Side.LONG].cycles, sol.sides[Side.SHORT].cycles) == (2, 1)
    assert sol.sides[Side.LONG].realised == 2 * (D("8.21") - D("0.9") - D("0.01"))
    assert sol.booked.fees == D("2.7")


@given(
    st.lists(st.tuples(st.sampled_from(Side), st.decimals(-100, 100, places=8), st.decimals(0, 1, places=8)))
)
def test_what_an_account_realised_is_the_exact_sum_of_its_cycles(
    closes: list[tuple[Side, Decimal, Decimal]],
) -> None:
    messages = [a_close(side, profit=profit, fees=fees, funding=D(0)) for side, profit, fees in closes]
    assert after(*messages).accounts[1].booked.realised == sum((p - f for _, p, f in closes), D(0))


def test_a_withheld_order_was_never_sent() -> None:
    sol = after(an_order(), an_order(Outcome.WITHHELD)).accounts[1].symbols["SOLUSDT"]
    assert sol.orders == {"create": 1}
    assert sol.withheld == 1


def test_every_kind_of_refusal_is_counted_by_its_code() -> None:
    refusals = [an_order(outcome, 110017) for outcome in (Outcome.REFUSED, Outcome.RETRYABLE, Outcome.FATAL)]
    sol = after(*refusals, an_order(Outcome.REFUSED, 110007), an_order(Outcome.UNKNOWN)).accounts[1]
    assert sol.refused == {110017: 3, 110007: 1}
    assert sol.symbols["SOLUSDT"].unknown == 1
    assert sol.orders("create") == 5


def test_counts_with_and_without_a_symbol_are_totalled() -> None:
    counted = [
        Counted(account=1, symbol="SOLUSDT", name="orphan"),
        Counted(account=1, symbol="DOGEUSDT", name="orphan", amount=D(2)),
        Counted(account=1, symbol="", name="orphan"),
    ]
    account = after(*counted).accounts[1]
    assert account.total("orphan") == 4
    assert list(account.symbols) == ["SOLUSDT", "DOGEUSDT"]


def test_a_connection_is_lost_only_if_it_stood() -> None:
    account = after(a_stream(False), a_stream(True), a_stream(False), a_stream(False)).accounts[1]
    assert account.losses == {"private": 1}
    assert account.streams == {"private": False}


def test_the_shared_stream_belongs_to_no_account() -> None:
    model = after(a_stream(True, "public", account=0))
    assert model.shared_streams == {"public": True}
    assert list(model.accounts) == [1]


def test_the_latest_report_counts_and_equity_is_told_as_a_change() -> None:
    model = after(an_account(equity=D(1)), a_symbol("SOLUSDT"), an_account())
    assert model.accounts[1].equity_change == D("-9.5")
    assert model.accounts[1].symbols["SOLUSDT"].report == a_symbol("SOLUSDT")


def test_failed_writes_and_syncs_are_counted_and_told() -> None:
    model = after(
        StateWritten(account=1, failure="", took_ns=1, changes=1, at_ms=NOW_MS),
        StateWritten(account=1, failure="disk full", took_ns=1, changes=1, at_ms=NOW_MS),
        SyncFinished(account=1, failure="no answer", took_ns=1, at_ms=NOW_MS),
        BalanceRead(account=1, source="guard"),
    )
    account = model.accounts[1]
    assert (account.state_writes, account.state_failures) == (2, 1)
    assert (account.syncs, account.sync_failures) == (1, 1)
    assert account.balance_reads == {"guard": 1}
    assert [(h.severity, h.text) for h in model.happenings] == [
        (Severity.CRITICAL, "state not written: disk full"),
        (Severity.WARNING, "sync failed: no answer"),
    ]


def test_a_close_that_could_not_be_measured_adds_no_latency() -> None:
    sol = after(a_latency(None, "1.5"), a_latency("12", None)).accounts[1].symbols["SOLUSDT"]
    assert (sol.acted.count, sol.reopened.count) == (1, 1)
    assert sol.acted.largest == D(12)


def test_only_the_newest_happenings_are_kept() -> None:
    model = after(*(a_close(cycle=number) for number in range(KEPT_HAPPENINGS + 5)))
    assert len(model.happenings) == KEPT_HAPPENINGS
    assert model.happenings[-1].text.startswith(f"cycle {KEPT_HAPPENINGS + 4} closed (take profit)")
