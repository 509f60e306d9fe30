"""Whether pending entries rightly stay away: too little is left for the costliest level (section 12)."""

from __future__ import annotations

from decimal import Decimal

from actors.mail import Called
from actors.simulation.checks.progress import Case
from actors.simulation.checks.truth import ZERO
from actors.simulation.checks.watching import Turn
from messages.account import Wallet
from messages.sides import Role, Side
from state.grid.model import GridState

#: The freeze lifts at twice the cost; the bot carries its figures forward, which may make it careful.
_LIFT, _CARE = Decimal(2), Decimal("1.1")


class NewestWallets:
    """The newest wallet that each account's order actor has taken; pushes may have been lost since."""

    def __init__(self) -> None:
        self._newest: dict[str, Wallet] = {}

    def note(self, turn: Turn) -> None:
        """Take a push, or the answer of a read."""
        name, _, actor = turn.address.partition("/")
        wallet = turn.message.answer if isinstance(turn.message, Called) else turn.message
        if actor == "orders" and isinstance(wallet, Wallet):
            before = self._newest.get(name)
            if before is None or wallet.created_ms >= before.created_ms:
                self._newest[name] = wallet

    def forget(self, account: int) -> None:
        """The next order actor begins with a read that is not seen here."""
        self._newest.pop(f"{account:03d}", None)

    def available(self, case: Case) -> Decimal:
        """What is available as the bot knows it, or really, whichever is less."""
        known, really = self._newest.get(case.account.name), case.account.records.available
        return min(really, known.available) if known is not None else really


def too_little(case: Case, available: Decimal) -> bool:
    """What is available, and what entries hold at the venue, against the costliest level."""
    account = case.account
    grids = [case.truth.plant.grid(account.number, s) for s in case.truth.plant.symbols[account.number]]
    costliest = max((_costliest(state) for state in grids if state is not None), default=ZERO)
    held = sum((_held(state) for state in grids if state is not None), ZERO)
    return available + held < costliest * _LIFT * _CARE


def _costliest(state: GridState) -> Decimal:
    found = ZERO
    for side in state.sides:
        settings = side.settings or state.settings
        if not side.full:
            margin = settings.initial_margin * settings.multiplier ** (settings.max_levels - 1)
            found = max(found, margin * (1 + 2 * settings.leverage * state.fees.taker))
    return found


def _held(state: GridState) -> Decimal:
    found = ZERO
    for order in state.orders.values():
        if order.role is Role.ENTRY and order.price is not None:
            leverage = (state.of(Side(order.side)).settings or state.settings).leverage
            found += order.leaves * order.price * (1 / leverage + 2 * state.fees.taker)
    return found
