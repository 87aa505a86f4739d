/*
 * The pipe: curses writes its frame into it (the pipe takes 1 MiB; where it takes less, a
 * frame goes in bands of rows, each emptied into memory before the next). Bytes then lie
 * in `out` until the terminal takes them. Nothing new is drawn meanwhile, so a slow
 * terminal sees fewer frames, never old ones.
 */
#include "ui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "ui/tty.h"

#define OUT_MAX (8 << 20)
#define BYTES_PER_CELL 32 /* more than curses ever spends on one */
#define SIGNALS 6

struct term {
	struct loop *loop;
	struct term_calls calls;
	void *owner;
	int fd;                 /* tty.h's */
	int pipe_read;
	size_t pipe_size;
	FILE *pipe_write;
	SCREEN *screen;
	struct buf out;         /* not yet taken by the terminal */
	struct loop_poll *poll;
	struct loop_timer *esc, *resize;
	struct loop_signal *signals[SIGNALS];
	struct keys keys;
	struct canvas shown;    /* what the terminal has */
	const struct theme *theme; /* whose colours curses was told */
	bool theme_color;
	bool utf8, sync, mouse, away, gone, all_anew;
	int w, h;
};

static void lose(struct term *term)
{
	if (term->gone)
		return;
	term->gone = true;
	if (term->poll)
		loop_poll_set(term->poll, 0);
	term->calls.gone(term->owner);
}

/* ---- out ---- */

static void drain_pipe(struct term *term)
{
	char bytes[16384];
	ssize_t n;

	fflush(term->pipe_write);
	while ((n = read(term->pipe_read, bytes, sizeof(bytes))) > 0)
		buf_add(&term->out, bytes, (size_t)n);
}

static void pump(struct term *term)
{
	ssize_t n;

	while (term->out.len && !term->gone) {
		n = write(term->fd, term->out.data, term->out.len);
		if (n > 0) {
			buf_consume(&term->out, (size_t)n);
		} else if (errno == EAGAIN) {
			break;
		} else if (errno != EINTR) {
			lose(term);
			return;
		}
	}
	if (!term->gone && !term->away)
		loop_poll_set(term->poll, LOOP_READ | (term->out.len ? LOOP_WRITE : 0));
}

static void say(struct term *term, const char *sequence)
{
	buf_adds(&term->out, sequence);
}

/* ---- in ---- */

static void take_key(void *owner, const struct key *key)
{
	struct term *term = owner;

	if (key->code == KEY_REPLY)
		term->sync = key->x == 1 || key->x == 2;
	else
		term->calls.key(term->owner, key);
}

static void arm_esc(struct term *term)
{
	int64_t wait = keys_wait(&term->keys, loop_now(term->loop));

	if (wait >= 0)
		loop_timer_start(term->esc, wait);
	else
		loop_timer_stop(term->esc);
}

static void on_esc(void *owner)
{
	struct term *term = owner;

	keys_tick(&term->keys, loop_now(term->loop), take_key, term);
	arm_esc(term);
}

static void read_keys(struct term *term)
{
	char bytes[4096];
	ssize_t n = read(term->fd, bytes, sizeof(bytes));

	if (n > 0) {
		keys_feed(&term->keys, bytes, (size_t)n, loop_now(term->loop), take_key, term);
		arm_esc(term);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		lose(term);
	}
}

static void on_ready(void *owner, int ready)
{
	struct term *term = owner;

	if (ready & LOOP_READ)
		read_keys(term);
	if (term->gone || !(ready & LOOP_WRITE))
		return;
	pump(term);
	if (!term->out.len && !term->gone)
		term->calls.idle(term->owner);
}

/* ---- curses ---- */

static void set_colours(struct term *term, const struct theme *theme, bool color)
{
	struct look look;
	int style;

	term->theme = theme;
	term->theme_color = color;
	for (style = 0; style < STYLES; style++) {
		look = theme_look(theme, (enum style)style, color ? COLORS : 0);
		if (look.fg >= 0 || look.bg >= 0)
			init_pair((short)(style + 1), (short)look.fg, (short)look.bg);
	}
}

static attr_t attributes(const struct term *term, unsigned style, short *ret_pair)
{
	enum style plain = (enum style)(style & ~(unsigned)STYLE_CURSOR);
	struct look look = theme_look(term->theme, plain, term->theme_color ? COLORS : 0);
	attr_t attr = A_NORMAL;

	*ret_pair = look.fg >= 0 || look.bg >= 0 ? (short)(plain + 1) : 0;
	if (look.attr & LOOK_BOLD)
		attr |= A_BOLD;
	if (look.attr & LOOK_DIM)
		attr |= A_DIM;
	if (look.attr & LOOK_UNDERLINE)
		attr |= A_UNDERLINE;
	if (!(look.attr & LOOK_REVERSE) != !(style & STYLE_CURSOR))
		attr |= A_REVERSE;
	return attr;
}

