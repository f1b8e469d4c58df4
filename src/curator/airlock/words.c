#include "curator/airlock/words.h"

#include <ctype.h>

struct word {
	const char *text;
	unsigned says;
};

#define SETTING (WORD_CODE | WORD_SETTING)

/* In the order of strcmp, for bsearch; a test looks. */
static const struct word vocabulary[] = {
	{ "acc", WORD_STATISTIC },
	{ "accuracy", WORD_STATISTIC },
	{ "address", WORD_IDENTIFIER },
	{ "admissions", WORD_COUNT },
	{ "age", WORD_CODE },
	{ "aic", WORD_STATISTIC },
	{ "alive", WORD_COUNT },
	{ "all", WORD_TOTAL },
	{ "auc", WORD_STATISTIC },
	{ "auprc", WORD_STATISTIC },
	{ "auroc", WORD_STATISTIC },
	{ "band", WORD_CODE },
	{ "beta", WORD_STATISTIC },
	{ "bic", WORD_STATISTIC },
	{ "bin", WORD_CODE },
	{ "bins", SETTING },
	{ "birth", WORD_IDENTIFIER },
	{ "birthdate", WORD_IDENTIFIER },
	{ "birthday", WORD_IDENTIFIER },
	{ "boys", WORD_COUNT },
	{ "brier", WORD_STATISTIC },
	{ "cases", WORD_COUNT },
	{ "category", WORD_CODE },
	{ "censored", WORD_COUNT },
	{ "chi2", WORD_STATISTIC },
	{ "children", WORD_COUNT },
	{ "chisq", WORD_STATISTIC },
	{ "ci", WORD_STATISTIC },
	{ "city", WORD_PERHAPS_ID },
	{ "class", WORD_CODE },
	{ "cluster", WORD_CODE },
	{ "clusters", SETTING },
	{ "cnt", WORD_COUNT },
	{ "code", WORD_CODE },
	{ "coef", WORD_STATISTIC },
	{ "coefficient", WORD_STATISTIC },
	{ "components", SETTING },
	{ "confusion", WORD_COUNT },
	{ "contingency", WORD_COUNT },
	{ "controls", WORD_COUNT },
	{ "coordinates", WORD_PLACE },
	{ "coords", WORD_PLACE },
	{ "corr", WORD_STATISTIC },
	{ "correlation", WORD_STATISTIC },
	{ "count", WORD_COUNT },
	{ "counts", WORD_COUNT },
	{ "crosstab", WORD_COUNT },
	{ "day", WORD_CODE },
	{ "dead", WORD_COUNT },
	{ "deaths", WORD_COUNT },
	{ "decile", WORD_CODE },
	{ "depth", SETTING },
	{ "df", WORD_DF },
	{ "died", WORD_COUNT },
	{ "dob", WORD_IDENTIFIER },
	{ "dof", WORD_DF },
	{ "dose", WORD_CODE },
	{ "email", WORD_IDENTIFIER },
	{ "epoch", WORD_CODE },
	{ "epochs", SETTING },
	{ "estimate", WORD_STATISTIC },
	{ "estimators", SETTING },
	{ "events", WORD_COUNT },
	{ "f1", WORD_STATISTIC },
	{ "feature", WORD_CODE },
	{ "features", SETTING },
	{ "female", WORD_COUNT },
	{ "females", WORD_COUNT },
	{ "firstname", WORD_IDENTIFIER },
	{ "fn", WORD_COUNT },
	{ "fold", SETTING },
	{ "folds", SETTING },
	{ "fp", WORD_COUNT },
	{ "fpr", WORD_STATISTIC },
	{ "frac", WORD_SHARE },
	{ "fraction", WORD_SHARE },
	{ "freq", WORD_COUNT },
	{ "frequency", WORD_COUNT },
	{ "gain", WORD_STATISTIC },
	{ "girls", WORD_COUNT },
	{ "gps", WORD_PLACE },
	{ "grade", WORD_CODE },
	{ "grand", WORD_TOTAL },
	{ "group", WORD_CODE },
	{ "guid", WORD_PERHAPS_ID },
	{ "hadm", WORD_IDENTIFIER },
	{ "hazard", WORD_STATISTIC },
	{ "high", WORD_STATISTIC },
	{ "highest", WORD_EXTREME },
	{ "horizon", WORD_CODE },
	{ "hour", WORD_CODE },
	{ "hr", WORD_STATISTIC },
	{ "id", WORD_PERHAPS_ID },
	{ "identifier", WORD_PERHAPS_ID },
	{ "ids", WORD_PERHAPS_ID },
	{ "idx", WORD_CODE },
	{ "importance", WORD_STATISTIC },
	{ "incidence", WORD_SHARE },
	{ "index", WORD_CODE },
	{ "individuals", WORD_COUNT },
	{ "intercept", WORD_STATISTIC },
	{ "ip", WORD_PERHAPS_ID },
	{ "iqr", WORD_EXTREME },
	{ "iter", SETTING },
	{ "iteration", WORD_CODE },
	{ "iterations", SETTING },
	{ "jobs", SETTING },
	{ "k", WORD_CODE },
	{ "kappa", WORD_STATISTIC },
	{ "label", WORD_CODE },
	{ "lag", WORD_CODE },
	{ "largest", WORD_EXTREME },
	{ "lastname", WORD_IDENTIFIER },
	{ "lat", WORD_PLACE },
	{ "latitude", WORD_PLACE },
	{ "layers", SETTING },
	{ "leaf", SETTING },
	{ "level", WORD_CODE },
	{ "lng", WORD_PLACE },
	{ "loglik", WORD_STATISTIC },
	{ "logloss", WORD_STATISTIC },
	{ "lon", WORD_PLACE },
	{ "longitude", WORD_PLACE },
	{ "loss", WORD_STATISTIC },
	{ "low", WORD_STATISTIC },
	{ "lower", WORD_STATISTIC },
	{ "lowest", WORD_EXTREME },
	{ "mae", WORD_STATISTIC },
	{ "mail", WORD_IDENTIFIER },
	{ "male", WORD_COUNT },
	{ "males", WORD_COUNT },
	{ "margin", WORD_TOTAL },
	{ "margins", WORD_TOTAL },
	{ "max", WORD_EXTREME },
	{ "maximum", WORD_EXTREME },
	{ "median", WORD_EXTREME },
	{ "men", WORD_COUNT },
	{ "min", WORD_EXTREME },
	{ "minimum", WORD_EXTREME },
	{ "mobile", WORD_IDENTIFIER },
	{ "month", WORD_CODE },
	{ "mortality", WORD_SHARE },
	{ "mrn", WORD_IDENTIFIER },
	{ "mse", WORD_STATISTIC },
	{ "n", WORD_COUNT },
	{ "name", WORD_PERHAPS_ID },
	{ "names", WORD_PERHAPS_ID },
	{ "nb", WORD_COUNT },
	{ "negatives", WORD_COUNT },
	{ "neighbors", SETTING },
	{ "neighbours", SETTING },
	{ "nhs", WORD_IDENTIFIER },
	{ "nobs", WORD_COUNT },
	{ "npv", WORD_STATISTIC },
	{ "num", WORD_COUNT },
	{ "number", WORD_COUNT },
	{ "obs", WORD_COUNT },
	{ "observations", WORD_COUNT },
	{ "odds", WORD_STATISTIC },
	{ "oldest", WORD_EXTREME },
	{ "or", WORD_STATISTIC },
	{ "outcome", WORD_CODE },
	{ "overall", WORD_TOTAL },
	{ "p", WORD_STATISTIC },
	{ "p1", WORD_EXTREME },
	{ "p10", WORD_EXTREME },
	{ "p25", WORD_EXTREME },
	{ "p5", WORD_EXTREME },
	{ "p50", WORD_EXTREME },
	{ "p75", WORD_EXTREME },
	{ "p90", WORD_EXTREME },
	{ "p95", WORD_EXTREME },
	{ "p99", WORD_EXTREME },
	{ "params", WORD_CODE },
	{ "participants", WORD_COUNT },
	{ "passport", WORD_IDENTIFIER },
	{ "patient", WORD_PERHAPS_ID },
	{ "patientid", WORD_IDENTIFIER },
	{ "patients", WORD_COUNT },
	{ "pct", WORD_SHARE },
	{ "people", WORD_COUNT },
	{ "perc", WORD_SHARE },
	{ "percent", WORD_SHARE },
	{ "percentage", WORD_SHARE },
	{ "percentile", WORD_EXTREME },
	{ "percentiles", WORD_EXTREME },
	{ "person", WORD_PERHAPS_ID },
	{ "personid", WORD_IDENTIFIER },
	{ "persons", WORD_COUNT },
	{ "phone", WORD_IDENTIFIER },
	{ "pid", WORD_IDENTIFIER },
	{ "positives", WORD_COUNT },
	{ "postcode", WORD_IDENTIFIER },
	{ "ppv", WORD_STATISTIC },
	{ "precision", WORD_STATISTIC },
	{ "prevalence", WORD_SHARE },
	{ "prop", WORD_SHARE },
	{ "proportion", WORD_SHARE },
	{ "pseudonym", WORD_PERHAPS_ID },
	{ "pval", WORD_STATISTIC },
	{ "pvalue", WORD_STATISTIC },
	{ "q1", WORD_EXTREME },
	{ "q2", WORD_EXTREME },
	{ "q25", WORD_EXTREME },
	{ "q3", WORD_EXTREME },
	{ "q50", WORD_EXTREME },
	{ "q75", WORD_EXTREME },
	{ "quantile", WORD_EXTREME },
	{ "quantiles", WORD_EXTREME },
	{ "quarter", WORD_CODE },
	{ "quartile", WORD_CODE },
	{ "quintile", WORD_CODE },
	{ "r2", WORD_STATISTIC },
	{ "range", WORD_EXTREME },
	{ "rank", WORD_CODE },
	{ "rate", WORD_SHARE },
	{ "rates", WORD_SHARE },
	{ "recall", WORD_STATISTIC },
	{ "records", WORD_COUNT },
	{ "resid", WORD_RESIDUAL },
	{ "residual", WORD_RESIDUAL },
	{ "residuals", WORD_RESIDUAL },
	{ "rho", WORD_STATISTIC },
	{ "rmse", WORD_STATISTIC },
	{ "roc", WORD_STATISTIC },
	{ "rows", WORD_COUNT },
	{ "rr", WORD_STATISTIC },
	{ "run", WORD_CODE },
	{ "samples", WORD_COUNT },
	{ "score", WORD_CODE | WORD_STATISTIC },
	{ "se", WORD_STATISTIC },
	{ "seed", WORD_CODE },
	{ "sensitivity", WORD_STATISTIC },
	{ "shap", WORD_STATISTIC },
	{ "share", WORD_SHARE },
	{ "size", WORD_COUNT },
	{ "slope", WORD_STATISTIC },
	{ "smallest", WORD_EXTREME },
	{ "specificity", WORD_STATISTIC },
	{ "splits", SETTING },
	{ "ssn", WORD_IDENTIFIER },
	{ "stage", WORD_CODE },
	{ "statistic", WORD_STATISTIC },
	{ "stays", WORD_COUNT },
	{ "step", WORD_CODE },
	{ "steps", SETTING },
	{ "street", WORD_IDENTIFIER },
	{ "subject", WORD_PERHAPS_ID },
	{ "subjectid", WORD_IDENTIFIER },
	{ "subjects", WORD_COUNT },
	{ "sum", WORD_TOTAL },
	{ "support", WORD_COUNT },
	{ "surname", WORD_IDENTIFIER },
	{ "survived", WORD_COUNT },
	{ "survivors", WORD_COUNT },
	{ "t", WORD_STATISTIC },
	{ "telephone", WORD_IDENTIFIER },
	{ "tertile", WORD_CODE },
	{ "threshold", WORD_CODE | WORD_STATISTIC },
	{ "time", WORD_CODE },
	{ "tn", WORD_COUNT },
	{ "total", WORD_TOTAL | WORD_COUNT },
	{ "totals", WORD_TOTAL | WORD_COUNT },
	{ "town", WORD_PERHAPS_ID },
	{ "tp", WORD_COUNT },
	{ "tpr", WORD_STATISTIC },
	{ "trees", SETTING },
	{ "trial", WORD_CODE },
	{ "uid", WORD_PERHAPS_ID },
	{ "upper", WORD_STATISTIC },
	{ "uuid", WORD_PERHAPS_ID },
	{ "variable", WORD_CODE },
	{ "visits", WORD_COUNT },
	{ "week", WORD_CODE },
	{ "weekday", WORD_CODE },
	{ "women", WORD_COUNT },
	{ "y", WORD_CODE },
	{ "year", WORD_CODE },
	{ "youngest", WORD_EXTREME },
	{ "z", WORD_STATISTIC },
	{ "zip", WORD_PERHAPS_ID },
};

