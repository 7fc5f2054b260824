"""Runs a poller daemon as a child and speaks to it; the standard library only."""

import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent / "server"), str(Path(__file__).resolve().parents[2] / "support")]
from programs import LIMIT, clean_environment, end, eventually, unused_port  # noqa: E402, F401
from service import Answer, Service  # noqa: E402, F401

POLLER = os.environ["POLLER"]

WAITING = ["roomId", "status", "exposedPort", "additionalExposedPorts", "polls", "elapsedMs"]
FAILURE = ["error", "message", "httpStatus", "lastStatus", "lastError", "polls", "elapsedMs"]
WORDS = {"connect", "dns", "tls", "timeout", "closed", "protocol", "limit", "http_status", "redirect", "parse",
         "schema", "contract", "invalid_argument", "cancelled"}


def raise_descriptor_limit():
    """A test that plays thousands of callers needs as many descriptors."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def to_toml(sections):
    lines = []
    for section, keys in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def run(*arguments, timeout=LIMIT, **env):
    """Runs the program to its end."""
    return subprocess.run([POLLER, *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL, env=clean_environment(**env), check=False)


class Poller:
    """One daemon with a folder of its own, on a port of its own."""

    def __init__(self, service=None, stdin=subprocess.DEVNULL, stdout=None, preexec=None, env=None, **sections):
        self.folder = tempfile.mkdtemp(prefix="roomport-poller-")
        settings = {"listen": {"address": "127.0.0.1:0"}, "api": {}}
        if service:
            settings["api"] = {"endpoint": f"https://127.0.0.1:{service.port}", "app_id": "local",
                               "ca_file": os.path.join(service.state, "ca.pem")}
        for section, keys in sections.items():
            settings.setdefault(section, {}).update(keys)
        self.config = os.path.join(self.folder, "poller.toml")
        Path(self.config).write_text(to_toml(settings))
        self.stdin, self.stdout, self.preexec, self.env = stdin, stdout, preexec, env or {}
        self.address = "127.0.0.1"
        self.tls = None
        self.token = None
        self.files = []
        self.expected_status = 0
        try:
            self.start()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def start(self):
        out = self.stdout or open(os.path.join(self.folder, "stdout"), "ab")
        errors = open(os.path.join(self.folder, "stderr"), "ab")
        self.files = [errors] if self.stdout else [out, errors]
        before = len(self.log())
        self.process = subprocess.Popen([POLLER, "--config", self.config], stdin=self.stdin, stdout=out,
                                        stderr=errors, preexec_fn=self.preexec, env=clean_environment(**self.env))

        def listening():
            if self.process.poll() is not None:
                raise AssertionError("the daemon did not start: " + self.stderr())
            return next((each for each in self.log()[before:] if each["event"] == "listening"), None)
        self.url = eventually(listening, "the daemon listens")["url"]
        self.port = int(re.search(r":(\d+)$", self.url).group(1))

    def stderr(self):
        return Path(self.folder, "stderr").read_text()

    def log(self):
        """The log so far; every complete line has to be a JSON object."""
        if not Path(self.folder, "stderr").exists():
            return []
        return [json.loads(line) for line in self.stderr().splitlines(True) if line.endswith("\n")]

    def events(self, name):
        return [each for each in self.log() if each["event"] == name]

    def printed(self):
        return [json.loads(line) for line in Path(self.folder, "stdout").read_text().splitlines(True)
                if line.endswith("\n")]

    def connect(self, timeout=60):
        if self.tls:
            return http.client.HTTPSConnection(self.address, self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection(self.address, self.port, timeout=timeout)

    def raw(self, timeout=60):
        return socket.create_connection((self.address, self.port), timeout=timeout)

    def call(self, method, path, body=None, headers=None, connection=None):
        own = connection or self.connect()
        fields = dict(headers or {})
        if self.token:
            fields.setdefault("Authorization", "Bearer " + self.token)
        if isinstance(body, dict):
            body = json.dumps(body)
        try:
            own.request(method, path, body=body, headers=fields)
            return Answer(own.getresponse())
        finally:
            if connection is None:
                own.close()

    def add(self, room, timeout=None, **options):
        body = {"roomId": room}
        if timeout is not None:
            body["timeout"] = timeout
        return self.call("POST", "/v1/rooms", body, **options)

    def get(self, room, wait=None, **options):
        return self.call("GET", f"/v1/rooms/{room}" + ("" if wait is None else f"?wait={wait}"), **options)

    def remove(self, room, **options):
        return self.call("DELETE", f"/v1/rooms/{room}", **options)

    def metrics(self):
        """Every sample by its name with labels, as it is written."""
        answer = self.call("GET", "/metrics")
        assert answer.status == 200, answer.body
        samples = {}
        for line in answer.body.decode().splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                samples[name] = float(value)
        return samples

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        self.send(number)
        return self.process.wait(LIMIT)

    def close(self):
        failure = end(self.process, self.expected_status, self.stderr)
        if self.process.stdin:
            self.process.stdin.close()
        for file in self.files:
            file.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        if failure:
            raise AssertionError(failure)


class PollerCase(unittest.TestCase):
    def service(self, *arguments, **options):
        service = Service(*arguments, **options)
        self.addCleanup(service.close)
        return service

    def poller(self, *arguments, **options):
        poller = Poller(*arguments, **options)
        self.addCleanup(poller.close)
        return poller

    def assert_failure(self, answer, status, word, room=None):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(list(answer.json), (["roomId"] if room else []) + FAILURE)
        self.assertEqual(answer.json["error"], word)
        self.assertIn(word, WORDS)
        self.assertTrue(answer.json["message"])
        if word == "http_status" and not room:
            self.assertEqual(answer.json["httpStatus"], status, "it is the daemon's own")
        if room:
            self.assertEqual(answer.json["roomId"], room)
