"""Closed-loop clients: each asks again as soon as it is answered. The same for both sites."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse

from bench.servers import Server

CLIENTS = 4


@dataclass
class Measured:
    """Requests per second, milliseconds at the median and at 99%, server CPU ms a request."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float

    def row(self) -> str:
        return f"{self.per_second:.0f} | {self.p50_ms:.1f} | {self.p99_ms:.1f} | {self.cpu_ms:.2f}"


Ask = Callable[[HTTPConnection, int], HTTPResponse]


def get(path: str, cookie: str = "") -> Ask:
    """Ask for a page with a GET."""
    headers = {"Cookie": cookie} if cookie else {}

    def ask(connection: HTTPConnection, _number: int) -> HTTPResponse:
        connection.request("GET", path, headers=headers)
        return connection.getresponse()

    return ask


def measure(server: Server, ask: Ask, count: int, *, expected: int = 200) -> Measured:
    """Ask `count` times from a few clients at once; warm up first with a tenth of it."""
    if count >= 200 and expected == 200:
        _run(server, ask, count // 10, expected)
    cpu_before, began = server.cpu_seconds(), time.perf_counter()
    times = _run(server, ask, count, expected)
    seconds, cpu = time.perf_counter() - began, server.cpu_seconds() - cpu_before
    times.sort()
    return Measured(
        per_second=len(times) / seconds,
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
        cpu_ms=cpu / len(times) * 1000,
    )


def _run(server: Server, ask: Ask, count: int, expected: int) -> list[float]:
    times: list[float] = []
    wrong: list[int] = []
    numbers = iter(range(count))
    lock = threading.Lock()

    def client() -> None:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            began = time.perf_counter()
            answer = ask(connection, number)
            answer.read()
            times.append(time.perf_counter() - began)
            if answer.status != expected:
                wrong.append(answer.status)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong or len(times) != count:
        raise SystemExit(f"{len(wrong)} of {count} answers were not {expected}: {wrong[:5]}")
    return times
