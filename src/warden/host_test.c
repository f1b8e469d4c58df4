#include "warden/host.h"

#include <jansson.h>

#include "base/tap.h"

static struct host *
probe(struct arena *a, const char *runtime)
{
	struct host *h = ARENA_NEW(a, struct host);
	const struct place p = { .c = { .state = "/tmp",
					 .bin = "/nowhere",
					 .runtime = "runc",
					 .rooms = "http://%s.example.org" },
		.runtime = runtime };
	host_probe(a, &p, h);
	return h;
}

static const struct host_control *
control(const struct host *h, const char *name)
{
	for (size_t i = 0; i < h->n_controls; i++)
		if (strcmp(h->controls[i].name, name) == 0)
			return &h->controls[i];
	return NULL;
}

TEST(every_control_says_how_and_what_without)
{
	cleanup_arena struct arena *a = arena_new();
	struct host *h = probe(a, NULL);
	CHECK(h->n_controls > 25);
	for (size_t i = 0; i < h->n_controls; i++) {
		const struct host_control *c = &h->controls[i];
		CHECK(*c->name && *c->how && *c->without);
		CHECK(strlen(c->name) <= 18);
		CHECK(control(h, c->name) == c);
	}
}

TEST(what_is_missing_closes_what_needs_it)
{
	cleanup_arena struct arena *a = arena_new();
	struct host *h = probe(a, NULL);
	CHECK(!control(h, "runtime")->given);
	CHECK(!control(h, "desk")->given);
	CHECK(!h->ws_allowed && !h->data_allowed);
	CHECK(strstr(h->missing, "runtime") && strstr(h->missing, "desk"));
	/* What is merely weaker does not. */
	CHECK(!control(h, "encrypted-way")->given);
	CHECK(!strstr(h->missing, "encrypted-way"));
	CHECK(strstr(host_text(a, h), "Without runtime (no workspace): nothing can start"));
}

TEST(programs_can_read_it)
{
	cleanup_arena struct arena *a = arena_new();
	struct host *h = probe(a, NULL);
	json_t *j = json_loads(host_json(a, h), JSON_REJECT_DUPLICATES, NULL);
	CHECK(json_is_false(json_object_get(j, "data_allowed")));
	json_t *all = json_object_get(j, "controls");
	CHECK_INT(json_array_size(all), h->n_controls);
	CHECK(json_string_value(json_object_get(json_array_get(all, 0), "policy")) != NULL);
	json_decref(j);
}
