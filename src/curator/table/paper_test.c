/* The written table: what shows, what does not, and what the evidence says of it. */
#include "curator/table/paper.h"

#include <jansson.h>
#include <math.h>
#include <sodium.h>

#include "base/tap.h"
#include "curator/airlock/proof.h"

static const char *const wards[] = { "A", "B", "C, \"east\"" };
static const char *const sexes[] = { "F", "M" };

static struct counted
counts(struct arena *a, const int64_t n[3][2])
{
	struct counted c = { .keys = 1, .rows = 3, .columns = 2, .across = true };
	c.row = ARENA_ARRAY(a, 3, const char *);
	c.column = ARENA_ARRAY(a, 2, const char *);
	memcpy(c.row, wards, sizeof wards);
	memcpy(c.column, sexes, sizeof sexes);
	c.at = ARENA_ARRAY(a, 12, struct count_cell);
	for (size_t i = 0; i < 12; i++)
		c.at[i].total = c.at[i].top1 = c.at[i].top2 = NAN;
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 2; k++) {
			size_t to[] = { i * 3 + k, i * 3 + 2, 9 + k, 11 };
			for (size_t t = 0; t < 4; t++) {
				c.at[to[t]].rows += n[i][k];
				c.at[to[t]].persons += n[i][k];
			}
		}
	return c;
}

static struct table_ask
asked(const char **row, enum ask_value v)
{
	*row = "ward";
	return (struct table_ask){ .source = "stays",
		.rows = { row, 1 },
		.columns = "sex",
		.value = v,
		.value_column = "age",
		.value_text = "count",
		.where_text = "",
		.min = 10 };
}

static const struct paper_source source = { .event = 1,
	.project = 2,
	.team = 3,
	.made = "2026-11-22T12:00:00Z",
	.name = "stays",
	.release = 7,
	.stage = "full",
	.hash = "00",
	.patient = "patient",
	.engine = "v1" };

static struct paper
make(struct arena *a, const struct table_ask *ask, const struct counted *c)
{
	struct airlock_policy policy = airlock_policy_default();
	struct hide hide;
	struct paper p;
	paper_hide(a, ask, c, &policy, &hide);
	paper_make(a, ask, c, &hide, &source, &p);
	return p;
}

TEST(a_small_cell_takes_others_along)
{
	cleanup_arena struct arena *a = arena_new();
	const char *row;
	struct table_ask ask = asked(&row, ASK_COUNT);
	struct counted c = counts(a, (const int64_t[3][2]){ { 40, 50 }, { 30, 4 }, { 60, 70 } });
	struct paper p = make(a, &ask, &c);
	CHECK_STR(str_dup(a, p.csv),
		"ward,count (F),count (M),count (Total)\nA,*,*,90\nB,*,*,34\n\"C, "
		"\"\"east\"\"\",60,70,130\nTotal,130,124,254\n");
	CHECK_INT(p.small, 1);
	CHECK_INT(p.other, 3);
	CHECK(strstr(p.said, "1 number is hidden") && strstr(p.said, "3 more are hidden"));
	ask.round = 5;
	c = counts(a, (const int64_t[3][2]){ { 41, 50 }, { 32, 33 }, { 0, 70 } });
	p = make(a, &ask, &c);
	CHECK_STR(str_dup(a, p.csv),
		"ward,count (F),count (M),count (Total)\nA,40,50,90\nB,30,35,65\n"
		"\"C, \"\"east\"\"\",0,70,70\nTotal,75,155,225\n");
}

