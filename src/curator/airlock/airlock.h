/*
 * The airlock's automatic checks: what a file that wants to leave would give away, found by
 * functions of its bytes alone. A file is PASS, REVIEW (a person must look) or FAIL, and every
 * finding names the place by row and column and never the value that stands there.
 *
 * It fails closed: what is too large, of an unknown type, does not parse or makes a check stop is
 * FAIL. A check is a small file with one entry in airlock_checks; comparing with the patients' data
 * is done by match.h, because only that needs the data engine.
 *
 * Rows are counted as a spreadsheet counts them: in CSV and TSV the header is row 1; in TXT a row
 * is a line and column 0 means the whole line; in JSON row 1 is the first record (row 0 its keys),
 * or, where there are no records, the first value of the document.
 *
 * Memory is the arena's of the file. Thread rule: one thread per file.
 */
#ifndef CURATOR_AIRLOCK_AIRLOCK_H
#define CURATOR_AIRLOCK_AIRLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"
#include "base/str.h"
#include "wire/places.h"

/* 16 MiB, a million cells: more than any result needs, and little enough to be checked at once. */
enum { AIRLOCK_MAX_BYTES = 16 << 20, AIRLOCK_MAX_CELLS = 1000000, AIRLOCK_MAX_COLUMNS = 4096 };

enum airlock_type {
	AIR_UNKNOWN,
	AIR_CSV,
	AIR_TSV,
	AIR_TXT,
	AIR_JSON,
	AIR_PNG,
	AIR_JPEG,
	AIR_MODEL, /* of trees, where the policy lets models leave */
};
const char *airlock_type_name(enum airlock_type); /* "csv", ...; "unknown" */

enum airlock_severity { AIR_NOTE, AIR_REVIEW, AIR_FAIL };
const char *airlock_severity_name(enum airlock_severity); /* "note", "review", "fail" */
const char *airlock_verdict_name(enum airlock_severity);  /* "PASS", "REVIEW", "FAIL" */

/* Thresholds; where they come from stands beside each in policy.c. */
struct airlock_policy {
	int64_t min_count;  /* a count from 1 to one less is a small cell */
	int64_t min_df;     /* residual degrees of freedom of a model */
	int64_t nk_percent; /* the largest two contributors' share of a total */
	int64_t p_percent;  /* what the others leave, as a share of the largest */
	int64_t difference; /* between two tables of the same rows */
	int64_t rounding;   /* 0: not asked for; 5, 6 (midpoint) or 10 */
	int64_t interval;   /* a suppressed cell must be uncertain by at least so much */
	int64_t rows_review, rows_fail;
	int64_t distinct_percent;
	int64_t text_max;     /* characters in a cell */
	int64_t match_fields; /* equal fields that make a row a patient's row */
	int64_t image_side, image_pixels;
	int64_t models;     /* 1: models of trees may leave */
	int64_t image_bits; /* kept of each colour: less leaves no room below what eyes see */
};

/* path NULL gives the defaults. `keyword number` lines; E_INPUT names the line. */
enum status airlock_policy_load(
	struct arena *, const char *path, struct airlock_policy *ret, struct err *);
struct airlock_policy airlock_policy_default(void);

/* keyword and value of the i-th threshold; NULL behind the last. */
const char *airlock_policy_at(const struct airlock_policy *, size_t i, int64_t *ret_value);

enum { AIRLOCK_PLACES = 20, AIRLOCK_FINDINGS = 200 };

struct airlock_finding {
	const char *check;
	enum airlock_severity severity;
	const char *sentence;
	int64_t count;   /* of places */
	size_t n_places; /* of those told */
	struct spot places[AIRLOCK_PLACES];
};

struct grid;

/* What the author hands in beside an output, never to leave: who contributed to a cell. */
struct airlock_evidence {
	const char *file;           /* which output; "" fits every one */
	int64_t row, column, n, df; /* n (persons), df -1: not told */
	int64_t rows;               /* that the persons have; 0 or less: as many as persons */
	double sum, top1, top2;     /* NaN: not told */
};

