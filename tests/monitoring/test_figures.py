"""Figures for alerts: times grow at each scrape, modes end by themselves, money is counted by its sign."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from actors.directory import Directory, kind_of
from actors.metrics_registry import Metrics
from actors.shell import Shell
from actors.timers import ThreadTimers
from exchange.clock import SystemClock
from messages.account import ExecType
from messages.events import Counted
from messages.reports import AccountChanged, GuardReport, PendingReport, StateWritten, StreamHeard
from messages.sides import Side
from tests.actors.stage import HandClock, StageWorld
from tests.display.scenes import a_close, a_stream
from tests.store.reports import NOW_MS, a_side, a_symbol, an_account
from tests.store.trades import a_trade
from tests.venue_process import wait_for

D = Decimal
SOL = {"account": "001", "symbol": "SOLUSDT"}
LONG = {**SOL, "side": "LONG"}


class Scraped:
    """Metrics under a clock moved by hand."""

    def __init__(self, *messages: object) -> None:
        self.clock = HandClock(NOW_MS)
        self.metrics = Metrics.for_config({1: ("SOLUSDT",)}, clock=self.clock)
        self.hear(*messages)

    def hear(self, *messages: object) -> None:
        """Let the metrics take messages."""
        for message in messages:
            self.metrics.apply(message)

    def value(self, name: str, **labels: str) -> float | None:
        """A series as the next scrape shows it."""
        found = self.metrics.registry.get_sample_value(f"soltrader_{name}", labels)
        return None if found is None else float(found)


def symbol(at_ms: int = NOW_MS, last: Decimal | None = None, **long: Any) -> object:
    return a_symbol("SOLUSDT", at_ms=at_ms, last=last, long=a_side(Side.LONG, **long))


def guard(**changes: Any) -> GuardReport:
    usual: dict[str, Any] = {
        "account": 1,
        "mode": "",
        "by_person": False,
        "frozen_until_ms": 0,
        "averaging_frozen": False,
        "holding": frozenset(),
        "failures": (("SOLUSDT", 0),),
        "peak": D(1000),
        "maintenance_threshold": D("0.5"),
        "loss_threshold": None,
    }
    return GuardReport(**(usual | changes))


def test_a_side_s_time_without_protection_grows_between_reports_and_ends_with_the_next_good_one() -> None:
    scraped = Scraped()
    assert scraped.value("unprotected_seconds", **LONG) == 0
    scraped.hear(symbol(NOW_MS, unprotected=True), symbol(NOW_MS + 2000, unprotected=True))
    scraped.clock.ms += 11_500
    assert scraped.value("unprotected_seconds", **LONG) == 11.5
    assert scraped.value("unprotected_seconds", **(LONG | {"side": "SHORT"})) == 0
    scraped.hear(symbol(NOW_MS + 12_000))
    assert scraped.value("unprotected_seconds", **LONG) == 0


def test_the_oldest_unknown_order_ages_by_the_clock() -> None:
    scraped = Scraped(a_symbol("SOLUSDT", unknown_since_ms=NOW_MS - 30_000))
    scraped.clock.ms += 1_000
    assert scraped.value("oldest_unknown_order_seconds", **SOL) == 31
    scraped.hear(a_symbol("SOLUSDT"))
    assert scraped.value("oldest_unknown_order_seconds", **SOL) == 0


def test_the_gap_is_what_the_take_profit_does_not_cover() -> None:
    scraped = Scraped(symbol(size=D("1.5"), take_profit_qty=D("0.5"), withdrawn=True))
    assert scraped.value("take_profit_gap_qty", **LONG) == 1
    assert scraped.value("take_profit_withdrawn", **LONG) == 1
    scraped.hear(symbol(size=D("1.5")))
    assert scraped.value("take_profit_gap_qty", **LONG) == 1.5


def test_the_distance_is_that_of_the_nearest_entry_from_the_last_price_and_absent_without_one() -> None:
    entries = tuple(PendingReport(level=n, price=D(price), qty=D(1)) for n, price in ((1, 95), (2, 90)))
    scraped = Scraped(symbol(last=D(100), pending=entries))
    assert scraped.value("pending_distance_ratio", **LONG) == pytest.approx(0.05)
    assert scraped.value("pending_price_usdt", **LONG) == 95
    scraped.hear(symbol(last=D(100)))
    assert scraped.value("pending_distance_ratio", **LONG) is None
    scraped.hear(symbol(pending=entries))
    assert scraped.value("pending_distance_ratio", **LONG) is None


def test_a_symbol_is_locked_while_both_sides_are_full_whatever_else_they_do() -> None:
    full = a_side(Side.SHORT, full=True, status="paused")
    scraped = Scraped(a_symbol("SOLUSDT", long=a_side(Side.LONG, full=True), short=full))
    assert scraped.value("symbol_locked", **SOL) == 1
    assert scraped.value("side_full", **(LONG | {"side": "SHORT"})) == 1
    scraped.hear(symbol(full=True))
    assert scraped.value("symbol_locked", **SOL) == 0


def test_gains_losses_fees_and_funding_are_counted_by_their_sign_and_never_fall() -> None:
    money = {"profit": D(8), "fees": D(1), "funding": D(2)}
    scraped = Scraped(a_close(**money), a_close(profit=D(-4), fees=D(1), funding=D(-3)))
    assert scraped.value("cycle_gains_usdt_total", **LONG) == 5
    assert scraped.value("cycle_losses_usdt_total", **LONG) == 2
    assert scraped.value("cycle_fees_usdt_total", **LONG) == 2
    assert scraped.value("cycle_funding_paid_usdt_total", **LONG) == 2
    assert scraped.value("cycle_funding_received_usdt_total", **LONG) == 3


def test_fills_are_counted_by_side_and_role_without_funding_and_what_no_order_of_ours_brought() -> None:
    entry = a_trade("first")
    told = (
        entry,
        a_trade("second"),
        replace(entry, side=Side.SHORT, role="T"),
        replace(entry, role="", level=-1),
        replace(entry, execution=replace(entry.execution, exec_type=ExecType.FUNDING)),
    )
    scraped = Scraped(a_symbol("SOLUSDT", fills=told[:3]), a_symbol("SOLUSDT", fills=told[3:]))
    counts = {
        (side.value, role): scraped.value("fills_total", **SOL, side=side.value, role=role)
        for side in Side
        for role in ("entry", "opening", "take_profit", "close", "restart")
    }
    assert counts.pop(("LONG", "entry")) == 2
    assert counts.pop(("SHORT", "take_profit")) == 1
    assert set(counts.values()) == {0}


def test_lost_records_of_the_log_are_looked_up_at_each_scrape() -> None:
    scraped, lost = Scraped(), {"queue": 0, "disk": 0}
    scraped.metrics.watch_log(lambda: lost)
    assert scraped.value("log_records_lost_total", reason="disk") == 0
    lost["disk"] = 7
    assert scraped.value("log_records_lost_total", reason="disk") == 7
    assert scraped.value("log_records_lost_total", reason="queue") == 0


def test_one_mode_is_in_force_and_a_freeze_ends_by_time_alone() -> None:
    def mode(scraped: Scraped) -> set[str]:
        modes = ("trading", "frozen", "hold", "flatten")
        return {mode for mode in modes if scraped.value("guard_mode", account="001", mode=mode)}

    scraped = Scraped()
    assert mode(scraped) == {"trading"}
    scraped.hear(guard(frozen_until_ms=NOW_MS + 1000))
    assert mode(scraped) == {"frozen"}
    scraped.clock.ms += 1000
    assert mode(scraped) == {"trading"}
    scraped.hear(guard(mode="flatten", frozen_until_ms=NOW_MS + 5000))
    assert mode(scraped) == {"flatten"}


def test_the_guard_s_rules_thresholds_and_failures_are_as_it_says() -> None:
    scraped = Scraped(guard(holding=frozenset({"loss"}), failures=(("SOLUSDT", 2),), by_person=True))
    assert scraped.value("guard_rule_holds", account="001", rule="loss") == 1
    assert scraped.value("guard_rule_holds", account="001", rule="panic") == 0
    assert scraped.value("failed_closes_in_a_row", **SOL) == 2
    assert scraped.value("stopped_by_person", account="001") == 1
    assert scraped.value("equity_peak_usdt", account="001") == 1000
    assert scraped.value("maintenance_rate_threshold_ratio", account="001") == 0.5
    assert scraped.value("loss_threshold_ratio", account="001") is None


def test_equity_changes_beside_its_start_and_the_budget_by_action() -> None:
    scraped = Scraped(an_account(budget_left=(("create", 3), ("cancel", 10))))
    assert scraped.value("equity_change_usdt", account="001") == -9.5
    assert scraped.value("rate_budget_left_requests", account="001", action="create") == 3


def test_what_lives_and_what_was_heard() -> None:
    scraped = Scraped(AccountChanged(account=1, running=True, reason=""))
    assert scraped.value("account_running", account="001") == 1
    scraped.hear(AccountChanged(account=1, running=False, reason="keys"))
    assert scraped.value("account_running", account="001") == 0
    scraped.hear(StreamHeard(account=0, stream="public", at_ms=NOW_MS))
    assert scraped.value("last_frame_timestamp_seconds", account="all", stream="public") == NOW_MS / 1000


def test_a_write_that_fails_holds_until_one_succeeds() -> None:
    write: dict[str, Any] = {"account": 1, "took_ns": 1, "changes": 1, "at_ms": NOW_MS}
    scraped = Scraped(StateWritten(failure="disk full", **write))
    assert scraped.value("state_write_failing", account="001") == 1
    scraped.hear(StateWritten(failure="", **write))
    assert scraped.value("state_write_failing", account="001") == 0


@pytest.mark.parametrize(
    ("name", "reason", "metric", "labels"),
    [
        ("unreadable", "", "unreadable_frames_total", {"account": "001"}),
        ("actor_restart", "", "account_restarts_total", {"account": "001"}),
        ("state_spoilt", "", "state_files_spoilt_total", {"account": "001"}),
        ("emergency_stop", "loss", "emergency_stops_total", {"account": "001", "reason": "loss"}),
        ("actor_died", "grid", "actor_deaths_total", {"account": "001", "kind": "grid"}),
        ("actor_wedged", "feed", "actor_wedges_total", {"account": "001", "kind": "feed"}),
        ("sync_difference", "order", "sync_differences_total", {**SOL, "reason": "order"}),
    ],
)
def test_what_alerts_count_by_name_stands_at_zero_before(
    name: str, reason: str, metric: str, labels: dict[str, str]
) -> None:
    scraped = Scraped()
    assert scraped.value(metric, **labels) == 0
    scraped.hear(Counted(account=1, symbol=labels.get("symbol", ""), name=name, reason=reason, amount=D(2)))
    assert scraped.value(metric, **labels) == 2


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("001/grid/SOLUSDT", "grid"),
        ("001/rest/closes", "rest"),
        ("001/orders", "orders"),
        ("feed/public", "feed"),
        ("watch", "watch"),
        ("001/fragile", "other"),
    ],
)
def test_an_address_has_a_kind(address: str, kind: str) -> None:
    assert kind_of(address) == kind


class Listener(Shell):
    """Keeps what it takes."""

    def receive(self, message: object) -> None:
        """Keep it."""
        self.taken = [*getattr(self, "taken", []), message]


def test_every_sixteenth_message_of_a_mailbox_is_measured_and_all_arrive_as_they_were_sent() -> None:
    scraped, world = Scraped(), StageWorld()
    directory = Directory()
    directory.stamp = scraped.metrics.latencies.stamp
    actor = Listener("001/orders", world)
    directory.register("001/orders", actor.actor_ref)
    for number in range(33):
        directory.send("001/orders", number)
    scraped.clock.ms += 2
    for envelope in [actor.actor_inbox.get() for _ in range(33)]:
        actor.on_receive(envelope.message)
    assert actor.taken == list(range(33))
    assert scraped.value("mailbox_latency_seconds_count", kind="orders") == 3
    assert scraped.value("mailbox_latency_seconds_sum", kind="orders") == pytest.approx(0.006)


def test_a_timer_that_is_due_tells_how_late_it_fires() -> None:
    late: list[int] = []
    timers = ThreadTimers(Directory(), SystemClock())
    timers.measure(late.append)
    timers.at(SystemClock().now_ms() - 700, "nobody", "hello")
    timers.start()
    wait_for(lambda: late, "the timer")
    timers.stop()
    assert late[0] >= 700


def test_a_stop_and_who_wanted_it_change_together_whatever_older_figures_say() -> None:
    scraped, names = Scraped(), ("stopped", "stopped_by_person")
    assert [scraped.value(name, account="001") for name in names] == [0, 0]
    scraped.hear(guard(mode="hold", by_person=True), an_account(stopped=""))
    assert [scraped.value(name, account="001") for name in names] == [1, 1]
    scraped.hear(guard(), an_account(stopped="stopped by a person"))
    assert [scraped.value(name, account="001") for name in names] == [0, 0]


def test_an_account_whose_first_sync_price_and_report_never_come_has_ages_that_grow() -> None:
    ages = {"last_sync": {"account": "001"}, "last_report": {"account": "001"}, "last_price": SOL}

    def seconds(scraped: Scraped) -> list[float | None]:
        return [scraped.value(f"{name}_timestamp_seconds", **labels) for name, labels in ages.items()]

    scraped = Scraped(AccountChanged(account=1, running=False, reason="keys: refused"))
    assert seconds(scraped) == [None] * 3
    scraped.hear(AccountChanged(account=1, running=True, reason=""))
    assert seconds(scraped) == [NOW_MS / 1000] * 3
    scraped.clock.ms += 600_000
    scraped.hear(AccountChanged(account=1, running=True, reason=""))
    assert seconds(scraped) == [NOW_MS / 1000 + 600] * 3, "one that begins again is not late at once"


def test_the_connections_of_an_account_end_with_it_and_are_not_lost() -> None:
    scraped = Scraped(
        AccountChanged(account=1, running=True, reason=""), a_stream(True), a_stream(True, "public", 0)
    )
    private = {"account": "001", "stream": "private"}
    assert scraped.value("stream_up", **private) == 1
    scraped.hear(AccountChanged(account=1, running=False, reason="an actor failed"))
    assert scraped.value("stream_up", **private) == 0
    assert scraped.value("stream_up", account="all", stream="public") == 1
    scraped.hear(a_stream(False), AccountChanged(account=1, running=True, reason=""), a_stream(True))
    assert scraped.value("stream_up", **private) == 1
    assert scraped.value("stream_disconnects_total", **private) == 0


def test_a_dry_account_is_known_as_such_before_it_runs() -> None:
    made = Metrics.for_config({1: ("SOLUSDT",), 2: ("SOLUSDT",)}, dry={2})
    value = made.registry.get_sample_value
    assert [value("soltrader_dry_run", {"account": account}) for account in ("001", "002")] == [0, 1]
