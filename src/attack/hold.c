/*
 * The other side of an attack: a team that does what teams do, and leaves open what it could leave
 * open. `bait` holds locks, memory, sockets and files; both modes listen on their loopback.
 *
 * Says "ready PORT". Then each byte on standard input is a question: 'p' is answered "pong",
 * 'd' "desk CODE", both at once. At the end of input it takes everything away and ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "attack/inside.h"
#include "attack/shared.h"

enum { PATHS = 40 };

static char paths[PATHS][256];
static size_t n_paths;
static int shm = -1, sem = -1;

static void
add(const char *list)
{
	while (n_paths < PATHS && sscanf(list, "%255s", paths[n_paths]) == 1) {
		list += strspn(list, " ");
		list += strlen(paths[n_paths++]);
	}
}

static void
hold_locks(void)
{
	char file[256];
	if (first_file("/data", file, sizeof file))
		add(file);
	add(SHARED_PROGRAMS);
	add(SHARED_SETTINGS);
	add(SHARED_REST);
	for (size_t i = 0; i < n_paths; i++)
		flock(open(paths[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC), LOCK_EX | LOCK_NB);
}

/* Uses everything that is shared, so that somebody who listens has something to hear. */
static void
use(void)
{
	char buf[64];
	for (size_t i = 0; i < n_paths; i++) {
		int fd = open(paths[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0 && read(fd, buf, sizeof buf) >= 0)
			lseek(fd, 0, SEEK_SET);
		if (fd >= 0)
			close(fd);
	}
}

static void
bait_files(bool there)
{
	static const char *const dirs[] = { "", "/tmp", "/dev/shm", "/team" };
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
		const char *path = own(dirs[i], ground.team);
		if (there)
			spill(path, ground.team);
		else
			unlink(path);
	}
}

static void
bait_memory(void)
{
	shm = shmget(shared_key(ground.team), 4096, IPC_CREAT | 0666);
	sem = semget(shared_key(ground.team), 1, IPC_CREAT | 0666);
	char *p = shm < 0 ? (char *)-1 : shmat(shm, NULL, 0);
	if (p != (char *)-1)
		snprintf(p, 4096, "%s", ground.team);
}

static void
answer(char question)
{
	if (question == 'p')
		puts("pong");
	else if (question == 'd')
		printf("desk %d\n", desk_ask("status 0 -\n", NULL, 0, NULL, 0));
	fflush(stdout);
}

int
hold_run(bool bait)
{
	char port[16] = "0", c;
	int tcp = listen_tcp(bait ? "127.0.0.1" : "0.0.0.0", "0", port);
	int name = listen_abstract(ground.team);
	struct pollfd p = { 0, POLLIN, 0 };
	if (tcp < 0 || name < 0) {
		printf("failed %s\n", strerror(errno));
		return 1;
	}
	if (bait) {
		hold_locks();
		bait_files(true);
		bait_memory();
	}
	printf("ready %s\n", port);
	fflush(stdout);
	for (;;) {
		if (poll(&p, 1, 20) > 0) {
			if (read(0, &c, 1) != 1)
				break;
			answer(c);
		}
		if (bait && beat_of_use())
			use();
	}
	bait_files(false);
	if (shm >= 0)
		shmctl(shm, IPC_RMID, NULL);
	if (sem >= 0)
		semctl(sem, 0, IPC_RMID);
	return 0;
}
