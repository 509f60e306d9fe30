"""The eight failures of the bot before this one, each brought back in at least one way."""

from __future__ import annotations

from tests.canaries.copies import Canary, Patch

CANARIES: tuple[Canary, ...] = (
    Canary(
        name="only-the-closed-sides-entries-are-cancelled",
        fault="Failure 1: on a close the entries of the other side stay and may fill after the reopening.",
        patches=(
            Patch(
                path="state/grid/closing.py",
                old="    for order in [o for side in SIDES for o in d.state.orders_of(side, Role.ENTRY)]:\n",
                new="    for order in [o for s in closing.sides for o in d.state.orders_of(s, Role.ENTRY)]:\n",
            ),
        ),
        checkers=frozenset({"NoOldEntryAtAReopening", "NoProcedureHangs"}),
        within_seeds=20,
    ),
)
