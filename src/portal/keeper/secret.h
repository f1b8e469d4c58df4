/*
 * What one job must be told and nobody may write down: who a patient is. It is kept from the asking
 * until the job has ended, and goes to the curator in the job's spec, which is a sealed file in
 * memory; never into the database, a log or the audit trail. When the portal ends before the job
 * has begun it is gone, and must be asked again.
 *
 * The copy that is kept lies in locked memory and is wiped. What passes by does not: the form that
 * it came by and the spec it goes out with lie in ordinary memory for as long as a request and a
 * start take, so that a server without encrypted swap may write those to its disk (`host check`
 * says "no-swap").
 *
 * Owns copies; secrets_free and secrets_drop wipe them. Thread rule: free-threaded.
 */
#ifndef PORTAL_KEEPER_SECRET_H
#define PORTAL_KEEPER_SECRET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct secrets;

struct secrets *secrets_new(void);
void secrets_free(struct secrets *); /* NULL is fine */

/* text becomes the member `name` of that job's spec; both are copied. */
void secrets_put(struct secrets *, int64_t job, const char *name, const char *text);
void secrets_drop(struct secrets *, int64_t job);
bool secrets_has(struct secrets *, int64_t job);
/* The job's text into to (size bytes with the NUL), which the caller wipes; false when none fits.
 */
bool secrets_read(struct secrets *, int64_t job, char *to, size_t size);

/* spec (a JSON object with members) with the job's own added. E_ABSENT when it is not there any
 * more. */
enum status secrets_add(struct secrets *, struct arena *, int64_t job, const char *spec,
	const char **ret, struct err *);

#endif
