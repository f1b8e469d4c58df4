#include "curator/release/release_long.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "curator/release/mapping.h"
#include "curator/parquet/write.h"
#include "curator/pool.h"

enum {
	LONG_PART = 32 << 20,  /* rows that are in memory at once, and a patient's more */
	GROUP_ROWS = 122880,   /* of the released files */
	PATIENTS = 4096,       /* that one worker sees to at a time */
	MAPPED = 50000,        /* different moments that are worth a mapping */
	MOST_VALUES = 2 << 20, /* different values of a column that is no key */
	MOST_KEYS = 1 << 28,
	PER_VALUE = 50, /* bytes beside its text */
};
#define DAY_MICROS 86400000000
#define NOT_READ (CHUNK_NO_NUMBER + 1) /* no moment, as CHUNK_NO_NUMBER is none */

/* What the statements know of the patients, by their place among the pseudonyms. */
struct people {
	size_t n;
	int64_t *numbers; /* pseudonyms */
	int16_t *shifts;
	bool *hidden, *sample;
};

enum lane_kind { LANE_OWNER, LANE_CODES, LANE_MOVED, LANE_MOMENTS };

/* A column on its way. */
struct lane {
	size_t column;
	const struct plan_column *c;
	enum lane_kind kind;
	enum parquet_type type;
	struct mapping map;
};

/* Rows in the order of the release: of all patients of a part, or of its sample. */
struct strip {
	size_t rows, groups, max_groups;
	uint32_t *codes;      /* of the lane that is worked on; or */
	int64_t *numbers;     /* CHUNK_NO_NUMBER is missing */
	struct chunk *chunks; /* group by group, a lane each */
	struct parquet *file;
};

enum { FULL, SAMPLE, STRIPS };

struct long_table {
	struct release *r;
	const struct plan_table *t;
	struct arena *a;
	struct parquet_in *in;
	struct pool *pool;
	struct part *parts;       /* one for each worker */
	struct scratch **scratch; /* the same */
	struct people people;
	struct mapping owners;
	struct values spelt; /* the patients' pseudonyms */
	struct lane *lanes;
	size_t n_lanes;
	int64_t *missing;  /* values of the full release, by column of the plan */
	uint32_t *rows_of; /* of each patient */
	int64_t nobodys;   /* rows */
	/* The part at hand: patients from first to end, and their rows. */
	size_t first, end;
	uint32_t *start;    /* of each patient of the part: its first place; one more at the end */
	uint32_t *row, *to; /* of each row of the part: its place in its group, and in the strip */
	size_t *from;       /* of each group of the source: its first in row and to */
	const struct lane *lane;
	struct strip strips[STRIPS];
	const struct strip *strip;
	pthread_mutex_t lock;
	enum status failed;
	struct err why;
};

bool
release_is_long(const struct release *r, const struct plan_table *t)
{
	int64_t bytes = 0;
	if (t->role == ROLE_SHARED || t->src->rows < LONG_TABLE)
		return false;
	for (size_t i = 0; i < t->columns.n; i++) {
		const struct plan_column *c = &t->columns.at[i];
		bool key = c->action == ACT_PSEUDONYM;
		bool moment = c->action == ACT_SHIFT && c->type == TYPE_TIME;
		if (i == t->link || (plan_released(c) && !moment))
			bytes += c->src->distinct * (c->src->longest + PER_VALUE);
		if (!plan_released(c))
			continue;
		if (!plan_by_value(c) || (!key && !moment && c->src->distinct > MOST_VALUES))
			return false;
	}
	return bytes >> 20 <= r->job->memory_mb;
}

/* ---- what is asked of the engine ---- */

static void
take_person(void *ctx, int64_t i, const struct engine_cell *v)
{
	struct people *p = ctx;
	/* shift, hidden and sample in one number, see read_people. */
	if (i < 0 || (size_t)i >= p->n || v->missing)
		return;
	p->shifts[i] = (int16_t)((v->number >> 2) - 32768);
	p->hidden[i] = v->number & 2;
	p->sample[i] = v->number & 1;
}

static void
take_number(void *ctx, int64_t i, const struct engine_cell *v)
{
	struct people *p = ctx;
	if (i >= 0 && (size_t)i < p->n && !v->missing)
		p->numbers[i] = v->number;
}

