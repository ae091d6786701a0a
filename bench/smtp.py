"""The limit of letters: smtplib on one kept-open connection. `python -m bench.smtp PORT COUNT`."""

from __future__ import annotations

import smtplib
import sys

BODY = "Dear Amina\n\nWe have your form. You will hear by Friday 27 November 2026.\n" * 6


def send(port: int, count: int) -> None:
    """Send the same letter to `count` addresses, one after the other."""
    message = f"Subject: PP-1: We have your form\r\nMessage-ID: <1@x>\r\n\r\n{BODY}"
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(count):
            server.sendmail("us@example.org", [f"a{number}@mail.example"], message)


if __name__ == "__main__":
    send(int(sys.argv[1]), int(sys.argv[2]))
