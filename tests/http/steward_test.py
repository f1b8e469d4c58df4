"""The steward's way from a folder to a recipe that fits, through the real portal and the real curator.
Prints TAP."""
import os
import random
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from steward_house import House, describe, standing  # noqa: E402
from tap import check, finish, wait_for  # noqa: E402

DATA = "/e/carmel/data/heart"
RECIPE = DATA + "/recipe"
RISK = DATA + "/risk"


def tables():
    """Two tables of invented patients; every patient is called like nobody else."""
    rnd = random.Random(4)
    people = ["patient_id,full_name,sex,age,race,ill"]
    labs = ["patient_id,taken,crp"]
    for i in range(120):
        pid = "%07d" % (104729 * (i + 1) % 9999991)
        people.append("%s,Zz%s Qq%s,%s,%d,%s,%d" % (pid, i, i, rnd.choice("FM"), rnd.randrange(30, 92),
                                                    rnd.choice(["white", "black", "other"]), rnd.random() < 0.4))
        for _ in range(3):
            labs.append("%s,2019-0%d-1%d,%.1f" % (pid, rnd.randrange(1, 9), rnd.randrange(9), rnd.uniform(1, 80)))
    return {"people": "\n".join(people) + "\n", "labs": "\n".join(labs) + "\n"}


def idle(b):
    return wait_for(lambda: not b.get(DATA, as_json=True).json()["running"], 60)


def steps(b):
    return " ".join(s["state"] for s in b.get(DATA, as_json=True).json()["steps"])


def imports(b):
    b.get(DATA)
    b.post(DATA + "/look", {})
    idle(b)
    got = b.post(DATA + "/import", {"folder": "from-ward"})
    check(got.status == 303 and idle(b), "a folder of the inbox is imported", got.text)
    view = b.get(DATA, as_json=True).json()
    check(view["tables"] == 2 and not view["problem"], "both tables are in", view)
    check(steps(b) == "done now later later later later" and view["next"]["href"] == DATA + "/profile",
          "the next step is to understand them", view)
    page = b.get(DATA + "/profile")
    source = re.search('name="source" value="([0-9a-f]+)"', page.text)
    check("Are patients, visits and links right?" in page.text and source, "the page asks whether keys are right")
    check(b.post(DATA + "/profile", {"source": "another"}).status == 409, "not of another source")
    check(b.post(DATA + "/profile", {"source": source.group(1)}).status == 303 and
          steps(b) == "done done now later later later", "the steward confirms them", steps(b))


def suggestion(b):
    view = standing(b)
    check(view["standing"] == "draft" and view["version"] == 0, "the curator suggests a recipe", view)
    check("patient people.patient_id" in view["text"] and "full_name" in view["text"] and
          re.search(r"\tfull_name +drop", view["text"]), "which leaves names out", view["text"])
    check("table labs by patient_id" in view["text"], "and knows how tables hang together", view["text"])
    check(view["text"].startswith('recipe Heart version 1'), "it bears the project's title", view["text"][:60])
    page = b.get(RECIPE)
    check(page.status == 200 and "Look through the suggestion" in page.text and "identifier" in page.text,
          "the page asks to look through it", page.text[:200])
    return view


def goal(b, view):
    form = {"base": view["hash"], "outcome": "people.ill", "positive": "", "meaning": "fell ill",
            "hidden": "30", "sample": "10"}
    got = b.post(RECIPE + "/goal", form)
    check(got.status == 422 and "which value means yes" in got.text and 'value="fell ill"' in got.text,
          "what is missing is told, and what was typed stays", got.status)
    row = re.search(r"<code>full_name</code>.*?</tr>", got.text, re.S) if "<code>full_name</code>" in got.text else None
    check("Look through the suggestion" not in got.text and
          (row is None or 'value="drop" selected' in row.group(0)), "the columns' form stands as it stood, "
          "and there is one verdict", row and row.group(0)[:600])
    got = b.post(RECIPE + "/goal", dict(form, positive="1"))
    check(got.status == 303, "what is predicted is said in a form", got.text[:300])
    view = standing(b)
    check(view["standing"] == "good" and view["version"] == 1, "the curator finds that it fits", view)
    page = b.get(DATA + "/profile").text
    check("<code>people.patient_id</code>, as the recipe says: 120 patients" in page and
          "<rect class=\"bar\"" in page and "Distribution of ill, in rows: 0 " in page,
          "what was found is told as the recipe says it, distributions as bars",
          re.findall("Patient</dt>.{200}|Distribution of ill.{60}", page, re.S))
    check('outcome people.ill binary positive 1 "fell ill"' in view["text"], "it stands in the text", view["text"])
    return view


