#include "base/tap.h"

#include "portal/team/team.h"

TEST(logins_come_from_first_names)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(team_login(a, "Noa Levi"), "noa");
	CHECK_STR(team_login(a, "Anne-Marie Berg"), "annemarie");
	CHECK_STR(team_login(a, "Bartholomew-Maximilian X"), "bartholomewm");
	CHECK_STR(team_login(a, "Dr Amir Haddad"), "member");
	CHECK_STR(team_login(a, "נועה לוי"), "member");
	CHECK_STR(team_login(a, ""), "member");
	CHECK_STR(team_login(a, "X"), "member");
	CHECK_STR(team_login(a, "../../etc Passwd"), "etc");
}
