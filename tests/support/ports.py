"""A port for a process that a test starts: nobody else takes it before the process has it.

What the system gives to whoever asks for any port, and to outgoing connections, lies higher.
"""

import random
import socket
from contextlib import suppress

BELOW_THE_SYSTEMS = range(12_000, 32_000)


def free_port() -> int:
    """A port nobody listens on; chosen by chance, as other tests choose at the same time."""
    while True:
        port = random.choice(BELOW_THE_SYSTEMS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