static enum status
read_people(struct long_table *w, struct err *e)
{
	struct people *p = &w->people;
	struct engine *g = w->r->engine;
	enum engine_kind kind;
	int64_t n;
	TRY(engine_int(g, &n, e, "counting patients", "SELECT count(*) FROM xw"));
	p->n = (size_t)n;
	p->numbers = ARENA_ARRAY(w->a, p->n, int64_t);
	p->shifts = ARENA_ARRAY(w->a, p->n, int16_t);
	p->hidden = ARENA_ARRAY(w->a, p->n, bool);
	p->sample = ARENA_ARRAY(w->a, p->n, bool);
	TRY(engine_each_value(g, take_number, p, &kind, "reading the patients",
		"SELECT ord - 1, num FROM xw", e));
	return engine_each_value(g, take_person, p, &kind, "reading the patients",
		"SELECT ord - 1, CAST((shift + 32768) * 4 + CAST(hidden AS INTEGER) * 2 + "
		"CAST(sample AS INTEGER) AS BIGINT) FROM xw",
		e);
}

static size_t
spell(int64_t number, char out[CHUNK_SPELT])
{
	keyed_spell(number, out);
	return KEYED_PSEUDONYM;
}

/* The lane's texts; of moments in time there is none to ask for. */
static enum status
collect(struct long_table *w, struct mapping *m, size_t column, bool key, struct part *part,
	struct err *e)
{
	enum status s = mapping_collect(m, w->in, column, key ? MOST_KEYS : MOST_VALUES, part, e);
	return s == E_BUSY ? E_ABSENT : s;
}

/* What a worker came to; of several failures the last one is told. */
static void
note(struct long_table *w, enum status s, const struct err *why)
{
	if (s == OK)
		return;
	pthread_mutex_lock(&w->lock);
	w->failed = s;
	w->why = *why;
	pthread_mutex_unlock(&w->lock);
}

static void
collect_piece(void *ctx, size_t i, size_t worker)
{
	struct long_table *w = ctx;
	struct part *part = &w->parts[worker];
	struct err why = { 0 };
	enum status s = OK;
	struct lane *lane = i < w->n_lanes ? &w->lanes[i] : NULL;
	if (!lane)
		s = collect(w, &w->owners, w->t->link, true, part, &why);
	else if (lane->kind == LANE_CODES || lane->kind == LANE_MOVED)
		s = collect(w, &lane->map, lane->column, lane->c->key >= 0, part, &why);
	note(w, s, &why);
}

/* All pieces of a task; a failure that a worker left behind. */
static enum status
run(struct long_table *w, void (*piece)(void *ctx, size_t i, size_t worker), size_t n,
	struct err *e)
{
	w->failed = OK;
	pool_start(w->pool, piece, w, n);
	pool_wait(w->pool);
	if (w->failed != OK)
		return err_set(e, w->failed, w->why.field, "%s", w->why.text);
	return OK;
}

static enum status
ask_lane(struct long_table *w, struct lane *l, struct err *e)
{
	const char *doing = arena_printf(w->a, "de-identifying %s", w->t->src->name);
	if (l->kind == LANE_OWNER || l->kind == LANE_MOMENTS)
		return OK;
	TRY(mapping_ask(
		&l->map, w->r->engine, doing, plan_select_values(w->a, w->t, l->column, "w"), e));
	l->type = l->map.values.type;
	if (l->c->key >= 0) {
		l->map.values.spell = spell;
		l->type = l->map.values.type = PARQUET_TEXT;
	}
	if (l->kind == LANE_MOVED && l->type != PARQUET_DAY && l->type != PARQUET_TIME)
		return err_set(e, E_ABSENT, "", "A date is none.");
	return OK;
}

static enum status
ask(struct long_table *w, struct err *e)
{
	TRY(read_people(w, e));
	w->spelt = (struct values){
		.type = PARQUET_TEXT, .n = w->people.n, .numbers = w->people.numbers, .spell = spell
	};
	TRY(run(w, collect_piece, w->n_lanes + 1, e));
	TRY(mapping_ask(&w->owners, w->r->engine, "looking whose the rows are",
		plan_select_owners(w->a, w->t, "w"), e));
	for (size_t i = 0; i < w->n_lanes; i++)
		TRY(ask_lane(w, &w->lanes[i], e));
	return OK;
}

