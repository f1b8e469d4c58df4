#include "curator/risk/hierarchy.h"

#include <dirent.h>

#include "base/cleanup.h"
#include "base/io.h"

enum { SNIFF_LINES = 50 };

/* How often each candidate stands in a line outside quotes. */
static size_t
count_outside_quotes(struct str line, char c)
{
	size_t n = 0;
	bool quoted = false;
	for (size_t i = 0; i < line.n; i++) {
		quoted ^= line.p[i] == '"';
		n += !quoted && line.p[i] == c;
	}
	return n;
}

/*
 * The separator: the candidate that every one of the first lines holds equally often, the most
 * frequent of those; failing that, the most frequent in the first line. 0 when it holds none.
 */
static char
sniff(struct str text)
{
	static const char candidates[] = { ';', ',', '\t', '|' };
	size_t best_n = 0;
	char best = 0;
	bool best_even = false;
	struct str rest = text, first = str_cut(&rest, '\n');
	for (size_t k = 0; k < sizeof candidates; k++) {
		size_t n = count_outside_quotes(first, candidates[k]);
		bool even = true;
		rest = text;
		for (size_t i = 0; i < SNIFF_LINES && rest.n > 0 && even; i++) {
			struct str line = str_trim(str_cut(&rest, '\n'));
			even = line.n == 0 || count_outside_quotes(line, candidates[k]) == n;
		}
		if (n > 0 && (even > best_even || (even == best_even && n > best_n))) {
			best = candidates[k];
			best_n = n;
			best_even = even;
		}
	}
	return best;
}

/* p stands at an opening quote. False when none closes it. */
static bool
take_quoted(struct buf *b, struct str line, size_t *ret_end)
{
	for (size_t i = 1; i < line.n; i++) {
		if (line.p[i] == '"' && (i + 1 == line.n || line.p[i + 1] != '"')) {
			*ret_end = i + 1;
			return true;
		}
		i += line.p[i] == '"'; /* a doubled quote stands for one */
		buf_putc(b, line.p[i]);
	}
	return false;
}

/* Takes one field off a line. False when a quote is not closed, or followed by something. */
static bool
take_field(struct arena *a, struct str *line, char separator, struct str *ret, bool *ret_last)
{
	struct str field = { line->p, 0 };
	size_t at = 0;
	if (line->n > 0 && line->p[0] == '"') {
		struct buf b = buf_new(a);
		if (!take_quoted(&b, *line, &at))
			return false;
		field = b.n ? buf_str(&b) : STR("");
	} else {
		while (at < line->n && (separator == 0 || line->p[at] != separator))
			at++;
		field.n = at;
	}
	bool last = at == line->n;
	if (!last && line->p[at] != separator)
		return false;
	at += !last;
	*line = (struct str){ line->p + at, line->n - at };
	*ret = field;
	*ret_last = last;
	return true;
}

/* *ret_n fields of a line, HIERARCHY_MAX_LEVELS at most. */
static enum status
split_line(struct arena *a, const char *name, struct str line, char separator, size_t line_no,
	struct str *ret, size_t *ret_n, struct err *e)
{
	size_t n = 0;
	bool last = false;
	if (!str_utf8(line))
		return err_set(e, E_INPUT, name,
			"The hierarchy of %s, line %zu: these bytes are not UTF-8.", name, line_no);
	while (!last) {
		if (n == HIERARCHY_MAX_LEVELS)
			return err_set(e, E_INPUT, name,
				"The hierarchy of %s, line %zu: more than %d levels.", name,
				line_no, HIERARCHY_MAX_LEVELS);
		if (!take_field(a, &line, separator, &ret[n++], &last))
			return err_set(e, E_INPUT, name,
				"The hierarchy of %s, line %zu: the quotes of field %zu do not "
				"match.",
				name, line_no, n);
	}
	*ret_n = n;
	return OK;
}

static enum status
parse_lines(struct arena *a, const char *name, struct str text, struct hierarchy *h, struct err *e)
{
	struct str fields[HIERARCHY_MAX_LEVELS];
	char separator = sniff(text);
	for (size_t line_no = 1; text.n > 0; line_no++) {
		size_t n = 0;
		struct str line = str_cut(&text, '\n');
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (line.n == 0)
			continue;
		TRY(split_line(a, name, line, separator, line_no, fields, &n, e));
		if (h->n_levels == 0)
			hierarchy_begin(h, name, n);
		if (n != h->n_levels)
			return err_set(e, E_INPUT, name,
				"The hierarchy of %s, line %zu: %zu level%s instead of %zu as in "
				"the first line.",
				name, line_no, n, n == 1 ? "" : "s", h->n_levels);
		TRY(hierarchy_add(h, fields, line_no, e));
	}
	if (h->n_levels == 0)
		return err_set(e, E_INPUT, name, "The hierarchy of %s is empty.", name);
	return hierarchy_end(h, e);
}

enum status
hierarchy_parse(const char *name, struct str text, struct hierarchy *ret, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	struct hierarchy h = { 0 };
	if (str_starts(text, "\xef\xbb\xbf"))
		text = (struct str){ text.p + 3, text.n - 3 };
	enum status s = parse_lines(a, name, text, &h, e);
	if (s != OK) {
		hierarchy_free(&h);
		return s;
	}
	*ret = h;
	return OK;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && streq(s + n - m, end);
}

/* The file of the column in the folder, as hierarchy_load says. */
static enum status
find_file(struct arena *a, const char *folder, const char *name, const char **ret, struct err *e)
{
	cleanup_dir DIR *d = opendir(folder);
	if (!d)
		return err_errno(e, "Cannot open the folder %s", folder);
	const char *plain = arena_printf(a, "%s.csv", name);
	const char *end = arena_printf(a, "_hierarchy_%s.csv", name);
	const char *found = NULL, *second = NULL;
	for (struct dirent *entry; (entry = readdir(d));) {
		if (streq(entry->d_name, plain)) {
			found = plain;
			second = NULL;
			break;
		}
		if (!ends_with(entry->d_name, end))
			continue;
		if (found)
			second = arena_strdup(a, entry->d_name);
		else
			found = arena_strdup(a, entry->d_name);
	}
	if (second)
		return err_set(e, E_INPUT, name,
			"%s has two hierarchies of the column %s: %s and %s.", folder, name, found,
			second);
	if (!found)
		return err_set(e, E_ABSENT, name,
			"%s has no hierarchy of the column %s: neither %s nor *%s.", folder, name,
			plain, end);
	*ret = arena_printf(a, "%s/%s", folder, found);
	return OK;
}

enum status
hierarchy_load(
	struct arena *a, const char *folder, const char *name, struct hierarchy *ret, struct err *e)
{
	const char *path = NULL;
	struct str text;
	TRY(find_file(a, folder, name, &path, e));
	TRY(io_read_file(a, path, HIERARCHY_MAX_BYTES, &text, e));
	return hierarchy_parse(name, text, ret, e);
}
