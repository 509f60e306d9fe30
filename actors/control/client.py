"""A person's end of the control socket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from config import Config

SOCKET = ".control"
#: The HTTP status of an account that was refused at its start.
NOT_STARTED = 410
_WITHIN_S = 10
_OK = 200


class NotRunning(Exception):
    """No process serves the control socket; the text says so, and which: a command that is given in another
    folder than the bot was may look at another socket."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"no process runs: nobody serves {path.absolute()}")


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


def picture(path: Path) -> bytes:
    """The running bot's picture, as its JSON text. Raises NotRunning or ControlFailed."""
    return asyncio.run(_asked(path, "GET", "/picture", None))


async def _request(path: Path, method: str, url: str, body: Mapping[str, object] | None) -> Mapping[str, Any]:
    told: Mapping[str, Any] = orjson.loads(await _asked(path, method, url, body))
    if told.get("refused"):
        raise ControlFailed(str(told["refused"]))
    return told


async def _asked(path: Path, method: str, url: str, body: Mapping[str, object] | None) -> bytes:
    """The text of the answer, a JSON object; a refusal without a standing is raised here."""
    timeout = aiohttp.ClientTimeout(total=_WITHIN_S)
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path)), timeout=timeout) as session,
            session.request(method, f"http://bot{url}", json=body) as response,
        ):
            told, status = await response.read(), response.status
        if status != _OK:
            failure = NotStarted if status == NOT_STARTED else ControlFailed
            raise failure(str(orjson.loads(told)["refused"]))
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, PermissionError):
            raise ControlFailed(f"{path}: only the user that runs the bot may open it") from None
        raise NotRunning(path) from None
    except FileNotFoundError:
        raise NotRunning(path) from None
    except TimeoutError:
        raise ControlFailed(
            f"{path}: no answer within {_WITHIN_S} s: the process hangs, or is held (kill -CONT lets it go "
            "on); what was asked may still be done: look with `status`"
        ) from None
    except (aiohttp.ClientError, ValueError, LookupError, TypeError) as error:
        raise ControlFailed(f"{path}: {type(error).__name__} {error}: is the process well?") from None
    return told
