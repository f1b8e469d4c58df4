/* Every address of the portal, room by room in the order of an event's life. */
#include "portal/airlock/airlock_view.h"
#include "portal/archive/archive.h"
#include "portal/catalogue/catalogue.h"
#include "portal/data/data.h"
#include "portal/dictionary/dictionary.h"
#include "portal/data/key.h"
#include "portal/recipe/recipe.h"
#include "portal/risk/risk.h"
#include "portal/event/event.h"
#include "portal/jury/jury.h"
#include "portal/mail/mail.h"
#include "portal/packages/packages.h"
#include "portal/people/people.h"
#include "portal/report/report.h"
#include "portal/score/board.h"
#include "portal/team/team.h"
#include "portal/today/today.h"
#include "portal/usage/usage.h"
#include "portal/web/route.h"
#include "portal/workspace/workspace.h"

const struct route *const all_routes[] = {
	account_routes,
	event_routes,
	programme_routes,
	phase_routes,
	role_routes,
	steward_routes,
	mail_routes,
	today_routes,
	project_routes,
	catalogue_routes,
	apply_routes,
	application_routes,
	agreement_routes,
	team_routes,
	data_routes,
	profile_routes,
	recipe_routes,
	risk_routes,
	dictionary_routes,
	sign_routes,
	withdraw_routes,
	key_routes,
	destroy_routes,
	usage_routes,
	activity_routes,
	workspace_routes,
	seal_routes,
	archive_routes,
	packages_routes,
	score_routes,
	airlock_routes,
	airlock_request_routes,
	airlock_act_routes,
	presentation_routes,
	jury_routes,
	report_routes,
	NULL,
};
