"""The real wardroom-gate and wardroom-desk over real sockets; see gate_house.py. Prints TAP.

Nothing but the standard library.
"""
import hashlib
import os
import socket
import struct
import sys
import threading
import time

from gate_house import (BIN, GW_PORTAL, MEMBER, OTHER, PERSON, ROOT, SESSION, SLOT, WS, Answer, House, Inside,
                        Portal, WebSocket, as_member, desk, send_message, talk)
from tap import check, finish, wait_for


def test_entering(h):
    t = h.portal.ticket()
    a = h.get("/.wardroom/enter?ticket=" + t, lines="Accept: text/html\r\n")
    cookie = a.line("Set-Cookie")
    check(a.code == 200 and b'url=/tree"' in a.body, "a ticket opens the door", a.head)
    check("HttpOnly; SameSite=Strict; Path=/" in cookie and "Domain" not in cookie, "the cookie is strict", cookie)
    check(a.line("Referrer-Policy") == "no-referrer", "the ticket's address is not told on")
    again = h.get("/.wardroom/enter?ticket=" + t)
    check(again.code == 403 and not again.line("Set-Cookie"), "a ticket is good once", again.head)
    for bad in ("", "?ticket=", "?ticket=zz", "?ticket=" + t + "00", "?ticket=%s&ticket=%s" % (t, t)):
        if h.get("/.wardroom/enter" + bad).code != 403:
            check(False, "a broken ticket is refused", bad)
            break
    else:
        check(True, "broken tickets are refused")
    token = cookie.split("=", 1)[1].split(";")[0]
    check(h.get("/tree", cookie=token).code == 200, "the cookie lets in")
    seen = h.inside.heads[-1]
    check(token not in seen and "Cookie: a=b" in seen and "Connection: close" in seen, "the cookie stays outside", seen)
    h.get("/x", cookie=token, lines="X-Forwarded-User: root\r\nAuthorization: Basic x\r\nForwarded: for=x\r\nAccept: q\r\n")
    seen = h.inside.heads[-1]
    check(not any(w in seen for w in ("Forwarded", "Authorization")) and "Accept: q" in seen, "claims and credentials stay outside", seen)
    return token


def test_airlock(h):
    host = "airlock.localhost:%d" % h.port
    page = b"<!doctype html><p>" + b"cell " * 400000
    for name, text in (("31", page), ("32", b"secret")):
        with open(h.path("views/" + name), "wb") as f:
            f.write(text)
    os.symlink(h.path("config"), h.path("views/33"))

    def ticket(file):
        t = os.urandom(32).hex()
        h.portal.sights[t] = file
        return t
    t = ticket(31)
    a = h.get("/view?ticket=" + t, host=host)
    check(a.code == 200 and a.body == page, "a ticket shows one file, whole", (a.head, len(a.body)))
    policy = a.line("Content-Security-Policy")
    check("default-src 'none'" in policy and "sandbox" in policy and "script" not in policy and
          a.line("X-Content-Type-Options") == "nosniff" and not a.line("Set-Cookie"),
          "the page runs nothing and sets no cookie", a.head)
    a = h.get("/view?ticket=" + t, host=host)
    check(a.code == 403 and page[:30] not in a.body, "it shows it once", a.head)
    for bad in ("/view", "/view?ticket=", "/view?ticket=zz", "/view?ticket=%s&ticket=%s" % (t, t),
                "/", "/views/32", "/view/../views/32", "/.wardroom/enter?ticket=" + ticket(32), "/tree"):
        a = h.get(bad, host=host)
        if a.code < 400 or b"secret" in a.body:
            check(False, "nothing else is there", (bad, a.head))
            break
    else:
        check(True, "nothing else is there")
    check(h.get("/view?ticket=" + ticket(33), host=host).code == 503, "a link is not followed")
    check(h.get("/view?ticket=" + ticket(99), host=host).code == 503, "a page that is not there is said so")
    check(h.get("/view?ticket=" + ticket(32), host=host, method="POST").code == 403, "it is only read")
    check(h.get("/view?ticket=" + ticket(32)).code == 401, "a workspace's origin has no such window")
    a = h.get("/view?ticket=" + ticket(32), host=host,
              lines="Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n")
    check(a.code == 403, "a foreign page cannot embed it", a.head)


