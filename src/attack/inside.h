/*
 * An attack on a workspace, tried from inside by the program a member could bring along: what it
 * tries, how it is tried, and a control that proves in the same place that the measuring works, so
 * that a dead workspace cannot pass for a safe one.
 *
 * The program knows nothing of the rest of the house and links only the C library: it runs among
 * strangers. Tables are constant. Each attempt and each control runs in a child process of its own
 * with a time limit, so being killed is an outcome and nothing needs to be freed.
 * Thread rule: one thread.
 */
#ifndef ATTACK_INSIDE_H
#define ATTACK_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

enum outcome {
	DEFEATED, /* refused or without effect */
	THROUGH,  /* it worked, or it reached what it should not reach */
	NOT_HERE, /* this host or this workspace lacks what the attack needs */
	UNCLEAR,  /* neither is shown; counts as a failure */
};

struct attack {
	const char *id; /* "N1.public-v4"; the letter is the group. NULL ends a table */
	const char *what;
	enum outcome (*attempt)(const struct attack *);
	bool (*control)(const struct attack *);
	/* Why this may get through all the same, when it is a known and accepted weakness. */
	const char *residual;
	const char *on; /* paths or addresses, as the attempt reads them */
	long nr;        /* a system call, with its arguments */
	long args[6];
	int seconds; /* time limit; 0 is ten */
};

extern const struct attack attacks_network[], attacks_files[], attacks_kernel[], attacks_calls[],
	attacks_limits[], attacks_teams[], attacks_data[], attacks_desk[];

/* What the host tells of its bait: `key=value` arguments. Absent ones are "". */
struct ground {
	const char *hosts;          /* addresses of the host, separated by commas */
	const char *gateway;        /* its default gateway */
	const char *dns;            /* its name servers, separated by commas */
	const char *tcp, *udp;      /* ports that the host listens on, everywhere */
	const char *portal, *rooms; /* ports of the server itself on loopback */
	const char *abstract;       /* abstract unix socket on the host */
	const char *secret;      /* the host's secret: in a file, a key, its listeners' greeting */
	const char *hidden;      /* path of the file that holds it */
	const char *state, *run; /* the server's folders */
	const char *name;        /* the host's own */
	const char *pids;        /* of the server's processes, separated by commas */
	const char *team;        /* the other team's secret and the name of all its bait */
	const char *team_port;   /* a port on the other team's loopback */
	const char *team_run;    /* the other team's folder on the host */
};
extern struct ground ground;

/* Outcomes with their reason, at most 300 bytes. */
enum outcome defeated(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
enum outcome through(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
enum outcome not_here(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
enum outcome unclear(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* By the value of a call that must fail for any reason: -1 is defeated, with errno's text. */
enum outcome must_fail(long value, const char *what);
/* The reason for a control that fails; returns false. */
bool bad(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Calls fn for each word of a list; stops at the first THROUGH or UNCLEAR. Empty: NOT_HERE. */
enum outcome each(const char *list, char sep, enum outcome (*fn)(const char *word));

/*
 * Connects within ms milliseconds: a descriptor, or -1 with errno (ETIMEDOUT when nothing said
 * no, which means that packets go somewhere).
 */
int connect_within(int type, const char *address, const char *port, int ms);
/* A unix socket by path, or by abstract name with '@' first. */
int connect_unix(const char *path, int ms);
int listen_tcp(const char *address, const char *port, char ret_port[16]);
int listen_abstract(const char *name);

/* At most size - 1 bytes, terminated; the length, or -1 with errno. */
ssize_t slurp(const char *path, char *buf, size_t size);
bool spill(const char *path, const char *text);
/* The first file below dir, or false. */
bool first_file(const char *dir, char *ret, size_t size);
/* Path of a new file of the member's own in dir; "" is the home, "/sock" the own socket folder. */
const char *own(const char *dir, const char *name);
bool contains(const char *p, size_t n, const char *word);
void pause_ms(int ms);

/* Controls shared by many. */
bool control_tcp(const struct attack *);
bool control_udp(const struct attack *);
bool control_unix(const struct attack *);
bool control_home(const struct attack *);
bool control_call(const struct attack *);
bool control_fork(const struct attack *);
bool control_proc(const struct attack *);
bool control_data(const struct attack *);
/* A system call that must be refused at the door: EPERM or ENOSYS, nothing that the kernel's own
 * code would say after looking at the arguments. */
enum outcome attempt_call(const struct attack *);
/* Every path of k->on (separated by spaces) must refuse to be opened for reading. */
enum outcome attempt_read(const struct attack *);

/* One question at the desk: the exit code of the answer, -1 when there is none. text may be NULL.
 */
int desk_ask(const char *line, const void *body, size_t n, char *text, size_t size);

/* The other team, or our own with a listener: plants bait, says "ready", answers until its standard
 * input ends. */
int hold_run(bool bait);

#endif
