"""Labels and units that the families share."""

from __future__ import annotations

SIDE_LABELS = ("account", "symbol", "side")
NS_PER_SECOND = 1_000_000_000
MS_PER_SECOND = 1_000


def account_label(account: int) -> str:
    """``001``, as in the names of the account's files; ``all`` for what belongs to none."""
    return f"{account:03d}" if account else "all"
