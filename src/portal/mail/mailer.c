/* The thread that takes mail out of the outbox. */
#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "portal/mail/mail.h"
#include "portal/mail/mail.sql.h"

enum { TICK_MS = 1000, OUTAGE_MS = 60000, SWEEP_MS = 60000 };

struct mailer {
	struct server *server;
	pthread_t thread;
	pthread_mutex_t lock; /* for wake only */
	pthread_cond_t wake;
	atomic_bool stop;
	int64_t quiet_ms; /* the server takes none: not before */
	int64_t swept_ms;
};

static bool
stops(void *arg)
{
	struct mailer *m = arg;
	return atomic_load(&m->stop);
}

/*
 * Noted before it is made: a database that cannot be written then keeps mail from being sent over
 * and over. E_ABSENT when somebody else has decided about the row meanwhile.
 */
static enum status
claim(struct mailer *m, struct arena *a, const struct mail_due *row, struct err *e)
{
	cleanup_db struct db *db = store_take(m->server->store, a);
	int64_t now = clock_now();
	TRY(db_mail_try(db, row->id, row->tries, now + mail_pause(row->tries + 1), e));
	return db_changes(db) ? OK : E_ABSENT;
}

static enum status
note(struct mailer *m, struct arena *a, int64_t id, enum mail_outcome how, const char *reason,
	struct err *e)
{
	cleanup_db struct db *db = store_take(m->server->store, a);
	if (how == MAIL_SENT)
		return db_mail_sent(db, id, clock_now(), e);
	if (how == MAIL_NEVER)
		return db_mail_fail(db, id, reason, clock_now(), e);
	return db_mail_later(db, id, reason, e);
}

/* Nobody is sent a link that leads nowhere: a restore ends all, and some run out while they wait.
 */
static enum status
link_works(struct mailer *m, struct arena *a, const struct mail_due *row, bool *ret, struct err *e)
{
	cleanup_db struct db *db = store_take(m->server->store, a);
	return mail_link_works(db, row->body, clock_now(), ret, e);
}

/* One row; false when the server takes none at present, or we cannot write down what it takes. */
static bool
send_one(struct mailer *m, struct mail_line *l, struct arena *a, const struct mail_due *row)
{
	struct err e = { 0 };
	const char *reason;
	enum mail_outcome how = MAIL_NEVER;
	bool works;
	enum status s = claim(m, a, row, &e);
	if (s == E_ABSENT)
		return true;
	if (s == OK)
		s = link_works(m, a, row, &works, &e);
	if (s == OK && !mailbox_ok(str_of(row->email))) {
		reason = "That is no address that mail can be sent to.";
	} else if (s == OK && !works) {
		reason = MAIL_LINK_ENDED;
	} else if (s == OK) {
		const struct mail_message one = { row->id, row->created, row->email, row->subject,
			row->body };
		how = mail_line_send(l, a, row->email,
			mail_text(a, m->server->config.mail_from, &one, clock_now()), &reason);
		if (how != MAIL_SENT && stops(m))
			return false;
	}
	if (s == OK)
		s = note(m, a, row->id, how, reason, &e);
	if (s != OK) {
		log_error("what became of mail cannot be noted", "mail=%lld why=%s",
			(long long)row->id, log_safe(a, e.text, strlen(e.text)));
		return false;
	}
	if (how == MAIL_SENT)
		log_info("mail sent", "mail=%lld", (long long)row->id);
	else
		log_warn(how == MAIL_NEVER ? "mail failed" : "mail not sent yet",
			"mail=%lld why=%s", (long long)row->id,
			log_safe(a, reason, strlen(reason)));
	return how != MAIL_OUTAGE;
}

/* As many as are due, in order, over one connection. */
static void
send_due(struct mailer *m)
{
	cleanup_arena struct arena *a = arena_new();
	struct mail_due_rows rows = { 0 };
	struct mail_line *l = NULL;
	struct err e = { 0 };
	struct db *db = store_take(m->server->store, a);
	enum status s = db_mail_due(db, clock_now(), &rows, &e);
	store_give(db);
	if (s == OK && rows.n == 0)
		return;
	if (s == OK)
		s = mail_line_open(&m->server->config, stops, m, &l, &e);
	if (s != OK && rows.n)
		note(m, a, rows.at[0].id, MAIL_OUTAGE, e.text, &(struct err){ 0 });
	if (s != OK) {
		log_error("mail cannot be sent", "why=%s", log_safe(a, e.text, strlen(e.text)));
		m->quiet_ms = clock_mono_ms() + OUTAGE_MS;
		return;
	}
	for (size_t i = 0; i < rows.n && !stops(m); i++) {
		if (send_one(m, l, a, &rows.at[i]))
			continue;
		m->quiet_ms = clock_mono_ms() + OUTAGE_MS;
		break;
	}
	mail_line_close(l);
}

static void
sweep(struct mailer *m)
{
	cleanup_arena struct arena *a = arena_new();
	cleanup_db struct db *db = store_take(m->server->store, a);
	struct err e = { 0 };
	int64_t now = clock_now();
	enum status s = db_mail_expire(db, now - MAIL_TRY_SECONDS,
		config_mails(&m->server->config) ? "The mail server took nothing for three days."
						 : "Mail is not set up on this server.",
		now, &e);
	if (s == OK)
		s = db_mail_forget(db, now - MAIL_KEEP_SECONDS, &e);
	if (s != OK)
		log_error(
			"old mail cannot be ended", "why=%s", log_safe(a, e.text, strlen(e.text)));
}

static void *
run(void *arg)
{
	struct mailer *m = arg;
	for (;;) {
		int64_t now = clock_mono_ms();
		if (now >= m->swept_ms) {
			m->swept_ms = now + SWEEP_MS;
			sweep(m);
		}
		if (config_mails(&m->server->config) && now >= m->quiet_ms)
			send_due(m);
		int64_t until = clock_mono_ms() + TICK_MS;
		struct timespec t = { until / 1000, until % 1000 * 1000000 };
		pthread_mutex_lock(&m->lock);
		int late = 0;
		while (!stops(m) && !late)
			late = pthread_cond_timedwait(&m->wake, &m->lock, &t);
		pthread_mutex_unlock(&m->lock);
		if (stops(m))
			return NULL;
	}
}

enum status
mailer_start(struct server *server, struct mailer **ret, struct err *e)
{
	struct mailer *m = calloc(1, sizeof *m);
	pthread_condattr_t attr;
	if (!m || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		BUG("out of memory");
	m->server = server;
	pthread_mutex_init(&m->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&m->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&m->thread, NULL, run, m) != 0) {
		free(m);
		return err_set(e, E_IO, "", "No thread can be started.");
	}
	*ret = m;
	return OK;
}

void
mailer_stop(struct mailer *m)
{
	if (!m)
		return;
	pthread_mutex_lock(&m->lock);
	atomic_store(&m->stop, true);
	pthread_cond_broadcast(&m->wake);
	pthread_mutex_unlock(&m->lock);
	pthread_join(m->thread, NULL);
	pthread_cond_destroy(&m->wake);
	pthread_mutex_destroy(&m->lock);
	free(m);
}
