"""The eight failures of the bot before this one, each brought back in at least one way.

The comments say how many seeds it took when this was written.
"""

from __future__ import annotations

from tests.canaries.copies import Canary, Patch

#: A flag that is set while an account's sync is under way: the root of failures 3 and 8.
_SYNC_FLAG = (
    Patch(
        path="actors/shell.py",
        old="        self.disk = disk\n",
        new="        self.disk = disk\n        self.syncing: set[int] = set()\n",
    ),
    Patch(
        path="actors/reconciler.py",
        old="        self._covers_gap = self._stream_up\n",
        new="        self._covers_gap = self._stream_up\n        self.world.syncing.add(self._account)\n",
    ),
    Patch(
        path="actors/reconciler.py",
        old="        failure = str(called.error) if",
        new="        self.world.syncing.discard(self._account)\n        failure = str(called.error) if",
    ),
)

_SYNCS = (
    Canary(
        name="a-close-during-a-sync-is-dropped",
        fault="Failure 8: while a sync is under way the grid returns early from what the stream tells it.",
        patches=(
            *_SYNC_FLAG,
            Patch(
                path="actors/grid.py",
                old='        """Let the grid take an event."""\n',
                new='        """Let the grid take an event."""\n'
                "        syncs = self._state.account in self.world.syncing\n"
                "        if isinstance(message, StreamEvents) and syncs:\n"
                "            return\n",
            ),
        ),
        checkers=frozenset({"ACloseIsActedOn"}),
        within_seeds=20,  # observed: 2
    ),
    Canary(
        name="positions-of-size-0-are-dropped-during-a-sync",
        fault="Failure 8: while a sync is under way the feed keeps closes to itself; a recovery finds them.",
        patches=(
            *_SYNC_FLAG,
            Patch(
                path="actors/feeds.py",
                old="        for event in events:\n            if isinstance(event, Wallet):\n",
                new="        for event in events:\n"
                "            if self._account in self.world.syncing and _closes(event):\n"
                "                continue\n"
                "            if isinstance(event, Wallet):\n",
            ),
            Patch(
                path="actors/feeds.py",
                old="class PrivateFeedActor(_Feed[PrivateStream]):\n",
                new="def _closes(event: object) -> bool:\n"
                "    if isinstance(event, Execution):\n"
                "        return event.order_link_id[4:5] in ('T', 'C', 'R')\n"
                "    return isinstance(event, PositionRow) and event.size == 0\n\n\n"
                "class PrivateFeedActor(_Feed[PrivateStream]):\n",
            ),
        ),
        checkers=frozenset({"RecoveriesAreReal"}),
        first_seed=40,
        within_seeds=20,  # observed: 44
    ),
    Canary(
        name="an-update-during-a-sync-asks-for-another-one",
        fault="Failure 3: what the stream tells while a sync is under way makes it run again, and again.",
        patches=(
            *_SYNC_FLAG,
            Patch(
                path="actors/shell.py",
                old="        self.timers = timers\n",
                new="        self.timers = timers\n        self.needs_resync: set[int] = set()\n",
            ),
            Patch(
                path="actors/feeds.py",
                old="        for symbol, records in by_symbol.items():\n",
                new="        if by_symbol and self._account in self.world.syncing:\n"
                "            self.world.needs_resync.add(self._account)\n"
                "        for symbol, records in by_symbol.items():\n",
            ),
            Patch(
                path="actors/reconciler.py",
                old="        if self._again:\n            self._sync()\n",
                new="        if self._again or self._account in self.world.needs_resync:\n"
                "            self.world.needs_resync.discard(self._account)\n"
                "            self._sync()\n",
            ),
        ),
        checkers=frozenset({"NoSyncWithoutACause"}),
        within_seeds=30,  # observed: 2
    ),
)

#: What a close that leaves both sides flat forgets to do.
_NOT_CLEARED = Patch(path="state/grid/closing.py", old="d.state.references.clear()\n", new="pass\n")

