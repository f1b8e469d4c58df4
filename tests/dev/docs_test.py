"""Every command, option, word of the configuration and link that the documents name exists. Prints TAP."""

import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(os.environ["WARDROOM_ROOT"])
SRC = pathlib.Path(os.environ["WARDROOM_BUILD"]) / "src"
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
NO_COMMANDS = {"wardroom archive 1"}  # the first line of a format
points = []


def point(name, wrong):
    points.append(not wrong)
    print(f"{'not ok' if wrong else 'ok'} {len(points)} - {name}")
    for why in wrong:
        print(f"# {why}")


def run(*command):
    r = subprocess.run([str(c) for c in command], text=True, timeout=60, capture_output=True, stdin=subprocess.DEVNULL)
    return r.stdout + r.stderr


def commands(page):
    """(number of the line, command) of lines of code, and of code within a line."""
    code = False
    for n, line in enumerate(page.read_text().split("\n"), 1):
        if line.startswith("```"):
            code = not code
        elif code and re.match(r"(wardroom|wardroom-curator|\./dev) ", line):
            yield n, re.split(r"   |  +#|\s[|;]\s", line)[0].strip()
        elif not code:
            yield from ((n, c) for c in re.findall(r"`((?:wardroom|wardroom-curator|\./dev) [^`]*)`", line))


def outside():
    """{"person add": its usage}"""
    lines = run(SRC / "cli" / "wardroom", "help").split("\n")
    usages = [re.split(r"   +|  (?=[A-Z][a-z])", x)[0].strip() for x in lines[3:] if x.strip()]
    return {re.match(r"[a-z]+( [a-z]+)?", u)[0]: u for u in usages}


def inside():
    page = run(SRC / "desk" / "wardroom-desk", "help")
    names = {m.split()[0] for m in re.findall(r"^  ([a-z]+)", page, re.M)}
    return {n: run(SRC / "desk" / "wardroom-desk", "help", n) for n in names}


def curator():
    program = SRC / "curator" / "wardroom-curator"
    page = run(program, "--help")
    names = set(re.findall(r"^  ([a-z]+(?:-[a-z]+)?) ", page, re.M)) | {"key-import", "preview"}
    return {n: page + run(program, n, "--help") for n in names}


def known(words, sets):
    """What is wrong with a command, or None."""
    if words and words[0] == "--config":
        words = words[2:]
    if not words:
        return None
    for names in sets:
        for n in (2, 1):
            name = " ".join(words[:n])
            if len(words) >= n and name in names:
                before = words[n:words.index("--")] if "--" in words else words[n:]
                lacks = [w.strip("[]") for w in before if re.match(r"\[?--[a-z]", w)]
                lacks = [w for w in lacks if w not in names[name] and w not in ("--json", "--config", "--help")]
                return f"{name} has no {lacks[0]}" if lacks else None
    return "there is no such command"


def main():
    sets = {"wardroom": (outside(), inside()), "wardroom-curator": (curator(),),
            "./dev": ({n: run(ROOT / "dev", "help") for n in re.findall(r"^  ([a-z]+)", run(ROOT / "dev", "help"), re.M)},)}
    point("the commands can be listed", [n for n, s in sets.items() if not all(len(x) > 5 for x in s)])
    seen = 0
    for page in PAGES:
        wrong = []
        for n, command in commands(page):
            words = command.replace('"', "").split()
            why = None if command in NO_COMMANDS else known(words[1:], sets[words[0]])
            seen += 1
            if why:
                wrong.append(f"{page.name}:{n}: {command}: {why}")
        point(f"{page.name}: commands", wrong)
        text = page.read_text()
        anchors = {p: {re.sub(r"[^a-z0-9 -]", "", h.lower()).strip().replace(" ", "-")
                       for h in re.findall(r"^#+ (.*)$", p.read_text(), re.M)} for p in PAGES}
        wrong = []
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            file, _, anchor = link.partition("#")
            to = page.parent / file if file else page
            if "://" not in link and (not to.exists() or anchor and anchor not in anchors.get(to.resolve(), ())):
                wrong.append(f"{page.name}: {link} leads nowhere")
        point(f"{page.name}: links", wrong)
    point("commands were found at all", [] if seen > 40 else [seen])
    table = (ROOT / "docs/installing.md").read_text().partition("## Configuring")[2].partition("\n## ")[0]
    words = re.findall(r"`([a-z_]+)`", "\n".join(x.split("|")[1] for x in table.split("\n") if x.startswith("| `")))
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as f:
        wrong = []
        for word in words:
            f.seek(0)
            f.truncate()
            f.write(word + "\n")
            f.flush()
            if word + " has no value" not in run(SRC / "cli" / "wardroom", "--config", f.name, "version"):
                wrong.append(word)
    point("the words of the configuration", wrong if len(words) > 20 else words)
    there = set(re.findall(r"^\s+(?:TEXT|NUMBER)\(([a-z_]+),", (ROOT / "src/base/config.c").read_text(), re.M))
    point("and all of them are told", sorted(there - set(words)) if there else ["none found"])
    man = (ROOT / "man/wardroom.1").read_text()
    point("the man page tells of each command", [c for c in sets["wardroom"][0] if f".It Ic {c}" not in man])
    print(f"1..{len(points)}")
    return 0 if all(points) else 1


if __name__ == "__main__":
    raise SystemExit(main())