static void show_cell(const struct term *term, int x, int y, const struct cell *cell)
{
	struct span rest = span_of(cell->utf8);
	wchar_t text[CCHARW_MAX + 1] = { L'?' };
	uint32_t code;
	cchar_t drawn;
	short pair;
	attr_t attr = attributes(term, cell->style, &pair);
	size_t len;
	int n = 0;

	while (n < CCHARW_MAX && (len = text_utf8_next(rest, &code)) != 0) {
		text[n++] = term->utf8 || code < 0x80 ? (wchar_t)code : L'?';
		rest = span_skip(rest, len);
	}
	text[n ? n : 1] = L'\0';
	/* a character the C library does not know yet would be refused */
	if (wcwidth(text[0]) != cell->width) {
		text[0] = L'?';
		text[1] = L'\0';
	}
	if (setcchar(&drawn, text, attr, pair, NULL) == OK)
		mvadd_wch(y, x, &drawn);
	if (cell->width == 2 && text[0] == L'?')
		mvadd_wch(y, x + 1, &drawn);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
	return a->width == b->width && a->style == b->style && !strcmp(a->utf8, b->utf8);
}

static void show_row(struct term *term, const struct canvas *canvas, int y)
{
	const struct cell *cell;
	int x;

	for (x = 0; x < canvas->w; x++) {
		cell = canvas_at(canvas, x, y);
		if (cell->width && (term->all_anew || !same_cell(cell, canvas_at(&term->shown, x, y))))
			show_cell(term, x, y, cell);
	}
}

static void flush_curses(struct term *term)
{
	wnoutrefresh(stdscr);
	doupdate();
	drain_pipe(term);
}

static void keep_shown(struct term *term, const struct canvas *canvas)
{
	if (term->shown.w != canvas->w || term->shown.h != canvas->h) {
		canvas_release(&term->shown);
		canvas_init(&term->shown, canvas->w, canvas->h, canvas->ascii);
	}
	memcpy(term->shown.cells, canvas->cells,
		sizeof(*canvas->cells) * (size_t)canvas->w * (size_t)canvas->h);
}

bool term_idle(const struct term *term)
{
	return !term->gone && !term->away && !term->out.len;
}

void term_show(struct term *term, const struct canvas *canvas, const struct theme *theme,
	bool color)
{
	int band = (int)(term->pipe_size / BYTES_PER_CELL / (size_t)canvas->w), y;

	if (term->gone || term->away)
		return;
	if (term->theme != theme || term->theme_color != color) {
		set_colours(term, theme, color);
		term->all_anew = true;
	}
	if (term->shown.w != canvas->w || term->shown.h != canvas->h)
		term->all_anew = true;
	if (term->all_anew)
		clearok(stdscr, TRUE);
	if (term->sync)
		say(term, "\033[?2026h");
	for (y = 0; y < canvas->h; y++) {
		show_row(term, canvas, y);
		if (band < canvas->h && (y + 1) % (band > 0 ? band : 1) == 0)
			flush_curses(term);
	}
	flush_curses(term);
	if (term->sync)
		say(term, "\033[?2026l");
	keep_shown(term, canvas);
	term->all_anew = false;
	pump(term);
}

void term_redraw(struct term *term)
{
	term->all_anew = true;
}

/* ---- coming and going ---- */

#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

void term_mouse(struct term *term, bool on)
{
	term->mouse = on;
	if (term->gone || term->away)
		return;
	say(term, on ? MOUSE_ON : MOUSE_OFF);
	pump(term);
}

void term_copy(struct term *term, const char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = strlen(text), i;
	uint32_t three;

	say(term, "\033]52;c;");
	for (i = 0; i < len; i += 3) {
		three = (uint32_t)(unsigned char)text[i] << 16;
		three |= i + 1 < len ? (uint32_t)(unsigned char)text[i + 1] << 8 : 0;
		three |= i + 2 < len ? (uint32_t)(unsigned char)text[i + 2] : 0;
		buf_addc(&term->out, digits[three >> 18]);
		buf_addc(&term->out, digits[three >> 12 & 63]);
		buf_addc(&term->out, i + 1 < len ? digits[three >> 6 & 63] : '=');
		buf_addc(&term->out, i + 2 < len ? digits[three & 63] : '=');
	}
	say(term, "\a");
	pump(term);
}

static void enter(struct term *term)
{
	tty_raw();
	term->away = false;
	tty_size(&term->w, &term->h);
	resizeterm(term->h, term->w);
	/* marks around pasted text; does the terminal know synchronized output? */
	say(term, "\033[?2004h\033[?2026$p");
	if (term->mouse)
		say(term, MOUSE_ON);
	term->all_anew = true;
	pump(term);
}

