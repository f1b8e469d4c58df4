#include "gate/desk_line.h"

static bool
is_name_ok(struct str s, bool words)
{
	if (s.n == 0 || s.n > 255 || !str_utf8(s))
		return false;
	if (!words && (memchr(s.p, '/', s.n) || str_is(s, ".") || str_is(s, "..")))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (str_unseen((struct str){ s.p + i, s.n - i }))
			return false;
	return true;
}

enum status
desk_line_parse(struct str line, struct desk_line *ret, struct err *e)
{
	static const char *const verbs[DESK_VERBS] = { [DESK_STATUS] = "status",
		[DESK_SUBMIT] = "submit",
		[DESK_WHO] = "who",
		[DESK_PACKAGES] = "packages",
		[DESK_AIRLOCK] = "airlock",
		[DESK_AIRLOCK_OUTPUT] = "airlock-output",
		[DESK_AIRLOCK_SUPPORTING] = "airlock-supporting",
		[DESK_AIRLOCK_CODE] = "airlock-code",
		[DESK_AIRLOCK_SEAL] = "airlock-seal",
		[DESK_TABLE] = "table",
		[DESK_DICTIONARY] = "dictionary",
		[DESK_ASK] = "ask" };
	struct desk_line l = { 0 };
	struct str verb = str_cut(&line, ' '), bytes = str_cut(&line, ' ');
	for (unsigned i = DESK_STATUS; i < DESK_VERBS; i++)
		if (str_is(verb, verbs[i]))
			l.verb = i;
	if (!l.verb)
		return err_set(e, E_INPUT, "", "The desk does not know this command.");
	if (!str_int(bytes, &l.bytes) || l.bytes < 0 || bytes.p[0] == '-')
		return err_set(e, E_INPUT, "bytes", "The size of the file is not a number.");
	bool words = desk_takes_words(l.verb);
	if (!is_name_ok(line, words))
		return err_set(e, E_INPUT, "name", "%s cannot be used.",
			words ? "Words that are longer than 255 bytes or no plain text"
			      : "The file's name");
	memcpy(l.name, line.p, words ? line.n : 0);
	if (!desk_takes_file(l.verb)) {
		if (l.bytes)
			return err_set(e, E_INPUT, "bytes", "This command takes no file.");
		*ret = l;
		return OK;
	}
	if (l.bytes == 0)
		return err_set(e, E_INPUT, "bytes", "The file is empty.");
	int most = l.verb == DESK_SUBMIT || l.verb == DESK_TABLE ? DESK_MAX_FILE : DESK_MAX_OUT;
	if (l.bytes > most)
		return err_set(e, E_INPUT, "bytes",
			"The file is larger than %d MiB, which is the most that can be %s.",
			most >> 20,
			l.verb == DESK_SUBMIT  ? "submitted"
			: l.verb == DESK_TABLE ? "counted"
					       : "let out");
	memcpy(l.name, line.p, line.n);
	*ret = l;
	return OK;
}

void
desk_text_tame(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		bool wide = c == 0xc2 && i + 1 < n && (unsigned char)text[i + 1] < 0xa0;
		if (wide)
			text[i + 1] = '?';
		if (wide || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			text[i] = '?';
	}
}
