"""Money is conserved between fills, fees, funding and the wallet, to the last digit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from actors.simulation.checks.truth import ZERO, AccountTruth, Truth
from actors.simulation.checks.watching import Checker, Served


class MoneyIsConserved(Checker):
    """After each execution the wallet is what the account began with, and what its executions brought; in the
    end all books of the venue agree."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._brought = dict.fromkeys(truth.accounts, ZERO)

    def served(self, served: Served) -> Iterable[str]:
        """Book what has been executed."""
        return self._look() if self._truth.executions else ()

    def moved(self, at_ms: int) -> Iterable[str]:
        """Book what has been executed."""
        return self._look() if self._truth.executions else ()

    def at_the_end(self) -> Iterable[str]:
        """The venue's own audit."""
        return self._truth.plant.core.audit()

    def _look(self) -> list[str]:
        touched: dict[str, AccountTruth] = {}
        for account, e in self._truth.executions:
            name = account.name
            touched[name] = account
            gained = ZERO if e.exec_type == "Funding" else e.pnl
            self._brought[name] += gained - e.fee
        return [finding for account in touched.values() for finding in self._wallet(account)]

    def _wallet(self, account: AccountTruth) -> Iterator[str]:
        records = account.records
        should = records.started_with + self._brought[account.name] + records.insured
        if records.wallet != should:
            yield f"{account.name}: the wallet is {records.wallet}, its executions make it {should}"
