"""Every known fault, once put back, is caught by the simulation within its number of seeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

import pytest

from actors.simulation.checks.board import all_checkers
from actors.simulation.plan import plan_of
from actors.simulation.world import SimulatedWorld
from tests.canaries.catalogue import CANARIES
from tests.canaries.copies import Canary, Copies, Patch, Stale

#: What trips these at the end of a run trips others sooner: NothingDawdles, TakeProfitFollowsTheLeg.
#: tests/simulation/test_checks_end.py shows them what they must see.
SEEN_EARLIER_BY_OTHERS = {"LegsAgreeInTheEnd", "NoProcedureHangs", "NothingIsUnknown"}

each_canary = pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.name)


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Copies]:
    """All copies of this run, those begun at once that its tests are going to ask for."""
    made = Copies(tmp_path_factory.mktemp("canaries"))
    for item in request.session.items:
        if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            canary = item.callspec.params.get("canary")
            if isinstance(canary, Canary):
                made.begin(canary)
    yield made
    made.close()


def test_each_canary_has_a_name_of_its_own() -> None:
    names = [canary.name for canary in CANARIES]
    assert len(names) == len(set(names))


def test_a_patch_that_fits_no_more_says_whose_it_is(copies: Copies) -> None:
    patch = Patch(path="state/numbers.py", old="no such line", new="")
    canary = Canary(name="stale", fault="", patches=(patch,), checkers=frozenset(), within_seeds=1)
    with pytest.raises(Stale, match=r"stale: state/numbers\.py has 0 places, not one"):
        copies.begin(canary).result()


@each_canary
def test_a_canary_is_caught(canary: Canary, copies: Copies) -> None:
    outcome = copies.begin(canary).result()
    assert outcome.seed is not None, f"not caught within {canary.within_seeds} seeds: {canary.fault}"
    assert outcome.checkers & canary.checkers, outcome.violations


def test_every_checker_is_tripped_by_a_canary(copies: Copies) -> None:
    checkers = all_checkers(SimulatedWorld(plan_of(0, Decimal("0.5"))))
    names = {type(checker).__name__ for checker in checkers} - {"Truth"} - SEEN_EARLIER_BY_OTHERS
    tripped = {name for canary in CANARIES for name in copies.begin(canary).result().checkers}
    assert sorted(names - tripped) == []


def test_the_seeds_that_catch_canaries_are_clean_without_them(copies: Copies) -> None:
    seeds: dict[Decimal, set[int]] = defaultdict(set)
    for canary in CANARIES:
        seed = copies.begin(canary).result().seed
        if seed is not None:
            seeds[canary.hours].add(seed)
    runs = [copies.begin_unpatched([seed], hours) for hours in seeds for seed in sorted(seeds[hours])]
    assert runs
    for run in runs:
        assert run.result().seed is None, run.result().violations
