#include "archive/entry.h"

#define BROKEN "The archive's list of files is broken: "

static void
put_le(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t
get_le(const uint8_t *p, int n)
{
	uint64_t v = 0;
	for (int i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

bool
entry_name_ok(struct str s)
{
	return s.n > 0 && s.n <= ENTRY_NAME_MAX && !memchr(s.p, '/', s.n) &&
	       !memchr(s.p, '\0', s.n) && !str_is(s, ".") && !str_is(s, "..");
}

size_t
entry_write(const struct entry *x, uint8_t out[ENTRY_MAX])
{
	out[0] = (uint8_t)x->kind;
	put_le(out + 1, x->mode, 2);
	put_le(out + 3, (uint64_t)x->mtime, 8);
	put_le(out + 11, x->size, 8);
	put_le(out + 19, x->link, 4);
	put_le(out + 23, x->name.n, 2);
	put_le(out + 25, x->text.n, 2);
	if (x->name.n)
		memcpy(out + ENTRY_HEAD, x->name.p, x->name.n);
	if (x->text.n)
		memcpy(out + ENTRY_HEAD + x->name.n, x->text.p, x->text.n);
	return ENTRY_HEAD + x->name.n + x->text.n;
}

void
entry_write_part(uint64_t offset, uint32_t n, uint8_t out[ENTRY_PART_HEAD])
{
	put_le(out, offset, 8);
	put_le(out + 8, n, 4);
}

/* What an entry of each kind may carry. */
static bool
fits(const struct entry *x)
{
	bool named = entry_name_ok(x->name), plain = !x->size && !x->link;
	switch (x->kind) {
	case ENTRY_FOLDER:
		return named && plain && !x->text.n;
	case ENTRY_FILE:
		return named && !x->text.n;
	case ENTRY_AGAIN:
		return named && x->link && !x->size && !x->text.n;
	case ENTRY_LINK:
	case ENTRY_LEFT:
		return named && plain && x->text.n && !memchr(x->text.p, '\0', x->text.n);
	case ENTRY_UP:
	case ENTRY_END:
		return plain && !x->mode && !x->mtime && !x->name.n && !x->text.n;
	}
	return false;
}

/* Whether it may stand here, and what it changes. */
static enum status
place(struct entry_reader *r, const struct entry *x, struct err *e)
{
	switch (x->kind) {
	case ENTRY_FOLDER:
		if (++r->depth > ENTRY_DEPTH_MAX)
			return err_set(e, E_INPUT, "", BROKEN "folders are nested too deep.");
		return OK;
	case ENTRY_UP:
		if (r->depth == 0)
			return err_set(e, E_INPUT, "", BROKEN "it leaves what it holds.");
		r->depth--;
		return OK;
	case ENTRY_FILE:
		if (x->link && x->link != ++r->links)
			return err_set(e, E_INPUT, "", BROKEN "a file's number is out of order.");
		r->in_file = true;
		r->size = x->size;
		r->at = 0;
		return OK;
	case ENTRY_AGAIN:
		if (x->link > r->links)
			return err_set(e, E_INPUT, "", BROKEN "it names a file before it comes.");
		return OK;
	case ENTRY_END:
		if (r->depth)
			return err_set(e, E_INPUT, "", BROKEN "it ends within a folder.");
		return OK;
	default:
		return OK;
	}
}

enum status
entry_next(struct entry_reader *r, struct entry *ret, struct err *e)
{
	uint8_t h[ENTRY_HEAD];
	if (r->in_file)
		BUG("a file's parts were not read");
	TRY(r->take(r->ctx, h, sizeof h, e));
	struct entry x = { .kind = (enum entry_kind)h[0],
		.mode = (uint32_t)get_le(h + 1, 2),
		.mtime = (int64_t)get_le(h + 3, 8),
		.size = get_le(h + 11, 8),
		.link = (uint32_t)get_le(h + 19, 4),
		.name = { r->name, (size_t)get_le(h + 23, 2) },
		.text = { r->text, (size_t)get_le(h + 25, 2) } };
	if (x.name.n > ENTRY_NAME_MAX || x.text.n > ENTRY_TEXT_MAX || x.size > INT64_MAX ||
		x.mode > 07777)
		return err_set(e, E_INPUT, "", BROKEN "a length in it is out of range.");
	TRY(r->take(r->ctx, r->name, x.name.n, e));
	TRY(r->take(r->ctx, r->text, x.text.n, e));
	r->name[x.name.n] = r->text[x.text.n] = '\0';
	if (!fits(&x))
		return err_set(e, E_INPUT, "", BROKEN "an entry in it is none.");
	TRY(place(r, &x, e));
	*ret = x;
	return OK;
}

enum status
entry_part(struct entry_reader *r, uint8_t p[ENTRY_PART_MAX], uint64_t *ret_offset, uint32_t *ret_n,
	struct err *e)
{
	uint8_t h[ENTRY_PART_HEAD];
	if (!r->in_file)
		BUG("there is no file to read parts of");
	TRY(r->take(r->ctx, h, sizeof h, e));
	uint64_t offset = get_le(h, 8);
	uint32_t n = (uint32_t)get_le(h + 8, 4);
	if (n > ENTRY_PART_MAX || offset < r->at || offset > r->size || n > r->size - offset ||
		(n == 0 && offset != r->size))
		return err_set(e, E_INPUT, "", BROKEN "a part of a file is out of place.");
	TRY(r->take(r->ctx, p, n, e));
	r->at = offset + n;
	r->in_file = n != 0;
	*ret_offset = offset;
	*ret_n = n;
	return OK;
}
