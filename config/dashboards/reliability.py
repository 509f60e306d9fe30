"""Reliability: are closes fast, is nothing orphaned, lost or late, does the machinery keep up."""

from __future__ import annotations

from config.dashboards.board import Board
from config.dashboards.kinds import Counts, Durations, Events, Figure, Lines, Shares
from config.dashboards.queries import ACCOUNTS, BOT, SYMBOLS, Query, counted, quantile
from config.dashboards.shared import heat, speeds, total
from config.dashboards.style import GOOD, MILLISECONDS, SECONDS, WARN, up_to

_CLOSE, _REOPEN = "soltrader_tp_close_latency_seconds", "soltrader_tp_reopen_latency_seconds"
#: The kind of an actor from its address: ``001/grid/SOLUSDT`` is a grid, ``feed/public`` a feed.
_DEPTH_BY_KIND = (
    "max by (kind) (label_replace(soltrader_mailbox_depth_messages,"
    ' "kind", "${1}", "actor", "(?:[0-9]+/)?([a-z]+).*"))'
)


_CLOSES = (
    heat(
        "TP close latency",
        "Take-profit closes: from the exchange's execution time to the close being acted on.",
        "Cells above 1 s: compare with streams and mailboxes below at that time.",
        _CLOSE,
        ("SolTraderTakeProfitLate",),
    ),
    speeds(
        "TP close latency, quantiles of an hour",
        "How fast half, 95 % and 99 % of the closes of the hour before were acted on.",
        "Target: under 1 s. Over 5 s closes are missed or the machine is overloaded: runbook.",
        _CLOSE,
        ("SolTraderTakeProfitLate",),
    ),
    heat(
        "Reopening latency",
        "Take-profit closes: from the arrival of the frame to the reopening order leaving.",
        "It holds the wait for every cancel's proof; above 1 s look at round trips and the rate budget.",
        _REOPEN,
    ),
    speeds(
        "Reopening latency, quantiles of an hour",
        "How soon after a close its reopening left, over the hour before.",
        "Slow reopenings miss cycles, not money: see round trips and rate budget on the exchange dashboard.",
        _REOPEN,
    ),
)


_ZERO = (
    total(
        "Orphans",
        "Orders of ours that no grid owned, found and cancelled by a sync.",
        "Any is a fault of the bot: keep log and state file, report it; check that none rests any more.",
        "soltrader_orphan_orders_total",
        SYMBOLS,
        ("SolTraderOrphanOrder",),
    ),
    total(
        "Recoveries",
        "Closes that a sync found, since the stream had not told them.",
        "With streams up it must stay 0: see disconnections at that time; without any, report it.",
        "soltrader_recoveries_total",
        SYMBOLS,
        ("SolTraderRecoveredClose",),
    ),
    total(
        "Differences at syncs",
        "What a sync showed that the stream should have told before: executions, orders, positions.",
        "A few after a disconnection are usual; without one the exchange loses messages: see the log.",
        "soltrader_sync_differences_total",
        SYMBOLS,
        ("SolTraderSyncDifferences",),
    ),
    total(
        "Actors that failed",
        "Actors that died by an error; their account starts again by itself.",
        "Each has a traceback in the log: report it. More than five an hour stop the account.",
        "soltrader_actor_deaths_total",
        ACCOUNTS,
        ("SolTraderRestarts",),
    ),
    total(
        "Actors that stood still",
        "Actors that did nothing for too long though there was something to do.",
        "The log's record `actor_wedged` shows where it stood: a disk, a name server, or a fault to report.",
        "soltrader_actor_wedges_total",
        ACCOUNTS,
        ("SolTraderActorStoodStill",),
    ),
    total(
        "Unreadable frames",
        "Frames and records of the exchange that could not be read; each causes a sync.",
        "The exchange changed something: look at the log's line and for a new version of the bot.",
        "soltrader_unreadable_frames_total",
        ACCOUNTS,
        ("SolTraderUnreadableFrames",),
    ),
    total(
        "State files spoilt",
        "State files that could not be read at a start; they are kept aside and rebuilt.",
        "Check disk and memory of the machine; compare the rebuilt ladder with the exchange.",
        "soltrader_state_files_spoilt_total",
        ACCOUNTS,
        ("SolTraderStateFileCorrupt",),
    ),
    total(
        "Log records lost",
        "Records of the log that the disk or the terminal did not take, or that came too fast.",
        "Free the disk, or set the log's level back to info: what happened then can't be read up.",
        "soltrader_log_records_lost_total",
        "",
        ("SolTraderLogRecordsLost",),
    ),
    Events(
        title="When it happened",
        shows="The counts above, and fills that came late, by time and account.",
        act="Set the time range to a bar and compare with restarts and disconnections.",
        queries=tuple(
            Query(counted(metric, labels, "account"), f"{{{{account}}}} {text}")
            for metric, labels, text in (
                ("soltrader_orphan_orders_total", SYMBOLS, "orphans"),
                ("soltrader_recoveries_total", SYMBOLS, "recoveries"),
                ("soltrader_late_fills_total", SYMBOLS, "late fills"),
                ("soltrader_sync_differences_total", SYMBOLS, "differences"),
                ("soltrader_actor_deaths_total", ACCOUNTS, "actors failed"),
                ("soltrader_actor_wedges_total", ACCOUNTS, "actors stood still"),
                ("soltrader_account_restarts_total", ACCOUNTS, "restarts"),
            )
        ),
        width=12,
    ),
    Durations(
        title="Without a right TP, or without an answer",
        shows="How long sides had no right take profit, and orders no proven outcome.",
        act="Over 10 s unprotected or 30 s unknown: look at the exchange, then at the runbook.",
        queries=(
            Query(f"max by (account) (soltrader_unprotected_seconds{SYMBOLS})", "{{account}} no TP"),
            Query(
                f"max by (account) (soltrader_oldest_unknown_order_seconds{SYMBOLS})",
                "{{account}} unknown order",
            ),
        ),
        steps=up_to(10, 30),
        alerts=("SolTraderUnprotectedPosition", "SolTraderUnknownOrder"),
        width=12,
    ),
)

