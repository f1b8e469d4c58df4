#include "rehearse/crowd.h"

#include "base/random.h"
#include "base/str.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *const skill_names[CROWD_SKILLS] = { "skill_analysis", "skill_visualisation",
	"skill_learning", "skill_biostatistics", "skill_modelling", "skill_images", "skill_records",
	"skill_databases", "skill_series", "skill_text" };
enum { ANALYSIS, VISUALISATION, LEARNING, BIOSTATISTICS, MODELLING, IMAGES, RECORDS, DATABASES };

static const char *const first_names[] = { "Adi", "Ahmad", "Alona", "Amal", "Amir", "Anat", "Anton",
	"Asaf", "Aya", "Boaz", "Dana", "Daniel", "Dina", "Eitan", "Elias", "Fadi", "Gal", "Hadas",
	"Hiba", "Ido", "Ilana", "Itai", "Jonathan", "Karin", "Khaled", "Lena", "Lior", "Lina",
	"Marwan", "Michal", "Mohammad", "Nadav", "Nadia", "Nir", "Ofir", "Omar", "Or", "Polina",
	"Rami", "Rania", "Roni", "Rotem", "Samir", "Sergei", "Shaked", "Shira", "Tal", "Tamar",
	"Uri", "Vera", "Yael", "Yasmin", "Yonatan", "Yuval", "Ziv" };

/* One each, so that no two people share an address. */
static const char *const last_names[] = { "Abadi", "Abbas", "Abramov", "Agmon", "Alkalay",
	"Amsalem", "Aslan", "Atias", "Avni", "Azulay", "Bar-Ilan", "Barak", "Ben-Ami", "Biton",
	"Bishara", "Carmi", "Chernov", "Dabbah", "Dagan", "Dayan", "Doron", "Edri", "Elbaz", "Erez",
	"Farah", "Feldman", "Fishman", "Gabay", "Geva", "Ginzburg", "Goren", "Habib", "Haddad",
	"Harel", "Hazan", "Hirsch", "Jabarin", "Kaplan", "Karam", "Katzir", "Khalil", "Khoury",
	"Kogan", "Lahav", "Landau", "Lavi", "Maimon", "Mansour", "Maor", "Mizrahi", "Moyal",
	"Nassar", "Navon", "Ohayon", "Oren", "Paz", "Petrov", "Portnoy", "Qasem", "Rabin", "Regev",
	"Rosen", "Rubin", "Sabag", "Salman", "Sapir", "Segal", "Shaheen", "Shalev", "Sharabi",
	"Shemesh", "Sokolov", "Tannous", "Toledano", "Vaknin", "Volkov", "Weiss", "Yarden", "Zamir",
	"Zoabi" };

static const char *const engineering[] = { "Computer Science",
	"Electrical and Computer Engineering", "Data and Decision Sciences",
	"Biomedical Engineering", "Industrial Engineering", "Mechanical Engineering", "Mathematics",
	"Physics" };
static const char *const biomedical[] = { "Medicine", "Biology", "Department of Internal Medicine",
	"Public Health", "Nursing", "Department of Cardiology" };
static const char *const other[] = { "Psychology", "Economics", "Law and Bioethics" };

static const char *const languages[] = { "R", "MATLAB", "C or C++", "Java", "SQL", "Julia" };
static const char *const fields[] = { "cardiology", "infectious diseases", "obstetrics",
	"intensive care", "oncology", "neurology", "surgery", "paediatrics", "public health" };

/* A motivation is one of each: 9 * 7 * 8 of them, taken without repeating. */
static const char *const why_first[] = {
	"I have worked with sensor data for two years and have never met the person behind the "
	"curve.",
	"My grandmother was discharged twice in one month, and nobody could tell us what to watch "
	"for.",
	"In our course every data set is clean. I would like to see one that is not.",
	"I spent a summer in a hospital's IT department and saw how much is recorded and how "
	"little is "
	"read again.",
	"A model that nobody trusts helps nobody; I want to learn what makes a physician trust "
	"one.",
	"I write code every day and would like it to matter to somebody who is ill.",
	"During my internship I copied laboratory values by hand into a spreadsheet. There must be "
	"a "
	"better way.",
	"I came to statistics from a biology bench and miss the questions that come from patients.",
	"A lecture by one of your mentors changed what I want to do after my degree.",
};
static const char *const why_second[] = {
	"I can clean tables patiently, and I like drawing what is in them before modelling "
	"anything.",
	"I bring experience with gradient boosting and a healthy distrust of my own validation "
	"scores.",
	"I am not the fastest programmer, but I ask where each number comes from.",
	"I have built small web tools, so that others could try a model for themselves.",
	"Survival curves and confidence intervals are what I know best.",
	"I have taught younger students and can explain a method to people who do not code.",
	"I would gladly take the part that others leave: missing values, units, dates.",
};
static const char *const why_third[] = {
	"Two days with a clinician at the same table would teach me more than a semester.",
	"I hope to find a subject for my thesis, and people to work on it with.",
	"I would like to leave with something that a ward could try.",
	"I have never worked in a mixed team and think that is overdue.",
	"Whatever we find, I want to understand why it might be wrong.",
	"Above all I am curious how data this sensitive can be opened without being let go.",
	"I can stay late on both days and will bring coffee.",
	"If there is a team that lacks somebody for the presentation, I am glad to do that too.",
};

