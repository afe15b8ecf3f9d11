"""Finding and ending processes of this runner, and dying with the parent."""
import ctypes
import os
import signal
import time

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def die_with(parent_pid):
    """Asks for SIGKILL when the parent ends; ends at once when it is gone already."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:
        os._exit(1)


def in_own_pid_namespace(host_namespace):
    """True only when this is certainly not the namespace of the node, given as `pid:[…]`."""
    try:
        own = os.readlink("/proc/self/ns/pid")
    except OSError:
        return False
    return bool(host_namespace) and own.startswith("pid:[") and own != host_namespace


def _others():
    me = os.getpid()
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in (1, me):
            yield int(name)


def _is_zombie(pid):
    try:
        with open("/proc/%d/stat" % pid, "rb") as stat:
            return stat.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except OSError:
        return True


def has_ended(pid):
    """Whether the child is dead; it stays to be waited for."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def reap():
    """Collects ended children; {pid: wait status}."""
    ended = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = status


def kill_namespace(timeout_s=2.0):
    """Ends every process of this PID namespace but its first and this one; False when some are left.

    Only for a runner that `in_own_pid_namespace`: elsewhere it would end the whole machine's.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass
        reap()
        if all(_is_zombie(pid) for pid in _others()):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)


def kill_marked(cookie):
    """Without a namespace: ends the processes whose environment carries the runner's cookie."""
    marker = ("LANEWAY_RUNNER_COOKIE=" + cookie).encode("ascii")
    for pid in _others():
        try:
            with open("/proc/%d/environ" % pid, "rb") as environ:
                if marker in environ.read().split(b"\0"):
                    os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


def describe_end(status):
    if os.WIFSIGNALED(status):
        return "was ended by signal %d" % os.WTERMSIG(status)
    return "ended with exit code %d" % os.WEXITSTATUS(status)
