"""The picture of a config's running process."""

from __future__ import annotations

from actors.control.client import ControlFailed, picture, socket_path
from actors.reports.picture import Picture, PictureUnknown, from_bytes
from config import Config


def ask_picture(config: Config) -> Picture:
    """Ask the running process. Raises NotRunning where there is none, ControlFailed where it doesn't tell."""
    payload = picture(socket_path(config))
    try:
        return from_bytes(payload)
    except PictureUnknown as error:
        raise ControlFailed(str(error)) from None
