#include "cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum {
	OPT_KNOWN_HOSTS = 256,
	OPT_TRANSPORT,
	OPT_URL,
	OPT_EXPECT,
	OPT_FORBID,
	OPT_RESOLVE,
	OPT_CACERT,
	OPT_INSECURE,
	OPT_ORIGIN,
	OPT_SINCE,
	OPT_TIMEOUT,
	OPT_READ_ONLY,
	OPT_NO_SUDO,
	OPT_SUDO,
	OPT_RECORD,
	OPT_NO_RECORD,
	OPT_CLIENT,
	OPT_JSON,
	OPT_COLOR,
	OPT_ASCII,
	OPT_UTC,
	OPT_HELP,
	OPT_VERSION,
	OPT_PRINT_BINDINGS,
	OPT_DUMP_CAUSES,
	/* of act, and of nothing else */
	OPT_ACT,
	OPT_SITE = OPT_ACT,
	OPT_UNIT,
	OPT_POOL,
	OPT_PLUGIN,
	OPT_ALL_PLUGINS,
	OPT_THEME,
	OPT_ID,
	OPT_DRY_RUN,
	OPT_YES,
	OPT_CONFIRM,
	OPT_AGAIN
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "identity", required_argument, NULL, 'i' },
	{ "jump", required_argument, NULL, 'J' },
	{ "known-hosts", required_argument, NULL, OPT_KNOWN_HOSTS },
	{ "transport", required_argument, NULL, OPT_TRANSPORT },
	{ "url", required_argument, NULL, OPT_URL },
	{ "expect", required_argument, NULL, OPT_EXPECT },
	{ "forbid", required_argument, NULL, OPT_FORBID },
	{ "resolve", required_argument, NULL, OPT_RESOLVE },
	{ "cacert", required_argument, NULL, OPT_CACERT },
	{ "insecure", no_argument, NULL, OPT_INSECURE },
	{ "origin", required_argument, NULL, OPT_ORIGIN },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "read-only", no_argument, NULL, OPT_READ_ONLY },
	{ "no-sudo", no_argument, NULL, OPT_NO_SUDO },
	{ "sudo", required_argument, NULL, OPT_SUDO },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "no-record", no_argument, NULL, OPT_NO_RECORD },
	{ "client", no_argument, NULL, OPT_CLIENT },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "color", required_argument, NULL, OPT_COLOR },
	{ "ascii", no_argument, NULL, OPT_ASCII },
	{ "utc", no_argument, NULL, OPT_UTC },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "print-bindings", no_argument, NULL, OPT_PRINT_BINDINGS },
	{ "dump-causes", no_argument, NULL, OPT_DUMP_CAUSES },
	{ "site", required_argument, NULL, OPT_SITE },
	{ "unit", required_argument, NULL, OPT_UNIT },
	{ "pool", required_argument, NULL, OPT_POOL },
	{ "plugin", required_argument, NULL, OPT_PLUGIN },
	{ "all-plugins", no_argument, NULL, OPT_ALL_PLUGINS },
	{ "theme", required_argument, NULL, OPT_THEME },
	{ "id", required_argument, NULL, OPT_ID },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "yes", no_argument, NULL, OPT_YES },
	{ "confirm", required_argument, NULL, OPT_CONFIRM },
	{ "again", no_argument, NULL, OPT_AGAIN },
	{ NULL, 0, NULL, 0 },
};

