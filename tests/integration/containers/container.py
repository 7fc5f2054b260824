"""Runs services of the compose file from the file systems of built images, each in namespaces of its own, as root.

It stands in for a container engine as far as this project asks one for anything: user, capabilities, read-only root,
volumes, limits, process 1, health checks, the order of starting. All of them share the network they are started in.
"""

import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import shipped

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
import programs  # noqa: E402

LIMIT = 60
DEVICES = ("null", "zero", "full", "random", "urandom")
# Runs in the namespaces of the container, as its process 1 to be. After the root comes what to mount, then the command.
PREPARE = r"""
set -e
root=$1; shift
mount --bind "$root" "$root"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o nosuid,mode=755 dev "$root/dev"
for device in DEVICES; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
for stream in stdin:0 stdout:1 stderr:2; do
    ln -s "/proc/self/fd/${stream#*:}" "$root/dev/${stream%:*}"
done
ln -s /proc/self/fd "$root/dev/fd"
while [ "$1" != -- ]; do
    case $1 in
    tmpfs) mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs "$root$3" ;;
    *)
        mount --bind "$2" "$root$3"
        [ "$1" = rw ] || mount -o remount,bind,ro "$root$3"
        ;;
    esac
    shift 3
done
shift
[ "$READ_ONLY" = no ] || mount -o remount,bind,ro "$root"
cd "$root"
exec chroot "$root" "$@"
""".replace("DEVICES", " ".join(DEVICES))