def preview(house, b, view):
    columns = {c["name"]: c for c in view["columns"]}
    table = view["table"]
    if table != "people":
        view = standing(b, RECIPE + "?table=%d" % [t["table"] for t in view["tabs"] if t["label"] == "people"][0])
        columns = {c["name"]: c for c in view["columns"]}
    check(columns["age"]["pairs"] and any(p["before"] == "92" and p["after"] == "89"
                                          for p in columns["age"]["pairs"]),
          "an invented age above the cap becomes the cap", columns["age"])
    check(all(not p["released"] for p in columns["full_name"]["pairs"]), "names are left out", columns["full_name"])
    check(columns["patient_id"]["pairs"][0]["after"].startswith("P"), "numbers become pseudonyms",
          columns["patient_id"])
    race = {p["when"]: p["after"] for p in columns["race"]["pairs"]}
    kept = race.pop("at least 10 patients have it", "other")
    check(kept != "other" and race == {"fewer than 10 have it": "other"} and
          "<small>if at least 10 patients have it</small>" in b.get(RECIPE + "?table=%d" % [
              t["table"] for t in view["tabs"] if t["label"] == "people"][0]).text,
          "of a rare value's group both outcomes are shown, for invented rows know no counts", columns["race"])
    # Nothing of a row may be in what the portal was told.
    results = "".join(r[0] for r in house.run("SELECT result FROM job WHERE kind = 'preview'"))
    real = [line.split(",")[0] for line in tables()["people"].split("\n")[1:] if line]
    check(not any(x in results for x in real) and "Zz" not in results, "no real row is in a preview")
    page = b.get(RECIPE)
    check("→" in page.text and "real tables stay closed" in page.text, "the page shows before and after")
    return view


def by_column(b, view):
    number = {c["name"]: i + 1 for i, c in enumerate(view["columns"])}
    tab = [t for t in view["tabs"] if t["label"] == "people"][0]["table"]
    form = {"base": view["hash"], "table": tab, "from": 1,
            "does.%d" % number["race"]: "keep", "with.%d" % number["race"]: "10",
            "does.%d" % number["age"]: "bin", "with.%d" % number["age"]: "89"}
    got = b.post(RECIPE + "/columns", form)
    check(got.status == 422 and "say where the ranges part" in got.text, "an option that is missing is asked for",
          re.findall("class=\"error\"[^<]*<[^<]*", got.text))
    check('<option value="people.ill" selected>' in got.text and 'value="fell ill"' in got.text,
          "what is predicted stands as it stood", re.findall("<option[^>]*selected>", got.text))
    check('<option value="bin" selected>' in got.text and got.text.count('role="alert"') == 1 and
          "The recipe fits" not in got.text, "what was chosen stays, and there is one verdict",
          re.findall('role="alert".{200}', got.text, re.S))
    form["with.%d" % number["age"]] = "40 65"
    got = b.post(RECIPE + "/columns", form)
    check(got.status == 303, "columns are changed in a form", got.text[:200])
    after = standing(b, RECIPE + "?table=%d" % tab)
    check(after["version"] == 2 and after["standing"] == "good", "which makes the next version", after)
    changed = [(x, y) for x, y in zip(view["text"].split("\n"), after["text"].split("\n")) if x != y]
    check(len(changed) == 3 and changed[0][1].endswith("version 2"), "and changes these lines alone", changed)
    age = [c for c in after["columns"] if c["name"] == "age"][0]
    check(any(p["after"] == "under 40" for p in age["pairs"]), "the preview shows ranges", age)
    stale = b.post(RECIPE + "/columns", form)
    check(stale.status == 409 and "saved another version" in stale.text, "a page that is stale overwrites nothing",
          stale.status)
    same = b.post(RECIPE, {"recipe": after["text"].replace("\n", "\r\n")})
    check(same.status == 303 and standing(b)["version"] == 2, "the same text is no version", same.status)
    return after


