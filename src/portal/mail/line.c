/* One conversation with the mail server: libcurl speaks, and we listen to what was answered when.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mailbox.h"
#include "portal/mail/mail.h"

/*
 * Greeting, TLS and password must come within CONNECT_SECONDS. A filter may look at a text for long
 * before it is taken, and breaking off then would send it twice.
 */
enum { CONNECT_SECONDS = 20, ANSWER_SECONDS = 120, ALL_SECONDS = 300, PASSWORD_BYTES = 1024 };

struct mail_line {
	CURL *curl;
	const struct config *config;
	bool (*stop)(void *);
	void *ctx;
	struct str text;
	enum mail_stage stage;
	bool over;
	curl_socket_t sock; /* the newest; libcurl's */
	char said[256];     /* the server's newest line */
	char error[CURL_ERROR_SIZE];
};

/* A file of our own that nobody else can read, or somebody else has the password already. */
static enum status
read_password(struct arena *a, const char *path, struct str *ret, struct err *e)
{
	struct stat st;
	struct str s;
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0)
		return err_errno(e, "mail_password_file %s", path);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 077)
		return err_set(e, E_INPUT, "mail_password_file",
			"mail_password_file %s must be a file of the portal's user with mode 0600.",
			path);
	TRY(io_read_fd(a, fd, PASSWORD_BYTES, &s, e));
	*ret = str_trim(s);
	return OK;
}

static enum status
set_password(CURL *c, const struct config *config, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	struct str password;
	if (!config->mail_user[0])
		return OK;
	TRY(read_password(a, config->mail_password_file, &password, e));
	char *text = str_dup(a, password);
	curl_easy_setopt(c, CURLOPT_USERNAME, config->mail_user);
	curl_easy_setopt(c, CURLOPT_PASSWORD, text);
	sodium_memzero(text, password.n);
	sodium_memzero((char *)password.p, password.n);
	return OK;
}

static size_t
on_read(char *to, size_t size, size_t n, void *arg)
{
	struct mail_line *l = arg;
	n = size * n < l->text.n ? size * n : l->text.n;
	memcpy(to, l->text.p, n);
	l->text.p += n;
	l->text.n -= n;
	return n;
}

static int
on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct mail_line *l = arg;
	bool ends = l->stop(l->ctx);
	/* Or libcurl would take leave of the server, and wait for its answer. */
	if (ends && l->sock >= 0)
		shutdown(l->sock, SHUT_RDWR);
	return ends;
}

static int
on_socket(void *arg, curl_socket_t sock, curlsocktype purpose)
{
	struct mail_line *l = arg;
	l->sock = sock;
	return CURL_SOCKOPT_OK;
}

/* Which of our words the answers belong to; of a password that passes here nothing is kept. */
static int
on_talk(CURL *curl, curl_infotype type, char *p, size_t n, void *arg)
{
	struct mail_line *l = arg;
	struct str s = { p, n };
	/* The connection to a server that said no is ended, politely, before we are told. */
	if (type == CURLINFO_HEADER_OUT && str_starts(s, "QUIT"))
		l->over = true;
	if (l->over)
		return 0;
	if (type == CURLINFO_HEADER_OUT) {
		l->stage = str_starts(s, "RCPT ")  ? MAIL_RECIPIENT
			   : str_starts(s, "DATA") ? MAIL_CONTENT
						   : MAIL_BEFORE;
		l->said[0] = '\0';
	} else if (type == CURLINFO_HEADER_IN) {
		n = n < sizeof l->said - 1 ? n : sizeof l->said - 1;
		memcpy(l->said, p, n);
		l->said[n] = '\0';
	}
	return 0;
}

