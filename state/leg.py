"""How large a leg is, from position rows and executions that may come in any order (strategy, section 4).

Size = the last position row (at sequence seq) plus the size-changing executions with seq above it.

| what arrives                              | what counts                                             |
|-------------------------------------------|---------------------------------------------------------|
| execution, seq above the last row's       | on top of the row                                       |
| execution, seq equal to a stream row's    | executions on top of the last row of lower seq          |
| execution, seq below the last row's       | is in the row; it may still show a zero                 |
| stream row, seq below the last row's      | dropped                                                 |
| row by REST, seq below the newest seq     | dropped                                                 |
| row by REST, seq at or above the newest   | replaces everything up to its seq                       |
| a known exec_id                           | dropped (the grid remembers them)                       |
| anything up to a zero that was acted on   | changes no size                                         |

A stream row older than the newest execution is still taken, as a place to count from: dropped, it would
leave an earlier row of the same fill as that place, and its size is not yet whole. A row whose executions
tell more than it does held a part of its fill: it is no such place.

A leg is closed when the size reaches zero, by whichever topic says so first. A row that says so is always
right. Executions are believed as far as all before them are known, which is what their ``Source`` says;
the walk over them since the last zero also finds one that a later fill or a newer row has already hidden.
Executions of one seq are taken to go one way: nothing enlarges a leg at the very seq that emptied it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from functools import cached_property

from state.changed import changed
from state.numbers import ZERO

#: More executions than this are not walked over: the next row read by REST begins anew.
_MOST_CHANGES = 500


class Source(Enum):
    """Where an execution comes from, and so what is known of those before it.

    The stream brings all of them in their order, unless it was interrupted. A read (a sync, or of the leg)
    shows all of them since a time. A look-up shows those of one order, whatever else has filled before.
    """

    STREAM = "stream"
    READ = "read"
    LOOK_UP = "look-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRow:
    """A position row reduced to what the size needs; ``final`` rows hold all executions up to seq."""

    seq: int
    size: Decimal
    updated_ms: int
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeChange:
    """An execution reduced to what the size needs; ``signed_qty`` above zero enlarges the leg."""

    seq: int
    signed_qty: Decimal


@dataclass(frozen=True, kw_only=True)
class Leg:
    """A leg's size and what it rests on. ``Leg(row=...)`` begins at a row that is known to be whole.

    ``row`` is the last one, ``base`` the last of lower seq, ``start`` where the walk begins: the last
    zero that was acted on, or the first row; each None if it is the same as ``row``. ``changes`` are the
    executions above ``start``. ``unseen`` is what the executions have still to take from the cycle that
    ended at ``start``, where a row told its zero first. ``heard_seq`` and ``read_seq`` are those of the
    newest executions that the stream and a read have brought.
    """

    row: SizeRow = field(default_factory=lambda: SizeRow(seq=-1, size=ZERO, updated_ms=0, final=True))
    base: SizeRow | None = None
    start: SizeRow | None = None
    changes: tuple[SizeChange, ...] = ()
    unseen: Decimal = ZERO
    heard_seq: int = -1
    read_seq: int = -1

    @property
    def newest_seq(self) -> int:
        """The newest seq seen on either topic."""
        return max(self.row.seq, max((change.seq for change in self.changes), default=-1))

    @cached_property
    def size(self) -> Decimal:
        """The leg's size in base coin, never below zero."""
        known = self.row if self._row_is_whole else self._below
        return max(known.size + self._changed(above=known.seq), ZERO)

    @property
    def told_flat(self) -> bool:
        """Whether the last row says that the leg is flat, and nothing newer is known."""
        return self.row.size == self.size == 0 and self.row.seq == self.newest_seq

    @property
    def row_disagrees(self) -> bool:
        """True while the last row and the executions up to its seq tell different sizes."""
        if self.row.final:
            return False
        below = self._below
        return below.size + self._changed(above=below.seq, up_to=self.row.seq) != self.row.size

    def zero(self, *, gap: bool = False) -> int | None:
        """The first seq since ``start`` at which the leg was at zero: a close, if it is held; else None.

        ``gap``: the stream has lost something that no read has shown yet, so what it tells is not whole.
        """
        return self._zero_seq(self.read_seq if gap else max(self.read_seq, self.heard_seq))

    def is_past(self, change: SizeChange) -> bool:
        """Whether an execution (not yet counted) lies before a close that was acted on: it opens nothing.

        A row may tell a close before the executions that led there have come.
        """
        return self._start.size == 0 and change.seq <= self._start.seq

    def told(self, seq: int, source: Source) -> Leg:
        """Know how far the stream or a read has come, also by an execution that is known already."""
        if source is Source.STREAM and seq > self.heard_seq:
            return changed(self, heard_seq=seq)
        if source is Source.READ and seq > self.read_seq:
            return changed(self, read_seq=seq)
        return self

    def with_change(
        self, change: SizeChange, source: Source, *, held: bool, gap: bool = False
    ) -> tuple[Leg, bool]:
        """Count one execution; ``held``: the grid holds the leg, so a zero is a close that it will act on.

        The second value says that the fill opens a cycle of which a row has already told the end.
        """
        leg = self.told(change.seq, source)
        if change.seq <= leg._start.seq:
            if leg._start.size > 0:
                return leg, False
            hidden = change.signed_qty > 0 and leg.unseen == 0
            return changed(leg, unseen=leg.unseen + change.signed_qty), hidden
        opens = change.signed_qty > 0 and not held
        while opens and (zero := leg.zero(gap=gap)) is not None and zero < change.seq:
            leg = leg.closed(zero)  # nobody held what ended there
        return changed(leg, start=leg._start, changes=(*leg.changes, change)), False

    def with_stream_row(self, row: SizeRow) -> Leg:
        """Take a pushed row, unless a newer one is known."""
        if row.seq < self.row.seq:
            return self
        if row.seq == self.row.seq:
            newer = row.updated_ms >= self.row.updated_ms and not self.row.final
            return changed(self, row=row) if newer else self
        whole = self._row_is_whole or not self.row_disagrees
        return changed(self, row=row, base=self.row if whole else self._below, start=self._start)

    def with_read_row(self, row: SizeRow) -> Leg:
        """Take a row read by REST: it holds every execution up to and including its seq."""
        if row.seq < self.newest_seq:
            return self
        whole = replace(row, final=True)
        if len(self.changes) > _MOST_CHANGES:
            return Leg(row=whole, heard_seq=self.heard_seq, read_seq=self.read_seq)
        return changed(self, row=whole, base=self._below, start=self._start)

    def closed(self, zero: int | None) -> Leg:
        """The leg after the close at this seq has been acted on; what was filled or told after it stays.

        None: it lies before ``start``, the end of a cycle that no row showed alone.
        """
        if zero is None:
            return self
        flat = SizeRow(seq=zero, size=ZERO, updated_ms=self.row.updated_ms, final=True)
        unseen = self._start.size + self._changed(above=self._start.seq, up_to=zero)
        later = tuple(change for change in self.changes if change.seq > zero)
        if self.row.seq <= zero:
            return changed(self, row=flat, base=None, start=flat, changes=later, unseen=unseen)
        base = self.base if self.base is not None and self.base.seq > zero else flat
        return changed(self, base=base, start=flat, changes=later, unseen=unseen)

    @property
    def _start(self) -> SizeRow:
        return self.start if self.start is not None else self.row

    @property
    def _below(self) -> SizeRow:
        """A whole row below the last one."""
        return self.base if self.base is not None else self._start

    @property
    def _row_is_whole(self) -> bool:
        """Whether to count from the last row: its executions are in it, or none of them is known."""
        return self.row.final or all(change.seq != self.row.seq for change in self.changes)

    def _changed(self, *, above: int, up_to: int | None = None) -> Decimal:
        return sum(
            (c.signed_qty for c in self.changes if c.seq > above and (up_to is None or c.seq <= up_to)), ZERO
        )

    def _zero_seq(self, known_seq: int) -> int | None:
        """The first seq after ``start`` at which a row, or the executions up to ``known_seq``, show zero.

        A pushed row is counted from only where no execution of its seq is known: it may hold a part of them.
        """
        rows = {row.seq: row for row in (self._below, self.row) if row.seq > self._start.seq}
        size, last_seq = self._start.size, self._start.seq
        events: tuple[SizeChange | SizeRow, ...] = (*self.changes, *rows.values())
        for event in sorted(events, key=lambda event: event.seq):
            if isinstance(event, SizeChange):
                last_seq = event.seq
                if event.seq <= known_seq:
                    size += event.signed_qty
                    if event.signed_qty < 0 and size <= 0:
                        return event.seq
            elif event.size == 0:
                return event.seq
            elif event.final or event.seq != last_seq:
                size = event.size
        return None
