"""The reconciler: one sync at a time, its answer one message a symbol, gaps closed before entries go on."""

from __future__ import annotations

from decimal import Decimal

from actors.mail import (
    Call,
    Called,
    Check,
    ClockDoubted,
    ClockRead,
    StreamLost,
    StreamOpened,
    Unreadable,
)
from actors.reconciler import ReconcilerActor
from exchange.clock import ExchangeClock
from exchange.errors import ExchangeError, OutcomeUnknown, Retryable
from messages.commands import StreamUp
from messages.events import Counted, Note, SymbolSnapshot
from messages.requests import Answer, ReadServerTime, ReadSnapshot, Request, ServerTime, Snapshot
from tests.actors.stage import StageWorld


def reconciler(world: StageWorld) -> ReconcilerActor:
    """One for two symbols, syncing every minute."""
    return ReconcilerActor(world, 1, ("SOLUSDT", "DOGEUSDT"), every_ms=60_000, since_ms=500)


def answered(world: StageWorld) -> Called:
    """An empty account."""
    snapshot = Snapshot(positions=(), orders=(), executions=(), server_ms=world.hands.ms)
    return called(world, ReadSnapshot(since_ms=500), snapshot)


def called(
    world: StageWorld, request: Request, answer: Answer | ExchangeError, *, took_ms: int = 0
) -> Called:
    """A call that has just ended."""
    failed = isinstance(answer, ExchangeError)
    return Called(
        request=request,
        answer=None if failed else answer,
        error=answer if failed else None,
        took_ns=took_ms * 1_000_000,
        ended_ns=world.hands.monotonic_ns(),
    )


def reads(world: StageWorld) -> list[object]:
    """What was asked of the exchange."""
    return world.stage.to("001/rest/reads")


def test_a_sync_reads_once_and_answers_each_grid_once() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    assert reads(world) == [Call(request=ReadSnapshot(since_ms=500), reply_to="001/reconciler")]
    actor.receive(answered(world))
    for symbol in ("SOLUSDT", "DOGEUSDT"):
        snapshot, up = world.stage.to(f"001/grid/{symbol}")
        assert isinstance(snapshot, SymbolSnapshot)
        assert up == StreamUp(up=True)


def test_a_stream_that_opens_during_a_sync_is_synced_again_and_entries_wait_for_that() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    actor.receive(StreamLost(reason="cut"))
    actor.receive(StreamOpened())
    assert len(reads(world)) == 1
    actor.receive(StreamLost(reason="cut"))
    actor.receive(answered(world))
    assert world.stage.to("001/grid/SOLUSDT")[-1] == StreamUp(up=False)
    assert len(reads(world)) == 2
    actor.receive(StreamOpened())
    actor.receive(answered(world))
    assert world.stage.to("001/grid/SOLUSDT")[-1] == StreamUp(up=False)
    actor.receive(answered(world))
    assert world.stage.to("001/grid/SOLUSDT")[-1] == StreamUp(up=True)


def test_a_failed_sync_is_tried_again_and_tells_the_grids_nothing() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    actor.receive(called(world, ReadSnapshot(since_ms=500), OutcomeUnknown("timed out")))
    assert world.stage.to("001/grid/SOLUSDT") == []
    due_ms, address, message = world.later.asked[-1]
    assert (address, message) == ("001/reconciler", Check())
    world.hands.ms = due_ms
    actor.receive(Check())
    assert len(reads(world)) == 2


def test_a_timer_that_comes_too_early_starts_no_sync() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    actor.receive(answered(world))
    actor.receive(Check())
    assert len(reads(world)) == 1


def test_the_second_sync_follows_soon_to_prove_that_nothing_old_is_on_its_way() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    actor.receive(answered(world))
    due_ms, _, _ = world.later.asked[-1]
    assert 3_000 < due_ms - world.hands.ms < 10_000


def test_a_stream_that_was_lost_and_came_back_within_one_sync_is_not_told_as_up_by_it() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    actor.receive(StreamLost(reason="cut"))
    actor.receive(StreamOpened())
    actor.receive(answered(world))
    assert world.stage.to("001/grid/SOLUSDT")[-1] == StreamUp(up=False)
    actor.receive(answered(world))
    assert world.stage.to("001/grid/SOLUSDT")[-1] == StreamUp(up=True)


def test_an_unreadable_record_is_counted_and_synced() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(Unreadable(text="execution: execPrice is missing"))
    assert len(reads(world)) == 1
    assert [getattr(one, "name", "") for one in world.stage.of(Counted)] == ["unreadable"]


def clock_reads(world: StageWorld) -> list[object]:
    """Reads of the exchange's clock alone."""
    return [one for one in reads(world) if one.request == ReadServerTime()]  # type: ignore[attr-defined]


