"""What a record tells beside its text, as attributes of the record.

| name       | what                                                                       |
|------------|----------------------------------------------------------------------------|
| account    | its number; in files three digits                                          |
| symbol     | such as SOLUSDT                                                            |
| side       | LONG or SHORT                                                              |
| cycle      | the cycle's id, 001-SOLUSDT-LONG-00A                                       |
| next_cycle | the cycle that a close leads to                                            |
| kind       | a short word for filters                                                   |
| order      | the order's id                                                             |
| after_us   | microseconds since the arrival of the frame that told a close              |
| took_us    | microseconds from a request to its answer                                  |
| text       | the text in files, where that of the line begins with whose it is          |
| at_ms      | when it happened, if that was not when it was logged                       |
"""

from __future__ import annotations

from messages.sides import Side

TEXTS = ("symbol", "side", "cycle", "next_cycle", "order")
NUMBERS = ("after_us", "took_us")
#: The kind of the lines that say how an account stands: for people alone.
STATUS = "status"
#: The kind of what has ended the process: for files alone, the interpreter's hook tells people.
CRASH = "crash"
#: The kind of a config, or of keys, with which nothing begins: for files alone, the command tells people.
CONFIG_REFUSED = "config_refused"


def about(
    *,
    kind: str,
    account: int = 0,
    symbol: str = "",
    side: Side | None = None,
    cycle: str = "",
    next_cycle: str = "",
    order: str = "",
    after_us: int | None = None,
    took_us: int | None = None,
    at_ms: int = 0,
) -> dict[str, object]:
    """The ``extra`` of a record; what does not apply is left out of files."""
    return {
        "account": account,
        "symbol": symbol,
        "side": "" if side is None else side.value,
        "cycle": cycle,
        "next_cycle": next_cycle,
        "kind": kind,
        "order": order,
        "after_us": after_us,
        "took_us": took_us,
        "at_ms": at_ms,
    }
