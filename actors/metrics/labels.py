"""Labels and units that the families share."""

from __future__ import annotations

SIDE_LABELS = ("account", "symbol", "side")
NS_PER_SECOND = 1_000_000_000
MS_PER_SECOND = 1_000
OTHER = "other"


def account_label(account: int) -> str:
    """``001``, as in the names of the account's files; ``all`` for what belongs to none."""
    return f"{account:03d}" if account else "all"


class Bounded:
    """Label values that come from outside: so many are told apart, the rest is ``other``."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[str] = set()

    def of(self, value: str, *within: str) -> str:
        """The value, or ``other``; ``within`` names what it is told apart in."""
        key = "/".join((*within, value))
        if key not in self._known:
            if len(self._known) >= self._most:
                return OTHER
            self._known.add(key)
        return value
