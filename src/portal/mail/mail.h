/*
 * Mail: what waits in the outbox is brought to the hospital's mail server, and people read what
 * became of it.
 *
 * Whoever writes to somebody adds a row to the outbox in the transaction of what it tells of
 * (db_outbox_add). The mailer, one thread, takes rows in order, notes each try before it is made
 * and the answer after it: a kill at any moment may send one twice, with the same Message-ID, and
 * loses none. It holds neither a connection to the database nor a lock while it talks.
 *
 * Of a row that is sent its text is gone; of one that failed, MAIL_KEEP_SECONDS later.
 */
#ifndef PORTAL_MAIL_MAIL_H
#define PORTAL_MAIL_MAIL_H

#include "portal/web/req.h"
#include "portal/web/route.h"

enum {
	MAIL_TRY_SECONDS = 3 * 86400,   /* then it has failed */
	MAIL_KEEP_SECONDS = 14 * 86400, /* as long as the longest sign-in link is good */
};

/* ---- what pages say: the only place that knows whether they may promise mail ---- */

/*
 * One sentence about a sign-in link to an address: that it is on its way, or that mail is not set
 * up and how the link comes then.
 */
const char *mail_link_words(struct arena *, const struct config *, const char *to);
/* The same of other news, for `who` ("They are", "3 people are"). */
const char *mail_news_words(struct arena *, const struct config *, const char *who);

/* ---- one message, pure ---- */

struct mail_message {
	int64_t id, created;
	const char *to, *subject, *body; /* UTF-8; to has passed mailbox_ok */
};

/*
 * The message as it goes to the server (RFC 5322, 2045, 2047): ASCII, lines ending in CRLF, none
 * longer than 78 bytes but those of long addresses. from is the configuration's. Nothing in a
 * subject or a text can begin a header. Sent twice, only Date differs.
 */
struct str mail_text(struct arena *, const char *from, const struct mail_message *, int64_t now);

/*
 * The first sign-in link in a text: an address with a path /in/ and a token, as views. false when
 * there is none that looks like one.
 */
bool mail_find_link(struct str text, struct str *ret_url, struct str *ret_token);

/* How long to wait after try number n (from 1): 1, 2, 4, ... minutes, at most 6 hours. Seconds. */
int64_t mail_pause(int64_t n);

enum mail_stage { MAIL_BEFORE, MAIL_RECIPIENT, MAIL_CONTENT };
enum mail_outcome {
	MAIL_SENT,
	MAIL_LATER,  /* this one */
	MAIL_NEVER,  /* this one */
	MAIL_OUTAGE, /* the server takes none at present */
};

/* What the server's answer (its code, 0 for none) at a stage means for a message not taken. */
enum mail_outcome mail_judge(enum mail_stage, int code);

/* A server's sentence or an error's, fit to be kept and shown: no control characters, UTF-8. */
const char *mail_reason(struct arena *, const char *);

/* ---- the sign-in link in a mail (link.c) ---- */

/* Why a mail was not sent whose link would lead nowhere. It can be sent with a new one. */
#define MAIL_LINK_ENDED                                                                            \
	"The sign-in link in it no longer works: it was used, ran out, or ended when a backup "    \
	"was "                                                                                     \
	"put back."

/* false when the text has a link of ours that was used, ended, or is too old. */
enum status mail_link_works(struct db *, const char *body, int64_t now, bool *ret, struct err *);
/*
 * In a transaction: the text with a new link in the old one's place, for the same person, path and
 * number of days. E_ABSENT when it has none.
 */
enum status mail_renew_link(struct db *, const struct config *, const char *body, int64_t now,
	const char **ret, struct err *);

/* ---- the thread ---- */

struct mailer;

/* Starts it; without a configured server it only ends what has waited too long. E_IO. */
enum status mailer_start(struct server *, struct mailer **ret, struct err *);
/* Breaks off what is being said, ends the thread and frees. NULL is fine. */
void mailer_stop(struct mailer *);

/* ---- one conversation, for the mailer ---- */

struct mail_line;

/*
 * Something to send several messages by, over one connection where the server allows it. stop is
 * looked at about every second, and breaks off when it is true. E_INPUT when the password cannot be
 * read. The configuration must outlive it.
 */
enum status mail_line_open(const struct config *, bool (*stop)(void *), void *ctx,
	struct mail_line **ret, struct err *);
void mail_line_close(struct mail_line *); /* NULL is fine */
/* *ret_reason (the arena's): "" when it was sent. */
enum mail_outcome mail_line_send(struct mail_line *, struct arena *, const char *to,
	struct str text, const char **ret_reason);

/* ---- the page ---- */

struct mail_row {
	int64_t id, created, ended, tries, next;
	const char *email, *subject, *state, *reason;
	bool again; /* can be sent once more: it failed, and its text is still here */
	bool anew;  /* and then gets a new sign-in link, for the one in it has ended */
};

struct mail_view {
	int64_t waiting, sent, failed, older;
	bool set_up;
	const char *state, *operator_words;
	LIST(struct mail_row) mails;
};

extern const struct route mail_routes[];

#endif
