"""All checkers together: what they are shown, and what they found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from actors.simulation.checks.bases import BasesAreRight, EntriesAreNotLeftBehind
from actors.simulation.checks.books import BooksAgree, TradesAreBookedOnce
from actors.simulation.checks.closes import ACloseIsActedOn, ACloseIsReal
from actors.simulation.checks.cycles import SettingsHoldForACycle
from actors.simulation.checks.dawdling import NothingDawdles
from actors.simulation.checks.decisions import NeverTwiceFilled, OneOrderADecision
from actors.simulation.checks.files import StateFilesOnlyGrow
from actors.simulation.checks.kept_away import LevelsStayAwayForAPerson
from actors.simulation.checks.margin import MarginIsSpentOnce
from actors.simulation.checks.money import MoneyIsConserved
from actors.simulation.checks.old_entries import NoOldEntryAtAReopening
from actors.simulation.checks.owners import KnownBeforeItIsSent, OthersOrdersAreLeftAlone
from actors.simulation.checks.procedures import (
    OnlyRestsAreClosedAtMarket,
    RestartsAreDue,
    SafetyTakeProfitsStand,
)
from actors.simulation.checks.progress import GridsRun, NoProcedureHangs, NothingIsUnknown, SidesAreHeld
from actors.simulation.checks.progress_orders import EntriesRest, TakeProfitsAreRight
from actors.simulation.checks.recoveries import RecoveriesAreReal
from actors.simulation.checks.references import ReferencesAreCleared
from actors.simulation.checks.reopenings import OpeningsAreWhole, ReferencesLast, ReopeningsAreRight
from actors.simulation.checks.rows import EndsAreFinal, LegsAgreeInTheEnd, RowsAreOfTheirLeg
from actors.simulation.checks.standstills import (
    ClosesHaveTheirConsequence,
    FreezesHaveTheirCause,
    StopsHaveTheirCause,
)
from actors.simulation.checks.syncs import NoSyncWithoutACause, NothingIsDecidedBeforeASync
from actors.simulation.checks.take_profits import OneTakeProfitASide, TakeProfitFollowsTheLeg
from actors.simulation.checks.truth import Truth
from actors.simulation.checks.waits import BalanceIsReallyMissing, OpeningsAreGivenUpInTime, WaitsAreShort
from actors.simulation.checks.wallet_reads import FewWalletReads
from actors.simulation.checks.watching import Checker, Plant, Served, Turn, Written
from exchange.venue.contract import PrivatePush


def all_checkers(plant: Plant) -> tuple[Checker, ...]:
    """Every checker, the truth that they look at first."""
    truth = Truth(plant)
    bases = BasesAreRight(truth)
    return (
        truth,
        OneTakeProfitASide(truth),
        TakeProfitFollowsTheLeg(truth),
        OneOrderADecision(truth),
        NeverTwiceFilled(truth),
        MarginIsSpentOnce(truth),
        FewWalletReads(truth),
        NoOldEntryAtAReopening(truth),
        KnownBeforeItIsSent(truth),
        OthersOrdersAreLeftAlone(),
        ACloseIsActedOn(truth),
        ACloseIsReal(truth),
        RecoveriesAreReal(truth),
        StateFilesOnlyGrow(plant),
        NoSyncWithoutACause(truth),
        NothingIsDecidedBeforeASync(plant),
        ReferencesAreCleared(),
        MoneyIsConserved(truth),
        TradesAreBookedOnce(truth),
        BooksAgree(truth),
        RowsAreOfTheirLeg(truth),
        EndsAreFinal(),
        LegsAgreeInTheEnd(truth),
        bases,
        EntriesAreNotLeftBehind(),
        GridsRun(truth),
        NothingIsUnknown(truth),
        NoProcedureHangs(truth),
        SidesAreHeld(truth),
        TakeProfitsAreRight(truth),
        EntriesRest(truth, bases),
        ReopeningsAreRight(),
        OpeningsAreWhole(),
        ReferencesLast(),
        OpeningsAreGivenUpInTime(),
        ClosesHaveTheirConsequence(truth),
        StopsHaveTheirCause(truth),
        FreezesHaveTheirCause(truth),
        LevelsStayAwayForAPerson(),
        SettingsHoldForACycle(),
        RestartsAreDue(),
        OnlyRestsAreClosedAtMarket(truth),
        SafetyTakeProfitsStand(truth),
        WaitsAreShort(truth),
        BalanceIsReallyMissing(truth),
        NothingDawdles(truth),
    )


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that does not hold: when (ms), which checker says so, and its sentence."""

    at_ms: int
    checker: str
    sentence: str


