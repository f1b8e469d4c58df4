/* Apart from release_withdraw.c, because jansson.h and base/json.h use the same names. */
#include <jansson.h>
#include <sodium.h>

#include "curator/release/withdraw.h"

/* The text of source.json with fewer rows in some tables and a hash that tells of it. */
enum status
withdraw_source_json(struct arena *a, struct str text, const int64_t *rows, size_t n,
	struct str pseudonym, struct str *ret, struct err *e)
{
	json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	json_t *tables = json_object_get(root, "tables");
	const char *old = json_string_value(json_object_get(root, "source"));
	uint8_t hash[32];
	char hex[65];
	char *out = NULL;
	if (json_is_array(tables) && json_array_size(tables) == n && old) {
		for (size_t i = 0; i < n; i++)
			json_object_set_new(
				json_array_get(tables, i), "rows", json_integer(rows[i]));
		crypto_generichash(hash, sizeof hash, (const uint8_t *)old, strlen(old),
			(const uint8_t *)pseudonym.p, pseudonym.n);
		hex_encode(hex, hash, sizeof hash);
		json_object_set_new(root, "source", json_string(hex));
		out = json_dumps(root, JSON_COMPACT);
	}
	json_decref(root);
	if (!out)
		return err_set(e, E_IO, "",
			"The description of the imported data is damaged; import them again.");
	*ret = str_of(arena_strdup(a, out));
	free(out);
	return OK;
}
