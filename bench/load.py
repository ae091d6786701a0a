"""Closed-loop clients: each asks again as soon as it is answered. The same for every server.

They speak through bare sockets and read only what they must, so that on the same two cores they
take little from the server that they measure.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.servers import Server

CLIENTS = 8
A_CONNECTION = 50  # requests on one connection; then a new one, so that processes share the work
Ask = Callable[[int], bytes]  # the request of this number, as it goes over the wire


@dataclass
class Measured:
    """What one server did: each answer's seconds, and the CPU seconds of its processes."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    @property
    def cpu_ms(self) -> float:
        return self.cpu / len(self.times) * 1000

    def percentile(self, part: float) -> float:
        """Milliseconds within which this part of the answers came."""
        return sorted(self.times)[int(len(self.times) * part)] * 1000

    def row(self) -> str:
        p50, p99 = self.percentile(0.5), self.percentile(0.99)
        return f"{self.per_second:.0f} | {p50:.1f} | {p99:.1f} | {self.cpu_ms:.2f}"


def get(path: str, cookie: str = "") -> Ask:
    """Ask for a page with a GET."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/html"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    asked = "\r\n".join([*lines, "", ""]).encode()
    return lambda _number: asked


def post(path: str, body: str, cookie: str = "") -> bytes:
    """One POST of a form."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body.encode())}",
    ]
    lines += [f"Cookie: {cookie}"] if cookie else []
    return "\r\n".join([*lines, "", body]).encode()


def warm_up(server: Server, ask: Ask, count: int) -> None:
    """Let every process of the server have its caches full before it is measured."""
    _run(server, ask, range(count), 200)


def measure(
    server: Server, ask: Ask, numbers: range, into: Measured, *, expected: int = 200
) -> None:
    """Ask these requests from all clients, and add what it took to `into`."""
    cpu, began = server.cpu_seconds(), time.perf_counter()
    into.times += _run(server, ask, numbers, expected)
    into.seconds += time.perf_counter() - began
    into.cpu += server.cpu_seconds() - cpu


class Connection:
    """A kept-open connection that reads status and length of an answer, and its bytes."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.used = 0

    def ask(self, request: bytes) -> int:
        """Send a request; the status of its answer, when all of it is here."""
        self.used += 1
        self.socket.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        lower = head.lower()
        _, found, rest = lower.partition(b"content-length:")
        left = (int(rest.split(b"\r\n", 1)[0]) if found else 0) - len(body)
        while left > 0:
            left -= len(self._more())
        if b"connection: close" in lower:
            self.used = A_CONNECTION
        return int(head.split(b" ", 2)[1])

    def _more(self) -> bytes:
        more = self.socket.recv(65536)
        if not more:
            raise SystemExit("the server hung up in the middle of an answer")
        return more


def _run(server: Server, ask: Ask, asked: range, expected: int) -> list[float]:
    times: list[float] = []
    wrong: list[int] = []
    numbers = iter(asked)
    lock = threading.Lock()

    def client() -> None:
        connection = Connection(server.port)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                connection.socket.close()
                return
            if connection.used >= A_CONNECTION:
                connection.socket.close()
                connection = Connection(server.port)
            began = time.perf_counter()
            status = connection.ask(ask(number))
            times.append(time.perf_counter() - began)
            if status != expected:
                wrong.append(status)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong or len(times) != len(asked):
        raise SystemExit(f"{len(wrong)} of {len(asked)} answers were not {expected}: {wrong[:5]}")
    return times
