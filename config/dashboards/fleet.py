"""Fleet: every account at a glance, and what needs a person now."""

from __future__ import annotations

from config.dashboards.board import Board
from config.dashboards.kinds import Bars, Column, Counts, Earned, Events, Figure, Lines, Rows, States
from config.dashboards.queries import ACCOUNTS, BOT, FIRING, Query, change, counted, dry, of, real
from config.dashboards.runbook import ADDRESS
from config.dashboards.shared import (
    ABOUT_EQUITY,
    GUARD_STEPS,
    GUARD_WORDS,
    below_peak,
    free_share,
    guard_mode,
    maintenance,
    notional,
)
from config.dashboards.style import (
    BAD,
    COUNT,
    DOWN_UP,
    FEW,
    GAIN,
    GOOD,
    NEUTRAL,
    PERCENT,
    PLAIN,
    SECONDS,
    STATE,
    USDT,
    WARN,
    ZERO,
    up_to,
)

_ACCOUNT_BOARD = "/d/sol-trader-account?var-account=${__value.text}&${datasource:queryparam}"

_NOW = (
    Figure(
        title="Critical alerts",
        shows="How many alerts fire that somebody is woken for.",
        act="At once, by the runbook's entry: the table below links it.",
        queries=(Query(f"count(ALERTS{of(FIRING, severity='critical')}) or vector(0)", "fire"),),
        unit=COUNT,
        steps=ZERO,
        width=3,
        height=5,
    ),
    Figure(
        title="Warnings",
        shows="How many alerts fire that can wait for the day.",
        act="Within the day, by the runbook's entry: the table below links it.",
        queries=(Query(f"count(ALERTS{of(FIRING, severity='warning')}) or vector(0)", "fire"),),
        unit=COUNT,
        steps=FEW,
        width=3,
        height=5,
    ),
    Figure(
        title="The bot answers",
        shows="Whether Prometheus reaches the bot. All else here is old while it doesn't.",
        act="See whether the process runs, and start it: what rests stays, but no TP is moved.",
        queries=(Query(f"min(up{BOT}) or vector(0)", "bot"),),
        unit=STATE,
        steps=((None, BAD), (1, GOOD)),
        words=DOWN_UP,
        alerts=("SolTraderDown",),
        width=3,
        height=5,
    ),
    Figure(
        title="Accounts that don't trade",
        shows="How many accounts are frozen, stopped, short of balance for averaging, or without actors.",
        act="Read the reason with `status`; when it is understood and gone, `resume`.",
        queries=(
            Query(f"sum(soltrader_guard_mode{of(ACCOUNTS, mode='frozen')})", "frozen"),
            Query(f"sum(soltrader_stopped{ACCOUNTS})", "stopped"),
            Query(f"sum(soltrader_stopped_by_person{ACCOUNTS})", "by a person"),
            Query(f"sum(soltrader_averaging_frozen{ACCOUNTS})", "average no more"),
            Query(f"sum(1 - soltrader_account_running{ACCOUNTS})", "not running"),
        ),
        unit=COUNT,
        steps=ZERO,
        width=7,
        height=5,
        alerts=("SolTraderAccountDown", "SolTraderEmergencyStop", "SolTraderDryAccount"),
    ),
    Figure(
        title="Longest without a right TP",
        shows="The longest that a side has held a position without one TP of the right size.",
        act="Over 10 s: see the account's dashboard and the exchange; set a TP by hand if none rests.",
        queries=(Query(f"max(soltrader_unprotected_seconds{ACCOUNTS})", "unprotected"),),
        unit=SECONDS,
        steps=up_to(3, 10),
        width=4,
        height=5,
        alerts=("SolTraderUnprotectedPosition",),
    ),
    Figure(
        title="Oldest report",
        shows="Age of the oldest account's newest report: its pulse, normally about a second.",
        act="Over a minute an account hangs while the process lives: read its log, restart the bot.",
        queries=(Query(f"max(time() - soltrader_last_report_timestamp_seconds{ACCOUNTS})", "report"),),
        unit=SECONDS,
        steps=up_to(10, 60),
        width=4,
        height=5,
        alerts=("SolTraderWedged",),
    ),
    Rows(
        title="What fires",
        shows="Each alert that fires, and what it is about; empty while none does. Names open the runbook.",
        act="Open the entry: it says what it means, how bad it is, what to do and how to check.",
        queries=(Query(f"ALERTS{FIRING}", "fires"),),
        unit=STATE,
        columns={"alertname": Column(unit="string", url=ADDRESS)},
        hidden=("Time", "__name__", "alertstate", "instance", "job", "Value"),
        width=24,
        height=6,
    ),
)

