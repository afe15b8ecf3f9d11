"""Stand-in for the `xattr` package on a plain disk: bare names, the provider's value rules (lambdas §10, R114).

It talks to nothing but the file system: what that refuses is the OSError the caller gets.
"""
import os

from .values import check_writable, disk_name, readable_bytes

XATTR_NOFOLLOW = 0x0001
XATTR_CREATE = 0x0002
XATTR_REPLACE = 0x0004
XATTR_NOSECURITY = 0
XATTR_MAXNAMELEN = 127
XATTR_FINDERINFO_NAME = "com.apple.FinderInfo"
XATTR_RESOURCEFORK_NAME = "com.apple.ResourceFork"

__all__ = [
    "XATTR_CREATE",
    "XATTR_NOFOLLOW",
    "XATTR_REPLACE",
    "getxattr",
    "listxattr",
    "removexattr",
    "setxattr",
    "xattr",
]


def _target(file):
    return file.fileno() if hasattr(file, "fileno") else file


def _follows(target, symlink):
    # A descriptor has no link to follow, and the system calls refuse the flag for it.
    return True if isinstance(target, int) else not symlink


def getxattr(f, attr, symlink=False):
    target = _target(f)
    return readable_bytes(os.getxattr(target, disk_name(attr), follow_symlinks=_follows(target, symlink)))


def setxattr(f, attr, value, options=0, symlink=False):
    if not isinstance(value, bytes):
        raise TypeError("Value must be bytes, %s was passed." % type(value).__name__)
    check_writable(attr)
    target = _target(f)
    flags = (os.XATTR_CREATE if options & XATTR_CREATE else 0) | (os.XATTR_REPLACE if options & XATTR_REPLACE else 0)
    os.setxattr(target, disk_name(attr), value, flags, follow_symlinks=_follows(target, symlink))


def removexattr(f, attr, symlink=False):
    check_writable(attr)
    target = _target(f)
    os.removexattr(target, disk_name(attr), follow_symlinks=_follows(target, symlink))


def listxattr(f, symlink=False):
    target = _target(f)
    names = os.listxattr(target, follow_symlinks=_follows(target, symlink))
    return tuple(name[len("user."):] for name in names if name.startswith("user."))


class xattr:  # pylint: disable=invalid-name
    """The attributes of one file, also as a mapping from name to bytes."""

    def __init__(self, obj, options=0):
        self.obj = _target(obj)
        self.value = self.obj
        self.options = options

    def __repr__(self):
        return "<xattr file=%r>" % (self.obj,)

    def _symlink(self, options):
        return bool((options | self.options) & XATTR_NOFOLLOW)

    def get(self, name, options=0):
        return getxattr(self.obj, name, self._symlink(options))

    def set(self, name, value, options=0):
        setxattr(self.obj, name, value, options & ~XATTR_NOFOLLOW, self._symlink(options))

    def remove(self, name, options=0):
        removexattr(self.obj, name, self._symlink(options))

    def list(self, options=0):
        return [*listxattr(self.obj, self._symlink(options))]

    def __len__(self):
        return len(self.list())

    def __iter__(self):
        return iter(self.list())

    def __contains__(self, name):
        return name in self.list()

    has_key = __contains__

    def __getitem__(self, name):
        try:
            return self.get(name)
        except OSError as error:
            raise KeyError(name) from error

    def __setitem__(self, name, value):
        self.set(name, value)

    def __delitem__(self, name):
        try:
            self.remove(name)
        except OSError as error:
            raise KeyError(name) from error

    def keys(self):
        return self.list()

    iterkeys = __iter__

    def values(self):
        return [self[name] for name in self.list()]

    def items(self):
        return [(name, self[name]) for name in self.list()]

    def iteritems(self):
        return iter(self.items())

    def itervalues(self):
        return iter(self.values())

    def clear(self):
        for name in self.list():
            self.remove(name)

    def copy(self):
        return dict(self.items())

    def update(self, other):
        for name, value in dict(other).items():
            self.set(name, value)

    def setdefault(self, name, default=b""):
        try:
            return self[name]
        except KeyError:
            self[name] = default
            return default

    def pop(self, name, *default):
        try:
            value = self[name]
        except KeyError:
            if default:
                return default[0]
            raise
        del self[name]
        return value


# Spelling of the other package of the same import name.
get = getxattr
set = setxattr  # pylint: disable=redefined-builtin
remove = removexattr
list = listxattr  # pylint: disable=redefined-builtin
