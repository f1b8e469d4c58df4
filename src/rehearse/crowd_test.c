#include "rehearse/crowd.h"

#include "base/str.h"
#include "base/tap.h"

static int
count(const struct applicant *all, const char *level, const char *specialty)
{
	int n = 0;
	for (int i = 0; i < CROWD; i++)
		n += (!level || streq(all[i].level, level)) &&
		     (!specialty || streq(all[i].specialty, specialty));
	return n;
}

TEST(all_are_different)
{
	cleanup_arena struct arena *a = arena_new();
	struct applicant *all = crowd_make(a, 7, 4);
	for (int i = 0; i < CROWD; i++)
		for (int k = 0; k < i; k++) {
			CHECK(!streq(all[i].email, all[k].email));
			CHECK(!streq(all[i].motivation, all[k].motivation));
		}
}

TEST(the_proportions_are_those_of_the_model)
{
	cleanup_arena struct arena *a = arena_new();
	for (uint64_t seed = 0; seed < 5; seed++) {
		struct applicant *all = crowd_make(a, seed, 4);
		int engineers = count(all, NULL, "engineering"), bsc = count(all, "BSc", NULL);
		CHECK(engineers >= 59 && engineers <= 60);
		CHECK(bsc >= 39 && bsc <= 40);
		CHECK(count(all, "PhD", NULL) >= 10);
		CHECK(count(all, NULL, "biomedical") >= 16);
	}
}

TEST(a_seed_gives_the_same_people)
{
	cleanup_arena struct arena *a = arena_new();
	struct applicant *one = crowd_make(a, 3, 4), *two = crowd_make(a, 3, 4);
	struct applicant *three = crowd_make(a, 4, 4);
	int same = 0;
	for (int i = 0; i < CROWD; i++) {
		CHECK_STR(one[i].name, two[i].name);
		CHECK_STR(one[i].motivation, two[i].motivation);
		same += streq(one[i].name, three[i].name);
	}
	CHECK(same < CROWD / 2);
	CHECK_STR(one[0].name, three[0].name);
}

TEST(choices_are_three_projects)
{
	cleanup_arena struct arena *a = arena_new();
	struct applicant *all = crowd_make(a, 5, 4);
	for (int i = 0; i < CROWD; i++) {
		const int *c = all[i].choices;
		CHECK(c[0] != c[1] && c[1] != c[2] && c[0] != c[2]);
		for (int k = 0; k < CROWD_CHOICES; k++)
			CHECK(c[k] >= 0 && c[k] < 4);
	}
}