def test_strangers(h, token):
    page = h.get("/tree", lines="Accept: text/html\r\n")
    check(page.code == 401 and b"http://localhost:1/rooms/7/enter" in page.body, "no cookie: the way to enter", page.head)
    check(h.get("/tree", cookie="0" * 64).code == 401, "a made-up cookie opens nothing")
    other = "w%d.localhost:%d" % (OTHER, h.port)
    check(h.get("/tree", cookie=token, host=other).code == 401, "a cookie opens one workspace only")
    _, second = h.enter(person=PERSON + 1)
    a = h.get("/tree", lines="Cookie: wardroom_room=%s; wardroom_room=%s\r\n" % (token, second))
    check(a.code == 401, "a planted second cookie opens nothing")
    a = h.get("/tree", lines="Cookie: wardroom_room=x; wardroom_room=%s\r\n" % token)
    check(a.code == 200, "a planted meaningless cookie does not lock out")
    check(h.get("/", host="w99.localhost:%d" % h.port).code == 404, "an unknown workspace is a calm page")
    check(h.get("/", host="evil.example").code == 421, "another host is refused")
    check(h.get("/", host="w7.localhost").code == 421, "the port belongs to the host")
    check(h.get("/x", method="POST", cookie=token, lines="Origin: http://evil.example\r\n").code == 403, "a foreign page cannot write")
    check(h.get("/x", method="POST", cookie=token).code == 403, "nor who does not say where it comes from")
    check(h.get("/x", cookie=token, lines="Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n").code == 403, "a foreign page cannot embed")
    check(h.get("/x", cookie=token, lines="Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n").code == 200, "following a link works")


