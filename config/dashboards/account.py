"""Account and symbol: positions, ladders, distances, cycles, fills and fees of one symbol."""

from __future__ import annotations

from config.dashboards.board import Board
from config.dashboards.kinds import Bars, Counts, Earned, Events, Figure, Lines, Shares, States
from config.dashboards.queries import ACCOUNTS, SYMBOLS, Query, counted, of
from config.dashboards.shared import (
    ABOUT_EQUITY,
    GUARD_STEPS,
    GUARD_WORDS,
    below_peak,
    free_share,
    guard_mode,
    maintenance,
    money,
)
from config.dashboards.style import BAD, COINS, FEW, GAIN, GOOD, PERCENT, SECONDS, USDT, WARN, ZERO, up_to

_MARK = f"on (account, symbol) group_left () soltrader_mark_price_usdt{SYMBOLS}"
#: What may hold a side back, with its flag: a bit for each, so that no two together look like a third.
_HOLDS = (
    ("full", "side_full"),
    ("waits for balance", "side_waiting"),
    ("paused", "side_paused"),
    ("TP withdrawn", "take_profit_withdrawn"),
)
_NEEDS_A_PERSON, _LOCKED = 1 << 2, 1 << len(_HOLDS)


def _held_back(bits: int) -> tuple[str, str]:
    """In words and in colour."""
    if not bits:
        return "trading", GOOD
    words = ", ".join(word for bit, (word, _) in enumerate(_HOLDS) if bits >> bit & 1)
    return words, BAD if bits >= _NEEDS_A_PERSON else WARN


_SIDE_WORDS = {bits: _held_back(bits) for bits in range(_LOCKED)} | {_LOCKED: ("locked", BAD)}
_HELD_BACK = " + ".join(f"{1 << bit} * soltrader_{flag}{SYMBOLS}" for bit, (_, flag) in enumerate(_HOLDS))

_ACCOUNT = (
    money(ACCOUNTS, width=6, height=8),
    below_peak(ACCOUNTS, width=9),
    maintenance(ACCOUNTS, width=9),
    free_share(ACCOUNTS),
    (
        States(
            title="Guard",
            shows="What the guard allows the account, and its averaging.",
            act="Held or flattening: see beside it which rule fires; `resume` once its cause is gone.",
            queries=(
                Query(guard_mode(ACCOUNTS), "guard"),
                Query(f"soltrader_averaging_frozen{ACCOUNTS}", "averaging"),
            ),
            steps=GUARD_STEPS,
            words=GUARD_WORDS,
            height=3,
            alerts=("SolTraderEmergencyStop", "SolTraderAveragingFrozen"),
        ),
        Counts(
            title="Closes that failed in a row",
            shows="Take profits that failed one after another; the guard's rule fires at its third.",
            act="Read the refusal's code on the exchange dashboard; close by hand if the market runs away.",
            queries=(Query(f"soltrader_failed_closes_in_a_row{SYMBOLS}", "failed"),),
            steps=up_to(1, 3),
            alerts=("SolTraderTakeProfitsFailing",),
            height=5,
        ),
    ),
    States(
        title="Rules of the guard",
        shows="Which rules fire, whatever their action is.",
        act="A rule that fires with action `alert` stops nothing: act on it yourself.",
        queries=(Query(f"soltrader_guard_rule_holds{ACCOUNTS}", "{{rule}}"),),
        steps=ZERO,
        words={0: ("quiet", GOOD), 1: ("fires", BAD)},
        height=8,
        alerts=("SolTraderGuardRule",),
    ),
)

