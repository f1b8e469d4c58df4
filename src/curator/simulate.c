/*
 * A hospital that never was: patients, admissions, laboratory values and notes, as large as one
 * likes, the same for the same seed. There is a real question in it: `severe` depends on a hidden
 * state of the patient that age, diagnoses and laboratory values show with noise, so that a plain
 * model reaches an AUROC of about 0.75 to 0.8 and nobody reaches 1. Identifiers are everywhere, in
 * the notes too, so that de-identification has something to do.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/code.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/io.h"
#include "base/str.h"
#include "curator/job.h"

enum { BUFFER = 1 << 20, MAX_MB = 100000, DAY = 86400, HOUR = 3600 };

enum { PATIENTS, ADMISSIONS, LABS, NOTES, TABLES };

struct hospital {
	uint64_t state[2];
	FILE *out[TABLES];
	uint64_t bytes, limit;
	int64_t n_patients, n_admissions;
};

struct patient {
	char id[9], name[40];
	int64_t born; /* days since 1970 */
	double frail;
	bool female;
};

struct admission {
	char id[12];
	int64_t at; /* seconds since 1970 */
	double state;
	int age;
	bool severe;
};

/* xoroshiro128+: small, and good enough to invent people. */
static uint64_t
next(struct hospital *h)
{
	uint64_t a = h->state[0], b = h->state[1], sum = a + b;
	b ^= a;
	h->state[0] = (a << 24 | a >> 40) ^ b ^ (b << 16);
	h->state[1] = b << 37 | b >> 27;
	return sum;
}

static double
uniform(struct hospital *h)
{
	return (double)(next(h) >> 11) * 0x1p-53;
}

/* From 0 to n - 1. */
static int
below(struct hospital *h, int n)
{
	return (int)(uniform(h) * n);
}

static double
normal(struct hospital *h)
{
	return sqrt(-2 * log(1 - uniform(h))) * cos(2 * M_PI * uniform(h));
}

static double
clamp(double v, double low, double high)
{
	return v < low ? low : v > high ? high : v;
}

__attribute__((format(printf, 3, 4))) static void
put(struct hospital *h, int table, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vfprintf(h->out[table], fmt, ap);
	va_end(ap);
	if (n > 0)
		h->bytes += (uint64_t)n;
}

/* Days since 1970 to a civil date, by eras of 400 years that begin in March. */
static void
date_text(int64_t days, char out[11])
{
	int64_t z = days + 719468, era = z / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int d = (int)(doy - (153 * mp + 2) / 5 + 1), m = (int)(mp < 10 ? mp + 3 : mp - 9);
	int y = (int)(yoe + era * 400 + (m <= 2));
	char text[48];
	snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
	memcpy(out, text, 10);
	out[10] = '\0';
}

static void
time_text(int64_t t, char out[20])
{
	char day[11], text[40];
	date_text(t / DAY, day);
	snprintf(text, sizeof text, "%s %02d:%02d:00", day, (int)(t % DAY / HOUR),
		(int)(t % HOUR / 60));
	memcpy(out, text, 19);
	out[19] = '\0';
}

static void
invent_patient(struct hospital *h, struct patient *p)
{
	static const char *const first[2][16] = {
		{ "Adam", "Bruno", "Carl", "David", "Emil", "Felix", "Georg", "Hugo", "Ivan",
			"Jonas", "Karim", "Luca", "Marco", "Noah", "Oskar", "Pavel" },
		{ "Anna", "Berta", "Clara", "Dora", "Elena", "Fatma", "Greta", "Hanna", "Ines",
			"Julia", "Klara", "Lena", "Maria", "Nora", "Olga", "Paula" }
	};
	static const char *const head[] = { "Acker", "Berg", "Brand", "Dorn", "Eich", "Feld",
		"Gruen", "Hof", "Kalt", "Linden", "Moos", "Neu", "Ober", "Rosen", "Stein", "Wald" };
	static const char *const tail[] = { "mann", "er", "inger", "bach", "hauser", "wyler", "li",
		"acher", "meier", "ner", "berger", "brunn" };
	char born[11];
	int64_t n = h->n_patients++;
	/* 7919 is prime to 10^7: different numbers, in no order that tells anything. */
	snprintf(p->id, sizeof p->id, "%08lld", (long long)((n * 7919 + 104729) % 10000000));
	p->female = below(h, 2);
	snprintf(p->name, sizeof p->name, "%s %s%s", first[p->female][below(h, 16)],
		head[below(h, 16)], tail[below(h, 12)]);
	double age = clamp(62 + 17 * normal(h), 18, 101);
	p->born = 18262 - (int64_t)(age * 365.25) + below(h, 365);
	p->frail = normal(h);
	date_text(p->born, born);
	put(h, PATIENTS, "%s,%s,%s,%s,%05d,+00 44 %03d %02d %02d\n", p->id, p->name,
		p->female ? "F" : "M", born, 1000 + below(h, 8000), below(h, 1000), below(h, 100),
		below(h, 100));
}

