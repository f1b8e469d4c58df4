#!/usr/bin/python3
"""What the command inside a workspace says when it is called wrongly, or what it asks for is refused.

Prints TAP. A desk of our own listens where the gate's would."""
import os, re, socket, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.join(os.environ["WARDROOM_ROOT"], "tests", "http"))
from tap import check, finish  # noqa: E402

DESK = os.path.join(os.environ["WARDROOM_BUILD"], "src", "desk", "wardroom-desk")


def wardroom(*words, desk="/nowhere", cwd=None):
    r = subprocess.run([DESK, *words], env={**os.environ, "WARDROOM_DESK": desk}, capture_output=True, text=True,
                       timeout=30, stdin=subprocess.DEVNULL, cwd=cwd)
    return r.returncode, r.stdout, r.stderr


def answered(path, answer):
    """One request is read wholly and answered; returns a list that will hold it."""
    heard, server = [], socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(1)

    def serve():
        with server, server.accept()[0] as c:
            heard.append(b"".join(iter(lambda: c.recv(65536), b"")))
            c.sendall(answer)
    threading.Thread(target=serve, daemon=True).start()
    return heard


def table(*words):
    code, out, said = wardroom("table", *words)
    return code, said.split("\n")[0], said


def words_that_are_not_quoted():
    code, first, said = table("births", "--rows", "sex", "--value", "mean", "bwt", "--out", "t.csv")
    check(code == 64 and '"bwt"' in first and '--value "mean bwt"' in first, "the value's column stands apart", said)
    check("wardroom table DATA --rows COLUMN" in said, "the usage is quoted", said)
    code, first, said = table("--value", "mean", "bwt", "births", "--rows", "sex")
    check(code == 64 and '--value "mean bwt"' in first, "also before the table's name", said)
    code, first, said = table("births", "--rows", "sex", "--value", "mean")
    check(code == 64 and '--value "mean COLUMN"' in first, "the value has no column at all", said)
    code, first, said = table("births", "--rows", "sex", "--value", "count", "--where", "age", "is missing")
    check(code == 64 and '"is missing"' in first and "--where" in first, "a condition stands apart", said)
    code, first, said = table("births", "stays", "--rows", "sex", "--value", "count")
    check(code == 64 and '"stays" is one word too many' in first, "two tables", said)


def what_is_missing_or_unknown():
    code, first, said = table("births", "--rows", "sex", "--value", "count", "--sort", "up")
    check(code == 64 and first == "There is no option --sort.", "an unknown option", said)
    code, first, said = table("births", "--value", "count", "--rows")
    check(code == 64 and first == "Something must follow after --rows.", "an option without its word", said)
    for words, sentence in (((), "Say of which table"), (("births", "--value", "count"), "Say what names the rows"),
                            (("births", "--rows", "sex"), "Say what to compute"),
                            (("births", "--rows", "sex", "--value", "a\nb"), "one line")):
        code, first, said = table(*words)
        check(code == 64 and sentence in first, f"{sentence}: {words!r}", said)


def a_request_that_is_right(folder):
    path = os.path.join(folder, "good")
    heard = answered(path, b"Nothing of it.\x1e3 9 2\nOk\nsex,count{}\n0\n")
    out = os.path.join(folder, "t.csv")
    r = wardroom("table", "--value", "mean bwt", "births", "--rows", "sex", "--where", "age > 5", "--out", out, desk=path)
    check(heard and heard[0].split(b"\n", 1)[1] == b"table births\nrows sex\nvalue mean bwt\nwhere age > 5\n\n",
          "the request", (r, heard))
    check(r[0] == 0 and open(out).read() == "sex,count" and open(out + ".evidence.json").read() == "{}", "both files", r)


def a_table_that_is_refused(folder):
    path, out = os.path.join(folder, "refused"), os.path.join(folder, "no.csv")
    answered(path, b"\x1e9 0 0\nRefused.\n\n3\n")
    r = wardroom("table", "births", "--rows", "sex", "--value", "count", "--out", out, desk=path)
    check(r == (3, "", "Refused.\n") and not os.path.exists(out) and not os.path.exists(out + ".evidence.json"),
          "no file is written of what is refused", r)
    path, old = os.path.join(folder, "refused-again"), os.path.join(folder, "old.csv")
    answered(path, b"\x1e9 0 0\nRefused.\n\n3\n")
    for name in (old, old + ".evidence.json"):
        with open(name, "w") as f:
            f.write("of yesterday")
    r = wardroom("table", "births", "--rows", "sex", "--value", "count", "--out", old, desk=path)
    check(r == (3, "", "Refused.\n") and {open(x).read() for x in (old, old + ".evidence.json")} == {"of yesterday"},
          "and older ones of that name stay as they were", r)


