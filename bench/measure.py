"""How the benches measure: seconds of processor and clock, memory, the best of a few runs."""
import os
import resource
import subprocess
import time


def timed(*command, **more):
    """Seconds of processor and clock, and the most memory in MB, of a child and its children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    words = p.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(p.pid, 0)
    if status != 0:
        raise SystemExit(f"{command[0]} failed: {words[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - start, usage.ru_maxrss / 1024


def line(what, size, cpu, clock, memory, ratio=None):
    """Prints one row; size in MB, ratio against whatever the bench says."""
    print(f"  {what:30} {cpu:8.2f} s cpu {size / cpu:7.1f} MB/s a core {clock:8.2f} s {memory:6.0f} MB"
          + (f"   ratio {ratio:5.1f}" if ratio else ""))


def best(runs, function, *args):
    """Seconds of the fastest of a few runs, and the value."""
    seconds = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        value = function(*args)
        seconds = min(seconds, time.perf_counter() - start)
    return seconds, value
