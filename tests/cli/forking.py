"""
Runs the command line many times at the price of one start: a process that has loaded everything forks for each.

Started as a program it listens on a socket; what `COMMAND` is written to hands it its own standard streams, and ends
with the status of the fork. The fork is what a fresh process is, but for what was imported.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys

# For a Python that loads next to nothing.
CLIENT = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect({address!r})
    told = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(line, [len(told).to_bytes(4, "big")], [0, 1, 2])
    line.sendall(told)
    os.close(0)
    os.close(1)
    sys.exit(line.recv(1)[0])
"""


def serve(address: str) -> None:
    """Fork for whoever asks, until killed."""
    import aiohttp  # noqa: F401 - loaded once for all

    from cartesia_async import Cartesia
    from cartesia_async.cli import app  # noqa: F401

    Cartesia("any", base_url="http://127.0.0.1:1").close()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(16)
        print("ready", flush=True)
        while True:
            line, _ = listener.accept()
            with line:
                if os.fork() == 0:
                    listener.close()
                    _answer(line)


def _answer(line: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams, _, _ = socket.recv_fds(line, 4, 3)
    told = b""
    while len(told) < int.from_bytes(size, "big"):
        told += line.recv(65536)
    arguments, folder, environment = json.loads(told)
    child = os.fork()
    if child:
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        line.sendall(bytes([os.waitstatus_to_exitcode(status) & 0xFF]))
        os._exit(0)
    line.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = environment.get("PYTHONPATH", "").split(os.pathsep)
    from cartesia_async.__main__ import main

    status = 1
    try:
        status = main(arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(sys.argv[1])
