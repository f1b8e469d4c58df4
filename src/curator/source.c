#include "curator/source.h"

#include <ctype.h>
#include "base/json.h"

struct source_table *
source_find(const struct source *s, struct str table)
{
	for (size_t i = 0; i < s->tables.n; i++)
		if (str_ieq(str_of(s->tables.at[i].name), table))
			return &s->tables.at[i];
	return NULL;
}

struct source_column *
source_find_column(const struct source_table *t, struct str column)
{
	for (size_t i = 0; i < t->columns.n; i++)
		if (str_ieq(str_of(t->columns.at[i].name), column))
			return &t->columns.at[i];
	return NULL;
}

/* Words are compared with whole parts of a name (split at what is no letter) or its end. */
bool
source_sounds_identifying(const char *column)
{
	static const char *const inside[] = { "name", "birth", "phone", "mobile", "mail", "address",
		"street", "postcode", "postal", "passport", "insurance", "social", "contact" };
	static const char *const whole[] = { "id", "mrn", "ssn", "dob", "tel", "fax", "zip", "nhs",
		"ahv", "record", "case", "account", "bed", "room", "city", "town", "url", "ip" };
	char low[128];
	size_t n = 0;
	for (; column[n] && n < sizeof low - 1; n++)
		low[n] = (char)tolower((unsigned char)column[n]);
	low[n] = '\0';
	for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
		if (strstr(low, inside[i]))
			return true;
	for (char *p = low; *p;) {
		size_t len = 0;
		while (isalpha((unsigned char)p[len]))
			len++;
		for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
			if (len == strlen(whole[i]) && memcmp(p, whole[i], len) == 0)
				return true;
		p += len + (p[len] != '\0');
	}
	return false;
}

static void
write_table(struct json *j, const struct source_table *t)
{
	json_open(j, '{');
	json_key(j, "name"), json_text(j, t->name);
	json_key(j, "rows"), json_int(j, t->rows);
	json_key(j, "bytes"), json_int(j, t->bytes);
	json_key(j, "columns"), json_open(j, '[');
	for (size_t i = 0; i < t->columns.n; i++) {
		const struct source_column *c = &t->columns.at[i];
		json_open(j, '{');
		json_key(j, "name"), json_text(j, c->name);
		json_key(j, "type"), json_text(j, type_name(c->type));
		json_key(j, "written"), json_text(j, type_code(c->type));
		json_key(j, "words"), json_bool(j, c->words);
		json_key(j, "missing"), json_int(j, c->missing);
		json_key(j, "distinct"), json_int(j, c->distinct);
		json_key(j, "identifier"), json_bool(j, c->identifier);
		json_key(j, "example"), json_text(j, c->example);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

void
source_write(struct json *j, const struct source *s)
{
	json_key(j, "source"), json_text(j, s->hash);
	json_key(j, "tables"), json_open(j, '[');
	for (size_t i = 0; i < s->tables.n; i++)
		write_table(j, &s->tables.at[i]);
	json_close(j, ']');
}
