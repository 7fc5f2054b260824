"""A shell that is typed into, block by block, like a person's terminal."""

import os
import signal
import subprocess
import threading
import time


class TerminalError(Exception):
    pass


class Terminal:
    """One shell that lives until closed: folders, variables and descriptors stay from block to block."""

    def __init__(self, shell, environment):
        # A group of its own, so that Ctrl-C reaches what runs in it and nothing else.
        self.process = subprocess.Popen(shell, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env=environment, start_new_session=True)
        self.output = ""
        self.changed = threading.Condition()
        self.typed = 0
        self.begin = 0
        self.busy = False
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        # With a handler, Ctrl-C ends the command and not the shell.
        self._send("trap : INT\ntrap 'follow_failed=${follow_failed:-$?}' ERR\n")

    def _read(self):
        while piece := os.read(self.process.stdout.fileno(), 65536):
            with self.changed:
                self.output += piece.decode(errors="replace")
                self.changed.notify_all()
        with self.changed:
            self.output += "\n"
            self.process.wait()
            self.changed.notify_all()

    def _send(self, text):
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except BrokenPipeError as broken:
            raise TerminalError("the shell has ended") from broken

    def type(self, commands):
        """Types a block and returns at once. What was typed never reads what is typed next."""
        self.begin = len(self.output)
        self.typed += 1
        self.busy = True
        self._send("follow_failed=\neval \"$(cat <<'END_OF_BLOCK'\n" + commands + "END_OF_BLOCK\n)\" </dev/null\n"
                   "follow_last=$?; printf '\\n%s %s %s\\n' END_OF_BLOCK " + str(self.typed) +
                   " \"${follow_failed:-$follow_last}:$follow_last\"\n")

    @property
    def mark(self):
        return f"\nEND_OF_BLOCK {self.typed} "

    def printed(self):
        """What the last block has printed so far."""
        return self.output[self.begin:].split(self.mark)[0]

    def wait(self, done, limit, what):
        end = time.monotonic() + limit
        with self.changed:
            while not done():
                left = end - time.monotonic()
                if left <= 0 or self.process.returncode is not None:
                    raise TerminalError(f"{what}; printed was:\n{self.printed()}")
                self.changed.wait(min(left, 1))

    def ended(self):
        return self.mark in self.output and self.output.rsplit(self.mark, 1)[1].endswith("\n")

    def finish(self, limit):
        """Waits for the end of the block: the status of the first command that failed, and of the last command."""
        self.wait(self.ended, limit, f"not done after {limit} s")
        self.busy = False
        first, last = self.output.rsplit(self.mark, 1)[1].split("\n")[0].split(":")
        return int(first), int(last)

    def interrupt(self, presses=3, patience=10):
        """Ctrl-C, until what runs has ended."""
        if not self.busy:
            return
        for press in range(1, presses + 1):
            os.killpg(self.process.pid, signal.SIGINT)
            try:
                self.finish(patience)
                return
            except TerminalError:
                # A command that the shell was just about to start has not heard of it.
                if press == presses or self.process.returncode is not None:
                    raise

    def close(self):
        try:
            self.interrupt()
            self.process.stdin.close()
            self.process.wait(10)
        except (TerminalError, OSError, subprocess.TimeoutExpired):
            pass
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            # A program that was left behind may hold the other end open.
            self.reader.join(5)
            if not self.reader.is_alive():
                self.process.stdout.close()
