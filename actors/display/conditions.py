"""What keeps an account from trading, in capitals: what a person must see before any figure."""

from __future__ import annotations

from actors.display.tallies import AccountTally


def conditions(account: AccountTally, now_ms: int) -> list[tuple[str, bool]]:
    """Each in words, and whether it needs a person; [] while it trades. ``now_ms`` is the bot's, in UTC."""
    guard = account.guard
    found: list[tuple[str, bool]] = []
    if account.down is not None:
        found.append((f"NOT RUNNING: {account.down}", True))
    if account.stopped:
        found.append((f"STOPPED: {account.stopped}", True))
    elif guard is not None and account.down is None:
        if now_ms < guard.frozen_until_ms:
            found.append(("FROZEN: no entry leaves", False))
        elif guard.averaging_frozen:
            found.append(("AVERAGING FROZEN: too little is available", False))
    return found
