"""A program without memory says so and ends with 1, be it before its main()."""

import os
import subprocess
import unittest

PROGRAMS = os.environ["PROGRAMS"].split(":")
LIBRARY = os.environ["NO_MEMORY"]


def run(program, allocator, left):
    return subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False,
                          env={"PATH": os.environ["PATH"], "LD_PRELOAD": LIBRARY, "ALLOCATOR": allocator,
                               "ALLOCATIONS_LEFT": str(left)})


class NoMemory(unittest.TestCase):
    def sweep(self, program, allocator):
        """Fails all allocations after ever more of them, until the program can do its work."""
        left = 0
        while True:
            done = run(program, allocator, left)
            if done.returncode == 0:
                return left
            # The loader has words of its own.
            if not (done.returncode == 127 and "error while loading" in done.stderr):
                self.assertEqual(done.returncode, 1, f"{allocator} {left}: {done.stderr}")
                name = os.path.basename(program)
                self.assertEqual(done.stderr, f"{name}: out of memory\n", f"{allocator} {left}")
            left += 1 + left // 10
            self.assertLess(left, 1_000_000)

    def test_no_object_of_cpp_can_be_made(self):
        for program in PROGRAMS:
            self.assertGreater(self.sweep(program, "new"), 0, program)

    def test_no_memory_at_all(self):
        for program in PROGRAMS:
            self.assertGreater(self.sweep(program, "malloc"), 0, program)


if __name__ == "__main__":
    unittest.main()
