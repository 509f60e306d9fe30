"""A picture of an account's guard for people and metrics; it decides nothing."""

from __future__ import annotations

from decimal import Decimal

from messages.guard import Rule
from messages.reports import GuardReport
from state.guard.model import GuardState
from state.guard.people import BY_PERSON
from state.guard.rules import of_last_hour
from state.numbers import HUNDRED

_DISCONNECTIONS = "disconnections"
#: The rules as metrics name them; verdicts and reasons have spaces in them.
RULES = (
    "early_freeze",
    "panic",
    "maintenance_rate",
    "loss",
    _DISCONNECTIONS,
    "closes_failing",
    "state",
    "mismatch",
)


def report(state: GuardState, symbols: tuple[str, ...], now_ms: int) -> GuardReport:
    """The guard as it stands at ``now_ms`` (UTC)."""
    rules = state.rules
    return GuardReport(
        account=state.account,
        mode=state.mode.value if state.stopped else "",
        by_person=state.stopped == BY_PERSON,
        frozen_until_ms=state.frozen_until_ms,
        averaging_frozen=state.averaging_frozen,
        holding=_holding(state, now_ms),
        failures=tuple((symbol, state.failures.get(symbol, 0)) for symbol in symbols),
        peak=state.memory.peak,
        maintenance_threshold=_ratio(rules.maintenance_percent),
        loss_threshold=_ratio(rules.loss_percent),
    )


def rule_of(reason: str) -> str:
    """The rule that a stop or freeze names before its reason, "" if it names none."""
    rule = reason.partition(": ")[0].replace(" ", "_")
    return rule if rule in RULES else ""


def _holding(state: GuardState, now_ms: int) -> frozenset[str]:
    """The rules that fire now: that have stopped the account or frozen it, or were told."""
    found = {rule.replace(" ", "_") for rule in state.alerted}
    if state.averaging_frozen:
        found.add("early_freeze")
    if state.panicking:
        found.add("panic")
    if state.stopped:
        found.add(rule_of(state.stopped))
    if now_ms < state.frozen_until_ms:
        found.add(rule_of(state.frozen_for))
    if state.losses and _too_many_losses(state, now_ms):
        found.add(_DISCONNECTIONS)
    return frozenset(found & set(RULES))


def _too_many_losses(state: GuardState, now_ms: int) -> bool:
    rule = state.rules.disconnections
    return rule is not None and len(of_last_hour(state.losses, now_ms)) > rule.max_per_hour


def _ratio(rule: Rule | None) -> Decimal | None:
    return None if rule is None else rule.threshold / HUNDRED
