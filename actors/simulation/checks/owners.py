"""Nothing of ours is at the venue that its grid doesn't know (failure 2)."""

from __future__ import annotations

from collections.abc import Iterable

from actors.simulation.checks.truth import Truth
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
