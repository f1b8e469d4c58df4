#include "curator/scrub/scrub.h"

#include "base/tap.h"

static struct scrub *s;
static struct arena *a;

static void
begin(void)
{
	scrub_free(s);
	arena_free(a);
	s = scrub_new();
	a = arena_new();
	scrub_name(s, STR("David Gruenwyler"));
	scrub_name(s, STR("\xc3\x85se H\xc3\xb8yland"));
	scrub_allow(s, STR("Parkinson"));
	for (int i = 0; i < 30; i++) {
		char who[8];
		snprintf(who, sizeof who, "%d", i);
		scrub_learn(s, str_of(who),
			STR("Fluid balance is positive. The patient feels better; pain is "
			    "controlled. Seen by the ward team on rounds, weight up. record of the "
			    "call phone born living in near card plate serial from her brown and "
			    "mail see admitted discharge today"));
	}
}

static const char *
scrubbed(const char *text, const char *own)
{
	struct buf b = buf_new(a);
	scrub_text(s, str_of(text), str_of(own), &b);
	return b.p ? b.p : "";
}

TEST(what_is_harmless_stays)
{
	begin();
	static const char *const texts[] = {
		"Fluid balance positive, 2.5 mg/L at 14:30, 500 ml in 24 h.",
		"The patient feels better; pain is controlled.",
		"BP 120/80, pulse 72, temperature 37.4, spO2 98%, dose 3 x 250 mg",
		"Parkinson",
		"record 17 of 1200",
		"",
		"1",
		"\n\n",
		"95 ml/min",
	};
	scrub_allow(s, STR("BP"));
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		CHECK_STR(scrubbed(texts[i], ""), texts[i]);
}

TEST(identifiers_go)
{
	static const struct {
		const char *text, *own, *want;
	} cases[] = {
		{ "david gruenwyler feels better", "David Gruenwyler",
			"[name] [name] feels better" },
		{ "Seen by DAVID today", "", "Seen by [name] today" },
		{ "Seen by \xc3\x85se H\xc3\xb8yland", "", "Seen by [name] [name]" },
		{ "Seen by Dr. J. Smith today", "", "Seen by [name] today" },
		{ "Seen by Frau von Berg", "", "Seen by [word] von [word]" },
		{ "record 00104729, ok", "", "record [number], ok" },
		{ "call +47 22 85 50 50 today", "", "call [number] today" },
		{ "phone (555) 123-4567.", "", "phone ([number]." },
		{ "ssn 123-45-6789", "", "ssn [number]" },
		{ "mail kari.n@ous-hf.no.", "", "mail [contact]." },
		{ "see https://x.org/p?id=7 today", "", "see [contact] today" },
		{ "see www.example.org", "", "see [contact]" },
		{ "from 192.168.10.44 today", "", "from [number] today" },
		{ "born 1931-07-29", "", "born [date]" },
		{ "born 29.7.1931, living", "", "born [date], living" },
		{ "on 3/14/22 better", "", "on [date] better" },
		{ "on 14 March 2022 better", "", "on [date] better" },
		{ "on March 14, 2022 better", "", "on [date] better" },
		{ "on 14. mars better", "", "on [date] better" },
		{ "in 2019 better", "", "in [date] better" },
		{ "a 101 year-old", "", "a [age] year-old" },
		{ "is 93 years", "", "is [age] years" },
		{ "is 45 years", "", "is 45 years" },
		{ "card AB-1234567", "", "card [number]" },
		{ "plate ZH 123456", "", "plate [word] [number]" },
		{ "serial SN:88-1234-AB", "", "serial [number]" },
		{ "from Oslo", "", "from [word]" },
		{ "her cousin Quibble", "", "her cousin [word]" },
		{ "Li feels better", "Li Wu", "[name] feels better" },
		{ "li is small, living", "Li Wu", "li is small, living" },
		{ "mrs brown", "Brown", "mrs [name]" },
	};
	begin();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		CHECK_STR(scrubbed(cases[i].text, cases[i].own), cases[i].want);
}