_POSITION = (
    Lines(
        title="Price, averages, take profits, next entries",
        shows="Mark price; for each side its average, its resting TP and its nearest resting entry.",
        act="An average without its TP, or a TP on its wrong side: unprotected, look at the exchange.",
        queries=(
            Query(f"soltrader_mark_price_usdt{SYMBOLS}", "mark"),
            Query(f"soltrader_position_average_price_usdt{SYMBOLS}", "{{side}} average"),
            Query(f"soltrader_take_profit_price_usdt{SYMBOLS}", "{{side}} TP"),
            Query(f"soltrader_pending_price_usdt{SYMBOLS}", "{{side}} next entry"),
        ),
        unit=USDT,
        colours={"mark": "text"},
        dashes={"/TP/": (10, 6), "/entry/": (2, 6)},
        width=16,
        height=12,
    ),
    (
        Bars(
            title="Ladder",
            shows="How much of each side's ladder is filled.",
            act="A full side averages no more: see that the balance bears its loss until its TP.",
            queries=(
                Query(
                    f"100 * soltrader_filled_levels{SYMBOLS} / soltrader_ladder_levels{SYMBOLS}",
                    "{{side}}",
                ),
            ),
            unit=PERCENT,
            steps=up_to(70, 100),
            decimals=0,
            least=0,
            most=100,
            height=4,
        ),
        Figure(
            title="Without a right TP",
            shows="How long the side has held a position without one take profit of the right size.",
            act="Over 10 s: compare with the exchange; set a TP by hand if none rests, then read the log.",
            queries=(Query(f"soltrader_unprotected_seconds{SYMBOLS}", "{{side}}"),),
            unit=SECONDS,
            steps=up_to(3, 10),
            alerts=("SolTraderUnprotectedPosition",),
            height=4,
        ),
        Figure(
            title="TP quantity gap",
            shows="Size of the position less the quantity of its resting TP; 0 but for moments after a fill.",
            act="A gap that stays: part of the position has no TP. Treat it as unprotected.",
            queries=(Query(f"abs(soltrader_take_profit_gap_qty{SYMBOLS})", "{{side}}"),),
            unit=COINS,
            alerts=("SolTraderUnprotectedPosition",),
            height=4,
        ),
    ),
    Lines(
        title="Position",
        shows="Size of each side and of its take profit; SHORT below zero.",
        act="Far apart: the larger side's loss isn't hedged. Compare with the exchange if it looks wrong.",
        queries=(
            Query(f"soltrader_position_qty{of(SYMBOLS, side='LONG')}", "LONG"),
            Query(f"-soltrader_position_qty{of(SYMBOLS, side='SHORT')}", "SHORT"),
            Query(f"soltrader_take_profit_qty{of(SYMBOLS, side='LONG')}", "LONG TP"),
            Query(f"-soltrader_take_profit_qty{of(SYMBOLS, side='SHORT')}", "SHORT TP"),
        ),
        dashes={"/TP/": (10, 6)},
        unit=COINS,
    ),
    Counts(
        title="Levels filled",
        shows="Levels filled, and resting entries ahead of them. Each step up is a fill, each fall a close.",
        act="Steps up in quick succession: the market runs through the ladder; see the free balance.",
        queries=(
            Query(f"soltrader_filled_levels{SYMBOLS}", "{{side}} filled"),
            Query(f"soltrader_pending_entries{SYMBOLS}", "{{side}} resting entries"),
        ),
        dashes={"/resting/": (2, 6)},
    ),
    Lines(
        title="Open profit",
        shows="Unrealised profit of each side.",
        act="A loss near what the account can bear: decide before the guard does.",
        queries=(Query(f"soltrader_unrealised_usdt{SYMBOLS}", "{{side}}"),),
        unit=USDT,
        steps=GAIN,
        decimals=2,
    ),
    Shares(
        title="Distance to the take profit",
        shows="How far the market is from each side's resting TP.",
        act="It grows for days: the side sits in its loss; let it wind down, or close by hand.",
        queries=(Query(f"100 * abs(soltrader_take_profit_price_usdt{SYMBOLS} / {_MARK} - 1)", "{{side}}"),),
        decimals=2,
    ),
    Shares(
        title="Distance to the next entry",
        shows="How far the market is from each side's nearest entry; beyond the setting they follow.",
        act="Above 10 % for long the recalculation isn't working: look for refusals.",
        queries=(Query(f"100 * soltrader_pending_distance_ratio{SYMBOLS}", "{{side}}"),),
        steps=up_to(5, 10),
        decimals=2,
        alerts=("SolTraderPendingFar",),
    ),
    States(
        title="Sides",
        shows="What holds a side back: full, no balance, paused, TP withdrawn; both full: locked.",
        act="Paused and withdrawn wait for a person. Locked: close one side, or set `when_locked`.",
        queries=(
            Query(_HELD_BACK, "{{side}}"),
            Query(f"{_LOCKED} * soltrader_symbol_locked{SYMBOLS}", "both"),
        ),
        steps=((None, GOOD), (1, WARN), (_NEEDS_A_PERSON, BAD)),
        words=_SIDE_WORDS,
        alerts=("SolTraderSidePaused", "SolTraderSymbolLocked"),
    ),
)

