#include "curator/leak/leak.h"

#include "base/tap.h"

TEST(finds)
{
	cleanup_leak struct leak *l = leak_new();
	CHECK_INT(leak_holds(l, STR("anything")), LEAK_NONE);
	leak_forbid(l, STR("00412873"), 5);
	leak_forbid(l, STR("Anna Keller"), 5);
	leak_forbid(l, STR("+00 44 123 45 67"), 5);
	leak_forbid(l, STR("F000123456"), 5);
	leak_forbid(l, STR("10006"), 5);
	leak_forbid(l, STR("1950-02-03"), 5);
	leak_ready(l);
	CHECK_INT(leak_size(l), 6);
	CHECK_INT(leak_holds(l, STR("00412873")), LEAK_SURE);
	CHECK_INT(leak_holds(l, STR(" 00412873 ")), LEAK_SURE);
	CHECK_INT(leak_holds(l, STR("record 00412873, seen")), LEAK_SURE);
	CHECK_INT(leak_holds(l, STR("(record:00412873)")), LEAK_SURE);
	CHECK_INT(leak_holds(l, STR("Seen: ANNA KELLER.")), LEAK_SURE);
	CHECK_INT(leak_holds(l, STR("case f000123456!")), LEAK_SURE);
	CHECK_INT(leak_holds(l, STR("born 1950-02-03")), LEAK_SURE);
	CHECK_INT(leak_holds(l, STR("10006")), LEAK_NUMBER);
	CHECK_INT(leak_holds(l, STR("dose 10006 units")), LEAK_NONE);
	CHECK_INT(leak_holds(l, STR("Anna and Keller")), LEAK_NONE);
	CHECK_INT(leak_holds(l, STR("0041287")), LEAK_NONE);
	CHECK_INT(leak_holds(l, STR("")), LEAK_NONE);
}

TEST(small_values_are_not_forbidden)
{
	cleanup_leak struct leak *l = leak_new();
	leak_forbid(l, STR("123"), 5);
	leak_forbid(l, STR("1234"), 5);
	leak_forbid(l, STR("Ann"), 5);
	leak_ready(l);
	CHECK_INT(leak_size(l), 0);
	leak_forbid(l, STR("0123"), 5);
	leak_ready(l);
	CHECK_INT(leak_size(l), 1);
}

TEST(grows)
{
	cleanup_leak struct leak *l = leak_new();
	char text[16];
	for (int i = 0; i < 100000; i++) {
		snprintf(text, sizeof text, "X%06d", i);
		leak_forbid(l, str_of(text), 5);
	}
	leak_ready(l);
	CHECK_INT(leak_size(l), 100000);
	CHECK_INT(leak_holds(l, STR("X004711")), LEAK_SURE);
	CHECK_INT(leak_holds(l, STR("X104711")), LEAK_NONE);
}