const char cli_help[] =
	"usage: wp502 [OPTIONS] [TARGET...]           the console\n"
	"       wp502 diagnose [OPTIONS] TARGET...    one verdict per target, then exit\n"
	"       wp502 act ACTION [OPTIONS] TARGET     one guarded action, then exit\n"
	"       wp502 drill [list | NAME]             training, no server needed\n"
	"       wp502 replay FILE                     an outage again\n"
	"       wp502 report [--client] FILE          a recording as a post-mortem (Markdown)\n"
	"       wp502 export FILE                     a recording as text on stdout\n"
	"       wp502 import FILE -o OUT.wp502        and back\n"
	"\n"
	"TARGET: a name from the configuration, @tag, an alias of your ssh configuration,\n"
	"[user@]host[:port], or the path of a recording.\n"
	"\n"
	"  -c, --config FILE      instead of $XDG_CONFIG_HOME/wp502/config\n"
	"  -F FILE                ssh configuration\n"
	"  -i, --identity FILE    key to log in with (repeatable)\n"
	"  -l USER, -p PORT, -J, --jump HOST, --known-hosts FILE\n"
	"      --transport auto|libssh2|openssh\n"
	"      --url URL          page a visitor opens (repeatable); without one, the busiest\n"
	"                         server names that nginx serves\n"
	"      --expect TEXT, --forbid TEXT      body must / must not hold it\n"
	"      --resolve HOST:PORT:ADDR, --cacert FILE, --insecure    as in curl\n"
	"      --origin ADDR      where the origin answers, for the way round the CDN\n"
	"      --since DURATION   window of evidence (default 5m)\n"
	"      --timeout DURATION how long diagnose may take in all (default 15s)\n"
	"      --read-only, --no-sudo, --sudo ask\n"
	"      --record FILE, --no-record\n"
	"      --json, --color auto|always|never, --ascii, --utc\n"
	"  -v                     debug log to a file\n"
	"      --print-bindings   the console's keys\n"
	"\n"
	"ACTION: restart-fpm reload-fpm reload-nginx start-nginx start-mysql start-redis\n"
	"remove-maintenance disable-plugins enable-plugins disable-theme park-object-cache\n"
	"purge-redis undo snapshot\n"
	"      --site URL, --unit NAME, --pool NAME, --plugin NAME, --all-plugins, --theme NAME,\n"
	"      --id RUN           what it acts on; default: what the verdict names\n"
	"      --dry-run, --yes, --confirm NAME, --again\n"
	"\n"
	"act exits 0 done and verified, 1 no better, 2 refused, 3 unknown, 4 failed, 64 usage.\n"
	"diagnose exits 0 healthy, 1 warn, 2 broken, 3 unknown, 64 usage.\n";

void words_add(struct words *words, const char *word)
{
	words->items = xrealloc(words->items, words->count + 2, sizeof(*words->items));
	words->items[words->count++] = word;
	words->items[words->count] = NULL;
}

void cli_init(struct cli *cli)
{
	memset(cli, 0, sizeof(*cli));
	cli->since_ms = 5 * 60 * 1000;
	cli->timeout_ms = 15 * 1000;
}

void cli_release(struct cli *cli)
{
	free(cli->targets.items);
	free(cli->identities.items);
	free(cli->urls.items);
	free(cli->expects.items);
	free(cli->forbids.items);
	free(cli->resolves.items);
	cli_init(cli);
}

/* Nothing in it that text_clean would spell: it goes into titles and JSON as it stands. */
static bool is_clean(const char *word)
{
	struct span rest = span_of(word);
	uint32_t code;
	size_t n;

	for (; rest.n; rest = span_skip(rest, n)) {
		n = text_utf8_next(rest, &code);
		if (!n || code < 0x21 || (code >= 0x7f && code < 0xa0) || text_code_hidden(code))
			return false;
	}
	return true;
}

bool cli_host_ok(const char *target)
{
	return *target && *target != '-' && !strstr(target, "@-") && is_clean(target);
}

bool cli_url_ok(const char *url)
{
	const char *host = !strncmp(url, "http://", 7)	? url + 7
			   : !strncmp(url, "https://", 8) ? url + 8
							  : "";

	return *host && *host != '/' && *host != ':' && is_clean(url) && !strpbrk(url, "\"<>");
}

bool cli_is_recording(const char *target)
{
	size_t len = strlen(target);

	return strchr(target, '/') || (len > 6 && !strcmp(target + len - 6, ".wp502"));
}

static char *bad(const char *option, const char *value, const char *want)
{
	return xasprintf("%s '%s': %s", option, value, want);
}

static char *parse_ms(const char *option, const char *value, int64_t *ret)
{
	if (text_duration_ms(value, ret) && *ret > 0)
		return NULL;
	return bad(option, value, "not a duration such as 90s, 5m or 2h");
}

static char *parse_port(struct cli *cli, const char *value)
{
	int64_t port;

	if (!span_int(span_of(value), &port) || port < 1 || port > 65535)
		return bad("-p", value, "not a port");
	cli->port = (int)port;
	return NULL;
}

static char *parse_choice(const char *option, const char *value, const char *const *names, int *ret)
{
	struct buf all;
	char *error;
	int i;

	for (i = 0; names[i]; i++)
		if (!strcmp(value, names[i])) {
			*ret = i;
			return NULL;
		}
	buf_init(&all, 256);
	for (i = 0; names[i]; i++)
		buf_addf(&all, "%s%s", i ? ", " : "not one of ", names[i]);
	error = bad(option, value, all.data);
	buf_release(&all);
	return error;
}

static char *parse_url(struct cli *cli, const char *value)
{
	if (!cli_url_ok(value))
		return bad("--url", value, "not an http:// or https:// address");
	words_add(&cli->urls, value);
	return NULL;
}

