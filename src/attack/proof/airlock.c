/* A: what may be handed in at the airlock, from inside. */
#include <jansson.h>
#include <poll.h>

#include "attack/proof/airlock.h"
#include "base/clock.h"

enum { STATE_MS = 60000 };

const char *
airlock_add(struct proof *p, const struct who *w, const char *make, const char *name)
{
	return inside(p, w, 1,
		arena_printf(p->arena,
			"cd; rm -rf out; mkdir out; cd out; { %s; } 2>/dev/null; wardroom airlock "
			"add '%s' 2>&1; echo \"code $?\"",
			make, name));
}

/*
 * The attempt, and in the same breath a plain table of large groups, which must pass: the way is
 * open for what may go.
 */
static const char *
attempt(struct proof *p, const struct who *w, const char *make, const char *name, bool *ret_control)
{
	static const char good[] = "code mark\n";
	const char *said = airlock_add(p, w, make,
		arena_printf(p->arena,
			"%s' 2>&1; echo \"code $?\"; printf 'ward,n\\nA,250\\nB,310\\nC,400\\n' > "
			"good.csv; echo code mark; wardroom airlock add 'good.csv",
			name));
	const char *mark = strstr(said, good);
	*ret_control = mark && airlock_taken(mark);
	return mark ? arena_strndup(p->arena, said, (size_t)(mark - said)) : said;
}

bool
airlock_taken(const char *said)
{
	return strstr(said, "nothing found") != NULL;
}

bool
airlock_stopped(const char *said)
{
	return strstr(said, "may never leave") || !strstr(said, "code 0");
}

json_t *
airlock_request(struct proof *p, struct who *by, int64_t n)
{
	return who_json(
		by, arena_printf(p->arena, STAGE_EVENT "/teams/1/airlock/%lld", (long long)n));
}

const char *
airlock_path(struct proof *p, int64_t n, const char *rest)
{
	return arena_printf(p->arena, STAGE_EVENT "/teams/1/airlock/%lld%s", (long long)n, rest);
}

/* The number of the member's newest request; 0 when there is none. */
int64_t
airlock_newest(struct proof *p, const struct who *author)
{
	json_t *j = who_json(&p->stage->boss, STAGE_EVENT "/teams/1/airlock"), *x;
	int64_t n = 0;
	size_t i;
	json_array_foreach(json_object_get(j, "requests"), i, x)
	{
		const char *by = json_string_value(json_object_get(x, "author"));
		int64_t number = json_integer_value(json_object_get(x, "number"));
		if (by && streq(by, author->name) && number > n)
			n = number;
	}
	json_decref(j);
	return n;
}

bool
airlock_is(struct proof *p, int64_t n, const char *state, int ms)
{
	int64_t until = clock_mono_ms() + ms;
	for (;;) {
		json_t *j = airlock_request(p, &p->stage->boss, n);
		const char *is = json_string_value(json_object_get(j, "state"));
		bool good = is && streq(is, state);
		json_decref(j);
		if (good || clock_mono_ms() > until)
			return good;
		poll(NULL, 0, 100);
	}
}

/* Takes everything out of a draft again, so that the next attempt begins afresh. */
static void
clear(struct proof *p, struct who *w)
{
	int64_t n = airlock_newest(p, w);
	json_t *j = airlock_request(p, w, n), *x;
	size_t i;
	json_array_foreach(json_object_get(j, "files"), i, x) who_post(w, NULL,
		airlock_path(p, n,
			arena_printf(p->arena, "/files/%lld/remove",
				(long long)json_integer_value(json_object_get(x, "id")))),
		NULL);
	json_decref(j);
}

