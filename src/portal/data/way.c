#include "portal/data/way.h"

#include "portal/web/filters.h"

enum step { STEP_IMPORT, STEP_UNDERSTAND, STEP_RECIPE, STEP_RISK, STEP_SIGN, STEP_RELEASE };

static bool
is_done(const struct way_facts *f, enum step s)
{
	switch (s) {
	case STEP_IMPORT:
		return f->imported;
	case STEP_UNDERSTAND:
		return f->imported && f->understood;
	case STEP_RECIPE:
		return f->recipe_saved && !f->recipe_wrong && !f->recipe_checking;
	case STEP_RISK:
		return f->measured;
	default:
		return f->standing.state == SIGN_SIGNED;
	}
}

static const char *
version(struct arena *a, int64_t n, const char *unnumbered)
{
	return n ? arena_printf(a, "version %lld", (long long)n) : unnumbered;
}

static const char *
words(struct arena *a, const struct way_facts *f, enum step s)
{
	bool done = is_done(f, s);
	switch (s) {
	case STEP_IMPORT:
		return done ? arena_printf(a, "from %s", f->folder) : "choose a folder";
	case STEP_UNDERSTAND:
		return done          ? filter_plural(a, f->tables, "table", "tables")
		       : f->imported ? "look at what was found"
				     : "";
	case STEP_RECIPE:
		return f->recipe_wrong      ? "does not fit yet"
		       : f->recipe_checking ? "is being checked"
		       : f->recipe_saved    ? version(a, f->recipe_version, "saved")
					    : "";
	case STEP_RISK:
		return f->measuring ? "is being measured"
		       : f->lowered ? arena_printf(a, "groups of %lld or more", (long long)f->group)
		       : f->measured ? "measured, not lowered"
				     : "";
	case STEP_SIGN:
		return f->standing.state == SIGN_WAITS ? "waits for you"
		       : f->standing.held              ? arena_printf(a, "version %lld is signed",
								 (long long)f->standing.held)
		       : f->standing.state != SIGN_NOTHING ? "signed"
							   : "";
	default:
		return done ? filter_plural(a, f->patients, "patient", "patients") : "";
	}
}

void
way_steps(struct arena *a, const struct way_facts *f, struct data_step *steps)
{
	static const char *const titles[WAY_STEPS] = { "Import", "Understand", "Recipe", "Risk",
		"Sign", "Release" };
	static const char *const pages[WAY_STEPS] = { "#import", "/profile", "/recipe", "/risk",
		"/sign", "#release" };
	/* All is released as it is: what was passed over on the way waits for nobody. */
	bool now = is_done(f, STEP_RELEASE);
	for (int i = 0; i < WAY_STEPS; i++) {
		enum step s = (enum step)i;
		bool done = is_done(f, s), first = !done && !now;
		bool open = s == STEP_IMPORT || s == STEP_RELEASE ||
			    (s == STEP_SIGN ? f->standing.state != SIGN_NOTHING : f->imported);
		steps[i] = (struct data_step){ titles[i], words(a, f, s),
			s == STEP_RECIPE && f->recipe_wrong ? "stop"
			: done                              ? "done"
			: first                             ? "now"
							    : "later",
			open ? arena_printf(a, "%s%s", f->page,
				       !f->past           ? pages[i]
				       : s == STEP_RECIPE ? "/recipe/versions"
				       : s == STEP_RISK   ? "/sign"
							  : pages[i])
			     : NULL };
		now |= first;
	}
}

/* What is done on a page of its own. */
static struct data_next
go(struct arena *a, const struct way_facts *f, const char *page, const char *title,
	const char *text, const char *button)
{
	return (struct data_next){ title, text, button, arena_printf(a, "%s%s", f->page, page), "",
		false };
}

/* What teams have meanwhile, before what is to be done. */
static const char *
meanwhile(struct arena *a, const struct way_facts *f, const char *text)
{
	if (f->standing.state != SIGN_CHANGED)
		return text;
	return arena_printf(a, "%s %s", f->standing.sentence, text);
}

bool
way_may_make(const struct way_facts *f)
{
	return !f->past && f->approved && f->imported && is_done(f, STEP_RECIPE) && f->measured;
}

