"""The fitted model, written by ``python -m backtest.fit_market --data DIR --write``; not by hand.

Real, 1m bars:
binance-um_DOGEUSDT_1m_2025-01-27_2025-02-26,
binance-um_DOGEUSDT_1m_2026-01-04_2026-02-06,
binance-um_SOLUSDT_1m_2025-01-27_2025-02-26,
bybit-linear_DOGEUSDT_1m_2025-05-29_2025-06-29,
bybit-linear_SOLUSDT_1m_2025-05-29_2025-06-29,
okx-swap_DOGEUSDT_1m_2025-03-18_2025-04-17,
okx-swap_SOLUSDT_1m_2025-03-18_2025-04-17.
Generated: scenario mixed, from trades made into 1m bars.

of a month                             real             range   generated             range
SOL std of 1m returns, %              0.134     0.101 … 0.148       0.127    0.0866 … 0.159
SOL kurtosis                           25.6       19.5 … 51.2          32        17.4 … 186
SOL ACF of |r| at lag 1               0.316     0.251 … 0.346       0.298     0.251 … 0.495
SOL ACF of |r| at lag 10              0.229     0.151 … 0.281       0.228     0.178 … 0.315
SOL ACF of |r| at lag 60              0.162     0.099 … 0.233       0.196      0.15 … 0.267
SOL 99.9 % quantile of |r|, %         0.935      0.626 … 1.03       0.859       0.57 … 1.23
SOL worst 1m return, %                -2.43     -3.08 … -1.76       -2.82      -4.2 … -1.56
SOL worst 60m return, %                -7.8     -11.6 … -6.65       -6.95     -26.6 … -4.27
SOL mean 1m range, %                  0.163     0.125 … 0.183       0.135     0.099 … 0.176
SOL median 1m volume, 1000 USDT         608    537 … 1.59e+03         596         392 … 786
DOGE std of 1m returns, %              0.13     0.107 … 0.159       0.137    0.0964 … 0.198
DOGE kurtosis                          55.3        23.5 … 184        57.4   28.7 … 1.84e+03
DOGE ACF of |r| at lag 1              0.328     0.257 … 0.445       0.301     0.224 … 0.777
DOGE ACF of |r| at lag 10             0.217     0.167 … 0.338       0.236     0.162 … 0.314
DOGE ACF of |r| at lag 60             0.171      0.12 … 0.253       0.186     0.129 … 0.269
DOGE 99.9 % quantile of |r|, %        0.918      0.679 … 1.24       0.966      0.608 … 1.54
DOGE worst 1m return, %               -3.38     -4.78 … -1.86       -3.65     -14.7 … -2.13
DOGE worst 60m return, %              -9.76     -22.2 … -6.73       -8.02     -82.5 … -4.89
DOGE mean 1m range, %                 0.148     0.129 … 0.184       0.143    0.0979 … 0.165
DOGE median 1m volume, 1000 USDT        267         133 … 521         195         121 … 240
correlation of SOL and DOGE           0.804     0.797 … 0.822       0.778     0.763 … 0.789
"""

from exchange.venue.market.model import Cluster, Crash, Model, SymbolModel

FITTED = Model(
    symbols={
        "SOLUSDT": SymbolModel(volatility=0.001288, jump=0.7468, minute_usdt=1182000.0),
        "DOGEUSDT": SymbolModel(volatility=0.001324, jump=1.107, minute_usdt=384300.0),
    },
    clusters=(
        Cluster(half_life_minutes=2.0, deviation=0.341),
        Cluster(half_life_minutes=15.0, deviation=0.153),
        Cluster(half_life_minutes=120.0, deviation=0.262),
        Cluster(half_life_minutes=900.0, deviation=0.37),
        Cluster(half_life_minutes=5000.0, deviation=0.441),
    ),
    shared_clusters=0.8952,
    tail=12.0,
    correlation=0.8036,
    hours=(
        1.133,
        1.045,
        0.948,
        0.857,
        0.811,
        0.806,
        0.827,
        0.841,
        0.86,
        0.819,
        0.8,
        0.818,
        0.879,
        1.142,
        1.344,
        1.281,
        1.199,
        1.156,
        1.104,
        1.063,
        1.034,
        1.006,
        1.026,
        0.888,
    ),
    volume_power=1.304,
    volume_noise=0.8201,
    size_deviation=1.86,
    jumps=(
        -0.0478,
        -0.0379,
        -0.034,
        -0.0308,
        -0.0287,
        -0.0285,
        -0.0272,
        -0.0256,
        -0.0247,
        -0.0247,
        -0.0243,
        -0.023,
        -0.0217,
        -0.0201,
        -0.0193,
        -0.0192,
        -0.0188,
        -0.0181,
        -0.0178,
        -0.0174,
        -0.0158,
        -0.0155,
        -0.0135,
        -0.011,
        -0.0101,
        0.0107,
        0.0115,
        0.0118,
        0.0119,
        0.012,
        0.0121,
        0.0152,
        0.0181,
        0.0195,
        0.0206,
        0.021,
        0.0215,
        0.0279,
        0.0324,
        0.0338,
        0.0567,
    ),
    jumps_per_day=0.1905,
    crashes=(
        Crash(
            day="2025-02-03",
            falls={"DOGEUSDT": 0.275, "SOLUSDT": 0.162},
            fall_minutes=23,
            rebound=0.52,
            boost=3.2,
        ),
        Crash(
            day="2025-04-02",
            falls={"DOGEUSDT": 0.086, "SOLUSDT": 0.115},
            fall_minutes=105,
            rebound=-0.11,
            boost=1.8,
        ),
        Crash(
            day="2025-04-07",
            falls={"DOGEUSDT": 0.097, "SOLUSDT": 0.08},
            fall_minutes=35,
            rebound=0.3,
            boost=1.9,
        ),
        Crash(
            day="2025-05-30",
            falls={"DOGEUSDT": 0.084},
            fall_minutes=5,
            rebound=0.45,
            boost=2.5,
        ),
        Crash(
            day="2025-06-13",
            falls={"DOGEUSDT": 0.072, "SOLUSDT": 0.083},
            fall_minutes=91,
            rebound=0.17,
            boost=1.9,
        ),
        Crash(
            day="2025-10-10",
            falls={"DOGEUSDT": 1.028, "SOLUSDT": 0.349},
            fall_minutes=5,
            rebound=0.77,
            boost=8.0,
        ),
        Crash(
            day="2026-01-19",
            falls={"DOGEUSDT": 0.145, "SOLUSDT": 0.097},
            fall_minutes=11,
            rebound=0.41,
            boost=8.0,
        ),
    ),
    crashes_per_day=0.0134,
)