/* What must not pass as a good table does: kinds of things that are no plain files. */
static const struct {
	const char *id, *what, *make, *name;
} kinds[] = {
	{ "A1.symlink-data", "a link to the patients' rows", "ln -s /data/patients.csv l.csv",
		"l.csv" },
	{ "A1.hardlink-data", "a second name of the patients' rows",
		"ln /data/patients.csv l.csv || cp /data/patients.csv l.csv", "l.csv" },
	{ "A1.fifo", "a pipe", "mkfifo l.csv", "l.csv" },
	{ "A1.folder", "a folder", "mkdir l.csv", "l.csv" },
	{ "A1.device", "a device", "true", "/dev/zero" },
	{ "A1.proc", "the command's own memory", "true", "/proc/self/mem" },
	{ "A1.environ", "the command's own settings", "true", "/proc/self/environ" },
	{ "A1.socket", "a socket",
		"python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('l.csv')\"",
		"l.csv" },
	{ "A1.sparse", "a file of a terabyte of holes", "truncate -s 1T l.csv", "l.csv" },
	{ "A1.large", "a file of 17 MB", "head -c 17000000 /dev/zero | tr '\\0' 1 > l.csv",
		"l.csv" },
	{ "A1.empty", "a file of nothing", ": > l.csv", "l.csv" },
	{ "A1.absent", "a file that is not there", "true", "l.csv" },
	{ "A4.zip", "an archive", "python3 -m zipfile -c l.zip /data/patients.csv", "l.zip" },
	{ "A4.zip-csv", "an archive that calls itself a table",
		"python3 -m zipfile -c l.csv /data/patients.csv", "l.csv" },
	{ "A4.gzip", "a compressed table", "gzip -c /data/patients.csv > l.csv.gz", "l.csv.gz" },
	{ "A4.gzip-txt", "a compressed table that calls itself a text",
		"gzip -c /data/patients.csv > l.txt", "l.txt" },
	{ "A4.tar", "an archive of another kind", "tar cf l.csv /data/patients.csv", "l.csv" },
	{ "A4.xz", "a compressed file of another kind", "xz -c /data/patients.csv > l.csv",
		"l.csv" },
	{ "A4.bomb", "an archive that unpacks to a gigabyte",
		"head -c 100000000 /dev/zero | gzip > l.json", "l.json" },
	{ "A5.svg", "a picture that can run a script",
		"printf '<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>' > "
		"l.svg",
		"l.svg" },
	{ "A5.svg-png", "such a picture that calls itself a plain one",
		"printf '<svg xmlns=\"http://www.w3.org/2000/svg\"/>' > l.png", "l.png" },
	{ "A5.html", "a web page", "printf '<html><script>1</script></html>' > l.html", "l.html" },
	{ "A5.pdf", "a document", "printf '%%PDF-1.7\\n1 0 obj\\n<</JS(x)>>\\n' > l.pdf", "l.pdf" },
	{ "A5.office", "an office file", "python3 -m zipfile -c l.xlsx /data/patients.csv",
		"l.xlsx" },
	{ "A5.png-broken", "half a picture",
		"printf '\\211PNG\\r\\n\\032\\n\\0\\0\\0\\rIHDR' > l.png", "l.png" },
	{ "A6.notebook", "a notebook with what it printed",
		"printf '{\"cells\":[{\"cell_type\":\"code\",\"metadata\":{},\"source\":[],"
		"\"execution_count\":1,\"outputs\":[{\"output_type\":\"stream\",\"name\":"
		"\"stdout\","
		"\"text\":[\"1\"]}]}],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":5}' > "
		"l.ipynb",
		"l.ipynb" },
	{ "A7.pickle", "a model that runs code where it is opened",
		"python3 -c \"import pickle; pickle.dump([1], open('l.pkl', 'wb'))\"", "l.pkl" },
	{ "A7.pickle-csv", "the same that calls itself a table",
		"python3 -c \"import pickle; pickle.dump([1], open('l.csv', 'wb'))\"", "l.csv" },
	{ "A7.numpy", "a table of numbers as bytes", "printf '\\223NUMPY\\1\\0v\\0{}' > l.npy",
		"l.npy" },
	{ "A7.sqlite", "a database",
		"python3 -c \"import sqlite3; c = sqlite3.connect('l.db'); c.execute('create table "
		"t(x)'); c.commit()\"",
		"l.db" },
	{ "A7.parquet", "a table in columns", "printf 'PAR1xxxxPAR1' > l.parquet", "l.parquet" },
	{ "A7.hdf", "a table in another wrapping", "printf '\\211HDF\\r\\n\\032\\n' > l.csv",
		"l.csv" },
	{ "A7.elf", "a program", "cp /bin/true l.csv", "l.csv" },
	{ "A8.nul", "a table with NULs", "printf 'a,b\\n1,\\0\\n' > l.csv", "l.csv" },
	{ "A8.utf16", "a table in another alphabet's bytes",
		"printf 'a,n\\nx,250\\n' | iconv -t UTF-16 > l.csv", "l.csv" },
	{ "A8.latin", "a table with bytes that are no text", "printf 'a,n\\n\\351,250\\n' > l.csv",
		"l.csv" },
	{ "A8.quote", "a table whose quotation never ends", "printf 'a,n\\n\"x,250\\n' > l.csv",
		"l.csv" },
	{ "A8.ragged", "a table with rows of different lengths",
		"printf 'a,n\\nx,250\\ny\\nz,1,2,3\\n' > l.csv", "l.csv" },
	{ "A8.returns", "a table with carriage returns as line ends",
		"printf 'a,n\\rx,250\\ry,3\\r' > l.csv", "l.csv" },
	{ "A8.columns", "a table of a hundred thousand columns",
		"python3 -c \"print(','.join('c%d' % i for i in range(100000))); "
		"print(','.join('250' for i in range(100000)))\" > l.csv",
		"l.csv" },
	{ "A8.json", "JSON that is none", "printf '{\"a\": 250,' > l.json", "l.json" },
	{ "A8.json-twice", "JSON that says one thing twice",
		"printf '{\"a\": 250, \"a\": 3}' > l.json", "l.json" },
	{ "A8.json-deep", "JSON of a thousand levels",
		"python3 -c \"print('[' * 5000 + ']' * 5000)\" > l.json", "l.json" },
	{ "A8.escape", "a text with commands for a terminal", "printf 'a\\033]0;x\\007' > l.txt",
		"l.txt" },
	{ "A8.formula", "a cell that runs where a reviewer opens it",
		"printf 'a,n\\n\"=HYPERLINK(\"\"http://evil.example\"\")\",250\\n' > l.csv",
		"l.csv" },
	{ "A8.formula-plus", "the same with another sign",
		"printf 'a,n\\n+cmd|calc!A1,250\\n' > l.csv", "l.csv" },
	{ "A8.formula-tab", "the same behind a tab", "printf 'a,n\\n\"\\t=1+1\",250\\n' > l.csv",
		"l.csv" },
};

