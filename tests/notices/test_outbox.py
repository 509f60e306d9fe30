"""Bursts become one message with a count; what is critical is neither lost nor late."""

from __future__ import annotations

from actors.notices.notice import Notice, Topic
from actors.notices.outbox import Outbox, Parcel
from messages.events import Severity

FOLD_MS = 60_000


def notice(text: str = "text", *, critical: bool = False, account: int = 1, kind: str = "frozen") -> Notice:
    return Notice(
        topic=Topic.GUARD,
        severity=Severity.CRITICAL if critical else Severity.WARNING,
        account=account,
        symbol="",
        kind=kind,
        text=text,
        at_ms=62_000_000,
    )


def delivered(outbox: Outbox, now_ms: int) -> Parcel | None:
    parcel = outbox.take(now_ms)
    if parcel is not None:
        outbox.delivered(now_ms)
    return parcel


def some(parcel: Parcel | None) -> Parcel:
    assert parcel is not None
    return parcel


def test_the_first_leaves_at_once_and_a_burst_after_it_as_one_message_with_counts() -> None:
    outbox = Outbox(FOLD_MS)
    outbox.put(notice("first"))
    assert some(delivered(outbox, 0)).body == "17:13:20 UTC 001: first"
    for number in range(500):
        outbox.put(notice(f"number {number}"))
    outbox.put(notice("another", account=2))
    assert delivered(outbox, FOLD_MS - 1) is None
    assert outbox.next_ms() == FOLD_MS
    folded = some(delivered(outbox, FOLD_MS))
    assert folded.body.splitlines() == [
        "17:13:20 UTC 001: number 499 (500 times, this is the last)",
        "17:13:20 UTC 002: another",
    ]
    assert (folded.count, folded.title) == (501, "WARNING: 501 notices")
    assert outbox.waiting == 0


def test_what_is_critical_waits_for_no_folding_and_keeps_its_own_text() -> None:
    outbox = Outbox(FOLD_MS)
    outbox.put(notice())
    delivered(outbox, 0)
    outbox.put(notice("calm"))
    for text in ("loss", "maintenance rate", "loss"):
        outbox.put(notice(text, critical=True, kind="emergency_stop"))
    told = some(delivered(outbox, 1))
    assert told.severity is Severity.CRITICAL
    assert [line.split("001: ")[1] for line in told.body.splitlines()] == [
        "maintenance rate",
        "loss (2 times, this is the last)",
    ]
    assert delivered(outbox, 2) is None
    assert outbox.waiting == 1


def test_a_failure_is_tried_again_later_and_later_and_loses_nothing() -> None:
    outbox, now_ms, waits = Outbox(FOLD_MS), 0, []
    outbox.put(notice("stop", critical=True))
    for _ in range(11):
        some(outbox.take(now_ms))
        waits.append(outbox.failed(now_ms))
        assert outbox.take(now_ms + waits[-1] - 1) is None
        now_ms += waits[-1]
    assert waits == [1000 * 2**n for n in range(9)] + [300_000] * 2
    assert some(delivered(outbox, now_ms)).body.endswith("001: stop")
    assert outbox.waiting == 0


def test_a_new_critical_one_cuts_a_long_wait_to_five_seconds() -> None:
    outbox = Outbox(FOLD_MS)
    outbox.put(notice())
    for at_ms in range(0, 10_000_000, 1_000_000):
        some(outbox.take(at_ms))
        outbox.failed(at_ms)
    assert outbox.next_ms() == 9_300_000
    outbox.put(notice("stop", critical=True))
    assert outbox.next_ms() == 9_005_000
    assert some(outbox.take(9_005_000)).body.endswith("001: stop")


def test_what_comes_during_a_failing_delivery_is_folded_with_it() -> None:
    outbox = Outbox(FOLD_MS)
    outbox.put(notice("old"))
    some(outbox.take(0))
    outbox.put(notice("new"))
    assert outbox.take(1) is None, "one message at a time"
    outbox.failed(2)
    assert some(outbox.take(2_000)).body.endswith("001: new (2 times, this is the last)")


def test_memory_is_bounded_and_only_what_is_not_critical_is_dropped() -> None:
    outbox = Outbox(FOLD_MS)
    dropped = sum(outbox.put(notice(kind=f"kind-{number}")) for number in range(1_000))
    assert dropped == 800
    assert sum(outbox.put(notice(f"text {n}", critical=True)) for n in range(1_000)) == 0
    assert outbox.waiting == 1_200
    lines: list[str] = []
    while (parcel := outbox.take(0)) is not None and parcel.critical:
        lines += parcel.body.splitlines()
        assert len(parcel.body) <= 2_200
        outbox.delivered(0)
    assert len(lines) == 201
    assert lines[-1].endswith("text 999 (800 times, this is the last)")


def test_a_long_message_is_sent_in_parts_without_a_wait_between_them() -> None:
    outbox = Outbox(FOLD_MS)
    for number in range(30):
        outbox.put(notice(account=number + 1))
    counts = []
    while (parcel := delivered(outbox, 0)) is not None:
        counts.append(parcel.count)
    assert counts == [12, 12, 6]
    outbox.put(notice())
    assert outbox.next_ms() == FOLD_MS


def test_the_end_folds_no_longer() -> None:
    outbox = Outbox(FOLD_MS)
    outbox.put(notice())
    delivered(outbox, 0)
    outbox.put(notice("the process has stopped"))
    assert outbox.take(1) is None
    assert some(outbox.take(1, hurry=True)).body.endswith("the process has stopped")
