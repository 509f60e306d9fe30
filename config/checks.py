"""What single ranges can't say: names that must be unique, and settings that contradict each other.

Uniqueness is judged on the raw document, so that it is reported beside wrong types elsewhere in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from config.guard import Guard
from config.notifications import Notifications
from config.problems import Problem, place_of
from config.schema import SymbolSettings
from messages.settings import WhenLocked

Place = tuple[int | str, ...]
_ONE = Decimal(1)


def repeated_names(document: Mapping[str, object]) -> list[Problem]:
    """Ids, names, key variables and symbols that stand twice where each must stand once."""
    accounts = list(_tables(document, "accounts", ()))
    problems = _repeats(_values(accounts, ["id"]), "two accounts would share files and order ids")
    problems += _repeats(_values(accounts, ["name"]), "each account needs a name of its own")
    problems += _repeats(
        _values(accounts, ["api_key_env", "api_secret_env"]),
        "each account needs a key and a secret of its own",
        show=False,
    )
    for place, account in accounts:
        symbols = list(_tables(account, "symbols", place))
        problems += _repeats(_values(symbols, ["symbol"]), "an account runs one grid per symbol")
    return problems + _repeated_channels(document)


def _repeated_channels(document: Mapping[str, object]) -> list[Problem]:
    section = document.get("notifications")
    channels = list(_tables(section, "channels", ("notifications",))) if isinstance(section, dict) else []
    problems = _repeats(_values(channels, ["name"]), "each channel needs a name of its own")
    return problems + _repeats(
        _values(channels, ["url_env"]), "one place would be told everything twice", show=False
    )


def notification_contradictions(settings: Notifications) -> Iterator[tuple[str, str]]:
    """Notifications that are switched on and have nowhere to go, as (key, what)."""
    if settings.enabled and not settings.channels:
        yield (
            "enabled",
            "is true, but there is no channel; add one headed [[notifications.channels]] or set it to false",
        )


def contradictions(settings: SymbolSettings) -> Iterator[tuple[str, str]]:
    """Settings of one grid that each are in range but can't work together, as (key, what)."""
    deepest = max(1, settings.max_levels - 1)
    if settings.pending_depth > deepest:
        yield (
            "pending_depth",
            f"is {settings.pending_depth}, but with max_levels {settings.max_levels} at most {deepest} "
            "can rest below the first level; lower it or raise max_levels",
        )
    if settings.when_locked is WhenLocked.RESTART and settings.max_levels == 1:
        yield (
            "when_locked",
            'is "restart", but with max_levels 1 both sides are full as soon as they have opened, so they '
            'would restart without end; take "hold" or raise max_levels',
        )
    stop = settings.protective_stop_percent
    needed = stop_beyond_ladder(settings)
    if stop is not None and stop <= needed:
        least = needed.quantize(Decimal("0.01"), rounding=ROUND_CEILING)
        yield (
            "protective_stop_percent",
            f"is {stop}, but the ladder's next level lies up to {least} % from the average entry, so the "
            f'stop would close the side first; take more than {least}, fewer levels, or "off"',
        )


def guard_contradictions(guard: Guard) -> Iterator[tuple[str, str]]:
    """Thresholds of the guard that contradict each other, as (key, what)."""
    freeze = guard.early_freeze
    if freeze.lift_ratio <= freeze.below_ratio:
        yield (
            "early_freeze.lift_ratio",
            f"is {freeze.lift_ratio}, but must be above below_ratio ({freeze.below_ratio}), "
            "or the freeze would come and go with every tick",
        )
    if guard.panic.enabled and freeze.enabled and guard.panic.below_ratio > freeze.below_ratio:
        yield (
            "panic.below_ratio",
            f"is {guard.panic.below_ratio}, above early_freeze.below_ratio ({freeze.below_ratio}): "
            "panic would come before the early freeze",
        )


def stop_beyond_ladder(settings: SymbolSettings) -> Decimal:
    """How far (percent of the average entry) the nominal ladder's next level ever lies: a stop that is
    not beyond it leaves levels that can never fill. 0 for a ladder of one level."""
    step = settings.grid_step_percent / 100
    return max(_farthest_next(settings, _ONE - step), _farthest_next(settings, _ONE + step))


def _farthest_next(settings: SymbolSettings, ratio: Decimal) -> Decimal:
    prices = [ratio**level for level in range(settings.max_levels)]
    farthest = margin = quantity = Decimal(0)
    for level, (price, following) in enumerate(pairwise(prices)):
        margin += settings.multiplier**level
        quantity += settings.multiplier**level / price
        farthest = max(farthest, abs(following * quantity / margin - _ONE) * 100)
    return farthest


def _tables(
    parent: Mapping[str, object], key: str, place: Place
) -> Iterator[tuple[Place, Mapping[str, object]]]:
    found = parent.get(key)
    for index, table in enumerate(found if isinstance(found, list) else []):
        if isinstance(table, dict):
            yield (*place, key, index), table


def _values(
    tables: Sequence[tuple[Place, Mapping[str, object]]], keys: Sequence[str]
) -> Iterator[tuple[str, object]]:
    for place, table in tables:
        for key in keys:
            value = table.get(key)
            if isinstance(value, str | int) and not isinstance(value, bool):
                yield place_of((*place, key)), value


def _repeats(values: Iterator[tuple[str, object]], why: str, *, show: bool = True) -> list[Problem]:
    first: dict[object, str] = {}
    problems = []
    for place, value in values:
        if value in first:
            what = f"is {value!r} again" if show else "names the same variable"
            problems.append(Problem(place=place, what=f"{what} as {first[value]}; {why}"))
        first.setdefault(value, place)
    return problems
