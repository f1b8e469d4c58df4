/* When there is memory for one more notebook: the rules of warm.h. */
#include "portal/keeper/warm.h"

/* What a notebook server takes, with room for a first kernel: 84 and 81 MB were measured. */
#define NOTEBOOK_BYTES ((uint64_t)256 << 20)

bool
warm_allowed(const struct warm_facts *f)
{
	/* A tenth of the host stays free for what people do next. */
	if (!f->total || f->available < f->total / 10 + NOTEBOOK_BYTES)
		return false;
	return !f->limit || f->used + NOTEBOOK_BYTES <= f->limit / 10 * 7;
}

static uint64_t
kilobytes(struct str text, const char *name)
{
	while (text.n) {
		struct str line = str_cut(&text, '\n');
		struct str word = str_cut(&line, ':');
		int64_t n;
		line = str_trim(line);
		if (str_is(word, name) && str_int(str_cut(&line, ' '), &n) && n > 0)
			return (uint64_t)n << 10;
	}
	return 0;
}

void
warm_read_memory(struct str meminfo, struct warm_facts *f)
{
	f->total = kilobytes(meminfo, "MemTotal");
	f->available = kilobytes(meminfo, "MemAvailable");
}
