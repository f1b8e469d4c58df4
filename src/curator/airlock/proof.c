#include "curator/airlock/proof.h"

#include <jansson.h>
#include <math.h>
#include <sodium.h>

#include "curator/airlock/sniff.h"

enum { CELLS_MAX = 20000, SIGNATURE = crypto_sign_BYTES };

static const char head[] = "{\"evidence\":";
static const char middle[] = ",\"signature\":\"";
static const char tail[] = "\"}\n";
/* So that a signature of ours for anything else is none for this. */
static const char domain[] = "wardroom table evidence 1\n";

void
proof_key_of(const uint8_t seed[32], struct proof_key *ret)
{
	crypto_sign_seed_keypair(ret->open, ret->secret, seed);
}

static struct str
signed_bytes(struct arena *a, struct str object)
{
	struct buf b = buf_new(a);
	buf_puts(&b, domain);
	buf_put(&b, object.p, object.n);
	return buf_str(&b);
}

struct str
proof_seal(struct arena *a, const struct proof_key *key, struct str object)
{
	uint8_t signature[SIGNATURE];
	char hex[2 * SIGNATURE + 1];
	struct buf b = buf_new(a);
	struct str s = signed_bytes(a, object);
	crypto_sign_detached(signature, NULL, (const uint8_t *)s.p, s.n, key->secret);
	hex_encode(hex, signature, sizeof signature);
	buf_puts(&b, head);
	buf_put(&b, object.p, object.n);
	buf_puts(&b, middle);
	buf_puts(&b, hex);
	buf_puts(&b, tail);
	return buf_str(&b);
}

bool
proof_claims(const char *name, struct str text)
{
	size_t n = strlen(name), m = strlen(PROOF_ENDING);
	return (n > m && str_ieq(str_of(name + n - m), str_of(PROOF_ENDING))) ||
	       str_starts(str_trim(text), head);
}

/* The object's bytes, when the paper is one and the signature is good. */
static bool
genuine(struct arena *a, const struct proof_key *key, struct str text, struct str *ret)
{
	const size_t h = sizeof head - 1, m = sizeof middle - 1, t = sizeof tail - 1;
	uint8_t signature[SIGNATURE];
	if (text.n < h + m + 2 * SIGNATURE + t || !str_starts(text, head) ||
		memcmp(text.p + text.n - t, tail, t) != 0)
		return false;
	const char *hex = text.p + text.n - t - 2 * SIGNATURE;
	if (memcmp(hex - m, middle, m) != 0 ||
		!hex_decode((struct str){ hex, 2 * SIGNATURE }, signature, sizeof signature))
		return false;
	struct str object = { text.p + h, (size_t)(hex - m - text.p) - h };
	struct str s = signed_bytes(a, object);
	if (!key ||
		crypto_sign_verify_detached(signature, (const uint8_t *)s.p, s.n, key->open) != 0)
		return false;
	*ret = object;
	return true;
}

/* ---- what it says; we wrote it, so only what is needed is looked at ---- */

static int64_t
whole(const json_t *o, const char *key, int64_t otherwise)
{
	const json_t *v = json_object_get(o, key);
	return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

static double
real(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	return json_is_number(v) ? json_number_value(v) : NAN;
}

static const char *
text(struct arena *a, const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? arena_strdup(a, s) : "";
}

/* "ward, year" */
static const char *
names(struct arena *a, const json_t *list)
{
	struct buf b = buf_new(a);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		buf_printf(&b, "%s%s", b.n ? ", " : "", s ? s : "");
	}
	return b.n ? b.p : "";
}

static void
read_asked(struct arena *a, const json_t *o, struct airlock_proof *p)
{
	const json_t *asked = json_object_get(o, "asked");
	p->rows = names(a, json_object_get(asked, "rows"));
	p->columns = text(a, asked, "columns");
	p->value = text(a, asked, "value");
	p->where = text(a, asked, "where");
	p->round = whole(asked, "round", 0);
	const json_t *few = json_object_get(asked, "few");
	p->few.at = ARENA_ARRAY(a, json_array_size(few) + 1, const char *);
	for (size_t i = 0; i < json_array_size(few); i++) {
		const char *s = json_string_value(json_array_get(few, i));
		p->few.at[p->few.n++] = s ? arena_strdup(a, s) : "";
	}
	p->made = text(a, o, "made");
	p->compared = json_is_true(json_object_get(o, "compared"));
}

static void
read_cells(struct arena *a, const json_t *list, struct airlock_proof *p)
{
	size_t n = json_array_size(list);
	p->cells.at = ARENA_ARRAY(a, n, struct airlock_evidence);
	for (size_t i = 0; i < n; i++) {
		const json_t *c = json_array_get(list, i);
		p->cells.at[p->cells.n++] = (struct airlock_evidence){ .file = "",
			.row = whole(c, "row", 0),
			.column = whole(c, "column", 0),
			.n = whole(c, "persons", 0),
			.rows = whole(c, "rows", -1),
			.df = whole(c, "df", -1),
			.sum = real(c, "sum"),
			.top1 = real(c, "top1"),
			.top2 = real(c, "top2") };
		int64_t persons = p->cells.at[i].n;
		p->fewest = p->fewest && p->fewest < persons ? p->fewest : persons;
	}
}

static bool
read_object(struct arena *a, const json_t *o, struct airlock_proof *p)
{
	const json_t *table = json_object_get(o, "table"), *source = json_object_get(o, "source");
	const json_t *hidden = json_object_get(o, "hidden"), *cells = json_object_get(o, "cells");
	const char *digest = json_string_value(json_object_get(table, "blake2b"));
	const char *kind = json_string_value(json_object_get(source, "kind"));
	const char *name = json_string_value(json_object_get(source, "name"));
	if (!digest || !hex_decode(str_of(digest), p->digest, sizeof p->digest) || !kind || !name ||
		json_array_size(cells) > CELLS_MAX)
		return false;
	p->team = whole(o, "team", 0);
	p->project = whole(o, "project", 0);
	p->of_file = !streq(kind, "release");
	p->of_rows = !json_is_string(json_object_get(source, "patients"));
	p->source = arena_strdup(a, name);
	p->least = whole(o, "least", 0);
	p->shown = whole(hidden, "shown", 0);
	p->small = whole(hidden, "small", 0);
	p->close = whole(hidden, "close", 0);
	p->other = whole(hidden, "other", 0);
	p->release = whole(source, "release", 0);
	p->stage = text(a, source, "stage");
	read_asked(a, o, p);
	read_cells(a, cells, p);
	return true;
}

enum status
proof_open(struct arena *a, const struct proof_key *key, const char *name, struct str text,
	int64_t team, int64_t project, struct airlock_proof *ret, struct err *e)
{
	struct airlock_proof p = { .paper = name };
	struct str object;
	if (!genuine(a, key, text, &object))
		return err_set(e, E_DENIED, "",
			"This evidence is not what this server signed: it was changed, or made "
			"elsewhere. Make the table again with the command wardroom table, and "
			"leave "
			"both files as they are.");
	json_t *json = json_loadb(object.p, object.n, JSON_REJECT_DUPLICATES, NULL);
	bool good = json_is_object(json) && read_object(a, json, &p);
	json_decref(json);
	if (!good)
		return err_set(e, E_DENIED, "",
			"This evidence was signed by another version of the server. Make the table "
			"again with the command wardroom table.");
	if (p.team != team || p.project != project)
		return err_set(e, E_DENIED, "",
			"This evidence was made for another team or project, so it is worth "
			"nothing "
			"here.");
	*ret = p;
	return OK;
}