enum { WORD_MAX = 24 };

static int
compare(const void *key, const void *entry)
{
	return strcmp(key, ((const struct word *)entry)->text);
}

/* The next word in lower case; false at the end. A longer one is cut, so nothing equals it. */
static bool
next_word(struct str *s, char out[WORD_MAX])
{
	while (s->n && !isalnum((unsigned char)s->p[0]) && s->p[0] != '%' && s->p[0] != '#')
		s->p++, s->n--;
	if (s->n == 0)
		return false;
	size_t n = 0, taken = 0;
	bool mark = s->p[0] == '%' || s->p[0] == '#';
	while (taken < s->n && (mark ? taken == 0 : isalnum((unsigned char)s->p[taken]) != 0)) {
		unsigned char c = (unsigned char)s->p[taken];
		if (taken && isupper(c) && islower((unsigned char)s->p[taken - 1]))
			break;
		if (n < WORD_MAX - 1)
			out[n++] = (char)tolower(c);
		taken++;
	}
	out[n] = '\0';
	s->p += taken;
	s->n -= taken;
	return true;
}

/* Whose number or name it is: "patient id", "subject no", "first name". */
static bool
owner(const char *w, bool name)
{
	static const char *const of_number[] = { "patient", "subject", "person", "hadm", "stay",
		"encounter", "visit", "admission", "case", "record", "study", "medical", "mother",
		"national", "insurance", "social", "birth" };
	static const char *const of_name[] = { "first", "last", "full", "family", "given", "middle",
		"patient", "maiden" };
	for (size_t i = 0; !name && i < sizeof of_number / sizeof *of_number; i++)
		if (streq(w, of_number[i]))
			return true;
	for (size_t i = 0; name && i < sizeof of_name / sizeof *of_name; i++)
		if (streq(w, of_name[i]))
			return true;
	return false;
}

