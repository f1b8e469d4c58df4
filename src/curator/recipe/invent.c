#include "curator/recipe/invent.h"

#include <math.h>

#include "curator/identify.h"

enum { COMMON = 4, FEW = 12, LONG_TEXT = 40, GAP = 9 };

/* splitmix64: small, and the same everywhere. */
static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static uint64_t
dice(const struct source_column *c, size_t patient, size_t turn)
{
	uint64_t h = 0;
	for (const char *p = c->name; *p; p++)
		h = mix(h ^ (unsigned char)*p);
	return mix(h ^ mix(patient * 1000 + turn));
}

static const char *
key(struct arena *a, const struct source_column *c, bool of_patient, size_t patient, size_t turn)
{
	/* High numbers, which few hospitals have given yet. */
	if (of_patient)
		return arena_printf(a, "%zu", 99000013 + 13 * patient);
	size_t n = 100 * patient + turn;
	return type_is_number(c->type) ? arena_printf(a, "%zu", 990000017 + n)
				       : arena_printf(a, "V%06zu", 990017 + n);
}

/* A day from a fixed calendar, in the form in which the column is written. */
static const char *
day(struct arena *a, enum col_type type, int y, int m, int d, int hour)
{
	static const char *const months[] = { "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
		"AUG", "SEP", "OCT", "NOV", "DEC" };
	int min = (7 * d) % 60, yy = y % 100;
	switch (type) {
	case TYPE_TIME:
		return arena_printf(a, "%04d-%02d-%02d %02d:%02d:00", y, m, d, hour, min);
	case TYPE_ZONED:
		return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:00+01:00", y, m, d, hour, min);
	case TYPE_YMD:
		return arena_printf(a, "%04d/%02d/%02d", y, m, d);
	case TYPE_DMY:
		return arena_printf(a, "%02d/%02d/%04d", d, m, y);
	case TYPE_MDY:
		return arena_printf(a, "%02d/%02d/%04d", m, d, y);
	case TYPE_DMY2:
		return arena_printf(a, "%02d/%02d/%02d", d, m, yy);
	case TYPE_MDY2:
		return arena_printf(a, "%02d/%02d/%02d", m, d, yy);
	case TYPE_DMYT:
		return arena_printf(a, "%02d/%02d/%04d %02d:%02d", d, m, y, hour, min);
	case TYPE_MDYT:
		return arena_printf(a, "%02d/%02d/%04d %02d:%02d", m, d, y, hour, min);
	case TYPE_DMYT2:
		return arena_printf(a, "%02d/%02d/%02d %02d:%02d", d, m, yy, hour, min);
	case TYPE_MDYT2:
		return arena_printf(a, "%02d/%02d/%02d %02d:%02d", m, d, yy, hour, min);
	case TYPE_MONTH:
		return arena_printf(a, "%02d-%s-%04d", d, months[m - 1], y);
	default:
		return arena_printf(a, "%04d-%02d-%02d", y, m, d);
	}
}

/* Whoever is born long ago comes to hospital lately, and is seen again later. */
static const char *
date(struct arena *a, const struct source_column *c, enum col_type type, size_t patient,
	size_t turn)
{
	bool born = ident_of_name(c->name) == IDENT_DATE;
	uint64_t r = dice(c, patient, born ? 0 : turn);
	int first = born ? 1928 : 2011, years = born ? 60 : 4;
	int y = first + (int)(mix(patient + 7) % (uint64_t)years) + (born ? 0 : (int)turn * 2);
	return day(a, type, y, 1 + (int)(r % 12), 13 + (int)(r / 12 % 15), 6 + (int)(r / 180 % 14));
}

