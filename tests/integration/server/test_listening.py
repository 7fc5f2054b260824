"""Where the service listens, and the names in its certificate."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest

from service import ROOMPORT, Service, ServiceCase, eventually, read_text

# Runs a program in a network of its own that has IPv4's loopback address and no IPv6.
WITHOUT_IPV6 = """
import fcntl, os, socket, struct, sys
with open("/proc/sys/net/ipv6/conf/all/disable_ipv6", "w") as switch:
    switch.write("1")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def names_of(service):
    """The names and addresses in the certificate that a caller gets to see."""
    text = subprocess.run(["openssl", "x509", "-noout", "-ext", "subjectAltName",
                           "-in", os.path.join(service.state, "server.pem")],
                          capture_output=True, text=True, check=True).stdout
    return {entry.split(":", 1)[1].strip() for entry in text.splitlines()[1].split(",")}


def answer_at(service, address, name):
    """The status line for a caller who knows the service by this name and connects to this address."""
    plain = socket.create_connection((address, service.port), timeout=30)
    with service.tls.wrap_socket(plain, server_hostname=name) as secure:
        secure.sendall(b"GET /discovery/v2/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        with secure.makefile("rb") as answer:
            return answer.readline().strip()


def refused(*arguments):
    """The exit status and the message of a service that can't start."""
    with tempfile.TemporaryDirectory() as state:
        done = subprocess.run([ROOMPORT, "serve", "--simulate", "1s", "--state-dir", state, *arguments],
                              capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stderr


class Listening(ServiceCase):
    def listening_at(self, where, *arguments, **options):
        return self.service("--simulate", "10ms", *arguments, listen=where, **options)

    def test_localhost_is_both_loopback_addresses(self):
        service = self.listening_at("localhost:0")
        for address in ["127.0.0.1", "::1"]:
            for name in ["localhost", "127.0.0.1", "::1"]:
                self.assertEqual(answer_at(service, address, name), b"HTTP/1.1 200 OK", (address, name))
        facts = json.loads(read_text(os.path.join(service.state, "service.json")))
        self.assertEqual(facts["url"], f"https://127.0.0.1:{service.port}")
        room = service.create().json["roomId"]
        self.assertEqual(service.wait_active(room)["exposedPort"]["host"], "127.0.0.1")

    def test_a_held_answer_at_either_address_is_the_last_one(self):
        service = self.service("--simulate", "1h", listen="localhost:0")
        room = service.create().json["roomId"]
        callers = [http.client.HTTPSConnection(address, service.port, context=service.tls, timeout=30)
                   for address in ["127.0.0.1", "::1"]]
        for caller in callers:
            self.addCleanup(caller.close)
            # An answer shows that it was accepted before the service is told to end.
            caller.request("GET", "/discovery/v2/ping")
            caller.getresponse().read()
            caller.request("GET", f"/rooms/v2/local/connectioninfo/{room}?wait=25")
        self.assertEqual(service.stop(), 143)
        for caller in callers:
            held = caller.getresponse()
            self.assertEqual(held.status, 200)
            self.assertEqual(held.getheader("Connection"), "close")
        for address in ["127.0.0.1", "::1"]:
            with self.assertRaises(ConnectionRefusedError):
                socket.create_connection((address, service.port), timeout=30)

    def test_an_address_is_itself_alone(self):
        service = self.listening_at("127.0.0.1:0")
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("::1", service.port), timeout=30)

    def test_the_address_in_use_is_named(self):
        with socket.socket(socket.AF_INET6) as other:
            other.bind(("::1", 0))
            other.listen()
            port = other.getsockname()[1]
            status, message = refused("--listen", f"localhost:{port}")
        self.assertEqual(status, 2)
        self.assertIn(f"can't listen on [::1]:{port}: Address already in use", message)

    def test_an_address_of_another_machine_is_named(self):
        status, message = refused("--listen", "192.0.2.1:0")
        self.assertEqual(status, 2)
        self.assertIn("can't listen on 192.0.2.1:0: Cannot assign requested address", message)

    def test_a_machine_without_ipv6_serves_all_the_same(self):
        private = ["unshare", "--net"] + (["--user", "--map-root-user"] if os.getuid() else [])
        if subprocess.run([*private, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("needs the right to make a network of its own (unshare --net)")
        # Its address is printed once it is listened on; from here nobody can connect to it.
        service = self.listening_at("localhost:0", wrapper=[*private, sys.executable, "-c", WITHOUT_IPV6])
        tables = f"/proc/{service.process.pid}/net/"
        port = f":{service.port:04X} "
        eventually(lambda: port in read_text(tables + "tcp"), "it listens on 127.0.0.1")
        self.assertNotIn(port, read_text(tables + "tcp6"))

    def test_a_certificate_is_issued_anew_when_it_lacks_a_name(self):
        state = tempfile.TemporaryDirectory()
        self.addCleanup(state.cleanup)
        first = Service("--simulate", "10ms", state=state.name)
        before = names_of(first)
        first.close()
        self.assertLessEqual({"localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"}, before)
        second = self.listening_at("127.0.0.1:0", "--tls-name", "Play.example",
                                   state=state.name)
        self.assertEqual(names_of(second), before | {"play.example"})
        self.assertEqual(answer_at(second, "127.0.0.1", "play.example"), b"HTTP/1.1 200 OK")


if __name__ == "__main__":
    unittest.main()
