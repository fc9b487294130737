"""What a binary may ask of the machine that it comes to: its format and processor, the loader and libraries, the oldest glibc, no writable
code. `problems` reads a file as readelf does, and says what is wrong with it for a platform such as linux-x64-musl."""

import re
import struct
import subprocess

MACHINES = {
    "x64": ("Advanced Micro Devices X86-64", 0x8664, 0x01000007),
    "arm64": ("AArch64", 0xAA64, 0x0100000C),
    "arm": ("ARM", None, None),
    "x86": ("Intel 80386", None, None),
}
# What every Linux with glibc has; what every one with musl has: a slim image has no libgcc_s either.
GLIBC = r"lib(c|m|dl|rt|pthread|util)\.so\.\d|ld-linux-.*|libgcc_s\.so\.1"
MUSL = r"libc\.so|libc\.musl-.*|ld-musl-.*"
ANDROID = r"lib(c|m|dl|log)\.so"


def readelf(option, file):
    return subprocess.run(
        ["readelf", "--wide", option, str(file)], check=True, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    ).stdout


def number(version):
    return tuple(int(part) for part in version.split("."))


def problems(file, platform, glibc="2.17"):
    """What is wrong with the file for the platform SYSTEM-PROCESSOR[-LIBC]."""
    system, processor, *libc = platform.split("-")
    elf, pe, mach = MACHINES[processor]
    with open(file, "rb") as opened:
        head = opened.read(4096)
    if head[:4] == b"\x7fELF":
        if system not in ("linux", "android"):
            return [f"it is of Linux, not of {system}"]
        return elf_problems(file, elf, {"linux": libc[0] if libc else "gnu", "android": "android"}[system], glibc)
    if head[:2] == b"MZ":
        at = struct.unpack_from("<I", head, 0x3C)[0]
        found, expected, name = struct.unpack_from("<H", head, at + 4)[0], pe, "win32"
    elif head[:4] == b"\xcf\xfa\xed\xfe":
        found, expected, name = struct.unpack_from("<I", head, 4)[0], mach, "darwin"
    else:
        return ["it is no binary of Linux, Windows or macOS"]
    if name != system:
        return [f"it is of {name}, not of {system}"]
    return [] if found == expected else [f"its processor is {found:#x}, not {processor}"]


def elf_problems(file, machine, libc, glibc):
    header, segments, dynamic, versions = (readelf(option, file) for option in ("--file-header", "--segments", "--dynamic", "--version-info"))
    found = []
    if f"Machine:                           {machine}\n" not in header:
        found.append(f"its processor is {re.search(r'Machine: *(.*)', header)[1]}, not {machine}")

    needed = re.findall(r"\(NEEDED\) .*\[(.+)\]", dynamic)
    loader = re.findall(r"program interpreter: (.+)\]", segments)
    allowed = {"gnu": GLIBC, "musl": MUSL, "android": ANDROID}[libc]
    strange = [name for name in needed + [path.rsplit("/", 1)[-1] for path in loader] if not re.fullmatch(allowed, name)]
    if strange:
        found.append(f"it asks for {', '.join(strange)}, which not every system of {libc} has")
    asked = sorted({number(version) for version in re.findall(r"Name: GLIBC_([\d.]+)", versions)})
    if asked and libc != "gnu":
        found.append("it asks for symbols of glibc")
    elif asked and asked[-1] > number(glibc):
        found.append(f"it asks for glibc {'.'.join(map(str, asked[-1]))}, and {glibc} is promised")

    stack = re.search(r"GNU_STACK .* ([RWE ]{3}) 0x", segments)
    if not stack or "E" in stack[1]:
        found.append("its stack is executable")
    if "GNU_RELRO" not in segments or not re.search(r"BIND_NOW|\bNOW\b", dynamic) and needed:
        found.append("its table of functions stays writable (no full RELRO)")
    if re.search(r"LOAD .* RWE 0x", segments):
        found.append("it has a segment that is writable and executable")
    if "(TEXTREL)" in dynamic or "TEXTREL" in dynamic:
        found.append("its code is changed while it is loaded (TEXTREL)")
    pages = [int(align, 16) for align in re.findall(r"^ *LOAD .*(0x[0-9a-f]+)$", segments, re.MULTILINE)]
    if libc == "android" and "ELF64" in header and min(pages) < 0x4000:
        found.append(f"its segments are aligned to {min(pages)} bytes, and Android's pages have 16,384")
    return found