_CLOSES = (
    Canary(
        name="only-the-closed-sides-entries-are-cancelled",
        fault="Failure 1: on a close the entries of the other side stay and may fill after the reopening.",
        patches=(
            Patch(
                path="state/grid/closing.py",
                old="    for order in [o for side in SIDES for o in d.state.orders_of(side, Role.ENTRY)]:\n",
                new="    sides = closing.sides\n"
                "    for order in [o for side in sides for o in d.state.orders_of(side, Role.ENTRY)]:\n",
            ),
            Patch(
                path="state/grid/closing.py",
                old="(d.state.orders_of(side, Role.ENTRY, Role.OPENING) for side in SIDES)\n",
                new="(d.state.orders_of(side, Role.ENTRY, Role.OPENING) for side in sides)\n",
            ),
        ),
        checkers=frozenset({"NoOldEntryAtAReopening"}),
        within_seeds=21,  # observed: 7
    ),
    Canary(
        name="a-reopening-waits-for-the-closed-side-alone",
        fault="Failure 1: the other side's cancels are asked for, but a reopening doesn't await their ends.",
        patches=(
            Patch(
                path="state/grid/closing.py",
                old="(d.state.orders_of(side, Role.ENTRY, Role.OPENING) for side in SIDES)\n",
                new="(d.state.orders_of(side, Role.ENTRY, Role.OPENING) for side in closing.sides)\n",
            ),
            Patch(
                path="state/grid/opening.py",
                old="    if any(o.cancel_reason is not None for s in SIDES ",
                new="    if any(o.cancel_reason is not None for s in () ",
            ),
        ),
        checkers=frozenset({"NoOldEntryAtAReopening"}),
        within_seeds=42,  # observed: 14
    ),
    Canary(
        name="references-are-never-cleared",
        fault="Failure 6: the reference quantities of a level outlive the cycles that they were fixed for.",
        patches=(
            Patch(path="state/grid/step.py", old="    prune_references(d)\n", new=""),
            _NOT_CLEARED,
        ),
        checkers=frozenset({"ReferencesAreCleared"}),
        within_seeds=10,  # observed: 2
    ),
    Canary(
        name="references-outlive-a-flat-grid",
        fault="Failure 6: a level that opens again at once keeps its reference, though both sides were flat.",
        patches=(_NOT_CLEARED,),
        checkers=frozenset({"ReferencesAreCleared"}),
        within_seeds=150,  # both sides are seldom flat at once
        first_seed=129,
    ),
)

_FILES = (
    Canary(
        name="the-state-file-is-written-in-place",
        fault="Failure 5: a crash in a write leaves half a state, for it is not written beside and renamed.",
        patches=(
            Patch(
                path="state/store/files.py",
                old='    temporary = path.with_name(f".{path.name}.new")\n',
                new="    temporary = path\n",
            ),
        ),
        checkers=frozenset({"StateFilesOnlyGrow"}),
        within_seeds=36,  # observed: 12
    ),
    Canary(
        name="the-state-file-is-renamed-before-it-is-flushed",
        fault="Failure 5: after a power failure the new name may stand over an empty or half-written file.",
        patches=(
            Patch(
                path="state/store/files.py",
                old="            write_all(disk, descriptor, payload)\n            disk.fsync(descriptor)\n",
                new="            write_all(disk, descriptor, payload)\n",
            ),
        ),
        checkers=frozenset({"StateFilesOnlyGrow"}),
        within_seeds=5,  # observed: 1
    ),
    Canary(
        name="a-slow-writer-puts-an-older-state-over-a-newer-one",
        fault="Failure 5: the state is copied in order, but each fifth copy is written after the next one.",
        patches=(
            Patch(
                path="actors/keeper.py",
                old="            write_state(self.world.disk, self._path, saved)\n",
                new="            if self._revision % 5 == 0:\n"
                "                self._slow = saved\n"
                "            else:\n"
                "                write_state(self.world.disk, self._path, saved)\n"
                "            if self._revision % 5 == 1 and self._slow is not None:\n"
                "                write_state(self.world.disk, self._path, self._slow)\n",
            ),
            Patch(
                path="actors/keeper.py",
                old="        self._flush_due = False\n        self._reports",
                new="        self._flush_due = False\n"
                "        self._slow: SavedState | None = None\n"
                "        self._reports",
            ),
        ),
        checkers=frozenset({"StateFilesOnlyGrow"}),
        within_seeds=5,  # observed: 1
    ),
)

