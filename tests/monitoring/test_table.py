"""The table of metrics is what a whole run serves: names, types, units, labels, meanings, both ways."""

from __future__ import annotations

import re
import subprocess
from decimal import Decimal

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from actors.metrics.counts import MOST_REASONS
from actors.metrics.orders import MOST_CODES
from actors.metrics_registry import Metrics
from messages.events import Counted
from messages.ids import parse_order_link_id
from messages.orders import Outcome
from tests.display.scenes import an_order, busy_messages
from tests.monitoring.conftest import Running
from tests.monitoring.table import (
    MONITORING,
    TABLE,
    Metric,
    alerts,
    metrics,
    names_in,
    panels,
    written,
)
from tests.tools import tool

#: Counters whose series appear with their first event: nobody can say beforehand which there will be.
BY_EVENT = {"soltrader_events_total", "soltrader_order_rejections_total"}
#: What a scrape has at most: for the process, an account, a symbol (bucket by bucket).
MOST_SERIES = 120, 200, 400
#: The end of a name says its unit, but for counts of things.
ENDINGS = {
    "seconds": r"_seconds(_total)?$",
    "USDT": r"_usdt(_total)?$",
    "ratio": r"_ratio$",
    "base coin": r"_qty$",
    "bytes": r"_bytes$",
    "messages": r"_messages$",
    "requests": r"_requests(_total)?$",
}


def served(text: str) -> dict[str, Metric]:
    """What a scrape holds, as rows of the table would say it; labels are of those that have a series."""
    found = {}
    for family in text_string_to_metric_families(text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        found[name] = Metric(name, family.type, "", frozenset(labels), family.documentation, "", "")
    return found


@pytest.fixture(scope="module")
def scraped(running: Running) -> str:
    return running.scrape()


def test_a_whole_run_serves_the_metrics_of_the_table_and_no_other(scraped: str) -> None:
    assert served(scraped).keys() == metrics().keys()


def test_types_and_meanings_are_those_of_the_table(scraped: str) -> None:
    found, known = served(scraped), metrics()
    for name, metric in found.items():
        assert metric.kind == known[name].kind, name
        assert metric.meaning == known[name].meaning, name


def test_labels_are_those_of_the_table(scraped: str) -> None:
    found, known = served(scraped), metrics()
    have_series = {re.split("[{ ]", line)[0] for line in scraped.splitlines() if not line.startswith("#")}
    silent = {name for name in found if not any(one in have_series for one in (name, f"{name}_count"))}
    assert silent <= BY_EVENT
    for name in found.keys() - silent:
        assert found[name].labels == known[name].labels, name


def test_labels_of_what_only_events_bring_are_those_of_the_table() -> None:
    made = Metrics.for_config({1: ("SOLUSDT",)})
    for message in (*busy_messages(), an_order(Outcome.REFUSED, 110007)):
        made.apply(message)
    made.apply(Counted(account=1, symbol="SOLUSDT", name="tp_refused", reason="110017"))
    found = served(generate_latest(made.registry).decode())
    for name in BY_EVENT:
        assert found[name].labels == metrics()[name].labels


def test_promtool_finds_no_fault_in_names_and_units(scraped: str) -> None:
    checked = subprocess.run(
        [tool("promtool"), "check", "metrics"], input=scraped, capture_output=True, text=True
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_names_tell_their_units() -> None:
    for metric in metrics().values():
        ending = ENDINGS.get(metric.unit)
        if ending is not None:
            assert re.search(ending, metric.name), f"{metric.name} is in {metric.unit}"
        else:
            assert not any(re.search(other, metric.name) for other in ENDINGS.values()), metric.name
        assert metric.name.endswith("_total") == (metric.kind == "counter"), metric.name


def test_labels_name_what_the_config_names_and_never_an_order(scraped: str) -> None:
    for family in text_string_to_metric_families(scraped):
        for sample in family.samples:
            labels = sample.labels
            assert labels.get("account", "001") in {"001", "all"}
            whole = {""} if sample.name in BY_EVENT else set()  # of an account, or of all
            assert labels.get("symbol", "SOLUSDT") in {"SOLUSDT", "DOGEUSDT"} | whole
            assert not any(parse_order_link_id(value) for value in labels.values())


def test_a_scrape_is_no_larger_than_accounts_and_symbols_make_it(scraped: str) -> None:
    series = len([line for line in scraped.splitlines() if not line.startswith("#")])
    process, account, symbol = MOST_SERIES
    assert series <= process + account + 2 * symbol


def test_words_and_codes_from_outside_don_t_add_series_without_end() -> None:
    made = Metrics.for_config({1: ("SOLUSDT",)})
    for number in range(1000):
        made.apply(
            Counted(account=1, symbol="SOLUSDT", name="cancelled_by_exchange", reason=f"word {number}")
        )
        made.apply(Counted(account=1, symbol="SOLUSDT", name="emergency_stop", reason=f"word {number}"))
        made.apply(Counted(account=1, symbol="", name="actor_died", reason=f"word {number}"))
        made.apply(an_order(Outcome.REFUSED, number))
    text = generate_latest(made.registry).decode()
    assert len(re.findall(r"^soltrader_events_total\{", text, re.MULTILINE)) == MOST_REASONS + 1
    assert len(re.findall(r"^soltrader_order_rejections_total\{", text, re.MULTILINE)) == MOST_CODES + 1
    assert made.registry.get_sample_value(
        "soltrader_emergency_stops_total", {"account": "001", "reason": "other"}
    ) == Decimal(1000)
    assert text.count("word") == MOST_REASONS


def test_what_rules_and_dashboards_use_is_written_into_the_table() -> None:
    text = TABLE.read_text(encoding="utf-8")
    assert written(text) == text, "write it anew: python -m tests.monitoring.table"


def test_panels_use_only_metrics_of_the_table_and_every_metric_has_a_panel_or_an_alert() -> None:
    if not list((MONITORING / "grafana").rglob("*.json")):
        pytest.skip("there are no dashboards")
    shown = {name for _, used in panels() for name in used}
    judged = {name for alert in alerts() for name in names_in(alert.expr)}
    assert shown - {"up", "ALERTS"} <= metrics().keys()
    unused = metrics().keys() - shown - judged
    assert unused == set(), "show it, judge it, or leave it out"