/* Rows of patients in every dress: the curator holds the data and knows them again. */
static const struct {
	const char *id, *what, *make, *name;
} rows[] = {
	{ "A13.rows", "patients' rows as they are", "head -40 /data/patients.csv > l.csv",
		"l.csv" },
	{ "A13.one", "one patient's row in a table of groups",
		"{ head -1 /data/patients.csv; sed -n 5p /data/patients.csv; } > l.csv", "l.csv" },
	{ "A13.shuffled", "rows with their columns in another order",
		"awk -F, '{print $4\",\"$3\",\"$5\",\"$2\",\"$1}' /data/patients.csv | head -40 > "
		"l.csv",
		"l.csv" },
	{ "A13.no-id", "rows without their pseudonyms",
		"cut -d, -f2- /data/patients.csv | head -60 > l.csv", "l.csv" },
	{ "A13.tabs", "rows parted by tabs", "tr , '\\t' < /data/patients.csv | head -40 > l.tsv",
		"l.tsv" },
	{ "A13.text", "rows in a text", "tr , ' ' < /data/patients.csv | head -40 > l.txt",
		"l.txt" },
	{ "A13.json", "rows as JSON",
		"python3 -c \"import csv, json; json.dump(list(csv.DictReader("
		"open('/data/patients.csv')))[:40], open('l.json', 'w'))\"",
		"l.json" },
	{ "A13.code", "rows as a list in a program",
		"{ echo 'rows = ['; head -40 /data/patients.csv | sed 's/.*/ \"&\",/'; echo ']'; } "
		"> l.txt",
		"l.txt" },
	{ "A13.base64", "rows in other letters",
		"head -40 /data/patients.csv | base64 -w 0 > l.txt", "l.txt" },
	{ "A13.hex", "rows as numbers in another base",
		"head -40 /data/patients.csv | od -An -tx1 | tr -d ' \\n' > l.txt", "l.txt" },
	{ "A13.ids", "the pseudonyms alone", "cut -d, -f1 /data/patients.csv | head -60 > l.csv",
		"l.csv" },
	{ "A13.whole", "every row of the release", "cp /data/patients.csv l.csv", "l.csv" },
};