TEST(a_table_that_would_show_nothing_is_none)
{
	cleanup_arena struct arena *a = arena_new();
	const char *row;
	struct table_ask ask = asked(&row, ASK_COUNT);
	struct counted c = counts(a, (const int64_t[3][2]){ { 3, 2 }, { 1, 4 }, { 0, 5 } });
	for (size_t i = 0; i < 12; i++)
		c.at[i].persons = c.at[i].persons > 9 ? 9 : c.at[i].persons;
	struct paper p = make(a, &ask, &c);
	CHECK(p.refused && p.csv.n == 0 && p.evidence.n == 0 && p.shown == 1); /* the 0 */
	CHECK(strstr(p.said, "No table was made: none of its numbers may be shown."));
	CHECK(strstr(p.said, "too few patients stand behind them"));
	CHECK(strstr(p.said, "Ask for larger groups"));
	/* Each row is too small to be told; with columns there still is what they say. */
	c = counts(a, (const int64_t[3][2]){ { 50, 60 }, { 0, 0 }, { 0, 0 } });
	c.rows = 1;
	c.merged_rows = 12;
	for (size_t k = 0; k < 3; k++)
		c.at[3 + k] = c.at[9 + k];
	p = make(a, &ask, &c);
	CHECK(!p.refused && p.csv.n && strstr(p.said, "12 groups of fewer than 10 patients"));
	CHECK(!strstr(p.said, "Nothing had to be hidden"));
	c.columns = 1;
	c.merged_columns = 2;
	c.at[0] = c.at[1] = c.at[2] = c.at[3] = c.at[5];
	p = make(a, &ask, &c);
	CHECK(p.refused && p.csv.n == 0 && strstr(p.said, "14 groups of fewer than 10"));
	CHECK(strstr(p.said, "every group that it asks for is too small to be told"));
	CHECK(!strstr(p.said, "Nothing had to be hidden"));
	c.across = false;
	p = make(a, &ask, &c);
	CHECK(p.refused);
	/* One that shows its groups. */
	c = counts(a, (const int64_t[3][2]){ { 40, 50 }, { 30, 44 }, { 60, 70 } });
	p = make(a, &ask, &c);
	CHECK(!p.refused && strstr(p.said, "Nothing had to be hidden"));
}

TEST(few_patients_behind_many_rows)
{
	cleanup_arena struct arena *a = arena_new();
	const char *row;
	struct table_ask ask = asked(&row, ASK_COUNT);
	struct counted c = counts(a, (const int64_t[3][2]){ { 40, 50 }, { 30, 90 }, { 60, 70 } });
	c.at[0].persons = 9;
	struct paper p = make(a, &ask, &c);
	CHECK(p.small == 1 && strstr(p.csv.p, "A,*,*"));
	ask = asked(&row, ASK_MEDIAN);
	c = counts(a, (const int64_t[3][2]){ { 40, 50 }, { 30, 90 }, { 19, 70 } });
	p = make(a, &ask, &c);
	CHECK_INT(p.small, 1); /* ten on either side of the middle */
}

TEST(numbers)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(paper_number(a, 0), "0");
	CHECK_STR(paper_number(a, 54.36781), "54.37");
	CHECK_STR(paper_number(a, -7), "-7");
	CHECK_STR(paper_number(a, 123456.7), "123500");
	CHECK_STR(paper_number(a, 9999.6), "10000");
	CHECK_STR(paper_number(a, 0.000123456), "0.0001235");
	CHECK_STR(paper_number(a, 1e-300), "0");
	CHECK_INT(paper_round(7, 5), 5);
	CHECK_INT(paper_round(8, 5), 10);
	CHECK_INT(paper_round(1, 6), 3);
	CHECK_INT(paper_round(12, 6), 9);
	CHECK_INT(paper_round(13, 6), 15);
	CHECK_INT(paper_round(14, 10), 10);
	CHECK_INT(paper_round(0, 6), 0);
	CHECK_INT(paper_round(11, 0), 11);
}

/* ---- the paper on its way ---- */

static struct proof_key
key(uint8_t n)
{
	uint8_t seed[32] = { n };
	struct proof_key k;
	proof_key_of(seed, &k);
	return k;
}

