"""A part of keeper_test.py: the dictionary as members of its event see it, inside and in the page."""
from tap import check

DESK_DICTIONARY, DESK_ASK = 11, 12
ORGANISER, NOA, OMAR, STEWARD = 1, 2, 3, 5
MENTOR = ORGANISER
CATALOGUE = "/e/carmel/catalogue/heart"


def unsigned(h):
    """A release that is made and not signed: the steward's alone."""
    page = "/e/carmel/projects/heart"
    h.db("INSERT INTO catalogue (project, owner, contact, origin, keywords, licence, licence_url, terms, citation, shown,"
         " changed) VALUES (1, 'Carmel', 'd@x.org', 'wards', 'heart', 'none', '', '', '', 1, 0)")
    for who in (STEWARD, NOA):
        it = h.http("GET", CATALOGUE, who)[1]
        check((it["patients"], it["tables"], it["files"], it["recipe_hash"]) == (0, [], [], ""),
              "the catalogue tells nothing of it, to %s" % ("the steward" if who == STEWARD else "a participant"), it)
    made = h.http("GET", "/e/carmel/data/heart", STEWARD)[1]
    check((made["patients"], made["hidden_patients"], made["tables"]) == (1000, 300, 1),
          "the steward reads what was made", made)
    listed = h.http("GET", "/e/carmel/data", STEWARD)[1]
    check(listed["next_text"] == "Making the releases." and
          listed["projects"][0]["data"] == "Teams have no data until you sign the new release.",
          "that it waits, while another is being made", listed)
    check(h.http("GET", page, NOA)[1]["patients"] == 0 and
          h.http("GET", page + "/dictionary", NOA)[1]["tables"] == [] and
          h.http("GET", page + "/dictionary/variable?name=heart.age", NOA)[0] == 404,
          "nobody else reads anything of a release before it is signed", h.db("SELECT * FROM data_column"))


def signed(h):
    """The same, signed."""
    it = h.http("GET", CATALOGUE, NOA)[1]
    check(it["patients"] == 1000 and [t["name"] for t in it["tables"]] == ["heart"] and len(it["files"]) == 2 and
          "hidden" not in [f["stage"] for f in it["files"]], "the catalogue tells of what is signed, and of no hidden labels", it)
    column = h.http("GET", "/e/carmel/projects/heart/dictionary", NOA)[1]["tables"][0]["columns"][0]
    check(column["missing"] == "not told" and column["distinct_values"] == "70",
          "a count that is withheld is no zero", column)
    listed = h.http("GET", "/e/carmel/data", STEWARD)[1]
    check(listed["projects"][0]["data"] == "The release is signed." and not listed["next_slug"], "that it is signed is said",
          listed)
    h.db("UPDATE project SET recipe = 'another'")
    listed = h.http("GET", "/e/carmel/data", STEWARD)[1]
    check(listed["projects"][0]["data"] == "Teams keep the signed release until you sign the new release." and
          listed["next_slug"] == "heart", "and that the recipe has changed since", listed)
    h.db("UPDATE project SET recipe = 'r'")