static bool
numbering(const char *w)
{
	return streq(w, "id") || streq(w, "ids") || streq(w, "no") || streq(w, "nr") ||
	       streq(w, "key") || streq(w, "number") || streq(w, "identifier");
}

unsigned
words_in(struct str label)
{
	char w[WORD_MAX], before[WORD_MAX] = "";
	unsigned says = 0;
	while (next_word(&label, w)) {
		const struct word *found = bsearch(w, vocabulary,
			sizeof vocabulary / sizeof *vocabulary, sizeof *vocabulary, compare);
		if (found)
			says |= found->says;
		if (streq(w, "%"))
			says |= isdigit((unsigned char)before[0]) ? WORD_EXTREME : WORD_SHARE;
		if (streq(w, "#"))
			says |= WORD_COUNT;
		if (numbering(w) && owner(before, false)) {
			says |= WORD_IDENTIFIER;
			says &= ~(unsigned)WORD_COUNT;
		}
		if (streq(w, "name") && owner(before, true))
			says |= WORD_IDENTIFIER;
		memcpy(before, w, sizeof before);
	}
	/* max_depth is no maximum of anything, n_folds counts nobody. */
	if (says & WORD_SETTING)
		says &= ~(unsigned)(WORD_COUNT | WORD_EXTREME);
	return says;
}

bool
words_are_total(struct str label)
{
	char w[WORD_MAX];
	bool total = false;
	if (label.n > 40)
		return false;
	while (next_word(&label, w)) {
		const struct word *found = bsearch(w, vocabulary,
			sizeof vocabulary / sizeof *vocabulary, sizeof *vocabulary, compare);
		if (!found || !(found->says & (WORD_TOTAL | WORD_COUNT)))
			return false;
		total |= (found->says & WORD_TOTAL) != 0;
	}
	return total;
}
