"""A program built with the hardening has all of it, one built without lacks it, and a debug build is left alone."""

import os
import platform
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from hardening import missing, tool

HERE = Path(__file__).parent
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(probe LANGUAGES CXX)
list(APPEND CMAKE_MODULE_PATH "{modules}")
add_executable(probe "{source}")
if(HARDENED)
    include(RoomportHardening)
    roomport_harden_program(probe)
else()
    target_compile_options(probe PRIVATE -fno-stack-protector -fcf-protection=none -U_FORTIFY_SOURCE -fno-pie)
    target_link_options(probe PRIVATE -no-pie -Wl,-z,norelro -Wl,-z,lazy)
endif()
"""


def build(folder, kind, hardened):
    Path(folder, "CMakeLists.txt").write_text(
        PROJECT.format(modules=os.environ["MODULES"], source=HERE / "probe.cpp"))
    tree = str(Path(folder, f"{kind}-{hardened}"))
    for command in [["cmake", "-G", "Ninja", "-S", folder, "-B", tree, f"-DCMAKE_BUILD_TYPE={kind}",
                     f"-DHARDENED={hardened}", f"-DCMAKE_CXX_COMPILER={os.environ['CXX']}"],
                    ["cmake", "--build", tree, "--verbose"]]:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return str(Path(tree, "probe")), done.stdout


class Hardening(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="roomport-hardening-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def test_an_optimized_program_has_all_of_it(self):
        for kind in ["Release", "RelWithDebInfo"]:
            program, commands = build(self.folder, kind, "ON")
            self.assertEqual(missing(program), [], kind)
            self.assertIn("-fstack-clash-protection", commands)
        if platform.machine() == "x86_64":
            code = tool("objdump", "-d", "--no-show-raw-insn", "--disassemble=main", program)
            self.assertRegex(code, r"or[qb]\s+\$0x0,.*\(%rsp", "each page of a large frame is touched")

    def test_what_is_missing_is_noticed(self):
        program, _ = build(self.folder, "Release", "OFF")
        lacks = missing(program)
        self.assertEqual(len(lacks), 6 if platform.machine() == "x86_64" else 5, lacks)

    def test_a_debug_build_is_left_alone(self):
        _, commands = build(self.folder, "Debug", "ON")
        self.assertNotIn("FORTIFY", commands)
        self.assertNotIn("-fstack", commands)

    def test_our_programs_have_all_of_it(self):
        programs = [each for each in os.environ["PROGRAMS"].split(":") if each]
        if not programs:
            self.skipTest("this build is not optimized")
        for program in programs:
            self.assertEqual(missing(program), [], program)


if __name__ == "__main__":
    unittest.main()
