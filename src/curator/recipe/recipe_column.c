#include "curator/recipe/recipe_internal.h"

static enum status
do_pseudonym(struct recipe_parser *p, struct recipe_column *c)
{
	if (!recipe_is_next(p, "of"))
		return OK;
	return recipe_next(p, "whose pseudonym it is", &c->of);
}

static enum status
do_shift(struct recipe_parser *p, struct recipe_column *c)
{
	c->order = recipe_is_next(p, "dmy")   ? TYPE_DMY
		   : recipe_is_next(p, "mdy") ? TYPE_MDY
					      : TYPE_TEXT;
	return OK;
}

static enum status
do_cap(struct recipe_parser *p, struct recipe_column *c)
{
	return recipe_next_real(p, "the cap", &c->number);
}

static enum status
do_age(struct recipe_parser *p, struct recipe_column *c)
{
	int64_t cap = RECIPE_AGE_CAP;
	if (!recipe_is_next(p, "at"))
		return recipe_bad(p, "say at which date: age at admissions.admitted");
	c->index.at = recipe_here(p);
	TRY(recipe_next(p, "the date of the age", &c->index.text));
	if (recipe_is_next(p, "cap"))
		TRY(recipe_next_int(p, "the cap", 1, 120, &cap));
	c->number = (double)cap;
	return OK;
}

static enum status
do_round(struct recipe_parser *p, struct recipe_column *c)
{
	TRY(recipe_next_real(p, "the step", &c->number));
	if (c->number < 1e-9 || c->number > 1e12)
		return recipe_bad_before(p, "the step must be above 0.");
	return OK;
}

static bool
number_next(const struct recipe_parser *p)
{
	double v;
	return recipe_more(p) && !p->words[p->at].quoted && str_real(p->words[p->at].text, &v);
}

static enum status
do_bin(struct recipe_parser *p, struct recipe_column *c)
{
	c->edges.at = ARENA_ARRAY(p->a, RECIPE_MAX_EDGES, double);
	do {
		double v;
		TRY(recipe_next_real(p, "an edge of the bins", &v));
		if (c->edges.n && v <= c->edges.at[c->edges.n - 1])
			return recipe_bad_before(p, "the edges of bins must rise.");
		if (c->edges.n == RECIPE_MAX_EDGES)
			return recipe_bad_before(
				p, "there are more than %d edges.", RECIPE_MAX_EDGES);
		c->edges.at[c->edges.n++] = v;
	} while (number_next(p));
	return OK;
}

static enum status
do_group(struct recipe_parser *p, struct recipe_column *c)
{
	return recipe_next_int(p, "the fewest patients of a value", 2, 1000000, &c->below);
}

static enum status
do_postal(struct recipe_parser *p, struct recipe_column *c)
{
	c->below = RECIPE_SMALL;
	if (recipe_is_next(p, "us")) {
		c->postal = POSTAL_US;
		c->digits = 3;
		return OK;
	}
	TRY(recipe_next_int(p, "how many characters are kept", 1, 10, &c->digits));
	if (recipe_is_next(p, "below"))
		return recipe_next_int(p, "the fewest patients of an area", 2, 1000000, &c->below);
	if (!recipe_is_next(p, "population"))
		return OK;
	c->postal = POSTAL_POPULATION;
	TRY(recipe_next_ref(p, "the column of areas", &c->area));
	return recipe_next_ref(p, "the column of people", &c->people);
}

enum status
recipe_action(struct recipe_parser *p, struct recipe_column *c)
{
	static const struct {
		const char *word;
		enum recipe_action action;
		enum status (*more)(struct recipe_parser *, struct recipe_column *);
	} actions[] = {
		{ "keep", ACT_KEEP, NULL },
		{ "drop", ACT_DROP, NULL },
		{ "pseudonym", ACT_PSEUDONYM, do_pseudonym },
		{ "shift", ACT_SHIFT, do_shift },
		{ "cap", ACT_CAP, do_cap },
		{ "age", ACT_AGE, do_age },
		{ "round", ACT_ROUND, do_round },
		{ "bin", ACT_BIN, do_bin },
		{ "group", ACT_GROUP, do_group },
		{ "postal", ACT_POSTAL, do_postal },
		{ "scrub", ACT_SCRUB, NULL },
	};
	static const char words[] =
		"keep, drop, pseudonym, shift, cap N, age at C, round N, bin A B, "
		"group N, postal N, scrub";
	if (!recipe_more(p))
		return recipe_bad(p, "say what happens to %.60s: %s.", c->name, words);
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		if (!recipe_is_next(p, actions[i].word))
			continue;
		c->action = actions[i].action;
		if (actions[i].more)
			TRY(actions[i].more(p, c));
		return recipe_is_next(p, "as") ? recipe_next(p, "the new name", &c->as) : OK;
	}
	return recipe_bad(p, "\"%.*s\" is none of %s.", RECIPE_SHOWN(p->words[p->at].text), words);
}
