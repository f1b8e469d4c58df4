"""What teams have of the data, told alike on every page, through the real portal and the real curator:
a release is signed, its recipe changes, and an earlier version is taken up again. Prints TAP."""
import hashlib
import html
import os
import random
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from steward_house import House, describe, standing  # noqa: E402
from tap import check, finish, wait_for  # noqa: E402

E = "/e/carmel"
DATA = E + "/data/heart"
RECIPE, RISK, SIGN, PROJECT = DATA + "/recipe", DATA + "/risk", DATA + "/sign", E + "/projects/heart"
WORD = "a password to sign with"
PEOPLE = ("steward", "lead", "participant", "organiser")
TEXT = """recipe Heart version 1
patient people.patient_id
table people
\tpatient_id pseudonym
\tfull_name drop
\tsex keep
\tage cap 89 "in years"
\tvillage keep
\trace %s
\till keep
outcome people.ill binary positive 1 "fell ill"
hidden 30 %%
sample 10 %%
quasi people.sex people.age%s
k 5 suppress 2 %%
"""


def tables():
    rnd = random.Random(5)
    rows = ["patient_id,full_name,sex,age,village,race,ill"]
    for i in range(120):
        rows.append("%07d,Zz%s Qq%s,%s,%d,%s,%s,%d" % (
            104729 * (i + 1) % 9999991, i, i, rnd.choice("FM"), rnd.randrange(30, 92), "abcdef"[i % 6] * 3,
            rnd.choice(["white", "black", "other"]), rnd.random() < 0.4))
    return {"people": "\n".join(rows) + "\n"}


def view(b, path=DATA):
    return b.get(path, as_json=True).json()


def idle(b):
    return wait_for(lambda: not view(b)["running"], 60)


def measured(b):
    b.get(RISK)
    b.post(RISK + "/measure", {})
    return wait_for(lambda: view(b, RISK)["standing"] != "measuring" and view(b, RISK), 30)


def save(b, text):
    b.get(RECIPE)
    got = b.post(RECIPE, {"recipe": text})
    check(got.status == 303, "a recipe is saved", got.text[:300])
    return standing(b)


def make(b):
    b.get(DATA)
    check(b.post(DATA + "/release", {}).status == 303 and idle(b) and not view(b)["problem"], "releases are made",
          view(b)["problem"])


def sign(b):
    paper = view(b, SIGN)
    b.get(SIGN)
    got = b.post(SIGN, {"hash": paper["hash"], "password": WORD, "why": ""})
    check(got.status == 303, "the steward signs", got.text[-900:])
    return paper