struct airlock_proof; /* proof.h */

/* A table that is out already, or leaves together with this one. */
struct airlock_other {
	const char *name;
	const struct grid *grid;
};

struct airlock_file {
	struct arena *a;
	const struct airlock_policy *policy;
	const char *name; /* base name */
	struct str input; /* as it was handed in; p NULL when it could not be read */
	struct str bytes; /* the same without a byte order mark */
	enum airlock_type type;
	LIST(struct grid *) grids;  /* its tables: one of CSV, TSV and JSON, any number of TXT */
	LIST(struct grid *) nested; /* tables inside a JSON document, for data_match alone */
	LIST(const struct airlock_evidence) evidence;
	const struct airlock_proof *proof; /* NULL unless the curator itself made this table */
	LIST(const struct airlock_other) others;
	LIST(struct airlock_finding) findings;
	const char *check; /* the one that is running */
	struct str clean;  /* what would leave: the same content, nothing hidden; n 0: none */
	bool compared;     /* with the patients' data */
	bool held;         /* a check could not be carried out, through no fault of the file */
	bool never;        /* something was found that no reason outweighs */
	bool excepted;     /* the author may give reasons: what FAILs keeps its clean */
};

/* sentence is kept, not copied; the same one of the same check gathers places. */
void airlock_tell(struct airlock_file *, enum airlock_severity, int64_t row, int64_t column,
	const char *sentence);
/* As airlock_tell of a FAIL that no reason outweighs. */
void airlock_never(struct airlock_file *, int64_t row, int64_t column, const char *sentence);
/* A sentence of one's own for airlock_tell. */
const char *airlock_say(struct airlock_file *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

typedef enum status (*airlock_fn)(struct airlock_file *, struct err *);
struct airlock_check {
	const char *name;
	unsigned types; /* bits 1 << enum airlock_type */
	airlock_fn fn;
	bool guesses; /* what signed evidence of a release's patients knows: not asked then */
};
extern const struct airlock_check airlock_checks[];
extern const size_t airlock_n_checks;

/* Sets type, grids and clean; tells what it refuses. False: nothing more can be checked. */
bool airlock_open(struct airlock_file *);
/* airlock_open and every check of its type. */
void airlock_run(struct airlock_file *);
/* One check could not be carried out: FAIL. */
void airlock_hold(struct airlock_file *, const char *check, const struct err *);
enum airlock_severity airlock_verdict(const struct airlock_file *);
/* Is there a finding that no reason outweighs: a kind that never leaves, or patients' data? */
bool airlock_stops(const struct airlock_file *);
/*
 * Takes clean away from what may not leave: what FAILs, or, of an excepted file, what stops. After
 * every check that is made beside airlock_run.
 */
void airlock_settle(struct airlock_file *);

/* Every text of the file: cells and header of its table, or the lines of TXT. */
typedef void (*airlock_text_fn)(
	struct airlock_file *, void *ctx, struct str text, int64_t row, int64_t column);
void airlock_each_text(struct airlock_file *, airlock_text_fn, void *ctx);

/* A supporting file: CSV with the columns row, column and any of file, n, df, sum, top1, top2. */
enum status airlock_evidence_read(struct arena *, const char *name, struct str text,
	struct airlock_evidence **ret, size_t *ret_n, struct err *);

/* The files' findings as one JSON object: the same bytes for the same files and thresholds. */
struct jsonw;
/* What is known of one file, as members of an object that is open. */
void airlock_record_file(struct jsonw *, const struct airlock_file *);
void airlock_record(struct buf *out, const struct airlock_policy *, struct airlock_file *files,
	size_t n, size_t n_earlier);

/* The command `check`. Ends with 0 PASS, 3 REVIEW, 1 FAIL, 2 called wrongly. */
int check_main(int argc, char **argv);

#endif