_SYNCS = (
    Counts(
        title="Syncs",
        shows="Comparisons with the exchange: all, those that failed, those after a stream came back.",
        act="Failures in a row: the exchange's REST doesn't answer. Many resyncs: the stream flaps.",
        queries=(
            Query(counted("soltrader_syncs_total", ACCOUNTS), "all"),
            Query(counted("soltrader_sync_failures_total", ACCOUNTS), "failed"),
            Query(counted("soltrader_resyncs_total", ACCOUNTS), "after a gap"),
        ),
        colours={"failed": "red", "all": "blue", "after a gap": "orange"},
        alerts=("SolTraderResyncLoop",),
    ),
    Durations(
        title="Duration of a sync",
        shows="Half and 99 % of the syncs of the hour before, their reads of the exchange included.",
        act="Above 5 s: REST is slow or rate-limited; see round trips on the exchange dashboard.",
        queries=(
            Query(quantile("0.5", "soltrader_sync_duration_seconds", ACCOUNTS), "half of them"),
            Query(quantile("0.99", "soltrader_sync_duration_seconds", ACCOUNTS), "99 %"),
        ),
        steps=up_to(5, 15),
    ),
    Durations(
        title="Age of the last sync",
        shows="How long ago each account was last compared with the exchange; normally up to a minute.",
        act="Over 5 minutes the safety net is gone: read why syncs fail, then restart if they hang.",
        queries=(Query(f"time() - soltrader_last_sync_timestamp_seconds{ACCOUNTS}", "{{account}}"),),
        steps=up_to(120, 300),
        alerts=("SolTraderSyncOld",),
    ),
    Durations(
        title="State file",
        shows="How long ago the state was written, and what 99 % of an hour's writes took.",
        act="Slow: the disk is full or busy. The bot trades on, a crash would cost what wasn't kept.",
        queries=(
            Query(
                f"time() - soltrader_last_state_write_timestamp_seconds{ACCOUNTS}", "{{account}} written ago"
            ),
            Query(
                quantile("0.99", "soltrader_state_write_duration_seconds", ACCOUNTS, "account"),
                "{{account}} a write",
            ),
        ),
        width=12,
        alerts=("SolTraderStateNotWritten",),
    ),
    Counts(
        title="Writes of the state file",
        shows="Writes, those that failed, and how many accounts wait for a write that succeeds.",
        act="A failure: free the disk, check its rights; the next change is written again by itself.",
        queries=(
            Query(counted("soltrader_state_writes_total", ACCOUNTS), "all"),
            Query(counted("soltrader_state_write_failures_total", ACCOUNTS), "failed"),
            Query(f"sum(soltrader_state_write_failing{ACCOUNTS})", "accounts whose last write failed"),
        ),
        colours={"failed": "red", "all": "blue"},
        width=12,
        alerts=("SolTraderStateNotWritten",),
    ),
)

