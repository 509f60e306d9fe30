"""The URL of a notification channel: a secret, since it holds tokens; from an environment variable."""

from collections.abc import Iterator, Mapping
from typing import NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

from config.notifications import Channel
from config.problems import ConfigError, Problem
from config.secrets import MASK

#: A part of a URL that is shorter is no token, and masking it would garble every text.
_SHORTEST = 8


class ChannelUrl:
    """One channel's URL. Only ``url`` gives it out; text of any kind shows a mask; it can't be pickled."""

    __slots__ = ("_url",)

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def url(self) -> str:
        """The URL, for whoever sends."""
        return self._url

    @property
    def secrets(self) -> frozenset[str]:
        """What no text may show: the whole, its credentials, and each part that may be a token."""
        return frozenset(part for part in (self._url, *_parts(self._url)) if len(part) >= _SHORTEST)

    def __repr__(self) -> str:
        return f"ChannelUrl({MASK})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("URLs of channels are never written anywhere; load them from the environment instead")


def _parts(url: str) -> Iterator[str]:
    """Host names stay: they are no secret, and in logs they say where something failed."""
    rest = url.partition("://")[2]
    try:
        split = urlsplit(url)
    except ValueError:
        yield rest
        return
    yield rest.partition("?")[0]
    credentials, _, host = split.netloc.rpartition("@")
    for part in (credentials, *credentials.split(":"), *split.path.split("/")):
        yield part
        yield unquote(part)
    for _, value in parse_qsl(split.query):
        yield value
    if "." not in host and host.partition(":")[0] != "localhost":
        yield host  # many services have a token in the host's place
        yield from host.split(":")


def load_url(channel: Channel, environ: Mapping[str, str]) -> ChannelUrl:
    """The channel's URL from ``environ``. Raises ConfigError naming the variable, never its value."""
    value = environ.get(channel.url_env)
    if value is None:
        fault = "is not set; export the channel's URL before starting, or take the channel out"
    elif not value.strip():
        fault = "is empty; export the channel's URL"
    elif not (value.isascii() and value.isprintable()) or " " in value:
        fault = "holds spaces, line ends or signs that no URL has; set it anew"
    else:
        return ChannelUrl(value)
    raise ConfigError("environment variables", [url_problem(channel, fault)])


def url_problem(channel: Channel, fault: str) -> Problem:
    """What is wrong with a channel's URL, without the URL."""
    return Problem(place=channel.url_env, what=f"{fault} (notification channel {channel.name})")
