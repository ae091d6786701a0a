"""Letters per second through the worker, beside smtplib on one kept-open connection."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask

from bench.servers import running_worker
from bench.smtp import BODY
from ppflow import clock, letters
from ppflow.db import writing
from ppflow.letters import About, Recipient, Rendered

if TYPE_CHECKING:
    from bench.installation import Installation

LETTERS, ROUNDS = 1_000, 3
AT_LEAST = 0.9
EACH = (
    "smtplib alone writes nothing down. Beside the same talk with the server, the worker reads "
    "each letter from the database, asks again whether it may go, writes its bytes, marks it as "
    "begun and commits its result, fifty in a transaction: two updates of a row, which then leaves "
    "two indexes."
)


class Sink:
    """The quickest SMTP server that still says every word: it counts letters and keeps none."""

    def __init__(self) -> None:
        self.count, self.first, self.last, self.port = 0, 0.0, 0.0, 0
        self.offers = True  # PIPELINING, as real mail servers do
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                self.last = time.perf_counter()
                self.first = self.first or self.last
                self.count += 1
                writer.write(b"250 kept\r\n")
            elif word == b"EHLO":
                writer.write(b"250-sink\r\n250 PIPELINING\r\n" if self.offers else b"250 sink\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                writer.close()
                return
            else:
                writer.write(b"250 sink\r\n")

    def reset(self) -> None:
        self.count, self.first, self.last = 0, 0.0, 0.0

    def per_second(self) -> float:
        return (self.count - 1) / (self.last - self.first)


def bare(sink: Sink, count: int) -> float:
    """smtplib alone, in a process of its own: one connection, one letter after the other."""
    sink.reset()
    subprocess.run([sys.executable, "-m", "bench.smtp", str(sink.port), str(count)], check=True)
    return sink.per_second()


def worker(app: Flask, sink: Sink, count: int, settings: Mapping[str, object]) -> float:
    """The same letters through the outbox: claimed, checked, sent, each result committed."""
    sink.reset()
    turn = secrets.token_hex(4)  # three a day go to an address that nobody confirmed
    about = About(reply_to="team@example.org")
    with app.app_context(), writing():
        for number in range(count):
            rendered = Rendered("PP-1: We have your form", BODY)
            letter = letters.write(
                "bench", rendered, Recipient(f"a{number}-{turn}@mail.example", "Amina"), about
            )
            letter.due_at = clock.now() - timedelta(minutes=1)
    with running_worker(settings):
        deadline = time.monotonic() + 180
        while sink.count < count and time.monotonic() < deadline:
            time.sleep(0.05)
    if sink.count < count:
        raise SystemExit(f"only {sink.count} of {count} letters went in three minutes")
    return sink.per_second()


def post_office(site: Installation) -> None:
    """Letters through the worker; the middle of three turns each.

    Most real servers offer PIPELINING, which smtplib does not use; without it is measured too.
    """
    limits, ours, slow = [], [], []
    for _ in range(ROUNDS):
        site.sink.offers = True
        limits.append(bare(site.sink, LETTERS))
        ours.append(worker(site.app(), site.sink, LETTERS, site.settings))
        site.sink.offers = False
        slow.append(worker(site.app(), site.sink, LETTERS, site.settings))
    limit, own, without = map(statistics.median, (limits, ours, slow))
    site.report.say("\n## Letters\n\n| | a second | of smtplib |\n|---|---|---|")
    site.report.say(f"| worker | {own:.0f} | {own / limit:.0%} |")
    site.report.say(f"| worker, no PIPELINING | {without:.0f} | {without / limit:.0%} |")
    site.report.say(f"| smtplib, one connection | {limit:.0f} | |")
    site.report.target(
        "Letters", f"at least {AT_LEAST:.0%} of bare smtplib", f"{own / limit:.0%}",
        is_met=own / limit >= AT_LEAST, spent=EACH,
    )  # fmt: skip
