#include "attack/result.h"

#include <jansson.h>
#include <stdio.h>

#include "base/json.h"

static const char *const words[] = { "defeated", "through", "not here", "unclear", "residual" };

const char results_letters[] = "HNFPRXDSBAL";

static const struct {
	char letter;
	const char *name;
} groups[] = { { 'H', "the installed server" }, { 'N', "network" }, { 'F', "files and mounts" },
	{ 'P', "processes and kernel" }, { 'R', "resources" }, { 'X', "between teams" },
	{ 'D', "data" }, { 'S', "our own sockets" }, { 'B', "browser and gate" },
	{ 'A', "airlock" }, { 'L', "life cycle" } };

const char *
verdict_word(enum verdict v)
{
	return words[v];
}

const char *
results_group(char letter)
{
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		if (groups[i].letter == letter)
			return groups[i].name;
	return NULL;
}

struct results *
results_new(struct arena *a)
{
	struct results *r = ARENA_NEW(a, struct results);
	r->arena = a;
	return r;
}

static const char *
tame(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			*p = '?';
	return copy;
}

void
results_add(struct results *r, const struct result *in)
{
	if (r->n == sizeof r->at / sizeof r->at[0])
		return;
	struct result *to = &r->at[r->n++];
	*to = *in;
	to->id = tame(r->arena, in->id);
	to->what = tame(r->arena, in->what);
	to->detail = tame(r->arena, in->detail);
	to->control_detail = tame(r->arena, in->control_detail);
	to->residual = tame(r->arena, in->residual);
}

static const char *
text_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));
	return s ? s : "";
}

static enum verdict
verdict_of(const char *word, const char *residual)
{
	if (streq(word, "defeated"))
		return R_DEFEATED;
	if (streq(word, "through"))
		return *residual ? R_RESIDUAL : R_THROUGH;
	if (streq(word, "residual"))
		return R_RESIDUAL;
	return streq(word, "not here") ? R_NOT_HERE : R_UNCLEAR;
}

static bool
add_json(struct results *r, const json_t *j)
{
	struct result x = { .id = text_of(j, "id"),
		.what = text_of(j, "what"),
		.detail = text_of(j, "detail"),
		.verdict = verdict_of(text_of(j, "outcome"), text_of(j, "residual")),
		.control = json_is_true(json_object_get(j, "control")),
		.control_detail = text_of(j, "control_detail"),
		.residual = text_of(j, "residual") };
	if (*x.id)
		results_add(r, &x);
	return *x.id != '\0';
}

bool
results_merge(struct results *r, struct str text)
{
	json_t *j = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL), *x;
	json_int_t planned = json_integer_value(json_object_get(j, "planned"));
	bool ok = planned > 0 && planned < 10000;
	size_t i;
	json_array_foreach(json_object_get(j, "results"), i, x) ok &= add_json(r, x);
	r->planned += ok ? (size_t)planned : 1;
	json_decref(j);
	return ok;
}

bool
results_line(struct results *r, struct str line)
{
	json_t *j = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	json_int_t plan = json_integer_value(json_object_get(j, "plan"));
	bool ok = json_is_object(j);
	if (ok && plan > 0 && plan < 10000) {
		r->planned += (size_t)plan;
	} else if (ok) {
		ok = add_json(r, j);
	}
	json_decref(j);
	return ok;
}

size_t
results_count(const struct results *r, enum verdict v)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++)
		n += r->at[i].verdict == v;
	return n;
}

/* A control means nothing where the attack has no meaning. */
static bool
control_bad(const struct result *x)
{
	return !x->control && x->verdict != R_NOT_HERE;
}

size_t
results_controls_bad(const struct results *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++)
		n += control_bad(&r->at[i]);
	return n;
}

bool
results_good(const struct results *r)
{
	return r->planned && r->n == r->planned &&
	       results_count(r, R_THROUGH) + results_count(r, R_UNCLEAR) == 0 &&
	       results_controls_bad(r) == 0;
}

void
results_table(const struct results *r)
{
	for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
		printf("\n%c  %s\n", groups[g].letter, groups[g].name);
		for (size_t i = 0; i < r->n; i++) {
			const struct result *x = &r->at[i];
			if (x->id[0] != groups[g].letter)
				continue;
			printf("%-9s %-22s %s (%s)\n", words[x->verdict], x->id, x->what,
				x->detail);
			if (control_bad(x))
				printf("          its control failed: %s\n", x->control_detail);
			if (x->verdict == R_RESIDUAL)
				printf("          accepted: %s\n", x->residual);
		}
	}
	printf("\n%zu tried, %zu defeated, %zu got through, %zu unclear, %zu residual, "
	       "%zu not possible here; %zu controls failed",
		r->n - results_count(r, R_NOT_HERE), results_count(r, R_DEFEATED),
		results_count(r, R_THROUGH), results_count(r, R_UNCLEAR),
		results_count(r, R_RESIDUAL), results_count(r, R_NOT_HERE),
		results_controls_bad(r));
	if (r->n != r->planned)
		printf("; %zu of %zu were carried out", r->n, r->planned);
	puts(".");
}

static void
ids(struct jsonw *j, const struct results *r, const char *key, enum verdict v)
{
	jsonw_key(j, key);
	jsonw_open(j, '[');
	for (size_t i = 0; i < r->n; i++)
		if (r->at[i].verdict == v)
			jsonw_text(j, r->at[i].id);
	jsonw_close(j, ']');
}

static void
one(struct jsonw *j, const struct result *x)
{
	const char *group = "";
	for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
		if (groups[g].letter == x->id[0])
			group = groups[g].name;
	const char *const pairs[][2] = { { "id", x->id }, { "group", group }, { "what", x->what },
		{ "outcome", words[x->verdict] }, { "detail", x->detail },
		{ "control_detail", x->control_detail }, { "residual", x->residual } };
	jsonw_open(j, '{');
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		jsonw_key(j, pairs[i][0]);
		jsonw_text(j, pairs[i][1]);
	}
	jsonw_key(j, "control");
	jsonw_bool(j, x->control);
	jsonw_close(j, '}');
}

void
results_write(struct buf *b, const struct results *r)
{
	struct jsonw j = jsonw_new(b);
	const struct {
		const char *key;
		size_t n;
	} numbers[] = { { "planned", r->planned }, { "tried", r->n - results_count(r, R_NOT_HERE) },
		{ "defeated", results_count(r, R_DEFEATED) },
		{ "controls_failed", results_controls_bad(r) } };
	jsonw_open(&j, '{');
	jsonw_key(&j, "good");
	jsonw_bool(&j, results_good(r));
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		jsonw_key(&j, numbers[i].key);
		jsonw_int(&j, (int64_t)numbers[i].n);
	}
	ids(&j, r, "through", R_THROUGH);
	ids(&j, r, "unclear", R_UNCLEAR);
	ids(&j, r, "residual", R_RESIDUAL);
	ids(&j, r, "not_here", R_NOT_HERE);
	jsonw_key(&j, "results");
	jsonw_open(&j, '[');
	for (size_t i = 0; i < r->n; i++)
		one(&j, &r->at[i]);
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
}

void
results_json(const struct results *r)
{
	struct buf b = buf_new(r->arena);
	results_write(&b, r);
	puts(b.p);
}
