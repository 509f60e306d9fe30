"""What must hold after a kill: files at once, orders at every moment, the grid once it trades again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from actors.simulation.checks.bases import BasesAreRight
from actors.simulation.checks.board import Checks
from actors.simulation.checks.books import TRADES_FILE, TradesAreBookedOnce
from actors.simulation.checks.files import STATE_FILE
from actors.simulation.checks.money import MoneyIsConserved
from actors.simulation.checks.progress import GridsRun, NoProcedureHangs, NothingIsUnknown, SidesAreHeld
from actors.simulation.checks.progress_orders import EntriesRest, TakeProfitsAreRight
from actors.simulation.checks.rows import LegsAgreeInTheEnd
from actors.simulation.checks.truth import Truth
from actors.simulation.checks.watching import Checker, Written
from actors.torture.journal.book import Book
from actors.torture.journal.lines import Line, to_line
from actors.torture.journal.rules import (
    NoOldEntryAtReopening,
    OneOrderASlot,
    OneTakeProfitALeg,
    ReduceOnlyNeverOpens,
    Rule,
    created,
)
from actors.torture.levels import LevelsAreOfTheExecutions, RebuiltAsBefore
from actors.torture.plan import ACCOUNT
from actors.torture.venue import Plant
from state.grid.model import GridState
from state.store.codec import decode
from state.store.disk import RealDisk
from state.store.scalars import CodecError
from state.store.state_file import SavedState, StateRefused, read_state


class AnIdIsAcceptedOnce:
    """No id is accepted again, not even where the venue allows it: not in one life of the bot, and never one
    whose order lives or has filled. (What ended without a fill, a file too old or lost may not know.)"""

    def __init__(self) -> None:
        self._accepted: dict[str, tuple[int, int]] = {}
        self._filled: set[str] = set()
        self._life = 0

    def killed(self) -> None:
        """The next life begins."""
        self._life += 1

    def see(self, line: Line, book: Book) -> Iterator[str]:
        """Look at new orders."""
        if line.topic == "execution":
            self._filled.add(line.data["orderLinkId"])
        for name, _, code in created(line):
            if code != 0:
                continue
            text = str(name)
            life, number = self._accepted.get(text, (-1, 0))
            if life == self._life or (life >= 0 and (text in self._filled or book.orders[text].live)):
                yield f"{text} was accepted in line {number} before"
            self._accepted[text] = self._life, line.number


class JournalReader:
    """Judges what the venue has written since the last look; ``more`` are rules beside its own."""

    def __init__(self, path: Path, more: tuple[Rule, ...] = ()) -> None:
        self._path = path
        self._offset = self._number = 0
        self._book = Book()
        self._ids, self._reopenings = AnIdIsAcceptedOnce(), NoOldEntryAtReopening()
        self._rules: tuple[Rule, ...] = (
            self._ids,
            OneTakeProfitALeg(),
            OneOrderASlot(),
            self._reopenings,
            ReduceOnlyNeverOpens(),
            *more,
        )
        self.counts: Counter[str] = Counter()

    def read(self) -> list[str]:
        """The violations in the lines that are new."""
        with self._path.open("rb") as journal:
            journal.seek(self._offset)
            payload = journal.read()
        whole = payload[: payload.rfind(b"\n") + 1]
        self._offset += len(whole)
        found: list[str] = []
        for text in whole.splitlines():
            self._number += 1
            line = to_line(self._number, orjson.loads(text))
            self._book.take(line)
            found += [
                f"journal {line.number}: {told}"
                for rule in self._rules
                for told in rule.see(line, self._book)
            ]
            self._count(line)
        return found

    def killed(self) -> None:
        """A life has ended."""
        self._ids.killed()
        self._reopenings.killed()

    def _count(self, line: Line) -> None:
        if line.topic == "execution" and line.data["execType"] != "Funding":
            self.counts["fills"] += 1
        if line.topic == "order" and line.data["orderStatus"] == "Filled":
            self.counts["closes"] += line.data["orderLinkId"][4:5] == "T"


class Judge:
    """One data folder's judge, account by account."""

    def __init__(self, folder: Path, accounts: Sequence[int] = (ACCOUNT,)) -> None:
        self._folder, self._accounts = folder, accounts
        self.before: dict[str, GridState] = {}
        self.lost: set[str] = set()
        self.excuses: Counter[str] = Counter()

    def state_path(self, account: int = ACCOUNT) -> Path:
        """An account's state file."""
        return self._folder / f"{account:03d}{STATE_FILE}"

    def after_the_kill(self) -> list[str]:
        """A state file is there no more than it was, and whole if it is; what it held is remembered."""
        self.before = {}
        self.lost.clear()
        return [text for account in self._accounts for text in self._read(account)]

    def _read(self, account: int) -> Iterator[str]:
        path = self.state_path(account)
        try:
            saved = read_state(RealDisk(), path, account)
        except StateRefused as refusal:
            yield f"state file: {refusal}"
            return
        if saved is not None and not isinstance(saved, SavedState):
            yield f"state file: {path.name}: {saved.reason}"
        elif saved is not None:
            try:
                for symbol, form in saved.symbols.items():
                    self.before[f"{account:03d}/{symbol}"] = decode(GridState, form)
            except CodecError as error:
                yield f"state file: {path.name}: {error}"

    def lose_state(self, *accounts: int) -> None:
        """The state files of these accounts are gone, whoever has removed them."""
        for account in accounts:
            self.lost.add(f"{account:03d}")
            self.state_path(account).unlink(missing_ok=True)

    def once_it_trades(self, plant: Plant) -> list[str]:
        """What does not hold, looked at while prices stand still."""
        truth = Truth(plant)
        trades = TradesAreBookedOnce(truth)
        checkers: tuple[Checker, ...] = (
            truth,
            GridsRun(truth),
            NothingIsUnknown(truth),
            NoProcedureHangs(truth),
            SidesAreHeld(truth),
            LegsAgreeInTheEnd(truth),
            LevelsAreOfTheExecutions(truth),
            RebuiltAsBefore(truth, self.before, lost=self.lost),
            TakeProfitsAreRight(truth),
            EntriesRest(truth, BasesAreRight(truth)),
            MoneyIsConserved(truth),
            trades,
        )
        for path in (self._folder / f"{account:03d}{TRADES_FILE}" for account in self._accounts):
            if path.exists():
                trades.written(Written(plant.now_ms(), path, path.read_bytes()))
        checks = Checks(plant, checkers)
        checks.at_the_end()
        self.excuses = checks.excuses
        return [f"{violation.checker}: {violation.sentence}" for violation in checks.violations]