static void
shuffle(struct random *r, int *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (int)i;
	for (size_t i = n; i > 1; i--) {
		size_t k = random_below(r, (uint32_t)i);
		int t = at[i - 1];
		at[i - 1] = at[k];
		at[k] = t;
	}
}

static int
between(struct random *r, int low, int high)
{
	return low + (int)random_below(r, (uint32_t)(high - low + 1));
}

/* Up to `most` of a list of n, at least one, none twice. */
static void
pick(struct random *r, const char *const *from, size_t n, int most, const char **ret)
{
	int order[16];
	shuffle(r, order, n);
	int k = between(r, 1, most);
	for (int i = 0; i < k; i++)
		ret[i] = from[order[i]];
}

static void
rate(struct random *r, struct applicant *p)
{
	bool codes = streq(p->specialty, "engineering"), heals = streq(p->specialty, "biomedical");
	int more = streq(p->level, "BSc") ? 0 : 1;
	for (int i = 0; i < CROWD_SKILLS; i++)
		p->skills[i] = between(r, 0, 1 + more);
	if (codes) {
		p->skills[ANALYSIS] = between(r, 1 + more, 3);
		p->skills[LEARNING] = between(r, 1, 2 + more);
		p->skills[DATABASES] = between(r, 0, 3);
	}
	if (heals) {
		p->skills[BIOSTATISTICS] = between(r, 1, 2 + more);
		p->skills[RECORDS] = between(r, 1, 3);
	}
}

/* Everybody codes in Python but some physicians, who code in nothing or in R. */
static void
speak(struct random *r, struct applicant *p)
{
	bool heals = streq(p->specialty, "biomedical");
	if (heals && random_below(r, 3) == 0) {
		p->languages[0] = random_below(r, 2) ? "R" : "none";
		return;
	}
	p->languages[0] = "Python";
	pick(r, languages, COUNT(languages), 2, p->languages + 1);
}

static const char *
email_of(struct arena *a, const char *name)
{
	char *out = arena_printf(a, "%s@students.carmel.example", name);
	for (char *c = out; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
		else if (*c == ' ')
			*c = '.';
	return out;
}

/* The visitor of the demonstration sees the event through these eyes. */
static void
make_first(struct applicant *p)
{
	*p = (struct applicant){ .name = "Maya Levin",
		.email = "maya.levin@students.carmel.example",
		.level = "MSc",
		.specialty = "biomedical",
		.faculty = "Medicine",
		.motivation =
			"I am in my fifth year of medicine and taught myself Python on night "
			"shifts. "
			"I have seen how a risk score is looked up, and how rarely it is believed. "
			"I want to build one with people who can tell me when it is wrong.",
		.languages = { "Python", "R" },
		.fields = { "obstetrics", "paediatrics" },
		.skills = { 2, 1, 2, 2, 1, 0, 3, 1, 0, 1 },
		.choices = { 0, 3, 1 },
		.counted = true,
		.photographed = true,
		.written_to = true };
}

struct applicant *
crowd_make(struct arena *a, uint64_t seed, int projects)
{
	struct random r = { seed };
	struct applicant *all = ARENA_ARRAY(a, CROWD, struct applicant);
	int last[COUNT(last_names)], part[CROWD],
		motive[COUNT(why_first) * COUNT(why_second) * COUNT(why_third)];
	_Static_assert(COUNT(last_names) == CROWD, "a surname each");
	shuffle(&r, last, COUNT(last_names));
	shuffle(&r, part, CROWD);
	shuffle(&r, motive, COUNT(motive));
	for (size_t i = 0; i < CROWD; i++) {
		struct applicant *p = &all[i];
		int at = part[i], m = motive[i], order[16];
		p->name = arena_printf(a, "%s %s",
			first_names[random_below(&r, COUNT(first_names))], last_names[last[i]]);
		p->email = email_of(a, p->name);
		/* 60 engineers, 16 from biology or medicine, 4 others; in each about half BSc. */
		p->specialty = at < 60 ? "engineering" : at < 76 ? "biomedical" : "other";
		p->level = at % 2 == 0    ? "BSc"
			   : at % 6 == 1  ? "PhD"
			   : at % 39 == 3 ? "alumni"
					  : "MSc";
		p->faculty = at < 60   ? engineering[random_below(&r, COUNT(engineering))]
			     : at < 76 ? biomedical[random_below(&r, COUNT(biomedical))]
				       : other[random_below(&r, COUNT(other))];
		p->motivation = arena_printf(a, "%s %s %s", why_first[m % 9], why_second[m / 9 % 7],
			why_third[m / 63 % 8]);
		rate(&r, p);
		speak(&r, p);
		pick(&r, fields, COUNT(fields), 3, p->fields);
		shuffle(&r, order, (size_t)projects);
		for (int k = 0; k < CROWD_CHOICES; k++)
			p->choices[k] = order[k];
		p->counted = random_below(&r, 10) != 0;
		p->photographed = random_below(&r, 3) != 0;
		p->written_to = random_below(&r, 2) == 0;
		if (i == 0)
			make_first(p);
		p->password = arena_printf(a, "a sentence of %s", p->name);
	}
	return all;
}
