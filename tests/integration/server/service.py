"""Runs a room service as a child and speaks to it over TLS; the standard library only."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
from programs import LIMIT, end, eventually, start_service  # noqa: E402, F401

ROOMPORT = os.environ["ROOMPORT"]
GAME_SERVER = os.environ["GAME_SERVER"]
APP = "local"


def read_text(path):
    with open(path) as file:
        return file.read()


def processes_with(text):
    """The ids of living processes that carry a text in their environment."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                environment = file.read()
        except OSError:
            continue
        if text.encode() in environment:
            found.append(int(pid))
    return found


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Service:
    """One room service with a state folder of its own."""

    def __init__(self, *arguments, state=None, environment=None, listen="127.0.0.1:0", wrapper=()):
        self.owns_state = state is None
        self.state = state or tempfile.mkdtemp(prefix="roomport-test-")
        self.arguments = [*wrapper, ROOMPORT, "serve", "--listen", listen, "--state-dir", self.state,
                          *arguments]
        self.environment = dict(os.environ, **(environment or {}))
        self.start()

    def start(self):
        self.errors = open(os.path.join(self.state, "stderr.txt"), "ab+")
        self.process, url = start_service(self.arguments, self.errors, self.environment)
        self.port = int(re.fullmatch(r"https://127\.0\.0\.1:(\d+)", url).group(1))
        facts = json.loads(read_text(os.path.join(self.state, "service.json")))
        self.token = read_text(facts["tokenFile"]).strip()
        self.marker = read_text(os.path.join(self.state, "marker"))
        self.tls = ssl.create_default_context(cafile=os.path.join(self.state, "ca.pem"))

    def stderr(self):
        return read_text(os.path.join(self.state, "stderr.txt"))

    def connect(self, timeout=LIMIT):
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls,
                                           timeout=timeout)

    def raw(self, timeout=LIMIT):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        return self.tls.wrap_socket(plain, server_hostname="127.0.0.1")

    def call(self, method, path, body=None, token=True, connection=None, headers=None):
        own = connection or self.connect()
        fields = dict(headers or {})
        if token:
            fields["Authorization"] = "Bearer " + (self.token if token is True else token)
        if isinstance(body, dict):
            body = json.dumps(body)
        try:
            own.request(method, path, body=body, headers=fields)
            return Answer(own.getresponse())
        finally:
            if connection is None:
                own.close()

    def create(self, region="Frankfurt", room=None, config=None, **options):
        body = {"region": region}
        if config is not None:
            body["roomConfig"] = config
        path = f"/rooms/v2/{APP}/create" + (f"?roomId={room}" if room else "")
        return self.call("POST", path, body, **options)

    def info(self, room, query="", **options):
        return self.call("GET", f"/rooms/v2/{APP}/connectioninfo/{room}{query}", token=False,
                         **options)

    def wait_active(self, room):
        def active():
            answer = self.info(room, "?wait=25")
            return answer.status == 200 and answer.json["status"] == "active" and answer.json
        return eventually(active, f"room {room} is active")

    def destroy(self, room):
        return self.call("POST", f"/rooms/v2/{APP}/destroy/{room}")

    def children(self):
        return processes_with("ROOMPORT_SERVICE_MARKER=" + self.marker)

    def stop(self, sent=signal.SIGTERM):
        self.process.send_signal(sent)
        return self.process.wait(LIMIT)

    def close(self):
        failure = end(self.process, 143, self.stderr)
        self.process.stdout.close()
        self.errors.close()
        for pid in self.children():
            os.kill(pid, signal.SIGKILL)
        if self.owns_state:
            shutil.rmtree(self.state, ignore_errors=True)
        if failure:
            raise AssertionError(failure)


class ServiceCase(unittest.TestCase):
    def service(self, *arguments, **options):
        service = Service(*arguments, **options)
        self.addCleanup(service.close)
        return service

    def game_service(self, *arguments, **options):
        return self.service("--exec", GAME_SERVER + " {port}", *arguments, **options)

    def assert_error(self, answer, status):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(list(answer.json), ["message"])
        self.assertTrue(answer.json["message"])
        self.assertEqual(answer.headers["content-type"], "application/json")