def mistakes(b, view):
    bad = view["text"].replace("bin 40 65", "bin 65 40")
    line = 1 + [x != y for x, y in zip(view["text"].split("\n"), bad.split("\n"))].index(True)
    b.post(RECIPE, {"recipe": bad})
    now = standing(b)
    check(now["standing"] == "wrong" and now["wrong_line"] == line and "Recipe line %d, character" % line
          in now["problem"], "a mistake is told with line and character", now)
    page = b.get(RECIPE + "/text")
    check("does not fit yet" in page.text and "bin 65 40" in page.text, "and the text is kept", page.text[:200])
    b.post(RECIPE, {"recipe": view["text"].replace("full_name", "fool_name")})
    now = standing(b)
    check(now["standing"] == "wrong" and "fool_name" in now["problem"], "a column that is not there is named", now)
    b.post(RECIPE, {"recipe": view["text"]})
    check(standing(b)["standing"] == "good", "mended, it fits again")


def versions(b, house):
    page = b.get(RECIPE + "/versions?from=1&to=2")
    view = b.get(RECIPE + "/versions?from=1&to=2", as_json=True).json()
    kinds = [x["kind"] for x in view["lines"]]
    check(page.status == 200 and kinds.count("gone") == 3 and kinds.count("come") == 3, "two versions differ", kinds)
    file = b.get(RECIPE + "/versions/2/recipe.txt")
    stored = house.run("SELECT hash FROM recipe_version WHERE n = 2")[0][0]
    import hashlib
    check(hashlib.blake2b(file.body, digest_size=32).hexdigest() == stored, "a version is a file of that hash")
    now = standing(b)
    page = b.get(RECIPE + "/versions?from=%d&to=1" % now["version"])
    check("Take version 1 up again?" in page.text and "Go back to it" in page.text, "an earlier version can be taken up again")
    again = RECIPE + "/versions/1/again"
    check(b.post(again, {"base": "0" * 64}).status == 409, "not over what somebody saved meanwhile")
    check(b.post(again, {"base": now["hash"]}).status == 303, "it is taken up")
    back = standing(b)
    one, = house.run("SELECT text FROM recipe_version WHERE n = 1")
    check(back["version"] == now["version"] + 1 and back["standing"] == "good" and
          back["text"] == one[0].replace("version 1\n", "version %d\n" % back["version"], 1),
          "as the newest version, with its own number and the same words", back["text"])
    check("as version 1 was" in house.run("SELECT detail FROM audit WHERE action = 'recipe written' ORDER BY rowid DESC")[0][0],
          "the trail says so")
    b.post(RECIPE + "/versions/%d/again" % now["version"], {"base": back["hash"]})
    check(standing(b)["text"] == now["text"].replace("version %d\n" % now["version"], "version %d\n" % (now["version"] + 2), 1),
          "and there is a way forward again")
    check(b.get(RECIPE + "/versions?to=99").status == 404, "one that never was is not there")
    lead = house.browser("lead")
    check(lead.get(RECIPE).status == 403 and lead.get(RECIPE + "/versions").status == 403,
          "recipes are the steward's")


def sign(b):
    word = "a password to sign with"
    b.get("/account")
    b.post("/account/password", {"password": word})
    paper = b.get(DATA + "/sign", as_json=True).json()
    labels = {f["label"]: f["text"] for f in paper["facts"]}
    check(not paper["stop"] and not paper["unmeasured"] and "Risk in the release" in labels and
          "at least 5" in labels["Group size asked for"], "the paper tells the risk and the group size", labels)
    check(labels["Dictionary"].startswith("version 1, 1 entry, BLAKE2b-256 "), "and which words of the clinician go with it",
          labels)
    check(b.post(DATA + "/sign", {"hash": paper["hash"], "password": word, "why": ""}).status == 303,
          "the steward signs")
    view = b.get(DATA, as_json=True).json()
    check(steps(b) == "done done done done done done" and view["next"]["title"] == "Write the catalogue entry" and
          view["next"]["href"] == DATA + "/catalogue", "then only the catalogue waits", view)
    check(describe(b).status == 303, "the steward writes its entry")
    view = b.get(DATA, as_json=True).json()
    check(view["next"]["title"] == "The data are released" and not view["undescribed"], "then the way is done", view)


