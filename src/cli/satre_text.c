#include "cli/satre.h"

#include "base/str.h"

const char *
satre_state_word(enum satre_state s)
{
	static const char *const words[] = { "met", "met by configuration", "organisational",
		"not met" };
	return words[s];
}

static size_t
count(enum satre_state s)
{
	size_t n = 0;
	for (size_t i = 0; i < satre_n; i++)
		n += satre_rows[i].state == s;
	return n;
}

/* "test:data/risk" as "test `data/risk`". */
static void
evidence(struct buf *b, const char *list)
{
	struct str all = str_of(list);
	for (bool first = true; all.n; first = false) {
		struct str word = str_cut(&all, ' '), kind = str_cut(&word, ':');
		bool command = str_is(kind, "command");
		buf_printf(b, "%s%.*s `%s", first ? "" : "<br>", (int)kind.n, kind.p,
			command ? "wardroom " : "");
		for (size_t i = 0; i < word.n; i++)
			buf_putc(b, command && word.p[i] == '-' ? ' ' : word.p[i]);
		buf_putc(b, '`');
	}
}

const char *
satre_markdown(struct arena *a)
{
	static const char *const pillars[] = { "Information governance",
		"Computing technology and information security", "Data management",
		"Supporting capabilities" };
	struct buf b = buf_new(a);
	char now = 0;
	buf_printf(&b,
		"# SATRE\n\n"
		"What this software does for the statements of the standard architecture for "
		"trusted research environments (SATRE, version " SATRE_VERSION
		"), in our own words. Printed by `wardroom satre --markdown`; a test proves that "
		"each piece of evidence exists.\n\n"
		"*Met*: by the software as it is installed. *Met by configuration*: when it is "
		"set up so. *Organisational*: by people, and the software helps. Statements that "
		"no software touches are not listed.\n\n"
		"%zu met, %zu met by configuration, %zu organisational, %zu not met.\n",
		count(SATRE_MET), count(SATRE_CONFIGURED), count(SATRE_ORGANISATIONAL),
		count(SATRE_NOT_MET));
	for (size_t i = 0; i < satre_n; i++) {
		const struct satre *s = &satre_rows[i];
		if (s->id[0] != now)
			buf_printf(&b,
				"\n## %c. %s\n\n| | statement | state | how | evidence |\n"
				"| --- | --- | --- | --- | --- |\n",
				s->id[0], pillars[s->id[0] - '1']);
		now = s->id[0];
		buf_printf(&b, "| %s | %s (%s) | %s | %s | ", s->id, s->gist, s->importance,
			satre_state_word(s->state), s->how);
		evidence(&b, s->evidence);
		buf_puts(&b, " |\n");
	}
	return b.p;
}
