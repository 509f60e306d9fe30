"""Where Bybit's documents are silent, or clients report both, the venue plays either way, by seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """One way in which the exchange may behave. The defaults are the gentle ones; ``drawn`` mixes them."""

    link_reuse: Literal["never", "at_end", "after_minutes"] = "never"
    """When the orderLinkId of an ended order may be used again (else 110072)."""
    link_reuse_minutes: int = 10
    trim_first: Literal["farthest", "newest"] = "farthest"
    """Which resting closing order gives way first when the leg shrinks."""
    off_step: Literal["refuse", "truncate"] = "refuse"
    """A quantity off the step: 10001, or cut down without a word."""
    ended_code: Literal["absent", "precise"] = "absent"
    """Cancelling an ended order: always 110001, or 110008 and 110010 as well."""
    short_row_first: bool = False
    """position/list gives the row of positionIdx 2 before that of 1."""
    closed_rows_lack_seq: bool = False
    """Rows of flat legs in position/list come without seq, isReduceOnly and the update times."""
    history_lag_ms: int = 0
    """order/history shows an ended order only so long after its end."""
    realtime_shows_ended: bool = True
    """order/realtime answers with an ended order when asked by its id."""
    cursor_on_last_page: bool = False
    """nextPageCursor is not empty although nothing follows."""
    second_filled_event: bool = False
    """A cancel that lost against the fill pushes Filled again, with CancelByUser."""
    merge_wallet_pushes: bool = False
    """A wallet push that is still on its way is replaced by the next one."""
    reduce_only_min_notional_exempt: bool = True
    """Closing orders may lie under the minimum notional (else 110094)."""
    touch_fills: bool = True
    """A print at the very price of a resting order fills it once the queue ahead is gone."""
    conditional_end: Literal["Cancelled", "Deactivated"] = "Cancelled"
    """How a conditional order ends that is cancelled before its trigger."""
    takeover: bool = False
    """A liquidation is executed as a takeover (BustTrade) instead of by liquidation orders (Trade)."""
    min_outcome_ms: int = 0
    max_outcome_ms: int = 10
    """How long after its acknowledgement an order takes effect, at least and at most."""
    max_push_ms: int = 3
    """How long a frame may be on its way at most; each topic is late on its own."""

    @classmethod
    def drawn(cls, seed: int) -> Quirks:
        """The quirks of one run, drawn by ``seed``; the same seed draws the same ones."""
        rng = Random(f"quirks/{seed}")

        def coin() -> bool:
            return rng.random() < 0.5

        return cls(
            link_reuse=rng.choice(("never", "at_end", "after_minutes")),
            link_reuse_minutes=rng.randint(2, 15),
            trim_first=rng.choice(("farthest", "newest")),
            off_step=rng.choice(("refuse", "truncate")),
            ended_code=rng.choice(("absent", "precise")),
            short_row_first=coin(),
            closed_rows_lack_seq=coin(),
            history_lag_ms=rng.choice((0, 150, 400, 900)),
            realtime_shows_ended=coin(),
            cursor_on_last_page=coin(),
            second_filled_event=coin(),
            merge_wallet_pushes=coin(),
            reduce_only_min_notional_exempt=coin(),
            touch_fills=coin(),
            conditional_end=rng.choice(("Cancelled", "Deactivated")),
            takeover=coin(),
        )
