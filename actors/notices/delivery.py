"""apprise: from a URL to a service that delivers; kept from talking, since what it says holds URLs.

Of its own log only what is known to be harmless is taken over: that a connection failed, and HTTP codes.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from contextlib import suppress

import apprise

from config.channel_urls import load_url, url_problem
from config.notifications import Channel, Notifications
from config.problems import ConfigError, Problem
from messages.events import Severity

_HTTP = re.compile(r"\berror=(\d{3})\b")


class Delivery:
    """One channel's service. ``secrets`` are what no text may show of its URL."""

    def __init__(
        self, channel: Channel, sender: apprise.Apprise, service: str, secrets: frozenset[str]
    ) -> None:
        self.channel, self.service, self.secrets = channel, service, secrets
        self._sender = sender

    def send(self, title: str, body: str, severity: Severity) -> str:
        """Send one message; "" or why it is not delivered. Takes as long as the service lets it."""
        heard = _EAR.listen()
        kind = _TYPES[severity]
        done = self._sender.notify(body=body, title=title, notify_type=kind, body_format="text")
        return "" if done else _reason(heard)


class _Ear(logging.Handler):
    """Hears what apprise says in a thread, and lets nobody else hear it."""

    def __init__(self) -> None:
        super().__init__()
        self._threads: dict[int, list[str]] = {}

    def listen(self) -> list[str]:
        """A list that fills with what is said in this thread from now on."""
        heard = self._threads[threading.get_ident()] = []
        return heard

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        heard = self._threads.get(threading.get_ident())
        if heard is not None:
            with suppress(TypeError, ValueError):
                heard.append(record.getMessage())


_EAR = _Ear()
_TYPES = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure"}


def _silence() -> None:
    logger = logging.getLogger("apprise")
    logger.handlers, logger.propagate = [_EAR], False
    logger.setLevel(logging.WARNING)


def _reason(heard: list[str]) -> str:
    text = "\n".join(heard)
    code = _HTTP.search(text)
    if code is not None:
        return f"the service answered HTTP {code[1]}"
    if "onnection error" in text:
        return "the service can't be reached, or doesn't answer"
    return "the service did not take it"


def deliveries(notifications: Notifications, environ: Mapping[str, str]) -> list[Delivery]:
    """Every channel's service. Raises ConfigError naming the variables whose URLs can't be used."""
    found: list[Delivery] = []
    problems: list[Problem] = []
    for channel in notifications.channels:
        try:
            found.append(_delivery(channel, environ))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError("environment variables", problems)
    return found


def _delivery(channel: Channel, environ: Mapping[str, str]) -> Delivery:
    _silence()
    url = load_url(channel, environ)
    # A deadline of apprise's own would put each message into a pool that the process's end waits for; what
    # connects and reads has its own (4 s each).
    asset = apprise.AppriseAsset(app_id="sol-trader", service_timeout=0)
    sender, service = apprise.Apprise(asset=asset), None
    with suppress(Exception):  # whatever it says may hold the URL
        service = apprise.Apprise.instantiate(url.url, asset=asset)
    if not isinstance(service, apprise.NotifyBase) or not sender.add(service):
        fault = "holds no URL of a service that apprise knows, or not all that the service needs"
        raise ConfigError("environment variables", [url_problem(channel, fault)])
    return Delivery(channel, sender, str(service.service_name), url.secrets)