_CYCLES = (
    Earned(
        title="Earned by side in the time shown",
        shows=f"What each side realised, and its change of equity (realised and open). {ABOUT_EQUITY}",
        act="Realised grows and the whole falls: the other side carries it. Lower the ladder, or wind down.",
        queries=(
            Query(f"soltrader_realised_usdt{SYMBOLS}", "{{side}} realised"),
            Query(
                f"soltrader_realised_usdt{SYMBOLS} + soltrader_unrealised_usdt{SYMBOLS}",
                "{{side}} change of equity",
            ),
        ),
    ),
    Events(
        title="Cycles closed",
        shows="Cycles that closed, by side and cause.",
        act="Other causes than take_profit are never routine: each needs a reason.",
        queries=(
            Query(counted("soltrader_cycles_closed_total", SYMBOLS, "side, reason"), "{{side}} {{reason}}"),
        ),
    ),
    Events(
        title="Fills and closes",
        shows="Executions of the bot's orders, by side and by what the order was for.",
        act="Many in a minute: the market whips through the grid; a wider grid_step_percent pays fewer fees.",
        queries=(Query(counted("soltrader_fills_total", SYMBOLS, "side, role"), "{{side}} {{role}}"),),
    ),
    Lines(
        title="Fees and funding since the process began",
        shows="Paid in closed cycles: trading fees, and funding less what was received.",
        act="Fees above half of the gains: the TP is too near. Funding: that side is crowded.",
        queries=(
            Query(f"soltrader_cycle_fees_usdt_total{SYMBOLS}", "{{side}} fees"),
            Query(
                f"soltrader_cycle_funding_paid_usdt_total{SYMBOLS}"
                f" - soltrader_cycle_funding_received_usdt_total{SYMBOLS}",
                "{{side}} funding",
            ),
        ),
        unit=USDT,
        decimals=4,
        dashes={"/funding/": (10, 6)},
    ),
    Figure(
        title="Fees and funding in the time shown",
        shows="Trading fees of the cycles that closed, and their funding; below zero it was received.",
        act="Compare with what was earned: where costs are most of it, trade fewer and wider levels.",
        queries=(
            Query(f"soltrader_fees_paid_usdt{SYMBOLS}", "{{side}} fees"),
            Query(f"soltrader_funding_paid_usdt{SYMBOLS}", "{{side}} funding"),
        ),
        unit=USDT,
        takes="diff",
        decimals=4,
    ),
    Events(
        title="What the grid met",
        shows="Events that the grid counts by name, with the code or word of their reason.",
        act="`tp_refused`, `cancelled_by_exchange`, `unexplained_size`: find why in the log.",
        queries=(
            Query(
                f"{counted('soltrader_events_total', SYMBOLS, 'event, reason')}"
                " or on () label_replace(vector(0), 'event', 'nothing', '', '')",
                "{{event}} {{reason}}",
            ),
        ),
        steps=FEW,
        steps_shown=False,
    ),
)

ACCOUNT = Board(
    uid="sol-trader-account",
    title="sol-trader: account and symbol",
    about="One account and one of its symbols: positions, ladders, TP distance, cycles, fills, fees.",
    rows=(
        ("Account $account", _ACCOUNT),
        ("$symbol: position and ladder", _POSITION),
        ("$symbol: cycles, fills, fees", _CYCLES),
    ),
    symbols=True,
    one=True,
)
