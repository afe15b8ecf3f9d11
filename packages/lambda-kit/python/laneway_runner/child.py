"""The process that runs batches: forked from the warm supervisor, or started afresh when that is unsafe."""
import json
import os
import resource
import signal
import socket
import sys
import threading
import time
import traceback

from . import handler_module, processes
from .frames import MAX_PAYLOAD_BYTES, BrokenStream, Decoder, encode

# Handlers call the heartbeat once per line (lambdas R100); the engine needs a few per second.
HEARTBEAT_INTERVAL_S = 0.25


class Channel:
    """Blocking frames over the socket to the supervisor; safe to send on from any thread."""

    def __init__(self, sock):
        sock.setblocking(True)
        self._sock = sock
        self._decoder = Decoder()
        self._ready = []
        self._lock = threading.Lock()

    def send(self, kind, payload=b""):
        with self._lock:
            self._sock.sendall(encode(kind, payload))

    def receive(self):
        while not self._ready:
            data = self._sock.recv(1 << 18)
            if not data:
                raise BrokenStream("the supervisor is gone")
            self._ready = self._decoder.feed(data)
        return self._ready.pop(0)


def heartbeat_for(channel):
    """A callback that is cheap, never raises and may be called from any thread (lambdas R100)."""
    last = [0.0]

    def heartbeat():
        now = time.monotonic()
        if now - last[0] < HEARTBEAT_INTERVAL_S:
            return
        last[0] = now
        try:
            channel.send("H")
        except Exception:  # pylint: disable=broad-except
            pass

    return heartbeat


def set_limits(settings):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    memory = settings.get("memoryLimitBytes")
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def dumps(value):
    return json.dumps(value, allow_nan=False)


def encode_answer(result):
    """The answer as JSON. Results of an item that are not JSON are that item's exception; the others are sent all the same (design D1)."""
    try:
        return dumps(result)
    except (TypeError, ValueError, RecursionError):
        batch = result.get("resultsBatch") if isinstance(result, dict) else None
        if not isinstance(batch, (list, tuple)) or "exception" in result:
            raise
        return '{"resultsBatch": [%s]}' % ", ".join(map(encode_results, batch))


def encode_results(results):
    try:
        return dumps(results)
    except (TypeError, ValueError, RecursionError) as error:
        return dumps({"exception": "The results are not JSON: %s: %s" % (type(error).__name__, error)})


def run_batch(module, payload, heartbeat):
    """(frame type, payload) for one batch: A with the answer, X with the reason of a crash (lambdas R91, R105)."""
    try:
        # Held back since the fork: a stop that came earlier takes effect here.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        request = json.loads(payload)
        level = request.get("ctx", {}).get("logLevel")
        if isinstance(level, str):
            os.environ["ATM_LOG_LEVEL"] = level
        result = module.handle(request, heartbeat)
        answer = encode_answer(result).encode("ascii")
        if len(answer) > MAX_PAYLOAD_BYTES:
            return "X", b"The answer of %d bytes is beyond the limit of %d." % (len(answer), MAX_PAYLOAD_BYTES)
        return "A", answer
    except BaseException:  # pylint: disable=broad-except
        return "X", traceback.format_exc().encode("utf-8", "backslashreplace")


def flush_output():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # pylint: disable=broad-except
            pass


def serve(settings, module, sock):
    """Runs one batch, or batch after batch with `reuse`; never returns."""
    code = 0
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        set_limits(settings)
        channel = Channel(sock)
        heartbeat = heartbeat_for(channel)
        while True:
            kind, payload = channel.receive()
            if kind != "J":
                continue
            answer = run_batch(module, payload, heartbeat)
            flush_output()
            channel.send(*answer)
            if not settings["reuse"]:
                break
    except BrokenStream:
        pass
    except BaseException:  # pylint: disable=broad-except
        traceback.print_exc()
        code = 1
    # Daemon threads and pools of the handler need no join (lambdas R102).
    flush_output()
    os._exit(code)


def run_in_fresh_interpreter(settings, descriptor):
    """Imports the handler in this very process, tells so (R or F) and serves."""
    processes.die_with(os.getppid())
    sock = socket.socket(fileno=descriptor)
    os.setpgid(0, 0)
    try:
        module = handler_module.load(settings)
    except BaseException:  # pylint: disable=broad-except
        sock.sendall(encode("F", traceback.format_exc().encode("utf-8", "backslashreplace")))
        flush_output()
        os._exit(1)
    sock.sendall(encode("R"))
    serve(settings, module, sock)