static const char *
number(struct arena *a, const struct source_column *c, uint64_t r, size_t patient)
{
	double low = isfinite(c->low) ? c->low : 0, high = isfinite(c->high) ? c->high : 99;
	double v = low + (high - low) * (double)(r >> 11) * 0x1p-53;
	/* One so old that a cap can be seen at work. */
	if (patient == 1 && strcasestr(c->name, "age") && high > 60 && high < 130)
		v = 93;
	else if (c->common.n && c->distinct <= FEW)
		return c->common.at[r % c->common.n];
	if (c->type == TYPE_INTEGER)
		return arena_printf(a, "%.0f", v);
	char *text = arena_printf(a, fabs(high) < 10 ? "%.2f" : "%.1f", v);
	char *dot = strchr(text, '.');
	if (c->type == TYPE_COMMA && dot)
		*dot = ',';
	return text;
}

static const char *const persons[] = { "Ada Example", "Ben Muster", "Cleo Sample", "Dan Nobody",
	"Eva Invented", "Finn Fiction", "Gita Madeup", "Hugo Notreal" };
enum { PERSONS = sizeof persons / sizeof persons[0] };

static const char *
free_text(struct arena *a, uint64_t r)
{
	return arena_printf(a,
		"%s was seen on 14.03.2015 and called from 555-01%02u. Stable, better than before.",
		persons[r % PERSONS], (unsigned)(r / PERSONS % 100));
}

/* Identifiers that belong to nobody: reserved names, numbers and addresses. */
static const char *
identifier(struct arena *a, const struct source_column *c, enum ident ident, uint64_t r)
{
	static const char *const zips[] = { "02139", "10027", "03601", "60614", "94110" };
	const char *person = persons[r % PERSONS];
	unsigned n = (unsigned)(r / PERSONS % 90 + 10);
	switch (ident) {
	case IDENT_NAME:
		return person;
	case IDENT_PLACE:
		return strcasestr(c->name, "zip") || strcasestr(c->name, "post")
			       ? zips[r % (sizeof zips / sizeof zips[0])]
			       : arena_printf(a, "%u Sample Street", n);
	case IDENT_PHONE:
	case IDENT_FAX:
		return arena_printf(a, "555-01%02u", n);
	case IDENT_EMAIL:
		return arena_printf(a, "%.3s%u@example.org", person, n);
	case IDENT_SOCIAL:
		return arena_printf(a, "000-%02u-%04u", n, 1000 + 37 * n);
	case IDENT_IP:
		return arena_printf(a, "192.0.2.%u", n);
	case IDENT_URL:
		return arena_printf(a, "https://example.org/%u", n);
	default:
		return arena_printf(a, "X-%u%u", n, 1000 + 37 * n);
	}
}

static const char *
text(struct arena *a, const struct source_column *c, uint64_t r, size_t patient, size_t turn)
{
	enum ident ident = ident_of_name(c->name);
	size_t n = c->common.n < COMMON ? c->common.n : COMMON;
	if (c->if_day_first != TYPE_TEXT || c->if_month_first != TYPE_TEXT)
		return date(a, c,
			c->if_day_first != TYPE_TEXT ? c->if_day_first : c->if_month_first, patient,
			turn);
	if (c->common.n) {
		if (patient == 1 && c->distinct > (int64_t)c->common.n)
			return INVENT_RARE;
		return c->common.at[r & 1 ? 0 : r / 2 % n];
	}
	if (c->longest > LONG_TEXT && ident != IDENT_PLACE)
		return free_text(a, r);
	if (ident != IDENT_NONE && ident != IDENT_DATE)
		return identifier(a, c, ident, r);
	return patient == 1 ? INVENT_RARE : arena_printf(a, "text %c", (char)('A' + r % COMMON));
}

const char *
invent_value(struct arena *a, const struct source_column *c, enum invent_as as, size_t patient,
	size_t turn)
{
	uint64_t r = dice(c, patient, turn);
	if (as != INVENT_VALUE)
		return key(a, c, as == INVENT_PATIENT, patient, turn);
	if (c->missing > 0 && patient != 1 && r % GAP == 0)
		return NULL;
	r /= GAP;
	if (type_is_date(c->type))
		return date(a, c, c->type, patient, turn);
	return type_is_number(c->type) ? number(a, c, r, patient) : text(a, c, r, patient, turn);
}
