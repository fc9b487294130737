"""What this process holds in memory."""


def resident_kb():
    return _status("VmRSS:")


def peak_kb():
    # Not getrusage's: that one begins with the peak of the process that started this one.
    return _status("VmHWM:")


def _status(name):
    try:
        with open("/proc/self/status", "rb") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(name.encode()))
    except OSError:
        return None  # no such file but on Linux
