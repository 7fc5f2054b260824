"""What the black-box tests of the program share: a real room service, and TLS servers with a script."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
from programs import clean_environment, end, start_service, unused_port  # noqa: E402, F401

PROGRAM = os.environ["ROOMPORT"]
GAME_SERVER = os.environ["GAME_SERVER"]


class Result:
    def __init__(self, completed):
        self.status = completed.returncode
        self.out = completed.stdout
        self.err = completed.stderr

    def json(self):
        return json.loads(self.out)

    def lines(self):
        return self.out.splitlines()

    def __repr__(self):
        return f"status {self.status}\nstdout: {self.out}\nstderr: {self.err}"


def run(*arguments, timeout=60, stdin=None, **env):
    """Runs the program to its end."""
    completed = subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
        input=stdin, env=clean_environment(**env), check=False)
    return Result(completed)


class Service:
    """`roomport serve` on a port of its own, with a state folder of its own."""

    def __init__(self, *options, folder=None):
        self.folder = Path(folder or tempfile.mkdtemp(prefix="roomport-test-"))
        self.state = self.folder / "roomport"
        self.errors = open(self.folder / "stderr", "ab+")
        self.process, self.url = start_service(
            [PROGRAM, "serve", "--listen", "127.0.0.1:0", *map(str, options)], self.errors,
            clean_environment(XDG_STATE_HOME=str(self.folder)))

    def run(self, *arguments, **kwargs):
        """A client command that finds this service by its state folder."""
        return run(*arguments, XDG_STATE_HOME=str(self.folder), **kwargs)

    def start(self, *arguments, **kwargs):
        return subprocess.Popen(
            [PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=clean_environment(XDG_STATE_HOME=str(self.folder)), **kwargs)

    def stop(self):
        failure = end(self.process, 143, (self.folder / "stderr").read_text)
        self.process.stdout.close()
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        if failure:
            raise AssertionError(failure)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Certificates:
    """A CA and a server certificate for localhost and 127.0.0.1, made by openssl."""

    def __init__(self, names="DNS:localhost,IP:127.0.0.1"):
        self.folder = Path(tempfile.mkdtemp(prefix="roomport-ca-"))
        self.ca = self.folder / "ca.pem"
        self.certificate = self.folder / "leaf.pem"
        self.key = self.folder / "leaf.key"
        self._make_ca()
        self._make_leaf(names)

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True,
                       cwd=self.folder)

    def _make_ca(self):
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
                      "-subj", "/CN=roomport test CA",
                      "-addext", "keyUsage=critical,keyCertSign")

    def _make_leaf(self, names):
        (self.folder / "leaf.ext").write_text(
            f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=leaf")
        self._openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                      "-CAcreateserial", "-out", "leaf.pem", "-days", "2", "-extfile", "leaf.ext")

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class ScriptedServer:
    """A fake of the API: no real server gives broken answers on demand.

    `answer(path, count)` gives the bytes for the count-th request; None closes the connection.
    """

    def __init__(self, certificates, answer):
        self._answer = answer
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificates.certificate, certificates.key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"https://localhost:{self.port}"
        self.requests = []
        self.handshakes_failed = 0
        self._lock = threading.Lock()
        self._stopped = False
        self._threads = []
        acceptor = threading.Thread(target=self._accept, daemon=True)
        acceptor.start()
        self._threads.append(acceptor)

    def _accept(self):
        while not self._stopped:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            worker = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            worker.start()

    def _serve(self, connection):
        connection.settimeout(20)
        try:
            with self._context.wrap_socket(connection, server_side=True) as tls:
                data = b""
                while not self._stopped:
                    while b"\r\n\r\n" not in data:
                        piece = tls.recv(65536)
                        if not piece:
                            return
                        data += piece
                    head, data = data.split(b"\r\n\r\n", 1)
                    length = 0
                    for line in head.split(b"\r\n"):
                        if line.lower().startswith(b"content-length:"):
                            length = int(line.split(b":")[1])
                    while len(data) < length:
                        data += tls.recv(65536)
                    data = data[length:]
                    with self._lock:
                        self.requests.append(head.decode("latin-1"))
                        count = len(self.requests)
                    answer = self._answer(head.split()[1].decode("latin-1"), count)
                    if answer is None:
                        return
                    tls.sendall(answer)
        except (ssl.SSLError, OSError):
            with self._lock:
                self.handshakes_failed += 1

    def close(self):
        self._stopped = True
        self._listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def http(body, status="200 OK", **fields):
    """A complete HTTP response."""
    payload = body if isinstance(body, bytes) else body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(payload)}",
             "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload


def connection_info(room, status="active", port=34567, host="game.example", transport="udp"):
    info = {"roomId": room, "status": status, "additionalExposedPorts": []}
    if port is not None:
        info["exposedPort"] = {"name": "default", "host": host, "port": port,
                               "transportType": transport}
    return json.dumps(info)


def wait_until(condition, seconds=20):
    """Whether a condition comes true within a bound."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class TestCase(unittest.TestCase):
    maxDiff = None

    def assert_status(self, result, status):
        self.assertEqual(result.status, status, repr(result))
