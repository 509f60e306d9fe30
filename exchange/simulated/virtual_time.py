"""What the simulation gives its parts in the stead of threads and a machine's clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class VirtualTime(Protocol):
    """Time that passes only when nothing is left to do, and never at the machine's speed."""

    def now_ms(self) -> int:
        """True time, UTC in milliseconds: the venue's clock. A process's own clock may differ."""
        ...

    def at(self, due_ms: int, action: Callable[[], object]) -> None:
        """Have ``action`` called once it is ``due_ms``; those of one millisecond in the order of their calls.

        An action must not sleep.
        """
        ...

    def sleep(self, ms: int) -> None:
        """Let ``ms`` pass for the actor that calls this, inside a blocking port; others go on meanwhile.

        If the actor's process is killed meanwhile this never returns (it raises a BaseException that is
        nobody's to catch).
        """
        ...
