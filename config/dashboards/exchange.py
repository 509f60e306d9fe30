"""Exchange: does it answer, what does it refuse, is there rate budget left, which connections stand."""

from __future__ import annotations

from config.dashboards.board import Board
from config.dashboards.kinds import Counts, Durations, Events, Figure, Lines, States
from config.dashboards.queries import ACCOUNTS, SYMBOLS, Query, counted, of, quantile, quantiles
from config.dashboards.style import BAD, COUNT, DOWN_UP, GOOD, MILLISECONDS, PERCENT, WARN, up_to

_TRIP = "soltrader_order_round_trip_seconds"
#: The public stream belongs to no account.
_STREAMS = '{account=~"all|$account"}'

_REFUSED = "refused|retryable|fatal"
_SENT = f"accepted|unknown|{_REFUSED}"

_REQUESTS = (
    Durations(
        title="Round trip of a request",
        shows="From a request leaving to its answer: half, 95 % and 99 % of five minutes.",
        act="Above 1 s: the exchange or the way to it is slow; see its status page, add no symbol.",
        queries=quantiles(_TRIP, ACCOUNTS, window="5m", factor=1000),
        unit=MILLISECONDS,
        steps=up_to(500, 1000),
    ),
    Durations(
        title="Round trip by action",
        shows="99 % of five minutes, for placing, amending and cancelling.",
        act="Cancels slower than the rest delay reopenings: see the reliability dashboard.",
        queries=(Query(f"1000 * {quantile('0.99', _TRIP, ACCOUNTS, 'action', '5m')}", "{{action}}"),),
        unit=MILLISECONDS,
        steps=up_to(500, 1000),
    ),
    Events(
        title="Order commands by what came of them",
        shows="Accepted, refused, unknown, or withheld by balance or a stop before they left.",
        act="Unknown: the connection loses answers. Withheld: balance or guard, see there.",
        queries=(Query(counted("soltrader_orders_total", SYMBOLS, "outcome"), "{{outcome}}"),),
        colours={"accepted": "green", "refused": "orange", "fatal": "red", "unknown": "purple"},
    ),
    Events(
        title="Rejections by code",
        shows="Order commands that the exchange refused, by its retCode.",
        act="10006: too many requests. 110007: no balance. Others: look them up in Bybit's list.",
        queries=(
            Query(
                f"{counted('soltrader_order_rejections_total', SYMBOLS, 'code')}"
                " or on () label_replace(vector(0), 'code', 'none', '', '')",
                "{{code}}",
            ),
        ),
        alerts=("SolTraderOrdersRefused",),
    ),
    Figure(
        title="Share of commands refused",
        shows="Of the commands that the exchange answered in the time shown.",
        act="Above 1 % something is wrong with settings, balance or rules of the instrument: see the codes.",
        queries=(
            Query(
                f"100 * sum(increase(soltrader_orders_total{of(SYMBOLS, outcome=_REFUSED)}[$__range]))"
                f" / sum(increase(soltrader_orders_total{of(SYMBOLS, outcome=_SENT)}[$__range]))",
                "refused",
            ),
        ),
        unit=PERCENT,
        steps=up_to(1, 5),
        decimals=2,
    ),
    Lines(
        title="Orders without a proven outcome",
        shows="Orders whose answer was lost: looked up, never sent again before proven absent.",
        act="One that stays over 30 s blocks its side: look for its orderLinkId at the exchange.",
        queries=(
            Query(f"soltrader_unknown_orders{ACCOUNTS}", "{{account}}"),
            Query(f"max(soltrader_oldest_unknown_order_seconds{SYMBOLS})", "oldest, in seconds"),
        ),
        unit=COUNT,
        steps=up_to(1, 30),
        steps_shown=False,
        least=0,
        alerts=("SolTraderUnknownOrder",),
    ),
)

