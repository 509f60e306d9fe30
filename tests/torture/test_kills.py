"""A share of the campaign: real processes, real signals, on four venues at a time."""

from __future__ import annotations

from pathlib import Path

from actors.torture.campaign import campaign, stages_of
from actors.torture.moments import Group
from actors.torture.plan import BOTH
from actors.torture.stage import Stage

KILLS = 3


def test_the_bot_is_killed_a_dozen_times_and_nothing_is_lost(tmp_path: Path) -> None:
    stages = [Stage(seed, KILLS, tmp_path / str(seed)) for seed in (11, 12, 13, 14)]
    totals = campaign(stages, jobs=len(stages), told=lambda verdict: None)
    assert not totals.violated, "\n".join(
        f"{verdict.stage}/{verdict.kill.number} {verdict.died_at}: {sentence}"
        for verdict in totals.violated
        for sentence in verdict.violations
    )
    assert totals.clean
    assert len(totals.verdicts) == KILLS * len(stages)
    assert totals.lives == (KILLS + 1) * len(stages)
    assert totals.counts["fills"] > KILLS * len(stages)
    assert any(verdict.kill.lose_state for verdict in totals.verdicts)
    assert len({verdict.kill.moment.group for verdict in totals.verdicts}) > len(Group) // 2


def test_two_accounts_in_one_process_are_killed_and_each_is_as_it_was(tmp_path: Path) -> None:
    kills = 2
    totals = campaign([Stage(27, kills, tmp_path, accounts=BOTH)], jobs=1, told=lambda verdict: None)
    assert not totals.violated, totals.violated
    assert totals.clean
    assert (len(totals.verdicts), totals.lives_of_two) == (kills, kills + 1)
    assert [verdict.kill.losers for verdict in totals.verdicts if verdict.kill.lose_state] == [BOTH]
    journal = (tmp_path / "venue.jsonl").read_text(encoding="utf-8")
    for account in BOTH:
        assert all(f'"orderLinkId":"{account:03d}{side}T' in journal for side in "LS")


def test_a_campaign_is_cut_into_stages_that_go_by_the_next_seeds(tmp_path: Path) -> None:
    assert [stage.seed for stage in stages_of(7, 60, tmp_path)] == [7, 8, 9]
