#!/usr/bin/env python3
"""CPU per poll of our library and of its peers, against the same nginx, in interleaved rounds.

Absolute times drift with the machine: what counts are the ratios of one run, which are medians over its rounds.
"""

import argparse
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOM_PATH = "/rooms/v2/app-1/connectioninfo/bench00000000"
BODY = ('{"roomId":"$room","status":"starting","exposedPort":{"transportType":"udp","port":34567,'
        '"host":"1.proxy.hathora.dev","name":"game1"},"additionalExposedPorts":[{"transportType":"tcp",'
        '"port":34568,"host":"1.proxy.hathora.dev","name":"debug"}]}')

NGINX = """
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 300s;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {
        listen 127.0.0.1:%(port)d ssl backlog=512;
        ssl_protocols TLSv1.3;
        ssl_certificate cert.pem;
        ssl_certificate_key key.pem;
        location ~ "^/rooms/v2/[^/]+/connectioninfo/(?<room>[A-Za-z0-9_-]+)$" {
            default_type application/json;
            return 200 '%(body)s';
        }
    }
}
"""

POLLERS = {
    "roomport": "the whole library",
    "beast": "textbook Beast: ssl_stream, a timeout per operation, DOM",
    "curl": "libcurl multi, nlohmann JSON",
    "raw": "epoll and OpenSSL by hand, no JSON: about the floor",
}
GOALS = {"wrk": 1.0, "beast": 0.7, "curl": 0.4}
TICKS = [0, 1, 2, 5, 10, 20]


def pinned(cpu, command):
    """A command on one CPU, where there are at least two."""
    if shutil.which("taskset") and (os.cpu_count() or 1) > 1:
        return ["taskset", "-c", str(cpu)] + command
    return command


class Server:
    """nginx in a folder of its own; ends with the `with` block."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="roomport-bench-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.ca = os.path.join(self.folder.name, "cert.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", os.path.join(self.folder.name, "key.pem"), "-out", self.ca, "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, stderr=subprocess.DEVNULL)
        with open(os.path.join(self.folder.name, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(NGINX % {"port": self.port, "body": BODY})
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen(
            pinned(0, [nginx, "-p", self.folder.name + "/", "-c", "nginx.conf"]), stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        raise RuntimeError("nginx did not start")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        self.folder.cleanup()


def run_poller(build, name, server, **options):
    """CPU in microseconds per poll, and polls a second."""
    words = [f"{key.replace('_', '-')}={value}" for key, value in options.items()]
    command = [os.path.join(build, f"poll_{name}"), f"port={server.port}", f"ca={server.ca}"] + words
    done = subprocess.run(pinned(1, command), check=True, capture_output=True, text=True, timeout=120)
    values = dict(re.findall(r"(\w+)=([\d.]+)", done.stdout))
    polls = int(values["polls"])
    if polls == 0:
        raise RuntimeError(f"{name} made no polls: {done.stderr}")
    return (float(values["user"]) + float(values["system"])) / polls * 1e6, polls / float(values["seconds"])


def run_wrk(server, milliseconds):
    """The same for wrk, whose start-up counts with it: less than one per cent in three seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["wrk", "-t1", "-c64", f"-d{max(1, round(milliseconds / 1000))}s",
               f"https://localhost:{server.port}{ROOM_PATH}"]
    done = subprocess.run(pinned(1, command), check=True, capture_output=True, text=True, timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    polls, seconds = re.search(r"(\d+) requests in ([\d.]+)s", done.stdout).groups()
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return used / int(polls) * 1e6, int(polls) / float(seconds)


def spread(values):
    """How far the middle half of the values lies apart, in per cent of the median."""
    if len(values) < 4:  # the whole range, where there are too few for halves
        return (max(values) - min(values)) / statistics.median(values) * 100
    quarters = statistics.quantiles(values, n=4)
    return (quarters[2] - quarters[0]) / statistics.median(values) * 100


def saturated(build, server, rounds, milliseconds):
    names = ["roomport", "wrk", "beast", "curl", "raw"]
    cpu = {name: [] for name in names}
    rate = {name: [] for name in names}
    for number in range(rounds):
        # Turned round by round, so that no client always follows the same one.
        for name in names[number % len(names):] + names[:number % len(names)]:
            if name == "wrk":
                used, polls = run_wrk(server, milliseconds)
            else:
                used, polls = run_poller(build, name, server, time=milliseconds)
            cpu[name].append(used)
            rate[name].append(polls)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    print("\n| saturated, 64 connections | CPU µs/poll | spread | polls/s | roomport ÷ it | goal |")
    print("|---|---|---|---|---|---|")
    for name in names:
        ratios = [ours / theirs for ours, theirs in zip(cpu["roomport"], cpu[name])]
        goal = f"≤ {GOALS[name]}" if name in GOALS else ""
        label = f"{name}: {POLLERS[name]}" if name in POLLERS else "wrk: no verification, no JSON"
        print(f"| {label} | {statistics.median(cpu[name]):.1f} | {spread(cpu[name]):.0f} % | "
              f"{statistics.median(rate[name]):.0f} | {statistics.median(ratios):.2f} | {goal} |")


def paced(build, server, rounds, milliseconds, rate):
    cpu = {(name, tick): [] for tick in TICKS for name in ("roomport", "raw")}
    for number in range(rounds):
        for tick in TICKS:
            for name in ("roomport", "raw"):
                used, _ = run_poller(build, name, server, time=milliseconds, rate=rate, tick=tick)
                cpu[name, tick].append(used)
        print(f"paced round {number + 1} of {rounds}", file=sys.stderr)
    print(f"\n| paced, {rate} polls/s, tick | roomport µs/poll | spread | raw µs/poll | roomport ÷ raw |")
    print("|---|---|---|---|---|")
    for tick in TICKS:
        ours, raw = cpu["roomport", tick], cpu["raw", tick]
        ratio = statistics.median(a / b for a, b in zip(ours, raw))
        print(f"| {tick} ms | {statistics.median(ours):.1f} | {spread(ours):.0f} % | "
              f"{statistics.median(raw):.1f} | {ratio:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", help="the folder with the pollers")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--milliseconds", type=int, default=3000, help="of one measurement")
    parser.add_argument("--rate", type=int, default=2000, help="polls a second of the paced part")
    parser.add_argument("--only", choices=["saturated", "paced"])
    given = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} CPUs, load {load:.1f} at the start" +
          (": others are busy, so expect noise" if load > 0.5 else ""))
    with Server() as server:
        if given.only != "paced":
            saturated(given.build, server, given.rounds, given.milliseconds)
        if given.only != "saturated":
            paced(given.build, server, max(1, given.rounds // 2), given.milliseconds, given.rate)


if __name__ == "__main__":
    main()
