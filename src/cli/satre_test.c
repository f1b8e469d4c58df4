#include "cli/satre.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/tap.h"
#include "portal/web/policy.h"
#include "portal/web/route.h"

/* The folder of the source, where tests, attacks and documents are. */
static const char *
root(void)
{
	const char *at = getenv("WARDROOM_ROOT");
	return at ? at : ".";
}

static struct str
text_of(struct arena *a, const char *path)
{
	struct str s = { "", 0 };
	io_read_file(a, arena_printf(a, "%s/%s", root(), path), 16 << 20, &s, NULL);
	return s;
}

static bool
holds(struct str s, const char *word)
{
	return s.n && memmem(s.p, s.n, word, strlen(word)) != NULL;
}

/* In one of the sources of a folder and the folders in it. */
static bool
source_holds(struct arena *a, const char *folder, const char *word)
{
	bool found = false;
	const char *path = arena_printf(a, "%s/%s", root(), folder);
	cleanup_dir DIR *d = opendir(path);
	for (struct dirent *de; d && !found && (de = readdir(d));) {
		const char *at = arena_printf(a, "%s/%s", folder, de->d_name);
		size_t n = strlen(at);
		if (de->d_name[0] == '.')
			continue;
		if (de->d_type == DT_DIR)
			found = source_holds(a, at, word);
		else if (n > 2 && streq(at + n - 2, ".c"))
			found = holds(text_of(a, at), word);
	}
	return found;
}

static bool
has_page(const char *path)
{
	for (const struct route *const *t = all_routes; *t; t++)
		for (const struct route *r = *t; r->path; r++)
			if (streq(r->path, path))
				return true;
	return false;
}

static bool
has_capability(const char *name)
{
	for (size_t i = 0; i < policy_n; i++)
		if (strcasecmp(policy_cap_name(policy_rows[i].cap), name) == 0)
			return true;
	return false;
}

/* "enclave/proof": a line of scripts.list. */
static bool
has_test(struct arena *a, const char *name)
{
	const char *slash = strchr(name, '/');
	struct str list = text_of(a, "tests/scripts.list");
	if (!slash)
		return false;
	return holds(list,
		       arena_printf(a, "\n%.*s %s tests/", (int)(slash - name), name, slash + 1)) ||
	       holds(list, arena_printf(a, "\n%.*s %s src/", (int)(slash - name), name, slash + 1));
}

static bool
has_command(struct arena *a, const char *name)
{
	char *words = arena_strdup(a, name);
	for (char *p = words; *p; p++)
		*p = (char)(*p == '-' ? ' ' : *p);
	return source_holds(a, "src/cli", arena_printf(a, "= { \"%s\"", words));
}

/* "README.md", or "README.md#On-the-server": a line "## On the server" with text beneath it. */
static bool
has_file(struct arena *a, const char *name)
{
	struct str path = str_of(name), text, line, title;
	title = path;
	path = str_cut(&title, '#');
	if (!title.n)
		return access(arena_printf(a, "%s/%s", root(), name), R_OK) == 0;
	char *words = arena_strndup(a, title.p, title.n);
	for (char *p = words; *p; p++)
		*p = (char)(*p == '-' ? ' ' : *p);
	text = text_of(a, str_dup(a, path));
	while (text.n) {
		line = str_cut(&text, '\n');
		if (str_starts(line, "## ") &&
			str_is((struct str){ line.p + 3, line.n - 3 }, words))
			return str_trim(text).n > 0 && !str_starts(str_trim(text), "## ");
	}
	return false;
}

static bool
exists(struct arena *a, struct str kind, const char *name)
{
	if (str_is(kind, "test"))
		return has_test(a, name);
	if (str_is(kind, "attack"))
		return source_holds(a, "src/attack", arena_printf(a, "\"%s\"", name));
	if (str_is(kind, "page"))
		return has_page(name);
	if (str_is(kind, "may"))
		return has_capability(name);
	if (str_is(kind, "command"))
		return has_command(a, name);
	if (str_is(kind, "control"))
		return holds(text_of(a, "src/warden/host.c"), arena_printf(a, "\"%s\"", name));
	return str_is(kind, "file") && has_file(a, name);
}

TEST(all_evidence_exists)
{
	cleanup_arena struct arena *a = arena_new();
	for (size_t i = 0; i < satre_n; i++) {
		struct str all = str_of(satre_rows[i].evidence);
		CHECK(all.n > 0);
		while (all.n) {
			struct str word = str_cut(&all, ' '), kind = str_cut(&word, ':');
			const char *name = str_dup(a, word);
			bool here = exists(a, kind, name);
			if (!here)
				printf("# %s: %.*s %s is not there\n", satre_rows[i].id,
					(int)kind.n, kind.p, name);
			CHECK(here);
		}
	}
}

TEST(what_does_not_exist_is_no_evidence)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK(!exists(a, STR("test"), "enclave/nothing"));
	CHECK(!exists(a, STR("attack"), "Z9.nothing"));
	CHECK(!exists(a, STR("page"), "/e/:event/nothing"));
	CHECK(!exists(a, STR("may"), "NOTHING"));
	CHECK(!exists(a, STR("command"), "nothing"));
	CHECK(!exists(a, STR("control"), "nothing"));
	CHECK(!exists(a, STR("file"), "docs/nothing.md"));
	CHECK(!exists(a, STR("file"), "README.md#Nothing"));
	CHECK(!exists(a, STR("file"), "docs/nothing.md#More"));
	CHECK(exists(a, STR("file"), "README.md#On-the-server"));
	CHECK(!exists(a, STR("rumour"), "README.md"));
}

/* In order, each once; what the software is said to do by itself is proven by more than a paper. */
TEST(the_table_is_well_made)
{
	for (size_t i = 0; i < satre_n; i++) {
		const struct satre *s = &satre_rows[i];
		CHECK(i == 0 || strcmp(satre_rows[i - 1].id, s->id) < 0);
		CHECK(strlen(s->id) == 6 && *s->gist && *s->how && *s->importance);
		bool paper = strncmp(s->evidence, "file:", 5) == 0 && !strchr(s->evidence, ' ');
		if (s->state == SATRE_MET && paper)
			printf("# %s: only a document\n", s->id);
	}
}

/* Row 2.4.01: each word that the configuration takes is told of. */
TEST(every_word_of_the_configuration_is_documented)
{
	cleanup_arena struct arena *a = arena_new();
	struct str source = text_of(a, "src/base/config.c"),
		   page = text_of(a, "docs/installing.md");
	int n = 0;
	while (source.n) {
		struct str line = str_trim(str_cut(&source, '\n'));
		if (!str_starts(line, "TEXT(") && !str_starts(line, "NUMBER("))
			continue;
		str_cut(&line, '(');
		const char *word = str_dup(a, str_cut(&line, ','));
		CHECK(holds(page, arena_printf(a, "`%s`", word)));
		if (!holds(page, arena_printf(a, "`%s`", word)))
			printf("# %s is in no table\n", word);
		n++;
	}
	CHECK(n > 20);
}

TEST(the_document_is_the_table)
{
	cleanup_arena struct arena *a = arena_new();
	struct str on_disk = text_of(a, "docs/satre.md");
	CHECK(str_eq(on_disk, str_of(satre_markdown(a))));
	if (!str_eq(on_disk, str_of(satre_markdown(a))))
		puts("# print it anew: wardroom satre --markdown > docs/satre.md");
}