_IDS = (
    Canary(
        name="an-order-is-recorded-when-its-answer-comes",
        fault="Failure 2: an order leaves before it stands in the state, and is tracked from its answer on.",
        patches=(
            Patch(
                path="state/grid/draft.py",
                old="self.state.orders[order.order_link_id] = order\n        self.emit(\n            Place",
                new="UNANSWERED[order.order_link_id] = order\n        self.emit(\n            Place",
            ),
            Patch(
                path="state/grid/draft.py",
                old="class Draft:\n",
                new="UNANSWERED: dict[str, Order] = {}\n\n\nclass Draft:\n",
            ),
            Patch(
                path="state/grid/answers.py",
                old="    order = d.find(answer.order_link_id)\n    if order is None or order.ended:\n",
                new="    early = UNANSWERED.pop(answer.order_link_id, None)\n"
                "    if early is not None and d.find(answer.order_link_id) is None:\n"
                "        d.put(early)\n"
                "    order = d.find(answer.order_link_id)\n"
                "    if order is None or order.ended:\n",
            ),
            Patch(
                path="state/grid/answers.py",
                old="from state.grid.draft import PROOF_MS, Draft\n",
                new="from state.grid.draft import PROOF_MS, UNANSWERED, Draft\n",
            ),
        ),
        checkers=frozenset({"KnownBeforeItIsSent"}),
        within_seeds=5,  # observed: 1
    ),
)

_BALANCE = (
    Canary(
        name="each-check-reads-the-balance",
        fault="Failure 4: the balance is read by REST whenever an entry is checked.",
        patches=(
            Patch(
                path="actors/orders.py",
                old="        refusal = why or self._purse.refusal(command, steady_ms(self.world.clock))\n",
                new="        refusal = why or self._purse.refusal(command, steady_ms(self.world.clock))\n"
                '        call = Call(request=ReadWallet(source="waiting"), reply_to=self.address)\n'
                '        self.send(account_address(self._account, "rest/settings"), call)\n',
            ),
        ),
        checkers=frozenset({"FewWalletReads"}),
        within_seeds=5,  # observed: 1
    ),
)

_RECALCULATIONS = (
    Canary(
        name="entries-are-never-recalculated",
        fault="Failure 7: pending entries stay where they were placed, however far the price goes away.",
        patches=(
            Patch(
                path="state/grid/entries.py",
                old="    start, last = side.price_at_base, state.last\n",
                new="    start, last = None, state.last\n",
            ),
        ),
        checkers=frozenset({"EntriesRest", "EntriesAreNotLeftBehind"}),
        within_seeds=40,  # observed: 12
    ),
    Canary(
        name="a-move-towards-the-entries-recalculates-them",
        fault="Failure 7: entries are moved away from a price that comes towards them, and never fill.",
        patches=(
            Patch(
                path="state/grid/entries.py",
                old="    away = last - start if side.side is Side.LONG else start - last\n",
                new="    away = abs(last - start)\n",
            ),
        ),
        checkers=frozenset({"BasesAreRight"}),
        within_seeds=15,  # observed: 5
    ),
    Canary(
        name="recalculated-entries-go-by-the-last-price",
        fault="Failure 7: entries are placed anew from the last price, beyond the side's average entry.",
        patches=(
            Patch(
                path="state/grid/entries.py",
                old="    side.base = min(last, average) if side.side is Side.LONG else max(last, average)\n",
                new="    side.base = max(last, average) if side.side is Side.LONG else min(last, average)\n",
            ),
        ),
        checkers=frozenset({"BasesAreRight"}),
        within_seeds=10,  # observed: 2
    ),
)

CANARIES: tuple[Canary, ...] = (*_SYNCS, *_CLOSES, *_FILES, *_IDS, *_BALANCE, *_RECALCULATIONS)
