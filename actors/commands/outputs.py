"""Files that a command is asked to write: looked at before it works, written whole when it has."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path

from actors.account import Files
from actors.commands.arguments import Refused, WrongArgument
from config import Config
from state.store.disk import RealDisk
from state.store.files import disk_trouble, write_whole


def check_outputs(settings: Config, outputs: Mapping[str, Path | None]) -> None:
    """Refuse, by the name of its option, what can't be written, or must not be: raises WrongArgument."""
    ours = _files_of_the_bot(settings)
    taken: dict[Path, str] = {}
    for name, path in outputs.items():
        if path is None:
            continue
        wrong = _wrong(path)
        if wrong:
            raise WrongArgument(f"{name} {path}: can't be written: {wrong}")
        where = path.resolve()
        if where in ours:
            raise WrongArgument(f"{name} {path}: is a file of the bot's own: name another one")
        if where in taken:
            raise WrongArgument(f"{name} {path}: is {taken[where]}'s file, too: name another one")
        taken[where] = name


def write_output(path: Path, content: bytes) -> None:
    """Replace the file that ``path`` leads to, at once and whole; raises Refused as the disk does."""
    try:
        write_whole(RealDisk(), path.resolve(), content)
    except OSError as error:
        raise Refused(disk_trouble(error, path)) from None


def _wrong(path: Path) -> str:
    """A device or a pipe would be replaced by a file, and a file that may not be written as well."""
    if path.is_dir():
        return "is a folder"
    if not os.access(path.resolve().parent, os.W_OK):
        return "its folder is not there, or may not be written"
    if path.exists() and not path.is_file():
        return "is no plain file: name one"
    if path.exists() and not os.access(path, os.W_OK):
        return "it may only be read: chmod u+w, or name another one"
    return ""


def _files_of_the_bot(settings: Config) -> set[Path]:
    folder = Path(settings.process.data_dir).resolve()
    either = (
        account.model_copy(update={"dry_run": dry}) for account in settings.accounts for dry in (False, True)
    )
    return {path for account in either for path in astuple(Files.of(folder, account))}