/* ---- whose the rows are ---- */

/* The patient of each row of a group, in the part's codes. */
static enum status
owners_of(struct long_table *w, size_t group, struct part *part, struct err *e)
{
	TRY(parquet_codes(w->in, group, w->t->link, part, e));
	const uint32_t *codes = w->owners.codes[group];
	const int64_t *ords = w->owners.numbers;
	for (size_t i = 0; i < part->rows; i++) {
		uint32_t code =
			part->codes[i] == PART_MISSING ? CHUNK_MISSING : codes[part->codes[i]];
		part->codes[i] = code == CHUNK_MISSING ? CHUNK_MISSING : (uint32_t)ords[code] - 1;
	}
	return OK;
}

static void
count_piece(void *ctx, size_t group, size_t worker)
{
	struct long_table *w = ctx;
	struct err why = { 0 };
	const struct part *part = &w->parts[worker];
	enum status s = owners_of(w, group, &w->parts[worker], &why);
	size_t nobodys = 0;
	for (size_t i = 0; s == OK && i < part->rows; i++)
		if (part->codes[i] != CHUNK_MISSING)
			__atomic_fetch_add(&w->rows_of[part->codes[i]], 1, __ATOMIC_RELAXED);
		else
			nobodys++;
	__atomic_fetch_add(&w->nobodys, (int64_t)nobodys, __ATOMIC_RELAXED);
	note(w, s, &why);
}

static enum status
count_rows(struct long_table *w, struct err *e)
{
	w->rows_of = ARENA_ARRAY(w->a, w->people.n, uint32_t);
	TRY(run(w, count_piece, parquet_groups(w->in), e));
	return w->t->role == ROLE_LINKED ? release_left_out(w->r, w->t, w->nobodys, e) : OK;
}

/* The next patients whose rows together are at most LONG_PART, one patient at least. */
static void
next_part(struct long_table *w)
{
	uint64_t rows = 0, sample = 0;
	w->first = w->end;
	while (w->end < w->people.n &&
		(w->end == w->first || rows + w->rows_of[w->end] <= LONG_PART)) {
		rows += w->rows_of[w->end];
		sample += w->people.sample[w->end] ? w->rows_of[w->end] : 0;
		w->end++;
	}
	w->strips[FULL].rows = (size_t)rows;
	w->strips[SAMPLE].rows = (size_t)sample;
}

static void *
grown(void *p, size_t n, size_t size)
{
	p = realloc(p, (n + 1) * size);
	if (!p)
		BUG("out of memory");
	return p;
}

/* Where each row of the part goes: to its patient, there in the order of the source. */
static enum status
place_rows(struct long_table *w, struct err *e)
{
	size_t n = w->strips[FULL].rows, people = w->end - w->first, at = 0;
	w->start = grown(w->start, people, sizeof *w->start);
	w->row = grown(w->row, n, sizeof *w->row);
	w->to = grown(w->to, n, sizeof *w->to);
	uint32_t sum = 0;
	for (size_t i = 0; i < people; i++) {
		w->start[i] = sum;
		sum += w->rows_of[w->first + i];
	}
	for (size_t g = 0; g < parquet_groups(w->in); g++) {
		TRY(owners_of(w, g, &w->parts[0], e));
		w->from[g] = at;
		for (size_t i = 0; i < w->parts[0].rows; i++) {
			uint32_t owner = w->parts[0].codes[i];
			if (owner < w->first || owner >= w->end)
				continue;
			w->row[at] = (uint32_t)i;
			w->to[at++] = w->start[owner - w->first]++;
		}
	}
	w->from[parquet_groups(w->in)] = at;
	/* Each place has moved to the next patient's. */
	memmove(w->start + 1, w->start, people * sizeof *w->start);
	w->start[0] = 0;
	return OK;
}

/* ---- a column ---- */

