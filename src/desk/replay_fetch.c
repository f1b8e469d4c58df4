/* One package from the mirror, compared with its hash: part of replay.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "desk/replay.h"

enum { HEAD_MAX = 4096 };

static bool
no(const struct package_line *l, const char *why)
{
	printf("%.*s %.*s %s. Nothing was installed.\n", (int)l->is.name.n, l->is.name.p,
		(int)l->is.version.n, l->is.version.p, why);
	return false;
}

static int
ask(const struct package_line *l)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(PACKAGES_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char head[PACKAGES_PATH_MAX + 128];
	int n = snprintf(head, sizeof head, "GET %.*s HTTP/1.0\r\nHost: 127.0.0.1:%d\r\n\r\n",
		(int)l->is.path.n, l->is.path.p, PACKAGES_PORT);
	cleanup_fd int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s < 0 || connect(s, (const struct sockaddr *)&at, sizeof at) < 0 ||
		io_write_fd(s, head, (size_t)n, NULL) != OK)
		return -1;
	return steal_fd(&s);
}

/* Reads up to the blank line, a byte at a time: what follows is the package's. */
static bool
read_head(int s, char head[HEAD_MAX])
{
	size_t n = 0;
	while (n < HEAD_MAX - 1) {
		ssize_t k = read(s, head + n, 1);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		head[++n] = '\0';
		if (n >= 4 && memcmp(head + n - 4, "\r\n\r\n", 4) == 0)
			return true;
	}
	return false;
}

bool
replay_fetch(const struct package_line *l, int file)
{
	static char part[65536];
	char head[HEAD_MAX] = "";
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state h;
	int64_t bytes = 0;
	ssize_t n;
	cleanup_fd int s = ask(l);
	if (s < 0 || !read_head(s, head))
		return no(l, "could not be fetched: the mirror does not answer");
	if (!str_starts(str_of(head), "HTTP/1.1 200 "))
		return no(l, "is not to be had any more");
	crypto_hash_sha256_init(&h);
	while ((n = read(s, part, sizeof part)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		crypto_hash_sha256_update(&h, (const unsigned char *)part, (size_t)n);
		bytes += n;
		if (file >= 0 && io_write_fd(file, part, (size_t)n, NULL) != OK)
			return no(l, "finds no room in the workspace");
	}
	crypto_hash_sha256_final(&h, hash);
	if (n < 0 || bytes < l->bytes)
		return no(l, "did not arrive whole");
	if (bytes != l->bytes || sodium_memcmp(hash, l->sha256, sizeof hash) != 0)
		return no(l, "has other bytes than where the list came from");
	return true;
}
