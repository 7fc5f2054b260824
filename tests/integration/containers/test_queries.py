"""Every query of the dashboard and every rule, answered by a real Prometheus that scrapes a real poller daemon."""

import itertools
import math
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

import shipped
from prometheus import Prometheus

sys.path.insert(0, str(Path(__file__).parent.parent / "poller"))
from poller import PollerCase, eventually  # noqa: E402

# Of an alert or a panel in trouble it is not enough that a query gives a number: in this test it has to be over 0.
ABOVE_ZERO = {"Daemons up", "Rooms waiting", "Became ready", "Time to active, median", "Time to active", "Version",
              "Polls per wait", "RoomsDoNotBecomeReady", "RoomTableNearlyFull", "DescriptorsNearlyUsedUp"}


class Queries(PollerCase):
    def setUp(self):
        self.assertTrue(shutil.which("prometheus"), "Debian's prometheus is missing: scripts/install-dependencies test")
        self.room_service = self.service("--simulate", "start=uniform:100ms:900ms,never=10%,crash=10%,seed=7")
        folder = tempfile.TemporaryDirectory(prefix="roomport-credentials-")
        self.addCleanup(folder.cleanup)
        self.own, self.callers = Path(folder.name, "own"), Path(folder.name, "callers")
        self.own.mkdir()
        self.callers.mkdir()
        self.make_credentials()
        self.daemon = self.poller(
            listen={"tls_certificate": str(self.own / "certificate.pem"), "tls_key": str(self.own / "key.pem"),
                    "token_file": str(self.callers / "token")},
            api={"endpoint": f"https://127.0.0.1:{self.room_service.port}", "app_id": "local",
                 "ca_file": str(self.callers / "ca.pem")})
        self.daemon.tls = ssl.create_default_context(cafile=self.callers / "ca.pem")
        self.daemon.token = (self.callers / "token").read_text().strip()

    def run_prometheus(self, configuration):
        prometheus = Prometheus(configuration)
        self.addCleanup(prometheus.close)
        return prometheus

    def make_credentials(self):
        subprocess.run([shipped.FOLDER / "make-credentials", self.room_service.state, self.own, self.callers],
                       check=True, timeout=60)

    def configuration(self):
        """The shipped one with its places replaced, and in less of a hurry to save."""
        given = shipped.read_yaml(shipped.PROMETHEUS)
        given["global"].update(scrape_interval="500ms", evaluation_interval="500ms")
        given["rule_files"] = [str(shipped.PROMETHEUS.parent / name) for name in given["rule_files"]]
        scrape, = given["scrape_configs"]
        scrape["tls_config"]["ca_file"] = str(self.callers / "ca.pem")
        scrape["authorization"]["credentials_file"] = str(self.callers / "token")
        scrape["static_configs"] = [{"targets": [f"127.0.0.1:{self.daemon.port}"]}]
        return given

    def keep_busy(self):
        """Rooms that become ready, that never do, and that do not exist, until the test is done."""
        is_done = threading.Event()

        def work():
            for number in itertools.count():
                self.daemon.add(self.room_service.create().json["roomId"], "2s")
                self.daemon.add(f"unknown-{number}")
                if is_done.wait(0.1):
                    return
        thread = threading.Thread(target=work)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(is_done.set)

    def assert_answered(self, where, query):
        """A rate needs two scrapes, and a share something that ended between them."""
        name = where.split("'")[1] if "'" in where else where.removeprefix("alert ")
        answers = []

        def is_answered():
            answers[:] = self.prometheus.query(query)
            numbers = [value for _, value in answers if not math.isnan(value)]
            return numbers and (name not in ABOVE_ZERO or max(numbers) > 0)
        try:
            eventually(is_answered, where, limit=60)
        except AssertionError:
            targets = self.prometheus.ask("targets")["activeTargets"]
            self.fail(f"{where}: {query}\nis answered by: {answers}\nScraped: {[each['lastError'] for each in targets]}")

    def test_every_query_has_an_answer(self):
        self.keep_busy()
        self.prometheus = self.run_prometheus(self.configuration())
        asked = list(shipped.queries(shipped.dashboard(), "1m"))
        asked += [(f"alert {name}", shipped.without_comparison(rule["expr"])) for name, rule in shipped.alerts().items()]
        self.assertGreater(len(asked), 40)
        names = {where.split("'")[1] for where, _ in asked if "'" in where} | set(shipped.alerts())
        self.assertEqual(ABOVE_ZERO - names, set())
        for where, query in asked:
            with self.subTest(where):
                self.assert_answered(where, query)
        outcomes = {labels["outcome"] for labels, value in self.prometheus.query(
            "sum by (outcome) (roomport_room_wait_seconds_count) > 0")}
        self.assertEqual(outcomes, {"ready", "deadline", "never"})
        results = {labels["result"] for labels, value in self.prometheus.query(
            "sum by (result) (roomport_polls_total) > 0")}
        self.assertGreaterEqual(results, {"starting", "active", "gone"})

    def test_rules_are_evaluated_and_a_daemon_that_ends_is_noticed(self):
        prometheus = self.run_prometheus(self.configuration())

        def evaluated():
            found = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
            return all(rule["health"] != "unknown" for rule in found) and found
        rules = eventually(evaluated, "the rules are evaluated")
        eventually(lambda: prometheus.query("up == 1"), "the daemon is scraped")
        self.assertEqual({rule["name"]: (rule["health"], rule.get("lastError")) for rule in rules},
                         {name: ("ok", None) for name in shipped.alerts()})
        self.daemon.stop()
        eventually(lambda: [each for each in prometheus.ask("alerts")["alerts"]
                            if each["labels"]["alertname"] == "PollerDown"], "the alert is pending")

    def test_who_has_no_token_or_another_ca_gets_no_metrics(self):
        given = self.configuration()
        scrape, = given["scrape_configs"]
        for what, key in (("authorization", "credentials_file"), ("tls_config", "ca_file")):
            other = dict(scrape, job_name=what)
            del other[what]
            given["scrape_configs"].append(other)
            self.assertIn(key, scrape[what])
        stranger = self.run_prometheus(given)

        def scraped():
            found = {each["labels"]["job"]: each["lastError"] for each in stranger.ask("targets")["activeTargets"]
                     if each["health"] != "unknown"}
            return len(found) == 3 and found
        errors = eventually(scraped, "each is scraped")
        self.assertEqual(errors["roomport-poller"], "")
        self.assertIn("401", errors["authorization"])
        self.assertIn("certificate signed by unknown authority", errors["tls_config"])

    def test_credentials_that_are_good_stay(self):
        files = [self.own / "certificate.pem", self.own / "key.pem", self.callers / "token", self.callers / "ca.pem"]
        before = [file.read_bytes() for file in files]
        self.assertEqual([os.stat(file).st_mode & 0o777 for file in files], [0o640, 0o600, 0o640, 0o640])
        self.make_credentials()
        self.assertEqual([file.read_bytes() for file in files], before)
        # Of another CA: issued anew. The callers' token stays as it is.
        self.room_service = self.service("--simulate", "1s")
        self.make_credentials()
        after = [file.read_bytes() for file in files]
        self.assertEqual([old == new for old, new in zip(before, after)], [False, False, True, False])


if __name__ == "__main__":
    unittest.main()
