"""Panels and queries that stand on more than one dashboard."""

from __future__ import annotations

from config.dashboards.kinds import Durations, Earned, Figure, Heat, Lines, Shares
from config.dashboards.queries import SYMBOLS, Query, count, of, quantiles
from config.dashboards.style import BAD, COUNT, GOOD, SECONDS, WARN, ZERO, Steps, Words, from_at_least, up_to

ABOUT_EQUITY = (
    "Equity has open losses, fees and funding in it, and what is paid in or out;"
    " realised profit alone says nothing."
)
GUARD_STEPS: Steps = ((None, GOOD), (1, WARN), (2, BAD))
GUARD_WORDS: Words = {0: ("trading", GOOD), 1: ("frozen", WARN), 2: ("held", BAD), 3: ("flattening", BAD)}


def guard_mode(labels: str) -> str:
    """By account: 0 trading, 1 frozen, 2 held, 3 being flattened; nothing of one that doesn't run."""
    modes = ("frozen", "hold", "flatten")
    weighed = [f"{n} * soltrader_guard_mode{of(labels, mode=mode)}" for n, mode in enumerate(modes, 1)]
    return (
        f"max by (account) ({' or '.join(weighed)}) and on (account) soltrader_account_running{labels} == 1"
    )


def notional(labels: str, side: str = "") -> str:
    """Value of positions in USDT by account: of one side, or of both together."""
    sided = of(labels, side=side) if side else labels
    marks = f"on (account, symbol) group_left () soltrader_mark_price_usdt{labels}"
    return f"sum by (account) (soltrader_position_qty{sided} * {marks})"


def money(labels: str, *, width: int, height: int) -> Figure:
    """Change of equity beside realised profit, over the time shown."""
    return Earned(
        title="Earned in the time shown",
        shows=f"Change of equity, and what closed cycles realised, from the left edge to now. {ABOUT_EQUITY}",
        act="Judge by the change of equity. Far below realised: open losses grow; see exposure and ladders.",
        queries=(
            Query(f"sum(soltrader_equity_usdt{labels})", "change of equity"),
            Query(f"sum(soltrader_realised_usdt{labels})", "realised"),
        ),
        width=width,
        height=height,
    )


def below_peak(labels: str, *, width: int = 8) -> Lines:
    """Drawdown, and where the loss rule acts."""
    return Shares(
        title="Equity below its peak",
        shows="How far equity is below the highest that the loss rule knows, and where that rule acts.",
        act="Near the rule: decide now what to close, before the guard stops the account.",
        queries=(
            Query(
                f"100 * (1 - soltrader_equity_usdt{labels}"
                f" / on (account) soltrader_equity_peak_usdt{labels})",
                "{{account}}",
            ),
            Query(f"100 * soltrader_loss_threshold_ratio{labels}", "{{account}} rule acts"),
        ),
        steps=up_to(3, 5),
        decimals=2,
        alerts=("SolTraderLossNearLimit",),
        width=width,
    )


def maintenance(labels: str, *, width: int = 8) -> Lines:
    """How near liquidation is, and where its rule acts."""
    return Shares(
        title="Maintenance rate",
        shows="Maintenance margin over equity: at 100 % comes liquidation. And where the guard's rule acts.",
        act="Over 30 %: pay in or reduce the larger side. At the rule the account is closed at market.",
        queries=(
            Query(f"100 * soltrader_maintenance_rate_ratio{labels}", "{{account}}"),
            Query(f"100 * soltrader_maintenance_rate_threshold_ratio{labels}", "{{account}} rule acts"),
        ),
        steps=up_to(30, 50),
        decimals=1,
        alerts=("SolTraderMaintenanceRateHigh",),
        width=width,
    )


def free_share(labels: str) -> Lines:
    """What is still free for entries."""
    return Shares(
        title="Free balance",
        shows="Share of equity that is free for new orders.",
        act="Below 15 % averaging soon stops by itself: pay in, or lower initial margins.",
        queries=(
            Query(
                f"100 * soltrader_available_usdt{labels} / on (account) soltrader_equity_usdt{labels}",
                "{{account}}",
            ),
        ),
        steps=from_at_least(15, 30),
        decimals=1,
        alerts=("SolTraderAveragingFrozen",),
    )


def heat(title: str, shows: str, act: str, name: str, alerts: tuple[str, ...] = ()) -> Heat:
    """A histogram of seconds over time."""
    expr = f"sum by (le) (increase({name}_bucket{SYMBOLS}[$__rate_interval]))"
    return Heat(
        title=title,
        shows=shows,
        act=act,
        queries=(Query(expr, "{{le}}"),),
        unit=SECONDS,
        alerts=alerts,
        width=12,
        height=9,
    )


def speeds(title: str, shows: str, act: str, name: str, alerts: tuple[str, ...] = ()) -> Durations:
    """Half, 95 % and 99 % of a histogram of seconds that should stay below one."""
    return Durations(
        title=title,
        shows=shows,
        act=act,
        queries=quantiles(name, SYMBOLS),
        steps=up_to(1, 5),
        alerts=alerts,
        width=12,
        height=9,
    )


def total(title: str, shows: str, act: str, name: str, labels: str, alerts: tuple[str, ...] = ()) -> Figure:
    """How often something happened in the time shown that never should."""
    return Figure(
        title=title,
        shows=shows,
        act=act,
        queries=(Query(count(name, labels), "in the time shown"),),
        unit=COUNT,
        steps=ZERO,
        alerts=alerts,
        width=3,
        height=5,
    )
