"""scripts/in-debian replaces and removes nothing but what it made itself.

It runs from a tree of the test's own, and what would need root, a network or the kernel's namespaces is a stub: so these
tests run as any user, and what they would break if they failed is theirs.
"""

import os
import shutil
import stat
import subprocess
import tempfile
import unittest

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts")
MARKER = "etc/roomport-in-debian"

# debootstrap [OPTION...] SUITE FOLDER [MIRROR]
DEBOOTSTRAP = """
while [ "${1#--}" != "$1" ]; do shift; done
mkdir -p "$2/etc/apt/apt.conf.d" "$2/usr/src" "$2/proc" "$2/dev"
echo "deb http://mirror.invalid $1 main" >"$2/etc/apt/sources.list"
echo made >>"$2/etc/made"
"""
STUBS = {
    "debootstrap": DEBOOTSTRAP,
    "id": "echo 0",
    "unshare": 'while [ "${1#--}" != "$1" ]; do [ "$1" != --propagation ] || shift; shift; done; exec "$@"',
    "mount": "exit 0",
    "chroot": "exit 0",
    "apt-get": "exit 0",
    "apt-config": """echo 'Acquire::http::Proxy "http://me:secret@proxy.invalid";'""",
}


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def contents(folder):
    """All that is in a folder: its files with their texts, its links with their targets."""
    found = {}
    for where, folders, names in os.walk(folder):
        for name in folders + names:
            path = os.path.join(where, name)
            if os.path.islink(path):
                found[path] = os.readlink(path)
            else:
                found[path] = read(path) if os.path.isfile(path) else None
    return found


