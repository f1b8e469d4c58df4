#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

static const char *proc_name = "wardroom";

void
log_init(const char *proc)
{
	proc_name = proc;
}

void
log_at(const char *level, const char *msg, const char *fmt, ...)
{
	char line[2048], when[32];
	clock_iso(clock_now(), when, sizeof when);
	int n = snprintf(line, sizeof line, "time=%s proc=%s level=%s msg=\"%s\" ", when, proc_name,
		level, msg);
	va_list ap;
	va_start(ap, fmt);
	int m = vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
	va_end(ap);
	size_t len = (size_t)n + (m > 0 ? (size_t)m : 0);
	if (len > sizeof line - 2)
		len = sizeof line - 2;
	line[len++] = '\n';
	/* One write, so that lines of several processes do not mix. A full log stops nobody. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

const char *
log_safe(struct arena *a, const char *p, size_t n)
{
	struct buf b = buf_new(a);
	buf_putc(&b, '"');
	for (size_t i = 0; i < n && i < 200; i++) {
		unsigned char c = (unsigned char)p[i];
		if (c < 0x20 || c == '"' || c == '\\' || c >= 0x7f)
			buf_printf(&b, "\\x%02x", c);
		else
			buf_putc(&b, (char)c);
	}
	buf_puts(&b, n > 200 ? "…\"" : "\"");
	return b.p;
}
