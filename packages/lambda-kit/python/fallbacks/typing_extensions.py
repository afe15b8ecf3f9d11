"""Used only where the real module is not installed: the part of it that the interpreter's own `typing` has."""
import typing as _typing
from typing import *  # noqa: F401,F403  pylint: disable=wildcard-import,unused-wildcard-import


class _Transparent:
    """`NotRequired[X]`, `Required[X]`, …: the annotation without its mark."""

    def __class_getitem__(cls, item):
        return item


def __getattr__(name):
    if hasattr(_typing, name):
        return getattr(_typing, name)
    if name in ("NotRequired", "Required", "ReadOnly", "Unpack", "LiteralString", "Self", "Never"):
        return _Transparent
    if name == "override":
        return lambda method: method
    raise AttributeError("typing_extensions stand-in has no " + name)