TEST(evidence_is_good_for_one_table_of_one_team)
{
	cleanup_arena struct arena *a = arena_new();
	const char *row;
	struct err e;
	struct airlock_proof proof;
	uint8_t hash[32];
	struct proof_key ours = key(1), theirs = key(2);
	struct table_ask ask = asked(&row, ASK_COUNT);
	struct counted c = counts(a, (const int64_t[3][2]){ { 40, 50 }, { 30, 4 }, { 60, 70 } });
	struct paper p = make(a, &ask, &c);
	struct str paper = proof_seal(a, &ours, p.evidence);
	crypto_generichash(hash, 32, (const uint8_t *)p.csv.p, p.csv.n, NULL, 0);
	CHECK(proof_open(a, &ours, "t" PROOF_ENDING, paper, 3, 2, &proof, &e) == OK);
	CHECK(memcmp(proof.digest, hash, 32) == 0 && proof.shown == 8 && !proof.of_file);
	CHECK(proof.cells.n == 8 && proof.cells.at[0].row == 2 && proof.cells.at[0].column == 4 &&
		proof.cells.at[0].n == 90);
	/* Another team, another project, another server, no server. */
	CHECK(proof_open(a, &ours, "t", paper, 4, 2, &proof, &e) == E_DENIED);
	CHECK(strstr(e.text, "another team"));
	CHECK(proof_open(a, &ours, "t", paper, 3, 9, &proof, &e) == E_DENIED);
	CHECK(proof_open(a, &theirs, "t", paper, 3, 2, &proof, &e) == E_DENIED);
	CHECK(proof_open(a, NULL, "t", paper, 3, 2, &proof, &e) == E_DENIED);
	/* Every byte counts, and so does every byte too many or too few. */
	for (size_t i = 0; i < paper.n; i++) {
		char *bad = arena_strndup(a, paper.p, paper.n);
		bad[i] ^= 1;
		/* The case of a hex digit is none of the signature's. */
		bool same = i > paper.n - 140 && (bad[i] ^ paper.p[i]) == 0x20;
		CHECK(same || proof_open(a, &ours, "t", (struct str){ bad, paper.n }, 3, 2, &proof,
				      &e) == E_DENIED);
	}
	for (size_t n = 0; n < paper.n; n += 7)
		CHECK(proof_open(a, &ours, "t", (struct str){ paper.p, n }, 3, 2, &proof, &e) ==
			E_DENIED);
	CHECK(proof_open(a, &ours, "t", str_of(arena_printf(a, "%s\n", str_dup(a, paper))), 3, 2,
		      &proof, &e) == E_DENIED);
	CHECK(proof_claims("t.csv" PROOF_ENDING, STR("x")) && proof_claims("x", paper) &&
		!proof_claims("t.csv", STR("a,b\n1,2\n")));
}

/* The airlock's checks of a file, with and without. */
static enum airlock_severity
judged(struct arena *a, struct str csv, const struct airlock_proof *proof, const char *check)
{
	struct airlock_policy *policy = ARENA_NEW(a, struct airlock_policy);
	enum airlock_severity worst = AIR_NOTE;
	*policy = airlock_policy_default();
	struct airlock_file f = { .a = a,
		.policy = policy,
		.name = "t.csv",
		.input = csv,
		.bytes = csv,
		.proof = proof };
	airlock_run(&f);
	for (size_t i = 0; i < f.findings.n; i++)
		if ((!check || streq(f.findings.at[i].check, check)) &&
			f.findings.at[i].severity > worst)
			worst = f.findings.at[i].severity;
	/* What leaves is what was signed, byte for byte. */
	bool same = f.clean.n == csv.n && memcmp(f.clean.p, csv.p, csv.n) == 0;
	CHECK(same || airlock_verdict(&f) == AIR_FAIL);
	return worst;
}

TEST(the_airlock_need_not_guess)
{
	cleanup_arena struct arena *a = arena_new();
	const char *row;
	struct err e;
	struct airlock_proof proof;
	struct proof_key ours = key(1);
	struct table_ask ask = asked(&row, ASK_MEAN);
	struct counted c = counts(a, (const int64_t[3][2]){ { 40, 50 }, { 30, 20 }, { 60, 70 } });
	for (size_t i = 0; i < 12; i++) {
		struct count_cell *x = &c.at[i];
		x->sum = x->total = (double)x->rows * 54.5;
		x->of = x->rows;
		x->largest = 90, x->spacing = 1;
		x->top1 = 90, x->top2 = 89;
	}
	struct paper p = make(a, &ask, &c);
	struct str paper = proof_seal(a, &ours, p.evidence);
	CHECK(proof_open(a, &ours, "t", paper, 3, 2, &proof, &e) == OK);
	CHECK(judged(a, p.csv, NULL, "dominance") == AIR_REVIEW);
	CHECK(judged(a, p.csv, &proof, NULL) == AIR_NOTE);
	proof.of_file = true;
	CHECK(judged(a, p.csv, &proof, "evidence") == AIR_REVIEW);
	/* By today's thresholds. */
	proof.cells.at[3].n = 9;
	CHECK(judged(a, p.csv, &proof, "dominance") == AIR_FAIL);
}
