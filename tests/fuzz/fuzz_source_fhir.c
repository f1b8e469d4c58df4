/* Lines of JSON that claim to be FHIR resources: every field of every row lies in the row. */
#include <jansson.h>

#include "curator/import/fhir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_rows(const fhir_columns *columns, const json_t *object)
{
	struct fhir_row r = fhir_row_new(columns->n);
	for (size_t i = 0; i < fhir_rows(object) && i < 20; i++) {
		fhir_fill(&r, columns, object, i);
		const char *at = (const char *)r.text.p;
		for (size_t k = 0; k < r.n; k++) {
			if (!r.fields[k].p)
				continue;
			if (r.fields[k].p != at)
				BUG("fields do not follow one another");
			at += r.fields[k].n;
		}
	}
	fhir_row_free(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	struct fhir_column room[FHIR_MAX_COLUMNS];
	fhir_columns found = { room, 0 };
	json_t *object = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(object)) {
		json_decref(object);
		return 0;
	}
	fhir_columns declared = fhir_declared(fhir_type(object));
	if (declared.n > 0)
		check_rows(&declared, object);
	fhir_discover(a, &found, object);
	if (found.n > 0)
		check_rows(&found, object);
	json_decref(object);
	return 0;
}
