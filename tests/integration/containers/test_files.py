"""The files in docker/ fit each other, and what reads them: no container is needed for that."""

import collections
import fnmatch
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import shipped

OUT_OF_SIGHT = "/run/roomport/"


def promtool(*arguments):
    assert shutil.which("promtool"), "Debian's prometheus is missing: scripts/install-dependencies test"
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


class Compose(unittest.TestCase):
    def setUp(self):
        self.compose = shipped.compose()
        self.services = self.compose["services"]

    def volumes(self):
        for name, service in self.services.items():
            for volume in service.get("volumes", []):
                source, target, mode = (volume.split(":") + ["rw"])[:3]
                yield name, source, target, mode

    def test_whatever_is_mounted_exists_and_only_volumes_can_be_written(self):
        named = set()
        for name, source, target, mode in self.volumes():
            if source.startswith("."):
                self.assertTrue((shipped.FOLDER / source).is_dir(), f"{name}: {source}")
                self.assertEqual(mode, "ro", f"{name}: {source}")
            else:
                named.add(source)
        self.assertEqual(named, set(self.compose["volumes"]))

    def test_what_is_built_can_be_built(self):
        targets = set(re.findall(r"(?m)^FROM \S+ AS (\w+)$", (shipped.FOLDER / "Dockerfile").read_text()))
        built = {service["image"]: service["build"] for service in self.services.values() if "build" in service}
        self.assertEqual(len(built), 2)
        for build in built.values():
            context = (shipped.FOLDER / build["context"]).resolve()
            self.assertEqual(context, shipped.TREE)
            self.assertTrue((context / build["dockerfile"]).is_file())
            self.assertIn(build["target"], targets)
        for name, service in self.services.items():
            repository, _, tag = service["image"].partition(":")
            self.assertTrue(service["image"] in built or re.fullmatch(r"v?\d+\.\d+\.\d+", tag), f"{name} is not pinned")
            self.assertNotRegex(repository, r"^[^/]*[.:]", f"{name} names a registry")

    def test_what_is_copied_into_images_exists_and_is_not_ignored(self):
        rules = [line for line in (shipped.TREE / ".dockerignore").read_text().splitlines() if line[:1] not in ("", "#")]
        self.assertEqual(rules[0], "*")
        kept = [rule[1:] for rule in rules if rule.startswith("!")]
        copied = re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", (shipped.FOLDER / "Dockerfile").read_text())
        names = {name for line in copied for name in line.split()}
        self.assertEqual(names, set(kept))
        for name in names:
            self.assertTrue((shipped.TREE / name).exists(), name)
            self.assertFalse(any(fnmatch.fnmatch(name, rule) for rule in rules[1:] if not rule.startswith("!")), name)

    def test_nothing_is_published_beyond_loopback(self):
        published = [port for service in self.services.values() for port in service.get("ports", [])]
        self.assertEqual(len(published), 5)
        for port in published:
            self.assertRegex(port, r"^127\.0\.0\.1:")
        for service in self.services.values():
            self.assertNotIn(service.get("network_mode"), ("host",))

    def test_services_have_no_privileges_and_no_secret_in_their_environment(self):
        for name, service in self.services.items():
            self.assertEqual((service["read_only"], service["cap_drop"], service["security_opt"]),
                             (True, ["ALL"], ["no-new-privileges:true"]), name)
            self.assertNotIn("privileged", service)
            for variable in service.get("environment", {}):
                self.assertNotRegex(variable, r"TOKEN|PASSWORD|SECRET|KEY", name)

    def test_the_daemons_own_key_and_the_ca_are_mounted_only_where_needed(self):
        mounted = collections.defaultdict(set)
        for name, source, _, mode in self.volumes():
            mounted[source].add((name, mode))
        self.assertEqual(mounted["rooms-state"], {("rooms", "rw"), ("credentials", "ro")})
        self.assertEqual(mounted["poller-certificate"], {("credentials", "rw"), ("poller", "ro")})
        self.assertEqual(mounted["callers"], {("credentials", "rw"), ("poller", "ro"), ("prometheus", "ro")})

    def test_places_named_in_configurations_are_mounted(self):
        places = collections.defaultdict(set)
        for name, _, target, _ in self.volumes():
            places[name].add(target)
        for name, file in (("poller", shipped.FOLDER / "poller.toml"), ("prometheus", shipped.PROMETHEUS)):
            for place in re.findall(rf"{OUT_OF_SIGHT}[\w./-]+", file.read_text()):
                self.assertIn(os.path.dirname(place), places[name], f"{file.name}: {place}")
        provider, = shipped.read_yaml(shipped.FOLDER / "grafana/provisioning/dashboards/roomport.yaml")["providers"]
        self.assertIn(provider["options"]["path"], places["grafana"])
        source, = shipped.read_yaml(shipped.FOLDER / "grafana/provisioning/datasources/prometheus.yaml")["datasources"]
        self.assertIn(re.fullmatch(r"http://(\w+):9090", source["url"]).group(1), self.services)

    def test_the_daemon_takes_its_configuration(self):
        with tempfile.TemporaryDirectory(prefix="roomport-poller-") as folder:
            for name in ("poller", "callers"):
                Path(folder, name).mkdir()
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-keyout", f"{folder}/poller/key.pem", "-out", f"{folder}/poller/certificate.pem",
                            "-subj", "/CN=test"], check=True, capture_output=True, timeout=60)
            shutil.copy(f"{folder}/poller/certificate.pem", f"{folder}/callers/ca.pem")
            Path(folder, "callers/token").write_text("token\n")
            given = Path(folder, "poller.toml")
            given.write_text((shipped.FOLDER / "poller.toml").read_text().replace(OUT_OF_SIGHT, f"{folder}/"))
            done = subprocess.run([os.environ["POLLER"], "--config", given, "--check"], capture_output=True, text=True,
                                  timeout=60, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)


