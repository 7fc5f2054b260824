"""A dead room service, slow and silent callers, too few descriptors, sudden ends."""

import collections
import json
import os
import resource
import signal
import socket
import time
import unittest

from poller import PollerCase, eventually, unused_port


class DeadService(PollerCase):
    def test_nobody_listens(self):
        poller = self.poller(api={"endpoint": f"https://127.0.0.1:{unused_port()}", "app_id": "a"})
        poller.add("a", "1s")
        answer = poller.get("a", 30)
        self.assert_failure(answer, 504, "timeout", "a")
        self.assertEqual((answer.json["lastError"], answer.json["httpStatus"]), ("connect", None))
        self.assertGreaterEqual(poller.metrics()['roomport_polls_total{result="connect"}'], 1)

    def test_failures_in_a_row_end_a_wait_when_told_so(self):
        poller = self.poller(api={"endpoint": f"https://127.0.0.1:{unused_port()}", "app_id": "a"},
                             rooms={"max_failures": 2})
        poller.add("a")
        answer = poller.get("a", 30)
        self.assert_failure(answer, 502, "connect", "a")
        self.assertEqual(answer.json["polls"], 2)

    def test_somebody_listens_and_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            poller = self.poller(api={"endpoint": f"https://127.0.0.1:{silent.getsockname()[1]}", "app_id": "a"})
            begin = time.monotonic()
            poller.add("a", "1s")
            self.assertEqual(poller.get("a", 30).status, 504)
            self.assertLess(time.monotonic() - begin, 10)
            self.assertEqual(poller.call("GET", "/healthz").status, 200)

    def test_somebody_else_listens(self):
        poller = self.poller(self.service("--simulate", "10ms"), api={"ca_file": "/etc/ssl/certs/ca-certificates.crt"})
        poller.add("a")
        told = poller.get("a", 30)
        self.assert_failure(told, 410, "tls", "a")
        self.assertIn("unknown issuer", told.json["message"])
        eventually(lambda: "unknown issuer" in poller.stderr(), "the log names the cause")

    def test_a_service_that_comes_back(self):
        service = self.service("--simulate", "10ms")
        service.arguments[service.arguments.index("127.0.0.1:0")] = f"127.0.0.1:{service.port}"
        poller = self.poller(service, rooms={"not_found_grace": "60s"})
        self.assertEqual(service.stop(signal.SIGKILL), -signal.SIGKILL)
        poller.add("a", "60s")
        eventually(lambda: poller.metrics().get('roomport_polls_total{result="connect"}', 0) >= 2, "it tries")
        self.assertEqual(poller.get("a").status, 202)
        service.start()
        service.create(room="a")
        self.assertEqual(poller.get("a", 60).status, 200)


