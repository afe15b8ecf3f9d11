"""Logs that travel as a streamed result (lambdas §9.2, R94)."""
import os
from typing import Any, Iterable, TypeVar

from .streaming import AtmResultStreamer

T = TypeVar("T")

# Name → number of the level; a smaller number is more severe.
LOG_LEVELS = {
    "debug": 7,
    "info": 6,
    "notice": 5,
    "warning": 4,
    "error": 3,
    "critical": 2,
    "alert": 1,
    "emergency": 0,
}
DEFAULT_LOG_LEVEL = "info"


def normalize_severity(severity: Any) -> str:
    """The severity itself when it is a known name, else `info`."""
    return severity if isinstance(severity, str) and severity in LOG_LEVELS else DEFAULT_LOG_LEVEL


def get_log_level() -> str:
    """The level of the execution, read anew on every call."""
    return normalize_severity(os.environ.get("ATM_LOG_LEVEL"))


def _is_wanted(item: Any) -> bool:
    severity = item.get("severity") if isinstance(item, dict) else None
    return LOG_LEVELS[normalize_severity(severity)] <= LOG_LEVELS[get_log_level()]


class AtmLogger(AtmResultStreamer[T]):
    """A streamer that drops what is below the execution's level."""

    def stream_items(self, items: Iterable[T]) -> None:
        super().stream_items([item for item in items or () if _is_wanted(item)])

    def stream_log(self, severity: str, content: Any) -> None:
        self.stream_item({"severity": severity, "content": content})

    def debug(self, content: Any) -> None:
        self.stream_log("debug", content)

    def info(self, content: Any) -> None:
        self.stream_log("info", content)

    def notice(self, content: Any) -> None:
        self.stream_log("notice", content)

    def warning(self, content: Any) -> None:
        self.stream_log("warning", content)

    def error(self, content: Any) -> None:
        self.stream_log("error", content)

    def critical(self, content: Any) -> None:
        self.stream_log("critical", content)

    def alert(self, content: Any) -> None:
        self.stream_log("alert", content)

    def emergency(self, content: Any) -> None:
        self.stream_log("emergency", content)
