#include "archive/read.h"

#include "archive/entry.h"

static enum status
take(void *ctx, void *p, size_t n, struct err *e)
{
	return opener_take(ctx, p, n, e);
}

static enum status
read_file(struct entry_reader *r, struct packed *p, struct err *e)
{
	static uint8_t part[ENTRY_PART_MAX];
	uint64_t offset;
	uint32_t n = 1;
	p->files++;
	while (n) {
		TRY(entry_part(r, part, &offset, &n, e));
		p->bytes += n;
	}
	return OK;
}

enum status
read_whole(struct opener *o, struct packed *ret, struct err *e)
{
	static struct entry_reader r;
	struct packed p = { 0 };
	struct entry x = { .kind = ENTRY_UP };
	r = (struct entry_reader){ .take = take, .ctx = o };
	while (x.kind != ENTRY_END) {
		TRY(entry_next(&r, &x, e));
		p.folders += x.kind == ENTRY_FOLDER;
		p.links += x.kind == ENTRY_LINK;
		p.left += x.kind == ENTRY_LEFT;
		if (x.kind == ENTRY_FILE)
			TRY(read_file(&r, &p, e));
	}
	TRY(opener_end(o, e));
	*ret = p;
	return OK;
}
