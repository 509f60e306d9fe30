"""A notice, and which message of the bot makes one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from messages.events import Note, Severity


class Topic(StrEnum):
    """What a channel may switch off, by the name of its setting."""

    STOPS = "stops"
    GUARD = "guard"
    RESTARTS = "restarts"
    TROUBLE = "trouble"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing that a person is told. ``account`` 0 and ``symbol`` "" where it concerns all.

    ``dry``: it is of an account whose money is none.
    """

    topic: Topic
    severity: Severity
    account: int
    symbol: str
    kind: str
    text: str
    at_ms: int
    dry: bool = False


#: Kinds of notes by topic; those that are not here are told if they are critical, as trouble.
TOPICS = {
    "emergency_stop": Topic.STOPS,
    "stopped": Topic.STOPS,
    "flatten": Topic.STOPS,
    "flat": Topic.STOPS,
    "frozen": Topic.GUARD,
    "freeze_over": Topic.GUARD,
    "early_freeze": Topic.GUARD,
    "guard": Topic.GUARD,
    "resumed": Topic.GUARD,
    "take_profit_pulled": Topic.GUARD,
    "balanced": Topic.GUARD,
    "actor_died": Topic.RESTARTS,
    "actor_wedged": Topic.RESTARTS,
    "orphan": Topic.TROUBLE,
}


def notice_of(note: Note) -> Notice | None:
    """The notice that a note makes; None for those that only a log needs."""
    topic = TOPICS.get(note.kind)
    if topic is None and note.severity is not Severity.CRITICAL:
        return None
    subject = f"{note.side}: " if note.side is not None else ""
    return Notice(
        topic=topic or Topic.TROUBLE,
        severity=note.severity,
        account=note.account,
        symbol=note.symbol,
        kind=note.kind,
        text=subject + note.text,
        at_ms=note.at_ms,
    )