class Callers(PollerCase):
    def setUp(self):
        self.api = {"endpoint": f"https://127.0.0.1:{unused_port()}", "app_id": "a"}

    def assert_all_leave(self, poller, callers):
        for caller in callers:
            caller.settimeout(30)
            try:
                while caller.recv(65536):
                    pass
            except ConnectionError:
                pass
            caller.close()
        eventually(lambda: poller.metrics()["roomport_http_connections"] == 1, "all are gone")

    def test_slow_and_silent_callers_cost_little_and_go_away(self):
        poller = self.poller(api=self.api, listen={"request_timeout": "1s", "idle_timeout": "1s"})
        before = poller.metrics()["process_resident_memory_bytes"]
        callers = [poller.raw() for _ in range(400)]
        for caller in callers[:100]:
            caller.sendall(b"POST /v1/rooms HT")
        for caller in callers[100:200]:
            caller.sendall(b"POST /v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        for caller in callers[200:300]:
            caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        metrics = poller.metrics()
        self.assertLess(metrics["process_resident_memory_bytes"] - before, 32 << 20)
        self.assert_all_leave(poller, callers)
        self.assertEqual(poller.call("GET", "/healthz").status, 200)

    def test_a_caller_who_never_reads_goes_away(self):
        poller = self.poller(api=self.api, listen={"request_timeout": "1s", "idle_timeout": "1s"})
        caller = poller.raw()
        caller.settimeout(0.2)
        request = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 1000
        try:
            for _ in range(1000):
                caller.sendall(request)
        except OSError:
            pass
        self.assertEqual(poller.call("GET", "/healthz").status, 200)
        eventually(lambda: poller.metrics()["roomport_http_connections"] == 1, "it is gone", 60)
        caller.close()

    def test_bytes_that_are_no_request(self):
        poller = self.poller(api=self.api, listen={"request_timeout": "1s"})
        counted = collections.Counter()
        for text, status in [(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400), (b"hello\r\n\r\n", 400),
                             (b"GET / HTTP/9.9\r\n\r\n", 505), (b"\0" * 5000, 400), (b"\xff" * 5000, 400),
                             (b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
                             (b"GET / HTTP/1.1\r\n\r\n", 400),
                             (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
                             (b"POST /v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n", 413),
                             (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20000 + b"\r\n\r\n", 431),
                             (b"GET / HTTP/1.1\r\n", 408)]:
            with self.subTest(text[:60]), poller.raw(10) as caller:
                caller.sendall(text)
                answer = caller.recv(10000)
                self.assertRegex(answer, rb"^HTTP/1\.1 %d [A-Z]" % status)
                self.assertEqual(json.loads(answer.split(b"\r\n\r\n", 1)[1])["error"], "invalid_argument")
                counted[str(status)] += 1
        metrics = poller.metrics()
        self.assertEqual({status: metrics.get(f'roomport_http_requests_total{{route="invalid",status="{status}"}}')
                          for status in counted}, counted)

    def test_bytes_that_are_anything(self):
        poller = self.poller(api=self.api)
        for _ in range(20):
            with poller.raw(10) as caller:
                caller.sendall(os.urandom(5000))
                caller.shutdown(socket.SHUT_WR)
                # Those that could still become a request when they end are nothing to answer.
                self.assertRegex(caller.recv(10000), rb"^(HTTP/1\.1 (4\d\d|505) |$)")
        self.assertEqual(poller.call("GET", "/healthz").status, 200)


class TooFew(PollerCase):
    def test_starved_of_descriptors(self):
        service = self.service("--simulate", "3s")
        limit = 90
        poller = self.poller(service, preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))
        lowered, = poller.events("max_connections_lowered")
        self.assertEqual((lowered["level"], lowered["from"]), ("warning", 16384))
        self.assertLess(lowered["to"], limit)
        self.assertIn(f"only {limit} descriptors", lowered["why"])
        room = service.create().json["roomId"]
        self.assertEqual(poller.add(room).status, 202)
        callers = []
        for _ in range(300):
            callers.append(socket.create_connection(("127.0.0.1", poller.port), timeout=30))
        for caller in callers:
            caller.sendall(b"GET /v1/rooms/%s?wait=60 HTTP/1.1\r\nHost: x\r\n\r\n" % room.encode())
        # Some of them are served, and the room is found in time all the same.
        served = callers[0].recv(1000)
        self.assertTrue(served.startswith(b"HTTP/1.1 200 "), served)
        self.assertLessEqual(len(os.listdir(f"/proc/{poller.process.pid}/fd")), limit)
        for caller in callers:
            caller.close()
        eventually(lambda: poller.call("GET", "/healthz").status == 200, "it serves again")
        self.assertEqual(poller.get(room).status, 200)

    def test_enough_descriptors_for_what_is_configured_are_no_reason_to_warn(self):
        poller = self.poller(api={"endpoint": f"https://127.0.0.1:{unused_port()}", "app_id": "a"},
                             listen={"max_connections": 20},
                             preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (90, 90)))
        self.assertEqual(poller.events("max_connections_lowered"), [])

    def test_no_descriptor_left_for_the_room_service(self):
        service = self.service("--simulate", "10ms")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        used = len(os.listdir(f"/proc/{poller.process.pid}/fd"))
        resource.prlimit(poller.process.pid, resource.RLIMIT_NOFILE, (used + 1, 4000))
        connection = poller.connect()
        self.assertEqual(poller.add(room, "60s", connection=connection).status, 202)
        answer = poller.get(room, 1, connection=connection)
        self.assertEqual(answer.status, 202, answer.body)
        resource.prlimit(poller.process.pid, resource.RLIMIT_NOFILE, (4000, 4000))
        self.assertEqual(poller.get(room, 60, connection=connection).status, 200)
        connection.close()


class SuddenEnds(PollerCase):
    def test_killed_it_starts_again_at_once_where_it_was(self):
        service = self.service("--simulate", "10ms")
        poller = self.poller(service, listen={"address": f"127.0.0.1:{unused_port()}"})
        room = service.create().json["roomId"]
        poller.add(room)
        self.assertEqual(poller.get(room, 30).status, 200)
        idle = poller.raw()
        port = poller.port
        self.assertEqual(poller.stop(signal.SIGKILL), -signal.SIGKILL)
        poller.start()
        self.assertEqual(poller.port, port)
        self.assertEqual(poller.get(room).status, 404, "it keeps nothing")
        poller.add(room)
        self.assertEqual(poller.get(room, 30).status, 200)
        idle.close()


if __name__ == "__main__":
    unittest.main()