static char *parse_resolve(struct cli *cli, const char *value)
{
	const char *first = strchr(value, ':');
	const char *second = first ? strchr(first + 1, ':') : NULL;

	if (!second || first == value || second == first + 1 || !second[1])
		return bad("--resolve", value, "not HOST:PORT:ADDR");
	words_add(&cli->resolves, value);
	return NULL;
}

static char *parse_name(const char *option, const char *value, const char **ret)
{
	if (!cli_host_ok(value))
		return bad(option, value, "may not be empty, begin with '-' or hold blanks or "
					  "control bytes");
	*ret = value;
	return NULL;
}

static char *parse_enum_option(struct cli *cli, int option, const char *value)
{
	static const char *const transports[] = { "auto", "libssh2", "openssh", NULL };
	static const char *const colors[] = { "auto", "always", "never", NULL };
	static const char *const sudo_words[] = { "ask", NULL };
	char *error;
	int choice = 0;

	if (option == OPT_TRANSPORT) {
		error = parse_choice("--transport", value, transports, &choice);
		cli->transport = (enum transport_choice)choice;
	} else if (option == OPT_COLOR) {
		error = parse_choice("--color", value, colors, &choice);
		cli->color = (enum color_choice)choice;
	} else {
		error = parse_choice("--sudo", value, sudo_words, &choice);
		cli->ask_sudo = !error;
	}
	return error;
}

static char *parse_flag(struct cli *cli, int option)
{
	switch (option) {
	case OPT_INSECURE:  cli->insecure = true; break;
	case OPT_READ_ONLY: cli->read_only = true; break;
	case OPT_NO_SUDO:   cli->no_sudo = true; break;
	case OPT_NO_RECORD: cli->no_record = true; break;
	case OPT_CLIENT:    cli->client = true; break;
	case OPT_JSON:      cli->json = true; break;
	case OPT_ASCII:     cli->ascii = true; break;
	case OPT_UTC:       cli->utc = true; break;
	case 'v':           cli->verbose = true; break;
	case OPT_HELP:      cli->command = COMMAND_HELP; break;
	case OPT_VERSION:   cli->command = COMMAND_VERSION; break;
	case OPT_PRINT_BINDINGS: cli->command = COMMAND_PRINT_BINDINGS; break;
	case OPT_DUMP_CAUSES: cli->command = COMMAND_DUMP_CAUSES; break;
	default:            break;
	}
	return NULL;
}

static char *parse_act_option(struct cli *cli, int option, const char *value)
{
	if (value && !*value)
		return xstrdup("an empty name is none");
	switch (option) {
	case OPT_SITE:        cli->act.site = value; break;
	case OPT_UNIT:        cli->act.unit = value; break;
	case OPT_POOL:        cli->act.pool = value; break;
	case OPT_PLUGIN:      cli->act.plugin = value; break;
	case OPT_ALL_PLUGINS: cli->act.all_plugins = true; break;
	case OPT_THEME:       cli->act.theme = value; break;
	case OPT_ID:          cli->act.run = value; break;
	case OPT_DRY_RUN:     cli->act.dry_run = true; break;
	case OPT_YES:         cli->act.yes = true; break;
	case OPT_CONFIRM:     cli->act.confirm = value; break;
	default:              cli->act.again = true; break;
	}
	return NULL;
}

static char *parse_option(struct cli *cli, int option, const char *value)
{
	if (option >= OPT_ACT) {
		if (cli->command != COMMAND_ACT)
			return xstrdup("--site, --unit, --pool, --plugin, --all-plugins, --theme, --id, "
				       "--dry-run, --yes, --confirm and --again belong to act");
		return parse_act_option(cli, option, value);
	}
	switch (option) {
	case 'c':             cli->config = value; return NULL;
	case 'F':             cli->ssh_config = value; return NULL;
	case 'i':             words_add(&cli->identities, value); return NULL;
	case 'l':             return parse_name("-l", value, &cli->user);
	case 'p':             return parse_port(cli, value);
	case 'o':             cli->output = value; return NULL;
	case 'J':             return parse_name("--jump", value, &cli->jump);
	case OPT_KNOWN_HOSTS: cli->known_hosts = value; return NULL;
	case OPT_URL:         return parse_url(cli, value);
	case OPT_EXPECT:      words_add(&cli->expects, value); return NULL;
	case OPT_FORBID:      words_add(&cli->forbids, value); return NULL;
	case OPT_RESOLVE:     return parse_resolve(cli, value);
	case OPT_CACERT:      cli->ca_file = value; return NULL;
	case OPT_ORIGIN:      return parse_name("--origin", value, &cli->origin);
	case OPT_SINCE:       return parse_ms("--since", value, &cli->since_ms);
	case OPT_TIMEOUT:     return parse_ms("--timeout", value, &cli->timeout_ms);
	case OPT_RECORD:      cli->record = value; return NULL;
	case OPT_TRANSPORT:
	case OPT_COLOR:
	case OPT_SUDO:        return parse_enum_option(cli, option, value);
	default:              return parse_flag(cli, option);
	}
}

