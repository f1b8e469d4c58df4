"""The three measured pages, made the way a Django site makes them: the same database (read-only),
the statements of the portal's own .sql files, Django's templates and its usual middleware.

Where a choice had to be made it is the one that is quicker for Django: rows stay tuples with names
(no ORM), connections stay open, templates are cached, and a text in Markdown is rendered once and
then kept, where the portal renders it for every page.

BENCH_DATABASE names the file, BENCH_SOURCE the folder src/portal.
"""
import functools
import hashlib
import html
import os
import pathlib
import re
import time

import django
from django.conf import settings

HERE = pathlib.Path(__file__).resolve().parent
settings.configure(
    DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="of a measurement",
    USE_TZ=False, USE_I18N=False, USE_L10N=False, INSTALLED_APPS=[],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "CONN_MAX_AGE": None,
                           "NAME": f"file:{os.environ['BENCH_DATABASE']}?mode=ro",
                           "OPTIONS": {"uri": True}}},
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware",
                "django.middleware.common.CommonMiddleware",
                "django.middleware.csrf.CsrfViewMiddleware",
                "django.middleware.clickjacking.XFrameOptionsMiddleware",
                f"{__name__}.who"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [str(HERE / "templates")],
                "OPTIONS": {"context_processors": ["django.template.context_processors.csrf"]}}])
django.setup()

# pylint: disable=wrong-import-position
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.backends.sqlite3.base import Database
from django.http import Http404, HttpResponseForbidden
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import mark_safe

# The schema's type TIME is a number of seconds; Django would read a time of day.
Database.register_converter("time", int)

STAFF = {"organiser", "steward", "lead", "mentor", "juror", "reviewer"}
PHASES = ["Draft", "Call for projects", "Applications", "Selection", "Teams", "Setup", "Sample data",
          "Full data", "Presentations", "Final", "Closed"]
WORDS = ["draft", "call", "applications", "selection", "teams", "setup", "sample", "full",
         "presentations", "final", "closed"]
# As the portal's policy says of the phase "full data": who, what, where.
BAR = (({"organiser", "reviewer"}, "People", "applications"), (None, "Projects", "projects"),
       (STAFF, "Teams", "teams"), ({"organiser", "steward"}, "Workspaces", "workspaces"),
       (STAFF | {"participant"}, "Leaderboard", "leaderboard"), (None, "Programme", "programme"),
       ({"organiser", "steward"}, "Audit", "audit"))


MARK = r":([a-z_0-9]+)"


def statements():
    """{name: (SQL, names of its parameters)} of the portal's files, with Django's marks."""
    found = {}
    for file in pathlib.Path(os.environ["BENCH_SOURCE"]).glob("*/*.sql"):
        for part in file.read_text().split("-- name: ")[1:]:
            name, _, rest = part.partition("\n")
            sql = "\n".join(x for x in rest.splitlines() if not x.startswith("--"))
            sql = sql.strip().rstrip(";").replace("%", "%%")
            found[name.strip()] = re.sub(MARK, "%s", sql), re.findall(MARK, sql)
    return found


SQL = statements()


def many(name, **values):
    with connection.cursor() as c:
        sql, marks = SQL[name]
        c.execute(sql, [values[x] for x in marks])
        names = [x[0] for x in c.description]
        return [dict(zip(names, row)) for row in c.fetchall()]


def one(name, **values):
    rows = many(name, **values)
    return rows[0] if rows else None


@functools.lru_cache(None)
def markdown(text):
    """As much of Markdown as the measured event uses."""
    out = []
    for block in re.split(r"\n\n+", html.escape(text).strip()):
        lines = block.split("\n")
        if lines[0].startswith("### "):
            out.append(f"<h3>{lines.pop(0)[4:]}</h3>")
        if lines and re.match(r"\* |\d\. ", lines[0]):
            tag = "ul" if lines[0][0] == "*" else "ol"
            items = (re.sub(r"^(\* |\d\. )", "", x) for x in lines)
            out.append(f"<{tag}>" + "".join(f"<li>{x}</li>" for x in items) + f"</{tag}>")
        elif lines:
            out.append("<p>" + "\n".join(lines) + "</p>")
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", "\n".join(out))
    return mark_safe(re.sub(r"\*(.+?)\*", r"<em>\1</em>", text))