/* A moment in time as it is written. */
static enum status
read_moment(const struct lane *l, struct str text, int64_t *ret, struct err *e)
{
	*ret = CHUNK_NO_NUMBER;
	if (type_micros(text, ret) || text.n == 0 || type_is_missing_word(text))
		return OK;
	return err_set(e, E_INPUT, "", "A value did not have the form of its column: %s.",
		l->c->src->name);
}

static enum status
move_moments(struct long_table *w, size_t group, struct part *part, struct err *e)
{
	const struct lane *l = w->lane;
	int64_t *out = w->strips[FULL].numbers;
	TRY(parquet_cells(w->in, group, l->column, part, e));
	cleanup_free int64_t *moments = malloc((part->n_values + 1) * sizeof *moments);
	if (!moments)
		BUG("out of memory");
	for (size_t i = 0; i < part->n_values; i++)
		moments[i] = NOT_READ;
	/* Reading takes time, and most values belong to the patients of one part. */
	for (size_t i = w->from[group]; i < w->from[group + 1]; i++) {
		uint32_t v = part->codes[w->row[i]];
		if (v != PART_MISSING && moments[v] == NOT_READ)
			TRY(read_moment(l, part->values[v], &moments[v], e));
		out[w->to[i]] = v == PART_MISSING ? CHUNK_NO_NUMBER : moments[v];
	}
	return OK;
}

/* Dates, or codes: what the mapping says of them. */
static enum status
move_mapped(struct long_table *w, size_t group, struct part *part, struct err *e)
{
	const struct lane *l = w->lane;
	const struct strip *out = &w->strips[FULL];
	const uint32_t *codes = l->map.codes[group];
	TRY(parquet_codes(w->in, group, l->column, part, e));
	for (size_t i = w->from[group]; i < w->from[group + 1]; i++) {
		uint32_t v = part->codes[w->row[i]];
		uint32_t code = v == PART_MISSING ? CHUNK_MISSING : codes[v];
		if (l->kind == LANE_CODES)
			out->codes[w->to[i]] = code;
		else
			out->numbers[w->to[i]] =
				code == CHUNK_MISSING ? CHUNK_NO_NUMBER : l->map.numbers[code];
	}
	return OK;
}

static void
move_piece(void *ctx, size_t group, size_t worker)
{
	struct long_table *w = ctx;
	struct err why = { 0 };
	struct part *part = &w->parts[worker];
	enum status s = w->lane->kind == LANE_MOMENTS ? move_moments(w, group, part, &why)
						      : move_mapped(w, group, part, &why);
	note(w, s, &why);
}

/* What the patient, not the text, decides: shifts, hidden outcomes, and the pseudonym. */
static void
patients_piece(void *ctx, size_t i, size_t worker)
{
	struct long_table *w = ctx;
	const struct lane *l = w->lane;
	struct strip *s = &w->strips[FULL];
	size_t p = w->first + i * PATIENTS, last = w->end - p < PATIENTS ? w->end : p + PATIENTS;
	(void)worker;
	for (; p < last; p++) {
		size_t from = w->start[p - w->first], end = w->start[p - w->first + 1];
		int64_t days = w->people.shifts[p], unit = l->type == PARQUET_TIME ? DAY_MICROS : 1;
		bool hide = l->c->outcome && w->people.hidden[p];
		for (size_t k = from; k < end && l->kind == LANE_OWNER; k++)
			s->codes[k] = (uint32_t)p;
		for (size_t k = from; k < end && l->kind == LANE_CODES && hide; k++)
			s->codes[k] = CHUNK_MISSING;
		if (l->kind == LANE_OWNER || l->kind == LANE_CODES)
			continue;
		/* What is missing lies before the first date as well. */
		for (size_t k = from; k < end; k++)
			if (!plan_moved(s->numbers[k], unit, days, &s->numbers[k]))
				s->numbers[k] = CHUNK_NO_NUMBER;
	}
}

static void
gather_sample(struct long_table *w, bool numbers)
{
	const struct strip *full = &w->strips[FULL];
	struct strip *sample = &w->strips[SAMPLE];
	size_t at = 0;
	for (size_t p = w->first; p < w->end; p++) {
		size_t from = w->start[p - w->first], n = w->start[p - w->first + 1] - from;
		if (!w->people.sample[p] || n == 0)
			continue;
		if (numbers)
			memcpy(sample->numbers + at, full->numbers + from,
				n * sizeof *full->numbers);
		else
			memcpy(sample->codes + at, full->codes + from, n * sizeof *full->codes);
		at += n;
	}
}