void term_leave(struct term *term)
{
	if (term->away)
		return;
	endwin();
	drain_pipe(term);
	tty_write_all(term->out.data ? term->out.data : "", term->out.len, 500);
	buf_clear(&term->out);
	term->away = true;
	memset(&term->keys, 0, sizeof(term->keys));
	if (term->esc)
		loop_timer_stop(term->esc);
	if (term->poll)
		loop_poll_set(term->poll, 0);
	tty_cooked();
}

void term_return(struct term *term)
{
	if (!term->away || term->gone)
		return;
	enter(term);
	term->calls.resize(term->owner);
}

void term_suspend(struct term *term)
{
	term_leave(term);
	raise(SIGSTOP);
	term_return(term);
}

void term_size(const struct term *term, int *ret_w, int *ret_h)
{
	*ret_w = term->w;
	*ret_h = term->h;
}

bool term_utf8(const struct term *term)
{
	return term->utf8;
}

static void on_resized(void *owner)
{
	struct term *term = owner;

	if (term->away || term->gone)
		return;
	tty_size(&term->w, &term->h);
	resizeterm(term->h, term->w);
	term->all_anew = true;
	term->calls.resize(term->owner);
}

static void on_signal(void *owner, int signal)
{
	struct term *term = owner;

	if (term->away && (signal == SIGINT || signal == SIGTSTP))
		return; /* meant for whoever has the terminal now */
	switch (signal) {
	case SIGWINCH: /* a storm of them is one */
		if (!loop_timer_active(term->resize))
			loop_timer_start(term->resize, 30);
		break;
	case SIGTSTP:
		term_suspend(term);
		break;
	case SIGCONT: /* whoever stopped us did not ask */
		if (!term->away) {
			enter(term);
			term->calls.resize(term->owner);
		}
		break;
	case SIGHUP:
		lose(term);
		break;
	default: /* asked to end; the terminal is still there */
		term->calls.gone(term->owner);
	}
}

/* Before curses starts, so that it finds these taken and installs none of its own. */
static void catch_signals(struct term *term)
{
	static const int numbers[SIGNALS] = { SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT };
	int i;

	for (i = 0; i < SIGNALS; i++)
		term->signals[i] = loop_signal_new(term->loop, numbers[i], on_signal, term);
}

static bool open_pipe(struct term *term)
{
	int ends[2], size;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	term->pipe_size = 65536;
#ifdef F_SETPIPE_SZ
	size = fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	if (size > 0)
		term->pipe_size = (size_t)size;
#endif
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	term->pipe_read = ends[0];
	term->pipe_write = fdopen(ends[1], "w");
	return true;
}

static bool start_curses(struct term *term)
{
	const char *place;

	term->screen = newterm(NULL, term->pipe_write, stdin);
	if (!term->screen)
		return false;
	place = tigetstr("cup");
	if (!place || place == (char *)-1)
		return false;
	start_color();
	use_default_colors();
	nonl();
	curs_set(0);
	return true;
}

static struct term *refuse(struct term *term, const char **ret_why, const char *why)
{
	*ret_why = why;
	term->gone = true;
	term_free(term);
	return NULL;
}

struct term *term_new(struct loop *loop, const struct term_calls *calls, void *owner,
	const char **ret_why)
{
	struct term *term = xcalloc(1, sizeof(*term));

	term->loop = loop;
	term->calls = *calls;
	term->owner = owner;
	term->pipe_read = -1;
	buf_init(&term->out, OUT_MAX);
	setlocale(LC_CTYPE, "");
	term->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	term->fd = tty_open(ret_why);
	if (term->fd < 0)
		return refuse(term, ret_why, *ret_why);
	catch_signals(term);
	if (!open_pipe(term) || !start_curses(term))
		return refuse(term, ret_why, "the terminal is not known (TERM)");
	term->poll = loop_poll_new(loop, term->fd, on_ready, term);
	term->esc = loop_timer_new(loop, on_esc, term);
	term->resize = loop_timer_new(loop, on_resized, term);
	enter(term);
	return term;
}

void term_free(struct term *term)
{
	int i;

	if (!term)
		return;
	if (term->screen)
		term_leave(term);
	for (i = 0; i < SIGNALS; i++)
		if (term->signals[i])
			loop_signal_free(term->signals[i]);
	if (term->poll)
		loop_poll_free(term->poll);
	loop_timer_free(term->esc);
	loop_timer_free(term->resize);
	tty_close();
	if (term->screen)
		delscreen(term->screen);
	if (term->pipe_write)
		fclose(term->pipe_write);
	if (term->pipe_read >= 0)
		close(term->pipe_read);
	buf_release(&term->out);
	canvas_release(&term->shown);
	free(term);
}
