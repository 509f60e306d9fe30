"""What was once forgiven: openings of the wrong side or size, and standstills that looked like excuses."""

from __future__ import annotations

from tests.canaries.copies import Canary, Patch

CANARIES: tuple[Canary, ...] = (
    Canary(
        name="the-closed-side-opens-whatever-the-settings-say",
        fault="reopen_side opposite is taken for both: the closed side does not stay flat.",
        patches=(
            Patch(
                path="state/grid/closing.py",
                old="    return flat & {closed.other} if mode is ReopenSide.OPPOSITE else flat | {closed}\n",
                new="    return flat | {closed}\n",
            ),
        ),
        checkers=frozenset({"ReopeningsAreRight"}),
        within_seeds=10,
    ),
    Canary(
        name="an-opening-buys-twice-as-much",
        fault="The market order of an opening is not for what its levels lack.",
        patches=(
            Patch(
                path="state/grid/opening.py",
                old="    qty = min(rest, d.state.instrument.max_market_qty)\n",
                new="    qty = min(rest * 2, d.state.instrument.max_market_qty)\n",
            ),
        ),
        checkers=frozenset({"OpeningsAreWhole"}),
        within_seeds=5,
    ),
    Canary(
        name="a-side-has-quantities-of-its-own",
        fault="SHORT takes fresh quantities though LONG's references fit: the hedge is uneven.",
        patches=(
            Patch(
                path="state/grid/quantities.py",
                old="    if reference is not None and not _stale_start(d, side, n, reference, fresh):\n",
                new="    if reference is not None and side.side.sign > 0:\n",
            ),
        ),
        checkers=frozenset({"ReferencesLast"}),
        within_seeds=10,
    ),
    Canary(
        name="a-take-profit-in-parts-is-a-persons",
        fault="A side that our take profit has closed in more than one fill waits for resume.",
        patches=(
            Patch(
                path="state/grid/booking.py",
                old="cause=cause if ours > 0 and CAUSE_RANK[cause] > CAUSE_RANK[book.cause] else book.cause",
                new="cause=Cause.PERSON if book.exit_qty > 0 else book.cause",
            ),
        ),
        checkers=frozenset({"ClosesHaveTheirConsequence"}),
        within_seeds=10,
    ),
    Canary(
        name="a-persons-close-is-undone",
        fault="A side that a person has closed opens again at once.",
        patches=(
            Patch(
                path="state/grid/closing.py",
                old="    if cause in (Cause.TAKE_PROFIT, Cause.RESTART):\n",
                new="    if cause is not Cause.EXCHANGE:\n",
            ),
        ),
        checkers=frozenset({"ClosesHaveTheirConsequence"}),
        first_seed=380,
        within_seeds=15,
    ),
    Canary(
        name="a-liquidation-stops-nothing",
        fault="The exchange takes a position, and the account trades on.",
        patches=(
            Patch(
                path="state/grid/fills.py",
                old='        d.emit(StopAccount(reason=f"{d.state.symbol} {side.side}: {what}"))\n',
                new='        d.note("closed_by_exchange", str(what), side.side)\n',
            ),
        ),
        checkers=frozenset({"StopsHaveTheirCause"}),
        first_seed=18,
        within_seeds=25,
    ),
    Canary(
        name="a-freeze-lasts-a-week",
        fault="Entries freeze for a thousand times as long: every missing entry is excused.",
        patches=(
            Patch(path="state/grid/fills.py", old="_FREEZE_MS = 600_000\n", new="_FREEZE_MS = 600_000_000\n"),
        ),
        checkers=frozenset({"FreezesHaveTheirCause", "WaitsAreShort"}),
        first_seed=30,
        within_seeds=25,
    ),
    Canary(
        name="a-level-stays-away-for-ever",
        fault="An entry that a person has cancelled doesn't come again when its side changes.",
        patches=(
            Patch(
                path="state/grid/joining.py",
                old="    side.kept_away = frozenset()\n    renew_base",
                new="    renew_base",
            ),
        ),
        checkers=frozenset({"LevelsStayAwayForAPerson"}),
        first_seed=384,
        within_seeds=40,
    ),
    Canary(
        name="a-locked-symbol-restarts-though-it-should-hold",
        fault="when_locked is not looked at: both sides are closed at market.",
        patches=(
            Patch(
                path="state/grid/restart.py",
                old="wanted = state.settings.when_locked is WhenLocked.RESTART and not",
                new="wanted = not",
            ),
        ),
        checkers=frozenset({"RestartsAreDue"}),
        within_seeds=5,
    ),
    Canary(
        name="the-safety-take-profit-stays-where-it-was",
        fault="The exchange's own take profit is set once, and not moved when the average changes.",
        patches=(
            Patch(
                path="state/grid/take_profit.py",
                old="    if wish != side.stop_sent and",
                new="    if not side.stop_sent and",
            ),
        ),
        checkers=frozenset({"SafetyTakeProfitsStand"}),
        within_seeds=10,
    ),
    Canary(
        name="a-refused-take-profit-closes-at-market",
        fault="Whatever a take profit is refused for, its side counts as too small for one.",
        patches=(
            Patch(
                path="state/grid/take_profit.py",
                old="    elif code == _UNDER_MINIMUM:\n",
                new="    else:\n",
            ),
        ),
        checkers=frozenset({"OnlyRestsAreClosedAtMarket"}),
        first_seed=75,
        within_seeds=12,
    ),
    Canary(
        name="an-opening-is-given-up-at-its-first-refusal",
        fault="A side pauses as soon as the exchange refuses an order of its opening.",
        patches=(Patch(path="state/grid/opening.py", old="_TRIES = 4\n", new="_TRIES = 1\n"),),
        checkers=frozenset({"OpeningsAreGivenUpInTime"}),
        first_seed=75,
        within_seeds=150,
    ),
    Canary(
        name="a-backoff-goes-on-for-an-hour",
        fault="What was refused is tried again after 1, 2, 4 ... 64 minutes: it was refused a moment ago.",
        patches=(
            Patch(
                path="state/grid/backoff.py",
                old="min(1000 * 2 ** min(exponent, 6), 60_000)",
                new="60_000 * 2 ** min(exponent, 6)",
            ),
        ),
        checkers=frozenset({"WaitsAreShort", "NothingDawdles"}),
        first_seed=160,
        within_seeds=20,
    ),
    Canary(
        name="a-refused-trading-stop-waits-for-an-hour",
        fault="A trading-stop that was refused is set again an hour later: its leg stands without one.",
        patches=(
            Patch(
                path="state/grid/step.py",
                old="side.stop_backoff.failed(d.now_ms)",
                new="side.stop_backoff.failed(d.now_ms + 3_600_000)",
            ),
        ),
        checkers=frozenset({"WaitsAreShort"}),
        within_seeds=10,
    ),
    Canary(
        name="a-filled-entry-stays-reserved",
        fault="What is reserved for an entry that fills is never released: what is free shrinks and shrinks.",
        patches=(
            Patch(
                path="state/balance.py",
                old="            if entry.contained_in(wallet):\n",
                new="            if entry.contained_in(wallet) and entry.fill_ms is None:\n",
            ),
        ),
        checkers=frozenset({"BalanceIsReallyMissing"}),
        within_seeds=10,
    ),
    Canary(
        name="a-stream-that-is-back-waits-for-the-regular-sync",
        fault="A private stream that stands again is synced when the minute is over, not at once.",
        patches=(
            Patch(
                path="actors/reconciler.py",
                old='name="resync"))\n                self._sync()\n',
                new='name="resync"))\n                else:\n                    self._sync()\n',
            ),
        ),
        checkers=frozenset({"NothingDawdles"}),
        within_seeds=20,
        first_seed=80,
    ),
    Canary(
        name="new-settings-reach-sides-that-are-held",
        fault="Settings that somebody changes count at once, also for a side that has opened with others.",
        patches=(
            Patch(
                path="state/grid/start.py",
                old="    state.settings, state.instrument, state.fees = settings, instrument, fees\n",
                new="    state.settings, state.instrument, state.fees = settings, instrument, fees\n"
                "    state.long.settings = state.short.settings = settings\n",
            ),
        ),
        checkers=frozenset({"StateFilesOnlyGrow"}),
        within_seeds=2,
        first_seed=92,
    ),
    Canary(
        name="another-leverage-counts-while-the-other-side-is-held",
        fault="A side that begins takes the newest leverage, though the symbol still has the old one.",
        patches=(
            Patch(
                path="state/grid/model.py",
                old="        if self.leverage_set in (None, self.settings.leverage):\n",
                new="        if self.settings.leverage:\n",
            ),
        ),
        checkers=frozenset({"SettingsHoldForACycle"}),
        within_seeds=7,
        first_seed=90,
    ),
)