static void
encode_piece(void *ctx, size_t group, size_t worker)
{
	struct long_table *w = ctx;
	const struct strip *s = w->strip;
	const struct lane *l = w->lane;
	size_t from = group * GROUP_ROWS,
	       n = s->rows - from < GROUP_ROWS ? s->rows - from : GROUP_ROWS;
	struct chunk *c = &s->chunks[group * w->n_lanes + (size_t)(l - w->lanes)];
	if (l->kind == LANE_OWNER)
		chunk_encode_codes(c, w->scratch[worker], &w->spelt, s->codes + from, n);
	else if (l->kind == LANE_CODES)
		chunk_encode_codes(c, w->scratch[worker], &l->map.values, s->codes + from, n);
	else
		chunk_encode_numbers(c, w->scratch[worker], l->type, s->numbers + from, n);
	bytes_fit(&c->pages);
}

static enum status
do_lane(struct long_table *w, const struct lane *l, struct err *e)
{
	bool numbers = l->kind == LANE_MOVED || l->kind == LANE_MOMENTS;
	w->lane = l;
	for (int i = 0; i < STRIPS; i++) {
		struct strip *s = &w->strips[i];
		/* One of the two at a time: memory is what bounds a part. */
		free(numbers ? (void *)s->codes : (void *)s->numbers);
		if (numbers)
			s->codes = NULL,
			s->numbers = grown(s->numbers, s->rows, sizeof *s->numbers);
		else
			s->numbers = NULL, s->codes = grown(s->codes, s->rows, sizeof *s->codes);
	}
	if (l->kind != LANE_OWNER)
		TRY(run(w, move_piece, parquet_groups(w->in), e));
	TRY(run(w, patients_piece, (w->end - w->first + PATIENTS - 1) / PATIENTS, e));
	gather_sample(w, numbers);
	for (int i = 0; i < STRIPS; i++) {
		w->strip = &w->strips[i];
		TRY(run(w, encode_piece, w->strip->groups, e));
	}
	return OK;
}

/* ---- all of it ---- */

static void
size_strip(struct long_table *w, struct strip *s)
{
	s->groups = (s->rows + GROUP_ROWS - 1) / GROUP_ROWS;
	if (s->groups <= s->max_groups)
		return;
	size_t was = s->max_groups * w->n_lanes, is = s->groups * w->n_lanes;
	s->chunks = grown(s->chunks, is, sizeof *s->chunks);
	memset(s->chunks + was, 0, (is - was) * sizeof *s->chunks);
	s->max_groups = s->groups;
}

static enum status
write_part(struct long_table *w, struct err *e)
{
	for (int i = 0; i < STRIPS; i++) {
		struct strip *s = &w->strips[i];
		for (size_t g = 0; g < s->groups; g++) {
			size_t left = s->rows - g * GROUP_ROWS;
			for (size_t k = 0; k < w->n_lanes && i == FULL; k++)
				w->missing[w->lanes[k].column] +=
					(int64_t)s->chunks[g * w->n_lanes + k].missing;
			TRY(parquet_group(s->file, s->chunks + g * w->n_lanes,
				left < GROUP_ROWS ? left : GROUP_ROWS, e));
		}
	}
	return OK;
}

static enum status
create_files(struct long_table *w, struct err *e)
{
	const int stages[STRIPS] = { STAGE_FULL, STAGE_SAMPLE };
	const char *name = arena_printf(w->a, "%s.parquet", w->t->src->name);
	struct parquet_column *columns = ARENA_ARRAY(w->a, w->n_lanes, struct parquet_column);
	for (size_t i = 0; i < w->n_lanes; i++)
		columns[i] = (struct parquet_column){ w->lanes[i].c->out, w->lanes[i].type };
	for (int i = 0; i < STRIPS; i++) {
		const char *dir = w->r->images[stages[i]].dir;
		cleanup_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return err_errno(e, "Cannot open the folder of the new release");
		TRY(parquet_create(fd, name, columns, w->n_lanes, &w->strips[i].file, e));
	}
	return OK;
}

