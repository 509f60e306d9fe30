"""The guard in its mailbox: a freeze ends by time alone, and people are told so once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from actors.guard import GuardActor
from messages.events import Note, Severity
from messages.guard import PrivateStreamLost
from messages.reports import GuardReport
from state.grid.effects import FreezeAccount
from tests.actors.stage import StageWorld
from tests.guard.states import guard, money

ADDRESS = "001/guard"
MINUTE_MS = 60_000


class Guarded:
    """A guard on a stage, its timers rung by hand."""

    def __init__(self, folder: Path, *, viewed: bool = True, **rules: dict[str, Any]) -> None:
        self.world = StageWorld()
        self.world.viewed = viewed
        flag, resumed = folder / "flag", folder / "resumed"
        self.actor = GuardActor(self.world, ["SOLUSDT"], flag, resumed, guard(**rules))

    def hear(self, *messages: object) -> None:
        """Take messages, one after another."""
        for message in messages:
            self.actor.receive(message)

    def freeze(self, for_ms: int, reason: str = "it delists SOLUSDT") -> int:
        """A grid has seen a sign of the exchange; gives until when."""
        until_ms = self.world.hands.ms + for_ms
        self.hear(FreezeAccount(until_ms=until_ms, reason=reason))
        return until_ms

    def pass_time(self, ms: int) -> None:
        """Let the clock go on, and what is due come."""
        self.world.hands.ms += ms
        asked, now_ms = self.world.later.asked, self.world.hands.ms
        self.world.later.asked = [each for each in asked if each[0] > now_ms]
        self.hear(*(message for due_ms, address, message in asked if due_ms <= now_ms and address == ADDRESS))

    def ends(self) -> list[Note]:
        """Every end of a freeze that people were told of."""
        notes = [note for note in self.world.stage.to("watch") if isinstance(note, Note)]
        return [note for note in notes if note.kind == "freeze_over"]

    def holding(self) -> frozenset[str]:
        """The rules that fire, by the newest report."""
        reports = [told for told in self.world.stage.to("watch") if isinstance(told, GuardReport)]
        return reports[-1].holding


def test_the_end_of_a_freeze_is_told_with_its_reason_when_its_time_has_come_and_no_sooner(
    tmp_path: Path,
) -> None:
    guarded = Guarded(tmp_path)
    guarded.freeze(MINUTE_MS)
    guarded.pass_time(MINUTE_MS - 1)
    assert not guarded.ends()
    guarded.pass_time(1)
    (note,) = guarded.ends()
    assert (note.account, note.severity, note.at_ms) == (1, Severity.WARNING, guarded.world.hands.ms)
    assert note.text == (
        "the freeze is over (the exchange takes orders away: it delists SOLUSDT): entries may leave again"
    )
    guarded.pass_time(MINUTE_MS)
    assert len(guarded.ends()) == 1


def test_a_freeze_that_became_longer_ends_once(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path)
    guarded.freeze(MINUTE_MS)
    guarded.pass_time(MINUTE_MS // 2)
    guarded.freeze(MINUTE_MS)
    guarded.pass_time(MINUTE_MS // 2)
    assert not guarded.ends()
    guarded.pass_time(MINUTE_MS // 2)
    assert len(guarded.ends()) == 1
    guarded.freeze(MINUTE_MS)
    guarded.pass_time(MINUTE_MS)
    assert len(guarded.ends()) == 2, "the next freeze has an end of its own"


def test_a_rule_that_froze_the_account_is_reported_as_quiet_once_its_freeze_is_over(tmp_path: Path) -> None:
    rate = {"threshold_percent": 50, "action": "freeze"}
    guarded = Guarded(tmp_path, maintenance_rate=rate)
    guarded.hear(money(rate="60"))
    assert guarded.holding() == {"maintenance_rate"}
    guarded.hear(money(rate="1"))
    assert guarded.holding() == {"maintenance_rate"}
    guarded.pass_time(MINUTE_MS)
    assert guarded.holding() == frozenset()


def test_what_stays_forbidden_after_a_freeze_is_said_with_its_end(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path, loss={"threshold_percent": 5, "action": "stop", "stop_mode": "hold"})
    guarded.freeze(MINUTE_MS)
    guarded.hear(money(equity="1000"), money(equity="900"))
    guarded.pass_time(MINUTE_MS)
    (note,) = guarded.ends()
    assert "the account stays stopped: loss: " in note.text


def test_where_nobody_looks_on_no_timer_is_set_for_a_freeze(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path, viewed=False)
    guarded.hear(*[PrivateStreamLost()] * 6)
    assert guarded.actor.state.frozen_until_ms
    assert guarded.world.later.asked == []
