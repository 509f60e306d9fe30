"""The proxy itself, between a plain client and an echo: each switch does what its name says, and no more."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.bybit.stub import free_port
from tests.network.proxy import End, Proxy, proxy
from tests.venue_process import wait_for

#: Long enough to see that nothing comes; a proxy that lets something pass does so within a millisecond.
QUIET_S = 0.2
DEADLINE_S = 30


class Echo:
    """Sends back what it hears; ``ends`` tells how each connection ended: "FIN" or "RST"."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.ends: list[str] = []
        self.heard = b""
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            try:
                while data := sock.recv(100):
                    self.heard += data
                    sock.sendall(data)
                self.ends.append("FIN")
            except ConnectionError:
                self.ends.append("RST")

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    running = Echo()
    yield running
    running.close()


@pytest.fixture
def wire(echo: Echo) -> Iterator[Proxy]:
    with proxy(echo.url) as running:
        yield running


@pytest.fixture
def client(wire: Proxy) -> Iterator[socket.socket]:
    with dialled(wire) as sock:
        assert said(sock, b"hello") == b"hello"
        yield sock


def dialled(wire: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", wire.port), timeout=DEADLINE_S)


def said(sock: socket.socket, text: bytes) -> bytes:
    sock.sendall(text)
    return sock.recv(100)


def silent(sock: socket.socket) -> bool:
    sock.settimeout(QUIET_S)
    try:
        sock.recv(100)
    except TimeoutError:
        return True
    finally:
        sock.settimeout(DEADLINE_S)
    return False


def test_bytes_pass_both_ways_and_are_counted(wire: Proxy, client: socket.socket) -> None:
    assert (wire.dials, wire.open) == (1, 1)
    assert wire.moved == {End.CLIENT: 5, End.SERVER: 5}


def test_a_cut_is_a_fin_to_both_ends(wire: Proxy, client: socket.socket, echo: Echo) -> None:
    assert wire.cut() == 1
    assert client.recv(100) == b""
    wait_for(lambda: echo.ends == ["FIN"], "the end at the server")
    assert wire.open == 0


def test_a_reset_is_a_rst_to_both_ends(wire: Proxy, client: socket.socket, echo: Echo) -> None:
    assert wire.reset() == 1
    with pytest.raises(ConnectionResetError):
        client.recv(100)
    wait_for(lambda: echo.ends == ["RST"], "the end at the server")


def test_a_stall_holds_bytes_and_ends_nothing_until_it_is_healed(
    wire: Proxy, client: socket.socket, echo: Echo
) -> None:
    wire.stall()
    client.sendall(b"held")
    assert silent(client)
    assert (echo.heard, echo.ends, wire.open) == (b"hello", [], 1)
    wire.heal()
    assert client.recv(100) == b"held"


def test_a_stall_towards_the_client_lets_the_server_hear(
    wire: Proxy, client: socket.socket, echo: Echo
) -> None:
    wire.stall(End.CLIENT)
    client.sendall(b"one way")
    wait_for(lambda: echo.heard == b"helloone way", "the server to hear")
    assert silent(client)


def test_who_dials_a_stalled_path_is_taken_and_hears_nothing(wire: Proxy) -> None:
    wire.stall()
    with dialled(wire) as sock:
        sock.sendall(b"anybody?")
        assert silent(sock)
    assert wire.dials == 1


def test_a_half_closed_end_hears_the_end_and_can_still_speak(
    wire: Proxy, client: socket.socket, echo: Echo
) -> None:
    assert wire.half_close(End.CLIENT) == 1
    assert client.recv(100) == b""
    client.sendall(b"still here")
    wait_for(lambda: echo.heard == b"hellostill here", "the server to hear")
    assert echo.ends == []


def test_a_delay_keeps_what_passes_for_its_time_in_each_direction(wire: Proxy, client: socket.socket) -> None:
    wire.delay(QUIET_S)
    began = time.monotonic()
    assert said(client, b"late") == b"late"
    assert time.monotonic() - began >= 2 * QUIET_S


def test_a_refusing_path_tells_so_at_once_and_leaves_connections_alone(
    wire: Proxy, client: socket.socket
) -> None:
    wire.refuse()
    with pytest.raises(ConnectionRefusedError):
        dialled(wire)
    assert said(client, b"mine stands") == b"mine stands"
    wire.heal()
    with dialled(wire) as sock:
        assert said(sock, b"again") == b"again"


def test_an_end_of_either_side_reaches_the_other(wire: Proxy, client: socket.socket, echo: Echo) -> None:
    client.shutdown(socket.SHUT_WR)
    assert client.recv(100) == b""
    wait_for(lambda: echo.ends == ["FIN"] and wire.open == 0, "the end of the connection")


def test_a_server_that_is_not_there_ends_the_dial() -> None:
    with proxy(f"http://127.0.0.1:{free_port()}") as wire, dialled(wire) as sock:
        assert sock.recv(100) == b""
        assert wire.open == 0