def dictionary(h):
    """What variables mean, from inside and in the page."""
    page = "/e/carmel/projects/heart/dictionary"
    _, got = h.desk(1, 0, DESK_DICTIONARY, name="-")
    check(got[0][0] == 0 and "heart" in got[0][2] and "1 variable" in got[0][2], "inside, the tables are told", got)
    _, got = h.desk(1, 0, DESK_DICTIONARY, name="heart")
    check(got[0][0] == 0 and "age in years" in got[0][2], "and the variables of one", got)
    _, got = h.desk(1, 0, DESK_DICTIONARY, name="lungs")
    check(got[0][0] == 1 and 'no table or variable "lungs"' in got[0][2], "one that is not there is named", got)
    _, got = h.desk(1, 0, DESK_ASK, name="heart.age unit")
    check(got[0][0] == 0 and "Asked about heart.age" in got[0][2], "a question goes out", got)
    check(h.one("SELECT question, name FROM dictionary_question") == ("In which unit is it?", "Noa"),
          "in our words", h.db("SELECT * FROM dictionary_question"))
    check(h.one("SELECT count(*) FROM audit WHERE action = 'question asked' AND detail LIKE 'from inside%'")[0] == 1,
          "with an entry in the trail")
    for words, code, why in (("heart.age", 2, "Name a variable"), ("heart.weight unit", 1, "no variable"),
                             ("heart.age P1,61,F", 2, "wardroom ask heart.age unit"),
                             ("heart.age unit P1", 2, "asks by a single word"), ("what is this", 2, "Name a variable")):
        _, got = h.desk(1, 0, DESK_ASK, name=words)
        check(got[0][0] == code and why in got[0][2], "not asked: " + words, got)
    got = h.http("GET", page + "/variable?name=HEART.age", ORGANISER)
    check(got[0] == 200 and got[1]["questions"][0]["question"] == "In which unit is it?", "it stands with the variable", got)
    answer = {"variable": "heart.age", "question": 1, "answer": "At <b>admission</b>."}
    check(h.http("POST", page + "/answer", NOA, answer)[0] == 403, "who asks does not answer")
    check(h.http("POST", page + "/answer", STEWARD, answer)[0] == 200, "the steward answers")
    _, got = h.desk(1, 0, DESK_DICTIONARY, name="heart.age")
    check("At <b>admission</b>." in got[0][2] and "Answer by Eyal" in got[0][2], "inside the answer is read", got)
    got = h.http("GET", page + "/variable?name=heart.age", OMAR, accept="text/html")
    check(got[0] == 200 and "At &lt;b&gt;admission&lt;/b&gt;." in got[1], "and in the page, as text")
    anew = dict(answer, answer="In whole years.")
    h.db("INSERT INTO role (event, person, role, since) VALUES (1, ?, 'mentor', 0)", MENTOR)
    check(h.http("POST", page + "/answer", MENTOR, anew)[0] == 200, "a mentor answers too")
    q = h.http("GET", page + "/variable?name=heart.age", NOA)[1]["questions"][0]
    check((q["answer"], q["answered_by"], [(b["answer"], b["by"]) for b in q["before"]]) ==
          ("In whole years.", "Maya", [("At <b>admission</b>.", "Eyal")]), "which replaces nobody's words", q)
    h.http("POST", page + "/answer", MENTOR, anew)
    check(len(h.http("GET", page + "/variable?name=heart.age", NOA)[1]["questions"][0]["before"]) == 1,
          "the same once more is no new answer")
    entry = {"variable": "heart.age", "meaning": "=cmd|' /C calc'!A0", "unit": "a"}
    check(h.http("POST", page + "/variable", NOA, entry)[0] == 403, "participants write no entry")
    check(h.http("POST", page + "/variable", STEWARD, entry)[0] == 200, "the steward does")
    csv = h.http("GET", page + "/dictionary.csv", NOA)
    check(csv[0] == 200 and "heart,age,integer,a,\"'=cmd|" in csv[1], "a spreadsheet runs nothing of it", csv)
    check(h.http("POST", page + "/variable", STEWARD, dict(entry, meaning="Age in whole years."))[0] == 200 and
          h.http("GET", page, NOA)[1]["version"] == 2, "each entry is a version")
    _, got = h.desk(1, 0, DESK_DICTIONARY, name="heart.age")
    check("heart.age: Age in whole years." in got[0][2] and "integer, in a" in got[0][2], "inside the newest is read", got)
    h.db("UPDATE dictionary_question SET person = 2")
    for i in range(25):
        _, got = h.desk(1, 0, DESK_ASK, name="heart.age " + ("unit", "meaning")[i % 2])
    check(got[0][0] == 75 and "20 questions" in got[0][2], "twenty in a day and no more", got)
    check(h.http("POST", page + "/ask", NOA, {"variable": "heart.age", "question": "And from here?"})[0] == 503,
          "from the page neither")
