#include "curator/import/plausible.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Names of one or two letters stand alone in a column's name; see word_of. */
static const struct plausible ranges[] = {
	{ "potassium", " potassium kalium k ", "mmol/L", 1, 12, BY_SURVIVAL },
	{ "potassium", " potassium kalium k ", "mEq/L", 1, 12, BY_SURVIVAL },
	{ "sodium", " sodium natrium na ", "mmol/L", 90, 200, BY_SURVIVAL },
	{ "sodium", " sodium natrium na ", "mEq/L", 90, 200, BY_SURVIVAL },
	{ "chloride", " chloride chlorid cl ", "mmol/L", 50, 160, BY_SURVIVAL },
	{ "chloride", " chloride chlorid cl ", "mEq/L", 50, 160, BY_SURVIVAL },
	{ "bicarbonate", " bicarbonate bikarbonat hco3 ", "mmol/L", 2, 65, BY_SURVIVAL },
	{ "bicarbonate", " bicarbonate bikarbonat hco3 ", "mEq/L", 2, 65, BY_SURVIVAL },
	{ "calcium", " calcium kalzium ca ", "mmol/L", 0.5, 6, BY_SURVIVAL },
	{ "calcium", " calcium kalzium ca ", "mg/dL", 2, 24, BY_SURVIVAL },
	{ "magnesium", " magnesium mg2 ", "mmol/L", 0.1, 6, BY_SURVIVAL },
	{ "magnesium", " magnesium mg2 ", "mg/dL", 0.3, 15, BY_SURVIVAL },
	{ "phosphate", " phosphate phosphat ", "mmol/L", 0.05, 7, BY_SURVIVAL },
	{ "phosphate", " phosphate phosphat ", "mg/dL", 0.2, 22, BY_SURVIVAL },
	{ "glucose", " glucose glukose glu blutzucker ", "mmol/L", 0.3, 110, BY_INSTRUMENT },
	{ "glucose", " glucose glukose glu blutzucker ", "mg/dL", 5, 2000, BY_INSTRUMENT },
	{ "creatinine", " creatinine kreatinin crea ", "umol/L", 5, 3500, BY_SURVIVAL },
	{ "creatinine", " creatinine kreatinin crea ", "mg/dL", 0.05, 40, BY_SURVIVAL },
	{ "urea", " urea harnstoff ", "mmol/L", 0.2, 120, BY_SURVIVAL },
	{ "urea nitrogen", " bun urea_nitrogen ", "mg/dL", 0.5, 300, BY_SURVIVAL },
	{ "bilirubin", " bilirubin bili ", "umol/L", 0, 1200, BY_SURVIVAL },
	{ "bilirubin", " bilirubin bili ", "mg/dL", 0, 70, BY_SURVIVAL },
	{ "albumin", " albumin ", "g/L", 3, 80, BY_SURVIVAL },
	{ "albumin", " albumin ", "g/dL", 0.3, 8, BY_SURVIVAL },
	{ "haemoglobin", " haemoglobin hemoglobin hb hgb ", "g/dL", 1, 27, BY_SURVIVAL },
	{ "haemoglobin", " haemoglobin hemoglobin hb hgb ", "g/L", 10, 270, BY_SURVIVAL },
	{ "haemoglobin", " haemoglobin hemoglobin hb hgb ", "mmol/L", 0.6, 17, BY_SURVIVAL },
	{ "haematocrit", " haematocrit hematocrit hct hkt ", "%", 3, 80, BY_SURVIVAL },
	{ "haematocrit", " haematocrit hematocrit hct hkt ", "L/L", 0.03, 0.8, BY_SURVIVAL },
	{ "white cells", " wbc leukocytes leucocytes leukozyten ", "10^9/L", 0, 1000, BY_SURVIVAL },
	{ "white cells", " wbc leukocytes leucocytes leukozyten ", "K/uL", 0, 1000, BY_SURVIVAL },
	{ "platelets", " platelets plt thrombozyten ", "10^9/L", 0, 4000, BY_SURVIVAL },
	{ "platelets", " platelets plt thrombozyten ", "K/uL", 0, 4000, BY_SURVIVAL },
	{ "lactate", " lactate laktat lact ", "mmol/L", 0.1, 40, BY_SURVIVAL },
	{ "CRP", " crp ", "mg/L", 0, 1000, BY_INSTRUMENT },
	{ "CRP", " crp ", "mg/dL", 0, 100, BY_INSTRUMENT },
	{ "pH of blood", " ph ", "", 6.3, 8, BY_SURVIVAL },
	{ "oxygen pressure", " po2 pao2 ", "mmHg", 5, 760, BY_DEFINITION },
	{ "oxygen pressure", " po2 pao2 ", "kPa", 0.6, 101, BY_DEFINITION },
	{ "carbon dioxide pressure", " pco2 paco2 ", "mmHg", 5, 260, BY_SURVIVAL },
	{ "carbon dioxide pressure", " pco2 paco2 ", "kPa", 0.6, 35, BY_SURVIVAL },
	{ "INR", " inr ", "", 0.5, 30, BY_INSTRUMENT },
	{ "HbA1c", " hba1c ", "%", 2, 25, BY_INSTRUMENT },
	{ "HbA1c", " hba1c ", "mmol/mol", 5, 250, BY_INSTRUMENT },
	{ "ejection fraction", " lvef ejection_fraction ", "%", 3, 95, BY_SURVIVAL },
	{ "heart rate", " heart_rate heartrate hr pulse puls herzfrequenz ", "/min", 10, 320,
		BY_SURVIVAL },
	{ "systolic pressure", " sbp systolic systolisch sysbp ", "mmHg", 20, 350, BY_SURVIVAL },
	{ "diastolic pressure", " dbp diastolic diastolisch diasbp ", "mmHg", 5, 250, BY_SURVIVAL },
	{ "respiratory rate", " respiratory_rate resprate rr atemfrequenz ", "/min", 1, 100,
		BY_SURVIVAL },
	{ "oxygen saturation", " spo2 sao2 oxygen_saturation ", "%", 10, 100, BY_DEFINITION },
	{ "body temperature", " temperature temp temperatur ", "Cel", 13, 47, BY_SURVIVAL },
	{ "body temperature", " temperature temp temperatur ", "degF", 55, 117, BY_SURVIVAL },
	{ "age", " age alter age_years ", "a", 0, 122, BY_POPULATION },
	{ "height", " height groesse ", "cm", 20, 272, BY_POPULATION },
	{ "height", " height groesse ", "m", 0.2, 2.72, BY_POPULATION },
	{ "weight", " weight gewicht bodyweight ", "kg", 0.2, 635, BY_POPULATION },
	{ "birth weight", " birth_weight birthweight bwt geburtsgewicht ", "g", 200, 10000,
		BY_POPULATION },
	{ "body mass index", " bmi ", "kg/m2", 5, 200, BY_POPULATION },
	{ "Glasgow coma scale", " gcs ", "", 3, 15, BY_DEFINITION },
	{ "Apgar score", " apgar ", "", 0, 10, BY_DEFINITION },
	{ "gestational age", " gestational_age gestation ssw ", "wk", 16, 46, BY_POPULATION },
};

