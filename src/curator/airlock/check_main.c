/*
 * wardroom-curator check: the airlock's checks by hand.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "curator/airlock/airlock.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/match.h"

enum { EXIT_FAIL = 1, EXIT_USAGE = 2, EXIT_REVIEW = 3, FILES_MAX = 200, EARLIER_MAX = 2000 };

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
	"  --policy FILE            thresholds, \"keyword number\" lines\n"
	"  --out DIR                write what would leave, without anything hidden, into DIR\n"
	"  --memory MB              for the data engine (1024)\n"
	"  --json                   the record as one JSON object\n"
	"\n"
	"Ends with 0 when all files PASS, 3 when the worst is REVIEW, 1 when one is FAIL, 2 when "
	"it\n"
	"was called wrongly.\n";

struct options {
	const char *state, *config, *earlier, *policy, *out;
	const char *supporting[FILES_MAX];
	size_t n_supporting;
	int64_t project, memory;
	bool json, help;
};

struct run {
	struct arena *a;
	const struct options *o;
	struct airlock_policy policy;
	struct airlock_file *files;
	size_t n, n_earlier;
	struct airlock_other *others; /* the earlier ones first, then those of this run */
	size_t n_others, max_others;
	struct airlock_evidence *evidence;
	size_t n_evidence;
	const char *unread; /* an earlier release that could not be read: why nothing passes */
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
		int64_t *number = c == 'p' ? &o->project : c == 'm' ? &o->memory : NULL;
		if (text)
			*text = optarg;
		else if (number && (!str_int(str_of(optarg), number) || *number < 1))
			return false;
		else if (c == 'S' && o->n_supporting < FILES_MAX)
			o->supporting[o->n_supporting++] = optarg;
		else if (c == 'S' || c == '?')
			return false;
		o->json |= c == 'j';
		o->help |= c == 'h';
	}
	/* A folder of data without the project, or the other way round, would compare nothing. */
	bool data = o->state || o->config;
	return o->help ||
	       (optind < argc && argc - optind <= FILES_MAX && data == (o->project != 0));
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* A plain file of at most 16 MiB; anything else is E_INPUT with the reason. */
static enum status
slurp(struct arena *a, int dirfd, const char *path, struct str *ret, struct err *e)
{
	struct stat st;
	cleanup_fd int fd =
		openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return errno == ELOOP ? err_set(e, E_INPUT, "", "It is a symbolic link.")
				      : err_errno(e, "It cannot be opened");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(e, E_INPUT, "", "It is not a plain file.");
	if (st.st_size > AIRLOCK_MAX_BYTES)
		return err_set(e, E_INPUT, "", "It is larger than %d MiB: results are smaller.",
			AIRLOCK_MAX_BYTES >> 20);
	return io_read_fd(a, fd, AIRLOCK_MAX_BYTES, ret, e);
}

static struct airlock_file
new_file(struct run *r, const char *name, struct str bytes)
{
	return (struct airlock_file){ .a = r->a,
		.policy = &r->policy,
		.name = name,
		.input = bytes,
		.bytes = bytes,
		.check = "file_type" };
}

static void
add_others(struct run *r, const struct airlock_file *f)
{
	for (size_t i = 0; i < f->grids.n && !f->grids.at[i]->labelled; i++) {
		if (r->n_others == r->max_others) {
			size_t max = r->max_others ? r->max_others * 2 : 64;
			struct airlock_other *more = ARENA_ARRAY(r->a, max, struct airlock_other);
			if (r->n_others)
				memcpy(more, r->others, r->n_others * sizeof *more);
			r->others = more;
			r->max_others = max;
		}
		r->others[r->n_others++] = (struct airlock_other){ f->name, f->grids.at[i] };
	}
}

static int
visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static enum status
read_earlier(struct run *r, struct err *e)
{
	struct dirent **list = NULL;
	const char *dir = r->o->earlier;
	cleanup_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = fd < 0 ? -1 : scandir(dir, &list, visible, alphasort);
	if (n < 0)
		return err_errno(e, "The folder of earlier releases cannot be read");
	for (int i = 0; i < n; i++) {
		const char *name = arena_strdup(r->a, list[i]->d_name);
		struct str bytes = { NULL, 0 };
		bool read = r->n_earlier < EARLIER_MAX && slurp(r->a, fd, name, &bytes, NULL) == OK;
		struct airlock_file f = new_file(r, name, bytes);
		/* What cannot be read cannot be subtracted here, but others may be able to. */
		if (!read || !airlock_open(&f))
			r->unread = name;
		add_others(r, &f);
		r->n_earlier++;
		free(list[i]);
	}
	free(list);
	return OK;
}

