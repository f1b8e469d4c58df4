/*
 * wardroom-curator: the only program that opens patient data. One process a job, then it exits.
 *
 *	wardroom-curator job KIND		for the warden, see wire/jobs.h
 *	wardroom-curator import|profile|release|inbox|forget|score|simulate	by hand
 *	wardroom-curator risk|anonymise|check				by hand
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/code.h"
#include "base/io.h"
#include "base/near.h"
#include "base/log.h"
#include "curator/job.h"
#include "curator/recipe/recipe.h"
#include "curator/release/said.h"
#include "curator/airlock/airlock.h"
#include "curator/airlock/desk.h"
#include "curator/risk/risk.h"
#include "curator/score/score.h"
#include "curator/table/job.h"
#include "wire/jobs.h"

enum { DEFAULT_MEMORY_MB = 900 };
enum { DICTIONARY_MAX = 64 << 20 /* bytes */ };

static const char usage_text[] =
	"usage: wardroom-curator COMMAND [options]\n"
	"\n"
	"  inbox   --inbox EVENT                   list the folders of an event's inbox\n"
	"  import  --project N --inbox EVENT --folder NAME\n"
	"                                          one of them becomes the project's data\n"
	"          --project N --from DIR          the same, of any folder or file\n"
	"          --go-on                         set bad lines and files aside instead of "
	"stopping\n"
	"          --century YEAR                  last year that a two-digit year can mean "
	"(this year)\n"
	"  profile FILE|FOLDER [--go-on] [--century YEAR]\n"
	"                                          what is in tables: types, ranges, keys, "
	"links\n"
	"  release --event N --project N --recipe FILE --sample ID --full ID --hidden ID\n"
	"          [--simulated ID] [--dictionary FILE]\n"
	"                                          de-identify and make the images; FILE: what "
	"people\n"
	"                                          said of variables, {\"version\",\"entries\":[{"
	"\"variable\",\"meaning\",\"unit\"}]}\n"
	"  suggest FOLDER | --project N            a first recipe, from what the columns look "
	"like\n"
	"  preview --project N --recipe FILE       does it fit the tables? What it makes of "
	"invented rows\n"
	"  measure --event N --project N --recipe FILE\n"
	"                                          how easily patients of its release could be "
	"found\n"
	"  withdraw --patient ID|- --old ID,ID,...\n"
	"                                          as release: without this patient, in place of "
	"old "
	"images\n"
	"  key-export --event N --first FILE --second FILE\n"
	"                                          two shares for two people; key-import: back\n"
	"  forget  --project N                     remove data, labels, keys and images\n"
	"  score   --help                          score predictions\n"
	"  check   --help                          what a file that wants to leave gives away\n"
	"  risk    --help                          how easily a person could be found again\n"
	"  anonymise --help                        generalise until every class has k rows\n"
	"  simulate --mb N --out DIR [--seed S]    invent a hospital extract\n"
	"  job KIND                                for the warden: spec on descriptor 3\n"
	"\n"
	"  --config FILE   the server's configuration\n"
	"  --state DIR     instead of the configured state folder\n"
	"  --memory MB     for the data engine (900)\n"
	"  --json          print the result as JSON\n"
	"  --quiet         no progress\n"
	"\n"
	"Ends with 0 when it was done, 1 when not, 2 when what was named is wrong, 64 when it was\n"
	"called wrongly, 66 when a file cannot be read or written, 75 when trying again may "
	"help.\n";

struct options {
	const char *config, *state, *inbox, *folder, *from, *recipe, *dictionary, *patient, *old,
		*first, *second, *path;
	int64_t event, project, sample, full, hidden, simulated, memory;
	int64_t century;
	bool json, quiet, help, go_on;
};

static int
misuse(const char *why)
{
	fprintf(stderr, "wardroom-curator: %s\nTry wardroom-curator --help.\n", why);
	return EXIT_USAGE;
}

/* E_INPUT of a call that lacks what it needs, not of what it names. */
#define CALLED "call"

