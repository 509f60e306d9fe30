"""What the order actor knows of its account's money and of orders whose fate is not proven yet."""

from __future__ import annotations

from messages.account import Execution, OrderRow, PositionRow, Wallet
from messages.events import StreamEvents
from messages.guard import AccountFigures
from messages.orders import Action, Outcome, PlaceOrder, RequestAnswered
from messages.reports import AccountReport
from state.balance import BalanceLedger
from state.numbers import HUNDRED

_NEVER_CARRIED_OUT = (Outcome.REFUSED, Outcome.RETRYABLE, Outcome.FATAL)


class Purse:
    """The balance ledger with what it must hear; gives the account's figures for people."""

    def __init__(
        self, ledger: BalanceLedger, wallet: Wallet, *, account: int, name: str, dry_run: bool
    ) -> None:
        self.ledger = ledger
        self._account, self._name, self._dry_run = account, name, dry_run
        self._start_equity = wallet.equity
        self._unknown: set[str] = set()

    def hear(self, frame: StreamEvents) -> None:
        """Take rows and executions, from the stream or from a read."""
        for event in frame.events:
            match event:
                case OrderRow():
                    self._unknown.discard(event.order_link_id)
                    if event.status.ended:
                        self.ledger.ended(event.order_link_id, event.cum_exec_qty > 0, event.updated_ms)
                    else:
                        self.ledger.seen_live(event.order_link_id, event.updated_ms)
                case Execution():
                    self._unknown.discard(event.order_link_id)
                    self.ledger.filled(event.order_link_id, event.exec_ms)
                case PositionRow():
                    self.ledger.position(event)

    def answered(self, answer: RequestAnswered) -> None:
        """Take the answer to a new order: what was never carried out costs nothing."""
        if answer.action is not Action.PLACE:
            return
        if answer.outcome in _NEVER_CARRIED_OUT:
            self.ledger.answered_refused(answer.order_link_id)
        elif answer.outcome is Outcome.UNKNOWN:
            self._unknown.add(answer.order_link_id)

    def absent(self, order_link_id: str) -> None:
        """An unknown order is proven never to have existed."""
        self._unknown.discard(order_link_id)
        self.ledger.answered_refused(order_link_id)

    def refusal(self, command: PlaceOrder, steady_ms: int) -> str:
        """Why the balance does not allow an entry, "" if it does: then its cost is reserved."""
        return self.ledger.try_reserve(command, steady_ms) or ""

    def known(self) -> AccountFigures:
        """The account's money as its guard judges it."""
        return AccountFigures(
            equity=self.ledger.equity_carried,
            told_equity=self.ledger.equity_told,
            available=self.ledger.available_carried,
            maintenance_percent=self.ledger.maintenance_rate_carried * HUNDRED,
            told_maintenance_percent=self.ledger.maintenance_rate_told * HUNDRED,
            moved_percent=self.ledger.moved_percent,
            paid_in=self.ledger.paid_in,
        )

    def figures(
        self,
        *,
        stopped: str,
        streams_up: bool,
        queued: int,
        longest_wait_ms: int,
        budget_left: tuple[tuple[str, int], ...],
        now_ms: int,
    ) -> AccountReport:
        """The account as people see it."""
        return AccountReport(
            account=self._account,
            name=self._name,
            dry_run=self._dry_run,
            equity=self.ledger.equity_carried,
            start_equity=self._start_equity,
            available=self.ledger.available_carried,
            maintenance_rate=self.ledger.maintenance_rate_carried,
            initial_margin=self.ledger.initial_margin_told,
            stopped=stopped,
            streams_up=streams_up,
            unknown_orders=len(self._unknown),
            queued_orders=queued,
            longest_wait_ms=longest_wait_ms,
            budget_left=budget_left,
            at_ms=now_ms,
        )
