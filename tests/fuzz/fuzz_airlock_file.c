/*
 * The airlock's look at a file, pictures apart. The first byte chooses the file's name, as a
 * stranger would. Whatever comes: the verdict stands, the record is JSON, and what would leave is
 * there only when nothing is FAIL and gives the same again when it is looked at anew.
 */
#include <jansson.h>

#include "curator/airlock/airlock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct airlock_file
look(struct arena *a, const struct airlock_policy *p, const char *name, struct str s)
{
	struct airlock_file f = { .a = a, .policy = p, .name = name, .input = s, .bytes = s };
	airlock_run(&f);
	return f;
}

static void
check_places(const struct airlock_file *f)
{
	for (size_t i = 0; i < f->findings.n; i++) {
		const struct airlock_finding *x = &f->findings.at[i];
		if (!x->check || !x->sentence || x->n_places > AIRLOCK_PLACES || x->count < 1)
			BUG("a finding that says nothing");
		for (size_t k = 0; k < x->n_places; k++)
			if (x->places[k].row < 0 || x->places[k].column < 0)
				BUG("a place outside the file");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "a.csv", "a.tsv", "a.txt", "a.json", "a", "a.md" };
	cleanup_arena struct arena *a = arena_new();
	struct airlock_policy p = airlock_policy_default();
	if (size < 1 || size > 1 << 16)
		return 0;
	struct str s = { (const char *)data + 1, size - 1 };
	/* Pictures have a target of their own. */
	if (size > 3 && (data[1] == 0x89 || data[1] == 0xff))
		return 0;
	const char *name = names[data[0] % (sizeof names / sizeof *names)];
	struct airlock_file f = look(a, &p, name, s);
	check_places(&f);
	struct buf record = buf_new(a);
	airlock_record(&record, &p, &f, 1, 0);
	json_t *json = json_loadb(record.p, record.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json)
		BUG("the record is no JSON");
	json_decref(json);
	if (f.clean.n && airlock_verdict(&f) == AIR_FAIL)
		BUG("a file that fails would leave");
	if (f.clean.n) {
		struct airlock_file g = look(a, &p, name, f.clean);
		/* Trimmed, a text may become something else, but never more than text. */
		if (g.clean.n && g.type == f.type && !str_eq(g.clean, f.clean))
			BUG("what leaves is not in its one form");
	}
	struct airlock_evidence *list;
	size_t n;
	struct err e;
	if (airlock_evidence_read(a, "s.csv", s, &list, &n, &e) == OK && n) {
		struct airlock_file h = { .a = a, .policy = &p, .name = "a.csv", .bytes = s };
		h.evidence.at = list;
		h.evidence.n = n;
		airlock_run(&h);
		check_places(&h);
	}
	return 0;
}
