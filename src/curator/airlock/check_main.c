/*
 * wardroom-curator check: the airlock's checks by hand.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/code.h"
#include "base/io.h"
#include "curator/airlock/airlock.h"
#include "curator/airlock/batch.h"

enum { EXIT_REVIEW = 3, FILES_MAX = 200, DEFAULT_MEMORY_MB = 1024 };

static const char usage[] =
	"wardroom-curator check FILE... [options]\n"
	"\n"
	"Looks at files that want to leave and says of each PASS, REVIEW or FAIL, with what was "
	"found\n"
	"and where (row, column), never the value.\n"
	"\n"
	"  --state DIR --project N  compare with the project's data in this state folder\n"
	"  --config FILE            the state folder of a server's configuration\n"
	"  --earlier DIR            the files released before, for differencing\n"
	"  --supporting FILE        evidence: CSV with row,column and any of "
	"file,n,df,sum,top1,top2;\n"
	"                           may be given several times; never leaves\n"
	"  --evidence FILE          what `wardroom table` signed for a table of --team N; needs "
	"--project\n"
	"  --policy FILE            thresholds, \"keyword number\" lines\n"
	"  --out DIR                write what would leave, without anything hidden, into DIR\n"
	"  --memory MB              for the data engine (1024)\n"
	"  --json                   the record as one JSON object\n"
	"\n"
	"Ends with 0 when all files PASS, 3 when the worst is REVIEW, 1 when one is FAIL, 2 when "
	"what\n"
	"was given is wrong, 66 when a file cannot be read, 64 when it was called wrongly.\n";

struct options {
	const char *state, *config, *earlier, *policy, *out;
	const char *supporting[FILES_MAX];
	const char *evidence[FILES_MAX];
	size_t n_supporting, n_evidence;
	int64_t project, team, memory;
	bool json, help;
};

static bool
read_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "state", required_argument, NULL, 's' },
		{ "project", required_argument, NULL, 'p' },
		{ "config", required_argument, NULL, 'c' },
		{ "earlier", required_argument, NULL, 'e' },
		{ "supporting", required_argument, NULL, 'S' },
		{ "evidence", required_argument, NULL, 'E' },
		{ "team", required_argument, NULL, 't' },
		{ "policy", required_argument, NULL, 'P' },
		{ "out", required_argument, NULL, 'o' },
		{ "memory", required_argument, NULL, 'm' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	optind = 0; /* a dispatcher may have read options before */
	for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
		const char **text = c == 's'   ? &o->state
				    : c == 'c' ? &o->config
				    : c == 'e' ? &o->earlier
				    : c == 'P' ? &o->policy
				    : c == 'o' ? &o->out
					       : NULL;
		int64_t *number = c == 'p'   ? &o->project
				  : c == 't' ? &o->team
				  : c == 'm' ? &o->memory
					     : NULL;
		if (text)
			*text = optarg;
		else if (number && (!str_int(str_of(optarg), number) || *number < 1))
			return false;
		else if (c == 'S' && o->n_supporting < FILES_MAX)
			o->supporting[o->n_supporting++] = optarg;
		else if (c == 'E' && o->n_evidence < FILES_MAX)
			o->evidence[o->n_evidence++] = optarg;
		else if (c == 'S' || c == 'E' || c == '?')
			return false;
		o->json |= c == 'j';
		o->help |= c == 'h';
	}
	/* A folder of data without the project, or the other way round, would compare nothing. */
	bool data = o->state || o->config;
	return o->help ||
	       (optind < argc && argc - optind <= FILES_MAX && data == (o->project != 0) &&
		       (o->n_evidence == 0 || (data && o->team)));
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static int
visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static enum status
read_earlier(struct batch *r, const char *dir, struct err *e)
{
	struct dirent **list = NULL;
	cleanup_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = fd < 0 ? -1 : scandir(dir, &list, visible, alphasort);
	if (n < 0)
		return err_errno(e, "The folder of earlier releases cannot be read");
	for (int i = 0; i < n; i++) {
		const char *name = arena_strdup(r->a, list[i]->d_name);
		struct str bytes = { NULL, 0 };
		if (i < BATCH_EARLIER) {
			batch_slurp(r->a, fd, name, &bytes, NULL);
			batch_earlier(r, name, bytes);
		} else {
			batch_left_out(r, 1);
		}
		free(list[i]);
	}
	free(list);
	return OK;
}

static enum status
read_supporting(struct batch *r, const struct options *o, struct err *e)
{
	for (size_t i = 0; i < o->n_supporting; i++) {
		const char *name = base_name(o->supporting[i]);
		struct str text;
		struct err why;
		enum status s = batch_slurp(r->a, AT_FDCWD, o->supporting[i], &text, &why);
		if (s != OK)
			return err_set(e, s, name, "The supporting file %s: %s", name, why.text);
		TRY(batch_evidence(r, name, text, e));
	}
	return OK;
}

static enum status
load_config(struct batch *r, const struct options *o, struct config *ret, struct err *e)
{
	TRY(config_load(r->a, o->config, ret, e));
	if (o->state)
		ret->state = o->state;
	return OK;
}

