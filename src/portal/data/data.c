#include "portal/data/data.h"

#include "base/clock.h"

const char *
project_slug(struct arena *a, const char *title)
{
	char *out = arena_alloc(a, 41);
	size_t n = 0;
	for (const char *p = title; *p && n < 40; p++) {
		char c = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (plain)
			out[n++] = c;
		else if (n && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	return n ? out : "project";
}

enum status
project_task_ok(bool released, const char *old, const char *task, struct err *e)
{
	if (released && !streq(task, old))
		return err_set(e, E_CONFLICT, "task",
			"The data are released for the other kind of prediction.");
	return OK;
}

enum status
ethics_valid(const char *title, const char *number, const char *committee, int64_t expires,
	int64_t now, struct err *e)
{
	if (!number[0] || !committee[0] || !expires)
		return err_set(e, E_DENIED, "ethics_number",
			"\"%s\" has no ethics approval on file; its data stay closed.", title);
	if (expires <= now)
		return err_set(e, E_DENIED, "ethics_expires",
			"The ethics approval %s of \"%s\" has expired; its data stay closed.",
			number, title);
	return OK;
}
