"""Rate limits as pure windows: what is granted, what is left, and when to come again."""

from hypothesis import given
from hypothesis import strategies as st

from exchange.venue.server.limits import (
    CONNECTIONS,
    CONNECTIONS_WINDOW_MS,
    IP_BAN_MS,
    IP_REQUESTS,
    IP_WINDOW_MS,
    AccountLimits,
    AddressLimits,
    RollingWindow,
)

requests = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 25)), max_size=60)


@given(requests, st.integers(1, 12))
def test_no_rolling_second_ever_holds_more_than_the_limit(steps: list[tuple[int, int]], limit: int) -> None:
    window, now_ms, taken = RollingWindow(limit, 1000), 0, []
    for pause_ms, cost in steps:
        now_ms += pause_ms
        taken.append((now_ms, window.take(cost, now_ms)))
    for end_ms, _ in taken:
        assert sum(granted for at_ms, granted in taken if end_ms - 1000 < at_ms <= end_ms) <= limit


@given(requests, st.integers(1, 12))
def test_what_is_granted_is_all_that_was_left(steps: list[tuple[int, int]], limit: int) -> None:
    window, now_ms = RollingWindow(limit, 1000), 0
    for pause_ms, cost in steps:
        now_ms += pause_ms
        left = window.left(now_ms)
        assert window.take(cost, now_ms) == min(cost, left)
        assert window.left(now_ms) == max(0, left - cost)


@given(requests)
def test_the_reset_stamp_is_the_first_moment_at_which_one_more_is_granted(
    steps: list[tuple[int, int]],
) -> None:
    limits, now_ms = AccountLimits(), 0
    for pause_ms, cost in steps:
        now_ms += pause_ms
        grant = limits.take("001", "order.create-batch", cost, now_ms)
        assert grant is not None
        if grant.granted == cost:
            assert grant.reset_ms == now_ms
        else:
            too_early = limits.take("001", "order.create-batch", 1, grant.reset_ms - 1)
            assert too_early is not None
            assert too_early.granted == 0
            in_time = limits.take("001", "order.create-batch", 1, grant.reset_ms)
            assert in_time is not None
            assert in_time.granted == 1
            now_ms = grant.reset_ms


def test_refused_requests_cost_nothing_so_waiting_helps() -> None:
    limits = AccountLimits()
    for _ in range(10):
        limits.take("001", "order.create", 1, 0)
    for now_ms in range(1, 1000):
        refused = limits.take("001", "order.create", 1, now_ms)
        assert refused is not None
        assert (refused.granted, refused.left, refused.reset_ms) == (0, 0, 1000)
    allowed = limits.take("001", "order.create", 1, 1000)
    assert allowed is not None
    assert (allowed.granted, allowed.limit, allowed.left) == (1, 10, 9)


def test_accounts_and_operations_have_buckets_of_their_own() -> None:
    limits = AccountLimits()
    for account in ("001", "002"):
        for op in ("order.create", "order.cancel", "order.create-batch"):
            grant = limits.take(account, op, 10, 0)
            assert grant is not None
            assert grant.granted == 10


def test_a_batch_is_granted_as_far_as_its_bucket_goes() -> None:
    limits = AccountLimits()
    first = limits.take("001", "order.create-batch", 7, 0)
    second = limits.take("001", "order.create-batch", 7, 0)
    assert first is not None
    assert second is not None
    assert (first.granted, second.granted) == (7, 3)


def test_market_data_is_limited_by_address_only() -> None:
    assert AccountLimits().take("", "market.tickers", 1, 0) is None


def test_one_request_too_many_bans_the_address_for_ten_minutes() -> None:
    addresses = AddressLimits()
    assert all(addresses.request("a", 0) for _ in range(IP_REQUESTS))
    assert not addresses.request("a", 0)
    assert not addresses.request("a", IP_WINDOW_MS + 1)
    assert not addresses.request("a", IP_BAN_MS - 1)
    assert addresses.request("a", IP_BAN_MS)
    assert addresses.request("b", 0)


def test_the_501st_connection_of_five_minutes_is_turned_away() -> None:
    addresses = AddressLimits()
    assert all(addresses.connection("a", 0) for _ in range(CONNECTIONS))
    assert not addresses.connection("a", CONNECTIONS_WINDOW_MS - 1)
    assert addresses.connection("a", CONNECTIONS_WINDOW_MS)


def test_a_factor_multiplies_every_limit_for_stress_tests() -> None:
    grant = AccountLimits(factor=100).take("001", "order.create", 1, 0)
    assert grant is not None
    assert grant.limit == 1000
    addresses = AddressLimits(factor=2)
    assert all(addresses.request("a", 0) for _ in range(2 * IP_REQUESTS))
    assert not addresses.request("a", 0)
