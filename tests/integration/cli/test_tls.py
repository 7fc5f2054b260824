"""The program against TLS servers of all kinds: what it says of those that it refuses, and whom it lets in."""

import socket
import ssl
import threading
import unittest

from support import Certificates, TestCase, connection_info, http, run

POLICY = "openssl_conf=d\n[d]\nssl_conf=s\n[s]\nsystem_default=p\n[p]\n"


class Authorities(Certificates):
    """A root, an issuing CA below it, and whatever certificates a test wants."""

    def __init__(self):
        super().__init__()
        self._request("inter")
        self._sign("inter", "ca", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
        self.leaf("chained", issuer="inter")
        self.leaf("client", usage="clientAuth")

    def _request(self, name, *key):
        key = key or ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        self._openssl("req", "-newkey", *key, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                      "-subj", f"/CN={name}")

    def _sign(self, name, issuer, extensions):
        (self.folder / f"{name}.ext").write_text(extensions)
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key",
                      "-CAcreateserial", "-out", f"{name}.pem", "-days", "2", "-extfile", f"{name}.ext")

    def leaf(self, name, issuer="ca", names="DNS:localhost,IP:127.0.0.1", usage="serverAuth", key=()):
        self._request(name, *key)
        self._sign(name, issuer, f"subjectAltName={names}\nextendedKeyUsage={usage}\n")
        return self[name]

    def __getitem__(self, name):
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"


