#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum status
err_set(struct err *e, enum status code, const char *field, const char *fmt, ...)
{
	if (!e)
		return code;
	e->code = code;
	snprintf(e->field, sizeof e->field, "%s", field ? field : "");
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	/* What somebody sent is quoted by its first bytes, and the whole has an end too. */
	str_mend(e->field);
	str_mend(e->text);
	return code;
}

enum status
err_errno(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	if (!e)
		return E_IO;
	e->code = E_IO;
	e->field[0] = '\0';
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof e->text) {
		char why[128];
		snprintf(e->text + n, sizeof e->text - (size_t)n, ": %s",
			strerror_r(saved, why, sizeof why));
	}
	str_mend(e->text);
	return E_IO;
}

const char *
status_name(enum status s)
{
	static const char *const names[] = {
		[OK] = "ok",
		[E_INPUT] = "input",
		[E_AUTH] = "auth",
		[E_DENIED] = "denied",
		[E_ABSENT] = "absent",
		[E_CONFLICT] = "conflict",
		[E_BUSY] = "busy",
		[E_IO] = "io",
		[E_BUG] = "bug",
	};
	return names[s];
}

void
bug_at(const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fprintf(stderr, "level=bug at=%s:%d msg=\"", file, line);
	vfprintf(stderr, fmt, ap);
	fputs("\"\n", stderr);
	va_end(ap);
	abort();
}
