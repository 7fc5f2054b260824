"""Runs a real Prometheus, Debian's, as a child and asks it; needs the package `prometheus`."""

import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import yaml

LIMIT = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    """One server with a folder of its own, on a loopback port of its own."""

    def __init__(self, configuration):
        self.folder = tempfile.mkdtemp(prefix="roomport-prometheus-")
        self.configuration = Path(self.folder, "prometheus.yml")
        self.configuration.write_text(yaml.safe_dump(configuration))
        try:
            # A port that was free may be taken by now.
            while not self.start():
                pass
        except BaseException:
            self.close()
            raise

    def start(self):
        self.port = free_port()
        self.log = open(Path(self.folder, "log"), "wb")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={self.configuration}", f"--storage.tsdb.path={self.folder}/data",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        end = time.monotonic() + LIMIT
        while self.process.poll() is None:
            assert time.monotonic() < end, "Prometheus does not become ready: " + self.told()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5) as answer:
                    # Nobody else's: another process could not have been asked while this one has the port.
                    if answer.status == 200 and self.process.poll() is None:
                        return True
            except OSError:
                time.sleep(0.05)
        self.log.close()
        assert "address already in use" in self.told(), "Prometheus did not start: " + self.told()
        return False

    def told(self):
        return Path(self.folder, "log").read_text()

    def ask(self, path, **parameters):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=LIMIT) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as failure:
            raise AssertionError(f"{parameters}: {failure.read().decode()}") from failure

    def query(self, expression):
        """The answer of now: (labels, value) of every series."""
        found = self.ask("query", query=expression)
        assert found["resultType"] == "vector", found
        return [(series["metric"], float(series["value"][1])) for series in found["result"]]

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
