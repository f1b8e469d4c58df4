/*
 * Bodies of forms as a stranger sends them: the first line is the content type, the rest the body;
 * "query" decodes it as the query of an address.
 */
#include "form_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	struct str rest = { (const char *)data, size };
	const char *type = str_dup(a, str_cut(&rest, '\n'));
	/* Exactly as large as it is, so that a read past its end is seen. */
	char *copy = malloc(rest.n ? rest.n : 1);
	pair_list fields = { 0 };
	struct upload *uploads = NULL;
	size_t n_uploads = 0;
	struct err e = { 0 };
	enum status s;
	if (!copy)
		return 0;
	if (rest.n)
		memcpy(copy, rest.p, rest.n);
	rest.p = copy;
	if (strncmp(type, "multipart/form-data", 19) == 0)
		s = input_multipart(a, rest, type, &fields, &uploads, &n_uploads, &e);
	else
		s = input_urlencoded(a, rest, &fields, &e);
	for (size_t i = 0; s == OK && i < n_uploads; i++)
		if (strchr(uploads[i].filename, '/') ||
			uploads[i].bytes.p + uploads[i].bytes.n > copy + rest.n)
			__builtin_trap();
	for (size_t i = 0; s == OK && i < fields.n; i++)
		if (!str_utf8(str_of(fields.at[i].name)) || !str_utf8(str_of(fields.at[i].value)))
			__builtin_trap();
	if (s == OK)
		everything_check(a, &fields, false);
	else if (s != E_INPUT || !e.text[0])
		__builtin_trap();
	free(copy);
	return 0;
}
