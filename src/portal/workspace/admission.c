/* Who may be in a workspace, as a pure rule. */
#include "portal/workspace/workspace.h"

/* How much data a stage holds: none, a sample, all. Unknown words count as the most. */
static int
depth(const char *stage)
{
	if (streq(stage, "") || streq(stage, "setup") || streq(stage, "frozen"))
		return 0;
	return streq(stage, "sample") ? 1 : 2;
}

const char *
workspace_want(enum phase p)
{
	switch (p) {
	case PHASE_SETUP:
		return "setup";
	case PHASE_SAMPLE:
		return "sample";
	case PHASE_FULL:
		return "full";
	case PHASE_PRESENTATIONS:
		return "frozen";
	case PHASE_CLOSED:
		return "destroyed";
	default:
		return "closed";
	}
}

enum status
workspace_judge(const struct admission_facts *f, struct err *e)
{
	if (f->asks_session && !f->signed_in)
		return err_set(e, E_AUTH, "", "Your sign-in has ended. Please sign in again.");
	if (!f->member)
		return err_set(e, E_DENIED, "", "You are not a member of this team.");
	if (!f->participant)
		return err_set(e, E_DENIED, "", "You are not a participant of %s.", f->event_name);
	if (f->phase < PHASE_SETUP)
		return err_set(e, E_DENIED, "", "The workspaces of %s open with the setup phase.",
			f->event_name);
	if (f->phase > PHASE_PRESENTATIONS)
		return err_set(e, E_DENIED, "",
			"Work on the data of %s has ended; the workspaces are closed.",
			f->event_name);
	if (f->all_sealed)
		return err_set(e, E_DENIED, "",
			"Every workspace of %s is sealed for now; an organiser or the data steward "
			"opens them again.",
			f->event_name);
	if (!f->agreement)
		return err_set(e, E_DENIED, "",
			"%s has no agreement on the use of its data yet; without one nobody may "
			"enter a workspace.",
			f->event_name);
	if (!f->signed_it)
		return err_set(e, E_DENIED, "",
			"Please read and sign the current version of the agreement of %s first.",
			f->event_name);
	/* Not the state: a workspace that is about to be closed takes nobody any more. */
	if (streq(f->want, "closed") || streq(f->want, "destroyed"))
		return err_set(e, E_CONFLICT, "",
			"The workspace was closed by an organiser or the data steward.");
	if (streq(f->state, "opening"))
		return err_set(e, E_BUSY, "", "The workspace is opening; try again in a moment.");
	if (!streq(f->state, "open"))
		return err_set(e, E_CONFLICT, "", "The workspace is not open at the moment.");
	if (depth(f->stage) > depth(workspace_want(f->phase)))
		return err_set(e, E_DENIED, "",
			"The workspace still holds data that this phase does not open.");
	return OK;
}
