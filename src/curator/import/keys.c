#include "curator/import/keys.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "curator/import/learn.h"
#include "curator/parquet/read.h"

/* Bytes of the blank at the beginning or at the end of a text: Unicode's class Zs in UTF-8. */
static size_t
blank_bytes(struct str s, bool at_end)
{
	static const char *const blanks[] = { " ", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002",
		"\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
		"\u202f", "\u205f", "\u3000" };
	for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
		size_t n = strlen(blanks[i]);
		if (n <= s.n && memcmp(at_end ? s.p + s.n - n : s.p, blanks[i], n) == 0)
			return n;
	}
	return 0;
}

struct str
keys_trim(const struct key_column *c, struct str s)
{
	for (size_t n = 1; c->padded && s.n > 0 && n > 0; s.p += n, s.n -= n)
		n = blank_bytes(s, false);
	for (size_t n = 1; c->padded && s.n > 0 && n > 0; s.n -= n)
		n = blank_bytes(s, true);
	return s.n > 0 ? s : (struct str){ NULL, 0 };
}

size_t
keys_parts(const struct key_column *c)
{
	return 1 + (size_t)(c->distinct / KEYS_AT_ONCE);
}

/* A column on its way past, a group at a time. */
struct pass {
	const struct key_column *c;
	struct parquet_in *in;
	struct part part;
	uint32_t *numbers; /* of each of its values */
	struct str *keys;  /* of those that are keys, and their numbers */
	uint32_t *found;
	size_t n_keys, max_numbers;
};

static enum status
pass_open(struct pass *p, const struct key_column *c, struct err *e)
{
	*p = (struct pass){ .c = c };
	return parquet_open(c->path, &p->in, e);
}

static void
pass_close(struct pass *p)
{
	parquet_close(p->in);
	part_free(&p->part);
	free(p->numbers);
	free(p->keys);
	free(p->found);
}
#define cleanup_pass CLEANUP(pass_close)

static void
more_numbers(struct pass *p)
{
	size_t n = p->part.n_values;
	if (n <= p->max_numbers)
		return;
	p->max_numbers = n;
	p->numbers = realloc(p->numbers, n * sizeof *p->numbers);
	p->keys = realloc(p->keys, n * sizeof *p->keys);
	p->found = realloc(p->found, n * sizeof *p->found);
	if (!p->numbers || !p->keys || !p->found)
		BUG("out of memory");
}

/* The values of a group, and which row has which when rows is set. */
static enum status
pass_group(struct pass *p, size_t group, bool rows, struct err *e)
{
	bool all;
	TRY(rows ? parquet_cells(p->in, group, p->c->column, &p->part, e)
		 : parquet_values(p->in, group, p->c->column, &p->part, &all, e));
	more_numbers(p);
	return OK;
}

#define OF_ANOTHER_PART (UINT32_MAX - 1)
#define IS_KEY (UINT32_MAX - 2)

/* The keys among the values of a group, one after another, so that they are numbered at once. */
static void
gather_keys(struct pass *p, size_t part, size_t parts)
{
	p->n_keys = 0;
	for (size_t i = 0; i < p->part.n_values; i++) {
		struct str key = keys_trim(p->c, p->part.values[i]);
		bool here = parts == 1 || (key.p && learn_hash(key) % parts == part);
		p->numbers[i] = !key.p ? KEY_NONE : here ? IS_KEY : OF_ANOTHER_PART;
		p->keys[p->n_keys] = key;
		p->n_keys += p->numbers[i] == IS_KEY;
	}
}

static void
spread_numbers(struct pass *p)
{
	for (size_t i = 0, k = 0; i < p->part.n_values; i++)
		if (p->numbers[i] == IS_KEY)
			p->numbers[i] = p->found[k++];
}

/* ---- the keys of a column ---- */

static void
add_rows(struct keys *k, const struct pass *p)
{
	size_t n = text_set_size(k->set);
	if (n > k->max_rows) {
		k->rows = realloc(k->rows, 2 * n * sizeof *k->rows);
		if (!k->rows)
			BUG("out of memory");
		memset(k->rows + k->max_rows, 0, (2 * n - k->max_rows) * sizeof *k->rows);
		k->max_rows = 2 * n;
	}
	for (size_t i = 0; i < p->part.rows; i++) {
		uint32_t code = p->part.codes[i];
		uint32_t number = code == PART_MISSING ? KEY_NONE : p->numbers[code];
		if (number == KEY_NONE)
			k->without++;
		else if (number != OF_ANOTHER_PART)
			k->rows[number]++;
	}
}

enum status
keys_take(const struct key_column *c, size_t part, bool count_rows, struct keys *ret, struct err *e)
{
	cleanup_pass struct pass p;
	size_t parts = keys_parts(c);
	TRY(pass_open(&p, c, e));
	ret->set = text_set_new(IS_KEY);
	for (size_t g = 0; g < parquet_groups(p.in); g++) {
		TRY(pass_group(&p, g, count_rows, e));
		gather_keys(&p, part, parts);
		text_set_add_all(ret->set, p.keys, p.n_keys, p.found);
		spread_numbers(&p);
		if (count_rows)
			add_rows(ret, &p);
	}
	return OK;
}

void
keys_free(struct keys *k)
{
	text_set_free(k->set);
	free(k->rows);
	*k = (struct keys){ 0 };
}

/* ---- where else they stand ---- */

/* What the rows of a group whose key is asked for have beside it. */
static void
take_beside(const struct pass *keys, struct pass *beside, struct text_set *values, uint32_t *ret)
{
	for (size_t i = 0; i < keys->part.rows; i++) {
		uint32_t code = keys->part.codes[i], value = beside->part.codes[i];
		uint32_t key = code == PART_MISSING ? KEY_NONE : keys->numbers[code];
		if (key == KEY_NONE || ret[key] != KEY_NONE || value == PART_MISSING)
			continue;
		struct str s = keys_trim(beside->c, beside->part.values[value]);
		if (s.p)
			ret[key] = text_set_add(values, s);
	}
}

enum status
keys_find(const struct text_set *set, const struct key_column *c, const struct key_column *beside,
	struct text_set *values, uint32_t *ret, struct err *e)
{
	cleanup_pass struct pass keys, its = { 0 };
	TRY(pass_open(&keys, c, e));
	if (beside)
		TRY(pass_open(&its, beside, e));
	for (size_t i = 0; i < text_set_size(set); i++)
		ret[i] = KEY_NONE;
	for (size_t g = 0; g < parquet_groups(keys.in); g++) {
		TRY(pass_group(&keys, g, beside != NULL, e));
		gather_keys(&keys, 0, 1);
		text_set_find_all(set, keys.keys, keys.n_keys, keys.found);
		spread_numbers(&keys);
		for (size_t i = 0; !beside && i < keys.n_keys; i++)
			if (keys.found[i] != KEY_NONE)
				ret[keys.found[i]] = 0;
		if (beside) {
			TRY(pass_group(&its, g, true, e));
			take_beside(&keys, &its, values, ret);
		}
	}
	return OK;
}
