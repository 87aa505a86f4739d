/*
 * What we know of the machine itself. Reports: host.pulse (builtins only, arrives
 * even when fork fails), host.proc (processes and sockets of the chain), host.unit
 * (service manager), host.disk, host.log (kernel lines), host.fire (packet filter).
 */
#ifndef PROBES_HOST_FACTS_H
#define PROBES_HOST_FACTS_H

#include "probes/fact.h"

/* What a worker of FPM does right now, told from its system call (needs root). */
enum proc_waits {
	WAITS_UNKNOWN,
	WAITS_ACCEPT, /* idle: for the next request */
	WAITS_LOCK,   /* flock or fcntl: for a file's lock */
	WAITS_NET,    /* poll, read, connect: for somebody's answer */
	WAITS_SLEEP,  /* in a sleep of its own */
	WAITS_CPU,    /* runs */
	WAITS_DISK,   /* state D */
	WAITS_STOPPED,/* state T */
	WAITS_OTHER
};

/* What a process of the chain is, told from comm, title and executable. */
enum proc_role {
	PROC_OTHER,
	PROC_NGINX_MASTER,
	PROC_NGINX_WORKER,
	PROC_NGINX_OTHER, /* cache manager and loader, shutting down worker */
	PROC_FPM_MASTER,
	PROC_FPM_WORKER,
	PROC_MYSQL,
	PROC_REDIS,
	PROC_BACKEND /* apache, varnish, node ... */
};

struct host_proc {
	int pid, ppid;
	enum proc_role role;
	struct num uid, gid;
	const char *groups;   /* supplementary group ids, blank-separated; NULL unknown */
	char state;           /* R S D T Z; 0 unknown */
	const char *comm;
	const char *title;    /* /proc/PID/cmdline, blanks for NULs */
	const char *exe;      /* needs root */
	const char *pool;     /* FPM worker: pool name from its title */
	const char *conf;     /* FPM master: configuration from its title; nginx: -c */
	const char *unit;     /* systemd unit from its control group */
	struct num start;     /* epoch seconds */
	struct num cpu_ms;    /* user and system so far */
	struct num rss_kb, pss_kb;
	struct num syscall;   /* FPM worker: number it sleeps in; needs root */
	const char *wchan;
	enum proc_waits waits;/* FPM worker */
	enum tri busy;        /* FPM worker: holds a request; unknown without rights */
	/* FPM worker of a pool without an idle one: still at the same request a second
	 * later; needs root */
	enum tri held;
	struct num fds, fd_limit; /* nginx workers */
};

/* A listening socket of the machine. */
struct host_listener {
	struct endpoint at;
	struct num queued;   /* connections nobody accepted yet */
	struct num backlog;  /* effective; needs ss */
	struct num accepted; /* connections that somebody here took: FPM's busy workers */
	struct num abandoned;/* of these: the other side has gone (unix: needs ss) */
	struct num kept;     /* unix, told without rights: accepted a second ago too */
	struct num pid;      /* needs root */
	const char *comm;
};

/* A connection that a busy worker of FPM holds as client. */
struct host_peer {
	int pid;                /* 0 without rights: some process of an FPM user */
	struct endpoint remote; /* path for unix */
	bool connecting;        /* SYN-SENT */
	bool self;              /* remote address is this machine's own */
};

/*
 * A request that a worker of a full pool is at, from FPM's scoreboard (the memory its
 * processes share; needs root). URI and script are what nginx handed over: pages with
 * pretty addresses all run /index.php.
 */
struct host_work {
	const char *pool;
	int pid;
	struct num since;       /* epoch s, when the worker took it */
	const char *method, *script, *uri, *query; /* query: at most 200 bytes, may be NULL */
};

/* A file on disk at a socket's path, asked for by path. */
struct host_path {
	const char *path;
	enum tri exists;
	char type;            /* s socket, f file, d directory, l link; 0 unknown */
	struct num mode, uid, gid, mtime;
	const char *owner, *group;
	/* outermost parent directory that "others" may not enter, or NULL */
	const char *closed_parent;
};

enum unit_kind { UNIT_OTHER, UNIT_NGINX, UNIT_FPM, UNIT_MYSQL, UNIT_REDIS, UNIT_BACKEND };