static const struct {
	const char *word;
	enum command command;
} commands[] = {
	{ "diagnose", COMMAND_DIAGNOSE },
	{ "act", COMMAND_ACT },
	{ "replay", COMMAND_REPLAY },
	{ "export", COMMAND_EXPORT },
	{ "drill", COMMAND_DRILL },
	{ "report", COMMAND_REPORT },
	{ "import", COMMAND_IMPORT },
};

static char *take_command(struct cli *cli, int *index, int argc, char **argv)
{
	size_t i;

	if (*index >= argc)
		return NULL;
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(argv[*index], commands[i].word)) {
			cli->command = commands[i].command;
			++*index;
			return NULL;
		}
	return NULL;
}

/* The first word behind `act` is the action, the rest targets. */
static char *take_action(struct cli *cli)
{
	if (!cli->targets.count)
		return xstrdup("act: no action given");
	cli->act.action = cli->targets.items[0];
	cli->targets.count--;
	memmove(cli->targets.items, cli->targets.items + 1,
		(cli->targets.count + 1) * sizeof(*cli->targets.items));
	if (cli->json)
		return xstrdup("act: --json: not in version " WP502_VERSION);
	if (cli->act.plugin && cli->act.all_plugins)
		return xstrdup("--plugin and --all-plugins exclude each other");
	if (cli->targets.count != 1)
		return xstrdup("act: exactly one target is wanted");
	return NULL;
}

static char *check_whole(struct cli *cli)
{
	char *error = cli->command == COMMAND_ACT ? take_action(cli) : NULL;
	size_t i;

	if (error)
		return error;
	for (i = 0; i < cli->targets.count; i++)
		if (!cli_is_recording(cli->targets.items[i]) && !cli_host_ok(cli->targets.items[i]))
			return bad("target", cli->targets.items[i],
				"may not be empty, begin with '-' or hold blanks or control bytes");
	if (cli->no_sudo && cli->ask_sudo)
		return xstrdup("--no-sudo and --sudo ask exclude each other");
	if (cli->record && cli->no_record)
		return xstrdup("--record and --no-record exclude each other");
	if (cli->output && cli->command != COMMAND_IMPORT && cli->command != COMMAND_DRILL)
		return xstrdup("-o belongs to import and drill");
	if (!cli->output && cli->command == COMMAND_IMPORT)
		return xstrdup("-o OUT.wp502: import wants it");
	if (cli->command == COMMAND_IMPORT && !span_ends(span_of(cli->output), ".wp502"))
		return bad("-o", cli->output, "does not end in .wp502");
	if (cli->client && cli->command != COMMAND_REPORT)
		return xstrdup("--client belongs to report");
	if (cli->command == COMMAND_DIAGNOSE && !cli->targets.count)
		return xstrdup("diagnose: no target given");
	if (cli->command == COMMAND_DRILL && cli->targets.count > 2)
		return xstrdup("drill: list, NAME, alone NAME, or blind [SEED] is wanted");
	if ((cli->command == COMMAND_REPLAY || cli->command == COMMAND_EXPORT ||
		    cli->command == COMMAND_REPORT || cli->command == COMMAND_IMPORT) &&
	    cli->targets.count != 1)
		return xstrdup("exactly one FILE is wanted");
	return NULL;
}

bool cli_parse(struct cli *cli, int argc, char **argv, char **ret_error)
{
	int option, index = 1;
	char *error;

	error = take_command(cli, &index, argc, argv);
	argv += index - 1;
	argc -= index - 1;
	opterr = 0;
	optind = 0; /* starts glibc's getopt anew */
	while (!error &&
	       (option = getopt_long(argc, argv, ":c:F:i:l:p:J:o:v", long_options, NULL)) != -1) {
		if (option == ':')
			error = xasprintf("%s needs a value", argv[optind - 1]);
		else if (option == '?')
			error = xasprintf("unknown option %s", argv[optind - 1]);
		else
			error = parse_option(cli, option, optarg);
	}
	for (index = optind; !error && index < argc; index++)
		words_add(&cli->targets, argv[index]);
	if (!error && cli->command != COMMAND_HELP && cli->command != COMMAND_VERSION)
		error = check_whole(cli);
	if (!error)
		return true;
	*ret_error = error;
	return false;
}
