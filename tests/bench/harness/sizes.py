"""How large what a user gets is: [{what, bytes}] of the packages that are there."""

import tarfile
import zipfile

PHONE_LIBRARY = "its library, as on a phone"


def of(dist):
    found = []

    def add(what, number):
        found.append({"what": what, "bytes": number})

    for wheel in dist.glob("python/*.whl"):
        add("Python wheel, with the command and the sandbox", wheel.stat().st_size)
    for tarball in sorted(dist.glob("node/*.tgz")):
        with tarfile.open(tarball) as archive:
            libraries = [member.size for member in archive if member.name.endswith(".node")]
        add("npm tarball of a platform" if libraries else "npm tarball, main", tarball.stat().st_size)
        for size in libraries:
            add("its .node library", size)
    for jar in dist.glob("kotlin/whatsapp-two-step-[0-9]*[0-9].jar"):
        add("JAR", jar.stat().st_size)
        with zipfile.ZipFile(jar) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith((".so", ".dylib")):
                    add(PHONE_LIBRARY, entry.file_size)
    for command in dist.glob("bin/whatsapp-two-step"):
        add("command", command.stat().st_size)
    return found
