"""Runs the compose file's services from built images: run_images.py WORK [unittest's arguments]

WORK holds the file system of every image and what buildah says of it, as scripts/test-image leaves them. The network
namespace has to be one of its own: the ports are those of the compose file.
"""

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import shipped
from container import Composition, Container, Image, eventually

WORK = Path(sys.argv[1]) if len(sys.argv) > 1 else None
NOBODY = 65534


def raise_loopback():
    with socket.socket() as any_socket:
        interface = struct.pack("16sh", b"lo", 1 | 64)  # IFF_UP, IFF_RUNNING
        fcntl.ioctl(any_socket, 0x8914, interface)  # SIOCSIFFLAGS


def prometheus_image():
    """There is no image of it here; Debian's program on the base image stands in."""
    root = WORK / "base"
    shutil.copy(shutil.which("prometheus"), root / "usr/bin/prometheus")
    for folder in ("etc/prometheus", "prometheus", "run/roomport/callers"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    shutil.chown(root / "prometheus", NOBODY, NOBODY)
    return Image(root, (NOBODY, NOBODY), entrypoint=["/usr/bin/prometheus"])


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        services = shipped.compose()["services"]
        cls.images = {name: Image.built(WORK, name.removeprefix("roomport-"))
                      for name in (services["rooms"]["image"], services["poller"]["image"])}
        cls.images[services["prometheus"]["image"]] = prometheus_image()
        shutil.rmtree(WORK / "volumes", ignore_errors=True)
        cls.composition = Composition(WORK, cls.images)
        cls.addClassCleanup(cls.composition.down)
        cls.addClassCleanup(cls.tell)
        cls.composition.up("prometheus")
        callers = WORK / "volumes/callers"
        cls.tls = ssl.create_default_context(cafile=callers / "ca.pem")
        cls.token = (callers / "token").read_text().strip()
        cls.rooms, cls.poller = cls.composition.running["rooms"], cls.composition.running["poller"]

    @classmethod
    def tell(cls):
        for name, container in cls.composition.running.items():
            if container.process.poll() not in (None, 0):
                print(f"{name} ended with {container.process.poll()}: {container.told()}", file=sys.stderr)

    def ask_daemon(self, method, path, body=None):
        asked = urllib.request.Request(
            "https://localhost:8180" + path, method=method, data=json.dumps(body).encode() if body else None,
            headers={"Authorization": "Bearer " + self.token})
        try:
            with urllib.request.urlopen(asked, timeout=60, context=self.tls) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as failure:
            return failure.code, json.load(failure)

    def create_room(self, container=None):
        done = (container or self.rooms).execute("roomport", "create", "--region", "Frankfurt")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["roomId"]

    def await_room(self, room):
        self.assertEqual(self.ask_daemon("POST", "/v1/rooms", {"roomId": room})[0], 202)
        status, body = self.ask_daemon("GET", f"/v1/rooms/{room}?wait=30")
        self.assertEqual(status, 200, body)
        return body["exposedPort"]

    def ask_prometheus(self, query):
        url = "http://localhost:9090/api/v1/query?" + urllib.parse.urlencode({"query": query})
        with urllib.request.urlopen(url, timeout=30) as answer:
            return [float(series["value"][1]) for series in json.load(answer)["data"]["result"]]


class RunningTest(Case):
    def test_a_room_is_awaited_through_the_daemon_and_its_game_server_answers(self):
        port = self.await_room(self.create_room())
        self.assertEqual((port["host"], port["transportType"]), ("127.0.0.1", "udp"))
        self.assertIn(port["port"], range(27000, 27032))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as player:
            player.settimeout(10)
            player.sendto(b"hello", (port["host"], port["port"]))
            self.assertEqual(player.recv(100), b"hello")

    def test_health_is_that_of_the_program(self):
        for container in (self.rooms, self.poller):
            with self.subTest(container.name):
                self.assertEqual(container.check_health().returncode, 0)
                # tini stands before the daemon.
                program = [process for _, process, _ in container.processes()][-1 if container is self.poller else 0]
                os.kill(program, signal.SIGSTOP)
                try:
                    self.assertNotEqual(container.check_health().returncode, 0)
                finally:
                    os.kill(program, signal.SIGCONT)
                eventually(lambda: container.check_health().returncode == 0, "it is healthy again")

    def test_nothing_runs_as_root_or_with_privileges(self):
        for container in self.composition.running.values():
            if container.process.poll() is not None:
                continue
            for _, process, _ in container.processes():
                facts = container.status(process)
                self.assertEqual(set(facts["Uid"].split()), {str(container.image.user[0])})
                self.assertEqual({facts[name] for name in ("CapEff", "CapPrm", "CapBnd", "CapInh")}, {"0" * 16})
                self.assertEqual(facts["NoNewPrivs"], "1")
            self.assertNotEqual(container.execute("touch", "/etc/written").returncode, 0)

    def test_process_one_reaps_what_others_leave(self):
        for container, program in ((self.rooms, "roomport"), (self.poller, "tini")):
            with self.subTest(container.name):
                self.assertEqual(container.status(container.first)["Name"], program)
                self.assertEqual(container.status(container.first)["NSpid"].split()[-1], "1")
                done = container.execute("sh", "-c", "setsid sleep 1 >/dev/null 2>&1 & echo $!")
                orphan = int(done.stdout)
                process = dict((inside, outside) for inside, outside, _ in container.processes())[orphan]
                self.assertEqual(container.status(process)["PPid"], str(container.first))
                eventually(lambda: orphan not in [inside for inside, _, _ in container.processes()], "it is reaped")

    def test_signals_reach_the_daemon_through_process_one(self):
        self.poller.send(signal.SIGHUP)
        eventually(lambda: '"reloaded"' in self.poller.told(), "token and certificate are read again")

    def test_the_secrets_are_where_they_are_needed_only(self):
        self.assertEqual(self.poller.execute("ls", "/var/lib/roomport").stdout, "")
        key = self.poller.execute("stat", "-c", "%a", "/run/roomport/poller/key.pem")
        self.assertEqual(key.stdout.strip(), "600")
        self.assertEqual(self.rooms.execute("ls", "/run/roomport/callers", "/run/roomport/poller").stdout.split(),
                         ["/run/roomport/callers:", "/run/roomport/poller:"])
        service_token, app_secret = [(WORK / "volumes/rooms-state" / name).read_bytes().strip()
                                     for name in ("token", "app-secret")]
        self.assertTrue(service_token and app_secret)
        self.await_room(self.create_room())
        game_servers = 0
        for container in (self.rooms, self.poller):
            for _, process, _ in container.processes():
                environment, arguments = [Path(f"/proc/{process}/{name}").read_bytes() for name in ("environ", "cmdline")]
                self.assertNotIn(self.token.encode(), environment + arguments)
                self.assertNotIn(service_token, environment + arguments)
                self.assertNotIn(app_secret, arguments)
                is_game_server = container.status(process)["Name"] == "game_server"
                game_servers += is_game_server
                # As the API promises game servers, and them alone.
                self.assertEqual(b"HATHORA_APP_SECRET=" + app_secret in environment.split(b"\0"), is_game_server)
                self.assertEqual(app_secret in environment, is_game_server)
        self.assertGreaterEqual(game_servers, 1)

    def test_prometheus_scrapes_the_daemon(self):
        self.await_room(self.create_room())
        eventually(lambda: self.ask_prometheus('up{job="roomport-poller"}') == [1], "it is scraped")
        eventually(lambda: sum(self.ask_prometheus('roomport_room_wait_seconds_count{outcome="ready"}')) >= 1,
                   "the room is counted")
        self.assertEqual(self.ask_prometheus('process_max_fds{job="roomport-poller"}'), [self.poller.descriptors])


class TerminationTest(Case):
    def test_the_programs_end_in_order(self):
        ports = [self.await_room(self.create_room()) for _ in range(5)]
        self.assertEqual(len({port["port"] for port in ports}), 5)
        poller, rooms = self.poller, self.rooms
        statuses = self.composition.down()
        self.assertEqual({name: statuses[name] for name in ("credentials", "poller", "rooms")},
                         {"credentials": 0, "poller": 0, "rooms": 143})
        # Rooms that are ready are printed between the events.
        told = [json.loads(line).get("event", "room") for line in poller.told().splitlines()]
        self.assertEqual(told[-2:], ["stopping", "stopped"])
        self.assertIn("stopping", rooms.told())

    def test_game_servers_are_ended_in_order_before_process_one(self):
        # The kernel kills what process 1 leaves, so each says itself that it was asked to end and did.
        folder = WORK / "volumes/ends"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.chown(folder, *self.images["roomport-demo"].user)
        script = folder / "server"
        script.write_text('#!/bin/sh\ntrap \'kill "$server"; wait "$server"; echo "status $?" >"/ends/$$"; exit 0\' TERM\n'
                          'game_server "$1" &\nserver=$!\nwait "$server"\n')
        script.chmod(0o755)
        (self.images["roomport-demo"].root / "ends").mkdir(exist_ok=True)
        service = dict(shipped.compose()["services"]["rooms"])
        service["volumes"] = ["more-rooms-state:/var/lib/roomport", f"{folder}:/ends"]
        service["command"] = ["serve", "--listen=127.0.0.1:9443", "--exec=/ends/server {port}"]
        container = Container(WORK, "more-rooms", service, self.images["roomport-demo"])
        self.addCleanup(container.kill)
        eventually(lambda: container.check_health().returncode == 0, "it is healthy")
        rooms = [self.create_room(container) for _ in range(3)]
        done = container.execute("roomport", "wait", *rooms)
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, 3), done.stderr)
        self.assertEqual(len(container.processes()), 1 + 3 * 2)
        self.assertEqual(container.stop(), 143)
        ends = [each.read_text() for each in folder.iterdir() if re.fullmatch(r"\d+", each.name)]
        self.assertEqual(ends, ["status 0\n"] * 3)


if __name__ == "__main__":
    raise_loopback()
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
