#include "portal/data/data.h"

#include <jansson.h>

#include "base/clock.h"

const char *
project_slug(struct arena *a, const char *title)
{
	char *out = arena_alloc(a, 41);
	size_t n = 0;
	for (const char *p = title; *p && n < 40; p++) {
		char c = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (plain)
			out[n++] = c;
		else if (n && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	return n ? out : "project";
}

enum status
project_task_ok(bool released, const char *old, const char *task, struct err *e)
{
	if (released && !streq(task, old))
		return err_set(e, E_CONFLICT, "task",
			"The data are released for the other kind of prediction.");
	return OK;
}

enum status
ethics_valid(const char *title, const char *number, const char *committee, int64_t expires,
	int64_t now, struct err *e)
{
	if (!number[0] || !committee[0] || !expires)
		return err_set(e, E_DENIED, "ethics_number",
			"\"%s\" has no ethics approval on file; its data stay closed.", title);
	if (expires <= now)
		return err_set(e, E_DENIED, "ethics_expires",
			"The ethics approval %s of \"%s\" has expired; its data stay closed.",
			number, title);
	return OK;
}

/* What a column of this type and name most likely needs. The steward decides. */
static const char *
action(const char *type, bool identifier, const char *name)
{
	if (identifier)
		return strstr(name, "id") || strstr(name, "record") || strstr(name, "number")
			       ? "pseudonym"
			       : "drop";
	if (streq(type, "date") || streq(type, "timestamp"))
		return "shift";
	if (streq(name, "age"))
		return "cap 89";
	return "keep";
}

static const char *
text_of(json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? s : "";
}

/* How the rows of a table reach a patient: " by patient_id", " by admission_id via admissions". */
static const char *
by(struct arena *a, json_t *root, const char *table)
{
	json_t *r;
	size_t i;
	json_array_foreach(json_object_get(root, "reach"), i, r)
	{
		const char *how = text_of(r, "how");
		if (!streq(text_of(r, "table"), table))
			continue;
		if (streq(how, "direct"))
			return arena_printf(a, " by %s", text_of(r, "column"));
		if (streq(how, "through"))
			return arena_printf(
				a, " by %s via %s", text_of(r, "column"), text_of(r, "through"));
	}
	return "";
}

static void
suggest_table(struct arena *a, struct buf *b, json_t *root, json_t *table)
{
	json_t *columns = json_object_get(table, "columns"), *c;
	size_t i;
	buf_printf(b, "table %s%s\n", text_of(table, "name"), by(a, root, text_of(table, "name")));
	json_array_foreach(columns, i, c)
	{
		const char *name = text_of(c, "name");
		buf_printf(b, "\t%-20s %s\n", name,
			action(text_of(c, "type"), json_is_true(json_object_get(c, "identifier")),
				name));
	}
	buf_putc(b, '\n');
}

const char *
recipe_suggest(struct arena *a, const char *title, const char *import_result)
{
	json_t *root = json_loads(import_result, JSON_REJECT_DUPLICATES, NULL);
	json_t *tables = json_object_get(root, "tables");
	struct buf b = buf_new(a);
	size_t i;
	json_t *t;
	if (json_array_size(tables) == 0) {
		json_decref(root);
		return "";
	}
	/* Found on the data; or else the first identifier is the best guess. */
	json_t *patient = json_object_get(root, "patient"), *c;
	json_t *first = json_array_get(tables, 0);
	const char *who = "";
	json_array_foreach(json_object_get(first, "columns"), i,
		c) if (!who[0] && json_is_true(json_object_get(c, "identifier"))) who =
		text_of(c, "name");
	buf_printf(&b, "recipe \"%s\" version 1\n", title);
	buf_puts(&b,
		"# A draft from the tables' names and types. Check every line: does it say who\n"
		"# somebody is? Then drop it, make a pseudonym of it, or shift its dates.\n");
	if (json_is_object(patient))
		buf_printf(&b, "patient %s.%s\n\n", text_of(patient, "table"),
			text_of(patient, "column"));
	else
		buf_printf(&b, "patient %s.%s\n\n", text_of(first, "name"), who[0] ? who : "?");
	json_array_foreach(tables, i, t) suggest_table(a, &b, root, t);
	buf_puts(&b, "# outcome table.column binary positive 1 \"what it means\"\n");
	buf_puts(&b, "hidden 30 %\nsample 10 %\n");
	json_decref(root);
	return b.p;
}

void
data_steps(struct arena *a, struct data_view *v)
{
	struct data_step *at = ARENA_ARRAY(a, 5, struct data_step);
	bool released = v->recipe_hash[0] != '\0';
	bool approved = streq(v->ethics_tag, "good") || streq(v->ethics_tag, "due");
	at[0] = (struct data_step){ "Ethics approval", v->ethics, approved ? "done" : "stop" };
	at[1] = (struct data_step){ "Import",
		v->imported ? arena_printf(a, "from %s", v->folder) : "choose a folder",
		v->imported ? "done" : "now" };
	at[2] = (struct data_step){ "Recipe", v->recipe_saved ? "written" : "to be written",
		v->recipe_saved ? "done"
		: v->imported   ? "now"
				: "later" };
	at[3] = (struct data_step){ "Release",
		released ? arena_printf(a, "%lld patients", (long long)v->patients) : "not yet",
		released          ? "done"
		: v->recipe_saved ? "now"
				  : "later" };
	at[4] = (struct data_step){ "Signature",
		!released             ? "not yet"
		: v->unsigned_release ? "waits for you"
				      : "signed",
		!released             ? "later"
		: v->unsigned_release ? "now"
				      : "done" };
	v->steps.at = at;
	v->steps.n = 5;
}
