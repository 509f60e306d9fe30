"""Placeholder until the fit has run."""

from exchange.venue.market.model import Cluster, Crash, Model, SymbolModel

FITTED = Model(
    symbols={
        "SOLUSDT": SymbolModel(volatility=0.0013, minute_usdt=600000.0),
        "DOGEUSDT": SymbolModel(volatility=0.0013, minute_usdt=200000.0),
    },
    clusters=(Cluster(3.0, 0.4), Cluster(60.0, 0.35), Cluster(1500.0, 0.35)),
    shared_clusters=0.8,
    tail=5.0,
    correlation=0.8,
    hours=(1.0,) * 24,
    volume_power=1.2,
    volume_noise=0.5,
    size_deviation=1.5,
    crashes=(
        Crash(
            day="2025-02-03",
            falls={"SOLUSDT": 0.15, "DOGEUSDT": 0.3},
            fall_minutes=20,
            rebound=0.5,
            boost=4.0,
        ),
    ),
    crashes_per_day=0.01,
)