static struct data_next
way_over(struct arena *a, const struct way_facts *f)
{
	struct data_next next = go(a, f, "#release", "The time for changes is over",
		arena_printf(a, "%s%sEverything can still be read here.", f->standing.sentence,
			f->standing.sentence[0] ? " " : ""),
		"See the images");
	next.tone = "quiet";
	return next;
}

static struct data_next
way_released(struct arena *a, const struct way_facts *f)
{
	struct data_next next = go(a, f, "#release", "The data are released",
		f->standing.same
			? f->standing.sentence
			: arena_printf(a, "%s %s Nothing waits for you here.", f->standing.sentence,
				  f->rooms ? arena_printf(a, "%s it.",
						     filter_plural(a, f->rooms, "workspace holds",
							     "workspaces hold"))
					   : "Teams get it with the phases of the event."),
		"See the images");
	next.tone = "quiet";
	return next;
}

/* Nothing is stopped for it: but data that are out should have an owner and terms. */
static struct data_next
way_describe(struct arena *a, const struct way_facts *f)
{
	return go(a, f, "/catalogue", "Write the catalogue entry",
		arena_printf(a,
			"%s%sNobody has said yet whose the data are, where they come from, and on "
			"which licence and terms they are used. Five minutes.",
			f->standing.same ? "" : f->standing.sentence, f->standing.same ? "" : " "),
		"Write it");
}

static struct data_next
way_recipe(struct arena *a, const struct way_facts *f)
{
	struct data_next next = go(a, f, "/recipe",
		f->recipe_wrong ? "The recipe does not fit yet" : "The recipe is being checked",
		meanwhile(a, f,
			f->recipe_wrong ? "The page of the recipe shows the line and the reason."
					: "It is compared with the tables; it takes a second or "
					  "two."),
		"Open the recipe");
	next.tone = f->recipe_wrong ? "stop" : "quiet";
	return next;
}

static struct data_next
way_risk(struct arena *a, const struct way_facts *f)
{
	if (f->measuring) {
		struct data_next next = go(a, f, "/risk", "The risk is being measured",
			meanwhile(a, f, "Seconds, or a minute for millions of rows."),
			"Open the risk");
		next.tone = "quiet";
		return next;
	}
	bool newer = f->standing.state == SIGN_CHANGED && f->recipe_version;
	return go(a, f, "/risk",
		newer ? arena_printf(
				a, "Measure the risk of version %lld", (long long)f->recipe_version)
		      : "Measure the risk of being found again",
		meanwhile(a, f,
			"Choose by what others could know a patient, and how large a group must "
			"be."),
		"Open the risk");
}

struct data_next
way_next(struct arena *a, const struct way_facts *f)
{
	if (f->past)
		return way_over(a, f);
	if (!f->approved)
		return (struct data_next){ "There is no valid ethics approval",
			arena_printf(a, "It is %s. Nothing is released without one.", f->ethics),
			"Open the project", f->project, "stop", false };
	if (f->standing.state == SIGN_WAITS)
		return go(a, f, "/sign", "A release waits for your signature",
			arena_printf(a, "%s Read what goes out.", f->standing.sentence),
			"Read and sign");
	if (is_done(f, STEP_RELEASE))
		return f->standing.undescribed ? way_describe(a, f) : way_released(a, f);
	if (!f->imported)
		return go(a, f, "#import", "Import the hospital's tables",
			"Look into the inbox and choose a folder. It takes seconds, or minutes for "
			"gigabytes.",
			"Choose a folder");
	if (!f->understood)
		return go(a, f, "/profile", "Look at what was found",
			meanwhile(a, f,
				"Who is the patient, how tables hang together, what is out of "
				"range. Five minutes."),
			"Look at it");
	if (!f->recipe_saved)
		return go(a, f, "/recipe", "Look through the recipe",
			"The curator suggests what becomes of each column; you and the clinician "
			"decide.",
			"Open the recipe");
	if (!is_done(f, STEP_RECIPE))
		return way_recipe(a, f);
	if (!f->measured)
		return way_risk(a, f);
	bool again = f->standing.state == SIGN_CHANGED;
	struct data_next next =
		go(a, f, "/release", again ? "Make the releases again" : "Make the releases",
			meanwhile(a, f, "Four images, searched for leaks before you sign."),
			"Make the releases");
	next.post = true;
	return next;
}
