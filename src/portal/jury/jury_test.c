#include "base/tap.h"

#include "portal/jury/jury.h"

TEST(the_final_waits_for_the_first_round)
{
	CHECK_INT(jury_may_open("first", NULL, 8, PHASE_PRESENTATIONS, NULL), OK);
	CHECK_INT(jury_may_open("first", NULL, 0, PHASE_PRESENTATIONS, NULL), E_CONFLICT);
	CHECK_INT(jury_may_open("first", NULL, 8, PHASE_CLOSED, NULL), E_CONFLICT);
	CHECK_INT(jury_may_open("final", NULL, 3, PHASE_FINAL, NULL), E_CONFLICT);
	CHECK_INT(jury_may_open("final", "open", 3, PHASE_FINAL, NULL), E_CONFLICT);
	CHECK_INT(jury_may_open("final", "closed", 3, PHASE_FINAL, NULL), OK);
}

TEST(a_pdf_has_a_head_and_an_end)
{
	CHECK(pdf_ok(STR("%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n")));
	CHECK(!pdf_ok(STR("%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n")));
	CHECK(!pdf_ok(STR("PK\x03\x04 something that is a zip file %%EOF")));
	CHECK(!pdf_ok(STR("")) && !pdf_ok(STR("%PDF-%%EOF")));
}

TEST(jurors_see_teams_in_orders_of_their_own)
{
	size_t one[8], again[8], other[8], seen[8] = { 0 };
	bool differs = false;
	jury_order(7, 1, 8, one);
	jury_order(7, 1, 8, again);
	jury_order(8, 1, 8, other);
	for (int i = 0; i < 8; i++) {
		CHECK_INT(one[i], again[i]);
		CHECK(one[i] < 8);
		seen[one[i]]++;
		differs |= one[i] != other[i];
	}
	for (int i = 0; i < 8; i++)
		CHECK_INT(seen[i], 1);
	CHECK(differs);
	jury_order(1, 1, 0, one);
}

/* Nobody is judged first by everybody: over many jurors each team comes first about as often. */
TEST(first_place_in_the_order_is_spread)
{
	int first[8] = { 0 };
	for (int64_t juror = 1; juror <= 800; juror++) {
		size_t order[8];
		jury_order(juror, 3, 8, order);
		first[order[0]]++;
	}
	for (int i = 0; i < 8; i++)
		CHECK(first[i] > 60 && first[i] < 145);
}
