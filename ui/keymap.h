/*
 * keymap: every key of the console, once. A row is what is wanted (the wish), its name for
 * the configuration, its default keys, the views it works in, a word for the key line, a
 * sentence for the help, and whether it leads toward changing a server. Help screen, key
 * line and --print-bindings are made from this table, so they cannot lie.
 */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include "base/buf.h"
#include "ui/keys.h"

enum key_view {
	IN_FLEET = 1,
	IN_CHAIN = 2,
	IN_CAUSE = 4,
	IN_LINK = 8,
	IN_LOGS = 16,
	IN_HELP = 32,
	IN_LINE = 64, /* while a line is typed */
	IN_SCREENS = IN_FLEET | IN_CHAIN | IN_CAUSE | IN_LINK | IN_LOGS,
	IN_ALL = IN_SCREENS | IN_HELP,
	IN_LISTS = IN_FLEET | IN_LOGS,
	IN_SHEETS = IN_CAUSE | IN_LINK | IN_HELP
};

/*      wish         name          keys               views      word        help, danger */
#define KEYMAP(X) \
	X(OPEN,       "open",       "Enter",           IN_FLEET | IN_CHAIN, "open", \
		"open what the cursor is on", false) \
	X(CAUSE,      "cause",      "v",               IN_FLEET | IN_CHAIN | IN_LINK, "proof", \
		"the verdict's whole sheet: proof, rivals, fix", false) \
	X(LOGS,       "logs",       "L",               IN_ALL & ~IN_LOGS, "logs", \
		"logs of the host, merged by time", false) \
	X(FOLD,       "fold",       "Space",           IN_FLEET, "fold", \
		"fold or unfold the sites of a host", false) \
	X(FOLLOW,     "follow",     "f",               IN_LOGS, "follow", \
		"follow new lines", false) \
	X(FILTER,     "filter",     "/ F4",            IN_LISTS, "find", \
		"fleet: show only what matches; logs: search", false) \
	X(NEXT,       "next",       "n F3",            IN_LOGS, "", \
		"next match", false) \
	X(PREVIOUS,   "previous",   "N",               IN_LOGS, "", \
		"previous match", false) \
	X(NEXT_ERROR, "next-error", "e",               IN_LOGS, "error", \
		"next error", false) \
	X(PREV_ERROR, "prev-error", "E",               IN_LOGS, "", \
		"previous error", false) \
	X(LESS,       "less",       "+",               IN_LOGS, "", \
		"only graver lines", false) \
	X(MORE,       "more",       "-",               IN_LOGS, "", \
		"less grave lines too", false) \
	X(WRAP,       "wrap",       "w",               IN_LOGS, "wrap", \
		"wrap long lines, or cut them", false) \
	X(ALL_HOSTS,  "all-hosts",  "A",               IN_LOGS, "all hosts", \
		"lines of all hosts, or of this one", false) \
	X(SORT,       "sort",       "o F6",            IN_FLEET, "sort", \
		"sort by the next order: worst, name, since", false) \
	X(MARK,       "mark",       "t",               IN_FLEET, "", \
		"mark this site; :marked shows only those", false) \
	X(LINK_1,     "visitor",    "1",               IN_CHAIN | IN_LINK, "", \
		"go to the visitor", false) \
	X(LINK_2,     "cdn",        "2",               IN_CHAIN | IN_LINK, "", \
		"go to the CDN", false) \
	X(LINK_3,     "nginx",      "3",               IN_CHAIN | IN_LINK, "", \
		"go to Nginx", false) \
	X(LINK_4,     "fpm",        "4",               IN_CHAIN | IN_LINK, "", \
		"go to PHP-FPM", false) \
	X(LINK_5,     "mysql",      "5",               IN_CHAIN | IN_LINK, "", \
		"go to MySQL", false) \
	X(LINK_6,     "redis",      "6",               IN_CHAIN | IN_LINK, "", \
		"go to Redis", false) \
	X(LINK_7,     "wordpress",  "7",               IN_CHAIN | IN_LINK, "", \
		"go to WordPress", false) \
	X(LINK_8,     "host",       "8",               IN_CHAIN | IN_LINK, "", \
		"go to the host", false) \
	X(LEFT,       "left",       "h Left",          IN_CHAIN | IN_LINK, "", \
		"one link toward the visitor", false) \
	X(RIGHT,      "right",      "l Right",         IN_CHAIN | IN_LINK, "", \
		"one link away from the visitor", false) \
	X(NEXT_SITE,  "next-site",  "Tab",             IN_CHAIN | IN_CAUSE | IN_LINK, "site", \
		"the host's next site", false) \
	X(PREV_SITE,  "prev-site",  "Shift-Tab",       IN_CHAIN | IN_CAUSE | IN_LINK, "", \
		"the host's site before", false) \
	X(DOWN,       "down",       "j Down",          IN_ALL, "", "down", false) \
	X(UP,         "up",         "k Up",            IN_ALL, "", "up", false) \
	X(PAGE_DOWN,  "page-down",  "PgDn Ctrl-D",     IN_ALL, "", "a page down", false) \
	X(PAGE_UP,    "page-up",    "PgUp Ctrl-U",     IN_ALL, "", "a page up", false) \
	X(FIRST,      "first",      "g Home",          IN_ALL, "", "to the top", false) \
	X(LAST,       "last",       "G End",           IN_ALL, "", "to the end", false) \
	X(COPY,       "copy",       "y",               IN_SCREENS, "copy", \
		"copy the verdict and its fix (OSC 52)", false) \
	X(REFRESH,    "refresh",    "r F5",            IN_SCREENS, "ask now", \
		"ask the server again now", false) \
	X(FREEZE,     "freeze",     "z",               IN_SCREENS, "freeze", \
		"hold the picture still; the console goes on watching", false) \
	X(SHELL,      "shell",      "s",               IN_SCREENS, "shell", \
		"a shell on this host; exit comes back here", false) \
	X(COMMAND,    "command",    ":",               IN_ALL, "command", \
		"type a command", false) \
	X(MOUSE,      "mouse",      "m",               IN_ALL, "", \
		"mouse on or off (off: the terminal selects text)", false) \
	X(REDRAW,     "redraw",     "Ctrl-L",          IN_ALL, "", "draw all again", false) \
	X(SUSPEND,    "suspend",    "Ctrl-Z",          IN_ALL | IN_LINE, "", \
		"back to the shell for a while (fg returns)", false) \
	X(HELP,       "help",       "? F1",            IN_ALL & ~IN_HELP, "help", \
		"this help", false) \
	X(BACK,       "back",       "Esc",             IN_ALL, "", "one screen back", false) \
	X(LEAVE,      "leave",      "q F10",           IN_ALL, "back", \
		"one screen back; in the first one: quit", false) \
	X(QUIT,       "quit",       "Ctrl-C",          IN_ALL, "", "quit at once", false) \
	X(ACCEPT,     "accept",     "Enter",           IN_LINE, "do it", \
		"do what the line says", false) \
	X(CANCEL,     "cancel",     "Esc Ctrl-C",      IN_LINE, "cancel", "give up the line", false) \
	X(COMPLETE,   "complete",   "Tab",             IN_LINE, "complete", \
		"complete the word", false) \
	X(OLDER,      "older",      "Up",              IN_LINE, "", "the line typed before", false) \
	X(NEWER,      "newer",      "Down",            IN_LINE, "", "the line typed after", false) \
	X(RUB_OUT,    "rub-out",    "Backspace",       IN_LINE, "", \
		"delete the character before", false) \
	X(RUB_LINE,   "rub-line",   "Ctrl-U",          IN_LINE, "", "delete the line", false) \
	X(RUB_WORD,   "rub-word",   "Ctrl-W",          IN_LINE, "", "delete a word", false)

enum wish {
	WISH_NONE,
#define X(wish, name, keys, views, word, help, danger) WISH_##wish,
	KEYMAP(X)
#undef X
	WISHES
};

#define KEYS_PER_WISH 4

struct keymap {
	struct key keys[WISHES][KEYS_PER_WISH]; /* ends with code KEY_NONE */
};

void keymap_init(struct keymap *map); /* the defaults */
enum wish keymap_find(const struct keymap *map, unsigned view, const struct key *key);
/*
 * Gives the wish of that name the blank-separated keys instead of those it has. False with
 * *ret_error (to free) for an unknown name, an unknown key, too many keys, or one that
 * means something else in a view they share; the map is untouched then.
 */
bool keymap_remap(struct keymap *map, const char *name, const char *keys, char **ret_error);

unsigned wish_views(enum wish wish);
const char *wish_name(enum wish wish);
const char *wish_word(enum wish wish);  /* "" never in the key line */
const char *wish_help(enum wish wish);
bool wish_danger(enum wish wish);
/* Its keys, blank-separated. */
void keymap_keys(const struct keymap *map, enum wish wish, struct buf *out);

/* Every binding, a line each: name, keys, views, help (--print-bindings). */
void keymap_print(const struct keymap *map, struct buf *out);

#endif
