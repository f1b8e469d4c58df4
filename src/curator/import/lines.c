#include "curator/import/lines.h"

#include <stdlib.h>

enum { CHUNK = 256 << 10 };

void
lines_open(struct lines *l, struct text *text)
{
	*l = (struct lines){ .text = text, .buf = malloc(2 * CHUNK), .cap = 2 * CHUNK };
	if (!l->buf)
		BUG("out of memory");
}

void
lines_close(struct lines *l)
{
	free(l->buf);
	l->buf = NULL;
}

static enum status
fill(struct lines *l, struct err *e)
{
	const char *name = stream_name(text_stream(l->text));
	size_t got = 0;
	memmove(l->buf, l->buf + l->at, l->end - l->at);
	l->end -= l->at;
	l->at = 0;
	if (l->end > LINES_LONGEST)
		return err_set(e, E_INPUT, name, "%s line %llu is longer than %d MB.", name,
			(unsigned long long)l->number + 1, LINES_LONGEST >> 20);
	if (l->cap - l->end < CHUNK) {
		l->buf = realloc(l->buf, l->cap * 2);
		if (!l->buf)
			BUG("out of memory");
		l->cap *= 2;
	}
	TRY(text_read(l->text, l->buf + l->end, l->cap - l->end, &got, e));
	l->eof = got == 0;
	l->end += got;
	return OK;
}

enum status
lines_next(struct lines *l, struct str *ret, struct err *e)
{
	for (size_t seen = 0;;) {
		char *from = l->buf + l->at;
		char *end = memchr(from + seen, '\n', l->end - l->at - seen);
		seen = l->end - l->at;
		if (end || (l->eof && seen)) {
			size_t n = end ? (size_t)(end - from) : seen;
			l->at += n + (end != NULL);
			l->number++;
			*ret = (struct str){ from, n };
			return OK;
		}
		if (l->eof) {
			*ret = (struct str){ NULL, 0 };
			return OK;
		}
		TRY(fill(l, e));
	}
}
