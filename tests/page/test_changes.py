"""A browser that takes the state and then every change sees what one sees that comes later."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from actors.page.changes import change, new_events, state
from actors.page.shown import Shown
from messages.events import Note, Severity
from tests.display.scenes import a_close, a_latency, busy_messages, start
from tests.page.test_picture import shown
from tests.store.reports import NOW_MS, a_symbol, an_account
from tests.store.trades import a_trade


def a_note(text: str) -> Note:
    return Note(account=1, symbol="", side=None, kind="test", severity=Severity.INFO, text=text, at_ms=NOW_MS)


MESSAGES = [
    *busy_messages(),
    *busy_messages(2),
    a_close(),
    a_latency("3", "1"),
    a_note("one"),
    a_note("two"),
    an_account(stopped="loss"),
    a_symbol("SOLUSDT", activity="closing LONG"),
    a_symbol("SOLUSDT", fills=(a_trade("e-1"), a_trade("e-2"))),
]


def taken(known: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """As the page does it: what is there replaces, events are added."""
    known = copy.deepcopy(known)
    for key in ("accounts", "latencies", "symbols"):
        known[key].update(told.get(key, {}))
    known["run"] = told.get("run", known["run"])
    known["events"] += told.get("events", [])
    return known


@given(st.lists(st.lists(st.sampled_from(MESSAGES), max_size=6), max_size=6))
def test_a_state_and_all_changes_after_it_are_the_state_of_the_end(moments: list[list[object]]) -> None:
    now = Shown(model=start(2))
    seen = state(now)
    for messages in moments:
        before = now
        for message in messages:
            now = now.after(message, now.model.apply(message))
        seen = taken(seen, change(before, now))
    assert seen == state(now)


def test_each_fill_is_told_once() -> None:
    before = shown(a_symbol("SOLUSDT", fills=(a_trade("e-1"),)))
    report = a_symbol("SOLUSDT", fills=(a_trade("e-2"), a_trade("e-3")))
    after = before.after(report, before.model.apply(report))
    assert len(change(before, after)["fills"]["001/SOLUSDT"]) == 2
    assert "fills" not in change(after, after.after(an_account(), after.model.apply(an_account())))


def test_events_that_were_forgotten_meanwhile_leave_the_newest() -> None:
    model = start()
    for number in range(30):
        model = model.apply(a_note(str(number)))
    kept = model.happenings
    assert new_events(kept[:10], kept) == kept[10:]
    assert new_events(kept[:10], kept[15:]) == kept[15:]
    assert new_events(kept, kept) == ()
    assert new_events((), kept) == kept
    assert new_events((replace(kept[-1]),), kept) == kept  # an equal one of another moment is another
