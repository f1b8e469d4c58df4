#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "base/err.h"

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	"Oct", "Nov", "Dec" };

int64_t
clock_now(void)
{
	return (int64_t)time(NULL);
}

int64_t
clock_mono_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct tm
parts(int64_t t)
{
	struct tm tm;
	time_t tt = (time_t)t;
	if (!gmtime_r(&tt, &tm))
		BUG("time %lld is out of range", (long long)t);
	return tm;
}

void
clock_iso(int64_t t, char *out, size_t size)
{
	struct tm tm = parts(t);
	strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static bool
digits(struct str *s, size_t n, int *ret)
{
	int64_t v;
	if (s->n < n || s->p[0] == '-' || !str_int((struct str){ s->p, n }, &v))
		return false;
	*s = (struct str){ s->p + n, s->n - n };
	*ret = (int)v;
	return true;
}

static bool
skip(struct str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	s->p++, s->n--;
	return true;
}

bool
clock_parse(struct str s, int64_t *ret)
{
	int y, mo, d, h = 0, mi = 0, sec = 0;
	if (!digits(&s, 4, &y) || !skip(&s, '-') || !digits(&s, 2, &mo) || !skip(&s, '-') ||
		!digits(&s, 2, &d))
		return false;
	if (s.n) {
		if (!skip(&s, 'T') && !skip(&s, ' '))
			return false;
		if (!digits(&s, 2, &h) || !skip(&s, ':') || !digits(&s, 2, &mi))
			return false;
		if (skip(&s, ':') && !digits(&s, 2, &sec))
			return false;
		skip(&s, 'Z');
	}
	if (s.n || y < 1900 || y > 2999 || h > 23 || mi > 59 || sec > 59)
		return false;
	struct tm tm = { .tm_year = y - 1900,
		.tm_mon = mo - 1,
		.tm_mday = d,
		.tm_hour = h,
		.tm_min = mi,
		.tm_sec = sec };
	time_t t = timegm(&tm);
	/* timegm mends 31 February into March; a person who typed it wants to be told. */
	if (tm.tm_mon != mo - 1 || tm.tm_mday != d)
		return false;
	*ret = (int64_t)t;
	return true;
}

/* Every page has a dozen of these; printf would be a tenth of its cost. */
static char *
two_digits(char *p, int v)
{
	*p++ = (char)('0' + v / 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

/* "5 Nov" without a NUL: at most 6 bytes. Returns its end. */
static char *
day(char *p, const struct tm *tm)
{
	if (tm->tm_mday >= 10)
		*p++ = (char)('0' + tm->tm_mday / 10);
	*p++ = (char)('0' + tm->tm_mday % 10);
	*p++ = ' ';
	return mempcpy(p, months[tm->tm_mon], 3);
}

const char *
clock_day(struct arena *a, int64_t t)
{
	struct tm tm = parts(t);
	char text[8];
	return arena_strndup(a, text, (size_t)(day(text, &tm) - text));
}

const char *
clock_date(struct arena *a, int64_t t)
{
	struct tm tm = parts(t);
	char text[8];
	return arena_printf(a, "%.*s %d", (int)(day(text, &tm) - text), text, tm.tm_year + 1900);
}

const char *
clock_moment(struct arena *a, int64_t t)
{
	struct tm tm = parts(t);
	char text[16], *p = day(text, &tm);
	*p++ = ',';
	*p++ = ' ';
	p = two_digits(p, tm.tm_hour);
	*p++ = ':';
	p = two_digits(p, tm.tm_min);
	return arena_strndup(a, text, (size_t)(p - text));
}

const char *
clock_span(struct arena *a, int64_t s)
{
	if (s < 0)
		s = 0;
	if (s < 60)
		return arena_printf(a, "%lld s", (long long)s);
	if (s < 3600)
		return arena_printf(a, "%lld min", (long long)(s / 60));
	if (s < 86400)
		return s % 3600 < 60 ? arena_printf(a, "%lld h", (long long)(s / 3600))
				     : arena_printf(a, "%lld h %lld min", (long long)(s / 3600),
					       (long long)(s % 3600 / 60));
	return arena_printf(a, "%lld %s", (long long)(s / 86400), s / 86400 == 1 ? "day" : "days");
}
