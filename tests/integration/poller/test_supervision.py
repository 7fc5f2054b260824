"""Under a supervisor: readiness, watchdog, signals, the unit file, metrics."""

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from poller import POLLER, PollerCase, eventually, unused_port


class Manager:
    """Plays systemd: receives what the daemon says over the socket named in its environment."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="roomport-notify-")
        self.path = os.path.join(self.folder, "socket")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.messages = []
        self.thread = threading.Thread(target=self.receive)
        self.thread.start()

    def receive(self):
        while True:
            data = self.socket.recv(65536)
            if data == b"end":
                return
            self.messages.append((time.monotonic(), dict(line.split("=", 1) for line in data.decode().splitlines())))

    def count(self, name):
        return sum(name in message for _, message in list(self.messages))

    def catch_up(self):
        """Returns once everything that was sent before has been received."""
        before = self.count("CAUGHT_UP")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(b"CAUGHT_UP=1", self.path)
        eventually(lambda: self.count("CAUGHT_UP") > before, "all messages are received")

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(b"end", self.path)
        self.thread.join()
        self.socket.close()
        shutil.rmtree(self.folder)


class Supervision(PollerCase):
    def setUp(self):
        self.api = {"endpoint": f"https://127.0.0.1:{unused_port()}", "app_id": "a"}

    def manager(self):
        manager = Manager()
        self.addCleanup(manager.close)
        return manager

    def test_ready_watchdog_reload_and_stop_are_told(self):
        manager = self.manager()
        poller = self.poller(api=self.api, env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000"})
        eventually(lambda: manager.count("READY"), "it says that it is ready")
        self.assertEqual(poller.call("GET", "/healthz").status, 200)
        eventually(lambda: manager.count("WATCHDOG") >= 5, "it says that it is alive, again and again")
        self.assertEqual(manager.count("READY"), 1)
        poller.send(signal.SIGHUP)
        eventually(lambda: manager.count("READY") == 2, "it is ready again")
        self.assertEqual(manager.count("RELOADING"), 1)
        self.assertEqual(manager.count("STOPPING"), 0)
        self.assertEqual(poller.stop(), 0)
        self.assertEqual(manager.count("STOPPING"), 1)
        names = [name for _, message in manager.messages for name in message if name in
                 ("READY", "RELOADING", "STOPPING")]
        self.assertEqual(names, ["READY", "RELOADING", "READY", "STOPPING"])

    def test_a_reload_that_fails_says_what_is_kept(self):
        manager = self.manager()
        with tempfile.TemporaryDirectory(prefix="roomport-token-") as folder:
            token = Path(folder, "token")
            token.write_text("secret-token")
            poller = self.poller(api=self.api, listen={"token_file": str(token)}, env={"NOTIFY_SOCKET": manager.path})
            poller.token = "secret-token"
            for content, status in [("", "reload failed, see the log: token and certificate are kept as they were"),
                                    ("secret-token", "reloaded")]:
                token.write_text(content)
                before = manager.count("READY")
                poller.send(signal.SIGHUP)
                eventually(lambda: manager.count("READY") > before, "it is ready again")
                self.assertEqual(manager.messages[-1][1], {"READY": "1", "STATUS": status})
                self.assertEqual(poller.get("a").status, 404)
        self.assertEqual([each["kept"] for each in poller.events("reload_failed")], ["all"])

    def test_a_daemon_that_hangs_does_not_say_that_it_lives(self):
        manager = self.manager()
        poller = self.poller(api=self.api, env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"})
        eventually(lambda: manager.count("WATCHDOG"), "it lives")
        poller.send(signal.SIGSTOP)
        eventually(lambda: Path(f"/proc/{poller.process.pid}/stat").read_text().rsplit(") ", 1)[1][0] == "T",
                   "it hangs")
        manager.catch_up()
        seen = manager.count("WATCHDOG")
        time.sleep(0.5)
        manager.catch_up()
        self.assertEqual(manager.count("WATCHDOG"), seen)
        poller.send(signal.SIGCONT)
        eventually(lambda: manager.count("WATCHDOG") > seen, "it lives again")

    def test_without_a_watchdog_nothing_is_said(self):
        manager = self.manager()
        self.poller(api=self.api, env={"NOTIFY_SOCKET": manager.path})
        eventually(lambda: manager.count("READY"), "it is ready")
        time.sleep(0.3)
        self.assertEqual(manager.count("WATCHDOG"), 0)

    def test_health_and_readiness(self):
        poller = self.poller(api=self.api)
        self.assertEqual(poller.call("GET", "/healthz").status, 200)
        self.assertEqual(poller.call("GET", "/readyz").status, 200)

    def test_termination_gives_held_answers_and_takes_no_more(self):
        service = self.service("--simulate", "never=1")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        poller.add(room)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(poller.get(room, 60))) for _ in range(5)]
        for thread in threads:
            thread.start()
        eventually(lambda: poller.metrics()["roomport_held_answers"] == 5, "five answers are held")
        begin = time.monotonic()
        self.assertEqual(poller.stop(), 0)
        self.assertLess(time.monotonic() - begin, 10)
        for thread in threads:
            thread.join()
        self.assertEqual([answer.status for answer in answers], [202] * 5)
        self.assertEqual({answer.headers["connection"] for answer in answers}, {"close"})
        with self.assertRaises(OSError):
            poller.connect().connect()
        self.assertEqual([each["event"] for each in poller.log()][-2:], ["stopping", "stopped"])

    def test_a_request_on_its_way_is_answered_while_it_drains(self):
        poller = self.poller(api=self.api)
        body = b'{"roomId":"a"}'
        with poller.raw() as caller:
            caller.sendall(b"POST /v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:5])
            eventually(lambda: poller.metrics()["roomport_http_connections"] == 2, "it has begun")
            poller.send(signal.SIGTERM)
            eventually(lambda: poller.events("stopping"), "it drains")
            caller.sendall(body[5:])
            answer = caller.recv(10000)
        self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer)
        self.assertIn(b'"httpStatus":503', answer)
        self.assertIn(b"Connection: close", answer)
        self.assertEqual(poller.process.wait(30), 0)

    def test_callers_who_stay_do_not_hold_up_the_end(self):
        poller = self.poller(api=self.api)
        with poller.raw() as caller:
            caller.sendall(b"POST /v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
            eventually(lambda: poller.metrics()["roomport_http_connections"] == 2, "it has begun")
            begin = time.monotonic()
            self.assertEqual(poller.stop(), 0)
            self.assertLess(time.monotonic() - begin, 15)

    def test_asked_twice_it_leaves_whatever_is_under_way(self):
        poller = self.poller(api=self.api)
        connection = poller.connect()
        for number in range(300):
            poller.add(f"room-{number}", connection=connection)
        callers = [poller.raw() for _ in range(50)]
        for number, caller in enumerate(callers):
            caller.sendall(f"GET /v1/rooms/room-{number}?wait=60 HTTP/1.1\r\nHost: x\r\n\r\nGET /".encode())
        eventually(lambda: poller.metrics()["roomport_held_answers"] == 50, "fifty answers are held")
        poller.send(signal.SIGTERM)
        eventually(lambda: poller.events("stopping"), "it drains")
        poller.send(signal.SIGINT)
        self.assertEqual(poller.process.wait(30), 0)
        connection.close()
        for caller in callers:
            caller.close()

    def test_an_interrupt_is_a_termination(self):
        self.assertEqual(self.poller(api=self.api).stop(signal.SIGINT), 0)

    def test_as_many_descriptors_as_allowed_are_used(self):
        hard = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 5000)
        poller = self.poller(
            api=self.api, preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard)))
        self.assertEqual(poller.metrics()["process_max_fds"], hard)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_the_unit_file_is_sound(self):
        text = Path(os.environ["POLLER_SOURCE"], "roomport-poller.service.in").read_text()
        self.assertRegex(text, r"(?m)^Type=notify$")
        self.assertRegex(text, r"(?m)^WatchdogSec=\d+s$")
        self.assertRegex(text, r"(?m)^LimitNOFILE=\d{5,}$")
        with tempfile.TemporaryDirectory(prefix="roomport-unit-") as folder:
            # The places are filled in when it is installed.
            unit = Path(folder, "roomport-poller.service")
            unit.write_text(text.replace("@ROOMPORT_BINDIR@", os.path.dirname(POLLER))
                            .replace("@ROOMPORT_DATADIR@", folder))
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=one", str(unit)],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_metrics_are_in_prometheus_text_format(self):
        service = self.service("--simulate", "200ms")
        poller = self.poller(service)
        for room in [service.create().json["roomId"] for _ in range(3)] + ["unknown"]:
            poller.add(room)
            poller.get(room, 30)
        answer = poller.call("GET", "/metrics")
        self.assertEqual(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        kinds, sample = {}, re.compile(r'(\w+)(?:\{(?:\w+="[^"\\\n]*",?)*\})? (?:[-+]?[\d.]+(?:e[-+]?\d+)?|[+-]Inf|NaN|Nan)')
        for line in answer.body.decode().splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.assertNotIn(name, kinds)
                kinds[name] = kind
            elif not line.startswith("# HELP "):
                match = sample.fullmatch(line)
                self.assertTrue(match, line)
                base = re.sub(r"_(bucket|sum|count)$", "", match.group(1))
                self.assertTrue(match.group(1) in kinds or kinds.get(base) == "histogram", line)
        metrics = poller.metrics()
        self.assertEqual(metrics['roomport_room_wait_seconds_count{outcome="ready"}'], 3)
        self.assertEqual(metrics['roomport_room_wait_seconds_count{outcome="never"}'], 1)
        self.assertEqual(metrics['roomport_room_wait_seconds_bucket{outcome="ready",le="600"}'], 3)
        self.assertEqual(metrics['roomport_polls_total{result="active"}'], 3)
        self.assertEqual(metrics['roomport_polls_total{result="gone"}'], 1)
        self.assertEqual(metrics['roomport_rooms{state="done"}'], 4)
        self.assertEqual(metrics['roomport_http_requests_total{route="POST /v1/rooms",status="202"}'], 4)
        self.assertGreaterEqual(metrics['roomport_tls_handshakes_total{kind="full"}'], 1)
        for name in ['roomport_connections{state="idle"}', 'roomport_poll_phase_seconds_total{phase="queue"}',
                     'roomport_tls_handshakes_total{kind="resumed"}', "roomport_requests_queued", "roomport_retry_after_seconds", "roomport_poll_rate_limit",
                     'roomport_rooms{state="waiting"}', "process_resident_memory_bytes", "process_open_fds",
                     "process_cpu_seconds_total", "process_start_time_seconds"]:
            self.assertIn(name, metrics)


if __name__ == "__main__":
    unittest.main()
