"""Translation between the bytes of an extended attribute and the value that the provider stores (lambdas §10).

On disk lies what a client wrote, or the JSON text of what REST set; both mean the same stored value, so reading goes
through that value: a JSON string comes back without its quotes (lambdas R110).
"""
import base64
import errno
import json
import os

# 64-bit range: an integer beyond it does not keep its digits and is kept as text.
_MAX_INTEGER = 1 << 64


class _TooLarge(Exception):
    pass


def _refuse(_text):
    raise ValueError("not JSON")


def _integer(text):
    value = int(text)
    if abs(value) >= _MAX_INTEGER:
        raise _TooLarge()
    return value


def stored_value(data):
    """The JSON value that the given bytes stand for."""
    if data == b"":
        return ""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return {"onedata_base64": base64.b64encode(data).decode("ascii")}
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_integer)
    except (ValueError, RecursionError, _TooLarge):
        return text


def readable_bytes(data):
    """What getxattr gives for the bytes on disk."""
    value = stored_value(data)
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, dict) and list(value) == ["onedata_base64"]:
        try:
            return base64.b64decode(value["onedata_base64"], validate=True)
        except (TypeError, ValueError):
            return data
    return data.strip()


def disk_name(name):
    """Name in the file system's user namespace; reserved names are refused as the provider does (R112, R113)."""
    text = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
    if text.startswith(("system.", "security.", "capability.")):
        raise OSError(errno.ENODATA, os.strerror(errno.ENODATA), text)
    return "user." + text


def check_writable(name):
    text = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
    if text.startswith(("onedata_", "cdmi_")):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), text)
