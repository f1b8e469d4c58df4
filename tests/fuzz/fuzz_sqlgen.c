/* The parser of statement files. What it accepts must keep the promises of its header. */
#include <stdint.h>

#include "../../tools/sqlgen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_args(const struct sqlgen_args *args)
{
	for (int i = 0; i < args->n; i++)
		if (!sqlgen_name_ok(str_of(args->at[i].name)) || args->at[i].type >= TYPES)
			BUG("a bad argument was accepted");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	struct sqlgen_file f = { 0 };
	struct err e = { 0 };
	enum status s = sqlgen_parse(a, "x.sql", (struct str){ (const char *)data, size }, &f, &e);
	if (s != OK && (f.n || !e.text[0]))
		BUG("a refusal without a sentence, or with statements");
	for (size_t i = 0; i < f.n; i++) {
		struct sqlgen_statement *t = &f.at[i];
		if (!sqlgen_name_ok(str_of(t->name)) || !sqlgen_name_ok(str_of(t->row)) ||
			t->kind == KIND_NONE || t->sql_line <= t->line ||
			t->sql.p < (const char *)data ||
			t->sql.p + t->sql.n >= (const char *)data + size)
			BUG("a bad statement was accepted");
		check_args(&t->in);
		check_args(&t->out);
	}
	return 0;
}