/* No command, none of that name, or words that it does not take. */
static int
wrong_words(const char *const *commands, size_t n, const char *command, const char *extra)
{
	char sentence[300];
	const char *near;
	if (!command[0])
		return misuse("say what to do");
	for (size_t i = 0; i < n; i++)
		if (streq(command, commands[i])) {
			snprintf(sentence, sizeof sentence,
				extra                   ? "\"%.100s\" is one word too many"
				: streq(command, "job") ? "job needs its kind; it is for the warden"
							: "%.100s needs a file or a folder",
				extra ? extra : command);
			return misuse(sentence);
		}
	bool found = near_names(command, commands, n, &near, 1);
	snprintf(sentence, sizeof sentence, "there is no command \"%.100s\"%s%s%s", command,
		found ? "; did you mean " : "", found ? near : "", found ? "?" : "");
	return misuse(sentence);
}

static bool
read_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "state", required_argument, NULL, 's' },
		{ "inbox", required_argument, NULL, 'i' },
		{ "folder", required_argument, NULL, 'f' },
		{ "from", required_argument, NULL, 'F' },
		{ "recipe", required_argument, NULL, 'r' },
		{ "dictionary", required_argument, NULL, 'D' },
		{ "event", required_argument, NULL, 'e' },
		{ "project", required_argument, NULL, 'p' },
		{ "sample", required_argument, NULL, 'S' },
		{ "full", required_argument, NULL, 'U' },
		{ "hidden", required_argument, NULL, 'H' },
		{ "simulated", required_argument, NULL, 'M' },
		{ "patient", required_argument, NULL, 'P' },
		{ "old", required_argument, NULL, 'O' },
		{ "first", required_argument, NULL, '1' },
		{ "second", required_argument, NULL, '2' },
		{ "memory", required_argument, NULL, 'm' },
		{ "century", required_argument, NULL, 'C' },
		{ "go-on", no_argument, NULL, 'g' },
		{ "json", no_argument, NULL, 'j' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int at = 0;
	for (int c; (c = getopt_long(argc, argv, "c:h", known, &at)) != -1;) {
		const struct {
			int c;
			const char **text;
			int64_t *number;
			bool *flag;
		} to[] = { { 'c', &o->config }, { 's', &o->state }, { 'i', &o->inbox },
			{ 'f', &o->folder }, { 'F', &o->from }, { 'r', &o->recipe },
			{ 'D', &o->dictionary }, { 'e', NULL, &o->event },
			{ 'p', NULL, &o->project }, { 'S', NULL, &o->sample },
			{ 'U', NULL, &o->full }, { 'H', NULL, &o->hidden },
			{ 'M', NULL, &o->simulated }, { 'P', &o->patient }, { 'O', &o->old },
			{ '1', &o->first }, { '2', &o->second }, { 'm', NULL, &o->memory },
			{ 'j', NULL, NULL, &o->json }, { 'q', NULL, NULL, &o->quiet },
			{ 'C', NULL, &o->century }, { 'g', NULL, NULL, &o->go_on },
			{ 'h', NULL, NULL, &o->help } };
		size_t i = 0;
		while (i < sizeof to / sizeof to[0] && to[i].c != c)
			i++;
		if (i == sizeof to / sizeof to[0])
			return false;
		if (to[i].text)
			*to[i].text = optarg;
		else if (to[i].flag)
			*to[i].flag = true;
		else if (!str_int(str_of(optarg), to[i].number) || *to[i].number < 1) {
			fprintf(stderr,
				"wardroom-curator: --%s takes a whole number from 1, not "
				"\"%.80s\".\n",
				known[at].name, optarg);
			return false;
		}
	}
	return true;
}

static enum status
load_config(struct arena *a, const struct options *o, struct config *ret, struct err *e)
{
	struct config c;
	TRY(config_load(a, o->config, &c, e));
	if (o->state) {
		c.state = o->state;
		c.inbox = arena_printf(a, "%s/inbox", o->state);
	}
	*ret = c;
	return OK;
}

static struct job
new_job(struct arena *a, const struct config *c, int dir, int64_t memory_mb)
{
	return (struct job){ .a = a,
		.config = c,
		.dir = dir,
		.memory_mb = memory_mb ? memory_mb : DEFAULT_MEMORY_MB,
		.result = buf_new(a),
		.said = buf_new(a) };
}

