"""`roomport wait`, `get` and `create` against real rooms and dead servers."""

import json
import signal
import socket
import subprocess
import time
import unittest

from support import (GAME_SERVER, PROGRAM, Certificates, Service, TestCase, clean_environment, run,
                     unused_port)


class RealService(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service("--exec", f"{GAME_SERVER} {{port}}")

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()

    def create(self, *options):
        result = self.service.run("create", "--region", "Frankfurt", *options)
        self.assert_status(result, 0)
        return result.json()["roomId"]

    def test_a_starting_room_becomes_active_and_answers(self):
        room = self.create()
        result = self.service.run("wait", room)
        self.assert_status(result, 0)
        self.assertRegex(result.out, r"^127\.0\.0\.1:\d+ udp\n$")
        port = int(result.out.split()[0].rsplit(":", 1)[1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as player:
            player.settimeout(10)
            player.sendto(b"hello", ("127.0.0.1", port))
            self.assertEqual(player.recv(100), b"hello")

    def test_an_active_room_is_told_at_once(self):
        room = self.create()
        self.assert_status(self.service.run("wait", room), 0)
        result = self.service.run("wait", "--json", room)
        self.assert_status(result, 0)
        line = result.json()
        self.assertEqual(list(line), ["roomId", "status", "exposedPort", "additionalExposedPorts",
                                      "polls", "elapsedMs"])
        self.assertEqual(line["roomId"], room)
        self.assertEqual(line["status"], "active")
        self.assertEqual(line["polls"], 1)
        self.assertEqual(line["exposedPort"]["transportType"], "udp")

    def test_several_rooms_are_prefixed(self):
        rooms = [self.create() for _ in range(3)]
        result = self.service.run("wait", *rooms)
        self.assert_status(result, 0)
        self.assertEqual(sorted(line.split()[0] for line in result.lines()), sorted(rooms))
        for line in result.lines():
            self.assertRegex(line, r"^\S+ 127\.0\.0\.1:\d+ udp$")

    def test_a_room_that_is_gone(self):
        result = self.service.run("wait", "--json", "never-was")
        self.assert_status(result, 4)
        failure = result.json()
        self.assertEqual(list(failure), ["roomId", "error", "message", "httpStatus", "lastStatus",
                                         "lastError", "polls", "elapsedMs"])
        self.assertEqual(failure["error"], "http_status")
        self.assertEqual(failure["httpStatus"], 404)
        room = self.create()
        destroyed = self.service.run("destroy", room)
        self.assert_status(destroyed, 0)
        self.assertEqual(destroyed.json(), {"roomId": room, "destroyed": True})
        self.assert_status(self.service.run("wait", room), 4)
        self.assert_status(self.service.run("destroy", room), 4)

    def test_the_largest_status_of_several_rooms(self):
        room = self.create()
        result = self.service.run("wait", room, "never-was")
        self.assert_status(result, 4)
        self.assertEqual(len(result.lines()), 1)

    def test_get_prints_the_model(self):
        room = self.create()
        self.assert_status(self.service.run("wait", room), 0)
        result = self.service.run("get", room)
        self.assert_status(result, 0)
        self.assertEqual(result.json()["roomId"], room)
        self.assertEqual(result.json()["status"], "active")

    def test_a_certificate_of_another_ca_is_refused(self):
        other = Certificates()
        self.addCleanup(other.close)
        result = self.service.run("wait", "--ca-file", other.ca, "--json", "room")
        self.assert_status(result, 8)
        self.assertEqual(result.json()["error"], "tls")

    def test_create_with_a_wrong_token(self):
        wrong = self.service.folder / "wrong-token"
        wrong.write_text("not-the-token\n")
        for options in [[], ["--wait"]]:
            result = self.service.run("create", "--region", "Frankfurt", "--token-file", wrong,
                                      "--json", *options)
            self.assert_status(result, 5)
            self.assertEqual(result.json()["httpStatus"], 401)
            self.assertNotIn("not-the-token", result.out + result.err)

    def test_the_token_may_come_from_the_environment(self):
        token = (self.service.state / "token").read_text().strip()
        result = self.service.run("processes", HATHORA_TOKEN=token + "\n")
        self.assert_status(result, 0)
        self.assertIsInstance(result.json(), list)

    def test_create_and_wait(self):
        result = self.service.run("create", "--region", "Tokyo", "--room-id", "my-own-room", "--wait")
        self.assert_status(result, 0)
        self.assertRegex(result.out, r"^my-own-room 127\.0\.0\.1:\d+ udp\n$")
        again = self.service.run("create", "--region", "Tokyo", "--room-id", "my-own-room", "--wait",
                                 "--json")
        self.assert_status(again, 4)
        self.assertEqual(again.json()["httpStatus"], 422)
        self.assert_status(self.service.run("wait", "my-own-room"), 0)

    def test_create_with_an_unknown_region(self):
        result = self.service.run("create", "--region", "Atlantis")
        self.assert_status(result, 4)
        self.assertIn("422", result.err)


class NeverActive(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service("--exec", "sleep 600")

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()

    def create(self):
        return self.service.run("create", "--region", "Frankfurt").json()["roomId"]

    def test_the_deadline_comes_with_evidence(self):
        room = self.create()
        began = time.monotonic()
        result = self.service.run("wait", "--timeout", "1500ms", "--json", room)
        self.assertLess(time.monotonic() - began, 10)
        self.assert_status(result, 3)
        failure = result.json()
        self.assertEqual(failure["error"], "timeout")
        self.assertEqual(failure["lastStatus"], "starting")
        self.assertEqual(failure["httpStatus"], 200)
        self.assertIsNone(failure["lastError"])
        self.assertGreaterEqual(failure["polls"], 1)
        self.assertGreaterEqual(failure["elapsedMs"], 1500)

    def test_a_failed_create_and_wait_destroys_the_room(self):
        result = self.service.run("create", "--region", "Tokyo", "--room-id", "short-lived", "--wait",
                                  "--timeout", "1s", "--json")
        self.assert_status(result, 3)
        self.assertEqual(result.json()["roomId"], "short-lived")
        self.assert_status(self.service.run("get", "short-lived"), 4)

    def test_a_room_that_could_not_be_told_of_is_destroyed(self):
        with Service("--simulate", "10ms") as service, open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "create", "--region", "Tokyo", "--room-id", "untold", "--wait"],
                                  stdout=full, stderr=subprocess.PIPE, timeout=30, check=False,
                                  env=clean_environment(XDG_STATE_HOME=str(service.folder)))
            self.assertEqual(done.returncode, 1)
            self.assert_status(service.run("get", "untold"), 4)

    def test_keep_leaves_the_room(self):
        result = self.service.run("create", "--region", "Tokyo", "--room-id", "kept", "--wait",
                                  "--keep", "--timeout", "1s")
        self.assert_status(result, 3)
        self.assert_status(self.service.run("get", "kept"), 0)

    def test_signals_end_a_wait(self):
        for number, status in [(signal.SIGINT, 130), (signal.SIGTERM, 143)]:
            room = self.create()
            process = self.service.start("wait", "--verbose", "--json", room)
            first_line = process.stderr.readline()  # the first poll has been made
            self.assertIn("starting", first_line)
            process.send_signal(number)
            out, _ = process.communicate(timeout=20)
            self.assertEqual(process.returncode, status)
            self.assertEqual(json.loads(out)["error"], "cancelled")

    def test_an_interrupted_create_and_wait_destroys_the_room(self):
        process = self.service.start("create", "--region", "Tokyo", "--room-id", "interrupted",
                                     "--wait", "--verbose")
        self.assertIn("starting", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.assert_status(self.service.run("get", "interrupted"), 4)

    def test_a_create_and_wait_interrupted_twice_tells_which_room_may_live_on(self):
        with Service("--exec", "sleep 600") as service:
            process = service.start("create", "--region", "Tokyo", "--room-id", "left", "--wait",
                                    "--verbose", "--json")
            self.assertIn("starting", process.stderr.readline())
            service.process.send_signal(signal.SIGSTOP)
            try:
                process.send_signal(signal.SIGINT)
                self.assertEqual(json.loads(process.stdout.readline())["error"], "cancelled")
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=20)
            finally:
                service.process.send_signal(signal.SIGCONT)
            self.assertEqual(process.returncode, 130)
            self.assertIn("room left may live on", errors)


class DeadServers(TestCase):
    def test_nobody_listening_until_the_deadline(self):
        url = f"https://localhost:{unused_port()}"
        result = run("wait", "--endpoint", url, "--app-id", "app", "--timeout", "1500ms", "--json",
                     "room")
        self.assert_status(result, 3)
        failure = result.json()
        self.assertEqual(failure["error"], "timeout")
        self.assertEqual(failure["lastError"], "connect")
        self.assertIsNone(failure["httpStatus"])
        self.assertIsNone(failure["lastStatus"])

    def test_the_first_failure_is_told_at_once(self):
        url = f"https://localhost:{unused_port()}"
        process = subprocess.Popen([PROGRAM, "wait", "--endpoint", url, "--app-id", "app", "room"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=clean_environment())
        self.assertIn("connect", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)

    def test_nobody_listening_with_a_cap_on_failures(self):
        url = f"https://localhost:{unused_port()}"
        result = run("wait", "--endpoint", url, "--app-id", "app", "--max-failures", "3", "--json",
                     "room")
        self.assert_status(result, 6)
        self.assertEqual(result.json()["error"], "connect")
        self.assertEqual(result.json()["polls"], 3)

    def test_a_host_that_does_not_exist(self):
        result = run("get", "--endpoint", "https://no-such-host.invalid", "--app-id", "app", "--json",
                     "room")
        self.assert_status(result, 6)
        self.assertEqual(result.json()["error"], "dns")

    def test_a_black_hole(self):
        with socket.create_server(("127.0.0.1", 0)) as hole:
            url = f"https://localhost:{hole.getsockname()[1]}"
            result = run("get", "--endpoint", url, "--app-id", "app", "--connect-timeout", "300ms",
                         "--json", "room")
            self.assert_status(result, 6)
            self.assertEqual(result.json()["error"], "timeout")
            result = run("get", "--endpoint", url, "--app-id", "app", "--timeout", "300ms", "--json",
                         "room")
            self.assert_status(result, 3)
            # The time that the wait has left must not hide what one connection may take.
            result = run("wait", "--endpoint", url, "--app-id", "app", "--timeout", "9s",
                         "--connect-timeout", "200ms", "--max-failures", "2", "--json", "room")
            self.assert_status(result, 6)
            self.assertEqual(result.json()["polls"], 2)


if __name__ == "__main__":
    unittest.main()
