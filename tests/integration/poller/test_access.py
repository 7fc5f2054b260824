"""Who may ask: TLS, the token, web pages; and that no secret is ever told."""

import http.client
import os
import signal
import ssl
import subprocess
import tempfile
import unittest
from pathlib import Path

from poller import PollerCase, eventually, unused_port

TOKEN = "correct-horse-battery-staple"
OTHER = "another-token-altogether"


def make_certificate(folder, name="127.0.0.1"):
    """A certificate of its own authority, as files."""
    certificate, key = Path(folder, "cert.pem"), Path(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=test",
                    "-addext", f"subjectAltName=IP:{name}"], check=True, capture_output=True)
    return certificate, key


class Access(PollerCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomport-poller-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.token_file = self.folder / "token"
        self.token_file.write_text(TOKEN + "\n")
        self.api = {"endpoint": f"https://127.0.0.1:{unused_port()}", "app_id": "a"}

    def secured(self, address="0.0.0.0:0"):
        certificate, key = make_certificate(self.folder)
        poller = self.poller(listen={"address": address, "tls_certificate": str(certificate), "tls_key": str(key),
                                     "token_file": str(self.token_file)}, api=self.api)
        poller.tls = ssl.create_default_context(cafile=certificate)
        poller.token = TOKEN
        return poller

    def test_beyond_loopback_with_tls_and_token(self):
        poller = self.secured()
        self.assertTrue(poller.url.startswith("https://0.0.0.0:"), poller.url)
        self.assertEqual(poller.add("a").status, 202)
        self.assertEqual(poller.get("a").status, 202)
        self.assertIn("roomport_rooms_limit", poller.metrics())

    def test_the_token_is_asked_for(self):
        poller = self.secured()
        for token in [None, "", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper()]:
            poller.token = token
            for method, path in [("POST", "/v1/rooms"), ("GET", "/v1/rooms/a"), ("DELETE", "/v1/rooms/a"),
                                 ("GET", "/metrics")]:
                answer = poller.call(method, path, {"roomId": "a"} if method == "POST" else None)
                self.assert_failure(answer, 401, "http_status")
                self.assertEqual(answer.headers["www-authenticate"], "Bearer")
        poller.token = None
        self.assertEqual(poller.get("a", headers={"Authorization": "Basic " + TOKEN}).status, 401)
        self.assertEqual(poller.get("a", headers={"Authorization": "bearer " + TOKEN}).status, 404)

    def test_a_supervisor_needs_no_token(self):
        poller = self.secured()
        poller.token = None
        self.assertEqual(poller.call("GET", "/healthz").status, 200)
        self.assertEqual(poller.call("GET", "/readyz").status, 200)

    def test_plain_http_is_not_answered_where_tls_is_spoken(self):
        poller = self.secured()
        with poller.raw() as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertNotIn(b"HTTP/1.1 200", plain.recv(1000))

    def test_on_loopback_a_token_is_asked_for_when_it_is_given(self):
        poller = self.poller(listen={"token_file": str(self.token_file)}, api=self.api)
        self.assertEqual(poller.get("a").status, 401)
        poller.token = TOKEN
        self.assertEqual(poller.get("a").status, 404)

    def test_a_hang_up_reads_the_token_again(self):
        poller = self.secured()
        self.assertEqual(poller.add("a").status, 202)
        self.token_file.write_text(OTHER)
        self.assertEqual(poller.get("a").status, 202, "not before it is told to")
        poller.send(signal.SIGHUP)
        eventually(lambda: poller.events("reloaded"), "the token is read again")
        self.assertEqual(poller.get("a").status, 401)
        poller.token = OTHER
        self.assertEqual(poller.get("a").status, 202, "and no room is lost")

    def test_a_token_that_cannot_be_read_changes_nothing(self):
        poller = self.secured()
        for number, breaking in enumerate([lambda: self.token_file.write_text(""), self.token_file.unlink]):
            breaking()
            poller.send(signal.SIGHUP)
            eventually(lambda: len(poller.events("reload_failed")) == number + 1, "the failure is told")
            self.assertEqual(poller.get("a").status, 404)

    def test_a_pipe_in_the_place_of_a_file_holds_up_nothing(self):
        poller = self.secured()
        files = [self.token_file, Path(self.folder, "cert.pem"), Path(self.folder, "key.pem")]
        for number, path in enumerate(files):
            kept = path.read_bytes()
            path.unlink()
            os.mkfifo(path)
            poller.send(signal.SIGHUP)
            eventually(lambda: len(poller.events("reload_failed")) == number + 1, "the failure is told")
            self.assertEqual(poller.get("a").status, 404)
            path.unlink()
            path.write_bytes(kept)

    def test_a_hang_up_reads_the_certificate_again(self):
        poller = self.secured()
        self.assertEqual(poller.get("a").status, 404)
        certificate, _ = make_certificate(self.folder)
        with self.assertRaises((ssl.SSLError, OSError)):
            poller.tls = ssl.create_default_context(cafile=certificate)
            poller.get("a")
        poller.send(signal.SIGHUP)
        eventually(lambda: poller.events("reloaded"), "the certificate is read again")
        self.assertEqual(poller.get("a").status, 404)

    def test_a_hang_up_tells_of_a_client_certificate_that_cannot_be_used(self):
        certificate, key = make_certificate(self.folder)
        keys = {"client_certificate": str(certificate), "client_key": str(key)}
        poller = self.poller(api=self.api | keys)
        poller.send(signal.SIGHUP)
        eventually(lambda: poller.events("reloaded"), "it can be used")
        good = key.read_text()
        key.write_text("garbage")
        poller.send(signal.SIGHUP)
        why = eventually(lambda: poller.events("reload_failed"), "the failure is told")[0]["why"]
        self.assertIn("api.client_certificate", why)
        self.assertIn(str(key), why)
        key.write_text(good)
        poller.send(signal.SIGHUP)
        eventually(lambda: len(poller.events("reloaded")) == 2, "it is good again")

    def test_web_pages_may_not_ask_without_a_token(self):
        poller = self.poller(api=self.api)
        page = {"Origin": "https://game.example"}
        answer = poller.add("a", headers=page)
        self.assert_failure(answer, 403, "http_status")
        self.assertIn("web pages may not ask here", answer.json["message"])
        self.assertEqual(poller.get("a").status, 404)

    def test_a_page_whose_name_leads_here_may_not_ask_without_a_token(self):
        poller = self.poller(api=self.api)
        for host in ["evil.example", "evil.example:8180", "127.0.0.1.evil.example"]:
            for answer in [poller.get("a", headers={"Host": host}), poller.add("a", headers={"Host": host})]:
                self.assert_failure(answer, 403, "http_status")
                self.assertTrue(answer.json["message"].startswith(f"the host '{host}' may not be asked for"), answer.body)
        answer = poller.get("a", headers={"Host": "\xe9vil.example" + "x" * 500})
        self.assert_failure(answer, 403, "http_status")
        self.assertIn("the host '?vil.examplexxx", answer.json["message"])
        self.assertNotIn("x" * 120, answer.json["message"])
        for host in ["localhost", "[::1]:80", "poller"]:
            self.assertEqual(poller.get("a", headers={"Host": host}).status, 404)
        self.assertEqual(poller.call("GET", "/healthz", headers={"Host": "evil.example"}).status, 200)

    def test_no_secret_is_ever_told(self):
        api_token = self.folder / "api-token"
        api_token.write_text("api-secret-value")
        poller = self.poller(listen={"token_file": str(self.token_file)}, log={"level": "debug"},
                             api=dict(self.api, token_file=str(api_token)))
        poller.token = TOKEN
        poller.add("a")
        poller.get("a", 1)
        poller.call("GET", "/" + TOKEN)
        poller.call("POST", "/v1/rooms", TOKEN)
        poller.token = OTHER
        poller.get("a")
        poller.token = TOKEN
        told = str(poller.metrics()) + str(poller.get("a").json)
        poller.send(signal.SIGHUP)
        eventually(lambda: poller.events("reloaded"), "the token is read again")
        self.assertEqual(poller.stop(), 0)
        told += poller.stderr() + str(poller.printed())
        for hidden in [TOKEN, OTHER, "api-secret-value"]:
            self.assertNotIn(hidden, told)


if __name__ == "__main__":
    unittest.main()