static void
hand_in(struct proof *p)
{
	struct who *w = p->bea.who;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		bool control;
		const char *said = attempt(p, w, kinds[i].make, kinds[i].name, &control);
		bool stopped = airlock_stopped(said), passed = airlock_taken(said);
		/* What is for people to judge is not let out by the machine. */
		told(p, kinds[i].id, kinds[i].what, !passed, control, "%s",
			stopped  ? "refused"
			: passed ? "taken"
				 : "it does not pass without a person's yes");
		clear(p, w);
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool control;
		const char *said = attempt(p, w, rows[i].make, rows[i].name, &control);
		told(p, rows[i].id, rows[i].what, !airlock_taken(said), control, "%s",
			strstr(said, "may never leave") ? "known again: it may never leave"
			: airlock_taken(said)           ? "taken"
							: "it does not pass by itself");
		clear(p, w);
	}
}

/* Small groups in every dress. */
static void
small_groups(struct proof *p)
{
	static const struct {
		const char *id, *what, *make;
	} k[] = {
		{ "A11.small", "a group of three", "printf 'ward,n\\nA,250\\nB,3\\n' > l.csv" },
		{ "A11.words", "the same with a comma in the number",
			"printf 'ward;n\\nA;250,0\\nB;3,0\\n' > l.csv" },
		{ "A11.empty", "a group left out that the total gives away",
			"printf 'ward,f,m,total\\nA,120,130,250\\nB,,150,153\\ntotal,123,280,403\\n"
			"' > l.csv" },
		{ "A11.percent", "a group of all or none",
			"printf 'ward,n,died\\nA,250,250\\nB,310,0\\n' > l.csv" },
		{ "A11.long", "a table of six thousand rows",
			"python3 -c \"print('k,n'); [print('%d,%d' % (i, 250 + i)) for i in "
			"range(6000)]\" > l.csv" },
		{ "A11.dates", "dates to the day",
			"printf 'day,n\\n2026-01-02,250\\n2026-01-03,310\\n' > l.csv" },
	};
	struct who *w = p->bea.who;
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		bool control;
		const char *said = attempt(p, w, k[i].make, "l.csv", &control);
		told(p, k[i].id, k[i].what, !airlock_taken(said), control, "%s",
			airlock_taken(said) ? "taken" : "it does not pass by itself");
		clear(p, w);
	}
}

/* The desk's own line, written by hand. */
static const char talk[] =
	"import socket, sys\n"
	"s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect('/desk/desk.sock')\n"
	"s.sendall(sys.stdin.buffer.read())\n"
	"if len(sys.argv) > 1: s.shutdown(socket.SHUT_WR)\n"
	"got = b''\n"
	"try:\n"
	"    while True:\n"
	"        part = s.recv(4096)\n"
	"        if not part: break\n"
	"        got += part\n"
	"except OSError: pass\n"
	"print(got.decode('utf-8', 'replace'))\n";