enum status
mail_line_open(const struct config *config, bool (*stop)(void *), void *ctx, struct mail_line **ret,
	struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	bool tls, local;
	struct str name, from;
	struct mail_line *l = calloc(1, sizeof *l);
	CURL *c = curl_easy_init();
	if (!l || !c)
		BUG("out of memory");
	*l = (struct mail_line){
		.curl = c, .config = config, .stop = stop, .ctx = ctx, .sock = -1
	};
	if (!mailserver_parse(str_of(config->mail_server), &tls, &local) ||
		!mailbox_split(str_of(config->mail_from), &name, &from))
		BUG("a configuration that was not checked");
	curl_easy_setopt(c, CURLOPT_URL, config->mail_server);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, tls ? "smtps" : "smtp");
	curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(local ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	if (config->mail_ca_file[0]) {
		curl_easy_setopt(c, CURLOPT_CAINFO, config->mail_ca_file);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)ANSWER_SECONDS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)ALL_SECONDS);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, str_dup(a, from));
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(c, CURLOPT_READDATA, l);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, l);
	curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, on_socket);
	curl_easy_setopt(c, CURLOPT_SOCKOPTDATA, l);
	curl_easy_setopt(c, CURLOPT_SASL_IR, 1L);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_talk);
	curl_easy_setopt(c, CURLOPT_DEBUGDATA, l);
	curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, l->error);
	enum status s = set_password(c, config, e);
	if (s != OK)
		mail_line_close(l);
	else
		*ret = l;
	return s;
}

void
mail_line_close(struct mail_line *l)
{
	if (!l)
		return;
	curl_easy_cleanup(l->curl);
	free(l);
}

/* 250 at the beginning of "250 2.0.0 ok"; 0 for anything else. */
static int
code_of(const char *said)
{
	int code = 0;
	for (int i = 0; i < 3; i++) {
		if (said[i] < '0' || said[i] > '9')
			return 0;
		code = code * 10 + said[i] - '0';
	}
	return code;
}

/* What the operator can do something about, in our words; NULL for all else. */
static const char *
tls_words(const struct mail_line *l, struct arena *a, CURLcode c)
{
	const char *ca = l->config->mail_ca_file, *server = l->config->mail_server;
	switch ((int)c) {
	case CURLE_PEER_FAILED_VERIFICATION:
		return arena_printf(a,
			"Nothing was sent: the certificate of %s is not good by %s, has run out, "
			"or is "
			"for another name. %s",
			server, ca[0] ? ca : "this machine's authorities (ca-certificates)",
			l->error);
	case CURLE_USE_SSL_FAILED:
		return arena_printf(a,
			"Nothing was sent: %s does not offer TLS (STARTTLS), and without it mail "
			"does "
			"not leave this machine.",
			server);
	case CURLE_SSL_CACERT_BADFILE:
		return arena_printf(a,
			"Nothing was sent: the authorities in %s cannot be read, by which the mail "
			"server's certificate would be checked.",
			ca[0] ? ca : "/etc/ssl/certs (is ca-certificates installed?)");
	case CURLE_SSL_CONNECT_ERROR:
		return arena_printf(
			a, "Nothing was sent: %s does not speak TLS with us. %s", server, l->error);
	default:
		return NULL;
	}
}

enum mail_outcome
mail_line_send(struct mail_line *l, struct arena *a, const char *to, struct str text,
	const char **ret_reason)
{
	struct curl_slist *list = curl_slist_append(NULL, to);
	if (!list)
		BUG("out of memory");
	l->text = text;
	l->stage = MAIL_BEFORE;
	l->over = false;
	l->said[0] = l->error[0] = '\0';
	curl_easy_setopt(l->curl, CURLOPT_MAIL_RCPT, list);
	curl_easy_setopt(l->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)text.n);
	CURLcode c = curl_easy_perform(l->curl);
	curl_easy_setopt(l->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(list);
	*ret_reason = "";
	if (c == CURLE_OK)
		return MAIL_SENT;
	int code = code_of(l->said);
	const char *tls = tls_words(l, a, c);
	if (tls)
		*ret_reason = mail_reason(a, tls);
	else if (code >= 400)
		*ret_reason = mail_reason(a, arena_printf(a, "The mail server said: %s", l->said));
	else
		*ret_reason =
			mail_reason(a, arena_printf(a, "The mail server did not take it: %s.",
					       l->error[0] ? l->error : curl_easy_strerror(c)));
	return tls ? MAIL_OUTAGE : mail_judge(l->stage, code);
}
