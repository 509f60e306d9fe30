"""What has happened, in the order in which it happened: the last events always, all of them on request."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import fields, is_dataclass

from actors.simulation.plan import Plan

_LAST = 400


class Trace:
    """Lines ``ms of the run | who | what``. ``write`` gets every line; without it the last ones are kept."""

    def __init__(self, start_ms: int, write: Callable[[str], object] | None = None) -> None:
        self._start_ms = start_ms
        self._write = write
        self._last: deque[tuple[int, str, object]] = deque(maxlen=_LAST)

    def note(self, at_ms: int, who: str, what: object) -> None:
        """Something has happened."""
        if self._write is not None:
            self._write(self._line(at_ms, who, what))
        else:
            self._last.append((at_ms, who, what))

    def last(self) -> list[str]:
        """The last lines, oldest first; none where all were written."""
        return [self._line(*entry) for entry in self._last]

    def _line(self, at_ms: int, who: str, what: object) -> str:
        return f"{at_ms - self._start_ms:>10} | {who:<20} | {told(what)}"


def told(what: object) -> str:
    """A message in one line. Addresses of objects never show: they differ from run to run."""
    if isinstance(what, str):
        return what
    if is_dataclass(what):
        parts = ", ".join(f"{f.name}={_value(getattr(what, f.name))}" for f in fields(what))
        return f"{type(what).__name__}({parts})"
    return type(what).__name__


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(_value(each) for each in value) + ")"
    if is_dataclass(value) and not isinstance(value, type):
        return told(value)
    if isinstance(value, frozenset | set):
        return "{" + ", ".join(sorted(_value(each) for each in value)) + "}"
    text = repr(value)
    return type(value).__name__ if " at 0x" in text else text


def heading(plan: Plan) -> list[str]:
    """A run's plan in lines."""
    lines = [
        f"seed {plan.seed}: {plan.market.source} prices, {plan.market.keep_percent} % of the trades, "
        f"moves times {plan.market.energy}"
    ]
    for account in plan.config.accounts:
        lines.append(f"account {account.code}: {plan.balances[account.id]} USDT")
        for symbol in account.symbols:
            changed = ", ".join(f"{name} {value}" for name, value in symbol.model_dump().items())
            lines.append(f"  {changed}")
    lines.append(f"quirks: {plan.quirks}")
    lines += [f"shock: {shock}" for shock in plan.market.shocks]
    lines += [f"{it.at_ms:>10} | {it.kind.value}: {it.weather or ''}" for it in plan.incidents]
    return lines


__all__ = ["Trace", "heading", "told"]
