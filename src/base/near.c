#include "base/near.h"

#include <stdbool.h>
#include <string.h>

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
near_distance(const char *a, const char *b)
{
	size_t n = strnlen(a, NEAR_NAME), m = strnlen(b, NEAR_NAME);
	/* Rows i - 2, i - 1 and i of the table, in turn. */
	size_t rows[3][NEAR_NAME + 1];
	for (size_t k = 0; k <= m; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= n; i++) {
		size_t *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t k = 1; k <= m; k++) {
			bool same = lower(a[i - 1]) == lower(b[k - 1]);
			row[k] = least(least(up[k], row[k - 1]) + 1, up[k - 1] + !same);
			if (i > 1 && k > 1 && lower(a[i - 1]) == lower(b[k - 2]) &&
				lower(a[i - 2]) == lower(b[k - 1]))
				row[k] = least(row[k], up2[k - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

static bool
holds(const char *name, const char *part)
{
	size_t n = strlen(part);
	for (; strlen(name) >= n; name++) {
		size_t i = 0;
		while (i < n && lower(name[i]) == lower(part[i]))
			i++;
		if (i == n)
			return true;
	}
	return false;
}

/* 0 is the same, far are those that were not meant. */
static size_t
rank(const char *word, const char *name)
{
	enum { FAR = 1000, HELD = 500, SHORT = 3 };
	size_t n = strnlen(word, NEAR_NAME), d = near_distance(word, name);
	if (d <= (n < SHORT ? 1 : n / 3) && d < n)
		return d;
	bool held =
		n >= SHORT && (holds(name, word) || (strlen(name) >= SHORT && holds(word, name)));
	return held ? HELD + d : FAR;
}

size_t
near_names(const char *word, const char *const *names, size_t n, const char **ret, size_t most)
{
	enum { FAR = 1000 };
	size_t found = 0;
	for (size_t i = 0; i < n; i++) {
		size_t r = rank(word, names[i]), at = found;
		if (r >= FAR)
			continue;
		while (at && rank(word, ret[at - 1]) > r)
			at--;
		if (at == most)
			continue;
		found = least(found + 1, most);
		memmove(&ret[at + 1], &ret[at], (found - 1 - at) * sizeof *ret);
		ret[at] = names[i];
	}
	return found;
}