_MACHINERY = (
    Counts(
        title="Deepest mailbox",
        shows="Messages that wait, in the deepest mailbox of each kind of actor.",
        act="A kind that keeps growing can't keep up: fewer symbols for this process, or a faster machine.",
        queries=(Query(_DEPTH_BY_KIND, "{{kind}}"),),
        steps=up_to(100, 500),
        alerts=("SolTraderMailboxFull",),
    ),
    Durations(
        title="Wait in the mailbox",
        shows="From a message being sent to its being taken: 99 % of five minutes, by kind of actor.",
        act="Above 100 ms for grid or orders closes are late: see CPU; move accounts to another process.",
        queries=(
            Query(
                f"1000 * {quantile('0.99', 'soltrader_mailbox_latency_seconds', '', 'kind', '5m')}",
                "{{kind}}",
            ),
        ),
        unit=MILLISECONDS,
        steps=up_to(100, 1000),
    ),
    Durations(
        title="Lateness of timers",
        shows="How late due timers fire: half and 99 % of five minutes.",
        act="Late timers mean a machine without breath: look for what else runs on it.",
        queries=(
            Query(f"1000 * {quantile('0.5', 'soltrader_timer_lateness_seconds', '', '', '5m')}", "half"),
            Query(f"1000 * {quantile('0.99', 'soltrader_timer_lateness_seconds', '', '', '5m')}", "99 %"),
        ),
        unit=MILLISECONDS,
        steps=up_to(100, 1000),
    ),
    Shares(
        title="Processor",
        shows="Share of one core that the process uses; its decisions run on one at a time.",
        act="Above 70 % for long: closes will be late in the next rush; spread accounts over processes.",
        queries=(Query(f"100 * rate(process_cpu_seconds_total{BOT}[$__rate_interval])", "bot"),),
        steps=up_to(70, 90),
        decimals=0,
        width=6,
    ),
    Lines(
        title="Memory",
        shows="Resident memory of the process.",
        act="It rises day after day: report it, and restart the bot in a quiet hour.",
        queries=(Query(f"process_resident_memory_bytes{BOT}", "bot"),),
        unit="bytes",
        least=0,
        width=6,
    ),
    Shares(
        title="Open files",
        shows="Share of the file descriptors that the process may open.",
        act="Above 80 % connections will soon fail: raise the limit, and report what leaks.",
        queries=(Query(f"100 * process_open_fds{BOT} / process_max_fds{BOT}", "bot"),),
        steps=up_to(50, 80),
        width=6,
    ),
    Figure(
        title="Runs since",
        shows="How long the process has run, and its version.",
        act="Short without your doing: it was killed or crashed; look at the service's log and at memory.",
        queries=(
            Query(
                f"(time() - process_start_time_seconds{BOT})"
                " * on (instance) group_left (version) soltrader_build_info",
                "{{version}}",
            ),
        ),
        unit=SECONDS,
        steps=((None, WARN), (3600, GOOD)),
        alerts=("SolTraderRestarts", "SolTraderCrashLoop"),
        width=6,
    ),
)

RELIABILITY = Board(
    uid="sol-trader-reliability",
    title="sol-trader: reliability",
    about="TP latency, orphans, recoveries, syncs, files, mailboxes, restarts.",
    rows=(
        ("Closes", _CLOSES),
        ("What must stay at 0", _ZERO),
        ("Syncs and files", _SYNCS),
        ("Machinery", _MACHINERY),
    ),
    symbols=True,
)