struct host_unit {
	const char *name;
	enum unit_kind kind;
	const char *active;    /* active, inactive, failed, activating ... */
	const char *sub;       /* running, dead, auto-restart ... */
	const char *result;    /* success, exit-code, signal, oom-kill, start-limit-hit ... */
	const char *enabled;   /* enabled, disabled, masked, static ... */
	const char *status_text;
	const char *exec;      /* ExecStart's command line */
	const char *conf;      /* configuration file named there */
	struct num exit_code, exit_signal; /* of the main process, when it ended */
	struct num main_pid, restarts;
	struct num tasks, tasks_max;     /* threads of its control group, and their limit */
	struct num memory_kb, memory_max_kb; /* unknown where there is no limit */
	struct num changed_at; /* epoch seconds of the last state change */
	const char *manager;   /* systemd, openrc, sysv */
};

struct host_mount {
	const char *path;      /* mount point */
	const char *device, *type;
	struct num used_pct, inodes_used_pct;
	struct num free_kb, inodes_free;
	bool read_only;
	/* what of the chain lives there, for the sentence ("MySQL data", "logs") */
	const char *holds;
};

enum kernel_kind { KERNEL_OTHER, KERNEL_OOM, KERNEL_SEGFAULT, KERNEL_IO, KERNEL_READ_ONLY,
	KERNEL_CONNTRACK, KERNEL_SYN_FLOOD, KERNEL_DENIED /* SELinux, AppArmor */ };

struct kernel_line {
	struct log_line line;
	enum kernel_kind kind;
	struct num pid;
	const char *comm;    /* OOM victim, crashed process */
	const char *library; /* segfault: object the instruction lies in */
	bool cgroup;         /* OOM: of a control group, not of the machine */
};

/* A packet-filter rule or a ban that drops or rejects. */
struct host_ban {
	const char *address; /* address or network */
	const char *via;     /* iptables, nft, fail2ban JAIL, csf ... */
	const char *text;    /* the rule as printed */
};

struct host_facts {
	struct num now;        /* server clock when the last host.proc was made, epoch s */
	struct num zone;       /* seconds east of UTC */
	struct num boot;       /* epoch seconds */
	const char *name;      /* uname -n */
	const char *os;        /* PRETTY_NAME */
	const char *kernel;
	const char *init;      /* systemd, openrc, sysv, other */
	const char *shell;     /* what /bin/sh is */
	const char *login;     /* user we came in as */
	enum tri root;         /* collectors run as root */
	const char *sudo_says; /* why not, in sudo's words */
	const char *addresses; /* own addresses, blank-separated */
	const char *ssh_address; /* address our SSH connection reached, from SSH_CONNECTION */

	struct num cpus, load1_x100, mem_kb, mem_available_kb, swap_free_kb, swap_kb;
	struct num psi_cpu_x100, psi_io_full_x100, psi_mem_full_x100; /* avg10 */
	struct num somaxconn, conntrack, conntrack_max;
	struct num listen_overflows; /* TcpExtListenOverflows since boot */
	struct num pids_free;        /* room below kernel.pid_max / TasksMax, if told */

	struct host_proc *procs;         size_t proc_count;
	struct host_listener *listeners; size_t listener_count;
	struct host_peer *peers;         size_t peer_count;
	struct host_work *work;          size_t work_count;
	struct host_path *paths;         size_t path_count;
	struct host_unit *units;         size_t unit_count;
	struct host_mount *mounts;       size_t mount_count;
	struct kernel_line *kernel_lines; size_t kernel_line_count;
	struct host_ban *bans;           size_t ban_count;
	/* what drops all that no rule lets in (a policy, a last rule), and rules that let in */
	struct host_ban *shuts;          size_t shut_count;
	struct host_ban *lets;           size_t let_count;
	enum tri peers_known;  /* what busy workers are connected to (needs root) */
	enum tri proc_known;   /* the process table was read whole */
	enum tri net_known;    /* listeners were read */
	enum tri units_known;
	enum tri kernel_known; /* some kernel log could be read */
	enum tri bans_known;
	enum tri disk_known;
};

#endif
