"""The size of a leg from two topics in any order: always the true one, and every close told once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.leg import Leg, SizeChange, SizeRow, Source


@dataclass(frozen=True, slots=True)
class History:
    """What truly happened: the fills, the rows pushed after them, and a whole row after each seq."""

    fills: tuple[SizeChange, ...]
    pushed: tuple[SizeRow, ...]
    whole: tuple[SizeRow, ...]

    @property
    def size(self) -> Decimal:
        return self.whole[-1].size

    @property
    def zeros(self) -> int:
        return sum(later.size == 0 < earlier.size for earlier, later in pairwise(self.whole))


def a_row(seq: int, size: Decimal | int, updated_ms: int = 0) -> SizeRow:
    return SizeRow(seq=seq, size=Decimal(size), updated_ms=updated_ms, final=False)


def a_fill(seq: int, qty: int) -> SizeChange:
    return SizeChange(seq=seq, signed_qty=Decimal(qty))


def parts_of(draw: st.DrawFn, total: int) -> list[int]:
    cuts = sorted(draw(st.sets(st.integers(1, total - 1), max_size=2))) if total > 1 else []
    return [after - before for before, after in pairwise([0, *cuts, total])]


@st.composite
def histories(draw: st.DrawFn) -> History:
    seq, size = draw(st.sampled_from([-1, 100])), 0
    fills: list[SizeChange] = []
    pushed = [a_row(seq, 0)]
    whole = [a_row(seq, 0)]
    for _ in range(draw(st.integers(1, 8))):
        seq += draw(st.integers(1, 3))
        grows = size == 0 or draw(st.booleans())
        total = (
            draw(st.integers(1, 9)) if grows else draw(st.sampled_from([size, draw(st.integers(1, size))]))
        )
        for part in parts_of(draw, total):
            signed = part if grows else -part
            size += signed
            fills.append(a_fill(seq, signed))
            pushed += [a_row(seq, size, len(fills))] * draw(st.integers(1, 2))
        whole.append(a_row(seq, size, len(fills)))
    return History(tuple(fills), tuple(pushed), tuple(whole))


@dataclass(slots=True)
class Holder:
    """The few lines of the grid that use a leg: it joins fills, and acts on closes."""

    leg: Leg
    by_size: bool
    held: bool = False
    closes: int = 0
    gap: bool = False

    def fill(self, change: SizeChange, source: Source = Source.STREAM, *, known: bool = False) -> None:
        if known:
            self.leg = self.leg.told(change.seq, source)
            self.act()
            return
        late = self.leg.is_past(change) and (self.leg.unseen != 0 or self.held)
        self.leg, has_ended = self.leg.with_change(change, source, held=self.held)
        self.held = self.held or (change.signed_qty > 0 and not late)
        if has_ended and not late:
            self.held = False
            self.closes += 1
        self.act()

    def row(self, row: SizeRow, *, read: bool) -> None:
        self.leg = self.leg.with_read_row(row) if read else self.leg.with_stream_row(row)
        if not self.by_size or self.leg.size == 0:
            self.act()

    @property
    def size(self) -> int:
        return int(self.leg.size)

    def act(self) -> None:
        while self.held and (zero := self.leg.zero(gap=self.gap)) is not None:
            self.leg = self.leg.closed(zero)
            self.held = any(late.signed_qty > 0 for late in self.leg.changes)
            self.closes += 1


def play(
    history: History, turns: Sequence[bool], reads: Sequence[tuple[int, int]], *, by_size: bool
) -> Holder:
    """Deliver both topics, each in its own order, and rows read at any time, early or late."""
    holder = Holder(Leg(row=history.whole[0]), by_size)
    fills, rows = list(history.fills), list(history.pushed)
    due = sorted(reads, reverse=True)
    turns = [*turns, *[True] * len(fills), *[False] * len(rows)]
    for count, turn in enumerate(turns):
        while due and due[-1][0] <= count:
            holder.row(history.whole[due.pop()[1] % len(history.whole)], read=True)
        if turn and fills:
            holder.fill(fills.pop(0))
        elif not turn and rows:
            holder.row(rows.pop(0), read=False)
    return holder


@given(
    history=histories(),
    turns=st.lists(st.booleans(), max_size=40),
    reads=st.lists(st.tuples(st.integers(0, 45), st.integers(0, 20)), max_size=4),
    by_size=st.booleans(),
)
def test_any_interleaving_ends_at_the_true_size_and_tells_every_close_once(
    history: History, turns: list[bool], reads: list[tuple[int, int]], by_size: bool
) -> None:
    holder = play(history, turns, reads, by_size=by_size)
    assert holder.leg.size == history.size
    assert holder.closes == history.zeros
    assert holder.held == (history.size > 0)
    assert not holder.leg.row_disagrees


@given(
    history=histories(),
    turns=st.lists(st.booleans(), max_size=40),
    look_ups=st.lists(st.tuples(st.integers(0, 45), st.integers(0, 20)), max_size=6),
)
def test_executions_that_a_look_up_shows_early_tell_no_close_that_never_was(
    history: History, turns: list[bool], look_ups: list[tuple[int, int]]
) -> None:
    holder = Holder(Leg(row=history.whole[0]), by_size=False)
    fills, rows, shown = list(enumerate(history.fills)), list(history.pushed), set()
    turns = [*turns, *[True] * len(fills), *[False] * len(rows)]
    for count, turn in enumerate(turns):
        for number in {n % len(history.fills) for when, n in look_ups if when == count}:
            if number not in shown and (number, history.fills[number]) in fills:
                holder.fill(history.fills[number], Source.LOOK_UP)
                shown.add(number)
        if turn and fills:
            number, fill = fills.pop(0)
            holder.fill(fill, known=number in shown)
        elif not turn and rows:
            holder.row(rows.pop(0), read=False)
    assert holder.closes == history.zeros
    assert holder.leg.size == history.size


@given(
    history=histories(),
    lost=st.sets(st.integers(0, 20)),
    turns=st.lists(st.booleans(), max_size=40),
    by_size=st.booleans(),
)
def test_a_row_read_after_a_gap_in_the_stream_heals_the_size(
    history: History, lost: set[int], turns: list[bool], by_size: bool
) -> None:
    fills = tuple(fill for number, fill in enumerate(history.fills) if number not in lost)
    torn = History(fills, history.pushed[: len(history.pushed) - len(lost)], history.whole)
    holder = play(torn, turns, (), by_size=by_size)
    holder.row(history.whole[-1], read=True)
    assert holder.leg.size == history.size
    assert history.size > 0 or not holder.held


def play_all(*events: SizeChange | SizeRow) -> Holder:
    holder = Holder(Leg(), by_size=False)
    for event in events:
        if isinstance(event, SizeRow):
            holder.row(event, read=event.final)
        else:
            holder.fill(event)
    return holder


def read_row(seq: int, size: int) -> SizeRow:
    return SizeRow(seq=seq, size=Decimal(size), updated_ms=0, final=True)


def test_a_row_of_size_zero_closes_before_its_executions_come() -> None:
    holder = play_all(a_fill(1, 5), a_row(1, 5), a_fill(2, -3), a_row(2, 2), a_row(2, 0))
    assert (holder.closes, holder.size) == (1, 0)
    holder.fill(a_fill(2, -2))
    assert (holder.closes, holder.held) == (1, False)


def test_a_zero_that_newer_rows_have_hidden_is_found_by_its_execution() -> None:
    holder = play_all(a_row(1, 5), a_row(2, 0), a_row(3, 4), a_row(4, 6), a_fill(1, 5), a_fill(2, -5))
    assert (holder.closes, holder.size) == (1, 6)


def test_a_zero_that_a_read_row_has_hidden_is_found_by_its_execution() -> None:
    holder = play_all(a_fill(1, 5), read_row(6, 7), a_fill(4, -5), a_fill(6, 7))
    assert (holder.closes, holder.size, holder.held) == (1, 7, True)


def test_a_row_behind_newer_executions_is_still_a_place_to_count_from() -> None:
    holder = play_all(
        a_fill(1, 5), a_row(1, 5), a_row(2, 8), a_fill(2, 3), a_fill(2, 2), a_fill(3, 1), a_row(2, 10)
    )
    assert holder.leg.size == 11
    holder.row(a_row(3, 11), read=False)
    assert holder.leg.size == 11


def test_a_fill_on_its_way_when_a_row_told_the_close_opens_nothing() -> None:
    holder = play_all(a_fill(1, 5), a_row(1, 5), a_row(2, 8), a_row(3, 0))
    assert holder.leg.is_past(a_fill(2, 3))
    holder.fill(a_fill(2, 3))
    holder.fill(a_fill(3, -8))
    assert (holder.closes, holder.held, holder.size) == (1, False, 0)


def test_a_fill_after_the_close_opens_the_leg_again() -> None:
    holder = play_all(a_fill(1, 5), a_row(1, 5), a_row(2, 0), a_fill(2, -5))
    assert not holder.leg.is_past(a_fill(3, 2))
    holder.fill(a_fill(3, 2))
    assert (holder.closes, holder.held, holder.size) == (1, True, 2)


def test_a_reduction_of_a_closed_leg_changes_nothing() -> None:
    holder = play_all(a_fill(1, 5), read_row(2, 0), a_fill(2, -5))
    assert (holder.closes, holder.size) == (1, 0)


def test_row_and_executions_of_one_seq_disagree_until_the_last_has_come() -> None:
    holder = play_all(a_fill(1, 5), a_row(1, 8))
    assert holder.leg.row_disagrees
    assert holder.leg.size == 5
    holder.fill(a_fill(1, 3))
    assert not holder.leg.row_disagrees
    assert holder.leg.size == 8


def test_what_a_look_up_shows_closes_nothing_before_the_stream_has_come_so_far() -> None:
    holder = play_all(a_fill(1, 5), a_row(1, 5))
    holder.fill(a_fill(3, -5), Source.LOOK_UP)
    assert (holder.closes, holder.held) == (0, True)
    holder.fill(a_fill(2, 3))
    holder.fill(a_fill(3, -5), known=True)
    assert (holder.closes, holder.size) == (0, 3)


def test_what_a_look_up_shows_closes_once_the_stream_has_come_so_far() -> None:
    holder = play_all(a_fill(1, 5), a_row(1, 5))
    holder.fill(a_fill(2, -5), Source.LOOK_UP)
    holder.fill(a_fill(2, -5), known=True)
    assert (holder.closes, holder.held) == (1, False)


def test_a_close_that_only_a_stream_with_a_gap_tells_waits_for_a_read() -> None:
    holder = play_all(a_fill(1, 5), a_row(1, 5))
    holder.gap = True
    holder.fill(a_fill(3, -5))
    holder.fill(a_fill(4, 2))
    assert (holder.closes, holder.held) == (0, True)
    holder.fill(a_fill(3, -5), Source.READ, known=True)
    assert (holder.closes, holder.size) == (1, 2)


def test_a_row_that_held_a_part_of_its_fill_is_no_place_to_count_from() -> None:
    holder = play_all(a_fill(1, 5), a_row(1, 5), a_row(2, 7), a_fill(2, 2), a_fill(2, 2), a_row(3, 10))
    holder.fill(a_fill(3, 1))
    assert holder.size == 10


def test_a_flat_row_of_a_flat_leg_changes_nothing() -> None:
    holder = play_all(a_fill(1, 5), a_fill(2, -5))
    for _ in range(2):
        holder.row(a_row(2, 0), read=False)
    assert holder.closes == 1
    assert holder.leg.zero() is None


@pytest.mark.parametrize("seq", [3, 4])
def test_a_stale_read_row_is_dropped(seq: int) -> None:
    holder = play_all(a_fill(5, 5), a_row(5, 5), read_row(seq, 2))
    assert holder.leg.size == 5