static enum status
read_supporting(struct run *r, struct err *e)
{
	for (size_t i = 0; i < r->o->n_supporting; i++) {
		const char *name = base_name(r->o->supporting[i]);
		struct airlock_evidence *list;
		struct str text;
		size_t n;
		struct err why;
		if (slurp(r->a, AT_FDCWD, r->o->supporting[i], &text, &why) != OK)
			return err_set(
				e, E_INPUT, name, "The supporting file %s: %s", name, why.text);
		TRY(airlock_evidence_read(r->a, name, text, &list, &n, e));
		struct airlock_evidence *all =
			ARENA_ARRAY(r->a, r->n_evidence + n, struct airlock_evidence);
		if (r->n_evidence)
			memcpy(all, r->evidence, r->n_evidence * sizeof *all);
		if (n)
			memcpy(all + r->n_evidence, list, n * sizeof *all);
		r->evidence = all;
		r->n_evidence += n;
	}
	return OK;
}

static void
check_file(struct run *r, struct airlock_file *f, const char *path)
{
	struct err e = { 0 };
	struct str bytes;
	if (slurp(r->a, AT_FDCWD, path, &bytes, &e) != OK) {
		*f = new_file(r, base_name(path), (struct str){ NULL, 0 });
		airlock_tell(f, AIR_FAIL, 0, 0, airlock_say(f, "%s", e.text));
		return;
	}
	*f = new_file(r, base_name(path), bytes);
	f->evidence.at = r->evidence;
	f->evidence.n = r->n_evidence;
	f->others.at = r->others;
	f->others.n = r->n_others;
	airlock_run(f);
	if (r->unread) {
		f->check = "differencing";
		airlock_tell(f, AIR_FAIL, 0, 0,
			airlock_say(f,
				"The earlier release %s cannot be read, so nothing can be "
				"compared with it.",
				r->unread));
	}
	add_others(r, f);
}

/* Every file is compared, or says why it was not. */
static void
compare_with_data(struct run *r)
{
	struct config config;
	struct err e = { 0 };
	cleanup_match struct match *m = NULL;
	enum status s = config_load(r->a, r->o->config, &config, &e);
	if (s == OK && r->o->state)
		config.state = r->o->state;
	if (s == OK)
		s = match_open(
			r->a, &config, r->o->project, r->o->memory ? r->o->memory : 1024, &m, &e);
	for (size_t i = 0; i < r->n; i++) {
		struct airlock_file *f = &r->files[i];
		struct err mine = e;
		bool text = f->type != AIR_UNKNOWN && f->type != AIR_PNG && f->type != AIR_JPEG;
		if (s != OK || (text && match_file(m, f, &mine) != OK))
			airlock_hold(f, "data_match", &mine);
		if (airlock_verdict(f) == AIR_FAIL)
			f->clean = (struct str){ NULL, 0 };
	}
}

static enum status
write_clean(struct run *r, struct err *e)
{
	cleanup_fd int fd = open(r->o->out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "Cannot open %s", r->o->out);
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
print_file(struct buf *b, const struct airlock_file *f)
{
	buf_printf(b, "%-6s %s (%s)\n", airlock_verdict_name(airlock_verdict(f)), f->name,
		airlock_type_name(f->type));
	for (size_t i = 0; i < f->findings.n; i++) {
		const struct airlock_finding *x = &f->findings.at[i];
		buf_printf(b, "  %-6s %s: %s", airlock_severity_name(x->severity), x->check,
			x->sentence);
		for (size_t k = 0; k < x->n_places; k++) {
			const struct airlock_place *p = &x->places[k];
			buf_puts(b, k ? "; " : " At ");
			if (p->row)
				buf_printf(b, "row %lld", (long long)p->row);
			if (p->column)
				buf_printf(b, "%scolumn %lld", p->row ? " " : "",
					(long long)p->column);
		}
		if (x->n_places && x->count > (int64_t)x->n_places)
			buf_printf(
				b, "; and %lld more", (long long)(x->count - (int64_t)x->n_places));
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
run(struct run *r, char **paths, struct err *e)
{
	TRY(airlock_policy_load(r->a, r->o->policy, &r->policy, e));
	TRY(read_supporting(r, e));
	if (r->o->earlier)
		TRY(read_earlier(r, e));
	for (size_t i = 0; i < r->n; i++)
		check_file(r, &r->files[i], paths[i]);
	if (r->o->project)
		compare_with_data(r);
	return r->o->out ? write_clean(r, e) : OK;
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
	struct run r = { .a = a, .o = &o, .n = (size_t)(argc - optind) };
	r.files = ARENA_ARRAY(a, r.n, struct airlock_file);
	struct buf b = buf_new(a);
	if (run(&r, argv + optind, &e) != OK) {
		fprintf(stderr, "wardroom-curator: %s\n", e.text);
		return EXIT_USAGE;
	}
	enum airlock_severity worst = AIR_NOTE;
	for (size_t i = 0; i < r.n; i++) {
		if (airlock_verdict(&r.files[i]) > worst)
			worst = airlock_verdict(&r.files[i]);
		if (!o.json)
			print_file(&b, &r.files[i]);
	}
	if (o.json) {
		airlock_record(&b, &r.policy, r.files, r.n, r.n_earlier);
		buf_putc(&b, '\n');
	}
	print(&b);
	if (fflush(stdout) != 0)
		return EXIT_FAIL;
	return worst == AIR_FAIL ? EXIT_FAIL : worst == AIR_REVIEW ? EXIT_REVIEW : 0;
}
