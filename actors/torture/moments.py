"""The moments at which a bot is killed: what a plan may name, and what the child's ports and disk pass.

A moment is passed many times in a life; a plan says at which passage the process dies. Two more need no
instrument: the parent kills a running or a starting process at a random time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Where a moment lies; a plan draws the group first."""

    ANY_TIME = "at any time"
    START = "while it starts"
    SEND = "before and after a send"
    CLOSE = "between the steps of a close"
    STREAM = "as frames arrive"
    STATE = "inside a state write"
    TRADES = "inside a write of trades"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """``most`` is the last passage that a plan may draw; ``by_rest``: the life has no trading socket."""

    name: str
    group: Group
    most: int = 1
    by_rest: bool = False

    @property
    def by_parent(self) -> bool:
        """Whether the parent kills, at a random time."""
        return self.most == 0

    @property
    def at_start(self) -> bool:
        """Whether it lies before the process trades."""
        return self.group is Group.START


RUNNING = Moment(name="at any time", group=Group.ANY_TIME, most=0)
STARTING = Moment(name="at any time of the start", group=Group.START, most=0)
#: A start makes about a dozen calls before its first sync, and looks up what is unknown after it.
_STARTS = (("before a read of the start", 20), ("after a read of the start", 20))
_SENDS = (("before a send", 12), ("after a send", 12))
#: What a request is about (``ports.subject_of``), and up to which passage of it a plan may wait.
_STEPS = (
    ("the cancels of a close", 4),
    ("a reopening", 4),
    ("a take profit", 6),
    ("an amendment", 4),
    ("an entry", 6),
    ("a restart's close", 2),
)
_FRAMES = (
    ("before a fill is taken", 8),
    ("after a fill is handed on", 8),
    ("before a close is taken", 4),
    ("after a close is handed on", 4),
    ("before a cancel's end is taken", 4),
    ("after a cancel's end is handed on", 4),
)
#: The steps of state/store/files.py, whole writes; passages are writes of the state file.
STATE_STEPS = ("unwritten", "half written", "written", "flushed", "renamed", "kept")
#: The steps of an append to the trades file.
TRADES_STEPS = ("unwritten", "half written", "written", "flushed")

MOMENTS: tuple[Moment, ...] = (
    RUNNING,
    STARTING,
    *(Moment(name=name, group=Group.START, most=most) for name, most in _STARTS),
    *(Moment(name=name, group=Group.SEND, most=most) for name, most in _SENDS),
    *(Moment(name=f"{name} by REST", group=Group.SEND, most=most, by_rest=True) for name, most in _SENDS),
    *(
        Moment(name=f"{when} {name}", group=Group.CLOSE, most=most)
        for name, most in _STEPS
        for when in ("before", "after")
    ),
    *(Moment(name=name, group=Group.STREAM, most=most) for name, most in _FRAMES),
    *(Moment(name=f"state {step}", group=Group.STATE, most=10) for step in STATE_STEPS),
    *(Moment(name=f"trades {step}", group=Group.TRADES, most=6) for step in TRADES_STEPS),
)
BY_NAME = {moment.name: moment for moment in MOMENTS}