/* Each event has a folder of its own in the inbox: from here on the job knows no other. */
static enum status
enter_inbox(struct job *j, const char *event, struct err *e)
{
	if (!job_name_ok(event))
		return err_set(e, E_INPUT, "inbox",
			"An event's folder in the inbox has letters, digits, '_', '.' and '-' "
			"only.");
	struct config *c = ARENA_NEW(j->a, struct config);
	*c = *j->config;
	c->inbox = arena_printf(j->a, "%s/%s", c->inbox, event);
	j->config = c;
	return OK;
}

static enum status
import_inbox(struct job *j, int64_t project, const char *event, const char *folder,
	const struct import_options *options, struct err *e)
{
	TRY(enter_inbox(j, event, e));
	if (!job_name_ok(folder))
		return err_set(e, E_INPUT, "folder",
			"A folder's name has letters, digits, '_', '.' and '-' only.");
	const char *path = arena_printf(j->a, "%s/%s", j->config->inbox, folder);
	return import_run(j, project, path, folder, options, e);
}

/* "11,12,13" */
static enum status
read_old(struct arena *a, const char *list, struct release_spec *spec, struct err *e)
{
	struct str s = str_of(list ? list : "");
	spec->old.at = ARENA_ARRAY(a, s.n / 2 + 1, int64_t);
	while (s.n) {
		int64_t id;
		if (!str_int(str_cut(&s, ','), &id) || id < 1)
			return err_set(e, E_INPUT, "old",
				"--old takes numbers of images with commas between.");
		spec->old.at[spec->old.n++] = id;
	}
	return OK;
}

/* "-": the first line of standard input, so that it stands in no list of processes. */
static enum status
read_patient(struct arena *a, const char *option, struct str *ret, struct err *e)
{
	enum { LINE = 1000 };
	if (!option)
		return err_set(e, E_INPUT, CALLED, "--patient ID is missing.");
	*ret = str_of(option);
	if (!streq(option, "-"))
		return OK;
	TRY(io_read_fd(a, STDIN_FILENO, LINE, ret, e));
	*ret = str_trim(str_cut(ret, '\n'));
	return ret->n ? OK : err_set(e, E_INPUT, "patient", "Standard input names no patient.");
}

/* The file that a job's spec would hold as "dictionary". */
static enum status
read_said(struct arena *a, const char *file, const struct said **ret, struct err *e)
{
	struct said *said = ARENA_NEW(a, struct said);
	struct str text;
	if (!file)
		return OK;
	TRY(io_read_file(a, file, DICTIONARY_MAX, &text, e));
	json_t *json = json_loadb(text.p, text.n, 0, NULL);
	enum status s = json ? said_read(a, json, said, e)
			     : err_set(e, E_INPUT, "dictionary", "%s is no JSON.", file);
	json_decref(json);
	TRY(s);
	*ret = said;
	return OK;
}

/* What a recipe does, without a release. */
static enum status
look_by_hand(struct job *j, const char *command, const struct options *o, struct err *e)
{
	struct str recipe;
	bool measures = streq(command, "measure");
	if (!o->recipe || (measures && !o->event))
		return err_set(e, E_INPUT, CALLED, "%s--recipe FILE is missing.",
			measures ? "--event N or " : "");
	TRY(io_read_file(j->a, o->recipe, RECIPE_MAX, &recipe, e));
	return measures ? measure_run(j, o->event, o->project, recipe, e)
			: preview_run(j, o->project, recipe, e);
}

