#include "curator/import/layout.h"

#include <strings.h>

static struct source_table *
table(const struct source *s, const char *name)
{
	return source_find(s, str_of(name));
}

static bool
has(const struct source *s, const char *name, const char *column)
{
	struct source_table *t = table(s, name);
	return t && source_find_column(t, str_of(column));
}

static struct layout
omop(const struct source *s)
{
	static const char *const others[] = { "visit_occurrence", "condition_occurrence",
		"drug_exposure", "measurement", "observation", "observation_period",
		"procedure_occurrence" };
	const char *version = "";
	int n = 0;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		n += has(s, others[i], "person_id");
	if (!has(s, "person", "person_id") || n < 2)
		return (struct layout){ "", "" };
	/* 5.4 renamed the link between parts of a visit and where patients come from and go to. */
	if (has(s, "visit_occurrence", "admitted_from_concept_id") ||
		has(s, "visit_detail", "parent_visit_detail_id") || table(s, "episode"))
		version = "5.4";
	else if (has(s, "visit_occurrence", "admitting_source_concept_id"))
		version = "5.3";
	return (struct layout){ "OMOP CDM", version };
}

static struct layout
mimic(const struct source *s)
{
	if (!has(s, "patients", "subject_id"))
		return (struct layout){ "", "" };
	if (has(s, "patients", "anchor_age"))
		return (struct layout){ "MIMIC", "IV" };
	if (has(s, "patients", "expire_flag") || has(s, "admissions", "has_chartevents_data"))
		return (struct layout){ "MIMIC", "III" };
	return (struct layout){ "", "" };
}

static bool
sdtm(const struct source *s)
{
	int n = 0;
	for (size_t i = 0; i < s->tables.n; i++)
		n += source_find_column(&s->tables.at[i], STR("USUBJID")) &&
		     (source_find_column(&s->tables.at[i], STR("DOMAIN")) ||
			     source_find_column(&s->tables.at[i], STR("STUDYID")));
	return n > 0;
}

struct layout
layout_recognise(const struct source *s, bool fhir)
{
	struct layout l = fhir ? (struct layout){ "FHIR", "R4" } : omop(s);
	if (!l.name[0])
		l = mimic(s);
	if (!l.name[0] && sdtm(s))
		l = (struct layout){ "SDTM", "" };
	return l;
}

static bool
holds(const struct folder *f, const char *name)
{
	for (size_t i = 0; i < f->files.n; i++)
		if (strcasecmp(f->files.at[i].table, name) == 0)
			return true;
	return false;
}

int
layout_century(const struct folder *f)
{
	/* MIMIC moves the dates of each patient into the hundred years from 2100 and a little more;
	 * most of the stays of its demo, whose years are known, lie in those that end so. */
	enum { MIMIC_CENTURY = 2203 };
	return holds(f, "patients") && holds(f, "admissions") &&
			       (holds(f, "icustays") || holds(f, "d_labitems") ||
				       holds(f, "d_items") || holds(f, "diagnoses_icd"))
		       ? MIMIC_CENTURY
		       : 0;
}

static const char *
look_up(const struct layout_meaning *m, const char *table_name, const char *column)
{
	const char *any = "";
	for (; m->text; m++) {
		if (strcasecmp(m->column, column) != 0)
			continue;
		if (m->table && strcasecmp(m->table, table_name) == 0)
			return m->text;
		if (!m->table)
			any = m->text;
	}
	return any;
}

void
layout_explain(struct arena *a, const struct layout *l, struct source *s)
{
	bool is_omop = streq(l->name, "OMOP CDM");
	const struct layout_meaning *m = is_omop                   ? layout_omop
					 : streq(l->name, "MIMIC") ? layout_mimic
					 : streq(l->name, "SDTM")  ? layout_sdtm
								   : NULL;
	for (size_t t = 0; m && t < s->tables.n; t++)
		for (size_t c = 0; c < s->tables.at[t].columns.n; c++) {
			struct source_column *k = &s->tables.at[t].columns.at[c];
			if (k->meaning[0])
				continue;
			k->meaning = look_up(m, s->tables.at[t].name, k->name);
			if (!k->meaning[0] && is_omop)
				k->meaning = layout_omop_rule(a, k->name);
		}
}
