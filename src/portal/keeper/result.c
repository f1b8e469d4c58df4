#include "portal/keeper/result.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

enum status
result_parse(const char *text, json_t **ret, struct err *e)
{
	json_error_t why;
	json_t *j = json_loadb(text, strlen(text), JSON_REJECT_DUPLICATES, &why);
	if (!j)
		return err_set(e, E_INPUT, "", "The job's result is no JSON: line %d: %.200s.",
			why.line, why.text);
	if (!json_is_object(j)) {
		json_decref(j);
		return err_set(e, E_INPUT, "", "The job's result is no object.");
	}
	*ret = j;
	return OK;
}

const char *
result_value(struct arena *a, const json_t *v, size_t max)
{
	if (json_is_integer(v))
		return arena_printf(a, "%lld", (long long)json_integer_value(v));
	if (json_is_real(v))
		return arena_printf(a, "%.6g", json_real_value(v));
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	if (!json_is_string(v))
		return "";
	size_t n = json_string_length(v);
	const char *p = json_string_value(v);
	if (n > max)
		n = max;
	/* jansson gives valid UTF-8; only a cut can break it. */
	while (n && n < json_string_length(v) && ((unsigned char)p[n] & 0xc0) == 0x80)
		n--;
	char *s = arena_strndup(a, p, n);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			s[i] = ' ';
	return s;
}

const char *
result_text(struct arena *a, const json_t *o, const char *name, size_t max)
{
	return result_value(a, json_object_get(o, name), max);
}

const char *
result_names(struct arena *a, const json_t *o, const char *name, size_t max)
{
	const json_t *list = json_object_get(o, name);
	struct buf b = buf_new(a);
	for (size_t i = 0; i < json_array_size(list) && b.n < max; i++)
		buf_printf(
			&b, "%s%s", i ? ", " : "", result_value(a, json_array_get(list, i), max));
	return b.p ? b.p : "";
}

enum status
result_count(const json_t *o, const char *name, int64_t *ret, struct err *e)
{
	const json_t *v = json_object_get(o, name);
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return err_set(e, E_INPUT, name, "The job's result has no count \"%s\".", name);
	*ret = json_integer_value(v);
	return OK;
}

enum status
result_real(const json_t *o, const char *name, double *ret, struct err *e)
{
	const json_t *v = json_object_get(o, name);
	if (!json_is_number(v) || !isfinite(json_number_value(v)))
		return err_set(e, E_INPUT, name, "The job's result has no number \"%s\".", name);
	*ret = json_number_value(v);
	return OK;
}

enum status
result_list(const json_t *o, const char *name, size_t max, json_t **ret, struct err *e)
{
	json_t *v = json_object_get(o, name);
	if (!json_is_array(v) || json_array_size(v) > max)
		return err_set(e, E_INPUT, name,
			"The job's result has no list \"%s\" of at most %zu.", name, max);
	*ret = v;
	return OK;
}