/* By hand. */
static enum status
run_by_hand(struct job *j, const char *command, const struct options *o, struct err *e)
{
	if (streq(command, "inbox")) {
		if (!o->inbox)
			return err_set(e, E_INPUT, CALLED, "--inbox EVENT is missing.");
		TRY(enter_inbox(j, o->inbox, e));
		return inbox_run(j, e);
	}
	if (streq(command, "suggest") && o->from)
		return suggest_folder(j, o->from, e);
	if (streq(command, "key-export") || streq(command, "key-import")) {
		if (!o->event || !o->first || !o->second)
			return err_set(e, E_INPUT, CALLED,
				"--event N, --first FILE and --second FILE are needed.");
		return streq(command, "key-export")
			       ? key_export(j, o->event, o->first, o->second, e)
			       : key_import(j, o->event, o->first, o->second, e);
	}
	if (streq(command, "profile")) {
		struct import_options options = {
			.go_on = o->go_on, .detail = true, .century_end = (int)o->century
		};
		return profile_run(j, o->path, &options, e);
	}
	if (!o->project)
		return err_set(e, E_INPUT, CALLED, "--project N is missing.");
	if (streq(command, "suggest"))
		return suggest_run(j, o->project, "", e);
	if (streq(command, "forget"))
		return forget_run(j, o->project, e);
	if (streq(command, "import")) {
		if (!o->folder == !o->from || !o->folder != !o->inbox)
			return err_set(e, E_INPUT, CALLED,
				"Give either --inbox EVENT and --folder NAME, or --from "
				"DIR.");
		struct import_options options = { .go_on = o->go_on,
			.century_end = (int)o->century };
		return o->from ? import_run(j, o->project, o->from, o->from, &options, e)
			       : import_inbox(j, o->project, o->inbox, o->folder, &options, e);
	}
	if (streq(command, "preview") || streq(command, "measure"))
		return look_by_hand(j, command, o, e);
	struct release_spec spec = { .event = o->event,
		.project = o->project,
		.sample = o->sample,
		.full = o->full,
		.hidden = o->hidden,
		.simulated = o->simulated };
	if (!o->event || !o->recipe || !o->sample || !o->full || !o->hidden)
		return err_set(e, E_INPUT, CALLED,
			"--event N, --recipe FILE, --sample ID, --full ID and --hidden ID "
			"are "
			"needed.");
	TRY(io_read_file(j->a, o->recipe, RECIPE_MAX, &spec.recipe, e));
	TRY(read_said(j->a, o->dictionary, &spec.said, e));
	if (streq(command, "release"))
		return release_run(j, &spec, e);
	struct str patient;
	TRY(read_patient(j->a, o->patient, &patient, e));
	TRY(read_old(j->a, o->old, &spec, e));
	return withdraw_run(j, &spec, patient, e);
}

static int
by_hand(struct arena *a, const char *command, const struct options *o)
{
	struct config config;
	struct err e = { 0 };
	enum status s = load_config(a, o, &config, &e);
	struct job j = new_job(a, &config, -1, o->memory);
	j.quiet = o->quiet || !isatty(STDERR_FILENO);
	/* Only an import begins a folder. */
	if (s == OK && o->state && !streq(command, "import") && access(o->state, F_OK) < 0)
		s = err_errno(&e, "--state %s", o->state);
	if (s == OK)
		s = run_by_hand(&j, command, o, &e);
	if (s != OK)
		job_failed(&j, &e);
	if (s != OK)
		fprintf(stderr, "wardroom-curator: %s\n", e.text);
	if (o->json)
		printf("%s\n", j.result.p);
	else if (s == OK)
		fputs(j.said.p ? j.said.p : "", stdout);
	return s == E_INPUT && streq(e.field, CALLED) ? EXIT_USAGE : code_of(s);
}

/* A whole number of the spec, from 1. */
static enum status
spec_int(json_t *spec, const char *key, int64_t *ret, struct err *e)
{
	json_t *v = json_object_get(spec, key);
	if (!json_is_integer(v) || json_integer_value(v) < 1)
		return err_set(e, E_INPUT, key, "The job's %s must be a whole number from 1.", key);
	*ret = json_integer_value(v);
	return OK;
}

static enum status
spec_text(struct arena *a, json_t *spec, const char *key, struct str *ret, struct err *e)
{
	json_t *v = json_object_get(spec, key);
	if (!json_is_string(v))
		return err_set(e, E_INPUT, key, "The job's %s must be text.", key);
	*ret = str_of(arena_strndup(a, json_string_value(v), json_string_length(v)));
	return OK;
}

