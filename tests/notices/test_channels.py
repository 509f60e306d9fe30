"""Channels by apprise against a service on loopback: what it does wrong, and what never shows."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from actors.display.model import DisplayModel
from actors.notices.command import check_channels, notices_for, notify_test
from actors.notices.notices import Notices
from config import Config, ConfigError
from config.loader import check_document
from messages.events import Counted, Note, Severity
from tests.config.documents import a_document
from tests.notices.receiver import TOKEN, Receiver, receiver
from tests.venue_process import wait_for

MODEL = DisplayModel.begin("simulated", 0, [])


def config(*names: str, **settings: Any) -> Config:
    channels = [{"name": name, "url_env": f"URL_{name.upper()}"} for name in names]
    section = {"enabled": True, "fold_seconds": 1, "channels": channels, **settings}
    return check_document({**a_document(), "notifications": section})


@contextmanager
def service(behaviour: str = "takes") -> Iterator[Receiver]:
    with receiver() as one:
        one.behaviour = behaviour
        yield one


@contextmanager
def telling(notices: Notices) -> Iterator[list[Counted]]:
    """Notices that run; what they count."""
    counted: list[Counted] = []
    notices.count_at(counted.append)  # type: ignore[arg-type]  # only Counted comes
    with notices:
        yield counted


def stop(text: str = "equity is 15 % below its peak") -> Note:
    return Note(
        account=1,
        symbol="",
        side=None,
        kind="emergency_stop",
        severity=Severity.CRITICAL,
        text=text,
        at_ms=62_000_000,
    )


def count(counted: list[Counted], name: str) -> int:
    return sum(int(one.amount) for one in counted if one.name == name)


def test_a_stop_reaches_the_service_between_the_start_and_the_end_of_the_process() -> None:
    with service() as phone:
        notices = notices_for(config("phone"), {"URL_PHONE": phone.url})
        with telling(notices) as counted:
            wait_for(lambda: "the process has started on simulated" in phone.text, "the start")
            notices.hear(stop(), MODEL, 1)
            wait_for(lambda: "17:13:20 UTC 001: equity is 15 % below its peak" in phone.text, "the stop")
    assert [one["type"] for one in phone.messages] == ["info", "failure", "info"]
    assert [one["title"] for one in phone.messages] == [
        "sol-trader simulated: process started",
        "sol-trader simulated: CRITICAL: emergency stop",
        "sol-trader simulated: process stopped",
    ]
    assert count(counted, "notice_sent") == 3


@pytest.mark.parametrize("behaviour", ["fails", "garbage", "refuses"])
def test_what_a_service_does_not_take_is_tried_again_until_it_does(
    behaviour: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with service(behaviour) as phone:
        notices = notices_for(config("phone"), {"URL_PHONE": phone.url})
        if behaviour == "refuses":
            phone.close()
        with telling(notices) as counted:
            notices.hear(stop(), MODEL, 1)
            wait_for(lambda: count(counted, "notice_failed") >= 2, "two failures")
            assert phone.messages == []
            phone.behaviour = "takes"
            if behaviour != "refuses":
                wait_for(lambda: "equity is 15 % below its peak" in phone.text, "the stop, late")
                assert phone.messages[0]["type"] == "failure"
    assert "notification channel phone: not delivered (" in caplog.text
    assert TOKEN not in caplog.text
    assert phone.url not in caplog.text


def test_a_service_that_hangs_delays_neither_the_bot_nor_another_channel() -> None:
    settings, begun, let_go = config("slow", "phone"), threading.Event(), threading.Event()
    taken: list[str] = []

    def hang(title: str, body: str, severity: Severity) -> str:
        begun.set()
        let_go.wait(60)
        return ""

    def take(title: str, body: str, severity: Severity) -> str:
        taken.append(body)
        return ""

    slow, phone = settings.notifications.channels
    notices = Notices(settings, [(slow, hang), (phone, take)], str)
    with telling(notices) as counted:
        assert begun.wait(30)
        for number in range(2_000):
            notices.hear(stop(f"stop {number}"), MODEL, 1)
        wait_for(lambda: "stop 1999" in "".join(taken), "all stops at the other channel")
        assert not let_go.is_set()
        let_go.set()
    assert count(counted, "notice_dropped") == 0


def test_what_waits_for_another_try_is_tried_once_more_at_the_end() -> None:
    settings, taken = config("phone"), []
    working = threading.Event()

    def deliver(title: str, body: str, severity: Severity) -> str:
        if not working.is_set():
            return "no network"
        taken.append(body)
        return ""

    notices = Notices(settings, [(settings.notifications.channels[0], deliver)], str)
    with telling(notices) as counted:
        wait_for(lambda: count(counted, "notice_failed") >= 3, "a wait of four seconds and more")
        notices.hear(stop(), MODEL, 1)
        failed = count(counted, "notice_failed")
        working.set()
    text = "\n".join(taken)
    assert "equity is 15 % below its peak" in text
    assert "has stopped" in text
    assert count(counted, "notice_failed") <= failed + 1


def test_a_dry_account_is_told_as_such_in_title_and_text_and_is_critical_to_nobody() -> None:
    document = a_document()
    document["accounts"][0]["dry_run"] = True
    channels = [{"name": "phone", "url_env": "URL_PHONE"}]
    section = {"enabled": True, "fold_seconds": 1, "channels": channels}
    settings, taken = check_document({**document, "notifications": section}), []

    def take(title: str, body: str, severity: Severity) -> str:
        taken.append((title, body))
        return ""

    notices = Notices(settings, [(settings.notifications.channels[0], take)], str)
    number = settings.accounts[0].id
    with telling(notices):
        notices.hear(replace(stop(), account=number), MODEL, 1)
    (told,) = [(title, body) for title, body in taken if "below its peak" in body]
    assert ": WARNING: " in told[0]
    assert f"{number:03d} DRY: equity is 15 %" in told[1]


def test_texts_that_hold_keys_or_urls_are_masked_before_they_leave() -> None:
    with service() as phone:
        notices = notices_for(config("phone"), {"URL_PHONE": phone.url})
        with telling(notices):
            text = f"RuntimeError: signed by simulated-secret-001 for {phone.url}"
            notices.hear(stop(text), MODEL, 1)
            wait_for(lambda: "RuntimeError" in phone.text, "the stop")
    assert "RuntimeError: signed by *** for ***" in phone.text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "is not set; export the channel's URL"),
        ("", "is empty"),
        ("json://host/with space", "holds spaces"),
        ("noservice://127.0.0.1/" + TOKEN, "holds no URL of a service that apprise knows"),
        ("tgram://" + TOKEN, "or not all that the service needs"),
    ],
)
def test_a_url_that_can_not_be_used_is_refused_by_its_variable_and_not_shown(
    value: str | None, words: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    environ = {} if value is None else {"URL_PHONE": value}
    with pytest.raises(ConfigError) as refused:
        notices_for(config("phone"), environ)
    assert "URL_PHONE: " in str(refused.value)
    assert words in str(refused.value)
    shown = str(refused.value) + caplog.text + "".join(capfd.readouterr())
    assert TOKEN not in shown


def test_notifications_that_are_off_read_no_variable_and_send_nothing() -> None:
    with notices_for(config("phone", enabled=False), {}) as notices:
        notices.hear(stop(), MODEL, 1)


def test_check_names_each_channel_and_notify_test_says_what_came_of_each() -> None:
    console = Console(record=True, width=200, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115
    with service() as phone, service("fails") as mail:
        settings = config("phone", "mail")
        urls = {"URL_PHONE": phone.url, "URL_MAIL": mail.url}
        check_channels(settings.notifications, urls, console)
        assert phone.attempts == 0
        assert not notify_test(settings, urls, console)
        mail.behaviour = "takes"
        assert notify_test(settings, {**urls}, console)
    told = console.export_text()
    assert "channel phone: valid (JSON), told from info on: stops, guard, restarts, trouble, summary" in told
    assert "channel phone (JSON): delivered" in told
    assert "channel mail (JSON): NOT delivered: the service answered HTTP 500" in told
    assert TOKEN not in told
