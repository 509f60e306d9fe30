"""Venues for the tests of the server."""

from collections.abc import Iterator

import pytest

from tests.venue.server.rig import RawRest
from tests.venue_process import VenueProcess, venue_process


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueProcess]:
    """A venue with prices by hand and generous limits, one for all tests of a module; hedge mode is on."""
    with venue_process(scenario="manual", limit_factor=1000) as running:
        for account in ("001", "002", "003"):
            RawRest(running, account).hedge_mode()
        yield running
