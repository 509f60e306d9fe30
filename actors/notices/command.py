"""From a config to its channels; ``notify-test``, and what ``check`` says of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from rich.console import Console

from actors.notices.notices import Notices
from config import Config, SecretFilter, load_secrets
from config.notifications import Notifications
from messages.events import Severity

_TEST = "A test: this channel works, and nothing has happened."


def notices_for(config: Config, environ: Mapping[str, str]) -> Notices:
    """The channels of a run, their URLs masked in every log; raises ConfigError naming unfit variables."""
    if not config.notifications.enabled:
        return Notices(config, [], str)
    from actors.notices.delivery import deliveries  # apprise is large, and most commands tell nobody

    found = deliveries(config.notifications, environ)
    keys = [load_secrets(account, config.process.environment, environ) for account in config.accounts]
    mask = SecretFilter(keys, [part for one in found for part in one.secrets])
    for handler in logging.getLogger().handlers:
        handler.addFilter(mask)
    return Notices(config, [(one.channel, one.send) for one in found], mask.mask)


def check_channels(notifications: Notifications, environ: Mapping[str, str], console: Console) -> None:
    """Print a line a channel: its service and what it is told; raises ConfigError as a start would."""
    if not notifications.enabled:
        return
    from actors.notices.delivery import deliveries

    topics = ("stops", "guard", "restarts", "trouble", "summary")
    for one in deliveries(notifications, environ):
        channel = one.channel
        told = ", ".join(topic for topic in topics if getattr(channel, topic)) or "nothing"
        text = f"channel {channel.name}: valid ({one.service}), told from {channel.severity} on: {told}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def notify_test(config: Config, environ: Mapping[str, str], console: Console) -> bool:
    """Send one message to every channel and say what came of it; whether all were delivered.

    Channels are tried whether or not notifications are switched on. Raises ConfigError.
    """
    from actors.notices.delivery import deliveries

    notifications = config.notifications
    if not notifications.channels:
        console.print(
            "the config has no channel: add one headed [[notifications.channels]]",
            markup=False,
            soft_wrap=True,
        )
        return False
    delivered = []
    for one in deliveries(notifications, environ):
        failure = one.send(f"sol-trader {config.process.environment}: test", _TEST, Severity.INFO)
        outcome = f"NOT delivered: {failure}" if failure else "delivered"
        text = f"channel {one.channel.name} ({one.service}): {outcome}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
        delivered.append(not failure)
    if not notifications.enabled:
        text = "notifications are off: the bot sends nothing until [notifications] says enabled = true"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    return all(delivered)
