#include "curator/import/plausible.h"

#include <math.h>

#include "base/tap.h"

static const char *
unit_of(const char *name, const char *unit, double typical)
{
	const struct plausible *p = plausible_find(name, unit, typical);
	return p ? p->unit : "none";
}

TEST(names_and_units)
{
	CHECK_STR(unit_of("Potassium", "mmol/L", NAN), "mmol/L");
	CHECK_STR(unit_of("POTASSIUM (blood)", "MEQ/L", NAN), "mEq/L");
	CHECK_STR(unit_of("K", "", NAN), "mmol/L");
	CHECK_STR(unit_of("stroke", "", NAN), "none");
	CHECK_STR(unit_of("weight_kg", "", NAN), "kg");
	CHECK_STR(unit_of("birth weight", "", NAN), "g");
	CHECK_STR(unit_of("serum_creatinine", "", 1.1), "mg/dL");
	CHECK_STR(unit_of("serum_creatinine", "", 90), "umol/L");
	CHECK_STR(unit_of("Creatinine", "µmol/L", NAN), "umol/L");
	CHECK_STR(unit_of("creatinine_phosphokinase", "", NAN), "none");
	CHECK_STR(unit_of("Creatinine", "furlong", NAN), "none");
	CHECK_STR(unit_of("Heart Rate", "bpm", NAN), "/min");
	CHECK_STR(unit_of("urine potassium", "mmol/L", NAN), "none");
}

TEST(a_potassium_of_400)
{
	const struct plausible *p = plausible_find("potassium", "mmol/L", NAN);
	CHECK(p && 400 > p->high && 4.1 > p->low && 4.1 < p->high);
	CHECK_STR(plausible_kind_name(p->kind), "survival");
}