def who(get_response):
    def middleware(request):
        request.me, token = None, request.COOKIES.get("wardroom")
        if token:
            request.me = one("session_by_token", now=int(time.time()),
                             token=hashlib.blake2b(token.encode(), digest_size=32).digest())
        return get_response(request)
    return middleware


def date(t, form="%-d %b %Y"):
    return time.strftime(form, time.gmtime(t)) if t else "–"


def moment(t):
    return date(t, "%-d %b, %H:%M")


def span(seconds):
    if seconds >= 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60} min"
    return f"{seconds // 60} min"


def frame(request, slug):
    """What every page of an event shows around its content."""
    e = one("event_head", slug=slug)
    if not e:
        raise Http404
    roles = set()
    if request.me:
        roles = {x["role"] for x in many("role_list_of", event=e["id"], person=request.me["person"])}
    now, present = int(time.time()), WORDS.index(e["phase"])
    nav, base = [], f"/e/{slug}/"
    if request.me:
        nav.append({"label": "Today", "href": base + "today"})
        if "participant" in roles:
            team = one("my_team_number", event=e["id"], person=request.me["person"])
            if team:
                nav.append({"label": team["name"], "href": f"{base}teams/{team['number']}"})
    nav += [{"label": label, "href": base + href} for wanted, label, href in BAR
            if wanted is None or wanted & roles]
    planned = many("phase_list", event=e["id"])
    phases = []
    for i, p in enumerate(planned):
        at = WORDS.index(p["phase"])
        if at == 0:
            continue
        when = date(p["begun"] or p["starts"] if at < present else p["starts"], "%-d %b")
        if at == present and i + 1 < len(planned) and planned[i + 1]["starts"] > now:
            when = f"until {moment(planned[i + 1]['starts'])}"
        phases.append({"name": PHASES[at], "when": when,
                       "state": "now" if at == present else "done" if at < present else "later"})
    return {"event": e, "roles": roles, "nav": nav, "phases": phases, "me": request.me, "now": now,
            "path": request.path, "phase": PHASES[present], "planned": planned,
            "my_role": next((x for x in ("organiser", "mentor", "participant") if x in roles), "")}


def public(request, slug):
    v = frame(request, slug)
    event = v["event"]["id"]
    facts = one("event_by_id", id=event)
    v.update(title="About", facts=facts, starts=date(facts["starts"]), ends=date(facts["ends"]),
             about=markdown(facts["about"]), rules=markdown(facts["rules"]),
             projects=[dict(x, question=markdown(x["question"]))
                       for x in many("project_list_public", event=event)],
             people=sorted(many("role_people_public", event=event), key=lambda x: (x["role"], x["name"])),
             sessions=[dict(x, when=moment(x["starts"])) for x in many("programme_list", event=event)])
    return render(request, "event.html", v)


def signed(event, person):
    a = one("agreement_current", event=event)
    return not a or one("signature_of", agreement=a["id"], person=person)


def today(request, slug):
    v = frame(request, slug)
    if not request.me:
        return HttpResponseForbidden()
    event, person, now = v["event"]["id"], request.me["person"], v["now"]
    many("today_led", event=event, person=person)
    left = next((x["starts"] - now for x in many("phase_list", event=event)
                 if x["phase"] == "presentations"), 0)
    one("application_of", event=event, person=person)
    team = one("today_team", event=event, person=person)
    base = f"/e/{slug}/teams/{team['number']}"
    v.update(title="Today", team=team, base=base,
             greeting=f"Good day, {request.me['name'].split(' ')[0]}",
             presentation=one("today_presentation", team=team["id"]),
             mentors=many("today_mentors", team=team["id"]), mates=many("today_mates", team=team["id"]),
             best=one("today_best", team=team["id"]), left=span(left),
             signed=signed(event, person),
             sessions=[dict(x, when="now" if x["starts"] <= now else moment(x["starts"]))
                       for x in many("today_sessions", event=event, now=now)])
    return render(request, "today.html", v)