def test_a_clock_that_has_drifted_is_read_and_told() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    snapshot = Snapshot(positions=(), orders=(), executions=(), server_ms=world.hands.ms + 900)
    actor.receive(called(world, ReadSnapshot(since_ms=500), snapshot))
    assert len(clock_reads(world)) == 1
    actor.receive(called(world, ReadServerTime(), ServerTime(server_ms=world.hands.ms + 900)))
    assert world.stage.to("supervisor") == [ClockRead(ahead_ms=900)]


def test_a_sync_that_took_long_says_nothing_about_the_clock() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    snapshot = Snapshot(positions=(), orders=(), executions=(), server_ms=world.hands.ms)
    actor.receive(called(world, ReadSnapshot(since_ms=500), snapshot, took_ms=3_000))
    actor.receive(called(world, ReadServerTime(), ServerTime(server_ms=world.hands.ms), took_ms=2_000))
    assert world.stage.to("supervisor") == []


def test_a_sync_refused_for_its_stamp_has_the_clock_read() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    actor.receive(called(world, ReadSnapshot(since_ms=500), Retryable("10002", code=10002)))
    assert len(clock_reads(world)) == 1


def test_an_old_timer_during_a_sync_causes_no_other_one() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    world.hands.ms += 61_000
    actor.receive(Check())
    actor.receive(answered(world))
    assert len(reads(world)) == 1


def unread(actor: ReconcilerActor) -> None:
    """A frame that could not be read."""
    actor.receive(Unreadable(text="private stream: no JSON"))


def test_a_stream_of_unreadable_frames_is_synced_at_a_distance_not_in_a_loop() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    actor.receive(answered(world))
    began_ms = world.hands.ms
    while world.hands.ms < began_ms + 60_000:
        unread(actor)
        world.hands.ms += 100
        for due_ms, _, message in [one for one in world.later.asked if one[0] <= world.hands.ms]:
            world.later.asked.remove((due_ms, "001/reconciler", message))
            actor.receive(message)
        if actor._running:
            actor.receive(answered(world))
    assert 10 <= len(reads(world)) - 1 <= 14
    names = [one.name for one in world.stage.of(Counted)]  # type: ignore[attr-defined]
    assert names.count("unreadable") == 600
    assert len(world.stage.of(Note)) <= 14


def test_what_could_not_be_read_within_the_distance_is_synced_at_its_end() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    actor.receive(answered(world))
    unread(actor)
    unread(actor)
    actor.receive(answered(world))
    assert world.stage.to("001/grid/SOLUSDT").count(StreamUp(up=True)) == 1  # of the sync before these
    due_ms, _, _ = world.later.asked[-1]
    assert 4_000 <= due_ms - world.hands.ms <= 5_000
    world.hands.ms = due_ms
    actor.receive(Check())
    actor.receive(answered(world))
    assert len(reads(world)) == 3
    assert world.stage.to("001/grid/SOLUSDT").count(StreamUp(up=True)) == 2


def test_a_sync_that_fails_again_and_again_is_tried_with_growing_pauses() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    pauses = []
    for _ in range(5):
        actor.receive(called(world, ReadSnapshot(since_ms=500), Retryable("connection refused")))
        due_ms, _, _ = world.later.asked[-1]
        pauses.append(due_ms - world.hands.ms)
        world.hands.ms = due_ms
        actor.receive(Check())
    assert pauses == [2_000, 4_000, 8_000, 10_000, 10_000]


def test_rows_left_out_of_a_snapshot_are_counted() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(StreamOpened())
    snapshot = Snapshot(positions=(), orders=(), executions=(), server_ms=world.hands.ms, left_out=3)
    actor.receive(called(world, ReadSnapshot(since_ms=500), snapshot))
    assert Counted(account=1, symbol="", name="left_out", amount=Decimal(3)) in world.stage.of(Counted)


def test_refused_stamps_have_the_clock_read_one_read_at_a_time() -> None:
    world = StageWorld()
    actor = reconciler(world)
    actor.receive(ClockDoubted())
    actor.receive(ClockDoubted())
    assert reads(world) == [Call(request=ReadServerTime(), reply_to="001/reconciler")]
    actor.receive(called(world, ReadServerTime(), ServerTime(server_ms=world.hands.ms + 30_000)))
    assert world.stage.to("supervisor") == [ClockRead(ahead_ms=30_000)]
    actor.receive(ClockDoubted())
    actor.receive(called(world, ReadServerTime(), OutcomeUnknown("timed out")))
    actor.receive(ClockDoubted())
    assert len(reads(world)) == 3


def test_what_two_accounts_find_of_one_clock_is_the_same_and_does_not_add_up() -> None:
    world = StageWorld()
    world.clock = clock = ExchangeClock(world.hands)
    read = called(world, ReadServerTime(), ServerTime(server_ms=world.hands.ms + 30_000))
    found = []
    for _ in range(2):  # the second one's answer is heard once the first one's has set the clock
        reconciler(world).receive(read)
        clock.ahead_ms = 29_000  # and a little more has changed since
        found.append(world.stage.to("supervisor")[-1])
    assert found == [ClockRead(ahead_ms=30_000)] * 2