_REALISED = change("soltrader_realised_usdt", ACCOUNTS)
_EQUITY = change("soltrader_equity_usdt", ACCOUNTS)
_OPEN = change("soltrader_unrealised_usdt", ACCOUNTS)
_SINCE = f"soltrader_equity_change_usdt{ACCOUNTS}"
_CYCLES = f"(soltrader_cycle_gains_usdt_total{ACCOUNTS} - soltrader_cycle_losses_usdt_total{ACCOUNTS})"

_MONEY = (
    Earned(
        title="Earned in the time shown",
        shows=f"Change of equity, and what closed cycles realised; of DRY accounts by itself. {ABOUT_EQUITY}",
        act="Judge by the change of equity. Far below realised: open losses grow; see exposure and ladders.",
        queries=(
            Query(f"sum({real(_EQUITY, ACCOUNTS)})", "change of equity"),
            Query(f"sum({real(_REALISED, ACCOUNTS)})", "realised"),
            Query(f"sum({dry(_EQUITY, ACCOUNTS)})", "DRY change of equity"),
            Query(f"sum({dry(_REALISED, ACCOUNTS)})", "DRY realised"),
        ),
        takes="lastNotNull",
        instant=True,
        width=7,
    ),
    Lines(
        title="Equity and realised profit since the process began",
        shows=f"Change of equity, and beside it what closed cycles realised. {ABOUT_EQUITY}",
        act="Realised rises, equity falls: the ladders carry losses. Smaller ladders, or a stop.",
        queries=(
            Query(f"sum({real(_SINCE, ACCOUNTS)})", "change of equity"),
            Query(f"sum({real(_CYCLES, ACCOUNTS)})", "realised"),
            Query(f"sum({dry(_SINCE, ACCOUNTS)})", "DRY change of equity"),
            Query(f"sum({dry(_CYCLES, ACCOUNTS)})", "DRY realised"),
        ),
        dashes={"/DRY/": (2, 6)},
        unit=USDT,
        steps=GAIN,
        decimals=2,
        colours={"change of equity": "yellow", "realised": "semi-dark-green"},
        width=17,
    ),
    Bars(
        title="By symbol in the time shown",
        shows="What each symbol realised, and its share of the change of equity: realised and open together.",
        act="A symbol whose open loss outgrows what it realises: lower its ladder, or let it wind down.",
        queries=(
            Query(f"sum by (symbol) ({real(_REALISED, ACCOUNTS)})", "{{symbol}} realised"),
            Query(
                f"sum by (symbol) ({real(f'({_REALISED} + {_OPEN})', ACCOUNTS)})",
                "{{symbol}} with open positions",
            ),
            Query(
                f"sum by (symbol) ({dry(f'({_REALISED} + {_OPEN})', ACCOUNTS)})",
                "DRY {{symbol}} with open positions",
            ),
        ),
        unit=USDT,
        steps=GAIN,
        instant=True,
        decimals=2,
    ),
    below_peak(ACCOUNTS),
    maintenance(ACCOUNTS),
)

_RISK = (
    Lines(
        title="Exposure",
        shows="Value of all positions over equity: both sides together, and LONG less SHORT.",
        act="Net far from zero bets on direction; both near the leverage is the end. Reduce by hand.",
        queries=(
            Query(f"{notional(ACCOUNTS)} / on (account) soltrader_equity_usdt{ACCOUNTS}", "{{account}} both"),
            Query(
                f"({notional(ACCOUNTS, 'LONG')} - {notional(ACCOUNTS, 'SHORT')})"
                f" / on (account) soltrader_equity_usdt{ACCOUNTS}",
                "{{account}} net",
            ),
        ),
        unit="suffix: × equity",
        decimals=2,
    ),
    free_share(ACCOUNTS),
    Counts(
        title="Sides that are full, symbols that are locked",
        shows="Sides with every level filled; symbols with both sides full, where only fees still move.",
        act="Locked: with `when_locked = hold` it is yours to decide; close one side or wait.",
        queries=(
            Query(f"sum by (account) (soltrader_side_full{ACCOUNTS})", "{{account}} full sides"),
            Query(f"sum by (account) (soltrader_symbol_locked{ACCOUNTS})", "{{account}} locked symbols"),
        ),
        steps=FEW,
        alerts=("SolTraderSymbolLocked",),
    ),
)

