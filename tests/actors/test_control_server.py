"""The control socket among clients that send nonsense, or never let go."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree

import pytest

from actors.control.server import Asked, ControlServer
from tests.venue_process import wait_for

NONSENSE = {
    "no HTTP at all": os.urandom(3000),
    "a header beyond all lengths": b"GET /picture HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    "a version that there is not": b"GET /picture HTTP/9.x\r\n\r\n",
    "a target that is no address": b"GET /standing?account=\xd9\xa1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a digit that is no number": b"GET /standing?account=%C2%B2 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a number beyond all numbers": b"GET /standing?account=" + b"9" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "no account": b"GET /standing HTTP/1.1\r\nHost: x\r\n\r\n",
}


def nobody(account: int, asked: Asked) -> str:
    return f"account {account:03d} is not in the config"


def server(path: Path, look_s: float = 5) -> ControlServer:
    return ControlServer(path, nobody, lambda: "the watch does not answer", look_s=look_s)


def test_a_socket_that_somebody_removes_with_its_folder_is_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "sol_trader")
    path = tmp_path / "data" / ".control"
    with server(path, look_s=0.01):
        rmtree(path.parent)
        wait_for(lambda: caplog.records, "the socket")
        with client(path) as connection:
            connection.sendall(b"GET /standing?account=1 HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 409"
        assert [record.getMessage() for record in caplog.records] == [
            f"control channel: {path} was removed; it is made anew"
        ]
    assert not path.exists()


def test_a_socket_that_can_not_be_made_anew_is_told_once_and_made_as_soon_as_it_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "sol_trader")
    path = tmp_path / "data" / ".control"
    with server(path, look_s=0.01):
        rmtree(path.parent)
        path.parent.write_text("a file where the folder was")
        wait_for(lambda: caplog.records, "the trouble")
        path.parent.unlink()
        wait_for(lambda: caplog.records[-1].levelname == "WARNING", "the socket")
    troubles = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(troubles) == 1
    assert str(path) in troubles[0]


def client(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(30)
    connection.connect(str(path))
    return connection


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_answered_with_400_and_leaves_no_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, nonsense: bytes
) -> None:
    path = tmp_path / ".control"
    with server(path), client(path) as connection:
        connection.sendall(nonsense)
        assert connection.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.0 400")
    assert caplog.records == []


def test_a_client_that_never_lets_go_holds_up_no_end(tmp_path: Path) -> None:
    path = tmp_path / ".control"
    with ExitStack() as held:
        with server(path):
            half = b"POST /stop HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
            unread = b"GET /picture HTTP/1.1\r\nHost: x\r\n\r\n" * 100
            for sent in (b"", half, unread):
                connection = held.enter_context(client(path))
                connection.sendall(sent)
            connection.recv(1)  # by now all three are served
        assert not path.exists()
