"""What waits for one channel: what leaves when, what is folded, what is tried again. No clock, no thread.

At most one parcel is under way: ``take`` gives it, then ``delivered`` or ``failed`` says what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from actors.display.formats import clock_utc
from actors.notices.notice import Notice, Topic
from messages.events import Severity

#: As many lines and characters of one message as every service takes.
_LINES, _LONGEST = 12, 1_500
_LONGEST_LINE = 600
#: Beyond so many waiting ones, critical notices of one kind share a line, and of others the oldest goes.
_MOST = 200
_FIRST_WAIT_MS, _LONGEST_WAIT_MS, _CRITICAL_WAIT_MS = 1_000, 300_000, 5_000

_Key = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A notice that waits, and how many of its kind it stands for."""

    notice: Notice
    count: int = 1

    @property
    def line(self) -> str:
        """``17:33:18 UTC 001 SOLUSDT: text (3 times, this is the last)``."""
        notice = self.notice
        account = f"{notice.account:03d}" if notice.account else ""
        whose = " ".join(part for part in (account, "DRY" if notice.dry else "", notice.symbol) if part)
        many = f" ({self.count} times, this is the last)" if self.count > 1 else ""
        text = " ".join(notice.text.split())
        cut = text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}…"
        return f"{clock_utc(notice.at_ms)} UTC {whose}{': ' if whose else ''}{cut}{many}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message to a channel."""

    critical: bool
    waiting: tuple[tuple[_Key, Waiting], ...]
    cut: bool
    """Whether more was waiting than one message takes: the rest follows at once."""

    @property
    def severity(self) -> Severity:
        """The gravest of what it holds."""
        told = {one.notice.severity for _, one in self.waiting}
        return next(s for s in (Severity.CRITICAL, Severity.WARNING, Severity.INFO) if s in told)

    @property
    def count(self) -> int:
        """How many notices it stands for."""
        return sum(one.count for _, one in self.waiting)

    @property
    def title(self) -> str:
        """``CRITICAL: emergency stop``, or how many notices there are."""
        first = self.waiting[0][1].notice
        what = first.kind.replace("_", " ") if self.count == 1 else f"{self.count} notices"
        if all(one.notice.dry for _, one in self.waiting):
            what = f"DRY {what}"
        return f"{self.severity.upper()}: {what}" if self.severity is not Severity.INFO else what

    @property
    def body(self) -> str:
        """A line for each."""
        return "\n".join(one.line for _, one in self.waiting)


class Outbox:
    """Times in milliseconds of a clock that never steps."""

    def __init__(self, fold_ms: int) -> None:
        self._fold_ms = fold_ms
        self._critical: dict[_Key, Waiting] = {}
        self._calm: dict[_Key, Waiting] = {}
        self._under_way: Parcel | None = None
        self._calm_from_ms = self._retry_ms = self._tried_ms = 0
        self._failures = 0

    @property
    def waiting(self) -> int:
        """How many notices are not delivered yet."""
        under_way = self._under_way.count if self._under_way is not None else 0
        return under_way + sum(one.count for one in (*self._critical.values(), *self._calm.values()))

    def put(self, notice: Notice) -> int:
        """Take a notice; how many were lost for it: never a critical one."""
        if notice.severity is Severity.CRITICAL:
            key = (notice.account, notice.symbol, notice.kind, notice.text)
            if key not in self._critical and len(self._critical) >= _MOST:
                key = (notice.account, notice.symbol, notice.kind, "")
            _fold(self._critical, key, Waiting(notice=notice))
            self._retry_ms = min(self._retry_ms, self._tried_ms + _CRITICAL_WAIT_MS)
            return 0
        text = notice.text if notice.topic is Topic.SUMMARY else ""  # each day is one of its own
        _fold(self._calm, (notice.account, notice.symbol, notice.kind, text), Waiting(notice=notice))
        if len(self._calm) <= _MOST:
            return 0
        return self._calm.pop(next(iter(self._calm))).count

    def next_ms(self, *, hurry: bool = False) -> int | None:
        """When ``take`` will give something; None while nothing waits. ``hurry`` folds no longer."""
        if self._critical:
            return self._retry_ms
        if self._calm:
            return self._retry_ms if hurry else max(self._retry_ms, self._calm_from_ms)
        return None

    def try_now(self) -> None:
        """Wait for no other try."""
        self._retry_ms = 0

    def take(self, now_ms: int, *, hurry: bool = False) -> Parcel | None:
        """What is to be sent now: everything critical first, by itself."""
        due_ms = self.next_ms(hurry=hurry)
        if self._under_way is not None or due_ms is None or now_ms < due_ms:
            return None
        source = self._critical or self._calm
        first = _first_of(source)
        for key, _ in first:
            del source[key]
        self._tried_ms = now_ms
        self._under_way = Parcel(critical=source is self._critical, waiting=first, cut=bool(source))
        return self._under_way

    def delivered(self, now_ms: int) -> None:
        """It is there: what is not critical waits from now on."""
        parcel, self._under_way = self._under_way, None
        self._failures = self._retry_ms = 0
        if parcel is not None and not parcel.critical and not parcel.cut:
            self._calm_from_ms = now_ms + self._fold_ms

    def failed(self, now_ms: int) -> int:
        """It may not be there: it is sent again; in how many milliseconds."""
        parcel, self._under_way = self._under_way, None
        if parcel is not None:
            target = self._critical if parcel.critical else self._calm
            newer = dict(target)
            target.clear()
            target.update(parcel.waiting)
            for key, one in newer.items():
                _fold(target, key, one)
        self._failures += 1
        wait_ms = min(_FIRST_WAIT_MS << min(self._failures - 1, 16), _LONGEST_WAIT_MS)
        self._retry_ms = now_ms + wait_ms
        return wait_ms


def _fold(target: dict[_Key, Waiting], key: _Key, newer: Waiting) -> None:
    """One line with a count, the newest text."""
    known = target.pop(key, None)
    target[key] = newer if known is None else replace(newer, count=known.count + newer.count)


def _first_of(source: dict[_Key, Waiting]) -> tuple[tuple[_Key, Waiting], ...]:
    found: list[tuple[_Key, Waiting]] = []
    length = 0
    for key, one in source.items():
        length += len(one.line)
        if found and (len(found) == _LINES or length > _LONGEST):
            break
        found.append((key, one))
    return tuple(found)