static enum status
read_release_spec(struct job *j, json_t *json, struct release_spec *ret, struct err *e)
{
	struct release_spec s = { 0 };
	TRY(spec_int(json, "event", &s.event, e));
	TRY(spec_int(json, "project", &s.project, e));
	TRY(spec_int(json, "sample", &s.sample, e));
	TRY(spec_int(json, "full", &s.full, e));
	TRY(spec_int(json, "hidden", &s.hidden, e));
	if (json_object_get(json, "simulated"))
		TRY(spec_int(json, "simulated", &s.simulated, e));
	TRY(spec_text(j->a, json, "recipe", &s.recipe, e));
	struct said *said = ARENA_NEW(j->a, struct said);
	TRY(said_read(j->a, json_object_get(json, "dictionary"), said, e));
	s.said = said;
	*ret = s;
	return OK;
}

static enum status
run_release_job(struct job *j, json_t *json, struct err *e)
{
	struct release_spec s = { 0 };
	TRY(read_release_spec(j, json, &s, e));
	return release_run(j, &s, e);
}

/* As a release, with the patient and the images that go. */
static enum status
run_withdraw_job(struct job *j, json_t *json, struct err *e)
{
	struct release_spec s = { 0 };
	struct str patient;
	json_t *old = json_object_get(json, "old");
	TRY(read_release_spec(j, json, &s, e));
	TRY(spec_text(j->a, json, "patient", &patient, e));
	s.old.at = ARENA_ARRAY(j->a, json_array_size(old), int64_t);
	for (size_t i = 0; i < json_array_size(old); i++) {
		json_t *id = json_array_get(old, i);
		if (!json_is_integer(id))
			return err_set(
				e, E_INPUT, "old", "The job's old must be numbers of images.");
		s.old.at[s.old.n++] = json_integer_value(id);
	}
	return withdraw_run(j, &s, patient, e);
}

static enum status
look_by_spec(struct job *j, const char *kind, int64_t project, json_t *spec, struct err *e)
{
	struct str recipe;
	int64_t event;
	TRY(spec_text(j->a, spec, "recipe", &recipe, e));
	if (streq(kind, "preview"))
		return preview_run(j, project, recipe, e);
	TRY(spec_int(spec, "event", &event, e));
	return measure_run(j, event, project, recipe, e);
}

static enum status
run_job(struct job *j, const char *kind, json_t *spec, struct err *e)
{
	int64_t project;
	struct str event, folder, title;
	if (streq(kind, "inbox")) {
		TRY(spec_text(j->a, spec, "inbox", &event, e));
		TRY(enter_inbox(j, event.p, e));
		return inbox_run(j, e);
	}
	if (streq(kind, "release"))
		return run_release_job(j, spec, e);
	if (streq(kind, "withdraw"))
		return run_withdraw_job(j, spec, e);
	if (streq(kind, "check"))
		return check_job(j, spec, e);
	if (streq(kind, "leave"))
		return leave_job(j, spec, e);
	if (streq(kind, "table"))
		return table_job(j, spec, e);
	if (streq(kind, "tidy"))
		return tidy_job(j, spec, e);
	if (streq(kind, "keys")) {
		int64_t id, export;
		TRY(spec_int(spec, "event", &id, e));
		TRY(spec_int(spec, "export", &export, e));
		return key_shares_run(
			j, id, export, json_is_true(json_object_get(spec, "remove")), e);
	}
	TRY(spec_int(spec, "project", &project, e));
	if (streq(kind, "forget"))
		return forget_run(j, project, e);
	if (streq(kind, "suggest")) {
		TRY(spec_text(j->a, spec, "title", &title, e));
		return suggest_run(j, project, title.p, e);
	}
	if (streq(kind, "preview") || streq(kind, "measure"))
		return look_by_spec(j, kind, project, spec, e);
	if (!streq(kind, "import"))
		return err_set(e, E_INPUT, "", "There is no such kind of job.");
	TRY(spec_text(j->a, spec, "inbox", &event, e));
	TRY(spec_text(j->a, spec, "folder", &folder, e));
	struct import_options options = { .go_on = json_is_true(json_object_get(spec, "go_on")),
		.century_end = (int)json_integer_value(json_object_get(spec, "century")) };
	return import_inbox(j, project, event.p, folder.p, &options, e);
}

