#include "portal/web/static.h"

#include "base/str.h"

const struct static_file *
static_find(const char *name)
{
	for (const struct static_file *f = static_files; f->name; f++) {
		if (streq(f->name, name))
			return f;
	}
	return NULL;
}
