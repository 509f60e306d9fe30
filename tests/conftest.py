"""What holds for every test: no hurry, and nobody left behind."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pykka
import pytest
from hypothesis import HealthCheck, settings

#: Properties here must hold, not be fast: no verdict hangs on how busy the machine is.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

_END_S = 30
Seen = dict[str, str]


@pytest.fixture(scope="module", autouse=True)
def nobody_is_left_behind() -> Iterator[Seen]:
    """Fails a file whose tests leave actors behind, naming them; the next file is not to find them."""
    seen: Seen = {}
    yield seen
    deadline = time.monotonic() + _END_S
    left = [ref for ref in pykka.ActorRegistry.get_all() if not _ends(ref, deadline)]
    for ref in left:
        pykka.ActorRegistry.unregister(ref)
    assert not left, "actors left behind:\n" + "\n".join(
        f"{ref}, first seen after {seen.get(ref.actor_urn, 'the last test')}" for ref in left
    )


def _ends(ref: pykka.ActorRef[pykka.Actor], deadline: float) -> bool:
    return ref.actor_stopped.wait(max(0.0, deadline - time.monotonic()))


@pytest.fixture(autouse=True)
def new_actors_are_noted(nobody_is_left_behind: Seen, request: pytest.FixtureRequest) -> Iterator[None]:
    """Which test an actor that is left behind was first seen after."""
    yield
    for ref in pykka.ActorRegistry.get_all():
        nobody_is_left_behind.setdefault(ref.actor_urn, request.node.nodeid)
