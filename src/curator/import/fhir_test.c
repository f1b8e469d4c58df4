#include "curator/import/fhir.h"

#include <jansson.h>

#include "base/tap.h"

/* The named fields of the i-th row, as a|b; - is missing. */
static const char *
row(const char *json, size_t i, const char *names)
{
	static char out[500];
	size_t at = 0;
	json_t *object = json_loads(json, 0, NULL);
	fhir_columns columns = fhir_declared(fhir_type(object));
	struct fhir_row r = fhir_row_new(columns.n);
	fhir_fill(&r, &columns, object, i);
	out[0] = '\0';
	for (struct str list = str_of(names); list.n;) {
		struct str name = str_cut(&list, ' ');
		for (size_t k = 0; k < columns.n; k++)
			if (str_is(name, columns.at[k].name))
				at += (size_t)snprintf(out + at, sizeof out - at, "%s%.*s",
					at ? "|" : "", r.fields[k].p ? (int)r.fields[k].n : 1,
					r.fields[k].p ? r.fields[k].p : "-");
	}
	fhir_row_free(&r);
	json_decref(object);
	return out;
}

TEST(references_become_ids)
{
	CHECK_STR(
		row("{\"resourceType\":\"Condition\",\"id\":\"c1\",\"subject\":{\"reference\":"
		    "\"Patient/p "
		    "7\"},\"encounter\":{\"reference\":\"http://x/fhir/Encounter/9/_history/2\"}}",
			0, "id patient_id encounter_id onset_time"),
		"c1|p 7|9|-");
	CHECK_STR(row("{\"resourceType\":\"AllergyIntolerance\",\"patient\":{\"reference\":"
		      "\"urn:uuid:ab-c\"},\"category\":[\"food\",\"medication\"]}",
			  0, "patient_id category"),
		"ab-c|food");
}

TEST(choices)
{
	CHECK_STR(
		row("{\"resourceType\":\"Observation\",\"code\":{\"text\":\"K\"},\"valueQuantity\":"
		    "{\"value\":4.10,\"unit\":\"mmol/L\",\"comparator\":\"<\"}}",
			0, "code_text value value_unit value_sign value_text"),
		"K|4.1|mmol/L|<|-");
	CHECK_STR(
		row("{\"resourceType\":\"Observation\",\"valueInteger\":3}", 0, "value value_text"),
		"3|-");
	CHECK_STR(row("{\"resourceType\":\"Observation\",\"valueBoolean\":false}", 0, "value_yes"),
		"false");
	CHECK_STR(row("{\"resourceType\":\"Observation\",\"valueCodeableConcept\":{\"coding\":[{"
		      "\"code\":"
		      "\"x\",\"display\":\"X\"}]}}",
			  0, "value_code value_text"),
		"x|X");
	CHECK_STR(row("{\"resourceType\":\"Observation\",\"code\":5,\"subject\":[[]]}", 0,
			  "code patient_id"),
		"-|-");
}

TEST(parts_are_rows)
{
	const char *bp =
		"{\"resourceType\":\"Observation\",\"id\":\"o\",\"code\":{\"coding\":[{\"code\":"
		"\"bp\"}]},\"component\":[{\"code\":{\"coding\":[{\"code\":\"sys\"}]},"
		"\"valueQuantity\":{\"value\":120}},{\"code\":{\"coding\":[{\"code\":\"dia\"}]},"
		"\"valueQuantity\":{\"value\":80}}]}";
	json_t *object = json_loads(bp, 0, NULL);
	CHECK_INT(fhir_rows(object), 3);
	json_decref(object);
	CHECK_STR(row(bp, 0, "id panel_code code value"), "o|bp|bp|-");
	CHECK_STR(row(bp, 1, "id panel_code code value"), "o|bp|sys|120");
	CHECK_STR(row(bp, 2, "id panel_code code value"), "o|bp|dia|80");
}

TEST(other_types_are_discovered)
{
	cleanup_arena struct arena *a = arena_new();
	struct fhir_column room[FHIR_MAX_COLUMNS];
	fhir_columns list = { room, 0 };
	json_t *object = json_loads(
		"{\"resourceType\":\"Device\",\"id\":\"d\",\"patient\":{\"reference\":\"Patient/"
		"1\"},"
		"\"type\":{\"coding\":[{\"code\":\"x\"}]},\"owner\":{\"reference\":\"Organization/"
		"2\"},"
		"\"text\":{\"div\":\"narrative\"},\"a\":{\"b\":{\"c\":{\"d\":{\"e\":1}}}}}",
		0, NULL);
	fhir_discover(a, &list, object);
	fhir_discover(a, &list, object);
	json_decref(object);
	CHECK_INT(list.n, 4);
	CHECK_STR(list.at[1].name, "patient_id");
	CHECK_STR(list.at[2].name, "type_coding_code");
	CHECK_STR(list.at[3].name, "owner_id");
	CHECK_INT(fhir_declared("Device").n, 0);
	CHECK(fhir_declared("Patient").n > 10);
}
