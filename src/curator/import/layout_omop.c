/* What the columns of the OMOP common data model mean, in our words. */
#include <ctype.h>

#include "curator/import/layout.h"

const struct layout_meaning layout_omop[] = {
	{ NULL, "person_id", "The patient" },
	{ NULL, "visit_occurrence_id", "The visit: a stay, an appointment or an emergency" },
	{ NULL, "visit_detail_id", "A part of a visit, for example the time on one ward" },
	{ NULL, "provider_id", "Who treated or ordered" },
	{ NULL, "care_site_id", "Where care was given" },
	{ NULL, "location_id", "An address or area" },
	{ NULL, "unit_concept_id", "Unit of the value, as a standard concept" },
	{ NULL, "unit_source_value", "Unit of the value, as the hospital wrote it" },
	{ NULL, "value_as_number", "The result, if it is a number" },
	{ NULL, "value_as_string", "The result, if it is words" },
	{ NULL, "value_as_concept_id", "The result, if it is a code, as a standard concept" },
	{ NULL, "value_source_value", "The result as the hospital wrote it" },
	{ NULL, "range_low", "Lower end of the reference range" },
	{ NULL, "range_high", "Upper end of the reference range" },
	{ NULL, "operator_concept_id", "Sign before the number (<, <=, =, >=, >), as a concept" },
	{ NULL, "quantity", "How much or how many" },
	{ NULL, "stop_reason", "Why it ended" },
	{ "person", "gender_concept_id", "Sex: 8507 male, 8532 female" },
	{ "person", "year_of_birth", "Year of birth" },
	{ "person", "month_of_birth", "Month of birth, 1 to 12" },
	{ "person", "day_of_birth", "Day of birth, 1 to 31" },
	{ "person", "birth_datetime", "Date and time of birth" },
	{ "person", "person_source_value", "The patient's number at the hospital" },
	{ "person", "ethnicity_concept_id", "Hispanic or not, as a standard concept" },
	{ "observation_period", "observation_period_start_date",
		"From here on what happens to the patient is recorded" },
	{ "observation_period", "observation_period_end_date",
		"Up to here what happens to the patient is recorded" },
	{ "visit_occurrence", "visit_concept_id",
		"Kind of visit: 9201 inpatient, 9202 outpatient, 9203 emergency" },
	{ "visit_occurrence", "preceding_visit_occurrence_id", "The visit before this one" },
	{ "visit_detail", "parent_visit_detail_id", "The part of the visit that holds this one" },
	{ "drug_exposure", "days_supply", "For how many days the drug is meant to last" },
	{ "drug_exposure", "refills", "How often the prescription may be filled again" },
	{ "drug_exposure", "sig", "How to take it, in words: free text" },
	{ "drug_exposure", "lot_number", "Batch of the drug" },
	{ "drug_exposure", "verbatim_end_date", "The end as the hospital wrote it" },
	{ "condition_era", "condition_occurrence_count", "Records that this period is made of" },
	{ "drug_era", "drug_exposure_count", "Records that this period is made of" },
	{ "drug_era", "gap_days", "Days in the period without the drug" },
	{ "dose_era", "dose_value", "Daily dose in this period" },
	{ "death", "death_date", "Date of death" },
	{ "death", "death_datetime", "Date and time of death" },
	{ "note", "note_text", "The note: free text" },
	{ "note", "note_title", "Title of the note" },
	{ "note_nlp", "snippet", "Words of the note around the term: free text" },
	{ "note_nlp", "lexical_variant", "The words that were found" },
	{ "device_exposure", "unique_device_id", "Identifier of the device, as on its label" },
	{ "location", "zip", "Postal code" },
	{ "location", "address_1", "Street and number" },
	{ "location", "address_2", "Second line of the address" },
	{ "provider", "provider_name", "Name of who treats" },
	{ "provider", "npi", "National number of who treats (US)" },
	{ "provider", "dea", "Licence number of who treats (US)" },
	{ "cost", "total_charge", "What was billed" },
	{ "cost", "total_paid", "What was paid" },
	{ "concept", "concept_id", "Number of the concept" },
	{ "concept", "concept_name", "Its name" },
	{ "concept", "domain_id", "What it is about: Condition, Drug, Measurement, ..." },
	{ "concept", "vocabulary_id", "Where it comes from: SNOMED, LOINC, RxNorm, ..." },
	{ "concept", "concept_class_id", "Its class in that vocabulary" },
	{ "concept", "standard_concept", "S: standard, C: for classification, empty: neither" },
	{ "concept", "concept_code", "Its code in that vocabulary" },
	{ NULL, "valid_start_date", "Valid from" },
	{ NULL, "valid_end_date", "Valid until" },
	{ NULL, "invalid_reason", "D: deleted, U: replaced, empty: valid" },
	{ "cdm_source", "cdm_version", "Version of the data model" },
	{ "cdm_source", "vocabulary_version", "Version of the vocabularies" },
	{ "fact_relationship", "fact_id_1", "The first of two records that belong together" },
	{ "fact_relationship", "fact_id_2", "The second" },
	{ NULL, NULL, NULL },
};

/* The longest suffix comes first. */
const char *
layout_omop_rule(struct arena *a, const char *column)
{
	static const struct {
		const char *end, *says;
	} rules[] = {
		{ "_source_concept_id", ": the hospital's own code, as a concept" },
		{ "_type_concept_id", ": where the record comes from, as a concept" },
		{ "_concept_id", ", as a standard concept (see CONCEPT)" },
		{ "_source_value", ", as the hospital wrote it" },
		{ "_start_datetime", ": date and time when it began" },
		{ "_end_datetime", ": date and time when it ended" },
		{ "_start_date", ": date when it began" },
		{ "_end_date", ": date when it ended" },
		{ "_datetime", ": date and time" },
		{ "_date", ": date" },
		{ "_time", ": time of day" },
		{ "_id", ": number of the record" },
	};
	struct str name = str_of(column);
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		size_t n = strlen(rules[i].end);
		if (name.n <= n ||
			!str_ieq((struct str){ name.p + name.n - n, n }, str_of(rules[i].end)))
			continue;
		char *base = arena_strndup(a, name.p, name.n - n);
		for (char *p = base; *p; p++)
			*p = *p == '_' ? ' ' : (char)tolower((unsigned char)*p);
		base[0] = (char)toupper((unsigned char)base[0]);
		return arena_printf(a, "%s%s", base, rules[i].says);
	}
	return "";
}
