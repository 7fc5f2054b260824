"""A daemon that runs out of memory again and again: it lives, and afterwards everything works as before."""

import http.client
import os
import signal
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from poller import PollerCase, eventually


class OutOfMemory(PollerCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomport-memory-")
        self.addCleanup(folder.cleanup)
        self.period = Path(folder.name, "period")
        self.token = Path(folder.name, "token")
        self.token.write_text("a-token-of-callers")
        self.fail_every(0)

    def fail_every(self, nth):
        """One of so many allocations fails from now on; 0: none."""
        with open(self.period, "r+b" if self.period.exists() else "wb", buffering=0) as file:
            file.write(struct.pack("I", nth))

    def starved_poller(self, service):
        poller = self.poller(
            service, stdin=subprocess.PIPE, listen={"token_file": str(self.token), "request_timeout": "1s"},
            env={"LD_PRELOAD": os.environ["FAILING_MEMORY_LIBRARY"], "FAILING_MEMORY": str(self.period)})
        poller.token = "a-token-of-callers"
        return poller

    def type_in(self, poller, room):
        poller.process.stdin.write(f"{room}\n".encode())
        poller.process.stdin.flush()

    def make_trouble(self, poller, rooms):
        """Whatever a caller may do; what comes of it is another matter."""
        for room in rooms:
            self.type_in(poller, room)
            for ask in (lambda: poller.add(room, "2s"), lambda: poller.get(room, 1), lambda: poller.call("GET", "/metrics"),
                        lambda: poller.call("GET", "/%zz"), lambda: poller.remove(room)):
                try:
                    ask()
                except (http.client.HTTPException, OSError, AssertionError):
                    self.assertIsNone(poller.process.poll(), poller.stderr())
        poller.send(signal.SIGHUP)

    def assert_all_works(self, service, poller):
        room, typed = (service.create().json["roomId"] for _ in range(2))
        self.assertEqual(poller.add(room).status, 202)
        self.assertEqual(poller.get(room, 30).status, 200)
        self.type_in(poller, typed)
        eventually(lambda: typed in {each["roomId"] for each in poller.printed()}, "a room that was typed in is found")
        poller.remove("unheard-of")
        self.assertEqual(poller.get("unheard-of").status, 404)
        poller.add("unheard-of", "30s")
        self.assertEqual(poller.get("unheard-of", 30).status, 410)
        with poller.raw() as slow:
            slow.sendall(b"GET / HTTP/1.1\r\n")
            self.assertTrue(slow.recv(1000).startswith(b"HTTP/1.1 408 "))
        before = len(poller.events("reloaded"))
        poller.send(signal.SIGHUP)
        eventually(lambda: len(poller.events("reloaded")) > before, "it reloads")
        poller.token = "another"
        self.assertEqual(poller.get(room).status, 401)
        poller.token = "a-token-of-callers"
        eventually(lambda: poller.metrics()["roomport_http_connections"] == 1, "no connection is left over")
        eventually(lambda: poller.metrics()['roomport_rooms{state="waiting"}'] == 0, "no wait is left over")
        self.assertEqual(poller.metrics()["roomport_held_answers"], 0)

    def test_works_again_afterwards(self):
        service = self.service("--simulate", "50ms")
        poller = self.starved_poller(service)
        for nth in (997, 211, 61, 23):
            with self.subTest(nth):
                rooms = [service.create().json["roomId"] for _ in range(5)]
                self.fail_every(nth)
                end = time.monotonic() + 1
                while time.monotonic() < end:
                    self.make_trouble(poller, rooms)
                self.fail_every(0)
                self.assert_all_works(service, poller)
        self.assertTrue(poller.events("out_of_memory"))
        self.assertEqual(poller.stop(), 0)


if __name__ == "__main__":
    unittest.main()