static enum status
job_by_spec(struct job *j, const char *kind, bool *ret_written, struct err *e)
{
	struct str spec;
	TRY(io_read_fd(j->a, JOB_SPEC_FD, JOB_SPEC_MAX, &spec, e));
	if (streq(kind, "score")) {
		TRY(score_job(j->a, spec, j->dir, j->config, e));
		*ret_written = true;
		return OK;
	}
	json_t *json = json_loadb(spec.p, spec.n, JSON_REJECT_DUPLICATES, NULL);
	enum status s = json_is_object(json)
				? run_job(j, kind, json, e)
				: err_set(e, E_INPUT, "", "The job's spec is not a JSON object.");
	json_decref(json);
	return s;
}

static int
by_warden(struct arena *a, const char *kind, const struct options *o)
{
	struct config config;
	struct err e = { 0 };
	struct stat st;
	bool written = false;
	if (fstat(JOB_DIR_FD, &st) < 0 || !S_ISDIR(st.st_mode))
		return misuse("a job needs its spec on descriptor 3 and its folder on "
			      "descriptor 4");
	/* Neither belongs to the programs that the job starts. */
	fcntl(JOB_SPEC_FD, F_SETFD, FD_CLOEXEC);
	fcntl(JOB_DIR_FD, F_SETFD, FD_CLOEXEC);
	enum status s = load_config(a, o, &config, &e);
	struct job j = new_job(a, &config, JOB_DIR_FD, o->memory);
	if (s == OK)
		s = job_by_spec(&j, kind, &written, &e);
	if (s != OK) {
		log_warn("job failed", "kind=%s status=%s", kind, status_name(s));
		job_failed(&j, &e);
	}
	if (written)
		return 0;
	if (j.result.n > JOB_RESULT_MAX) {
		err_set(&e, E_INPUT, "", "The result is too large to be told.");
		job_failed(&j, &e);
		s = E_INPUT;
	}
	if (io_replace_at(JOB_DIR_FD, "result.json", 0640, j.result.p, j.result.n, &e) != OK) {
		log_error("no result", "reason=%s", log_safe(a, e.text, strlen(e.text)));
		return EXIT_FAILED;
	}
	return s == OK ? 0 : EXIT_FAILED;
}

int
main(int argc, char **argv)
{
	static const char *const commands[] = { "inbox", "import", "release", "suggest", "preview",
		"measure", "withdraw", "key-export", "key-import", "forget", "profile", "job",
		"score", "check", "risk", "anonymise", "simulate" };
	enum { ALONE = 10, ALL = sizeof commands / sizeof *commands };
	struct options o = { 0 };
	struct rlimit none = { 0, 0 };
	log_init("curator");
	umask(0027);
	/* A core file would hold patient data and keys. */
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0)
		BUG("libsodium does not start");
	if (argc >= 2 && streq(argv[1], "score"))
		return score_main(argc - 1, argv + 1);
	if (argc >= 2 && streq(argv[1], "check"))
		return check_main(argc - 1, argv + 1);
	if (argc >= 2 && streq(argv[1], "risk"))
		return risk_main(argc - 1, argv + 1);
	if (argc >= 2 && streq(argv[1], "anonymise"))
		return anonymise_main(argc - 1, argv + 1);
	if (argc >= 2 && streq(argv[1], "simulate"))
		return simulate_main(argc - 1, argv + 1);
	if (!read_options(argc, argv, &o))
		return misuse("these options are not understood");
	if (o.help) {
		fputs(usage_text, stdout);
		return 0;
	}
	int left = argc - optind;
	const char *command = left > 0 ? argv[optind] : "";
	cleanup_arena struct arena *a = arena_new();
	if (streq(command, "suggest") && left == 2 && !o.from) {
		o.from = argv[optind + 1];
		left = 1;
	}
	if (streq(command, "job") && left == 2)
		return by_warden(a, argv[optind + 1], &o);
	if (streq(command, "profile") && left == 2) {
		o.path = argv[optind + 1];
		return by_hand(a, command, &o);
	}
	/* "profile" and "job" take a word more; those behind them read their own options. */
	for (size_t i = 0; i < ALONE; i++)
		if (streq(command, commands[i]) && left == 1)
			return by_hand(a, command, &o);
	bool takes_word = streq(command, "profile") || streq(command, "job");
	return wrong_words(commands, ALL, command,
		left > 1 + takes_word ? argv[optind + 1 + takes_word] : NULL);
}