def most_descriptors(wanted):
    """As many as wanted; fewer where even root may not raise the limit."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    status = Path("/proc/self/status").read_text()
    may_raise = int(re.search(r"(?m)^CapEff:\s*(\w+)$", status).group(1), 16) >> 24 & 1  # CAP_SYS_RESOURCE
    return wanted if wanted and (may_raise or wanted <= hard) else hard


class Image:
    """A file system and what is configured for it."""

    def __init__(self, root, user, environment=(), entrypoint=(), command=(), folder="/", health=None):
        self.root = Path(root).resolve()
        self.user, self.environment, self.folder = user, list(environment), folder
        self.entrypoint, self.command, self.health = list(entrypoint), list(command), health

    @classmethod
    def built(cls, work, name):
        config = json.loads(Path(work, f"{name}.json").read_text())["Docker"]["config"]
        kind, *health = config["Healthcheck"]["Test"]
        assert kind == "CMD", health
        return cls(Path(work, name), tuple(map(int, config["User"].split(":"))), config["Env"], config["Entrypoint"],
                   config["Cmd"], config["WorkingDir"], health)


class Container:
    """One service as the compose file describes it, running."""

    def __init__(self, work, name, service, image):
        self.work, self.name, self.service, self.image = Path(work), name, service, image
        self.log = Path(work, f"{name}.log")
        command = self.words("entrypoint", image.entrypoint) + self.words(
            "command", [] if "entrypoint" in service else image.command)
        self.descriptors = most_descriptors(service.get("ulimits", {}).get("nofile"))

        def prepare():
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.descriptors, self.descriptors))
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-c", PREPARE,
                 "sh", str(image.root), *self.mounts(), "--", *self.as_user(command)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=prepare,
                env={**os.environ, "READ_ONLY": "yes" if service.get("read_only") else "no"})
        self.first = self.find_first()

    def words(self, key, default):
        given = self.service.get(key, default)
        return shlex.split(given) if isinstance(given, str) else list(given)

    def mounts(self):
        (self.image.root / "etc/hosts").touch()
        hosts = self.work / "hosts"
        hosts.write_text("127.0.0.1 localhost " + " ".join(shipped.compose()["services"]) + "\n")
        result = ["ro", str(hosts), "/etc/hosts"]
        for volume in self.service.get("volumes", []):
            source, target, *mode = volume.split(":")
            if source.startswith((".", "/")):
                place = (shipped.FOLDER / source).resolve()
            else:
                place = self.work / "volumes" / source
                if not place.exists():
                    # An empty volume becomes as the image has the folder.
                    like = os.stat(self.image.root / target.lstrip("/"))
                    place.mkdir(parents=True)
                    os.chown(place, like.st_uid, like.st_gid)
                    os.chmod(place, like.st_mode & 0o7777)
            result += [mode[0] if mode else "rw", str(place), target]
        for target in self.service.get("tmpfs", []):
            result += ["tmpfs", "-", target]
        return result

    def as_user(self, command):
        user, group = self.image.user
        groups = ",".join(map(str, [group, *self.service.get("group_add", [])]))
        privileges = ["--no-new-privs"] if "no-new-privileges:true" in self.service.get("security_opt", []) else []
        if self.service.get("cap_drop") == ["ALL"]:
            privileges += ["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]
        return ["setpriv", f"--reuid={user}", f"--regid={group}", f"--groups={groups}", *privileges,
                "env", "-i", "-C", self.image.folder, *self.image.environment, *command]

    def find_first(self):
        """The process that is number 1 in there, as it is numbered out here."""
        end = time.monotonic() + LIMIT
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        while time.monotonic() < end and self.process.poll() is None:
            found = children.read_text().split() if children.exists() else []
            # Before that it is a shell that mounts.
            if found and self.status(int(found[0])).get("Uid", "0").split()[0] == str(self.image.user[0]):
                return int(found[0])
            time.sleep(0.02)
        return None

    @staticmethod
    def status(process):
        try:
            lines = Path(f"/proc/{process}/status").read_text().splitlines()
        except OSError:
            return {}
        return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}

    def processes(self):
        """All that live in there: (number in there, number out here, state)."""
        space = os.readlink(f"/proc/{self.first}/ns/pid")
        found = []
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{process}/ns/pid") != space:
                    continue
            except OSError:
                continue
            facts = self.status(process)
            if facts:
                found.append((int(facts["NSpid"].split()[-1]), int(process), facts["State"][0]))
        return sorted(found)

    def execute(self, *command, timeout=LIMIT):
        """Runs a command in there, as the same user."""
        return subprocess.run(["nsenter", f"--target={self.first}", "--mount", "--pid", "--root", *self.as_user(command)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False)

    def check_health(self):
        return self.execute(*self.image.health)

    def send(self, number):
        os.kill(self.first, number)

    def stop(self):
        """As an engine does: SIGTERM, and after the grace SIGKILL. Returns the exit status, that of unshare."""
        grace = int(re.fullmatch(r"(\d+)s", self.service.get("stop_grace_period", "10s")).group(1))
        if self.process.poll() is None:
            self.send(signal.SIGTERM)
        try:
            return self.process.wait(grace)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()
        return None

    def told(self):
        return self.log.read_text()


def eventually(check, what):
    """As for programs, but containers take longer to come up."""
    return programs.eventually(check, what, LIMIT)


class Composition:
    """Services of the compose file, started in the order that it asks for."""

    def __init__(self, work, images):
        self.work, self.images, self.running, self.statuses = work, images, {}, {}

    def up(self, name):
        if name in self.running:
            return self.running[name]
        service = shipped.compose()["services"][name]
        needed = service.get("depends_on", {})
        for other in needed:
            condition = needed[other]["condition"] if isinstance(needed, dict) else "service_started"
            container = self.up(other)
            if condition == "service_completed_successfully":
                status = container.process.wait(LIMIT)
                assert status == 0, f"{other} ended with {status}: {container.told()}"
            elif condition == "service_healthy":
                self.await_health(other)
        self.running[name] = Container(self.work, name, service, self.images[service["image"]])
        return self.running[name]

    def await_health(self, name):
        container = self.running[name]
        try:
            assert container.first, "it did not start"
            eventually(lambda: container.check_health().returncode == 0, f"{name} is healthy")
        except AssertionError as failure:
            raise AssertionError(f"{failure}: {container.told()}") from failure

    def down(self):
        for name in reversed(list(self.running)):
            self.statuses[name] = self.running.pop(name).stop()
        return self.statuses
