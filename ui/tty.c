#include "ui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

static int fd = -1;
static struct termios found;
static volatile sig_atomic_t is_raw;

/* Switches off whatever may be on; leaving the other screen comes only after a crash,
 * because curses does it in good order otherwise. */
#define OFF "\033[?2026l\033[?1006l\033[?1003l\033[?1002l\033[?1000l\033[?2004l\033[?25h\033[0m"
static const char off[] = OFF;
static const char off_after_crash[] = OFF "\033[?1049l\033[?25h\r\n";

static const int fatal[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool tty_write_all(const char *bytes, size_t len, int ms)
{
	int64_t until = now_ms() + ms, left;
	struct pollfd p = { fd, POLLOUT, 0 };
	ssize_t n;

	while (len) {
		n = write(fd, bytes, len);
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		left = until - now_ms();
		if (left <= 0 || (poll(&p, 1, (int)left) < 0 && errno != EINTR))
			return false;
	}
	return true;
}

/* Only what may be called in a signal handler. */
static void restore_now(void)
{
	struct pollfd p = { fd, POLLOUT, 0 };
	size_t done = 0;
	ssize_t n;
	int tries;

	if (!is_raw)
		return;
	is_raw = 0;
	for (tries = 0; tries < 10 && done < sizeof(off_after_crash) - 1; tries++) {
		n = write(fd, off_after_crash + done, sizeof(off_after_crash) - 1 - done);
		if (n > 0)
			done += (size_t)n;
		else
			poll(&p, 1, 50);
	}
	tcsetattr(fd, TCSANOW, &found);
}

static void on_fatal(int signal_number)
{
	restore_now();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static void catch_crashes(void)
{
	static char stack[32768];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = on_fatal };
	size_t i;

	sigaltstack(&alternate, NULL);
	action.sa_flags = SA_ONSTACK | (int)SA_RESETHAND | SA_NODEFER;
	sigemptyset(&action.sa_mask);
	for (i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
		sigaction(fatal[i], &action, NULL);
	mem_on_death(restore_now);
}

int tty_open(const char **ret_why)
{
	const char *term = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		*ret_why = "no terminal";
		return -1;
	}
	if (!term || !*term || !strcmp(term, "dumb") || !strcmp(term, "unknown")) {
		*ret_why = "the terminal cannot place the cursor (TERM)";
		return -1;
	}
	fd = open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && ttyname(STDOUT_FILENO))
		fd = open(ttyname(STDOUT_FILENO), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &found) < 0) {
		*ret_why = "the terminal cannot be opened";
		tty_close();
		return -1;
	}
	catch_crashes();
	return fd;
}

bool tty_raw(void)
{
	struct termios raw = found;

	raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON | PARMRK);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_cflag |= CS8;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	is_raw = 1;
	return tcsetattr(fd, TCSANOW, &raw) == 0;
}

void tty_cooked(void)
{
	if (!is_raw)
		return;
	is_raw = 0;
	tty_write_all(off, sizeof(off) - 1, 200);
	tcsetattr(fd, TCSADRAIN, &found);
}

void tty_close(void)
{
	if (fd < 0)
		return;
	tty_cooked();
	close(fd);
	fd = -1;
}

void tty_size(int *ret_w, int *ret_h)
{
	struct winsize size;

	*ret_w = 80;
	*ret_h = 24;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
		*ret_w = size.ws_col;
		*ret_h = size.ws_row;
	}
}