static void
put_labs(struct hospital *h, const struct patient *p, const struct admission *a)
{
	/* log: the value is exp(normal); effect: of the hidden state, in the same scale. */
	static const struct test {
		const char *code, *unit;
		bool log;
		double mean, spread, effect, low, high;
	} tests[] = {
		{ "CRP", "mg/L", true, 3.2, 0.9, 0.55, 0, 5 },
		{ "LACT", "mmol/L", true, 0.4, 0.35, 0.22, 0.5, 2.2 },
		{ "CREA", "umol/L", true, 4.45, 0.3, 0.14, 45, 104 },
		{ "PLT", "G/L", false, 240, 60, -22, 150, 400 },
		{ "HB", "g/L", false, 128, 16, -4, 117, 170 },
		{ "WBC", "G/L", true, 2.2, 0.35, 0.12, 3.5, 10 },
		{ "SOD", "mmol/L", false, 138.5, 3.2, -0.3, 135, 145 },
		{ "POT", "mmol/L", false, 4.1, 0.45, 0.05, 3.5, 5.1 },
	};
	int rounds = 3 + below(h, 5);
	int64_t at = a->at;
	for (int r = 0; r < rounds; r++) {
		char when[20];
		at += HOUR + below(h, 10 * HOUR);
		time_text(at, when);
		for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
			const struct test *t = &tests[i];
			double v = t->mean + t->effect * a->state + t->spread * normal(h);
			v = t->log ? exp(v) : v;
			if (v < 0.1)
				v = 0.1;
			if (below(h, 100) == 0)
				put(h, LABS, "%s,%s,%s,%s,,%s,\n", p->id, a->id, when, t->code,
					t->unit);
			else
				put(h, LABS, "%s,%s,%s,%s,%.1f,%s,%s\n", p->id, a->id, when,
					t->code, v, t->unit,
					v < t->low    ? "low"
					: v > t->high ? "high"
						      : "normal");
		}
	}
}

static void
put_notes(struct hospital *h, const struct patient *p, const struct admission *a)
{
	static const char *const said[] = { "Comfortable at rest, oxygen by mask.",
		"Short of breath when walking; coarse sounds on both sides.",
		"Pain is controlled, appetite returns.", "Fever in the night, cultures were taken.",
		"The family asks about the way home; social service was told.",
		"Medication was reviewed: diuretic halved, antibiotic continued for five days.",
		"\"I feel better than yesterday\", he or she says; slept well.",
		"Fluid balance positive, weight up by one kilogram, legs swollen." };
	static const char *const kinds[] = { "admission", "nursing", "physician" };
	int n = 1 + below(h, 3);
	for (int i = 0; i < n; i++) {
		char when[20];
		time_text(a->at + below(h, 3 * DAY), when);
		put(h, NOTES, "%s,%s,%s,%s,\"%s (record %s), %d years. ", p->id, a->id, when,
			kinds[i], p->name, p->id, a->age);
		int sentences = 2 + below(h, 4);
		for (int k = 0; k < sentences; k++) {
			const char *s = said[below(h, 8)];
			/* Quotes are doubled inside a quoted field. */
			for (; *s; s++)
				put(h, NOTES, *s == '"' ? "\"\"" : "%c", *s);
			put(h, NOTES, "%s", k + 1 < sentences ? " " : "\"\n");
		}
	}
}

static void
admit(struct hospital *h, const struct patient *p, int64_t at)
{
	static const char *const wards[] = { "Medicine", "Surgery", "Cardiology", "Emergency" };
	struct admission a = { .at = at };
	char in[20], out[20];
	int64_t n = h->n_admissions++;
	snprintf(a.id, sizeof a.id, "F%09lld", (long long)((n * 6700417 + 15485863) % 1000000000));
	a.age = (int)((double)(at / DAY - p->born) / 365.25);
	bool diabetes = uniform(h) < 0.2, kidney = uniform(h) < 0.12 + (a.age > 75 ? 0.1 : 0);
	bool heart = uniform(h) < 0.1 + (a.age > 70 ? 0.15 : 0);
	a.state = 0.6 * p->frail + 0.8 * normal(h) + 0.4 * (a.age - 62.0) / 17 + 0.4 * kidney +
		  0.5 * heart + 0.2 * diabetes;
	a.severe = uniform(h) < 1 / (1 + exp(2.0 - 1.35 * a.state));
	bool died = uniform(h) < (a.severe ? 0.25 : 0.01);
	int64_t stay = (1 + below(h, 6) + (a.severe ? 3 + below(h, 12) : 0)) * (int64_t)DAY;
	time_text(at, in);
	time_text(at + stay, out);
	put(h, ADMISSIONS, "%s,%s,%s,%s,%s,%d,%d,%d,%d,%d,%d\n", a.id, p->id, in, out,
		wards[below(h, 4)], a.age, diabetes, kidney, heart, died, a.severe);
	put_labs(h, p, &a);
	put_notes(h, p, &a);
}