def what_the_airlock_cannot(folder):
    code, out, said = wardroom("airlock", "remove", "leak.csv")
    check(code == 64 and "team's page Airlock" in said and "Take it out" in said and "--as" not in said,
          "a file is taken out on the page", said)
    code, out, said = wardroom("airlock", "delete", "leak.csv")
    check(code == 64 and said.startswith('There is no command "wardroom airlock delete".'), "another word", said)


def one_sentence_and_what_to_type():
    """(words, how the sentence begins, what it says to type)"""
    for words, begins, types in [
            ((), "Say what you want to do", "wardroom help"),
            (("staus",), 'There is no command "wardroom staus"', "wardroom status"),
            (("xyzzy",), 'There is no command "wardroom xyzzy"', "wardroom help"),
            (("",), 'There is no command "wardroom "', "wardroom help"),
            (("--versio",), "There is no option --versio", "wardroom version"),
            (("help", "tabel"), 'There is no command "wardroom tabel"', "wardroom table"),
            (("help", "airlock", "seel"), 'There is no command "wardroom airlock seel"', "wardroom airlock seal"),
            (("status", "--json"), "There is no option --json.", "wardroom status"),
            (("exits", "now"), '"now" is one word too many: nothing follows after `wardroom exits`', "wardroom exits"),
            (("version", "-v"), "There is no option -v.", "wardroom version"),
            (("submit",), "Name one file", "wardroom submit FILE"),
            (("submit", "--fast"), "There is no option --fast", "wardroom submit FILE"),
            (("submit", "a.csv", "b.csv"), "Name one file", "wardroom submit FILE"),
            (("ask", "a.b"), "Name a column", "wardroom ask TABLE.COLUMN WORD"),
            (("dictionary", "a", "b"), "Name one table", "wardroom dictionary [TABLE[.COLUMN]]"),
            (("airlock",), "Say what is to be done", "wardroom airlock add FILE"),
            (("airlock", "--list"), "There is no option --list", "wardroom airlock add FILE"),
            (("airlock", "add"), "Name the file", "wardroom airlock add FILE"),
            (("airlock", "add", "--now", "t.csv"), "There is no option --now", "wardroom airlock add FILE"),
            (("airlock", "add", "a.csv", "b.csv"), '"b.csv" is one word too many', "wardroom airlock add FILE"),
            (("airlock", "add", "a.csv", "--as"), "Something must follow after --as", "wardroom airlock add FILE"),
            (("airlock", "add", "a.csv", "--as", "secret"), '--as takes output, supporting or code, not "secret"', "wardroom airlock"),
            (("airlock", "list", "--all"), "There is no option --all.", "wardroom airlock list"),
            (("airlock", "seal", "now"), '"now" is one word too many: nothing follows after `wardroom airlock seal`', "wardroom airlock seal"),
            (("install",), "Say from where", "wardroom install apt|pip|npm|r NAME"),
            (("install", "conda", "x"), "Say from where", "wardroom install apt|pip|npm|r NAME"),
            (("install", "pip"), "Name the packages", "wardroom install apt|pip|npm|r NAME")]:
        code, out, said = wardroom(*words)
        check(code == 64 and not out and said.startswith(begins) and types in said and said.count("\n") == 1,
              "wardroom " + " ".join(words), (code, out, said))


def a_table_that_cannot_be_written(folder):
    """Found out before it is counted: what is counted is remembered."""
    path = os.path.join(folder, "unasked")
    heard = answered(path, b"No.\n2\n")
    for out, why in (("/nowhere/t.csv", "no such folder"), (folder, "ordinary file"), (folder + "/", "ordinary file"),
                     (os.path.join(folder, "x" * 250), "too long"), ("/dev/null", "ordinary file")):
        code, _, said = wardroom("table", "births", "--rows", "sex", "--value", "count", "--out", out, desk=path)
        check(code == 66 and why in said and not heard, "no table into " + out[:40], (code, said, heard))
    for words, why in ((("--rows", ""), "What follows --rows is empty"), (("--rows", "a", "--rows", "b"), "--rows stands there twice")):
        code, _, said = wardroom("table", "births", *words, "--value", "count", desk=path)
        check(code == 64 and why in said and not heard, why, (code, said, heard))