def counts(tally):
    n = dict.fromkeys(("applied", "undecided", "selected", "accepted", "waitlisted"), 0)
    for x in tally:
        n["applied"] += x["n"]
        name = "undecided" if x["state"] == "submitted" else x["state"]
        if name in n:
            n[name] += x["n"]
    return n


def shares(tally):
    s = {f"{kind}{x}": 0 for kind in ("", "all_") for x in ("bsc", "msc", "phd", "alumni", "biomedical")}
    for x in tally:
        for name in (x["level"].lower(), x["specialty"]):
            if name in s:
                s["all_" + name] += x["n"]
                if x["state"] in ("selected", "accepted"):
                    s[name] += x["n"]
    return s


ORDER = {x: lambda row, x=x: (row[x], row["submitted"], row["id"])
         for x in ("name", "level", "specialty", "faculty", "state")}
ORDER["skills"] = lambda row: (-row["skills"], row["submitted"], row["id"])
ORDER[""] = lambda row: (row["submitted"], row["id"])


def bars(s):
    """Both pictures, for a wide and for a narrow column."""
    rows = [("BSc", "bsc"), ("MSc", "msc"), ("PhD", "phd"), ("Alumni", "alumni"),
            ("Bio or medical", "biomedical")]
    top = max([1] + [s[f"all_{x}"] for _, x in rows])
    pictures = []
    for name, width, left, step, room in (("wide", 720, 170, 36, 430), ("narrow", 360, 2, 50, 258)):
        pictures.append({"name": name, "width": width, "height": step * 5 + 6, "bars": [
            {"label": label, "x": f"{left:.1f}", "lx": f"{left - 12 if name == 'wide' else left:.1f}",
             "ly": f"{step * i + (22 if name == 'wide' else 18):.1f}",
             "y": f"{step * i + (8 if name == 'wide' else 24):.1f}",
             "vy": f"{step * i + (22 if name == 'wide' else 38):.1f}",
             "width": f"{max(room * s[key] / top, 1):.1f}", "all": f"{room * s['all_' + key] / top:.1f}",
             "vx": f"{left + room * s['all_' + key] / top + 8:.1f}",
             "text": f"{s[key]} of {s['all_' + key]}"} for i, (label, key) in enumerate(rows)]})
    return {"pictures": pictures,
            "picture_words": ", ".join(f"{label} {s[k]} of {s['all_' + k]}" for label, k in rows)}


def applications(request, slug):
    v = frame(request, slug)
    if not v["roles"] & {"organiser", "reviewer"}:
        return HttpResponseForbidden()
    event = v["event"]["id"]
    asked = {k: request.GET.get(k, "") for k in ("state", "level", "specialty", "words", "sort")}
    tally = [x for x in many("application_tally", event=event)
             if x["state"] not in ("draft", "withdrawn")]
    people = many("application_list", event=event, **asked)
    v.update(title="People", asked=asked, facts=one("event_by_id", id=event),
             counts=counts(tally), people=sorted(people, key=ORDER.get(asked["sort"], ORDER[""])),
             states=("submitted", "selected", "accepted", "waitlisted", "not selected", "declined"),
             levels=("BSc", "MSc", "PhD", "alumni"), specialties=("engineering", "biomedical", "other"),
             sorts=("name", "level", "specialty", "faculty", "skills", "state"),
             **bars(shares(tally)))
    return render(request, "applications.html", v)


urlpatterns = [path("e/<slug:slug>", public), path("e/<slug:slug>/today", today),
               path("e/<slug:slug>/applications", applications)]
application = get_wsgi_application()
