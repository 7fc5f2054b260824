"""Malformed, huge, slow and silent callers; TLS; state folder; usage."""

import json
import os
import re
import shutil
import socket
import ssl
import stat
import subprocess
import tempfile
import time
import unittest

from service import APP, GAME_SERVER, ROOMPORT, ServiceCase, read_text

GOOD = b"GET /discovery/v2/ping HTTP/1.1\r\nHost: x\r\n\r\n"


def read_all(connection):
    data = b""
    try:
        while piece := connection.recv(65536):
            data += piece
    except (ConnectionError, ssl.SSLError, socket.timeout):
        pass
    return data


class Hostile(ServiceCase):
    @classmethod
    def setUpClass(cls):
        from service import Service
        cls.shared = Service("--simulate", "10ms")

    @classmethod
    def tearDownClass(cls):
        cls.shared.close()

    def send(self, data):
        with self.shared.raw() as connection:
            try:
                connection.sendall(data)
            except (ConnectionError, ssl.SSLError):
                pass
            return read_all(connection)

    def assert_refused(self, data, status):
        answer = self.send(data)
        self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % status), (data[:80], answer[:200]))
        self.assertIn(b"Connection: close", answer)
        self.assertEqual(len(re.findall(rb"HTTP/1\.1 \d\d\d ", answer)), 1)

    def tearDown(self):
        with self.shared.raw() as connection:
            connection.sendall(GOOD)
            self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 200"))

    def test_malformed_requests(self):
        for data in [b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"\x00\x01\x02\r\n\r\n",
                     b"GET / HTTP/1.1\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: a\r\nX\x01: b\r\n\r\n",
                     b"GET nonsense HTTP/1.1\r\nHost: a\r\n\r\n",
                     b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                     b"GET /%2 HTTP/1.1\r\nHost: a\r\n\r\n",
                     b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                     b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                     b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked"
                     b"\r\n\r\n0\r\n\r\n",
                     b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3"
                     b"\r\n\r\n0\r\n\r\n",
                     b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n"]:
            with self.subTest(data=data):
                self.assert_refused(data, 400)

    def test_what_is_not_spoken(self):
        self.assert_refused(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                            501)
        self.assert_refused(b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505)

    def test_limits(self):
        self.assert_refused(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 70000 + b"\r\n\r\n", 431)
        self.assert_refused(b"GET /" + b"y" * 200000, 431)
        self.assert_refused(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 20000 + b"\r\n", 431)
        self.assert_refused(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413)
        self.assert_refused(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", 413)
        chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.assert_refused(chunked + b"100000\r\n" + b"x" * 0x100000 + b"\r\n1\r\nx\r\n0\r\n\r\n",
                            413)
        self.assert_refused(chunked + b"1;" + b"x" * 3000000, 413)
        self.assert_refused(chunked + b"0\r\n" + b"X: y\r\n" * 500000, 413)

    def test_a_body_at_the_limit_is_read(self):
        body = b'{"region":"Tokyo","other":"' + b"x" * (1048576 - 29) + b'"}'
        self.assertEqual(len(body), 1048576)
        self.assertEqual(self.shared.call("POST", f"/rooms/v2/{APP}/create", body).status, 201)

    def test_pipelined_requests_are_answered_in_order(self):
        data = b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % i + GOOD for i in range(50))
        answer = self.send(data + b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        statuses = re.findall(rb"HTTP/1\.1 (\d\d\d) ", answer)
        self.assertEqual(statuses, [b"404", b"200"] * 50 + [b"404"])

    def test_a_pipelined_request_behind_a_hold_is_answered_after_it(self):
        service = self.service("--simulate", "500ms")
        room = service.create().json["roomId"]
        with service.raw() as connection:
            connection.sendall(f"GET /rooms/v2/{APP}/connectioninfo/{room}?wait=9 HTTP/1.1\r\n"
                               "Host: x\r\n\r\n".encode() +
                               b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = read_all(connection)
        self.assertLess(answer.index(b"200 OK"), answer.index(b"404 Not Found"))

    def test_a_request_byte_by_byte_and_a_chunked_body(self):
        data = (f"POST /rooms/v2/{APP}/create HTTP/1.1\r\nHost: x\r\nAuthorization: bearer "
                f"{self.shared.token}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                "9;x=y\r\n{\"region\"\r\n8\r\n:\"Tokyo\"\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n").encode()
        with self.shared.raw() as connection:
            for index in range(len(data)):
                connection.sendall(data[index:index + 1])
            self.assertTrue(read_all(connection).startswith(b"HTTP/1.1 201 "))

    def test_expect_continue(self):
        with self.shared.raw() as connection:
            connection.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                               b"Content-Length: 2\r\nConnection: close\r\n\r\n")
            self.assertEqual(connection.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            connection.sendall(b"{}")
            self.assertTrue(read_all(connection).startswith(b"HTTP/1.1 404 "))

    def test_head_and_http_1_0(self):
        answer = self.send(b"HEAD /discovery/v2/ping HTTP/1.0\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "))
        self.assertTrue(answer.endswith(b"\r\n\r\n"))
        self.assertIn(b"Connection: close", answer)

    def test_plain_http_is_not_answered_and_does_no_harm(self):
        with socket.create_connection(("127.0.0.1", self.shared.port), 30) as connection:
            connection.sendall(GOOD)
            self.assertNotIn(b"HTTP/1.1 200", read_all(connection))

    def test_silent_callers_are_dropped_and_keep_nobody_out(self):
        service = self.service("--simulate", "10ms")
        begin = time.monotonic()
        silent = [socket.create_connection(("127.0.0.1", service.port), 60) for _ in range(200)]
        shaken = [service.raw(60) for _ in range(20)]
        for connection in shaken[:10]:
            connection.sendall(b"GET / HTTP/1.1\r\nHo")
        self.assertEqual(service.call("GET", "/discovery/v2/ping").status, 200)
        for connection in silent:
            self.assertEqual(read_all(connection), b"")
        for index, connection in enumerate(shaken):
            answer = read_all(connection)
            if index < 10:
                self.assertTrue(answer.startswith(b"HTTP/1.1 408 "), answer)
        self.assertLess(time.monotonic() - begin, 50)
        for connection in silent + shaken:
            connection.close()

    def test_tls_versions_tickets_and_alpn(self):
        context = ssl.create_default_context(cafile=os.path.join(self.shared.state, "ca.pem"))
        context.set_alpn_protocols(["h2", "http/1.1"])
        session = None
        for expected in [False, True]:
            plain = socket.create_connection(("127.0.0.1", self.shared.port), 30)
            with context.wrap_socket(plain, server_hostname="localhost", session=session) as tls:
                self.assertEqual(tls.selected_alpn_protocol(), "http/1.1")
                self.assertEqual(tls.version(), "TLSv1.3")
                self.assertEqual(tls.session_reused, expected)
                tls.sendall(GOOD)
                self.assertTrue(tls.recv(100).startswith(b"HTTP/1.1 200"))
                session = tls.session
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        plain = socket.create_connection(("127.0.0.1", self.shared.port), 30)
        with context.wrap_socket(plain, server_hostname="localhost") as tls:
            self.assertEqual(tls.version(), "TLSv1.2")

    def test_curl_accepts_the_certificate_for_every_name(self):
        for host in ["127.0.0.1", "localhost"]:
            done = subprocess.run(
                ["curl", "-sf", "--cacert", os.path.join(self.shared.state, "ca.pem"),
                 f"https://{host}:{self.shared.port}/discovery/v2/ping"],
                capture_output=True, timeout=30)
            self.assertEqual(done.returncode, 0, done.stderr)


class State(ServiceCase):
    def folder(self):
        folder = tempfile.mkdtemp(prefix="roomport-test-")
        self.addCleanup(shutil.rmtree, folder, True)
        return folder

    def run_serve(self, *arguments):
        return subprocess.run([ROOMPORT, "serve", *arguments], capture_output=True, timeout=30,
                              text=True)

    def test_secrets_are_readable_for_their_owner_alone(self):
        service = self.service("--simulate", "10ms")
        for name in ["ca.key", "server.key", "token", "marker", "lock"]:
            mode = os.stat(os.path.join(service.state, name)).st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o600, name)

    def test_clients_find_everything_in_service_json(self):
        service = self.service("--simulate", "10ms", "--app-id", "my-app")
        facts = json.loads(read_text(os.path.join(service.state, "service.json")))
        self.assertEqual(facts, {"version": 1, "url": f"https://127.0.0.1:{service.port}",
                                 "appId": "my-app",
                                 "caFile": os.path.join(service.state, "ca.pem"),
                                 "tokenFile": os.path.join(service.state, "token")})

    def test_ca_and_token_stay_and_the_leaf_follows_the_names(self):
        folder = self.folder()

        def start(*arguments):
            service = self.service("--simulate", "10ms", *arguments, state=folder)
            files = {name: read_text(os.path.join(folder, name))
                     for name in ["ca.pem", "server.pem", "token", "marker"]}
            service.stop()
            return files
        first, second = start(), start()
        self.assertEqual(first, second)
        third = start("--tls-name", "game.example.org", "--tls-name", "::2")
        self.assertEqual(third["ca.pem"], first["ca.pem"])
        self.assertNotEqual(third["server.pem"], first["server.pem"])
        names = subprocess.run(["openssl", "x509", "-noout", "-ext", "subjectAltName"],
                               input=third["server.pem"], capture_output=True, text=True).stdout
        self.assertIn("DNS:game.example.org", names)
        os.unlink(os.path.join(folder, "server.key"))
        fourth = start()
        self.assertEqual(fourth["ca.pem"], first["ca.pem"])
        self.assertNotEqual(fourth["server.pem"], first["server.pem"])

    def test_a_token_file_is_read_or_made(self):
        folder = self.folder()
        token_file = os.path.join(folder, "my-token")
        with open(token_file, "w") as file:
            file.write("my.token-1\n")
        service = self.service("--simulate", "10ms", "--token-file", token_file)
        self.assertEqual(service.create(token="my.token-1").status, 201)
        os.unlink(token_file)
        service = self.service("--simulate", "10ms", "--token-file", token_file)
        made = read_text(token_file).strip()
        self.assertEqual(stat.S_IMODE(os.stat(token_file).st_mode), 0o600)
        self.assertEqual(service.create(token=made).status, 201)

    def test_a_certificate_of_ones_own(self):
        folder = self.folder()
        key, certificate = os.path.join(folder, "k.pem"), os.path.join(folder, "c.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
                        "-days", "2", "-subj", "/CN=x", "-addext", "subjectAltName=IP:127.0.0.1"],
                       check=True, capture_output=True)
        process = subprocess.Popen([ROOMPORT, "serve", "--simulate", "10ms", "--state-dir", folder,
                                    "--listen", "127.0.0.1:0", "--tls-cert", certificate,
                                    "--tls-key", key], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.terminate)
        url = process.stdout.readline().strip()
        done = subprocess.run(["curl", "-sf", "--cacert", certificate, url + "/discovery/v2/ping"],
                              capture_output=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("caFile", read_text(os.path.join(folder, "service.json")))

    def test_bad_usage_ends_with_2_and_says_what_to_do(self):
        state = ["--state-dir", os.path.join(self.folder(), "state")]
        simulate = ["--simulate", "10ms"]
        for arguments in [[], ["--exec", ""], ["--exec", "'open"], ["--exec", "/no/such/program"],
                          ["--exec", GAME_SERVER + " {port:admin}"],
                          ["--exec", GAME_SERVER, *simulate], ["--simulate", "nonsense"],
                          ["--simulate", "crash=2"], [*simulate, "--nonsense"],
                          [*simulate, "extra"],
                          [*simulate, "--listen", "127.0.0.1"], [*simulate, "--listen", "x:y"],
                          [*simulate, "--listen", "127.0.0.1:70000"],
                          [*simulate, "--port-range", "5-3"], [*simulate, "--port-range", "0-9"],
                          [*simulate, "--port-range", "1-70000"],
                          [*simulate, "--ports", "debug:tcp"],
                          [*simulate, "--ports", "default:sctp"],
                          [*simulate, "--ports", "default:udp,default:tcp"],
                          [*simulate, "--rooms-per-process", "0"],
                          [*simulate, "--max-processes", "0"],
                          [*simulate, "--bind-timeout", "0s"], [*simulate, "--bind-timeout", "5"],
                          [*simulate, "--stop-grace", "-1s"], [*simulate, "--app-id", "a/b"],
                          [*simulate, "--tls-name", "a,DNS:b"], [*simulate, "--tls-cert", "x"],
                          [*simulate, "--tls-cert", "/x", "--tls-key", "/y"]]:
            with self.subTest(arguments=arguments):
                done = self.run_serve("--listen", "127.0.0.1:0", *state, *arguments) \
                    if "--listen" not in arguments else self.run_serve(*state, *arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertTrue(done.stderr)

    def test_an_address_in_use(self):
        service = self.service("--simulate", "10ms")
        done = self.run_serve("--simulate", "10ms", "--state-dir", self.folder(), "--listen",
                              f"127.0.0.1:{service.port}")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--listen", done.stderr)

    def test_help_teaches(self):
        done = self.run_serve("--help")
        self.assertEqual(done.returncode, 0)
        for text in ["--exec", "{port}", "--simulate", "lognormal", "seed=N", "Examples"]:
            self.assertIn(text, done.stdout)


if __name__ == "__main__":
    unittest.main()
