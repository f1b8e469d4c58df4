/* What an application asks, and what its state means. */
#include "portal/people/people.h"

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
		{ "submitted", "Your application has arrived. You will hear from us by e-mail." },
		{ "waitlisted",
			"You are on the waiting list. We write as soon as a seat is free." },
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

bool
application_whole(const struct apply_form *f)
{
	return f->level[0] && f->specialty[0] && f->faculty[0] && f->languages.n && f->fields.n &&
	       strlen(f->motivation) >= APPLICATION_MOTIVATION_MIN && f->choice1;
}