/* A paper that is not good stops everything: whoever hands in one has something to explain. */
static enum status
read_evidence(struct batch *r, const struct options *o, struct err *e)
{
	struct config config;
	struct proof_key key;
	if (o->n_evidence == 0)
		return OK;
	TRY(load_config(r, o, &config, e));
	TRY(proof_key_load(r->a, config.state, false, &key, e));
	for (size_t i = 0; i < o->n_evidence; i++) {
		const char *name = base_name(o->evidence[i]);
		struct airlock_proof p;
		struct str text;
		struct err why;
		enum status s = batch_slurp(r->a, AT_FDCWD, o->evidence[i], &text, &why);
		if (s == OK)
			s = proof_open(r->a, &key, name, text, o->team, o->project, &p, &why);
		if (s != OK)
			return err_set(e, s, name, "%s: %s", name, why.text);
		batch_proof(r, &p);
	}
	return OK;
}

static enum status
evidence_used(const struct batch *r, struct err *e)
{
	for (size_t i = 0; i < r->proofs.n; i++)
		if (!r->proofs.at[i].used)
			return err_set(e, E_DENIED, "", "%s is evidence of another table.",
				r->proofs.at[i].paper);
	return OK;
}

static void
check_file(struct batch *r, const char *path)
{
	struct err why = { 0 };
	struct str bytes = { NULL, 0 };
	batch_slurp(r->a, AT_FDCWD, path, &bytes, &why);
	batch_add(r, base_name(path), bytes, false, &why);
}

static void
compare_with_data(struct batch *r, const struct options *o)
{
	struct config config;
	struct err e = { 0 };
	if (load_config(r, o, &config, &e) != OK) {
		for (size_t i = 0; i < r->n; i++)
			airlock_hold(&r->files[i], "data_match", &e);
		return;
	}
	batch_compare(r, &config, o->project, o->memory ? o->memory : DEFAULT_MEMORY_MB);
}

static enum status
write_clean(const struct batch *r, const char *out, struct err *e)
{
	cleanup_fd int fd = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "Cannot open %s", out);
	for (size_t i = 0; i < r->n; i++) {
		const struct airlock_file *f = &r->files[i];
		for (size_t k = 0; k < i; k++)
			if (streq(r->files[k].name, f->name))
				return err_set(
					e, E_INPUT, f->name, "Two files have the same name.");
		if (f->clean.n)
			TRY(io_replace_at(fd, f->name, 0640, f->clean.p, f->clean.n, e));
	}
	return OK;
}

static void
print_file(struct arena *a, struct buf *b, const struct airlock_file *f)
{
	buf_printf(b, "%-6s %s (%s)\n", airlock_verdict_name(airlock_verdict(f)), f->name,
		airlock_type_name(f->type));
	for (size_t i = 0; i < f->findings.n; i++) {
		const struct airlock_finding *x = &f->findings.at[i];
		buf_printf(b, "  %-6s %s: %s", airlock_severity_name(x->severity), x->check,
			x->sentence);
		struct buf at = buf_new(a);
		places_say(&at, x->places, x->n_places, x->count);
		if (at.n)
			buf_printf(b, " At %s", at.p);
		buf_puts(b, "\n");
	}
}

/* On a terminal a name may not move the cursor. */
static void
print(struct buf *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (((uint8_t)b->p[i] < 32 && b->p[i] != '\n') || b->p[i] == 127)
			b->p[i] = '?';
	fwrite(b->p, 1, b->n, stdout);
}

static enum status
run(struct batch *r, const struct options *o, char **paths, size_t n, struct err *e)
{
	struct airlock_policy policy;
	TRY(airlock_policy_load(r->a, o->policy, &policy, e));
	*r = batch_new(r->a, policy, n > o->n_evidence ? n : o->n_evidence);
	TRY(read_supporting(r, o, e));
	TRY(read_evidence(r, o, e));
	if (o->earlier)
		TRY(read_earlier(r, o->earlier, e));
	for (size_t i = 0; i < n; i++)
		check_file(r, paths[i]);
	TRY(evidence_used(r, e));
	if (o->project)
		compare_with_data(r, o);
	return o->out ? write_clean(r, o->out, e) : OK;
}

int
check_main(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	struct options o = { 0 };
	struct err e = { 0 };
	if (!read_options(argc, argv, &o)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (o.help) {
		fputs(usage, stdout);
		return 0;
	}
	struct batch r = { .a = a };
	struct buf b = buf_new(a);
	if (run(&r, &o, argv + optind, (size_t)(argc - optind), &e) != OK) {
		fprintf(stderr, "wardroom-curator check: %s\n", e.text);
		/* 1 is a file that fails. */
		return code_of(e.code) == EXIT_FAILED ? EXIT_MISTAKE : code_of(e.code);
	}
	enum airlock_severity worst = AIR_NOTE;
	for (size_t i = 0; i < r.n; i++) {
		if (airlock_verdict(&r.files[i]) > worst)
			worst = airlock_verdict(&r.files[i]);
		if (!o.json)
			print_file(a, &b, &r.files[i]);
	}
	if (o.json) {
		airlock_record(&b, &r.policy, r.files, r.n, r.n_earlier);
		buf_putc(&b, '\n');
	}
	print(&b);
	if (fflush(stdout) != 0)
		return EXIT_FAILED;
	return worst == AIR_FAIL ? EXIT_FAILED : worst == AIR_REVIEW ? EXIT_REVIEW : 0;
}
