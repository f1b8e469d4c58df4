#include "desk/answer.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"

struct tail {
	char at[64];
	size_t n;
};

/* How many of the newest bytes may be the exit code: a line feed, and only digits and more after.
 */
static size_t
tail_code(const struct tail *t)
{
	enum { LONGEST = 8 };
	size_t keep = 0;
	for (size_t i = 1; i <= t->n && i <= LONGEST; i++) {
		char c = t->at[t->n - i];
		if (c != '\n' && (c < '0' || c > '9'))
			break;
		if (c == '\n')
			keep = i;
	}
	return keep;
}

/* Keeps back what may be the exit code, and prints the rest at once: a member waits for it. */
static void
tail_put(struct tail *t, const char *p, size_t n, FILE *out)
{
	while (n) {
		size_t room = sizeof t->at - t->n, take = n < room ? n : room;
		memcpy(t->at + t->n, p, take);
		t->n += take, p += take, n -= take;
		size_t keep = tail_code(t);
		fwrite(t->at, 1, t->n - keep, out);
		memmove(t->at, t->at + t->n - keep, keep);
		t->n = keep;
	}
	fflush(out);
}

/* Prints the answer as it comes; returns the exit code on its last line. */
int
answer_read(int desk, FILE *out)
{
	struct tail t = { .n = 0 };
	char buf[4096];
	ssize_t n;
	while ((n = read(desk, buf, sizeof buf)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		tail_put(&t, buf, (size_t)n, out);
	}
	/* "...\n<code>\n" */
	size_t at = t.n ? t.n - 1 : 0;
	while (at && t.at[at - 1] != '\n')
		at--;
	int64_t code;
	bool whole = t.n >= 2 && at > 0 && t.at[t.n - 1] == '\n' &&
		     str_int((struct str){ t.at + at, t.n - 1 - at }, &code) && code >= 0 &&
		     code <= 255;
	if (!whole) {
		fwrite(t.at, 1, t.n, out);
		fflush(out);
		fprintf(stderr, "The connection broke off. See `wardroom status` in a minute.\n");
		return ANSWER_CUT;
	}
	fwrite(t.at, 1, at - 1, out);
	fflush(out);
	return (int)code;
}
