#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

enum { CTRL_C = 3 };

/* A line without its end. Keys that would end the program are read like others: the terminal must
 * not be left without an echo. */
static enum status
read_line(int tty, char *ret, size_t size, struct err *e)
{
	size_t n = 0;
	for (;;) {
		char c;
		ssize_t k = read(tty, &c, 1);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0 || c == CTRL_C)
			return err_set(e, E_INPUT, "", "No passphrase was given.");
		if (c == '\n')
			break;
		if (n + 1 == size)
			return err_set(e, E_INPUT, "", "The passphrase is longer than %zu bytes.",
				size - 1);
		ret[n++] = c;
	}
	ret[n] = '\0';
	return OK;
}

enum status
terminal_passphrase(const char *prompt, char *ret, size_t size, struct err *e)
{
	struct termios was;
	cleanup_fd int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty < 0 || tcgetattr(tty, &was) < 0)
		return err_set(e, E_INPUT, "",
			"The passphrase is asked for on a terminal, and there is none.");
	struct termios quiet = was;
	quiet.c_lflag &= (tcflag_t) ~(ECHO | ISIG);
	quiet.c_cc[VEOL] = CTRL_C;
	if (tcsetattr(tty, TCSAFLUSH, &quiet) < 0)
		return err_errno(e, "the terminal");
	enum status s = io_write_fd(tty, prompt, strlen(prompt), e);
	if (s == OK)
		s = read_line(tty, ret, size, e);
	tcsetattr(tty, TCSAFLUSH, &was);
	io_write_fd(tty, "\n", 1, NULL);
	return s;
}