class Checks:
    """Shows every hook to the checkers that have it, in their order, and keeps what they find.

    ``excuses`` counts what was not as it should be in the end, but is excused by the state's own fields
    (paused, stopped, waiting for balance ...).
    """

    def __init__(self, plant: Plant, checkers: Sequence[Checker] | None = None) -> None:
        self._plant = plant
        self._checkers = tuple(all_checkers(plant) if checkers is None else checkers)
        self.violations: list[Violation] = []
        self._turned: dict[type, tuple[Checker, ...]] = {}
        self._served = self._with("served")
        self._delivered = self._with("delivered")
        self._moved = self._with("moved")
        self._written = self._with("written")

    @property
    def excuses(self) -> Counter[str]:
        """What was excused at the end, by kind."""
        return sum((checker.excuses for checker in self._checkers), Counter[str]())

    def wants(self, kind: type) -> bool:
        """Whether any checker looks at turns with such a message."""
        checkers = self._turned.get(kind)
        if checkers is None:
            checkers = self._turned[kind] = tuple(c for c in self._checkers if kind in c.messages)
        return bool(checkers)

    def turned(self, turn: Turn) -> None:
        """After an actor's turn."""
        kind = type(turn.message)
        for checker in self._turned[kind] if self.wants(kind) else ():
            found = checker.turned(turn)
            if found:
                self._keep(checker, found)

    def served(self, served: Served) -> None:
        """After a request to the venue's core."""
        for checker in self._served:
            found = checker.served(served)
            if found:
                self._keep(checker, found)

    def delivered(self, push: PrivatePush) -> None:
        """When a private frame has reached the bot."""
        for checker in self._delivered:
            found = checker.delivered(push)
            if found:
                self._keep(checker, found)

    def moved(self, at_ms: int) -> None:
        """After something at the venue has changed."""
        for checker in self._moved:
            found = checker.moved(at_ms)
            if found:
                self._keep(checker, found)

    def written(self, written: Written) -> None:
        """After a change of a file."""
        for checker in self._written:
            found = checker.written(written)
            if found:
                self._keep(checker, found)

    def killed(self, at_ms: int, account: int | None = None) -> None:
        """An account's actors are gone, or all accounts' (None)."""
        for number in self._plant.symbols if account is None else (account,):
            for checker in self._checkers:
                self._keep(checker, checker.killed(at_ms, number))

    def suspended(self, at_ms: int) -> None:
        """The machine's clocks begin to stand still."""
        self._all(lambda checker: checker.suspended(at_ms))

    def at_the_end(self) -> None:
        """Once everything should be as it is meant to be."""
        self._all(lambda checker: checker.at_the_end())

    def _with(self, hook: str) -> tuple[Checker, ...]:
        return tuple(c for c in self._checkers if getattr(type(c), hook) is not getattr(Checker, hook))

    def _all(self, hook: Callable[[Checker], Iterable[str]]) -> None:
        for checker in self._checkers:
            self._keep(checker, hook(checker))

    def _keep(self, checker: Checker, found: Iterable[str]) -> None:
        at_ms, name = self._plant.now_ms(), type(checker).__name__
        self.violations += [Violation(at_ms, name, sentence) for sentence in found]
