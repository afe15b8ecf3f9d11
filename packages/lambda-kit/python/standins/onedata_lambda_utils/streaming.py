"""Streaming of results that are not tied to an item (lambdas R36, R93)."""
import json
import os
import threading
from typing import Generic, Iterable, TypeVar

T = TypeVar("T")

# Without a sandbox there is no /out of the job's own; the runner names its private directory.
OUT_DIRECTORY = os.environ.get("LANEWAY_OUT_DIR", "/out")


class AtmResultStreamer(Generic[T]):
    """Appends items to `/out/<result_name>`, one JSON value per line."""

    def __init__(self, *, result_name: str, synchronized: bool = True) -> None:
        self.result_name = result_name
        self._lock = threading.Lock() if synchronized else None

    def stream_item(self, item: T) -> None:
        self.stream_items([item])

    def stream_items(self, items: Iterable[T]) -> None:
        lines = "".join(json.dumps(item) + "\n" for item in items or ())
        if not lines:
            return
        if self._lock is None:
            self._append(lines)
            return
        with self._lock:
            self._append(lines)

    def _append(self, lines: str) -> None:
        with open(os.path.join(OUT_DIRECTORY, self.result_name), "a", encoding="utf-8") as out:
            out.write(lines)
