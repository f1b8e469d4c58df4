#include "portal/web/filters.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "base/clock.h"
#include "portal/web/policy.h"
#include "portal/web/small.h"
#include "portal/web/static.h"

#define NONE "–"

const char *
filter_date(struct arena *a, int64_t t)
{
	return t ? clock_date(a, t) : NONE;
}

const char *
filter_moment(struct arena *a, int64_t t)
{
	return t ? clock_moment(a, t) : NONE;
}

/* C locale names: the program never calls setlocale. */
static const char *
written(struct arena *a, int64_t t, const char *fmt)
{
	struct tm tm;
	time_t tt = (time_t)t;
	char text[64];
	if (!t || !gmtime_r(&tt, &tm) || !strftime(text, sizeof text, fmt, &tm))
		return NONE;
	return arena_strdup(a, text);
}

const char *
filter_hour(struct arena *a, int64_t t)
{
	return written(a, t, "%H:%M");
}

const char *
filter_iso(struct arena *a, int64_t t)
{
	return written(a, t, "%Y-%m-%dT%H:%M:%SZ");
}

const char *
filter_input(struct arena *a, int64_t t)
{
	return t ? written(a, t, "%Y-%m-%dT%H:%M") : "";
}

const char *
filter_day_input(struct arena *a, int64_t t)
{
	return t ? written(a, t, "%Y-%m-%d") : "";
}

const char *
filter_span_from_now(struct arena *a, int64_t t)
{
	if (!t)
		return NONE;
	int64_t left = t - clock_now();
	return clock_span(a, left < 0 ? -left : left);
}

const char *
filter_count(struct arena *a, int64_t n)
{
	char text[32], *p = text + sizeof text;
	uint64_t v = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	*--p = '\0';
	for (int digits = 0; v || digits == 0; v /= 10, digits++) {
		if (digits && digits % 3 == 0)
			*--p = ',';
		*--p = (char)('0' + v % 10);
	}
	if (n < 0)
		*--p = '-';
	return arena_strdup(a, p);
}

const char *
filter_cell(struct arena *a, int64_t n)
{
	return n < SMALL_LEAST ? "fewer than 10" : filter_count(a, n);
}

const char *
filter_bytes(struct arena *a, int64_t n)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	double v = (double)n;
	size_t u = 0;
	while (fabs(v) >= 999.5 && u + 1 < sizeof units / sizeof *units)
		v /= 1000, u++;
	bool whole = u == 0 || fabs(v) >= 99.5 || fabs(v - round(v)) < 0.05;
	return arena_printf(a, whole ? "%.0f %s" : "%.1f %s", v, units[u]);
}

const char *
filter_percent(struct arena *a, double fraction)
{
	return isfinite(fraction) ? arena_printf(a, "%.0f %%", 100 * fraction) : NONE;
}

static const char *
fixed(struct arena *a, double v, int decimals)
{
	return isfinite(v) ? arena_printf(a, "%.*f", decimals, v) : NONE;
}

const char *
filter_fixed2(struct arena *a, double v)
{
	return fixed(a, v, 2);
}

const char *
filter_fixed3(struct arena *a, double v)
{
	return fixed(a, v, 3);
}

const char *
filter_score(struct arena *a, double v)
{
	double size = fabs(v);
	return fixed(a, v, size < 9.9995 ? 3 : size < 99.995 ? 2 : size < 999.95 ? 1 : 0);
}

const char *
filter_plural(struct arena *a, int64_t n, const char *one, const char *many)
{
	return arena_printf(a, "%s %s", filter_count(a, n), n == 1 ? one : many);
}

const char *
filter_word(struct arena *a, int64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

const char *
filter_or(struct arena *a, const char *s, const char *otherwise)
{
	return s && *s ? s : otherwise;
}

const char *
filter_capital(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);
	if (*copy >= 'a' && *copy <= 'z')
		*copy = (char)(*copy - 32);
	return copy;
}

const char *
filter_role(struct arena *a, const char *word)
{
	return role_word_title(word);
}

const char *
filter_asset(struct arena *a, const char *name)
{
	const struct static_file *f = static_find(name);
	return arena_printf(a, "/static/%s?v=%s", name, f ? f->hash : "0");
}
