/*
 * An archive as whoever opens it meets it: the head, and behind the seal the list of entries. What
 * is accepted reads back the same, a name is one step, and what a name becomes is harmless and
 * fits.
 */
#include <sodium.h>

#include "archive/head.h"
#include "archive/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct list {
	const uint8_t *p;
	size_t n;
};

static enum status
take(void *ctx, void *p, size_t n, struct err *e)
{
	struct list *l = ctx;
	if (n > l->n)
		return err_set(e, E_INPUT, "", "It ends.");
	if (n)
		memcpy(p, l->p, n);
	l->p += n;
	l->n -= n;
	return OK;
}

static void
check_head(struct str s)
{
	struct archive_head h, again;
	char out[ARCHIVE_HEAD_MAX];
	size_t n, k;
	if (archive_head_read(s, &h, &n, NULL) != OK)
		return;
	size_t m = archive_head_write(&h, out);
	if (n > s.n || m > n + 64 ||
		archive_head_read((struct str){ out, m }, &again, &k, NULL) != OK || k != m ||
		memcmp(&h, &again, sizeof h) != 0)
		BUG("the head does not read back");
	if (h.key.memory_kb > ARCHIVE_MEMORY_KB_MAX || !archive_label_ok(str_of(h.label)))
		BUG("the head asks for too much");
}

static void
check_entry(const struct entry *x, uint64_t number)
{
	static uint8_t bytes[ENTRY_MAX];
	char name[ENTRY_NAME_MAX + 1];
	if (entry_write(x, bytes) != ENTRY_HEAD + x->name.n + x->text.n)
		BUG("the entry does not write back");
	if (x->kind == ENTRY_UP || x->kind == ENTRY_END)
		return;
	unpack_name(x->name, number, name);
	if (!entry_name_ok(str_of(name)) || !str_utf8(str_of(name)) || name[0] == '-')
		BUG("the name is not harmless");
	for (const char *c = name; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			BUG("the name holds a control character");
}

static void
check_list(const uint8_t *data, size_t size)
{
	static struct entry_reader r;
	static uint8_t part[ENTRY_PART_MAX];
	struct list l = { data, size };
	struct entry x;
	r = (struct entry_reader){ .take = take, .ctx = &l };
	for (uint64_t i = 0; entry_next(&r, &x, NULL) == OK && x.kind != ENTRY_END; i++) {
		uint64_t offset = 0, end = 0;
		uint32_t n = 1;
		check_entry(&x, i);
		while (x.kind == ENTRY_FILE && n) {
			if (entry_part(&r, part, &offset, &n, NULL) != OK)
				return;
			if (offset < end || offset + n > x.size)
				BUG("a part lies outside its file");
			end = offset + n;
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };
	if (str_starts(s, "wardroom"))
		check_head(s);
	else
		check_list(data, size);
	return 0;
}
