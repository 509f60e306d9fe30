"""Harsher campaigns: outages, kills, stale and lost state files, stops, funding, gaps, and people.

python -m tests.grid.storms outages 0 500    # or kills, crashes, losses, stops, people, all
"""

from __future__ import annotations

import sys
import traceback
from collections import deque
from dataclasses import replace
from decimal import Decimal

from messages.commands import Freeze, Resume, Stop, Withdraw
from messages.ids import MAX_COUNTER, OrderName
from messages.settings import GridSettings, OnStop
from messages.sides import SIDES, Role, Side
from state.grid.model import GridState
from tests.grid.campaign import Campaign, settings_of
from tests.grid.checks import INJECTED
from tests.grid.worlds import person_closes

KINDS = ("network", "outages", "kills", "crashes", "losses", "stops", "people")


class Storm(Campaign):
    """A campaign in which something of its kind happens every few dozen steps."""

    def __init__(self, seed: int, kind: str, *, steps: int = 300) -> None:
        super().__init__(seed, steps=steps)
        self.storm = kind
        self.past: deque[dict[str, GridState]] = deque(maxlen=12)
        self.world.on_step.append(lambda *_: self.past.append(dict(self.world.grids)))

    def disturb(self) -> None:
        """A gap in the prices or a funding now and then; and what the storm is about."""
        dice = self.chance.random()
        if dice < 0.01:
            symbol = self.chance.choice(list(self.world.grids))
            self.world.core.fund(symbol, self.world.now_ms)
        elif dice < 0.02:
            symbol = self.chance.choice(list(self.world.grids))
            factor = 1 + Decimal(self.chance.randint(-400, 400)) / 10_000
            tick = self.world.grids[symbol].instrument.tick_size
            self._print(symbol, (self.world.last[symbol] * factor / tick).to_integral_value() * tick)
        elif dice < 0.05:
            getattr(self, f"_{self.storm}")()

    def _network(self) -> None:
        self.world.sync()

    def _outages(self) -> None:
        self.world.disconnect()
        self.world.run(self.chance.choice((10, 500, 3_000, 15_000)))
        if self.chance.random() < 0.5:
            self._print(self.world.symbol, next(self.paths[self.world.symbol]))
            self.world.run(100)
        self.world.connect()

    def _kills(self) -> None:
        """An end without warning, the file as new as the state."""
        self.checks.crashed = True
        self.world.restart(after_ms=self.chance.choice((0, 10, 500, 5_000)))

    def _crashes(self) -> None:
        """An end without warning, the file some events old: orders have left that it doesn't know."""
        self.checks.crashed = True
        self.world.restart(
            self.chance.choice(list(self.past)), after_ms=self.chance.choice((0, 10, 500, 5_000))
        )

    def _losses(self) -> None:
        """The state is gone: it is rebuilt from what the exchange shows."""
        self.checks.crashed = self.checks.lost = True
        self.world.restart({}, after_ms=self.chance.choice((0, 10, 500, 5_000)))

    def _stops(self) -> None:
        """The guard stops or freezes the account for a while, or it is restarted with other settings."""
        world, chance = self.world, self.chance
        what = chance.choice(("stop", "freeze", "settings"))
        for symbol in world.grids:
            if what == "stop":
                world.give(symbol, Stop(reason="a storm"))
            elif what == "freeze":
                world.give(symbol, Freeze(until_ms=world.now_ms + 3_000))
            else:
                world.give(symbol, Withdraw())
                world.settings[symbol] = self._other_settings(symbol)
        for _ in range(chance.randint(1, 10)):
            self._print(world.symbol, next(self.paths[world.symbol]))
            world.run(chance.choice((5, 50, 500)))
        if what == "settings":
            self.checks.crashed = True
            world.restart(after_ms=chance.choice((0, 500)))
        world.resume()

    def _other_settings(self, symbol: str) -> GridSettings:
        stop = self.chance.choice((None, None, Decimal(5)))
        return replace(
            settings_of(self.chance, symbol),
            leverage=self.chance.choice((Decimal(10), Decimal(5))),
            wind_down=self.chance.random() < 0.2,
            protective_stop_percent=stop,
            on_stop=self.chance.choice(list(OnStop)),
        )

    def _people(self) -> None:
        """Somebody trades in the account by hand."""
        ask, chance = self.world.request, self.chance
        symbol, side = chance.choice(list(self.world.grids)), chance.choice(SIDES)
        idx = 1 if side is Side.LONG else 2
        what = chance.choice(("cancel", "close", "reduce", "add", "orphan", "resume"))
        ours = [o for _, o in self.checks.open_orders() if o.symbol == symbol]
        market = {"symbol": symbol, "positionIdx": idx, "orderType": "Market"}
        if symbol not in self.checks.account.holdings:
            return
        leg = self.checks.account.holdings[symbol].legs[idx]
        step = self.world.grids[symbol].instrument.qty_step
        if what == "cancel" and ours:
            ask("order.cancel", symbol=symbol, orderId=chance.choice(ours).order_id)
        elif what == "close":
            person_closes(self.world, side, symbol=symbol)
        elif what == "reduce":
            qty = (leg.size / 2 / step).to_integral_value() * step
            person_closes(self.world, side, str(qty), symbol=symbol)
        elif what == "add":
            self.checks.touched = True
            ask("order.create", side=side.opens_with.value, qty=str(step * 500), **market)
        elif what == "orphan":
            self._orphan(symbol, side, idx)
        elif what == "resume":
            self.world.give(symbol, Resume(side=chance.choice((None, side))))

    def _orphan(self, symbol: str, side: Side, idx: int) -> None:
        """An order with an id of ours that the state has never decided."""
        name = OrderName(
            account=1,
            side=side,
            role=Role.ENTRY,
            level=9,
            symbol=symbol,
            cycle=1,
            attempt=self.chance.randint(INJECTED, MAX_COUNTER),
        )
        instrument = self.world.grids[symbol].instrument
        price = self.world.last[symbol] * (1 - side.sign * Decimal("0.03"))
        price = (price / instrument.tick_size).to_integral_value() * instrument.tick_size
        qty = (30 / price / instrument.qty_step).to_integral_value() * instrument.qty_step
        self.world.request(
            "order.create",
            symbol=symbol,
            side=side.opens_with.value,
            positionIdx=idx,
            orderType="Limit",
            qty=str(qty),
            price=str(price),
            orderLinkId=str(name),
        )

    def calm_down(self) -> None:
        """Faults stop; what people have done is resumed a minute before the end."""
        if self.storm == "people":
            self.world.line.faults = type(self.world.line.faults)()
            self.world.run(130_000)
            for symbol in self.world.grids:
                self.world.give(symbol, Resume())
        super().calm_down()


def main() -> None:
    """Run the seeds given on the command line and say which of them fail."""
    kinds = KINDS if sys.argv[1] == "all" else (sys.argv[1],)
    first, last = int(sys.argv[2]), int(sys.argv[3])
    for kind in kinds:
        failed = []
        for seed in range(first, last):
            try:
                findings = Storm(seed, kind).run()
            except Exception as error:  # noqa: BLE001  # the campaign goes on with the next seed
                where = traceback.extract_tb(error.__traceback__)[-1]
                findings = [f"{type(error).__name__} {error} at {where.filename}:{where.lineno}"]
            if findings:
                failed.append(seed)
                print(f"{kind} seed {seed}:", *findings[:6], sep="\n    ")  # noqa: T201
        print(f"{kind}: {last - first} seeds, failed: {failed}")  # noqa: T201


if __name__ == "__main__":
    main()