static enum status
write_files(struct long_table *w, struct err *e)
{
	TRY(count_rows(w, e));
	TRY(create_files(w, e));
	while (w->end < w->people.n) {
		next_part(w);
		TRY(place_rows(w, e));
		for (int i = 0; i < STRIPS; i++)
			size_strip(w, &w->strips[i]);
		for (size_t i = 0; i < w->n_lanes; i++) {
			TRY(do_lane(w, &w->lanes[i], e));
			release_tick(w->r, (double)w->first / (double)w->people.n +
						   (double)(w->end - w->first) /
							   (double)w->people.n * (double)(i + 1) /
							   (double)w->n_lanes);
		}
		TRY(write_part(w, e));
	}
	for (int i = 0; i < STRIPS; i++) {
		struct parquet *file = w->strips[i].file;
		w->strips[i].file = NULL;
		TRY(parquet_finish(file, e));
	}
	return OK;
}

static void
set_lanes(struct long_table *w)
{
	w->lanes = ARENA_ARRAY(w->a, w->t->columns.n, struct lane);
	for (size_t i = 0; i < w->t->columns.n; i++) {
		const struct plan_column *c = &w->t->columns.at[i];
		struct lane l = { .column = i, .c = c, .kind = LANE_CODES, .type = PARQUET_TEXT };
		if (!plan_released(c))
			continue;
		if (c->action == ACT_PSEUDONYM && c->link)
			l.kind = LANE_OWNER;
		else if (c->action == ACT_SHIFT && c->type == TYPE_TIME &&
			 c->src->distinct > MAPPED)
			l.kind = LANE_MOMENTS, l.type = PARQUET_TIME;
		else if (c->action == ACT_SHIFT)
			l.kind = LANE_MOVED;
		w->lanes[w->n_lanes++] = l;
	}
}

static void
end(struct long_table *w)
{
	for (size_t i = 0; i < pool_workers(w->pool); i++) {
		part_free(&w->parts[i]);
		scratch_free(w->scratch[i]);
	}
	pool_free(w->pool);
	for (size_t i = 0; i < w->n_lanes; i++)
		mapping_free(&w->lanes[i].map);
	mapping_free(&w->owners);
	for (int i = 0; i < STRIPS; i++) {
		struct strip *s = &w->strips[i];
		for (size_t k = 0; k < s->max_groups * w->n_lanes; k++)
			chunk_free(&s->chunks[k]);
		free(s->chunks);
		free(s->codes);
		free(s->numbers);
		parquet_abandon(s->file);
	}
	free(w->start);
	free(w->row);
	free(w->to);
	parquet_close(w->in);
	pthread_mutex_destroy(&w->lock);
}

enum status
release_long(struct release *r, const struct plan_table *t, struct err *e)
{
	struct arena *a = r->job->a;
	struct long_table w = { .r = r, .t = t, .a = a };
	const char *path = arena_printf(a, "%s/%s.parquet", r->place.source, t->src->name);
	TRY(parquet_open(path, &w.in, e));
	if (parquet_columns(w.in) != t->columns.n) {
		parquet_close(w.in);
		return err_set(e, E_INPUT, "",
			"The imported table %s is damaged; import the data again.", t->src->name);
	}
	pthread_mutex_init(&w.lock, NULL);
	w.pool = pool_new();
	w.parts = ARENA_ARRAY(a, pool_workers(w.pool), struct part);
	w.scratch = ARENA_ARRAY(a, pool_workers(w.pool), struct scratch *);
	for (size_t i = 0; i < pool_workers(w.pool); i++)
		w.scratch[i] = scratch_new();
	w.from = ARENA_ARRAY(a, parquet_groups(w.in) + 1, size_t);
	w.missing = ARENA_ARRAY(a, t->columns.n, int64_t);
	set_lanes(&w);
	enum status s = ask(&w, e);
	if (s == OK)
		s = write_files(&w, e);
	end(&w);
	if (s == OK)
		r->missing[t - r->plan.tables.at] = w.missing;
	return s;
}
