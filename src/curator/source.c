#include "curator/source.h"

#include <ctype.h>

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