/* Letters and digits in small letters, everything else one blank, blanks around: "_Na (K)" gives
 * " na k ". */
static void
plain(const char *s, char *out, size_t size)
{
	size_t n = 0;
	out[n++] = ' ';
	for (; *s && n + 2 < size; s++)
		if (isalnum((unsigned char)*s))
			out[n++] = (char)tolower((unsigned char)*s);
		else if (out[n - 1] != ' ')
			out[n++] = ' ';
	if (out[n - 1] != ' ')
		out[n++] = ' ';
	out[n] = '\0';
}

/* Is one of the names a word, or several words one after another, of the text? */
static bool
word_of(const char *names, const char *text)
{
	char name[40];
	while (*names) {
		size_t n = strcspn(++names, " ");
		if (n == 0 || n + 3 > sizeof name)
			return false;
		name[0] = ' ';
		for (size_t i = 0; i < n; i++)
			name[i + 1] = names[i] == '_' ? ' ' : names[i];
		name[n + 1] = ' ';
		name[n + 2] = '\0';
		if (strstr(text, name))
			return true;
		names += n;
	}
	return false;
}

/* One unit is written in many ways. */
static bool
same_unit(const char *a, const char *b)
{
	static const char *const same[][6] = { { "umol/L", "µmol/L", "μmol/L", "micromol/L" },
		{ "10^9/L", "G/L", "10*9/L", "x10^9/L", "10E9/L" },
		{ "K/uL", "10*3/uL", "10^3/uL", "x10^3/uL", "10^3/µL", "Tsd/µl" },
		{ "/min", "bpm", "1/min", "beats/min", "insp/min", "min-1" },
		{ "Cel", "°C", "C", "degC", "Grad C" }, { "degF", "°F", "F", "[degF]" },
		{ "a", "years", "year", "y", "Jahre" }, { "mmHg", "mm[Hg]", "mm Hg" },
		{ "kg/m2", "kg/m^2", "kg/m²" }, { "wk", "weeks", "SSW" } };
	if (strcasecmp(a, b) == 0)
		return true;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		if (strcasecmp(same[i][0], a) != 0)
			continue;
		for (size_t k = 0; k < 6 && same[i][k]; k++)
			if (strcasecmp(same[i][k], b) == 0)
				return true;
	}
	return false;
}

/* Of two that a name fits, "birth weight" is meant rather than "weight". */
static bool
better(const struct plausible *p, const struct plausible *than, double typical)
{
	if (!than || strlen(p->what) > strlen(than->what))
		return true;
	bool holds = typical >= p->low && typical <= p->high;
	return holds && !(typical >= than->low && typical <= than->high) &&
	       strcmp(p->what, than->what) == 0;
}

const struct plausible *
plausible_find(const char *name, const char *unit, double typical)
{
	char text[128], own[40];
	const struct plausible *best = NULL;
	plain(name, text, sizeof text);
	/* A ratio, a change or a urine value is another quantity under the same name. */
	if (word_of(" ratio change delta urine urin csf diff slope count flag date time target "
		    "phosphokinase kinase clearance group bin category class code id ",
		    text))
		return NULL;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		const struct plausible *p = &ranges[i];
		if (!word_of(p->names, text) ||
			(unit[0] && p->unit[0] && !same_unit(p->unit, unit)))
			continue;
		plain(p->unit, own, sizeof own);
		if (!unit[0] && own[1] && strstr(text, own))
			return p;
		if (better(p, best, typical))
			best = p;
	}
	return best;
}

const char *
plausible_kind_name(enum plausible_kind kind)
{
	static const char *const names[] = { [BY_DEFINITION] = "definition",
		[BY_SURVIVAL] = "survival",
		[BY_INSTRUMENT] = "instrument",
		[BY_POPULATION] = "population" };
	return names[kind];
}
