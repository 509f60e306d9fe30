"""Queries of panels, and the label sets that they share."""

from __future__ import annotations

from dataclasses import dataclass

from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

#: Chosen at the top of each dashboard.
SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
#: The series of the accounts, and of the accounts and symbols, that are chosen.
ACCOUNTS = '{account=~"$account"}'
SYMBOLS = '{account=~"$account", symbol=~"$symbol"}'
#: What Prometheus says of the process itself carries the job's name.
BOT = '{job="sol-trader"}'

#: Alerts of this project alone: a Prometheus may have rules of others.
FIRING = '{alertname=~"SolTrader.+", alertstate="firing"}'


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL, and the name of its series (``{{label}}`` takes a label's value)."""

    expr: str
    name: str = ""

    def build(self, index: int, *, instant: bool = False, form: PromQueryFormat | None = None) -> Dataquery:
        """As the panel's target number ``index``: A, B, C and so on."""
        query = Dataquery().expr(self.expr).ref_id(chr(ord("A") + index)).datasource(SOURCE)
        query = query.instant() if instant else query.range()
        if form is not None:
            query = query.format(form)
        return query.legend_format(self.name) if self.name else query


def of(selector: str, **labels: str) -> str:
    """A selector narrowed by these labels, whose values are regular expressions."""
    return (
        selector.removesuffix("}") + "".join(f', {name}=~"{value}"' for name, value in labels.items()) + "}"
    )


def real(expr: str, labels: str) -> str:
    """Without the accounts that are dry runs: their money is none."""
    return f"{expr} unless on (account) soltrader_dry_run{labels} == 1"


def dry(expr: str, labels: str) -> str:
    """Of the accounts that are dry runs."""
    return f"{expr} and on (account) soltrader_dry_run{labels} == 1"


def change(name: str, labels: str) -> str:
    """By how much each series changed in the time shown, in an instant query.

    One that was not there at its beginning counts from its own first value on: an account that is new has
    earned nothing by coming.
    """
    now = f"{name}{labels}"
    return f"({now} - ({now} offset $__range or {now} - delta({now}[$__range:$__interval]) or {now}))"


def count(name: str, labels: str) -> str:
    """How often a counter counted in the time that the dashboard shows."""
    return f"round(sum(increase({name}{labels}[$__range])))"


def counted(name: str, labels: str, by: str = "") -> str:
    """How often a counter counted, bar by bar; apart by these labels."""
    return f"round(sum by ({by}) (increase({name}{labels}[$__rate_interval])))"


def quantile(share: str, name: str, labels: str, by: str = "", window: str = "1h") -> str:
    """A quantile (``"0.99"``) of a histogram over a window that holds enough of rare events."""
    group = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({group}) (increase({name}_bucket{labels}[{window}])))"


def quantiles(name: str, labels: str, *, window: str = "1h", factor: int = 1) -> tuple[Query, ...]:
    """Half, 95 % and 99 % of a histogram's observations, times ``factor``."""
    shares = (("0.5", "half of them"), ("0.95", "95 %"), ("0.99", "99 %"))
    times = f"{factor} * " if factor != 1 else ""
    return tuple(
        Query(f"{times}{quantile(share, name, labels, window=window)}", text) for share, text in shares
    )
