/* What an application asks, and what its state means. */
#include "portal/people/people.h"

#include <stdlib.h>

static const struct {
	size_t offset;
	const char *name, *label;
} skills[] = {
#define S(m, text)                                                                                 \
	{                                                                                          \
		offsetof(struct apply_form, m), #m, text                                           \
	}
	S(skill_analysis, "Data analysis"),
	S(skill_visualisation, "Data visualisation"),
	S(skill_learning, "Machine learning"),
	S(skill_biostatistics, "Biostatistics"),
	S(skill_modelling, "Modelling"),
	S(skill_images, "Image analysis"),
	S(skill_records, "EHR analysis"),
	S(skill_databases, "Database management"),
	S(skill_series, "Time series"),
	S(skill_text, "Text analysis"),
#undef S
};
enum { N_SKILLS = sizeof skills / sizeof skills[0] };

struct skill *
application_skills(struct arena *a, const struct apply_form *f, size_t *ret_n)
{
	struct skill *at = ARENA_ARRAY(a, N_SKILLS, struct skill);
	for (int i = 0; i < N_SKILLS; i++) {
		int64_t value = *(const int64_t *)((const char *)f + skills[i].offset);
		at[i] = (struct skill){ skills[i].name, skills[i].label, value };
	}
	*ret_n = N_SKILLS;
	return at;
}

const struct field skill_fields[] = {
	FIELD(struct skill, name, TEXT),
	FIELD(struct skill, label, TEXT),
	FIELD(struct skill, value, INT, .doc = "0 none to 3 expert, as the applicant rates it"),
	FIELD_END,
};

const char *
application_words(const char *state)
{
	static const struct {
		const char *state, *text;
	} words[] = {
		{ "draft", "Your application is a draft. Nobody sees it until you send it." },
		{ "submitted", "Your application has arrived. You will hear from us." },
		{ "waitlisted",
			"You are on the waiting list, and hear as soon as a seat is free." },
		{ "selected", "A seat is yours if you want it." },
		{ "accepted", "Your seat is confirmed. See you there." },
		{ "declined", "You gave your seat back. Thank you for telling us." },
		{ "not selected", "You were not selected this time. We had more good applications "
				  "than seats, and hope to see you at the next event." },
		{ "withdrawn", "You took your application back." },
	};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (streq(words[i].state, state))
			return words[i].text;
	return "";
}

bool
application_open(enum phase phase, const char *state)
{
	return phase == PHASE_APPLICATIONS &&
	       (streq(state, "draft") || streq(state, "submitted") || streq(state, "withdrawn"));
}

enum status
application_choices_ok(const struct apply_form *f, const int64_t *projects, size_t n, struct err *e)
{
	const int64_t picked[3] = { f->choice1, f->choice2, f->choice3 };
	static const char *const names[3] = { "choice1", "choice2", "choice3" };
	for (int i = 0; i < 3; i++) {
		bool known = picked[i] == 0;
		for (size_t k = 0; k < n; k++)
			known |= projects[k] == picked[i];
		if (!known)
			return err_set(e, E_INPUT, names[i], "That project is not in this event.");
		for (int k = 0; k < i; k++)
			if (picked[i] && picked[i] == picked[k])
				return err_set(e, E_INPUT, names[i],
					"Please choose three different projects.");
	}
	return OK;
}

bool
application_whole(const struct apply_form *f)
{
	return f->level[0] && f->specialty[0] && f->faculty[0] && f->languages.n && f->fields.n &&
	       strlen(f->motivation) >= APPLICATION_MOTIVATION_MIN && f->choice1;
}

static bool
one_of(const char *word, const char *a, const char *b)
{
	return streq(word, a) || streq(word, b);
}

struct application_counts
application_count(const struct application_tally *tally, size_t n)
{
	static const struct {
		const char *label, *level, *specialty; /* NULL: any */
	} kinds[APPLICATION_SHARES] = {
		{ "BSc", "BSc", NULL },
		{ "MSc", "MSc", NULL },
		{ "PhD", "PhD", NULL },
		{ "Alumni", "alumni", NULL },
		{ "Bio or medical", NULL, "biomedical" },
	};
	struct application_counts c = { 0 };
	for (int k = 0; k < APPLICATION_SHARES; k++)
		c.shares[k].label = kinds[k].label;
	for (size_t i = 0; i < n; i++) {
		const struct application_tally *t = &tally[i];
		if (one_of(t->state, "draft", "withdrawn"))
			continue;
		c.applied += t->n;
		c.undecided += streq(t->state, "submitted") ? t->n : 0;
		c.selected += streq(t->state, "selected") ? t->n : 0;
		c.accepted += streq(t->state, "accepted") ? t->n : 0;
		c.waitlisted += streq(t->state, "waitlisted") ? t->n : 0;
		for (int k = 0; k < APPLICATION_SHARES; k++) {
			if ((kinds[k].level && !streq(kinds[k].level, t->level)) ||
				(kinds[k].specialty && !streq(kinds[k].specialty, t->specialty)))
				continue;
			c.shares[k].all += t->n;
			c.shares[k].chosen += one_of(t->state, "selected", "accepted") ? t->n : 0;
		}
	}
	return c;
}

/* What to sort by: the offset of a text in the row, or one of these. */
enum { BY_TIME = -1, BY_SKILLS = -2 };

static int
compare(const void *x, const void *y, void *by)
{
	const struct application_row *a = x, *b = y;
	const ptrdiff_t *at = by;
	int64_t d = 0;
	if (*at == BY_SKILLS)
		d = b->skills - a->skills;
	else if (*at != BY_TIME)
		d = strcmp(*(const char *const *)((const char *)x + *at),
			*(const char *const *)((const char *)y + *at));
	if (d == 0)
		d = a->submitted - b->submitted;
	if (d == 0)
		d = a->id - b->id;
	return d < 0 ? -1 : d > 0;
}

void
application_sort(struct application_row *rows, size_t n, const char *by)
{
	static const struct {
		const char *word;
		ptrdiff_t at;
	} words[] = {
#define TEXT(m) { #m, offsetof(struct application_row, m) }
		TEXT(name),
		TEXT(level),
		TEXT(specialty),
		TEXT(faculty),
		TEXT(state),
#undef TEXT
		{ "skills", BY_SKILLS },
	};
	ptrdiff_t at = BY_TIME;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (streq(words[i].word, by))
			at = words[i].at;
	qsort_r(rows, n, sizeof *rows, compare, &at);
}
