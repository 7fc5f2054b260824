"""The program through nginx and through haproxy, in front of the real room service."""

import shutil
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import GAME_SERVER, Certificates, Service, TestCase, run, unused_port, wait_until

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_timeout 2s;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        location / {{
            proxy_pass {upstream};
            proxy_http_version 1.1;
            proxy_read_timeout 60s;
        }}
    }}
}}
"""

HAPROXY = """
global
    maxconn 256
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend front
    bind 127.0.0.1:{port} ssl crt {folder}/both.pem
    default_backend service
backend service
    server room {upstream} ssl verify none
"""


class Proxy:
    def __init__(self, command, port):
        self.port = port
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if not wait_until(self._listening):
            self._process.terminate()
            raise AssertionError(self._process.stderr.read().decode())

    def _listening(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def close(self):
        self._process.terminate()
        self._process.wait(timeout=20)
        self._process.stderr.close()


class ThroughProxies(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service("--exec", f"{GAME_SERVER} {{port}}")
        cls.certificates = Certificates()
        cls.folder = Path(tempfile.mkdtemp(prefix="roomport-proxy-"))
        cls.upstream = cls.service.url.replace("localhost", "127.0.0.1")

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()
        cls.certificates.close()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def nginx(self):
        port = unused_port()
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(folder=self.folder, port=port, upstream=self.upstream,
                                       certificate=self.certificates.certificate,
                                       key=self.certificates.key))
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
        return Proxy([program, "-p", str(self.folder), "-c", str(config),
                      "-e", str(self.folder / "error.log")], port)

    def haproxy(self):
        port = unused_port()
        (self.folder / "both.pem").write_bytes(
            self.certificates.certificate.read_bytes() + self.certificates.key.read_bytes())
        config = self.folder / "haproxy.cfg"
        config.write_text(HAPROXY.format(folder=self.folder, port=port,
                                         upstream=self.upstream.split("://")[1]))
        program = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/sbin:/bin")
        return Proxy([program, "-db", "-f", str(config)], port)

    def check(self, proxy):
        self.addCleanup(proxy.close)
        common = ["--endpoint", f"https://localhost:{proxy.port}", "--app-id", "local", "--ca-file",
                  self.certificates.ca, "--token-file", self.service.state / "token"]
        rooms = []
        for _ in range(4):
            created = run("create", "--region", "Frankfurt", *common)
            self.assert_status(created, 0)
            rooms.append(created.json()["roomId"])
        waited = run("wait", *common, *rooms)
        self.assert_status(waited, 0)
        self.assertEqual(len(waited.lines()), 4)
        self.assert_status(run("create", "--region", "Frankfurt", "--wait", *common), 0)
        self.assert_status(run("wait", *common, "never-was"), 4)
        for room in rooms:
            self.assert_status(run("destroy", *common, room), 0)

    def test_nginx(self):
        self.check(self.nginx())

    def test_haproxy(self):
        self.check(self.haproxy())

    def test_a_proxy_without_a_service_behind_it_is_trouble_to_be_waited_out(self):
        self.upstream = f"https://127.0.0.1:{unused_port()}"
        proxy = self.nginx()
        self.addCleanup(proxy.close)
        result = run("wait", "--endpoint", f"https://localhost:{proxy.port}", "--app-id", "local",
                     "--ca-file", self.certificates.ca, "--timeout", "1500ms", "--json", "room")
        self.assert_status(result, 3)
        self.assertEqual(result.json()["httpStatus"], 502)
        self.assertEqual(result.json()["lastError"], "http_status")


if __name__ == "__main__":
    unittest.main()
