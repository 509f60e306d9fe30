"""One owner of a real account on this machine, whatever data folder it was given.

The lock in the data folder (actors/start.py) knows nothing of a copy of that folder, of a relative one that
is looked for elsewhere, or of one that was deleted while its process ran. So the key itself is claimed, too:
by a name among Linux's abstract sockets, which one process can hold and which dies with it. The name is a
digest: a key can't be found from it. Where there are no such names the lock stands alone.

A dry run claims nothing: it may run beside the real one, with the same key.
"""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import struct
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from actors.start import StartRefused
from config import Config, Environment, load_secrets
from state.store.times import iso_utc

#: Which field after the name in /proc/PID/stat is the start, in ticks since the machine's own (proc(5)).
_STARTED = 19
_CREDENTIALS = struct.Struct("3i")
#: Those who came second, and whom nobody answers: one after another finds out who holds the name.
_BACKLOG = 128


class KeyClaims:
    """The claims of a process, by account; kept until ``close``, or until the process ends."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self._names = names
        self._held: dict[int, socket.socket] = {}

    def take(self, account: int) -> None:
        """Claim the account's key; once is enough. Raises StartRefused naming the process that holds it."""
        if account not in self._names or account in self._held or sys.platform != "linux":
            return
        address = f"\0sol-trader/{self._names[account]}"
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            claim.bind(address)
            claim.listen(_BACKLOG)
        except OSError as error:
            claim.close()
            if error.errno != errno.EADDRINUSE:
                raise
            raise StartRefused(
                "lock",
                f"its API key is in use by {_holder(address)}, which has another data folder: one process an "
                "account; stop that one (SIGTERM), or name its data_dir",
            ) from None
        self._held[account] = claim

    def close(self) -> None:
        """Let others have them."""
        while self._held:
            self._held.popitem()[1].close()


def claims_for(config: Config, environ: Mapping[str, str]) -> KeyClaims:
    """What a process of this config claims. Raises ConfigError where a key is missing."""
    environment = config.process.environment
    if environment is Environment.SIMULATED:  # its venue is born and dies with the process
        return KeyClaims({})
    keys = {
        account.id: load_secrets(account, environment, environ).api_key
        for account in config.accounts
        if not account.dry_run
    }
    return KeyClaims({number: claim_name(environment.value, key) for number, key in keys.items()})


def claim_name(environment: str, api_key: str) -> str:
    """A digest of the key, which every user of this machine may see."""
    return hashlib.blake2b(f"{environment}/{api_key}".encode(), digest_size=16).hexdigest()


def _holder(address: str) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.setblocking(False)
        try:
            asking.connect(address)
            told = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        except OSError:
            return "an unknown process"
    pid = _CREDENTIALS.unpack(told)[0]
    return f"pid {pid}{_since(pid)}"


def _since(pid: int) -> str:
    """When a process began, as Linux tells; nothing where it may not be seen."""
    try:
        ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[_STARTED])
        up_s = float(Path("/proc/uptime").read_text().split()[0])
    except (OSError, ValueError, LookupError):
        return ""
    age_ms = int((up_s - ticks / os.sysconf("SC_CLK_TCK")) * 1000)
    return f" since {iso_utc(time.time_ns() // 1_000_000 - age_ms)}"