class TlsServer:
    """Answers every request with an active room, once the handshake is done."""

    def __init__(self, certificate, key, most=None, client_ca=None):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.set_ciphers("DEFAULT@SECLEVEL=0")
        self._context.load_cert_chain(certificate, key)
        if most:
            self._context.maximum_version = most
        if client_ca:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self._context.load_verify_locations(client_ca)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        self.requests = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        connection.settimeout(20)
        try:
            with self._context.wrap_socket(connection, server_side=True) as tls:
                data = b""
                while True:
                    while b"\r\n\r\n" not in data:
                        piece = tls.recv(65536)
                        if not piece:
                            return
                        data += piece
                    head, _, data = data.partition(b"\r\n\r\n")
                    self.requests.append(head.decode())
                    tls.sendall(http(connection_info("room")))
        except OSError:
            pass

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class Tls(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = Authorities()

    @classmethod
    def tearDownClass(cls):
        cls.all.close()

    def server(self, name="leaf", **how):
        server = TlsServer(*(self.all[name] if isinstance(name, str) else name), **how)
        self.addCleanup(server.close)
        return server

    def wait(self, server, *options, ca="ca", **env):
        return run("wait", "--endpoint", server.url, "--app-id", "app", "--ca-file", self.all[ca][0], "--json",
                   *options, "room", **env)

    def assert_refused(self, result, *parts):
        self.assert_status(result, 8)
        self.assertEqual(result.json()["error"], "tls")
        for part in parts:
            self.assertIn(part, result.json()["message"])
            self.assertIn(part, result.err)

    def test_the_cause_is_told_with_what_to_do(self):
        named = self.all.leaf("named", names="DNS:other.example")
        weak = self.all.leaf("weak", key=("rsa:1024",))
        for name, parts in [(named, ("'localhost'", "other.example", "use a name")),
                            (weak, ("too weak", "RSA, 1024 bits", "give the server another certificate")),
                            ("chained", ("unknown issuer", "'CN=inter'", "whole chain"))]:
            server = self.server(name)
            self.assert_refused(self.wait(server), *parts)
            self.assertEqual(server.requests, [])

    def test_an_issuing_ca_given_by_hand_is_enough(self):
        result = self.wait(self.server("chained"), ca="inter")
        self.assert_status(result, 0)

    def test_the_machines_policy_is_raised_and_never_lowered(self):
        def policy(text):
            path = self.all.folder / "policy.cnf"
            path.write_text(POLICY + text)
            return {"OPENSSL_CONF": str(path)}
        old = self.server(most=ssl.TLSVersion.TLSv1_2)
        new = self.server()
        self.assert_refused(self.wait(old, **policy("MinProtocol = TLSv1.3\n")), "TLS 1.3", "OpenSSL configuration")
        self.assert_status(self.wait(new, **policy("MinProtocol = TLSv1.3\n")), 0)
        # Lower than ours, and so without effect.
        self.assert_status(self.wait(old, **policy("MinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n")), 0)
        weak = self.server(self.all.leaf("weaker", key=("rsa:1024",)))
        self.assert_refused(self.wait(weak, **policy("CipherString = DEFAULT@SECLEVEL=0\n")), "too weak")
        # A key of 2048 bits has level 2.
        plain = self.server(self.all.leaf("plain", key=("rsa:2048",)))
        self.assert_status(self.wait(plain), 0)
        self.assertEqual(self.wait(plain, **policy("CipherString = DEFAULT@SECLEVEL=3\n")).status, 8)
        self.assert_status(self.wait(old, **policy("MaxProtocol = TLSv1.2\n")), 0)
        self.assert_refused(self.wait(old, **policy("MaxProtocol = TLSv1.1\nMinProtocol = TLSv1\n")),
                            "OpenSSL configuration allows no TLS version")

    def test_a_client_certificate_is_shown_where_it_is_wanted(self):
        certificate, key = self.all["client"]
        for most in [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]:
            server = self.server(most=most, client_ca=self.all.ca)
            self.assert_refused(self.wait(server), "the server wants a client certificate", "give one with its key")
            self.assertEqual(server.requests, [])
            self.assert_status(self.wait(server, "--cert", certificate, "--key", key), 0)
            # For servers, not for clients.
            wrong = self.wait(server, "--cert", self.all["leaf"][0], "--key", self.all["leaf"][1])
            self.assert_refused(wrong, "the server refuses the client certificate", "unsupported certificate")

    def test_a_client_certificate_that_can_not_be_used_is_bad_usage(self):
        certificate, key = self.all["client"]
        secret = key.read_text().splitlines()[1]
        for options, part in [(["--cert", certificate], "--cert needs --key"),
                              (["--key", key], "--key needs --cert"),
                              (["--cert", certificate, "--key", self.all["leaf"][1]], "does not belong to"),
                              (["--cert", "/nonexistent/x.pem", "--key", key], "/nonexistent/x.pem"),
                              (["--cert", certificate, "--key", "/nonexistent/x.key"], "/nonexistent/x.key"),
                              (["--cert", key, "--key", key], "holds no certificate"),
                              (["--cert", certificate, "--key", certificate], "holds no private key"),
                              (["--cert", "", "--key", key], "--cert"), (["--cert", certificate, "--key", ""], "--key")]:
            result = run("wait", "--endpoint", "https://localhost:1", "--app-id", "app", "--json", *options, "room")
            self.assert_status(result, 2)
            self.assertIn(part, result.err)
            self.assertEqual(result.json()["error"], "invalid_argument")
            self.assertNotIn(secret, result.out + result.err)

    def test_every_client_command_takes_a_client_certificate(self):
        certificate, key = self.all["client"]
        server = self.server(client_ca=self.all.ca)
        for command in [["wait", "room"], ["get", "room"]]:
            result = run(*command, "--endpoint", server.url, "--app-id", "app", "--ca-file", self.all.ca,
                         "--cert", certificate, "--key", key)
            self.assert_status(result, 0)
        for command in ["create", "destroy", "processes"]:
            shown = run(command, "--help").out
            self.assertIn("--cert", shown)
            self.assertIn("--key", shown)

    def test_identity_is_asked_for(self):
        server = self.server()
        self.assert_status(self.wait(server), 0)
        self.assertIn("Accept-Encoding: identity", server.requests[0].split("\r\n"))


if __name__ == "__main__":
    unittest.main()
