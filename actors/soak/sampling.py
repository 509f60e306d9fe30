"""What a process holds at a moment: memory, threads and descriptors by /proc, mailboxes by /metrics."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from messages.orders import Action

_PAGE = os.sysconf("SC_PAGE_SIZE")
_LONGEST_S = 30
_DEPTH, _ORDERS = "soltrader_mailbox_depth_messages", "soltrader_orders_total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look. ``at_s`` is seconds since the soak began; memory is what is resident, in bytes.

    ``orders_placed`` are all that have left since the bot's start.
    """

    at_s: float
    memory_bytes: int
    threads: int
    descriptors: int
    waiting_messages: int
    deepest_mailbox: int
    orders_placed: int = 0


class Scrape:
    """The figures of one scrape: a sum by name, the mailboxes' depths by actor, orders that have left."""

    def __init__(self, text: str) -> None:
        self.depths: dict[str, int] = {}
        self.placed = 0
        self._sums: dict[str, float] = {}
        for family in text_string_to_metric_families(text):
            for one in family.samples:
                self._sums[one.name] = self._sums.get(one.name, 0) + one.value
                if one.name == _DEPTH:
                    self.depths[one.labels["actor"]] = int(one.value)
                if one.name == _ORDERS and one.labels["action"] == Action.PLACE:
                    self.placed += int(one.value)

    def total(self, name: str) -> int:
        """A metric summed over all its labels; 0 where there is none of that name."""
        return int(self._sums.get(name, 0))


def scrape(port: int) -> Scrape:
    """Ask for /metrics as Prometheus would; raises OSError."""
    http = HTTPConnection("127.0.0.1", port, timeout=_LONGEST_S)
    try:
        http.request("GET", "/metrics")
        return Scrape(http.getresponse().read().decode())
    finally:
        http.close()


def sample(pid: int, port: int, at_s: float) -> tuple[Sample, Scrape]:
    """Look at a process; its own scrape comes last, so that it counts no thread of it. Raises OSError."""
    held = _held(pid)
    scraped = scrape(port)
    depths = scraped.depths.values()
    taken = Sample(
        at_s=at_s,
        memory_bytes=held["memory"],
        threads=held["threads"],
        descriptors=held["descriptors"],
        waiting_messages=sum(depths),
        deepest_mailbox=max(depths, default=0),
        orders_placed=scraped.placed,
    )
    return taken, scraped


def _held(pid: int) -> Mapping[str, int]:
    process = Path(f"/proc/{pid}")
    resident_pages = int((process / "statm").read_text(encoding="ascii").split()[1])
    return {
        "memory": resident_pages * _PAGE,
        "threads": len(os.listdir(process / "task")),
        "descriptors": len(os.listdir(process / "fd")),
    }