static void
lines(struct proof *p)
{
	static const struct {
		const char *id, *what, *line;
	} k[] = {
		{ "A3.up", "a name with steps up", "airlock-output 3 ../../../etc/x.csv\nabc" },
		{ "A3.absolute", "a name from the root", "airlock-output 3 /etc/x.csv\nabc" },
		{ "A3.dots", "a name of two dots", "airlock-output 3 ..\nabc" },
		{ "A3.nothing", "no name", "airlock-output 3 \nabc" },
		{ "A3.return", "a name with a carriage return", "airlock-output 3 a\rb.csv\nabc" },
		{ "A3.escape", "a name with a command for a terminal",
			"airlock-output 3 a\033[2Jb.csv\nabc" },
		{ "A3.override", "a name that turns the writing round",
			"airlock-output 3 a\342\200\256vsc.exe\nabc" },
		{ "A3.bytes", "a name that is no text", "airlock-output 3 a\377.csv\nabc" },
		{ "A3.verb", "a verb that there is not", "airlock-release 0 x\n" },
		{ "A3.minus", "a length below nothing", "airlock-output -1 a.csv\n" },
		{ "A3.huge", "a length of all numbers",
			"airlock-output 99999999999999999999 "
			"a.csv\nabc" },
		{ "A3.over", "a length above what is allowed", "airlock-output 16777217 a.csv\n" },
		{ "A3.half", "half a file", "airlock-output 100 a.csv\nabc" },
	};
	struct who *w = p->bea.who;
	inside(p, w, 1, "rm -f /tmp/talk.py");
	struct str out;
	house_inside(p->house, p->arena, p->stage->ws[0], w->slot, "cat > /tmp/talk.py",
		str_of(talk), &out);
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		house_inside(p->house, p->arena, p->stage->ws[0], w->slot,
			"python3 /tmp/talk.py end", str_of(k[i].line), &out);
		struct str all = str_trim(out), last = all;
		while (all.n)
			last = str_cut(&all, '\n');
		/* A name may be made harmless instead of refused; a raw one is never kept. */
		int64_t n = airlock_newest(p, w);
		json_t *j = airlock_request(p, w, n), *x;
		const char *kept = "";
		size_t f;
		json_array_foreach(json_object_get(j, "files"), f, x) kept =
			arena_strdup(p->arena, json_string_value(json_object_get(x, "name")));
		json_decref(j);
		bool bad = strpbrk(kept, "/\r\n\033") || strstr(kept, "\342\200\256");
		bool control;
		clear(p, w);
		attempt(p, w, "true", "none", &control);
		told(p, k[i].id, k[i].what, !str_is(last, "0") || (*kept && !bad), control,
			str_is(last, "0") ? "kept as \"%s\"" : "refused%.0s", kept);
		clear(p, w);
	}
}

/* Eight connections that say nothing: another member is told to come again, and served after. */
static void
squat(struct proof *p)
{
	const char *said = inside(p, p->bea.who, 1,
		"python3 -c \"import socket, time\n"
		"a = [socket.socket(socket.AF_UNIX) for _ in range(40)]\n"
		"for s in a:\n"
		"    try: s.settimeout(2); s.connect('/desk/desk.sock')\n"
		"    except OSError: break\n"
		"time.sleep(1); import subprocess\n"
		"t = time.time(); r = subprocess.run(['wardroom', 'status'], capture_output=True)\n"
		"print('took', int(time.time() - t))\n\"; for i in 1 2 3 4 5 6 7 8 9; do wardroom "
		"status && break; sleep 1; done; "
		"wardroom status; echo \"code $?\"");
	bool lives = strstr(inside(p, p->eve.who, 2, "wardroom status; echo \"code $?\""),
			     "code 0") != NULL;
	told(p, "A12.squat", "keeping others from the desk by connections that say nothing",
		lives && strstr(said, "code 0"), strstr(said, "took") != NULL,
		"the other team is served meanwhile, one's own afterwards");
}

enum status
proof_airlock(struct proof *p, struct err *e)
{
	hand_in(p);
	small_groups(p);
	lines(p);
	squat(p);
	return OK;
}
