"""A person's end of the control socket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from config import Config

SOCKET = ".control"
#: The HTTP status of an account that was refused at its start.
NOT_STARTED = 410
_WITHIN_S = 10


class NotRunning(Exception):
    """No process serves the control socket."""


class ControlFailed(Exception):
    """The process doesn't do what was asked; the text says why."""


class NotStarted(ControlFailed):
    """A process runs, but has refused to start the account: nobody holds its files."""


def socket_path(config: Config) -> Path:
    """Where the process of a config serves."""
    return Path(config.process.data_dir) / SOCKET


def tell(path: Path, what: str, body: Mapping[str, object]) -> Mapping[str, Any]:
    """POST a wish; the account's standing. Raises NotRunning or ControlFailed."""
    return asyncio.run(_request(path, "POST", f"/{what}", body))


def standing(path: Path, account: int) -> Mapping[str, Any]:
    """How an account stands. Raises NotRunning or ControlFailed."""
    return asyncio.run(_request(path, "GET", f"/standing?account={account}", None))


async def _request(path: Path, method: str, url: str, body: Mapping[str, object] | None) -> Mapping[str, Any]:
    timeout = aiohttp.ClientTimeout(total=_WITHIN_S)
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path)), timeout=timeout) as session,
            session.request(method, f"http://bot{url}", json=body) as response,
        ):
            told: Mapping[str, Any] = await response.json()
            started = response.status != NOT_STARTED
    except (aiohttp.ClientConnectorError, FileNotFoundError):
        raise NotRunning(f"nobody serves {path}") from None
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise ControlFailed(f"{path}: {type(error).__name__} {error}: is the process well?") from None
    if told.get("refused"):
        raise (ControlFailed if started else NotStarted)(str(told["refused"]))
    return told
