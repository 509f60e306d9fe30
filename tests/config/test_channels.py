"""Notification channels: settings that contradict each other, and URLs that show nowhere."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from config import ConfigError
from config.channel_urls import ChannelUrl, load_url
from config.loader import check_document
from config.notifications import Channel
from tests.config.documents import a_document

CHANNEL = Channel(name="phone", url_env="URL_PHONE")


def refusal(**notifications: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        check_document({**a_document(), "notifications": notifications})
    return str(caught.value)


def test_notifications_that_are_on_need_a_channel() -> None:
    assert "notifications.enabled: is true, but there is no channel" in refusal(enabled=True)


def test_two_channels_share_neither_name_nor_variable() -> None:
    told = refusal(channels=[{"name": "a", "url_env": "SAME"}, {"name": "a", "url_env": "SAME"}])
    assert "notifications.channels[1].name: is 'a' again as notifications.channels[0].name" in told
    assert "notifications.channels[1].url_env: names the same variable" in told
    assert "SAME" not in told


def test_a_url_where_its_variable_is_meant_is_refused_and_not_shown() -> None:
    told = refusal(channels=[{"name": "a", "url_env": "tgram://123456789:secret/42"}])
    assert "put the variable's name here, never the key itself" in told
    assert "123456789" not in told


@pytest.mark.parametrize("time", ["24:00", "7:30", "noon", "07:60"])
def test_a_time_of_the_day_that_there_is_not_is_refused(time: str) -> None:
    assert "notifications.summary_utc: is " in refusal(summary_utc=time)


@pytest.mark.parametrize(
    ("url", "hidden", "shown"),
    [
        ("tgram://123456789:AbCdEfGh_iJkL/987654321", {"123456789:AbCdEfGh_iJkL", "AbCdEfGh_iJkL"}, set()),
        ("discord://4815162342/t0kEn-of-a-hook", {"4815162342", "t0kEn-of-a-hook"}, set()),
        ("mailto://me:pass%2Dword@example.org", {"pass%2Dword", "pass-word"}, {"example.org"}),
        ("json://localhost:8080/a/path-token?key=query-token", {"path-token", "query-token"}, {"localhost"}),
    ],
)
def test_every_part_of_a_url_that_may_be_a_token_is_a_secret(
    url: str, hidden: set[str], shown: set[str]
) -> None:
    secrets = ChannelUrl(url).secrets
    assert hidden | {url} <= secrets
    assert not any(part in secrets for part in shown)
    assert all(len(part) >= 8 for part in secrets)


def test_no_text_made_of_a_url_holds_it_and_it_is_never_pickled() -> None:
    url = load_url(CHANNEL, {"URL_PHONE": "json://localhost/t0kEn-of-a-hook"})
    assert url.url.endswith("t0kEn-of-a-hook")
    assert "t0kEn" not in f"{url} {url!r} {[url]}"
    with pytest.raises(TypeError, match="never written anywhere"):
        pickle.dumps(url)