_BUDGET = (
    Counts(
        title="Requests left in the second",
        shows="Least that was left of the exchange's rate limit since the last report, by action.",
        act="At 0 commands queue: fewer symbols on this account, or ask the exchange for a higher limit.",
        queries=(
            Query(
                f"min by (account, action) (soltrader_rate_budget_left_requests{ACCOUNTS})",
                "{{account}} {{action}}",
            ),
        ),
        steps=((None, BAD), (1, WARN), (3, GOOD)),
    ),
    Counts(
        title="Commands that wait to be sent",
        shows="Queued order commands; closes go first.",
        act="A queue that lasts delays entries, then reopenings: same remedy as beside it.",
        queries=(Query(f"soltrader_queued_orders{ACCOUNTS}", "{{account}}"),),
        steps=up_to(10, 50),
    ),
    Durations(
        title="Wait of the oldest command",
        shows="How long the oldest queued command has waited for the rate budget.",
        act="Above 2 s the account trades late: fewer symbols, or a higher limit.",
        queries=(Query(f"soltrader_budget_wait_seconds{ACCOUNTS}", "{{account}}"),),
        steps=up_to(1, 2),
    ),
)

_CONNECTIONS = (
    States(
        title="Streams",
        shows="Whether each connection stands: public prices, private streams, trading sockets.",
        act="Down for over a minute: check network and exchange. Without trading, REST is used.",
        queries=(Query(f"soltrader_stream_up{_STREAMS}", "{{account}} {{stream}}"),),
        steps=((None, BAD), (1, GOOD)),
        words=DOWN_UP,
        width=12,
        alerts=("SolTraderStreamDown",),
    ),
    Events(
        title="Disconnections",
        shows="Connections lost; more than 5 of a private stream in an hour freeze the account.",
        act="All accounts at once: network or exchange. One alone: its keys, or who else uses them.",
        queries=(
            Query(
                counted("soltrader_stream_disconnects_total", _STREAMS, "account, stream"),
                "{{account}} {{stream}}",
            ),
        ),
        alerts=("SolTraderDisconnections",),
        width=12,
    ),
    Durations(
        title="Silence of connections",
        shows="How long ago each connection last said anything.",
        act="Over 30 s while it is up: the feed hangs; the bot reconnects by itself, watch that it does.",
        queries=(
            Query(f"time() - soltrader_last_frame_timestamp_seconds{_STREAMS}", "{{account}} {{stream}}"),
        ),
        steps=up_to(20, 30),
        width=6,
        alerts=("SolTraderStreamSilent",),
    ),
    Durations(
        title="Age of prices",
        shows="How old the newest price is that each grid has.",
        act="Over a minute its grid is blind: check the public stream, and whether the symbol still trades.",
        queries=(
            Query(f"time() - soltrader_last_price_timestamp_seconds{SYMBOLS}", "{{account}} {{symbol}}"),
        ),
        steps=up_to(20, 60),
        alerts=("SolTraderFeedStale",),
        width=6,
    ),
    Lines(
        title="Clock offset",
        shows="The exchange's clock less this machine's.",
        act="The bot allows for it; beyond 5 s let the machine keep time by NTP all the same.",
        queries=(Query("1000 * soltrader_clock_offset_seconds", "offset"),),
        unit=MILLISECONDS,
        steps=((None, BAD), (-5000, WARN), (-1000, GOOD), (1000, WARN), (5000, BAD)),
        decimals=0,
        width=6,
        alerts=("SolTraderClockOff",),
    ),
    Figure(
        title="Balance reads in the time shown",
        shows="REST reads of the wallet; with the stream up at most 2 an hour, but for the guard's own.",
        act="Many from `waiting`: the wallet stream doesn't come; check the private stream.",
        queries=(
            Query(
                f"round(sum by (source) (increase(soltrader_balance_requests_total{ACCOUNTS}[$__range])))",
                "{{source}}",
            ),
        ),
        unit=COUNT,
        decimals=0,
        width=6,
    ),
)

EXCHANGE = Board(
    uid="sol-trader-exchange",
    title="sol-trader: exchange",
    about="Round trips, rejections by code, rate budget, connections.",
    rows=(
        ("Requests", _REQUESTS),
        ("Rate budget", _BUDGET),
        ("Connections", _CONNECTIONS),
    ),
    symbols=True,
)
