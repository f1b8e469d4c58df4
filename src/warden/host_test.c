#include "warden/host.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
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

/* A device as /sys shows it: its uuid, and the names of what it is made of. */
static void
device(int sys, struct arena *a, const char *name, const char *uuid, const char *from,
	const char *and_from)
{
	CHECK_INT(mkdirat(sys, name, 0755), 0);
	if (uuid) {
		CHECK_INT(mkdirat(sys, arena_printf(a, "%s/dm", name), 0755), 0);
		cleanup_fd int fd = openat(sys, arena_printf(a, "%s/dm/uuid", name),
			O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		CHECK_INT(io_write_fd(fd, uuid, strlen(uuid), NULL), OK);
	}
	CHECK_INT(mkdirat(sys, arena_printf(a, "%s/slaves", name), 0755), 0);
	for (int i = 0; i < 2; i++) {
		const char *below = i ? and_from : from;
		if (below)
			CHECK_INT(symlinkat(arena_printf(a, "../../%s", below), sys,
					  arena_printf(a, "%s/slaves/%s", name, below)),
				0);
	}
}

TEST(an_encrypted_disk_is_seen_through_what_lies_on_it)
{
	cleanup_arena struct arena *a = arena_new();
	char dir[] = "/tmp/host-test-XXXXXX";
	CHECK(mkdtemp(dir) != NULL);
	cleanup_fd int sys = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	device(sys, a, "sda3", NULL, NULL, NULL);
	device(sys, a, "luks", "CRYPT-LUKS2-x", "sda3", NULL);
	device(sys, a, "root", "LVM-x", "luks", NULL);
	device(sys, a, "plain", "LVM-y", "sda3", NULL);
	device(sys, a, "half", "LVM-z", "luks", "sda3");
	device(sys, a, "round", "LVM-r", "round", NULL);
	static const struct {
		const char *name;
		bool yes;
	} all[] = { { "sda3", false }, { "luks", true }, { "root", true }, { "plain", false },
		{ "half", false }, { "round", false }, { "absent", false } };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		CHECK_INT(host_decrypts(a, arena_printf(a, "%s/%s", dir, all[i].name)), all[i].yes);
	cleanup_fd int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(io_remove_tree(tmp, dir + strlen("/tmp/"), NULL), OK);
}
