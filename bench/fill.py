"""The rows of an event of the usual size, straight into the database of a fresh server.

80 applications, 50 participants in 8 teams, 4 projects, 20 mentors, 6 jurors; the phase is "full
data, teams at work". For the measurements of pages only: it takes a second where the play takes
minutes, and no audit entry is written.
"""
import random

DAY = 86400
PHASES = ("draft", "call", "applications", "selection", "teams", "setup", "sample", "full",
          "presentations", "final", "closed")
FIRST = ("Ada Lina Noah Mira Elias Sofia Jonas Clara Felix Nora Emil Ines Hugo Lea Anton Maya Oskar "
         "Rosa Theo Vera").split()
LAST = "Weber Rossi Novak Meyer".split()
PROJECTS = (
    ("birth-weight", "Low birth weight", "binary"),
    ("infection", "Infection under chronic granulomatous disease", "binary"),
    ("heart", "Waiting for a heart", "regression"),
    ("severity", "Severity at admission", "binary"),
)
ABOUT = """Four clinical questions, **eight teams**, two days and real patient data that never leave
the hospital.

Clinicians bring a question and explain their variables. Mixed teams of students, engineers and
clinicians work on it under mentors. A jury scores every team for *creativity*, *practicality* and
*health impact*; three teams go on to the final at the conference.

### What you bring
* curiosity about a medical question
* some programming, or some medicine
* two days without other plans

### What you find
* a notebook with the data, in the hospital's own machine room
* a clinician and a data scientist at your table
"""
RULES = """1. Data stay where they are. What you take home is what you learned.
2. Everybody signs the agreement before any data.
3. A team submits predictions as often as it likes; the best one counts.
4. Code written during the event belongs to its team.
"""
QUESTION = """Can we tell **at the first visit** which patients will need more than the usual care?

Today the decision is made from three numbers and experience. We have ten years of records with the
outcome, and would like to know

* which variables carry the information,
* how sure a model can be of one patient, and
* whether it is as good for those whom studies tend to leave out.
"""


class Rows:
    """Inserts with named columns, and says the new id."""

    def __init__(self, db):
        self.db = db

    def add(self, table, **values):
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        return self.db.execute(sql, tuple(values.values())).lastrowid


def people(rows, now):
    """Ids of 80 applicants, then of 40 others."""
    return [rows.add("person", email=f"person{i}@example.org", created=now,
                     name=f"{FIRST[i % 20]} {LAST[i // 20 % 4]}{'-Sand' if i >= 80 else ''}")
            for i in range(120)]


def event(rows, now):
    e = rows.add("event", slug="spring", name="Spring Datathon", place="University Hospital, Hall 3",
                 mode="on site", starts=now - DAY // 2, ends=now + 2 * DAY, seats=50, about=ABOUT,
                 rules=RULES, kinds="prediction\nprognosis", phase="full", created=now - 180 * DAY)
    for i, phase in enumerate(PHASES):
        starts = now + (i - 7) * DAY - 3600
        rows.add("phase", event=e, phase=phase, starts=starts,
                 begun=starts if i <= PHASES.index("full") else None)
    titles = ("Welcome and the four questions", "Coffee with the clinicians", "Work in teams",
              "How to read a calibration curve", "Lunch", "Mentors' round", "Supper",
              "Work in teams", "Presentations are handed in", "The jury's questions", "Final", "Awards")
    for i, title in enumerate(titles):
        starts = now - DAY // 2 + i * 3 * 3600
        rows.add("programme", event=e, starts=starts, ends=starts + 2 * 3600, title=title,
                 speaker="" if i % 3 else "Prof. Weber", room=f"Room {1 + i % 3}")
    return e


def projects(rows, e, leads, now):
    ids = []
    for lead, (slug, title, task) in zip(leads, PROJECTS):
        p = rows.add("project", event=e, slug=slug, title=title, question=QUESTION, variables="",
                     lead=lead, task=task, ethics_number="EK 12/21", ethics_committee="Cantonal",
                     ethics_expires=now + 300 * DAY, state="accepted", recipe_hash="00",
                     patients=4000, sample_patients=400, hidden_patients=1000, created=now)
        rows.add("role", event=e, person=lead, role="lead", about="Clinician", since=now)
        for stage in ("sample", "full"):
            rows.add("release", project=p, stage=stage, state="ready", made=now)
        ids.append(p)
    return ids


def applications(rows, e, persons, choices, now, rng):
    skills = ("analysis", "visualisation", "learning", "biostatistics", "modelling", "images",
              "records", "databases", "series", "text")
    agreement = rows.add("agreement", event=e, version=1, title="Data use", body="", hash="00", made=now)
    for i, person in enumerate(persons):
        state = "accepted" if i < 50 else "waitlisted" if i < 60 else "not selected"
        c = rng.sample(choices, 3)
        rows.add("application", event=e, person=person, state=state, note="",
                 level=rng.choice(("BSc", "BSc", "MSc", "PhD")),
                 specialty=rng.choice(("engineering", "biomedical", "other")),
                 faculty=rng.choice(("Electrical engineering", "Medicine", "Computer science",
                                     "Life sciences")),
                 languages="Python\nR", fields="cardiology\nneonatology",
                 motivation="I would like to work on a question that matters to patients. " * 4,
                 choice1=c[0], choice2=c[1], choice3=c[2], started=now, saved=now,
                 submitted=now - 60 * DAY + i * 977, decided=now,
                 **{f"skill_{s}": rng.randrange(4) for s in skills})
        if state == "accepted":
            rows.add("role", event=e, person=person, role="participant", since=now)
            rows.add("signature", agreement=agreement, person=person, name="x", hash="00",
                     address="", at=now)


def teams(rows, e, chosen, members, mentors, now):
    for t in range(8):
        team = rows.add("team", event=e, project=chosen[t // 2], number=t + 1,
                        name=f"Team {t + 1}", made=now)
        for slot, person in enumerate(members[t::8]):
            rows.add("member", team=team, person=person, slot=slot, login=f"m{slot}", since=now)
        for kind, person in zip(("clinical", "data science"), (mentors[t], mentors[t + 8])):
            rows.add("mentor", team=team, person=person, kind=kind)
        release = rows.db.execute("SELECT max(id) FROM release WHERE project = ?",
                                  (chosen[t // 2],)).fetchone()[0]
        rows.add("workspace", team=team, want="full", state="open", stage="full", release=release,
                 opened=now, sealed=now)
        for k in range(5):
            rows.add("submission", team=team, person=members[t], project=chosen[t // 2],
                     spool=t * 5 + k + 1, name="predictions.csv", bytes=20000, hash="00", at=now,
                     state="scored", metric="MAE" if t // 2 == 2 else "AUROC", n=1000,
                     value=0.7 + k / 100, low=0.65 + k / 100, high=0.75 + k / 100)


def fill(db, now):
    rows, rng = Rows(db), random.Random(1)
    with db:
        ids = people(rows, now)
        persons, staff = ids[:80], ids[80:]
        e = event(rows, now)
        rows.add("role", event=e, person=staff[0], role="organiser", since=now)
        for i, person in enumerate(staff[5:25]):
            rows.add("role", event=e, person=person, role="mentor", since=now,
                     about=("Clinical medicine", "Machine learning", "Biostatistics")[i % 3])
        for person in staff[25:31]:
            rows.add("role", event=e, person=person, role="juror", about="Partner hospital", since=now)
        chosen = projects(rows, e, staff[1:5], now)
        applications(rows, e, persons, chosen, now, rng)
        teams(rows, e, chosen, persons[:50], staff[5:25], now)
