"""What the curator's test scripts share: tests in a list, a scratch folder that goes, TAP of all."""
import shutil
import subprocess
import sys
import traceback


class Skip(Exception):
    pass


class Cases:
    """A decorator for tests; main() runs those that are named on the command line, or all."""

    def __init__(self, scratch):
        self.all, self.scratch = [], scratch

    def __call__(self, fn):
        self.all.append(fn)
        return fn

    def main(self, before=lambda: None):
        """before() comes before each. The exit code of the script."""
        sys.stdout.reconfigure(line_buffering=True)
        wanted = [f for f in self.all if not sys.argv[1:] or f.__name__ in sys.argv[1:]]
        print("1..%d" % len(wanted))
        failed = 0
        for i, fn in enumerate(wanted, 1):
            name = fn.__name__.replace("_", " ")
            try:
                before()
                fn()
                print("ok %d - %s" % (i, name))
            except Skip as why:
                print("ok %d - %s # SKIP %s" % (i, name, why))
            except Exception:
                failed += 1
                for line in traceback.format_exc().split("\n"):
                    print("# " + line[:2000])
                print("not ok %d - %s" % (i, name))
        subprocess.run(["chmod", "-R", "u+rwX", self.scratch])
        shutil.rmtree(self.scratch, ignore_errors=True)
        return 1 if failed else 0
