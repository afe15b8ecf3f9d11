"""Frames of the runner protocol: one byte of type, four bytes of length (big endian), the payload.

Node to runner: J job, S stop, B beat. Runner to node: R ready, F import failed, H heartbeat, A answer (JSON text),
X crashed (reason), T stopped without an answer, E the node's beat was missing.
The same frames travel between the supervisor and a batch child.
"""
import struct

HEADER = struct.Struct(">cI")
# A frame beyond this is a broken peer, not a large answer: the other side's memory is not its to fill.
MAX_PAYLOAD_BYTES = 256 * 1024 * 1024


class BrokenStream(Exception):
    """The peer closed the stream or sent something that is not a frame."""


def encode(kind, payload=b""):
    return HEADER.pack(kind.encode("ascii"), len(payload)) + payload


class Decoder:
    """Collects bytes and gives back the complete frames among them."""

    def __init__(self):
        self._buffer = bytearray()

    def feed(self, data):
        self._buffer += data
        frames = []
        while len(self._buffer) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._buffer)
            if length > MAX_PAYLOAD_BYTES:
                raise BrokenStream("a frame of %d bytes was announced" % length)
            end = HEADER.size + length
            if len(self._buffer) < end:
                break
            frames.append((kind.decode("latin-1"), bytes(self._buffer[HEADER.size:end])))
            del self._buffer[:end]
        return frames


class Peer:
    """A non-blocking socket with its outgoing queue: no peer that does not read can hold up the supervisor."""

    def __init__(self, sock):
        sock.setblocking(False)
        self.sock = sock
        self._decoder = Decoder()
        self._outgoing = bytearray()

    def fileno(self):
        return self.sock.fileno()

    @property
    def wants_to_write(self):
        return len(self._outgoing) > 0

    def send(self, kind, payload=b""):
        self._outgoing += encode(kind, payload)
        self.flush()

    def flush(self):
        while self._outgoing:
            try:
                sent = self.sock.send(self._outgoing[: 1 << 18])
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                # The peer is gone; reading will report it.
                self._outgoing.clear()
                return
            del self._outgoing[:sent]

    def receive(self):
        """Complete frames that have arrived; raises BrokenStream at the end of the stream."""
        try:
            data = self.sock.recv(1 << 18)
        except (BlockingIOError, InterruptedError):
            return []
        except OSError as error:
            raise BrokenStream(str(error)) from error
        if not data:
            raise BrokenStream("the stream ended")
        return self._decoder.feed(data)

    def close(self):
        self.sock.close()