static void
fill(struct hospital *h)
{
	put(h, PATIENTS, "patient_id,name,sex,birth_date,zip,phone\n");
	put(h, ADMISSIONS,
		"admission_id,patient_id,admitted,discharged,ward,age,diabetes,"
		"kidney_disease,heart_failure,died,severe\n");
	put(h, LABS, "patient_id,admission_id,taken,test,value,unit,flag\n");
	put(h, NOTES, "patient_id,admission_id,written,kind,text\n");
	while (h->bytes < h->limit) {
		struct patient p;
		invent_patient(h, &p);
		int64_t at = (18262 + below(h, 700)) * (int64_t)DAY + below(h, DAY);
		int n = uniform(h) < 0.7 ? 1 : 2 + below(h, 2);
		for (int i = 0; i < n; i++) {
			admit(h, &p, at);
			at += (20 + below(h, 300)) * (int64_t)DAY + below(h, DAY);
		}
	}
}

static enum status
open_tables(struct hospital *h, const char *dir, struct err *e)
{
	static const char *const names[] = { "patients.csv", "admissions.csv", "labs.csv",
		"notes.csv" };
	TRY(io_mkdirs(dir, 0755, e));
	cleanup_fd int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; at >= 0 && i < TABLES; i++) {
		int fd = openat(at, names[i], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0)
			return err_errno(e, "Cannot make %s/%s", dir, names[i]);
		h->out[i] = fdopen(fd, "w");
		if (!h->out[i])
			BUG("out of memory");
		setvbuf(h->out[i], NULL, _IOFBF, BUFFER);
	}
	return at < 0 ? err_errno(e, "Cannot open %s", dir) : OK;
}

static enum status
close_tables(struct hospital *h, struct err *e)
{
	enum status s = OK;
	for (int i = 0; i < TABLES; i++)
		if (h->out[i] && fclose(h->out[i]) != 0)
			s = err_errno(e, "Cannot write the tables");
	return s;
}

int
simulate_main(int argc, char **argv)
{
	static const struct option known[] = { { "mb", required_argument, NULL, 'm' },
		{ "seed", required_argument, NULL, 's' }, { "out", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 } };
	int64_t mb = 0, seed = 1;
	const char *dir = NULL;
	bool good = true;
	for (int i = 1; i < argc; i++)
		if (streq(argv[i], "--help") || streq(argv[i], "-h"))
			return puts("wardroom-curator simulate --mb N --out DIR [--seed S]\n\n"
				    "Invents a hospital extract of about N megabytes in DIR, the "
				    "same "
				    "for the same S.") < 0
				       ? EXIT_FILE
				       : 0;
	for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		good &= c != '?' && (c != 'm' || str_int(str_of(optarg), &mb)) &&
			(c != 's' || str_int(str_of(optarg), &seed));
		dir = c == 'o' ? optarg : dir;
	}
	if (!good || optind != argc || !dir || mb < 1 || mb > MAX_MB) {
		fprintf(stderr,
			"usage: wardroom-curator simulate --mb N --out DIR [--seed S]\n"
			"N: megabytes, 1 to %d; S: any whole number.\n",
			MAX_MB);
		return EXIT_USAGE;
	}
	umask(0022); /* invented, so nobody's secret */
	struct hospital h = { { 0x9e3779b97f4a7c15u ^ (uint64_t)seed * 0xbf58476d1ce4e5b9u,
				      0x94d049bb133111ebu + (uint64_t)seed },
		.limit = (uint64_t)mb * 1000000 };
	struct err e = { 0 };
	enum status s = open_tables(&h, dir, &e);
	if (s == OK)
		fill(&h);
	enum status closed = close_tables(&h, s == OK ? &e : NULL);
	if (s != OK || closed != OK) {
		fprintf(stderr, "wardroom-curator: %s\n", e.text);
		return code_of(e.code);
	}
	printf("%lld patients, %lld admissions, %.1f MB\n", (long long)h.n_patients,
		(long long)h.n_admissions, (double)h.bytes / 1e6);
	return 0;
}