def dictionary(b, house):
    page = "/e/carmel/projects/heart/dictionary"
    seen = house.browser("lead").get(page, as_json=True).json()
    check([t["name"] for t in seen["tables"]] == ["labs", "people"] and not seen["released"],
          "the lead reads what the hospital's columns are", seen)
    hers = house.browser("participant")
    seen = hers.get(page, as_json=True).json()
    check(seen["tables"] == [] and "No dictionary yet" in hers.get(page).text and
          hers.get(page + "/variable?name=people.full_name").status == 404 and
          "full_name" not in hers.get(page + "/dictionary.csv").text,
          "participants see none of them before a release", seen)
    b.post(RECIPE, {"recipe": re.sub(r"(\tage +bin 40 65)", r'\1 "how old"', standing(b)["text"])})
    standing(b)
    got = [b.post(DATA + "/release", {}, as_json=j) for j in (False, True)]
    check([g.status for g in got] == [409, 409] and "Measure the risk of being found again first" in got[1].json()["detail"]
          and not house.run("SELECT 1 FROM job WHERE kind = 'release'"), "nothing is released whose risk is not known", got[1].text)
    b.post(RISK + "/measure", {})
    measured(b)
    check(steps(b) == "done done done done now later" and
          b.get(DATA, as_json=True).json()["next"]["title"] == "Make the releases", "all is ready for a release", steps(b))
    lead = house.browser("lead")
    lead.get(page)
    check(lead.post(page + "/variable", {"variable": "people.sex", "meaning": "Sex at birth.", "unit": ""}).status == 303,
          "the lead says what a variable means before there is a release")
    b.get(DATA)
    check(b.post(DATA + "/release", {}).status == 303 and idle(b), "a release is made")
    view = b.get(DATA, as_json=True).json()
    check(not view["problem"] and view["next"]["href"] == DATA + "/sign" and view["unsigned_release"],
          "and waits for a signature", view)
    sign(b)
    seen = hers.get(page, as_json=True).json()
    names = [c["variable"] for t in seen["tables"] for c in t["columns"]]
    check("people.age" in names and "people.full_name" not in names, "then they read what is released", names)
    hers.get(page + "/variable?name=people.age")
    check(hers.post(page + "/ask", {"variable": "people.age", "question": "At which date?"}).status == 303,
          "and ask about it")
    lead = house.browser("lead")
    check("At which date?" in lead.get(page).text, "the lead's page says so first")
    lead.post(page + "/answer", {"variable": "people.age", "question": 1, "answer": "At admission."})
    check("At admission." in hers.get(page + "/variable?name=people.age").text, "the answer stays with it")
    lead.post(page + "/variable", {"variable": "people.age", "meaning": "Age at admission.", "unit": "years"})
    first = lead.get(page + "/variable?name=people.age", as_json=True).json()["history"]
    check([(x["n"], x["by"], x["meaning"]) for x in first] == [(0, "the recipe", "how old")],
          "what the recipe said first stays with it, and what is said now is not among it", first)
    lead.post(page + "/variable", {"variable": "people.age", "meaning": "Age when admitted.", "unit": "a"})
    now = lead.get(page + "/variable?name=people.age", as_json=True).json()
    check((now["said"]["meaning"], now["said"]["by"], now["said"]["unit"]) == ("Age when admitted.", "Lead", "a") and
          [x["meaning"] for x in now["history"]] == ["Age at admission.", "how old"],
          "each entry before the newest is told once", now)
    got = lead.post(page + "/answer", {"variable": "people.age", "question": 1, "answer": " "})
    check(got.status == 422 and got.text.count('class="error"') == 1, "an answer that is missing is asked for where it is missing",
          got.status)
    b.get(DATA)
    b.post(DATA + "/import", {"folder": "from-ward"})
    idle(b)
    seen = hers.get(page, as_json=True).json()
    names = {c["variable"]: c["meaning"] for t in seen["tables"] for c in t["columns"]}
    check(names.get("people.age") == "Age when admitted." and "people.full_name" not in names,
          "another import takes nothing away, and shows nothing", names)


def measured(b):
    def settled():
        view = b.get(RISK, as_json=True).json()
        return view if view["standing"] != "measuring" else None
    return wait_for(settled, 30) or {}


def figure(view, label, side):
    return [f[side] for f in view["found"]["figures"] if f["label"] == label][0]


