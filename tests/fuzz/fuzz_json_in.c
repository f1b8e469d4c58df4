/* JSON bodies as a stranger sends them. */
#include "form_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	pair_list fields = { 0 };
	struct err e = { 0 };
	enum status s = input_json(a, (struct str){ (const char *)data, size }, &fields, &e);
	for (size_t i = 0; s == OK && i < fields.n; i++)
		if (!str_utf8(str_of(fields.at[i].name)) || !str_utf8(str_of(fields.at[i].value)))
			__builtin_trap();
	if (s == OK)
		everything_check(a, &fields, true);
	else if (s != E_INPUT || !e.text[0])
		__builtin_trap();
	return 0;
}
