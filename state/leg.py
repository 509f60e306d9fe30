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
leave an earlier row of the same fill as that place, and its size is not yet whole.

A leg is closed when the size reaches zero, by whichever topic says so first. The walk over executions
since the last such zero also finds one that a later fill or a newer row has already hidden. Executions
of one seq are taken to go one way: nothing enlarges a leg at the very seq that emptied it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from state.changed import changed
from state.numbers import ZERO

#: More executions than this are not walked over: the next row read by REST begins anew.
_MOST_CHANGES = 500


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
    ended at ``start``, where a row told its zero first.
    """

    row: SizeRow = field(default_factory=lambda: SizeRow(seq=-1, size=ZERO, updated_ms=0, final=True))
    base: SizeRow | None = None
    start: SizeRow | None = None
    changes: tuple[SizeChange, ...] = ()
    unseen: Decimal = ZERO

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
    def row_disagrees(self) -> bool:
        """True while the last row and the executions up to its seq tell different sizes."""
        if self.row.final:
            return False
        below = self._below
        return below.size + self._changed(above=below.seq, up_to=self.row.seq) != self.row.size

    @property
    def reached_zero(self) -> bool:
        """Whether a row or the executions show a zero since ``start``: a close, if the leg is held."""
        return self._zero_seq() is not None

    def belongs_to_closed(self, change: SizeChange) -> bool:
        """Whether an execution (not yet counted) was part of the cycle whose close was acted on.

        A row may tell a close before the executions that led there have come: those open nothing.
        """
        return self._start.size == 0 and change.seq <= self._start.seq and self.unseen != 0

    def with_change(self, change: SizeChange) -> tuple[Leg, bool]:
        """Count one execution; the second value says that the leg has reached zero, if it was held.

        It is also true for a fill that opens a cycle of which a row has already told the end.
        """
        if change.seq <= self._start.seq:
            if self._start.size > 0:
                return self, False
            hidden = change.signed_qty > 0 and self.unseen == 0
            return changed(self, unseen=self.unseen + change.signed_qty), hidden
        leg = self
        while change.signed_qty > 0 and (zero := leg._zero_seq()) is not None and zero < change.seq:
            leg = leg.closed()  # nobody held what ended there, or it would have been acted on
        leg = changed(leg, start=leg._start, changes=(*leg.changes, change))
        return leg, leg.reached_zero

    def with_stream_row(self, row: SizeRow) -> Leg:
        """Take a pushed row, unless a newer one is known."""
        if row.seq < self.row.seq:
            return self
        if row.seq == self.row.seq:
            newer = row.updated_ms >= self.row.updated_ms and not self.row.final
            return changed(self, row=row) if newer else self
        return changed(self, row=row, base=self.row, start=self._start)

    def with_read_row(self, row: SizeRow) -> Leg:
        """Take a row read by REST: it holds every execution up to and including its seq."""
        if row.seq < self.newest_seq:
            return self
        whole = replace(row, final=True)
        if len(self.changes) > _MOST_CHANGES:
            return Leg(row=whole)
        return changed(self, row=whole, base=self._below, start=self._start)

    def closed(self) -> Leg:
        """The leg after its close has been acted on: flat at the seq that brought it there.

        What was filled or told after that zero stays.
        """
        zero = self._zero_seq()
        if zero is None:
            return self  # it lies before ``start``: the end of a cycle that no row showed alone
        flat = SizeRow(seq=zero, size=ZERO, updated_ms=self.row.updated_ms, final=True)
        unseen = self._start.size + self._changed(above=self._start.seq, up_to=zero)
        later = tuple(change for change in self.changes if change.seq > zero)
        if self.row.seq <= zero:
            return Leg(row=flat, start=flat, changes=later, unseen=unseen)
        base = self.base if self.base is not None and self.base.seq > zero else flat
        return Leg(row=self.row, base=base, start=flat, changes=later, unseen=unseen)

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

    def _zero_seq(self) -> int | None:
        """The first seq after ``start`` at which a row or the executions show size zero."""
        rows = {row.seq: row for row in (self._below, self.row) if row.seq > self._start.seq}
        size = self._start.size
        events: tuple[SizeChange | SizeRow, ...] = (*self.changes, *rows.values())
        for event in sorted(events, key=lambda event: event.seq):
            if isinstance(event, SizeChange):
                size += event.signed_qty
                if event.signed_qty < 0 and size <= 0:
                    return event.seq
            elif event.size == 0:
                return event.seq
            elif event is not self.row or self._row_is_whole:
                size = event.size
        return None
