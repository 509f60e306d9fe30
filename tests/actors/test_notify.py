"""What systemd hears: a real datagram socket on the other side, with and without a file."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from actors.directory import Directory
from actors.lookout import Lookout
from actors.notify import Notifier
from actors.wedges import Wedged, Wedges
from tests.actors.stage import HandClock, HandTimers


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    """systemd's end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address)
        ear.setblocking(False)
        yield ear


def heard(ear: socket.socket) -> list[str]:
    """Everything that has arrived."""
    told: list[str] = []
    while True:
        try:
            told.append(ear.recv(4096).decode())
        except BlockingIOError:
            return told


class Looks(Wedges):
    """Finds what it is told to find."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__(Directory(), HandTimers(), clock, drawing=False)
        self.found: tuple[Wedged, ...] = ()

    def look(self) -> tuple[Wedged, ...]:
        """As told."""
        return self.found


@pytest.mark.parametrize("abstract", [False, True], ids=["a path", "an abstract name"])
def test_start_status_life_and_end_reach_the_socket(tmp_path: Path, abstract: bool) -> None:
    name = f"sol-trader-{uuid.uuid4()}"
    path = str(tmp_path / "notify")
    with listening(f"\0{name}" if abstract else path) as ear:
        notifier = Notifier({"NOTIFY_SOCKET": f"@{name}" if abstract else path})
        notifier.ready("1 of 2 accounts running")
        notifier.status("1 of 2 accounts running")
        notifier.status("2 of 2 accounts running")
        notifier.alive()
        notifier.stopping()
        assert heard(ear) == [
            "READY=1\nSTATUS=1 of 2 accounts running",
            "STATUS=2 of 2 accounts running",
            "WATCHDOG=1",
            "STOPPING=1\nSTATUS=stopping in order",
        ]


@pytest.mark.parametrize("name", ["", "vsock:2:9000", "relative", "/nobody/listens/here", "@nobody-listens"])
def test_nothing_happens_where_nobody_listens(name: str) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": name})
    notifier.ready("")
    notifier.alive()
    notifier.stopping()


def test_a_listener_that_reads_nothing_holds_nobody_up(tmp_path: Path) -> None:
    with listening(str(tmp_path / "notify")) as ear:
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        for _ in range(20_000):
            notifier.alive()
        assert 0 < len(heard(ear)) < 20_000


@pytest.mark.parametrize(
    ("environ", "watchdog_s"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_served_where_systemd_asks_this_process(
    environ: dict[str, str], watchdog_s: float | None
) -> None:
    assert Notifier({"NOTIFY_SOCKET": "/run/notify", **environ}).watchdog_s == watchdog_s
    assert Notifier(environ).watchdog_s is None


@pytest.mark.parametrize(("watchdog_s", "every_ms"), [(60, 30_000), (1, 500)])
def test_life_is_shown_at_half_of_the_watchdogs_time_and_not_while_somebody_stands_still(
    tmp_path: Path, watchdog_s: int, every_ms: int
) -> None:
    clock = HandClock()
    with listening(str(tmp_path / "notify")) as ear:
        given = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": str(watchdog_s * 1_000_000)}
        looks, shown = Looks(clock), []
        lookout = Lookout(looks, Notifier(given), clock, lambda: "")
        for _ in range(4 * every_ms):
            if lookout.wait_s <= 0.001:
                lookout.look()
            shown += [clock.ms for told in heard(ear) if told == "WATCHDOG=1"] if clock.ms % 100 == 0 else []
            clock.ms += 1
        assert [later - earlier for earlier, later in pairwise(shown)] == [every_ms] * 2
        looks.found = (Wedged(address="watch", depth=9, since_ms=0, doing="Check", ended=False),)
        for _ in range(300):
            clock.ms += 1000
            assert lookout.look() == looks.found
        assert heard(ear) == []
