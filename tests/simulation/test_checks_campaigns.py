"""The simulation's checkers over the grid campaigns: what is sound blames nobody, a broken grid is found."""

from __future__ import annotations

from decimal import Decimal

import pytest

from state.grid.draft import Draft
from state.order import Asked, CancelReason, Order, Wish
from tests.grid.storms import Storm
from tests.simulation.bridged import BridgedWorld


def stormy(seed: int, kind: str, monkeypatch: pytest.MonkeyPatch) -> BridgedWorld:
    """A storm of a kind, watched to its end."""
    monkeypatch.setattr("tests.grid.campaign.World", BridgedWorld)
    storm = Storm(seed, kind)
    storm.checks.__dict__["always"] = lambda: iter(())  # only the checkers under test judge
    storm.run()
    world = storm.world
    assert isinstance(world, BridgedWorld)
    world.checks.at_the_end()
    return world


@pytest.mark.parametrize("kind", ["network", "outages", "kills", "crashes", "people"])
@pytest.mark.parametrize("seed", [3, 14, 28])
def test_a_sound_grid_is_never_blamed_in_a_storm(
    kind: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = stormy(seed, kind, monkeypatch)
    assert not world.checks.violations, world.checks.violations[:3]


def blamed(kind: str, seeds: range, checker: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a checker finds something within these seeds."""
    for seed in seeds:
        world = stormy(seed, kind, monkeypatch)
        if any(violation.checker == checker for violation in world.checks.violations):
            return True
    return False


def test_entries_of_the_other_side_that_a_close_leaves_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    cancel = Draft.cancel

    def only_shorts(d: Draft, order: Order, reason: CancelReason, priority: object) -> None:
        if reason is not CancelReason.CLOSE or order.side.sign < 0:
            cancel(d, order, reason, priority)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(Draft, "cancel", only_shorts)
    monkeypatch.setattr("state.grid.closing._causes_known", lambda d, closing: True)
    assert blamed("network", range(6), "NoProcedureHangs", monkeypatch)


def test_a_take_profit_amended_without_its_own_fills_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    amend = Draft.amend

    def forgets_its_fills(d: Draft, order: Order, wish: Wish, priority: object) -> None:
        assert order.amend is Asked.NO
        qty = max(wish.qty - order.exec_filled, order.exec_filled + Decimal("0.1"))
        amend(d, order, Wish(qty=qty, price=wish.price), priority)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(Draft, "amend", forgets_its_fills)
    assert blamed("network", range(10), "TakeProfitFollowsTheLeg", monkeypatch)


def test_recalculations_that_never_come_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.grid.entries.recalculation_due", lambda state, side, now_ms: False)
    monkeypatch.setattr("state.grid.step.recalculation_due", lambda state, side, now_ms: False)
    assert blamed("network", range(12), "EntriesRest", monkeypatch)