def test_malformed(h, token):
    base = "Host: %s\r\nCookie: wardroom_room=%s\r\n" % (h.host, token)
    get = "GET /x HTTP/1.1\r\n" + base
    battery = {
        "two Content-Length": get + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "Content-Length and Transfer-Encoding": get + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length +3": get + "Content-Length: +3\r\n\r\nabc",
        "Content-Length -1": get + "Content-Length: -1\r\n\r\n",
        "Transfer-Encoding xchunked": get + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "space before colon": get + "X-A : b\r\n\r\n",
        "folded line": get + "X-A: b\r\n c\r\n\r\n",
        "NUL in a value": get + "X-A: b\0c\r\n\r\n",
        "empty name": get + ": b\r\n\r\n",
        "bare line feeds": get.replace("\r\n", "\n") + "\n",
        "bare carriage return": get + "X-A: b\rc\r\n\r\n",
        "two Hosts": get + "Host: %s\r\n\r\n" % h.host,
        "no Host": "GET /x HTTP/1.1\r\nX-A: b\r\n\r\n",
        "odd method": "G(T /x HTTP/1.1\r\n" + base + "\r\n",
    }
    before = len(h.inside.heads)
    for name, text in battery.items():
        a = Answer(h.raw(text.encode("latin-1")))
        check(a.code == 400, "malformed: " + name, a.head[:40] if a.code != 400 else "")
    a = Answer(h.raw((get + "X-A: " + "b" * 65536 + "\r\n\r\n").encode()))
    check(a.code in (0, 431), "malformed: 64 KiB of header", a.code)
    check(len(h.inside.heads) == before, "none of them reached the workspace")
    chunked = Answer(h.raw((get.replace("GET", "POST") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").encode()))
    check(chunked.code == 411, "a body must say its length")
    two = h.raw((get + "\r\n" + get.replace("/x", "/smuggled") + "\r\n").encode())
    check(two.count(b"HTTP/1.1") == 1 and not any("smuggled" in s for s in h.inside.heads), "one request to a connection")
    own = "Origin: http://%s\r\n" % h.host
    a = h.get("/echo", method="POST", body=os.urandom(200000), cookie=token, lines=own)
    check(a.code == 200 and len(a.body) == 200000, "a body goes through", (a.code, len(a.body)))
    a = h.get("/big", cookie=token)
    check(a.code == 200 and len(a.body) == 3 << 20, "3 MiB come back", (a.code, len(a.body)))


def test_downloads(h, token):
    for target in ("/files/a.csv", "/fil%65s/a.csv", "/nbconvert/html/a.ipynb", "/api/nbconvert", "/view/a",
                   "/bundle", "/api/contents/a.csv", "/api/contents/a.csv?type=file&format=base64"):
        a = h.get(target, cookie=token)
        check(a.code == 403 and b"Files stay" in a.body, "closed: " + target, a.code if a.code != 403 else "")
    for target in ("/x/..%2ffiles/a", "/x/../files/a", "//files/a", "/%2e%2e/files/a"):
        check(h.get(target, cookie=token).code == 400, "ambiguous: " + target)
    check(h.get("/api/contents/a.py?type=file&format=text", cookie=token).code == 200, "the editor reads text")
    check(h.get("/api/contents/large.txt?type=file&format=text", cookie=token).code == 403, "but not 3 MiB of it")


def test_replies(h, token):
    a = h.get("/hostile", cookie=token)
    check(a.code == 200 and a.body == b"hi", "a hostile reply's body passes")
    check(a.line("Set-Cookie") == "_xsrf=good; Path=/", "only a harmless cookie is set", a.line("Set-Cookie"))
    gone = ("Content-Disposition", "Service-Worker-Allowed", "Clear-Site-Data")
    check(not any(a.line(n) for n in gone) and "default-src *" not in a.head, "its other lines stay inside", a.head)
    check("connect-src 'self' ws://%s;" % h.host in a.line("Content-Security-Policy"), "our policy is set")
    check(h.get("/away", cookie=token).code == 502, "a redirect to elsewhere is stopped")
    check(h.get("/home", cookie=token).line("Location") == "/tree", "a redirect at home is not")
    check(h.get("/two", cookie=token).code == 502, "two lengths are stopped")
    check(h.get("/switch", cookie=token).code == 502, "an upgrade nobody asked for is stopped")
    check(h.get("/nothing", cookie=token).code == 502, "silence is told")
    check(h.get("/split", cookie=token).body == b"hi", "nothing follows the announced body")
    check(h.get("/chunked", cookie=token).body.startswith(b"2\r\nhi"), "chunks pass")


def test_websocket_and_cut(h, token):
    w = WebSocket(h, token)
    check(w.code == 101 and w.echo(os.urandom(1 << 20)), "1 MiB through a WebSocket and back")
    check(WebSocket(h, token, origin="http://evil.example").code == 403, "a foreign page cannot open one")
    check(WebSocket(h, "1" * 64).code == 401, "nor can a stranger")
    _, mine = h.enter(person=PERSON + 2)
    other = WebSocket(h, mine)
    others = [WebSocket(h, token) for _ in range(20)]
    n, ms = h.portal.cut(2, ws=WS, person=PERSON)
    check(n == 21, "a cut closes every connection of the person", n)
    start = time.monotonic()
    closed = all(x.is_closed() for x in [w] + others)
    check(closed and time.monotonic() - start < 1, "they are closed at once", "acknowledged after %.1f ms" % (ms * 1000), True)
    check(h.get("/tree", cookie=token).code == 401, "and the cookie is forgotten")
    check(other.code == 101 and other.echo(b"still here"), "the others go on")
    n, _ = h.portal.cut(4, session=SESSION + PERSON + 2)
    check(n == 1 and other.is_closed(), "a session can be cut alone", n)
    n, _ = h.portal.cut(6, person=12345)
    check(n == 0, "cutting nobody is acknowledged too", n)


def test_inside_ground(h):
    place = h.path("apps/%d/notebook.sock" % SLOT)
    _, token = h.enter()
    os.rename(place, place + ".real")
    def asks():
        a = h.get("/tree?x=%22", cookie=token, lines="Accept: text/html\r\n")
        return a.code == 200 and b"is starting" in a.body
    h.portal.missing.clear()
    check(asks(), "no socket: a page that waits")
    check(wait_for(lambda: h.portal.missing == [(WS, PERSON, SESSION + PERSON, 0)]),
          "the portal hears who waits for what", h.portal.missing)
    check(h.get("/api", cookie=token).code == 503, "no socket: programs hear 503")
    check(b'url=/tree?x=%22"' in h.get("/tree?x=%22", cookie=token, lines="Accept: text/html\r\n").body, "the page comes back to the same place")
    os.symlink(place + ".real", place)
    check(asks(), "a symbolic link is not followed")
    os.unlink(place)
    open(place, "w").close()
    check(asks(), "a regular file is no socket")
    os.unlink(place)
    os.mkfifo(place)
    check(asks(), "a FIFO is no socket")
    check(len(h.portal.missing) == 1, "not with every look", h.portal.missing)
    os.unlink(place)
    if ROOT:
        s = socket.socket(socket.AF_UNIX)
        s.bind(place)
        os.chmod(place, 0o666)
        s.listen(5)
        check(asks(), "a socket of another user is refused")
        os.chown(place, MEMBER, -1)
        s.close()
        check(asks(), "a dead socket: a page that waits")
        os.unlink(place)
    os.rename(h.path("apps/%d" % SLOT), h.path("apps/real"))
    os.symlink("real", h.path("apps/%d" % SLOT))
    os.rename(h.path("apps/real/notebook.sock.real"), h.path("apps/real/notebook.sock"))
    check(asks(), "a linked folder is not followed")
    os.unlink(h.path("apps/%d" % SLOT))
    os.rename(h.path("apps/real"), h.path("apps/%d" % SLOT))
    check(h.get("/tree", cookie=token).code == 200, "and the true socket works again")


def test_desk(h):
    data = os.urandom(3 << 20)
    file = h.path("my predictions.csv")
    with open(file, "wb") as f:
        f.write(data)
    r = desk(h, "submit", file)
    check(r.returncode == 0 and r.stdout == "Received.\nAUROC 0.81 ?[31m(café)\n".encode(), "a submission round trip", (r.returncode, r.stdout, r.stderr))
    ws, slot, verb, spool, size, digest, name = h.portal.desk[-1]
    check((ws, slot, verb, size) == (WS, SLOT, 2, len(data)), "the portal knows whose it is", h.portal.desk[-1][:5])
    check(digest == hashlib.blake2b(data, digest_size=32).digest() and name.rstrip(b"\0") == b"my predictions.csv", "its hash and name")
    kept = h.path("spool/%d" % spool)
    check(os.path.exists(kept) and open(kept, "rb").read() == data, "the file lies in the spool")
    check(oct(os.stat(kept).st_mode & 0o7777) == "0o640", "readable by its group only")
    h.portal.desk_code = 3
    r = desk(h, "submit", file)
    check(r.returncode == 3 and os.listdir(h.path("spool")) == [str(spool)], "a refused file is removed", (r.returncode, r.stdout))
    h.portal.desk_code = 0
    r = desk(h, "status")
    check(r.returncode == 0 and h.portal.desk[-1][2] == 1, "status asks")
    r = desk(h, "who", ws=OTHER)
    check(r.returncode == 0 and h.portal.desk[-1][:3] == (OTHER, SLOT, 3), "each workspace has its own desk")
    open(h.path("empty"), "w").close()
    with open(h.path("large"), "wb") as f:
        f.truncate((64 << 20) + 1)
    for words, code, text in ((("submit", "/nowhere.csv"), 66, b"no file"), (("submit", h.dir), 66, b"folder"),
                              (("submit", h.path("empty")), 66, b"empty"), (("submit", h.path("large")), 66, b"64 MiB"),
                              (("submit",), 64, b"Name one file"), (("dance",), 64, b"There is no command"),
                              (("status", "now"), 64, b"nothing follows")):
        r = desk(h, *words)
        check(r.returncode == code and text in r.stderr, "desk says: " + text.decode(), (r.returncode, r.stderr))
    check(desk(h, "help").returncode == 0, "help helps")
    if ROOT:
        before = len(h.portal.desk)
        r = desk(h, "status", uid=12345)
        check(r.returncode == 75 and len(h.portal.desk) == before, "a stranger's uid is turned away", r.returncode)


def test_drop(h):
    """The portal says which files of the spool nobody needs."""
    path = h.path("spool/31")
    open(path, "w").close()
    other = h.path("spool/32")
    open(other, "w").close()
    for spool in (31, 31, 2**64 - 1):
        h.portal.drop(spool)
    with h.portal.news:
        h.portal.news.wait_for(lambda: len(h.portal.dropped) == 3, 5)
    check(h.portal.dropped == [31, 31, 2**64 - 1] and not os.path.exists(path) and os.path.exists(other),
          "a file that nobody needs is removed, and that is said, however often", h.portal.dropped)
    os.unlink(other)


def test_table(h):
    """The member's request goes into the spool and away again; the curator's parcel comes back."""
    table, evidence, said = b"ward,count\nA,20\n", b'{"evidence":{}}\n', b"Counted.\n"
    out = "/tmp/wardroom-table-%d.csv" % os.getpid()
    h.portal.views, h.portal.parcel = h.path("views"), b"%d %d %d\n" % (len(said), len(table), len(evidence)) + said + table + evidence
    own = h.path("cohort.csv")
    with open(own, "w") as f:
        f.write("ward\nA\n")
    ask = ("table", own, "--rows", "ward", "--value", "count", "--where", "ward = 'A'")
    before = sorted(os.listdir(h.path("spool")))
    r = desk(h, *ask)
    check(r.returncode == 0 and r.stdout == table and said in r.stderr, "a table comes back", (r.returncode, r.stdout, r.stderr))
    size = h.portal.desk[-1][4]
    check(h.portal.desk[-1][2] == 10 and size == len("file cohort.csv\nrows ward\nvalue count\nwhere ward = 'A'\n\nward\nA\n"),
          "the request holds question and file", h.portal.desk[-1][:5])
    check(sorted(os.listdir(h.path("spool"))) == before, "which leaves the spool when it is answered")
    r = desk(h, *ask, "--out", out)
    written = [open(out + e, "rb").read() for e in ("", ".evidence.json")] if r.returncode == 0 else r
    check(written == [table, evidence] and b"airlock add" in r.stdout, "table and evidence are written", written)
    for name in (out, out + ".evidence.json"):
        os.unlink(name)
    h.portal.desk_code, h.portal.parcel = 2, b"4 0 0\nNo.\n"
    r = desk(h, *ask)
    check(r.returncode == 2 and r.stdout == b"" and b"No.\n" in r.stderr, "a mistake is told", (r.returncode, r.stdout, r.stderr))
    h.portal.desk_code = 0
    for parcel, what in ((b"9 9 9\nshort", "cut off"), (b"-1 0 0\n", "with odd sizes"), (b"", "empty"), (b"x\n", "no parcel")):
        h.portal.parcel = parcel
        r = desk(h, *ask)
        check(r.returncode == 75 and r.stdout == b"", "what is %s is not taken" % what, (r.returncode, r.stdout, r.stderr))
    h.portal.parcel = None
    for f in os.listdir(h.path("views")):
        if f.startswith("table-"):
            os.unlink(h.path("views/" + f))
    r = desk(h, *ask)
    check(r.returncode == 75 and b"busy" in r.stderr, "what the curator has not left cannot come", (r.returncode, r.stdout, r.stderr))
    for words in (("table",), ("table", "t", "--rows", "a"), ("table", "t", "--rows", "a", "--value", "count", "--sql", "x"),
                  ("table", "t", "--rows", "a\nmin 1", "--value", "count")):
        r = desk(h, *words)
        check(r.returncode == 64 and b"--value" in r.stderr, "called wrongly it says how", (words, r.returncode))


def test_hostile_desk(h):
    lines = [b"steal 1 a\n", b"submit -1 a\n", b"submit 99999999999999999999 a\nx", b"submit 3 ../a\nabc",
             b"submit 3 a" + b"b" * 600 + b"\nabc", b"submit 100 short.csv\nabc", b"submit 67108865 a\n"]
    path = h.path("desk%d.sock" % WS)
    before = (len(h.portal.desk), len(os.listdir(h.path("spool"))))
    out = as_member(lambda: b" ".join(talk(path, line).split()[-1] for line in lines))
    check(out.split() == [b"2"] * len(lines), "hostile desk lines are refused", out)
    after = (len(h.portal.desk), len(os.listdir(h.path("spool"))))
    check(before == after, "and leave nothing behind", (before, after))

    def crowd():
        idle = [socket.socket(socket.AF_UNIX) for _ in range(8)]
        for s in idle:
            s.connect(path)
        time.sleep(0.3)
        return talk(path, b"status 0 -\n").split()[-1]
    check(as_member(crowd) == b"75", "the ninth at one desk is asked to come again")
    time.sleep(0.3)
    check(desk(h, "status").returncode == 0, "and is served when the others have left")


def test_slow_clients(h, token):
    idle = [h.connect() for _ in range(150)]
    for s in idle:
        s.sendall(b"GET /x HTTP/1.1\r\nHo")
    start = time.monotonic()
    a = h.get("/tree", cookie=token)
    check(a.code == 200 and time.monotonic() - start < 2, "150 slow clients hold nobody up")
    idle[0].settimeout(30)
    got = idle[0].recv(4096)
    took = time.monotonic() - start
    check(b" 408 " in got and took < 20, "a head must come within ten seconds", "%.1f s" % took, True)
    for s in idle:
        s.close()


def test_meter(h):
    _, token = h.enter(person=PERSON + 9)
    a = h.get("/flood", cookie=token)
    mib = len(a.body) >> 20
    check(190 <= mib <= 201, "200 MiB an hour, then the stream ends", "%d MiB" % mib)
    check(h.get("/tree", cookie=token).code == 429, "and a sentence says why")
    _, token = h.enter(person=PERSON)
    check(h.get("/tree", cookie=token).code == 200, "the others go on")

    def told():
        return sum(c[2] for c in h.portal.carried if c[1] == PERSON + 9)
    end = time.monotonic() + 20
    while time.monotonic() < end and told() < len(a.body):
        time.sleep(0.2)
    check(len(a.body) <= told() < 202 << 20, "the portal is told what was carried", told())
    h.portal.budget = (1 << 20, 0, 0, 0)
    _, token = h.enter(person=PERSON + 10)
    n = len(h.get("/flood", cookie=token).body)
    check(1 << 19 < n < 5 << 18, "the portal sets the budget", n)
    h.portal.budget = (1 << 20, 0, 2 << 20, 0)
    _, token = h.enter(person=PERSON + 11)
    check(h.get("/tree", cookie=token).code == 429, "what an earlier gate carried counts")
    h.portal.budget = (0, 0, 0, 0)


def test_portal_away(h):
    _, token = h.enter()
    w = WebSocket(h, token)
    seqs = h.portal.seqs
    check(all(a < b for a, b in zip(seqs, seqs[1:])) and all(s % 2 for s in seqs), "questions are numbered oddly and rise")
    old = h.portal
    old.here.shutdown(socket.SHUT_RDWR)
    time.sleep(0.3)
    check(w.echo(b"x" * 1000), "an open WebSocket outlives the portal")
    check(h.get("/tree", cookie=token).code == 200, "a known cookie too")
    r = desk(h, "submit", h.path("my predictions.csv"))
    check(r.returncode == 75 and b"busy" in r.stdout and len(os.listdir(h.path("spool"))) == 1, "a submission is turned away whole", (r.returncode, r.stdout))
    start = time.monotonic()
    a = h.get("/.wardroom/enter?ticket=" + "ab" * 32, lines="Accept: text/html\r\n")
    took = time.monotonic() - start
    check(a.code == 503 and 4.5 < took < 10, "a ticket waits five seconds", "%.1f s" % took)
    result = []
    t = os.urandom(32).hex()
    thread = threading.Thread(target=lambda: result.append(h.get("/.wardroom/enter?ticket=" + t)))
    thread.start()
    time.sleep(0.5)
    h.portal = Portal()
    h.portal.tickets[WS, t] = PERSON
    send_message(h.warden, struct.pack("=II", GW_PORTAL, 0), [h.portal.there.fileno()])
    h.portal.there.close()
    thread.join()
    check(result[0].code == 200, "a ticket succeeds when the portal comes back", result[0].code)
    deadline = time.monotonic() + 3
    # (the pass of PERSON has just been confirmed by the ticket)
    mine = (WS, PERSON + 1, SESSION + PERSON + 1)
    while mine not in h.portal.checks and time.monotonic() < deadline:
        time.sleep(0.05)
    check(mine in h.portal.checks, "a new portal is asked about every pass", h.portal.checks)
    h.portal.here.shutdown(socket.SHUT_RDWR)
    h.portal = Portal()
    h.portal.welcome = False
    send_message(h.warden, struct.pack("=II", GW_PORTAL, 0), [h.portal.there.fileno()])
    h.portal.there.close()
    check(w.is_closed(4), "and whoever is not welcome any more is cut")


def test_room_gone(h):
    h.portal.welcome = True
    _, token = h.enter()
    w = WebSocket(h, token)
    h.drop_room(WS)
    check(w.is_closed(2), "a workspace that goes takes its connections along")
    check(h.get("/tree", cookie=token).code == 404, "and its address is a calm page")
    h.open_room(WS)
    time.sleep(0.2)
    check(h.get("/tree", cookie=token).code == 401, "when it comes back, one enters anew")
    h.portal.here.send(b"nonsense")
    time.sleep(0.2)
    check(h.gate.poll() is None, "nonsense from a portal does not end the gate")


def main():
    if not os.path.exists(os.path.join(BIN, "wardroom-gate")):
        print("1..0 # SKIP wardroom-gate is not built in", BIN)
        return 0
    h = House()
    try:
        h.inside = Inside(h.path("apps/%d/notebook.sock" % SLOT))
        token = test_entering(h)
        test_airlock(h)
        test_strangers(h, token)
        _, token = h.enter()
        test_malformed(h, token)
        test_downloads(h, token)
        test_replies(h, token)
        test_websocket_and_cut(h, token)
        test_inside_ground(h)
        test_desk(h)
        test_table(h)
        test_drop(h)
        test_hostile_desk(h)
        _, token = h.enter()
        test_slow_clients(h, token)
        test_meter(h)
        test_portal_away(h)
        test_room_gone(h)
        log = open(h.path("log"), "rb").read()
    finally:
        if h.gate.poll() is None:
            ended = h.close()
        else:
            print("# the gate ended:", h.gate.returncode, open(h.path("log"), "rb").read()[-3000:])
            ended = None
    check(ended == 0, "without a warden the gate ends", ended)
    check(b"ERROR" not in log and b"runtime error" not in log, "no sanitizer complained", log[-2000:] if b"ERROR" in log or b"runtime error" in log else "")
    return finish()


if __name__ == "__main__":
    sys.exit(main())