def words(b, path):
    """What a page says to a reader."""
    text = re.sub(r"<(script|style)\b.*?</\1>", "", b.get(path).text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def everywhere(who, sentence, when):
    """The same sentence on all pages, to each in their own words."""
    for path in (DATA, E + "/data", PROJECT, E + "/projects", SIGN):
        check(sentence in words(who["steward"], path), "%s: %s says it" % (when, path[len(E):]),
              (sentence, words(who["steward"], path)[:1500]))
    told = sentence.replace("you sign", "a data steward signs")
    for name, path in (("organiser", E + "/projects"), ("organiser", PROJECT), ("lead", PROJECT), ("lead", E + "/today")):
        check(told in words(who[name], path), "%s: %s tells the %s" % (when, path[len(E):], name),
              (told, words(who[name], path)[:1500]))
    for path in (PROJECT, E + "/projects", E + "/today"):
        check("ersion" not in words(who["participant"], path), "%s: %s tells a participant of no version" % (
            when, path[len(E):]), words(who["participant"], path)[:900])


def today(b):
    v = view(b, E + "/today")
    return [n for n in [v["next"]] + v["also"] if n["due"] and "/data" in n["href"]]


def agree(b, title, href, when):
    """The data's own page, the list of all data and Today ask for the same."""
    v = view(b)
    check(v["next"]["title"] == title and v["next"]["href"] == DATA + href, "%s: the next is \"%s\"" % (when, title), v["next"])
    check(view(b, E + "/data")["next_text"].startswith(title), "%s: in the list too" % when, view(b, E + "/data"))
    got = [n["title"] for n in today(b)]
    check(got == ["Heart: " + title], "%s: and on Today" % when, today(b))


def nothing_waits(b, when):
    v = view(b)
    check(v["next"]["title"] == "The data are released" and [s["state"] for s in v["steps"]] == ["done"] * 6 and
          not v["unsigned_release"], "%s: the way is done" % when, v)
    check(view(b, E + "/data")["next_slug"] is None or view(b, E + "/data")["next_slug"] == "",
          "%s: the list asks for nothing" % when, view(b, E + "/data"))
    check(today(b) == [] and "All data are released" in words(b, E + "/today"), "%s: nor does Today" % when, today(b))


def images(house):
    return house.run("SELECT id, hash FROM release WHERE state = 'ready' ORDER BY id")


def offered(b):
    return bool(re.search(r"<button[^>]*>\s*Make the releases", b.get(DATA).text))


def columns(b):
    return {c["name"]: c for c in standing(b)["columns"]}


def told(b):
    """What the step of risk does is told beside the column; what looks like an identifier is not kept."""
    save(b, TEXT % ("keep", "") + "# anew\n")
    age = columns(b)["age"]
    check("groups of 5 patients" in age["then"] and columns(b)["race"]["then"] == "", "the preview says what may come", age)
    name = columns(b)["full_name"]
    check(name["identifier"] and not name["harmless"], "a name looks like an identifier", name)
    row = re.search(r'<select name="does\.2".*?</select>', b.get(RECIPE).text, re.S).group(0)
    check('value="drop"' in row and not re.search('value="(keep|cap|round)"', row), "nobody is offered to keep it", row)
    base = view(b, RECIPE)["hash"]
    check(b.post(RECIPE + "/columns", {"base": base, "table": 1, "from": 1, "does.2": "keep", "with.2": ""}).status == 303 and
          standing(b)["standing"] == "wrong" and "full_name looks like an identifier" in standing(b)["problem"],
          "sent all the same, it does not fit", standing(b)["problem"])
    form = {"table": 1, "from": 1, "does.2": "drop", "with.2": "", "marked.2": "1", "harmless.2": "1"}
    b.post(RECIPE + "/columns", dict(form, base=view(b, RECIPE)["hash"]))
    check(standing(b)["standing"] == "good" and "\nharmless people.full_name\n" in standing(b)["text"] and
          columns(b)["full_name"]["harmless"], "the box becomes a statement", standing(b)["text"])
    row = re.search(r'<select name="does\.2".*?</select>', b.get(RECIPE).text, re.S).group(0)
    check('value="keep"' in row, "then keeping is offered", row)
    del form["harmless.2"]
    b.post(RECIPE + "/columns", dict(form, base=view(b, RECIPE)["hash"]))
    check(standing(b)["standing"] == "good" and "harmless" not in standing(b)["text"], "and taken back", standing(b)["text"])


def begins(house, who):
    b = who["steward"]
    b.post("/account/password", {"password": WORD})
    b.get(DATA)
    b.post(DATA + "/look", {})
    idle(b)
    check(b.post(DATA + "/import", {"folder": "from-ward"}).status == 303 and idle(b), "the tables are imported")
    page = b.get(DATA + "/profile")
    b.post(DATA + "/profile", {"source": re.search('name="source" value="([0-9a-f]+)"', page.text).group(1)})
    check(standing(b)["standing"] == "draft" and save(b, TEXT % ("keep", ""))["standing"] == "good", "the recipe fits")
    figures = {f["label"]: (f["value"], f["of"]) for f in view(b, E + "/today")["figures"]}
    check(figures["Signed"] == ("0", "1"), "of one participant none has signed", figures)
    check(not offered(b), "before the risk is measured no release is offered")
    check([n["title"] for n in today(b)] == ["1 project has data not released yet"], "Today asks for the first", today(b))
    check(view(b, RISK)["standing"] == "unmeasured" and measured(b)["found"]["lowered"] and offered(b), "measured, it is")
    after = columns(b)["age"]["then"]
    check(after.startswith("Then, by the step of risk: ") and "once" not in after or "leaves it" in after,
          "and the preview says what it does to the age", after)
    make(b)
    everywhere(who, "Teams have no data until you sign version 1.", "made first")
    agree(b, "A release waits for your signature", "/sign", "made first")


def first(house, who):
    b = who["steward"]
    sign(b)
    everywhere(who, "Version 1 is signed.", "signed")
    agree(b, "Write the catalogue entry", "/catalogue", "signed without one")
    check(describe(b).status == 303, "the catalogue says whose the data are")
    nothing_waits(b, "signed")
    v, page = view(b, RISK), words(b, RISK)
    check(v["made"] and v["of"].startswith("version 1, as Steward signed it on") and v["found"]["lowered"] and
          "Measure the risk" not in page and v["found"]["headline"] in page, "the risk shows what was signed for", v)
    step = [s["text"] for s in view(b)["steps"] if s["title"] == "Risk"][0]
    check(step.lower() in v["found"]["headline"].lower(), "and the way's own step says the same", (step, v["found"]["headline"]))
    check("Each number counts patients" in page and "told as ranges of" in page and " of its numbers" not in page,
          "pictures say what they count, and steps what they do", page)
    signed = view(b, SIGN)
    check(signed["signer"] == "Steward" and signed["standing"] == "Version 1 is signed." and not signed["stop"], "so does the paper",
          signed)
    return signed


def changed(house, who, signed):
    b, kept = who["steward"], images(house)
    words_of = "Teams keep version 1 until you sign version 2."
    b.post(RECIPE, {"recipe": TEXT % ("drop", "")})
    check("This is version 2. " + words_of in words(b, RECIPE), "saving says what teams keep")
    standing(b)
    everywhere(who, words_of, "changed")
    agree(b, "Measure the risk of version 2", "/risk", "changed")
    paper = view(b, SIGN)
    check(paper["signer"] and not paper["stop"] and paper["facts"] == [dict(f, tone="") for f in paper["facts"]] and
          paper["hash"] == signed["hash"] and paper["facts"] == signed["facts"] and
          "cannot be signed" not in words(b, SIGN), "what was signed stays as it was signed", paper)
    v = view(b, RISK)
    check(v["standing"] == "unmeasured" and not v["found"]["figures"] and words_of in words(b, RISK),
          "and the new version's risk is asked for", v)
    check(not offered(b) and not view(b)["may_again"], "until then no release is offered")
    measured(b)
    v = view(b)
    check(v["next"]["title"] == "Make the releases again" and offered(b), "then it is", v["next"])
    check(today(b)[0]["title"] == "Heart: Make the releases again" and today(b)[0]["href"] == DATA, "Today asks for it", today(b))
    make(b)
    everywhere(who, words_of, "made")
    agree(b, "A release waits for your signature", "/sign", "made")
    check(images(house) == kept, "and nothing but the signed images can be mounted", images(house))
    return kept


def back(house, who, signed, kept):
    """Version 1 again: everything is as it was signed."""
    b = who["steward"]
    waiting = view(b, SIGN)["hash"]
    now = standing(b)
    b.get(RECIPE + "/versions?from=2&to=1")
    check(b.post(RECIPE + "/versions/1/again", {"base": now["hash"]}).status == 303, "version 1 is taken up again")
    for when in ("again", "after a restart"):
        check(standing(b)["version"] == 3, "%s: as version 3" % when)
        everywhere(who, "Version 3 is the same as the signed version 1: nothing to do.", when)
        nothing_waits(b, when)
        paper = view(b, SIGN)
        check(paper["hash"] == signed["hash"] and paper["facts"] == signed["facts"] and paper["signer"] == "Steward",
              "%s: the page of the signature shows what was signed" % when, paper)
        v = view(b, RISK)
        check(v["made"] and v["of"].startswith("version 1, as Steward signed it") and v["found"]["lowered"],
              "%s: the risk is the signed one" % when, v)
        b.get(SIGN)
        got = b.post(SIGN, {"hash": waiting, "password": WORD, "why": "x"})
        check(got.status == 409 and images(house) == kept, "%s: what waited for version 2 is signed by nobody" % when, got.status)
        if when == "again":
            check(house.stop() == 0, "the portal stops")
            house.start()
            check(wait_for(lambda: up(b), 20), "and is back")


def up(b):
    try:
        return b.get(DATA).status == 200
    except OSError:
        return False


def forward(house, who, kept):
    """The words of version 2 again: the release that was made of them is what waits."""
    b = who["steward"]
    save(b, TEXT % ("drop", ""))
    everywhere(who, "Teams keep version 1 until you sign version 2.", "forward")
    agree(b, "A release waits for your signature", "/sign", "forward")
    paper = sign(b)
    exact, = house.run("SELECT text FROM recipe_version WHERE n = 2")[0]
    digest = hashlib.blake2b(exact.encode(), digest_size=32).hexdigest()
    facts = {f["label"]: f["text"] for f in paper["facts"]}
    check(facts["Recipe"] == "version 2, BLAKE2b-256 " + digest and
          house.run("SELECT recipe_hash FROM project")[0][0] == digest, "the signature is bound to the text that was used",
          (facts["Recipe"], digest))
    everywhere(who, "Version 4 is the same as the signed version 2: nothing to do.", "signed again")
    nothing_waits(b, "signed again")
    check(len(images(house)) == 2 * len(kept), "and its images are ready", images(house))


def lost(house, who):
    """A column that is destroyed to reach the group size stands in the headline."""
    b = who["steward"]
    save(b, (TEXT % ("drop", " people.village")).replace("k 5", "k 30"))
    v = measured(b)
    check("people.village" in v["found"]["lost"], "a column is lost", v["found"]["levels"])
    page = b.get(RISK).text
    check("people.village" in v["found"]["headline"] and "lost" in v["found"]["headline"] and
          "learn nothing" in v["found"]["sentence"] and
          re.search(r'<section class="next"><div><h2>Groups of \d+ or more, but [^<]*people.village', page),
          "the headline names it, and does not praise it", v["found"])
    make(b)
    facts = {f["label"]: f for f in view(b, SIGN)["facts"]}
    check("people.village" in facts["Lost to the group size"]["text"] and facts["Lost to the group size"]["tone"] == "due",
          "so does the paper that is to be signed", facts)


def anew(house, who):
    """Other tables than were measured."""
    b = who["steward"]
    save(b, (TEXT % ("drop", "")).replace("k 5", "k 6"))
    measured(b)
    check(view(b)["next"]["title"] == "Make the releases again", "a newer version is measured", view(b)["next"])
    check(b.post(DATA + "/import", {"folder": "from-ward"}).status == 303 and idle(b) and standing(b)["standing"] == "good",
          "the tables come anew")
    check(not offered(b) and view(b, RISK)["standing"] == "unmeasured", "a risk that was measured before is not theirs",
          view(b, RISK)["standing"])


def over(house, who):
    house.run("UPDATE event SET phase = 'final'")
    b = who["steward"]
    check(view(b)["next"]["title"] == "The time for changes is over" and
          "Teams have version 2; version 10 was not signed." in words(b, DATA), "afterwards it says what was never signed",
          words(b, DATA)[:900])
    page = words(b, E + "/data")
    check("All data are released" not in page and "The time for changes is over" in page, "in the list too", page[:600])
    check("All data are released" not in words(b, E + "/today"), "and on Today")


def main():
    house = House()
    try:
        house.start()
        house.furnish(tables(), PEOPLE)
        who = {name: house.browser(name) for name in PEOPLE}
        begins(house, who)
        signed = first(house, who)
        kept = changed(house, who, signed)
        back(house, who, signed, kept)
        forward(house, who, kept)
        lost(house, who)
        anew(house, who)
        told(who["steward"])
        over(house, who)
        wait_for(lambda: not house.running, 30)
        check(house.stop() == 0, "it stops when told", house.log()[-800:])
        check("level=error" not in house.log(), "no error was logged",
              [line for line in house.log().splitlines() if "level=error" in line][:3])
    finally:
        house.clean()
    raise SystemExit(finish())


main()
