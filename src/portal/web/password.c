#include "portal/web/password.h"

#include <semaphore.h>
#include <sodium.h>
#include <stdatomic.h>

#include "portal/web/filters.h"
#include "portal/web/guess.h"
#include "portal/web/web.sql.h"

static sem_t hashing; /* how many passwords may be worked on at once */

__attribute__((constructor)) static void
hashing_init(void)
{
	sem_init(&hashing, 0, 2);
}

enum { HASHES_WAITING = 60 }; /* about three seconds' work */

static atomic_int waiting;

static enum status
hashing_begin(struct req *r, struct err *e)
{
	if (atomic_fetch_add(&waiting, 1) >= HASHES_WAITING) {
		atomic_fetch_sub(&waiting, 1);
		return err_set(e, E_BUSY, "",
			"Very many people are signing in at this moment. Please try again in a "
			"little while.");
	}
	store_give(r->db);
	r->db = NULL;
	while (sem_wait(&hashing) != 0)
		;
	return OK;
}

static void
hashing_end(struct req *r)
{
	sem_post(&hashing);
	atomic_fetch_sub(&waiting, 1);
	r->db = store_take(r->server->store, r->arena);
}

enum status
password_hash(struct req *r, const char *password, const char **ret, struct err *e)
{
	char *out = arena_alloc(r->arena, crypto_pwhash_STRBYTES);
	TRY(hashing_begin(r, e));
	int bad = crypto_pwhash_str(out, password, strlen(password),
		crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);
	hashing_end(r);
	if (bad)
		return err_set(e, E_BUSY, "", "The server has no memory to spare; try again soon.");
	*ret = out;
	return OK;
}

enum status
password_check(struct req *r, const char *hash, const char *password, bool *ret, struct err *e)
{
	/* Of a password that nobody has: same parameters, so the same time. */
	static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
				     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	TRY(hashing_begin(r, e));
	int bad = crypto_pwhash_str_verify(hash ? hash : nobody, password, strlen(password));
	hashing_end(r);
	*ret = hash && !bad;
	return OK;
}

enum status
password_mine(struct req *r, const char *field, const char *password, struct err *e)
{
	struct person_proof me;
	bool right;
	TRY(db_person_proof(r->db, r->me.id, &me, e));
	if (!me.password)
		return err_set(e, E_CONFLICT, field,
			"You have no password yet. Choose one on your account page first.");
	if (!guess_try(me.email, r->address, r->now))
		return err_set(e, E_BUSY, field,
			"Too many wrong passwords for this address. Wait ten minutes.");
	TRY(password_check(r, me.password, password, &right, e));
	if (!right)
		return err_set(e, E_INPUT, field, "This is not your password.");
	guess_right(me.email, r->address);
	return OK;
}

enum status
password_witness(struct req *r, const char *field, const char *password, struct err *e)
{
	struct person_proof me;
	TRY(password_mine(r, field, password, e));
	TRY(db_person_proof(r->db, r->me.id, &me, e));
	if (me.witness_from > r->now)
		return err_set(e, E_CONFLICT, field,
			"You chose this password by a sign-in link, as anybody could who reads "
			"your mail. It counts for this from %s UTC on.",
			filter_moment(r->arena, me.witness_from));
	return OK;
}

enum status
password_work(struct req *r, enum status (*fn)(void *, struct err *), void *ctx, struct err *e)
{
	TRY(hashing_begin(r, e));
	enum status s = fn(ctx, e);
	hashing_end(r);
	return s;
}
