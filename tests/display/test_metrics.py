"""Metrics count what they are told, and stand at zero before."""

from __future__ import annotations

from configparser import ConfigParser
from decimal import Decimal

import pytest

from actors.metrics_registry import Metrics
from messages.events import Counted
from messages.orders import Outcome
from messages.reports import BalanceRead, StateWritten, SyncFinished
from messages.sides import Side
from tests.display.scenes import a_busy_symbol, a_close, a_latency, a_stream, an_order, busy_messages
from tests.store.reports import NOW_MS, a_symbol, an_account
from tests.venue_process import ROOT

SOL = {"account": "001", "symbol": "SOLUSDT"}
LONG = {**SOL, "side": "LONG"}


def metrics(*messages: object) -> Metrics:
    made = Metrics.for_config({1: ("SOLUSDT", "DOGEUSDT")})
    for message in messages:
        made.apply(message)
    return made


def value(made: Metrics, name: str, **labels: str) -> float | None:
    found = made.registry.get_sample_value(f"soltrader_{name}", labels)
    return None if found is None else float(found)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("orphan_orders_total", SOL),
        ("recoveries_total", SOL),
        ("late_fills_total", SOL),
        ("resyncs_total", {"account": "001"}),
        ("cycles_closed_total", {**LONG, "reason": "take_profit"}),
        ("tp_close_latency_seconds_count", LONG),
        ("tp_reopen_latency_seconds_count", LONG),
        ("balance_requests_total", {"account": "001", "source": "guard"}),
        ("state_writes_total", {"account": "001"}),
        ("state_write_failures_total", {"account": "001"}),
        ("stream_disconnects_total", {"account": "001", "stream": "private"}),
        ("stream_disconnects_total", {"account": "all", "stream": "public"}),
        ("stream_up", {"account": "001", "stream": "trading"}),
        ("orders_total", {**SOL, "action": "create", "outcome": "refused"}),
        ("order_round_trip_seconds_count", {"account": "001", "action": "cancel"}),
    ],
)
def test_what_alerts_watch_stands_at_zero_before_anything_happens(name: str, labels: dict[str, str]) -> None:
    assert value(metrics(), name, **labels) == 0


@pytest.mark.parametrize(
    ("name", "metric"),
    [("orphan", "orphan_orders"), ("recovery", "recoveries"), ("late_fill", "late_fills")],
)
def test_what_must_stay_at_zero_counts_by_symbol(name: str, metric: str) -> None:
    made = metrics(Counted(account=1, symbol="SOLUSDT", name=name, amount=Decimal(2)))
    assert value(made, f"{metric}_total", **SOL) == 2


def test_other_counts_go_by_name_and_reason() -> None:
    made = metrics(
        Counted(account=1, symbol="", name="resync"),
        Counted(account=1, symbol="SOLUSDT", name="tp_refused", reason="110017"),
    )
    assert value(made, "resyncs_total", account="001") == 1
    assert value(made, "events_total", **SOL, event="tp_refused", reason="110017") == 1


def test_both_latencies_are_in_seconds_and_in_their_buckets() -> None:
    made = metrics(a_latency("12", None), a_latency("4999", "1.5"))
    assert value(made, "tp_close_latency_seconds_sum", **LONG) == pytest.approx(5.011)
    assert value(made, "tp_close_latency_seconds_bucket", **LONG, le="0.025") == 1
    assert value(made, "tp_close_latency_seconds_bucket", **LONG, le="5.0") == 2
    assert value(made, "tp_reopen_latency_seconds_count", **LONG) == 1


def test_refusals_count_by_code_and_answers_by_outcome() -> None:
    made = metrics(an_order(), an_order(Outcome.REFUSED, 110017), an_order(Outcome.UNKNOWN))
    assert value(made, "order_rejections_total", **SOL, code="110017") == 1
    assert value(made, "orders_total", **SOL, action="create", outcome="unknown") == 1
    assert value(made, "order_round_trip_seconds_sum", account="001", action="create") == pytest.approx(
        0.0048
    )


def test_a_lost_stream_counts_once_until_it_stood_again() -> None:
    down_from_the_start = metrics(a_stream(False))
    made = metrics(a_stream(True), a_stream(False), a_stream(False), a_stream(True))
    labels = {"account": "001", "stream": "private"}
    assert value(down_from_the_start, "stream_disconnects_total", **labels) == 0
    assert value(made, "stream_disconnects_total", **labels) == 1
    assert value(made, "stream_up", **labels) == 1


def test_a_failed_write_leaves_the_time_of_the_last_good_one() -> None:
    made = metrics(
        StateWritten(account=1, failure="", took_ns=2_000_000, changes=1, at_ms=NOW_MS),
        StateWritten(account=1, failure="disk full", took_ns=1, changes=1, at_ms=NOW_MS + 1000),
        SyncFinished(account=1, failure="no answer", took_ns=1, at_ms=NOW_MS),
    )
    assert value(made, "state_writes_total", account="001") == 2
    assert value(made, "state_write_failures_total", account="001") == 1
    assert value(made, "last_state_write_timestamp_seconds", account="001") == NOW_MS / 1000
    assert value(made, "sync_failures_total", account="001") == 1
    assert value(made, "last_sync_timestamp_seconds", account="001") is None


def test_figures_follow_the_reports() -> None:
    made = metrics(an_account(stopped="loss"), a_busy_symbol(1, "SOLUSDT"))
    made.watch_mailboxes(lambda: [("watch", 3)])
    made.apply(BalanceRead(account=1, source="start"))
    assert value(made, "equity_usdt", account="001") == 9990.5
    assert value(made, "position_qty", **LONG) == 10.4
    assert value(made, "take_profit_price_usdt", **LONG) == 146.02
    assert value(made, "filled_levels", **LONG) == 3
    assert value(made, "mailbox_depth_messages", actor="watch") == 3
    assert value(made, "balance_requests_total", account="001", source="start") == 1


def test_a_price_that_no_longer_exists_has_no_series() -> None:
    made = metrics(a_busy_symbol(1, "SOLUSDT"), a_symbol("SOLUSDT"))
    assert value(made, "take_profit_price_usdt", **LONG) is None
    assert value(made, "position_average_price_usdt", **LONG) is None
    assert value(made, "mark_price_usdt", **SOL) is None
    assert value(made, "position_qty", **LONG) == 0


def test_a_cycle_counts_by_side_and_cause() -> None:
    made = metrics(a_close(Side.SHORT, cause="restart"))
    assert value(made, "cycles_closed_total", **SOL, side="SHORT", reason="restart") == 1


def test_messages_that_metrics_do_not_know_change_nothing() -> None:
    made, fresh = metrics("anything", None), metrics()
    for name in ("orphan_orders_total", "late_fills_total"):
        assert value(made, name, **SOL) == value(fresh, name, **SOL)


def test_every_metric_is_ours_by_name_and_explained() -> None:
    for family in metrics(*busy_messages()).registry.collect():
        assert family.name.startswith(("soltrader_", "process_"))
        assert family.documentation.endswith(".")


def test_the_version_that_runs_is_told_from_a_checkout_too() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    (build,) = [family for family in metrics().registry.collect() if family.name == "soltrader_build"]
    assert build.samples[0].labels["version"] == setup["metadata"]["version"]