def risk(b):
    view = measured(b)
    check(view["standing"] == "unmeasured", "the risk waits to be measured", view)
    page = b.get(RISK).text
    check("Measure the risk of version %d" % view["version"] in page, "and the page says so")
    offered = {c["column"]: c for c in view["found"]["candidates"]}
    check(offered["people.sex"]["suggested"] and offered["people.age"]["why"] and "people.full_name" not in offered and
          "labs.crp" not in offered and "neighbours and newspapers" in page,
          "before measuring every column that somebody could know is offered, with the reason", offered)
    check("labs.crp: several rows for a patient" in view["not_known"] and "people.ill: what is predicted"
          in view["not_known"], "and of the others it is said why not", view["not_known"])
    check(b.post(RISK + "/measure", {}).status == 303, "the steward asks for it")
    view = measured(b)
    found = {c["column"]: c for c in view["found"]["candidates"]}
    check(view["standing"] == "measured" and not view["found"]["measured"] and view["found"]["patients"] == 120,
          "without quasi-identifiers there are only candidates", view)
    check(found["people.sex"]["suggested"] and found["people.race"]["suggested"] and
          "people.full_name" not in found and "people.patient_id" not in found and "labs.crp" not in found,
          "what others could know is suggested; what nobody can know is not listed", found)
    recipe = standing(b)
    form = {"base": recipe["hash"], "quasi": ["people.sex", "people.race", "people.age"], "k": "", "suppress": "2",
            "l": "", "sensitive": ""}
    got = b.post(RISK, dict(form, quasi=[], k="5"))
    check(got.status == 422 and "Choose the columns" in got.text, "a group size needs columns", got.status)
    got = b.post(RISK, dict(form, k="5", l="2"))
    check(got.status == 422 and "Choose the column that must differ" in got.text, "and l a column", got.status)
    check(b.post(RISK, form).status == 303, "columns are chosen")
    view = measured(b)
    check(view["found"]["measured"] and not view["found"]["lowered"] and "not lowered" in view["found"]["sentence"],
          "their risk is measured", view)
    check(figure(view, "Smallest group (k)", "before") in ("1", "2", "3", "4"), "some patients stand out", view)
    stale = b.post(RISK, dict(form, k="5"))
    check(stale.status == 409, "a page of an older version chooses nothing", stale.status)
    form["base"] = standing(b)["hash"]
    check(b.post(RISK, dict(form, k="5", l="2", sensitive="people.ill")).status == 303, "a group size is asked for")
    view = measured(b)
    check(view["found"]["lowered"] and int(figure(view, "Smallest group (k)", "after")) >= 5 and
          len(view["found"]["levels"]) == 3, "the release reaches it", view)
    recipe = standing(b)
    check(recipe["standing"] == "good" and "quasi people.sex people.race people.age\nk 5 suppress 2 %\n"
          "l 2 people.ill" in recipe["text"], "the recipe says so", recipe["text"])
    page = b.get(RISK)
    check("svg" in page.text and "Riskiest columns" in page.text and "What was made coarser" in page.text,
          "with pictures, the riskiest columns, and what was made coarser")
    b.post(RECIPE, {"recipe": recipe["text"].replace("quasi people.sex", "quasi labs.crp people.sex")})
    b.post(RISK + "/measure", {})
    view = measured(b)
    check(view["standing"] == "wrong" and "several values" in view["problem"] and "line" in view["problem"],
          "a column with several values a patient is told with its line", view)
    b.post(RECIPE, {"recipe": recipe["text"]})
    check(measured(b)["standing"] == "unmeasured", "figures of another version are not shown as this one's")


def main():
    house = House()
    try:
        house.start()
        house.furnish(tables())
        b = house.browser("steward")
        imports(b)
        view = goal(b, suggestion(b))
        view = preview(house, b, view)
        mistakes(b, by_column(b, view))
        versions(b, house)
        risk(b)
        dictionary(b, house)
        wait_for(lambda: not house.running, 30)
        check(house.stop() == 0, "it stops when told", house.log()[-800:])
        check("level=error" not in house.log(), "no error was logged",
              [line for line in house.log().splitlines() if "level=error" in line][:3])
    finally:
        house.clean()
    raise SystemExit(finish())


main()