_ACCOUNTS = (
    Rows(
        title="Accounts",
        shows="Each account as it stands, or stood when it last ran; earned since the process began."
        f" {ABOUT_EQUITY}",
        act="Red needs a person. The account's number opens its own dashboard.",
        queries=(
            Query(f"sum by (account) (soltrader_equity_usdt{ACCOUNTS})", "equity"),
            Query(f"sum by (account) (soltrader_equity_change_usdt{ACCOUNTS})", "change of equity"),
            Query(
                f"sum by (account) (100 * soltrader_equity_change_usdt{ACCOUNTS}"
                f" / soltrader_start_equity_usdt{ACCOUNTS})",
                "in percent",
            ),
            Query(
                f"sum by (account) (soltrader_cycle_gains_usdt_total{ACCOUNTS})"
                f" - sum by (account) (soltrader_cycle_losses_usdt_total{ACCOUNTS})",
                "realised",
            ),
            Query(f"sum by (account) (soltrader_unrealised_usdt{ACCOUNTS})", "open"),
            Query(notional(ACCOUNTS), "exposure"),
            Query(f"sum by (account) (100 * soltrader_maintenance_rate_ratio{ACCOUNTS})", "maintenance"),
            Query(f"min by (account) (soltrader_account_running{ACCOUNTS})", "runs"),
            Query(guard_mode(ACCOUNTS), "guard"),
            Query(
                f"min by (account) (soltrader_stream_up{of(ACCOUNTS, stream='private|trading')})", "streams"
            ),
            Query(f"max by (account) (soltrader_dry_run{ACCOUNTS})", "dry run"),
        ),
        unit=USDT,
        decimals=2,
        columns={
            "account": Column(unit="string", url=_ACCOUNT_BOARD),
            "change of equity": Column(unit=USDT, steps=GAIN, decimals=2),
            "in percent": Column(unit=PERCENT, steps=GAIN, decimals=2),
            "realised": Column(unit=USDT, steps=NEUTRAL, decimals=2),
            "open": Column(unit=USDT, steps=GAIN, decimals=2),
            "maintenance": Column(unit=PERCENT, steps=up_to(30, 50), decimals=1),
            "runs": Column(unit=STATE, steps=((None, BAD), (1, GOOD)), words=DOWN_UP),
            "guard": Column(unit=STATE, steps=GUARD_STEPS, words=GUARD_WORDS),
            "streams": Column(unit=STATE, steps=((None, BAD), (1, GOOD)), words=DOWN_UP),
            "dry run": Column(unit=STATE, words={0: ("real", PLAIN), 1: ("DRY", WARN)}),
        },
        width=24,
        height=7,
    ),
    States(
        title="Guard",
        shows="What the guard allows each account: trading, frozen (no entry), held, being flattened.",
        act="Hold and flatten wait for a person: find the rule on the account's dashboard, then `resume`.",
        queries=(Query(guard_mode(ACCOUNTS), "{{account}}"),),
        steps=GUARD_STEPS,
        words=GUARD_WORDS,
        alerts=("SolTraderEmergencyStop",),
    ),
    Events(
        title="Emergency stops",
        shows="Emergency stops, by account and by the rule that stopped it.",
        act="More than three in an hour over all accounts stop every account: find what they share.",
        queries=(
            Query(
                counted("soltrader_emergency_stops_total", ACCOUNTS, "account, reason"),
                "{{account}} {{reason}}",
            ),
        ),
        alerts=("SolTraderEmergencyStop",),
    ),
    States(
        title="Alerts over time",
        shows="When each alert fired; empty where none did.",
        act="One that comes and goes is a cause that was never removed: follow its runbook entry to the end.",
        queries=(Query(f"max by (alertname) (ALERTS{FIRING})", "{{alertname}}"),),
        steps=ZERO,
        words={1: ("fires", WARN)},
    ),
)

FLEET = Board(
    uid="sol-trader-fleet",
    title="sol-trader: fleet",
    about="Every account at a glance: what needs a person now, profit, exposure, health.",
    rows=(
        ("What needs me now", _NOW),
        ("Accounts", _ACCOUNTS),
        ("Money", _MONEY),
        ("Risk", _RISK),
    ),
)
