"""What the tests of all programs share: their environment, their end, free ports, and `roomport serve` as a child."""

import os
import signal
import socket
import subprocess
import time

LIMIT = 30


def clean_environment(**extra):
    """The environment of this process without what would steer a program."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith("HATHORA_") and k not in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")}
    env.update(extra)
    return env


def unused_port():
    """A port of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def eventually(check, what, limit=LIMIT):
    """Waits until check() is true, and says what was waited for when it never is."""
    end_of_waiting = time.monotonic() + limit
    while time.monotonic() < end_of_waiting:
        value = check()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("never happened: " + what)


def end(process, expected, told):
    """Ends a program in order. Returns what was wrong about that, or None; told() is what it wrote on standard error."""
    if process.poll() is not None:
        return None
    process.send_signal(signal.SIGTERM)
    try:
        # A sanitizer that has something to say changes the exit status, too.
        status = process.wait(LIMIT)
        return None if status == expected else f"exit status {status}: {told()}"
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return "it does not stop"


def start_service(command, errors, environment):
    """Starts a command with `roomport serve`. Returns the process, and the URL that it prints once it serves.

    `errors` is the file of its standard error, open for reading and writing.
    """
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
    try:
        url = process.stdout.readline().strip()
        if url:
            return process, url
        process.wait(LIMIT)
        errors.seek(0)
        raise AssertionError(f"the service did not start: {errors.read().decode(errors='replace')}")
    except BaseException:
        # Nobody else will: whoever asked has no process to end.
        process.kill()
        process.wait()
        process.stdout.close()
        raise
