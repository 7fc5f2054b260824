"""Says what a program lacks of its hardening: hardening.py PROGRAM..."""

import platform
import re
import subprocess
import sys


def tool(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout


def missing(program):
    """What a program lacks, a sentence each."""
    dynamic = tool("readelf", "-dW", program)
    segments = tool("readelf", "-lW", program)
    symbols = tool("readelf", "-sW", "--dyn-syms", program)
    found = []
    if not re.search(r"^\s*Type:\s+DYN", tool("readelf", "-hW", program), re.MULTILINE):
        found.append("it is not position independent")
    if "BIND_NOW" not in dynamic and not re.search(r"FLAGS_1.*\bNOW\b", dynamic):
        found.append("it binds late (BIND_NOW)")
    if "GNU_RELRO" not in segments:
        found.append("its tables stay writable (RELRO)")
    if re.search(r"GNU_STACK.*\bRWE\b", segments):
        found.append("its stack is executable")
    if "__stack_chk_fail" not in symbols:
        found.append("its stack is not protected")
    if not re.search(r"\b__\w+_chk\b", symbols.replace("__stack_chk", "")):
        found.append("its library calls are not fortified")
    if platform.machine() == "x86_64":
        code = tool("objdump", "-d", "--no-show-raw-insn", "--disassemble=main", program)
        if not re.search(r"<main>:\n\s*[0-9a-f]+:\s+endbr64", code):
            found.append("its branches are not guarded (CET)")
    return found


def main(programs):
    found = [f"{program}: {what}" for program in programs for what in missing(program)]
    print("\n".join(found) if found else "nothing is missing")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
