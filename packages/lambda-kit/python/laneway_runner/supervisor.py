"""The warm parent of one runner: one sandbox, one supervisor, one batch at a time.

Ownership. The supervisor owns the control socket to the node (descriptor 3) and the one batch child. The child owns a
private socket to the supervisor and nothing else: it never sees the control socket. Single-threaded: one select loop.

Invariants
1. At most one batch runs at a time; the next child is forked ahead of need, after the previous one and everything it
   started has been killed (with a PID namespace of our own).
2. A stop sends SIGTERM to the child's process group once; the node decides about anything stronger. It is never lost:
   a child holds the signal back until its batch runs. A stopped runner takes no further batch.
3. A child has ended when it is dead, whoever still holds a copy of its socket (a daemon it forked does).
4. When the control socket ends, or the node's beat is missing for `beatTimeoutMs`, everything is killed and the
   supervisor exits.
"""
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback

from . import child, handler_module, processes
from .frames import BrokenStream, Peer

CONTROL_FD = 3
# Children that end while idle, one after the other, before the runner gives up.
MAX_IDLE_DEATHS = 5
# What a dead child's socket may still hold is read in so many pieces at most: its daemons could go on writing for ever.
MAX_LAST_READS = 64


class BatchChild:
    """One child with its socket; `busy` while it owes an answer."""

    def __init__(self, pid, peer):
        self.pid = pid
        self.peer = peer
        self.busy = False
        self.stopping = False


