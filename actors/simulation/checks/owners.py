"""Nothing of ours is at the venue that its grid doesn't know (failure 2); what is not ours is let alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from actors.simulation.checks.truth import Truth, name_of
from actors.simulation.checks.watching import Checker, Served


class KnownBeforeItIsSent(Checker):
    """Each order that the venue accepts stands in its grid's state already, unless its process has died."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth

    def served(self, served: Served) -> Iterable[str]:
        """Judge new orders."""
        return [
            f"{arrival.link_id} was accepted, but its grid does not know it"
            for arrival in self._truth.arrivals
            if arrival.ours is not None and not (arrival.ours.known or arrival.ours.late)
        ]


class OthersOrdersAreLeftAlone(Checker):
    """The bot changes and cancels orders with ids of its own account, one by one, and no other."""

    def served(self, served: Served) -> Iterable[str]:
        """Judge what a request is to change."""
        if not served.by_bot or not served.op.startswith(("order.amend", "order.cancel")):
            return ()
        if served.op == "order.cancel-all":
            return (f"{served.account}: all orders are cancelled, whoever has placed them",)
        asked: list[Mapping[str, Any]] = served.params.get("request") or [served.params]
        found = []
        for params in asked:
            link_id = str(params.get("orderLinkId", ""))
            name = name_of(link_id)
            if name is None or f"{name.account:03d}" != served.account:
                found.append(f"{served.account}: {served.op} of {link_id!r}, which is not its own")
        return found
