/*
 * The file's name leaves too.
 */
#include "curator/airlock/check.h"
#include "curator/airlock/sniff.h"
#include "curator/airlock/unseen.h"

enum { NAME_MAX_BYTES = 100 };

static bool
ordinary(const char *name)
{
	size_t n = strlen(name);
	if (n == 0 || n > NAME_MAX_BYTES || name[0] == '.' || name[0] == '-' || name[0] == ' ' ||
		!str_utf8(str_of(name)))
		return false;
	for (struct str s = str_of(name); s.n;) {
		uint32_t v;
		char c = s.p[0];
		size_t len = unseen_next(s, &v);
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || (c & 0x80);
		if ((!word && !strchr("._-() +,", c)) || unseen_is(v))
			return false;
		s.p += len, s.n -= len;
	}
	return true;
}

static bool
fits(enum airlock_type type, struct str ending)
{
	static const char *const endings[][4] = {
		[AIR_CSV] = { "csv", "txt" },
		[AIR_TSV] = { "tsv", "tab", "csv", "txt" },
		[AIR_TXT] = { "txt", "log", "md", "out" },
		[AIR_JSON] = { "json", "txt" },
		[AIR_PNG] = { "png" },
		[AIR_JPEG] = { "jpg", "jpeg" },
		[AIR_MODEL] = { "txt", "model", "lgb" },
	};
	for (size_t i = 0; i < 4 && endings[type][i]; i++)
		if (str_ieq(ending, str_of(endings[type][i])))
			return true;
	return false;
}

enum status
check_name(struct airlock_file *f, struct err *e)
{
	struct str ending = sniff_ending(f->name);
	bool picture = f->type == AIR_PNG || f->type == AIR_JPEG;
	if (!ordinary(f->name))
		airlock_tell(f, AIR_FAIL, 0, 0,
			"The file's name is longer than 100 bytes or holds unusual characters.");
	if (fits(f->type, ending))
		return OK;
	bool known = false;
	for (enum airlock_type t = AIR_CSV; t <= AIR_JPEG; t++)
		known |= fits(t, ending);
	airlock_tell(f, known || picture ? AIR_FAIL : AIR_REVIEW, 0, 0,
		airlock_say(f, "By its content this is a %s file, which its name does not say.",
			airlock_type_name(f->type)));
	return OK;
}