struct queue {
	char text[200];
};

static void
suspect(void *ctx, struct str word, uint64_t times)
{
	struct queue *q = ctx;
	size_t n = strlen(q->text);
	snprintf(q->text + n, sizeof q->text - n, "%.*s:%d ", (int)word.n, word.p, (int)times);
}

TEST(all_words_of_the_own_record_count)
{
	begin();
	struct buf own = buf_new(a);
	/* A long stay: the names of many who were there come before the patient's. */
	for (int i = 0; i < 26 * 26; i++)
		buf_printf(&own, "Dr. Xa%c%c\n", 'a' + i / 26, 'a' + i % 26);
	buf_puts(&own, "Quibble\n");
	CHECK_STR(scrubbed("The patient quibble feels better. Xazz too.", own.p), "The patient [name] feels better. [name] too.");
}

TEST(the_queue_holds_unknown_words_only)
{
	struct queue q = { "" };
	begin();
	scrub_learn(s, STR("x"), STR("her cousin Quibble and Quibble of Oslo, David, Parkinson"));
	scrub_learned(s, suspect, &q);
	CHECK_STR(q.text, "quibble:2 oslo:1 ");
}

TEST(hostile_text)
{
	char text[4000];
	begin();
	for (unsigned seed = 1; seed < 400; seed++) {
		unsigned x = seed;
		for (size_t i = 0; i < sizeof text - 1; i++) {
			static const char bytes[] = "A9.-/:+@ a\xc3\x85\xff\n(1";
			x = x * 1664525 + 1013904223;
			text[i] = bytes[(x >> 24) % (sizeof bytes - 1)];
		}
		text[sizeof text - 1] = '\0';
		const char *out = scrubbed(text, text);
		CHECK(out != NULL);
	}
}

/*
 * Recall on invented notes whose identifiers are known: every value is put into sentences in
 * several forms, and what of it is left afterwards is counted. Relatives are of nobody's list.
 */
TEST(recall_on_an_invented_corpus)
{
	static const char *const first[] = { "David", "Kari", "Noa", "Eirik", "Miriam", "Tuva",
		"Yael", "Oskar", "Ingrid", "Samuel" };
	static const char *const last[] = { "Gruenwyler", "Solheim", "Abramov", "Brown", "Nilsen",
		"Rosenthal", "Field", "Ovesen", "Katz", "Winter" };
	static const char *const forms[] = { "%s %s feels better.", "Talked to %s %s on rounds.",
		"The daughter of %s %s was seen.", "pain is controlled (%s %s).",
		"Patient: %s %s, weight up" };
	int identifiers = 0, left = 0;
	begin();
	for (int i = 0; i < 10; i++)
		for (int k = 0; k < 10; k++)
			for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
				char text[400], own[60], begins[200];
				snprintf(own, sizeof own, "%s %s", first[i], last[k]);
				/* Half of them are in the patient's own record. */
				bool known = (i + k) % 2 == 0;
				snprintf(begins, sizeof begins, forms[f], first[i], last[k]);
				snprintf(text, sizeof text,
					"%s Record 0%d%d4729, born %d.%d.19%d%d, call +47 22 %d0 "
					"5%d "
					"50, mail %s@%s.no.",
					begins, i, k, i + 1, k + 1, i, k, i, k, first[i], last[k]);
				const char *out = scrubbed(text, known ? own : "");
				identifiers += 6;
				left += strstr(out, first[i]) != NULL;
				left += strstr(out, last[k]) != NULL;
				left += strstr(out, "4729") != NULL;
				left += strstr(out, ".19") != NULL;
				left += strstr(out, "+47") != NULL || strstr(out, " 50,") != NULL;
				left += strchr(out, '@') != NULL;
			}
	printf("# %d of %d identifiers found: recall %.4f\n", identifiers - left, identifiers,
		1 - (double)left / identifiers);
	CHECK_INT(identifiers, 3000);
	CHECK(left <= identifiers / 100);
}