def help_wherever_it_is_asked_for():
    for words, begins in ((("airlock", "seal", "--help"), "wardroom airlock seal"), (("airlock", "add", "--help"), "wardroom airlock add"),
                          (("airlock", "add", "t.csv", "-h"), "wardroom airlock add"), (("airlock", "list", "--help"), "wardroom airlock list"),
                          (("table", "births", "--rows", "sex", "--help"), "wardroom table"), (("ask", "--help"), "wardroom ask"),
                          (("install", "pip", "--help"), "wardroom install"), (("version", "--help"), "wardroom version"),
                          (("help", "--help"), "wardroom help")):
        code, out, said = wardroom(*words)
        check(code == 0 and out.startswith(begins) and not said, " ".join(words), (code, out, said))
    code, out, said = wardroom("nonsense", "--help")
    check(code == 64 and not out and 'no command "wardroom nonsense"' in said, "but of no command there is none", (code, out, said))


def the_help_and_the_page_name_the_same(folder):
    """The commands and the options that the help lists are those of the man page and of the completion, no more, no less."""
    code, page, said = wardroom("help")
    commands = set(re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?: |$)", page, re.M))
    commands = {c if c.startswith("airlock ") else c.split()[0] for c in commands}
    check(code == 0 and len(commands) > 10 and not said, "wardroom help", (code, page))
    man = open(os.path.join(os.environ["WARDROOM_ROOT"], "src", "warden", "inside", "wardroom.1")).read()
    listed = re.findall(r"^\.It Ic ([a-z]+(?: (?:add|list|seal))?)", man, re.M)
    check(set(listed) == commands and len(listed) == len(set(listed)), "the page inside has each command of the help once",
          (sorted(set(listed) ^ commands), listed))
    words = open(os.path.join(os.environ["WARDROOM_ROOT"], "src", "warden", "inside", "completion.bash")).read()
    offered = re.search(r"local all=\$'([^']*)'", words).group(1).split("\\n")
    check(set(offered) == {c.split()[0] for c in commands}, "and so does what Tab offers", offered)
    for c in commands:
        for asked in (("help", *c.split()), (*c.split(), "--help")):
            code, out, said = wardroom(*asked)
            check(code == 0 and out.startswith("wardroom " + c.split()[0]) and not said, " ".join(asked), (code, out, said))
    code, out, said = wardroom("help", "table")
    options = set(re.findall(r"^    (--[a-z]+)", out, re.M))
    check(options == {"-" + o for o in re.findall(r"^\.It Fl (-[a-z]+) Ar", man, re.M)} and len(options) == 7,
          "the options of a table", options)
    for option in options:
        heard = answered(os.path.join(folder, "of" + option), b"No.\n2\n")
        said = {"--rows": "sex", "--value": "count", option: os.path.join(folder, "o.csv") if option == "--out" else "10"}
        wardroom("table", "births", *(x for pair in said.items() for x in pair), desk=os.path.join(folder, "of" + option))
        check(bool(heard), option + " is one", heard)
    codes = {int(x) for x in re.findall(r"^\.It ([0-9]+)$", man, re.M)}
    check({0, 1, 2, 3, 64, 66, 75} == codes, "the exit codes", codes)


def more_packages_than_at_once():
    for kind in ("apt", "pip", "npm", "r"):
        code, out, said = wardroom("install", kind, *["a"] * 65)
        check(code == 64 and "too many packages" in said and not out,
              f"the 65th package of {kind} is not left out in silence", (code, out, said))


def installing_after_the_setup():
    with socket.socket() as s:
        if s.connect_ex(("127.0.0.1", 3142)) == 0:
            print("# something answers where a mirror would: not tried")
            return
    for kind, name in (("pip", "pyarrow"), ("npm", "left-pad"), ("r", "ggplot2")):
        begun = time.monotonic()
        code, out, said = wardroom("install", kind, name)
        check(code == 1 and said.count("\n") == 1 and "setup phase" in said and not out and
              time.monotonic() - begun < 5, f"{kind} is refused at once, in a sentence", (code, out, said))


def versions():
    code, out, said = wardroom("version")
    check(code == 0 and out.startswith("wardroom ") and any(c.isdigit() for c in out), "wardroom version", (out, said))
    check("  version " in wardroom("help")[1], "the help has it")


def main():
    with tempfile.TemporaryDirectory(prefix="wardroom-desk-") as folder:
        words_that_are_not_quoted()
        what_is_missing_or_unknown()
        a_request_that_is_right(folder)
        a_table_that_is_refused(folder)
        a_table_that_cannot_be_written(folder)
        what_the_airlock_cannot(folder)
        one_sentence_and_what_to_type()
        help_wherever_it_is_asked_for()
        the_help_and_the_page_name_the_same(folder)
        more_packages_than_at_once()
        installing_after_the_setup()
        versions()
    return finish()


if __name__ == "__main__":
    sys.exit(main())