class InDebian(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomport in-debian ")
        self.addCleanup(folder.cleanup)
        self.top = os.path.realpath(folder.name)
        self.home = self.path("home/user")
        self.tree = self.path("tree")
        self.root = self.path("debian")
        os.makedirs(self.home)
        os.makedirs(self.path("tree/scripts"))
        for name in ("in-debian", "common.sh"):
            shutil.copy(os.path.join(SCRIPTS, name), self.path("tree/scripts"))
        for name, text in STUBS.items():
            self.stub(name, text)

    def path(self, name):
        return os.path.join(self.top, name)

    def stub(self, name, text):
        write(self.path("stubs/" + name), "#!/bin/sh\n" + text + "\n")
        os.chmod(self.path("stubs/" + name), 0o755)

    def run_script(self, *arguments, **environment):
        inherited = {name: value for name, value in os.environ.items()
                     if name != "XDG_CACHE_HOME" and not name.startswith("GIT_")}
        return subprocess.run(
            [self.path("tree/scripts/in-debian"), *arguments, "bookworm", "true"],
            cwd=self.top, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=50,
            env={**inherited, "PATH": self.path("stubs") + ":" + os.environ["PATH"], "HOME": self.home, **environment})

    def assert_refused(self, root, word):
        # Whoever is not root is told of the folder nevertheless; and a script that did not refuse would get no further.
        self.stub("id", "echo 1000")
        for fresh in ([], ["--fresh"]):
            before = contents(self.top)
            result = self.run_script(*fresh, "--root", root)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(word, result.stderr)
            self.assertEqual(contents(self.top), before)

    def assert_made(self, result):
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(os.path.isfile(os.path.join(self.root, MARKER)))
        self.assertEqual(self.beside(), ["debian", "debian.lock"])

    def beside(self):
        return sorted(name for name in os.listdir(self.top) if name.startswith("debian"))

    def test_a_folder_with_files_is_left_as_it_is(self):
        write(os.path.join(self.root, "etc/hosts"), "mine")
        self.assert_refused(self.root, "is left as it is")
        self.assert_refused("debian", "is left as it is")
        os.symlink(self.root, self.path("link"))
        self.assert_refused(self.path("link"), "is left as it is")
        # As root too.
        self.stub("id", "echo 0")
        before = contents(self.root)
        self.assertEqual(self.run_script("--fresh", "--root", self.root).returncode, 2)
        self.assertEqual(contents(self.root), before)

    def test_a_file_is_left_as_it_is(self):
        write(self.root, "mine")
        self.assert_refused(self.root, "is no folder")

    def test_the_whole_machine_is_refused(self):
        self.assert_refused("/", "this machine's own system")
        self.assert_refused("/proc/self/root/..", "this machine's own system")

    def test_the_home_is_refused(self):
        for folder in (self.home, os.path.dirname(self.home)):
            write(os.path.join(folder, MARKER), "")
            self.assert_refused(folder, "your home")

    def test_the_tree_is_refused(self):
        write(os.path.join(self.tree, MARKER), "")
        self.assert_refused(self.tree, "this tree is in it")
        self.assert_refused(self.top, "this tree is in it")
        self.assert_refused(os.path.join(self.tree, "build/debian"), "in this tree")
        os.symlink(self.tree, self.path("link"))
        self.assert_refused(self.path("link/new"), "in this tree")

    def test_a_new_and_an_empty_folder_are_taken(self):
        self.assert_made(self.run_script("--root", self.root))
        shutil.rmtree(self.root)
        os.mkdir(self.root)
        self.assert_made(self.run_script("--root", self.root))
        self.assertIn("set -euo", read(self.root + "/usr/src/gcc/roomport/scripts/in-debian"))

    def test_what_was_made_is_kept_unless_it_is_to_be_fresh(self):
        self.assert_made(self.run_script("--root", self.root))
        write(self.root + "/earlier", "")
        self.assert_made(self.run_script("--root", self.root))
        self.assertTrue(os.path.exists(self.root + "/earlier"))
        self.assert_made(self.run_script("--fresh", "--root", self.root))
        self.assertFalse(os.path.exists(self.root + "/earlier"))

    def test_the_old_one_stays_when_no_new_one_can_be_made(self):
        self.assert_made(self.run_script("--root", self.root))
        self.stub("debootstrap", DEBOOTSTRAP + "echo no mirror >&2; exit 1")
        before = contents(self.root)
        result = self.run_script("--fresh", "--root", self.root)
        self.assertEqual(result.returncode, 1)
        self.assertIn("no mirror", result.stderr)
        self.assertEqual(contents(self.root), before)
        self.assertEqual(self.beside(), ["debian", "debian.lock"])

    def test_nothing_is_written_through_links(self):
        self.assert_made(self.run_script("--root", self.root))
        for name in ("etc/resolv.conf", "etc/hosts", "etc/apt/sources.list", "etc/apt/apt.conf.d/90in-debian"):
            outside = self.path("outside/" + name)
            write(outside, "deb http://mirror.invalid bookworm main\n")
            os.unlink(os.path.join(self.root, name))
            os.symlink(outside, os.path.join(self.root, name))
        before = contents(self.path("outside"))
        self.assert_made(self.run_script("--root", self.root))
        self.assertEqual(contents(self.path("outside")), before)
        shutil.rmtree(self.root + "/usr/src")
        os.symlink(self.path("outside"), self.root + "/usr/src")
        result = self.run_script("--root", self.root)
        self.assertEqual(result.returncode, 1)
        self.assertIn("symbolic link", result.stderr)
        self.assertEqual(contents(self.path("outside")), before)

    def test_a_password_of_a_proxy_is_for_root_alone(self):
        self.assert_made(self.run_script("--root", self.root))
        settings = self.root + "/etc/apt/apt.conf.d/90in-debian"
        self.assertIn("secret", read(settings))
        self.assertEqual(stat.S_IMODE(os.stat(settings).st_mode), 0o600)

    def test_a_password_in_the_environment_is_no_argument(self):
        self.stub("chroot", 'printf "%s\\n" "$@" >"$0.arguments"')
        self.assert_made(self.run_script("--root", self.root, https_proxy="http://it's:secret@proxy.invalid"))
        self.assertNotIn("secret", read(self.path("stubs/chroot.arguments")))
        proxies = self.root + "/etc/roomport-in-debian-proxies"
        self.assertEqual(stat.S_IMODE(os.stat(proxies).st_mode), 0o600)
        told = subprocess.run(["sh", "-c", ". \"$0\" && printf %s \"$https_proxy\"", proxies],
                              capture_output=True, text=True, check=True, timeout=50)
        self.assertEqual(told.stdout, "http://it's:secret@proxy.invalid")

    @unittest.skipUnless(shutil.which("git"), "no git here")
    def test_what_git_ignores_is_not_copied_from_a_tree_of_another_user(self):
        subprocess.run(["git", "init", "--quiet", self.tree], check=True)
        write(self.path("tree/.gitignore"), "/secret\n")
        write(self.path("tree/secret"), "")
        # With this git takes every folder for another user's.
        self.assert_made(self.run_script("--root", self.root, GIT_TEST_ASSUME_DIFFERENT_OWNER="1"))
        self.assertEqual(sorted(os.listdir(self.root + "/usr/src/gcc/roomport")), [".gitignore", "scripts"])
        write(self.path("tree/.git/HEAD"), "nonsense")
        self.assertEqual(self.run_script("--root", self.root).returncode, 1)


if __name__ == "__main__":
    unittest.main()
