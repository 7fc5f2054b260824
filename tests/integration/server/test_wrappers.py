"""Game servers behind wrappers that change group, session or user: active, and nothing of them is left alive."""

import os
import shutil
import socket
import tempfile
import unittest

from service import ServiceCase, eventually

GAME = """#!/usr/bin/python3 -IS
import os, signal, socket, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[2] else socket.AF_INET,
                  socket.SOCK_STREAM if 'tcp' in sys.argv else socket.SOCK_DGRAM)
s.bind((sys.argv[2], int(sys.argv[1])))
if 'tcp' in sys.argv:
    s.listen()
time.sleep(600)
"""


def processes_of(program):
    """The ids of those that have a text in their command line."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if program.encode() in file.read() and int(pid) != os.getpid():
                    found.append(int(pid))
        except OSError:
            pass
    return found


class GameCase(ServiceCase):
    def setUp(self):
        folder = tempfile.mkdtemp(prefix="roomport-wrapped-")
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        self.game = os.path.join(folder, "game")
        with open(self.game, "w") as file:
            file.write(GAME)
        os.chmod(self.game, 0o755)


class Wrappers(GameCase):
    def living(self, service):
        # Without the service itself, whose command line names the game server.
        return [pid for pid in processes_of(self.game) if pid != service.process.pid]

    def check(self, command):
        service = self.service("--exec", command, "--max-processes", "1", "--stop-grace", "1s")
        room = service.create().json["roomId"]
        service.wait_active(room)
        service.destroy(room)
        eventually(lambda: not self.living(service), "all end with their room")
        room = eventually(lambda: service.create().json.get("roomId"), "a place is free")
        service.wait_active(room)
        self.assertEqual(service.stop(), 143)
        self.assertEqual(self.living(service), [])
        service.process.stdout.close()
        service.errors.close()
        service.start()
        service.wait_active(service.create().json["roomId"])
        service.process.kill()
        service.process.wait()
        service.process.stdout.close()
        service.errors.close()
        service.start()
        self.assertEqual(self.living(service), [])

    def need(self, program):
        if shutil.which(program) is None:
            self.skipTest("needs " + program)

    def run_it(self):
        return f"{self.game} {{port}} 0.0.0.0"

    def test_a_wrapper_that_leads_to_another_group(self):
        self.check("sh -c 'set -m; " + self.run_it() + " & wait'")

    def test_a_session_of_its_own(self):
        self.check("setsid -w " + self.run_it())

    def test_a_wrapper_that_ends_before_the_game_server(self):
        self.check("setsid --fork " + self.run_it())

    def test_a_double_fork(self):
        self.check("sh -c '(setsid --fork " + self.run_it() + " &); exit 0'")

    def test_a_program_that_becomes_another(self):
        self.check("sh -c 'exec " + self.run_it() + "'")

    def test_tini(self):
        self.need("tini")
        self.check("tini -s -- " + self.run_it())

    def test_dumb_init(self):
        self.need("dumb-init")
        self.check("dumb-init " + self.run_it())

    def test_script(self):
        self.need("script")
        self.check(f"script -qec '{self.run_it()}' /dev/null")

    def test_another_user(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        self.check(f"su nobody -s /bin/sh -c '{self.run_it()}'")

    def test_another_user_with_an_environment_of_its_own(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        self.check(f"su -l nobody -s /bin/sh -c '{self.run_it()}'")

    def test_sudo(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        self.need("sudo")
        self.check(f"sudo -u nobody {self.run_it()}")


class Addresses(GameCase):
    def outcome(self, address, *arguments, extra=""):
        transport = "tcp" if "tcp" in extra else "udp"
        service = self.service("--exec", f"{self.game} {{port}} {address} {extra}",
                               "--ports", "default:" + transport, *arguments)
        room = service.create().json["roomId"]
        eventually(lambda: "players are told" in service.stderr() or
                   service.info(room).json["status"] == "active", "it is judged")
        return service.info(room).json["status"], service.stderr()

    def test_an_address_that_does_not_cover_the_advertised_one(self):
        for transport in ["tcp", "udp"]:
            for bound, told in [("::1", "127.0.0.1"), ("127.0.0.2", "127.0.0.1"),
                                ("127.0.0.1", "::1"), ("0.0.0.0", "::1"),
                                ("127.0.0.1", "203.0.113.7")]:
                with self.subTest(bound=bound, told=told, transport=transport):
                    status, message = self.outcome(bound, "--advertise", told, extra=transport)
                    self.assertEqual(status, "starting")
                    self.assertEqual(message.count("players are told"), 1)
                    self.assertIn(bound, message)

    def test_an_address_that_covers_the_advertised_one(self):
        for transport in ["tcp", "udp"]:
            for bound, told in [("::", "127.0.0.1"), ("::", "::1"), ("::", "localhost"),
                                ("127.0.0.1", "localhost"), ("0.0.0.0", "203.0.113.7")]:
                with self.subTest(bound=bound, told=told, transport=transport):
                    status, _ = self.outcome(bound, "--advertise", told, extra=transport)
                    self.assertEqual(status, "active")


class Strangers(ServiceCase):
    def test_a_port_of_a_stranger_is_told_with_its_holder(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other, \
                tempfile.NamedTemporaryFile("w", suffix=".sh") as late:
            late.write("sleep 600\n")
            late.flush()
            service = self.service("--exec", f"sh {late.name}", "--port-range", "25310-25310")
            room = service.create().json["roomId"]
            other.bind(("127.0.0.1", 25310))
            eventually(lambda: service.info(room).status == 404, "it is given up")
            self.assertIn(f"pid {os.getpid()} (", service.stderr())
            self.assertLessEqual(service.stderr().count("it is started again"), 3)

    def test_with_the_switch_a_bound_port_is_enough(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as engine:
            service = self.service("--exec", "sleep 600", "--port-range", "25311-25311",
                                   "--bound-is-enough")
            room = service.create().json["roomId"]
            engine.bind(("0.0.0.0", 25311))
            service.wait_active(room)


if __name__ == "__main__":
    unittest.main()