class Monitoring(unittest.TestCase):
    def test_prometheus_takes_configuration_and_rules(self):
        status, told = promtool("check", "config", "--syntax-only", shipped.PROMETHEUS)
        self.assertEqual(status, 0, told)
        status, told = promtool("check", "rules", "--lint=all", "--lint-fatal", shipped.RULES)
        self.assertEqual(status, 0, told)
        self.assertIn(f"{len(shipped.alerts())} rules found", told)

    def test_every_alert_fires_when_it_should_and_only_then(self):
        file = Path(__file__).parent / "rules_test.yml"
        status, told = promtool("test", "rules", file)
        self.assertEqual(status, 0, told)
        cases = [case for test in shipped.read_yaml(file)["tests"] for case in test["alert_rule_test"]]
        for fires in (True, False):
            self.assertEqual({case["alertname"] for case in cases if bool(case.get("exp_alerts")) == fires},
                             set(shipped.alerts()))

    def test_the_dashboard_is_well_formed(self):
        board = shipped.dashboard()
        panels = list(shipped.panels(board))
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        cells = collections.Counter()
        for panel in panels:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            cells.update((x, y) for x in range(place["x"], place["x"] + place["w"])
                         for y in range(place["y"], place["y"] + place["h"]))
            if panel["type"] != "row":
                self.assertEqual(panel["datasource"]["uid"], "${datasource}", panel["title"])
                self.assertTrue(panel["targets"], panel["title"])
        self.assertEqual(max(cells.values()), 1, "panels overlap")

    def test_the_dashboard_shows_what_an_operator_asks_for(self):
        asked = "\n".join(query for _, query in shipped.queries(shipped.dashboard(), "1m"))
        for wanted in (r'roomport_rooms\{state="waiting"', r"by \(le, outcome\) \(rate\(roomport_room_wait_seconds_bucket",
                       r"by \(result\) \(rate\(roomport_polls_total", r"roomport_retry_after_seconds",
                       r"by \(state\) \(roomport_connections\{", r"by \(kind\) \(rate\(roomport_tls_handshakes_total",
                       r'roomport_poll_phase_seconds_total\{phase="queue"'):
            self.assertRegex(asked, wanted)


if __name__ == "__main__":
    unittest.main()
