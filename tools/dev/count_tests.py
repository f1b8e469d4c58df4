"""count_tests.py TESTLOG.JSON: counts test points, and prints what failed.

meson counts programs; this counts the points of their TAP output. A program that crashed, timed
out, or stopped before its plan was fulfilled is one more failure, so that nothing goes missing.
The last line is "N passed, N failed, N skipped"; the exit code is 0 only when nothing failed and
something ran.
"""
import json
import re
import sys

POINT = re.compile(r"^(not )?ok\b(?:\s+\d+)?\s*(?:- )?(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)(?:\s*#\s*skip\b\s*(.*))?", re.I)
DIRECTIVE = re.compile(r"#\s*(skip|todo)\b\s*(.*)$", re.I)


def count(entry):
    """Points of one test program: passed, failed (names), skipped (names with reasons)."""
    passed, failed, skipped, plan = 0, [], [], None
    for line in (entry.get("stdout") or "").splitlines():
        head = PLAN.match(line)
        if head:
            plan = int(head.group(1))
            if head.group(2) is not None and plan == 0:
                skipped.append("everything: " + head.group(2))
            continue
        point = POINT.match(line)
        if not point:
            continue
        directive = DIRECTIVE.search(point.group(2))
        if directive and directive.group(1).lower() == "skip":
            skipped.append(point.group(2))
        elif point.group(1) and not directive:
            failed.append(point.group(2))
        else:
            passed += 1
    seen = passed + len(failed) + len(skipped)
    result = entry.get("result", "")
    if result in ("OK", "SKIP", "EXPECTEDFAIL"):
        if seen == 0:
            if result == "SKIP":
                skipped.append("the whole program")
            else:
                passed += 1
    elif not failed:
        failed.append(f"the program ended badly ({result}, exit {entry.get('returncode')})")
    if plan and seen < plan and not failed:
        failed.append(f"only {seen} of {plan} points were reached")
    return passed, failed, skipped


def main():
    try:
        with open(sys.argv[1], encoding="utf-8", errors="replace") as f:
            entries = [json.loads(line) for line in f if line.strip()]
    except OSError as e:
        print(f"No test log: {e}", file=sys.stderr)
        entries = []
    total, bad, skips = 0, 0, 0
    for entry in entries:
        passed, failed, skipped = count(entry)
        total, bad, skips = total + passed, bad + len(failed), skips + len(skipped)
        for name in skipped:
            print(f"skipped  {entry['name']}: {name}")
        for name in failed:
            print(f"FAILED   {entry['name']}: {name}")
        if failed:
            tail = (entry.get("stdout") or "").splitlines()[-25:]
            tail += (entry.get("stderr") or "").splitlines()[-25:]
            print("\n".join("    " + line for line in tail))
    print(f"{total} passed, {bad} failed, {skips} skipped")
    return 0 if bad == 0 and total > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