class Supervisor:
    def __init__(self, settings, fresh):
        self._settings = settings
        # The handler's import may change sys.argv.
        self._settings_text = sys.argv[1]
        self._fresh = fresh
        self._isolated = settings["sandboxed"] and processes.in_own_pid_namespace(settings.get("hostPidNamespace"))
        self._control = None
        self._module = None
        # Signals that the supervisor needs for itself; what the handler's import installed for them is for the batches.
        self._batch_signals = {signal.SIGTERM: signal.SIG_DFL, signal.SIGCHLD: signal.SIG_DFL}
        # Both ends of a pipe that becomes readable when a child may have died.
        self._wake = None
        self._wake_writer = None
        self._child = None
        self._announced = False
        self._idle_death_count = 0
        self._beat_timeout_s = settings["beatTimeoutMs"] / 1000.0
        self._beat_deadline = 0.0

    def run(self):
        # The handler must not find the control socket by guessing its number.
        control = socket.socket(fileno=os.dup(CONTROL_FD))
        control.set_inheritable(False)
        self._control = Peer(control)
        # Without a sandbox this is how the death of the node is told, even in the middle of an import.
        signal.signal(signal.SIGTERM, self._node_died)
        if not self._fresh:
            self._import_here()
        if not self._fresh:
            os.close(CONTROL_FD)
            self._announce()
        else:
            os.set_inheritable(CONTROL_FD, False)
        self._hear_of_deaths()
        self._start_child()
        self._beat_deadline = time.monotonic() + self._beat_timeout_s
        while True:
            self._turn()

    def _node_died(self, *_):
        self._end(1)

    def _hear_of_deaths(self):
        self._wake, self._wake_writer = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._wake_writer, False)
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _import_here(self):
        try:
            self._module = handler_module.load(self._settings)
        except BaseException:  # pylint: disable=broad-except
            child.flush_output()
            self._fail_import(traceback.format_exc().encode("utf-8", "backslashreplace"))
        child.flush_output()
        for number in self._batch_signals:
            installed = signal.getsignal(number)
            if installed is not None and installed != self._node_died:
                self._batch_signals[number] = installed
        signal.signal(signal.SIGTERM, self._node_died)
        if len(os.listdir("/proc/self/task")) > 1 or threading.active_count() > 1:
            # Forking a process with threads is unsafe: begin again without the import.
            os.set_inheritable(CONTROL_FD, True)
            os.execv(sys.executable, [sys.executable, "-m", "laneway_runner", self._settings_text, "--fresh"])

    def _fail_import(self, reason):
        self._control.sock.setblocking(True)
        self._control.send("F", reason)
        self._end(1)

    def _announce(self):
        if not self._announced:
            self._announced = True
            self._control.send("R")

    def _start_child(self):
        ours, theirs = socket.socketpair()
        if self._fresh:
            pid = self._spawn(theirs)
        else:
            pid = self._fork(ours, theirs)
        theirs.close()
        try:
            os.setpgid(pid, pid)
        except OSError:
            pass
        self._child = BatchChild(pid, Peer(ours))

    def _fork(self, ours, theirs):
        parent = os.getpid()
        # A SIGTERM right after the fork would be forgotten: Python drops what is pending there. The batch takes it up.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        pid = os.fork()
        if pid == 0:
            try:
                processes.die_with(parent)
                signal.set_wakeup_fd(-1)
                os.close(self._wake)
                os.close(self._wake_writer)
                for number, handler in self._batch_signals.items():
                    signal.signal(number, handler)
                ours.close()
                self._control.close()
                os.setpgid(0, 0)
            finally:
                child.serve(self._settings, self._module, theirs)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        return pid

    def _spawn(self, theirs):
        command = [sys.executable, "-m", "laneway_runner", self._settings_text, "--child", str(theirs.fileno())]
        # The object must not reap the child itself, hence only its pid is kept.
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        process.returncode = 0
        return process.pid

    def _turn(self):
        peers = [self._control] + ([self._child.peer] if self._child else [])
        writers = [peer for peer in peers if peer.wants_to_write]
        timeout = max(0.0, self._beat_deadline - time.monotonic())
        readable, writable, _ = select.select([self._wake, *peers], writers, [], timeout)
        for peer in writable:
            peer.flush()
        if self._control in readable:
            self._read_control()
        if self._child is not None and self._child.peer in readable:
            self._read_child()
        if self._wake in readable:
            self._look_for_death()
        if time.monotonic() > self._beat_deadline:
            self._control.send("E")
            self._end(1)

    def _read_control(self):
        try:
            frames = self._control.receive()
        except BrokenStream:
            self._end(0)
        self._beat_deadline = time.monotonic() + self._beat_timeout_s
        for kind, payload in frames:
            if kind == "J":
                self._child.busy = True
                self._control.send("H")
                self._child.peer.send("J", payload)
            elif kind == "S":
                self._stop_batch()

    def _stop_batch(self):
        if self._child is None or not self._child.busy:
            self._control.send("T")
            return
        self._child.stopping = True
        try:
            os.killpg(self._child.pid, signal.SIGTERM)
            # A process that is suspended would hear of it only when it goes on.
            os.killpg(self._child.pid, signal.SIGCONT)
        except OSError:
            pass

    def _read_child(self):
        try:
            frames = self._child.peer.receive()
        except BrokenStream:
            self._child_ended()
            return
        for kind, payload in frames:
            if kind == "H" and self._child.busy:
                self._control.send("H")
            elif kind == "R":
                self._announce()
            elif kind == "F":
                self._fail_import(payload) if not self._announced else self._conclude("X", payload)
            elif kind in ("A", "X") and self._child.busy:
                self._conclude(kind, payload)
                return

    def _look_for_death(self):
        os.read(self._wake, 1 << 16)
        dead = self._child
        if dead is None or not processes.has_ended(dead.pid):
            return
        for _ in range(MAX_LAST_READS):
            if self._child is not dead or not select.select([dead.peer], [], [], 0)[0]:
                break
            self._read_child()
        if self._child is dead:
            self._child_ended()

    def _child_ended(self):
        status = self._kill_child()
        ended = self._child
        if ended.busy:
            reason = "The process of the handler %s before it answered." % processes.describe_end(status)
            self._control.send("T" if ended.stopping else "X", reason.encode("utf-8"))
            if ended.stopping:
                self._end(0)
            self._idle_death_count = 0
        elif self._fresh and not self._announced:
            self._fail_import(("The process of the handler %s during its import." % processes.describe_end(status)).encode("utf-8"))
        else:
            self._idle_death_count += 1
            if self._idle_death_count > MAX_IDLE_DEATHS:
                self._end(1)
        self._renew_child()

    def _conclude(self, kind, payload):
        """The batch has its outcome: everything it left running ends before the node hears of it."""
        if self._settings["reuse"] and kind == "A":
            self._child.busy = False
        else:
            self._kill_child()
            self._renew_child(lambda: self._control.send(kind, payload))
            return
        self._control.send(kind, payload)

    def _renew_child(self, report=None):
        self._child.peer.close()
        self._child = None
        if self._isolated and not processes.kill_namespace():
            # Something cannot be killed: this sandbox must not take another batch.
            self._end(1)
        if report is not None:
            report()
        self._start_child()

    def _kill_child(self):
        """Ends the child's process group and gives the child's own wait status.

        A child that ended by itself keeps the status it ended with: it is waited for before it is killed.
        """
        pid = self._child.pid
        deadline = time.monotonic() + 0.2
        while time.monotonic() < deadline:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._kill_group(pid)
                return status
            time.sleep(0.001)
        self._kill_group(pid)
        return os.waitpid(pid, 0)[1]

    @staticmethod
    def _kill_group(pid):
        try:
            os.killpg(pid, signal.SIGKILL)
        except OSError:
            pass

    def _end(self, code):
        if self._child is not None:
            self._kill_group(self._child.pid)
        if self._isolated:
            processes.kill_namespace()
        else:
            processes.kill_marked(self._settings["cookie"])
        os._exit(code)
