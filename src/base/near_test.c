/* Which name was meant. */
#include "base/near.h"

#include "base/tap.h"

TEST(distances)
{
	CHECK_INT(near_distance("", ""), 0);
	CHECK_INT(near_distance("", "abc"), 3);
	CHECK_INT(near_distance("abc", ""), 3);
	CHECK_INT(near_distance("bwt", "BWT"), 0);
	CHECK_INT(near_distance("bwtt", "bwt"), 1);
	CHECK_INT(near_distance("staut", "statu"), 1); /* swapped */
	CHECK_INT(near_distance("kitten", "sitting"), 3);
	CHECK_INT(near_distance("ca", "abc"), 3);
	char a[200], b[200];
	memset(a, 'a', sizeof a), memset(b, 'b', sizeof b);
	a[199] = b[199] = '\0';
	CHECK_INT(near_distance(a, b), NEAR_NAME); /* no more is looked at */
}

TEST(the_nearest_first)
{
	static const char *const names[] = { "ward", "warden", "age", "age_group", "Total", "w" };
	const char *ret[6];
	CHECK_INT(near_names("war", names, 6, ret, 6), 2);
	CHECK_STR(ret[0], "ward");
	CHECK_STR(ret[1], "warden");
	CHECK_INT(near_names("war", names, 6, ret, 1), 1);
	CHECK_STR(ret[0], "ward");
	CHECK_INT(near_names("agegroup", names, 6, ret, 2), 2);
	CHECK_STR(ret[0], "age_group");
	CHECK_STR(ret[1], "age");
	CHECK_INT(near_names("TOTLA", names, 6, ret, 2), 1);
	CHECK_STR(ret[0], "Total");
	CHECK_INT(near_names("quite_another", names, 6, ret, 6), 0);
	CHECK_INT(near_names("", names, 6, ret, 6), 0);
	CHECK_INT(near_names("x", names, 6, ret, 6), 0);
	CHECK_INT(near_names("war", names, 6, ret, 0), 0);
	CHECK_INT(near_names("war", names, 0, ret, 6), 0);
}
