#include "base/hash.h"
#include "base/json.h"
#include "base/version.h"
#include "curator/airlock/airlock.h"

static void
write_policy(struct jsonw *j, const struct airlock_policy *p)
{
	const char *name;
	int64_t value;
	jsonw_open(j, '{');
	for (size_t i = 0; (name = airlock_policy_at(p, i, &value)); i++)
		jsonw_key(j, name), jsonw_int(j, value);
	jsonw_close(j, '}');
}

static void
write_finding(struct jsonw *j, const char *file, const struct airlock_finding *x)
{
	jsonw_open(j, '{');
	jsonw_key(j, "check"), jsonw_text(j, x->check);
	jsonw_key(j, "severity"), jsonw_text(j, airlock_severity_name(x->severity));
	jsonw_key(j, "file"), jsonw_text(j, file);
	jsonw_key(j, "where"), jsonw_open(j, '[');
	for (size_t i = 0; i < x->n_places; i++) {
		jsonw_open(j, '{');
		jsonw_key(j, "row"), jsonw_int(j, x->places[i].row);
		jsonw_key(j, "column"), jsonw_int(j, x->places[i].column);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
	jsonw_key(j, "count"), jsonw_int(j, x->count);
	jsonw_key(j, "sentence"), jsonw_text(j, x->sentence);
	jsonw_close(j, '}');
}

void
airlock_record_file(struct jsonw *j, const struct airlock_file *f)
{
	jsonw_key(j, "file"), jsonw_text(j, f->name);
	if (f->input.p)
		hash_json(j, f->input);
	jsonw_key(j, "type"), jsonw_text(j, airlock_type_name(f->type));
	jsonw_key(j, "verdict"), jsonw_text(j, airlock_verdict_name(airlock_verdict(f)));
	jsonw_key(j, "compared_with_data"), jsonw_bool(j, f->compared);
	jsonw_key(j, "clean");
	if (f->clean.n) {
		jsonw_open(j, '{');
		hash_json(j, f->clean);
		jsonw_close(j, '}');
	} else {
		jsonw_null(j);
	}
	jsonw_key(j, "findings"), jsonw_open(j, '[');
	for (size_t i = 0; i < f->findings.n; i++)
		write_finding(j, f->name, &f->findings.at[i]);
	jsonw_close(j, ']');
}

void
airlock_record(struct buf *out, const struct airlock_policy *p, struct airlock_file *files,
	size_t n, size_t n_earlier)
{
	struct jsonw j = jsonw_new(out);
	enum airlock_severity worst = AIR_NOTE;
	for (size_t i = 0; i < n; i++)
		if (airlock_verdict(&files[i]) > worst)
			worst = airlock_verdict(&files[i]);
	jsonw_open(&j, '{');
	jsonw_key(&j, "ok"), jsonw_bool(&j, true);
	jsonw_key(&j, "program"), jsonw_text(&j, "wardroom-curator check");
	jsonw_key(&j, "version"), jsonw_text(&j, WARDROOM_VERSION);
	jsonw_key(&j, "verdict"), jsonw_text(&j, airlock_verdict_name(worst));
	jsonw_key(&j, "policy"), write_policy(&j, p);
	jsonw_key(&j, "checks"), jsonw_open(&j, '[');
	jsonw_text(&j, "file_type");
	for (size_t i = 0; i < airlock_n_checks; i++)
		jsonw_text(&j, airlock_checks[i].name);
	jsonw_text(&j, "data_match");
	jsonw_close(&j, ']');
	jsonw_key(&j, "earlier"), jsonw_int(&j, (int64_t)n_earlier);
	jsonw_key(&j, "files"), jsonw_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		jsonw_open(&j, '{');
		airlock_record_file(&j, &files[i]);
		jsonw_close(&j, '}');
	}
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
}
