"""What the process tells systemd (sd_notify(3)): datagrams to the socket that ``NOTIFY_SOCKET`` names.

| line                | when                                                                     |
|---------------------|--------------------------------------------------------------------------|
| READY=1             | every account has been started, or waits for its exchange                |
| STATUS=...          | with it, and whenever it changes: which accounts trade, wait, are refused |
| WATCHDOG=1          | twice in WATCHDOG_USEC, while the main loop turns and nobody stands still |
| STOPPING=1          | an orderly stop has begun                                                |

Where nobody listens nothing is sent, and a datagram that can't be sent is dropped: trading waits for none.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

_log = logging.getLogger("sol_trader")


class Notifier:
    """Silent without ``NOTIFY_SOCKET``; a name that begins with @ is an abstract one, without a file."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        name = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{name[1:]}" if name.startswith("@") else name if name.startswith("/") else ""
        self._status = ""
        self.watchdog_s = _watchdog_s(environ) if self._address else None
        """How long systemd waits for a sign of life before it kills; None if it doesn't."""

    def ready(self, status: str) -> None:
        """The start is over."""
        self._status = status
        self._send(f"READY=1\nSTATUS={status}")

    def status(self, text: str) -> None:
        """A line for ``systemctl status``; sent if it has changed."""
        if text != self._status:
            self._status = text
            self._send(f"STATUS={text}")

    def alive(self) -> None:
        """A sign of life."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """An orderly stop has begun."""
        self._send("STOPPING=1\nSTATUS=stopping in order")

    def _send(self, lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
                out.setblocking(False)
                out.sendto(lines.encode(), self._address)
        except OSError as error:
            _log.debug("systemd is not told %r: %s", lines, error)


def _watchdog_s(environ: Mapping[str, str]) -> float | None:
    """The watchdog's time; None where there is none, or it is another process's."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    text = environ.get("WATCHDOG_USEC", "")
    return int(text) / 1e6 if text.isdecimal() and int(text) > 0 else None
