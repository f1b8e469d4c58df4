#include "warden/message.h"

#include <string.h>

#include "base/str.h"
#include "wire/archive.h"

/* A head alone: there is nothing in it to judge. */
static enum status
no_check(const void *msg, struct err *e)
{
	return OK;
}

static enum status
id_check(const void *msg, struct err *e)
{
	const struct pw_id *m = msg;
	if (m->id == 0 || m->id > MESSAGE_ID_MAX)
		return err_set(e, E_INPUT, "id", "The id is out of range.");
	return OK;
}

static enum status
job_check(const void *msg, struct err *e)
{
	const struct pw_job *m = msg;
	if (m->job == 0 || m->job > MESSAGE_ID_MAX)
		return err_set(e, E_INPUT, "job", "The job's id is out of range.");
	if (m->kind < JOB_INBOX || m->kind >= JOB_KINDS)
		return err_set(e, E_INPUT, "kind", "There is no job of kind %u.", m->kind);
	return OK;
}

static enum status
members_check(const struct pw_ws *m, struct err *e)
{
	uint64_t slots = 0;
	if (m->n_members > PW_MEMBERS)
		return err_set(
			e, E_INPUT, "n_members", "A workspace has at most %d members.", PW_MEMBERS);
	for (uint32_t i = 0; i < m->n_members; i++) {
		const struct pw_member *p = &m->members[i];
		if (p->person == 0 || p->person > MESSAGE_ID_MAX)
			return err_set(e, E_INPUT, "person", "A person's id is out of range.");
		if (p->slot >= PW_SLOTS || (slots & 1ull << p->slot))
			return err_set(e, E_INPUT, "slot",
				"Slot %u is out of range or given twice.", p->slot);
		slots |= 1ull << p->slot;
		if (!pw_login_ok(p->name, sizeof p->name))
			return err_set(e, E_INPUT, "name", "The login name of slot %u is not one.",
				p->slot);
		for (uint32_t k = 0; k < i; k++)
			if (m->members[k].person == p->person || streq(m->members[k].name, p->name))
				return err_set(e, E_INPUT, "name",
					"Slots %u and %u are the same person or name.",
					m->members[k].slot, p->slot);
	}
	return OK;
}

static enum status
ws_check(const void *msg, struct err *e)
{
	const struct pw_ws *m = msg;
	if (m->ws == 0 || m->ws > MESSAGE_ID_MAX)
		return err_set(e, E_INPUT, "ws", "The workspace's id is out of range.");
	if (m->stage < WS_SETUP || m->stage > WS_FROZEN)
		return err_set(e, E_INPUT, "stage", "There is no stage %u.", m->stage);
	if ((m->release != 0 && m->stage == WS_FROZEN) ||
		(m->release == 0 && m->stage != WS_SETUP && m->stage != WS_FROZEN) ||
		m->release > MESSAGE_ID_MAX)
		return err_set(e, E_INPUT, "release", "A stage with data needs a release.");
	/* The ranges of the configured defaults; 0 asks for the default. */
	if (m->memory_mb && (m->memory_mb < 128 || m->memory_mb > 4194304))
		return err_set(e, E_INPUT, "memory_mb", "Memory must be 128 to 4194304 MB.");
	if (m->cpus > 4096)
		return err_set(e, E_INPUT, "cpus", "There are at most 4096 processors.");
	if (m->processes && (m->processes < 16 || m->processes > 65536))
		return err_set(e, E_INPUT, "processes", "Processes must be 16 to 65536.");
	if (m->disk_mb && (m->disk_mb < 64 || m->disk_mb > 16777216))
		return err_set(e, E_INPUT, "disk_mb", "The disk must be 64 to 16777216 MB.");
	return members_check(m, e);
}

static enum status
person_check(const void *msg, struct err *e)
{
	const struct pw_ws_person *m = msg;
	if (m->ws == 0 || m->ws > MESSAGE_ID_MAX || m->person == 0 || m->person > MESSAGE_ID_MAX)
		return err_set(e, E_INPUT, "person", "An id is out of range.");
	return OK;
}

_Static_assert(sizeof((struct pw_archive *)0)->label == ARCHIVE_LABEL_MAX + 1, "label");

static enum status
archive_check(const void *msg, struct err *e)
{
	const struct pw_archive *m = msg;
	size_t n = strnlen(m->label, sizeof m->label);
	if (m->ws == 0 || m->ws > MESSAGE_ID_MAX)
		return err_set(e, E_INPUT, "ws", "The workspace's id is out of range.");
	if (n == sizeof m->label || !archive_label_ok((struct str){ m->label, n }))
		return err_set(e, E_INPUT, "label", "The archive's label is not one.");
	if (!archive_costs_ok(m->passes, m->memory_kb))
		return err_set(e, E_INPUT, "passes", "The key's costs are out of range.");
	return OK;
}

static enum status
try_check(const void *msg, struct err *e)
{
	const struct pw_try *m = msg;
	if (m->ws == 0 || m->ws > MESSAGE_ID_MAX)
		return err_set(e, E_INPUT, "ws", "The workspace's id is out of range.");
	return OK;
}

static enum status
audit_check(const void *msg, struct err *e)
{
	const struct pw_audit_head *m = msg;
	if (m->n == 0 || m->n > MESSAGE_ID_MAX)
		return err_set(e, E_INPUT, "n", "The number of entries is out of range.");
	return OK;
}

static const struct rule {
	const char *name;
	size_t size;
	int n_fds;
	enum status (*check)(const void *, struct err *);
} rules[] = {
#define RULE(type, body, n_fds, check, handler) [type] = { #type, sizeof(body), n_fds, check },
	MESSAGES(RULE)
#undef RULE
};
enum { N_RULES = sizeof rules / sizeof rules[0] };

enum status
message_check(const void *msg, size_t n, int n_fds, struct err *e)
{
	struct wire_head h;
	if (n < sizeof h)
		return err_set(e, E_INPUT, "head", "A message of %zu bytes has no head.", n);
	memcpy(&h, msg, sizeof h);
	if (h.type >= N_RULES || !rules[h.type].name)
		return err_set(e, E_INPUT, "type", "The portal may not send type %u.", h.type);
	const struct rule *r = &rules[h.type];
	if (n != r->size)
		return err_set(
			e, E_INPUT, "size", "%s has %zu bytes, not %zu.", r->name, n, r->size);
	if (n_fds != r->n_fds)
		return err_set(e, E_INPUT, "fds", "%s came with %d descriptors, not %d.", r->name,
			n_fds, r->n_fds);
	/* Rising order cannot be asked for: the portal's threads send side by side. */
	if (h.seq % 2 == 0)
		return err_set(e, E_INPUT, "seq", "%s has the even number %u.", r->name, h.seq);
	return r->check(msg, e);
}

const char *
message_name(uint32_t type)
{
	return type < N_RULES && rules[type].name ? rules[type].name : "unknown";
}
