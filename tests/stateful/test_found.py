"""What the grid machine has found, shrunk: each begins with both sides open and ends as every run ends."""

from __future__ import annotations

from messages.sides import Side
from tests.stateful.machine import GridMachine, Word


def opened(*, levels: int = 3, depth: int = 2, tells_each_part: bool = False) -> GridMachine:
    """Both sides open; ``tells_each_part``: a leg's row comes after each execution of a fill."""
    machine = GridMachine()
    machine.begins(levels=levels, depth=depth)
    machine.bot.exchange.tells_each_part = tells_each_part
    return machine


def test_a_close_that_an_outage_hid_is_acted_on_though_the_leg_has_filled_again() -> None:
    machine = opened(tells_each_part=True)
    machine.an_order_is_touched(nth=4)  # LONG's take profit fills, and half of SHORT's next entry
    machine.a_frame_comes(nth=2)
    machine.time_passes(ms=3_100)  # the size is in doubt: both legs are being read
    machine.an_order_is_touched(nth=1)  # LONG's next entry fills by half
    machine.the_stream_is_cut()
    machine.teardown()


def test_a_new_process_believes_no_close_from_executions_before_its_first_sync() -> None:
    machine = opened()
    machine.an_order_is_touched(nth=4)
    machine.the_process_is_killed()  # the fills of SHORT's entry are lost, those of its take profit are not
    machine.an_order_is_touched(nth=1)
    machine.teardown()


def test_a_take_profits_look_up_closes_no_side_whose_entry_filled_before_it_unseen() -> None:
    machine = opened()
    machine.price_moves(steps=-4)  # LONG's next entry fills
    machine.price_moves(steps=7)  # and then its old take profit
    machine.somebody_says(Word.FREEZE)
    machine.somebody_says(Word.STOP)
    machine.a_reply_comes(nth=1)
    machine.time_passes(ms=3_100)
    machine.a_read_goes_on(nth=0)
    machine.a_read_goes_on(nth=3)
    machine.teardown()


def test_a_snapshots_executions_close_a_side_only_when_all_of_them_are_known() -> None:
    machine = opened(levels=2, depth=1)
    machine.an_order_is_touched(nth=1)
    machine.an_order_is_touched(nth=3)
    machine.the_process_is_killed()
    machine.an_order_is_touched(nth=1)
    machine.teardown()


def half_told_fills() -> GridMachine:
    """The row of a fill's first execution is the last that a process hears before it is killed."""
    machine = opened(tells_each_part=True)
    machine.a_person_closes(Side.LONG)
    machine.the_process_is_killed()
    machine.an_order_is_touched(nth=3)
    machine.a_person_closes(Side.SHORT)
    machine.a_frame_comes(nth=2)
    machine.the_process_is_killed()
    machine.an_order_is_touched(nth=2)
    return machine


def test_a_leg_is_not_counted_from_a_row_that_held_a_part_of_its_fill() -> None:
    half_told_fills().teardown()


def test_a_rebuild_while_a_close_awaits_its_cause_goes_on() -> None:
    machine = half_told_fills()
    machine.bot.may_rebuild = True
    machine.bot.calm(150_000)
    assert machine.bot.state.closing is None


def test_a_stream_with_a_gap_begins_no_cycle_where_it_lacks_what_filled_before() -> None:
    machine = opened()
    machine.a_person_closes(Side.SHORT)
    machine.all_frames_come(topics=["position", "order", "execution"])
    machine.an_order_is_touched(nth=4)
    machine.a_person_closes(Side.SHORT)
    machine.an_order_is_touched(nth=1)
    machine.an_order_is_touched(nth=1)
    machine.the_process_is_killed()
    machine.a_person_closes(Side.SHORT, wholly=False)
    machine.an_order_is_touched(nth=1)
    machine.teardown()


def test_a_cycle_that_an_outage_hid_wholly_is_not_taken_for_the_one_that_is_held() -> None:
    machine = opened(levels=2, depth=1)
    machine.a_person_closes(Side.LONG)
    machine.a_person_closes(Side.SHORT)
    machine.an_order_is_touched(nth=0)
    machine.a_person_closes(Side.LONG)
    machine.the_stream_is_cut()
    machine.the_stream_returns()
    machine.an_order_is_touched(nth=0)
    machine.a_person_closes(Side.LONG)
    machine.an_order_is_touched(nth=0)
    machine.teardown()
