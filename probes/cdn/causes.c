/* The rows of the CDN. What they look at: causes_reach.c and causes_answer.c. */
#include "probes/cdn/causes.h"

const struct cause cdn_causes[] = {
	{
		.id = "cdn.origin_certificate", .link = LINK_CDN, .arrow = "cdn>nginx",
		.title = "The CDN refuses the origin's certificate",
		.explains = "cdn.edge_fault cdn.edge_limit", .look = cdn_look_certificate,
		.signs = "526, or an edge's 5xx while the origin answers well with a certificate that "
			"has expired, is for another name or has no good chain",
		.not_if = "issued by Cloudflare's Origin CA and valid; the origin itself answers 5xx",
		.fix = "renew the certificate (certbot renew), then: nginx -t && systemctl reload nginx",
		.wrong_fix = "switching the CDN from strict to Full for good: it hides the next one too. A "
			"renewed file alone does nothing, nginx serves the old one until it is reloaded",
		.actions = "reload-nginx",
		.plain = "The CDN checks the server's identity card before it fetches a page. The card is "
			"out of date or made out to somebody else, so it stops there.",
	}, {
		.id = "cdn.origin_blocked", .link = LINK_CDN, .arrow = "cdn>nginx",
		.title = "The server's packet filter keeps the CDN out",
		.explains = "cdn.edge_fault cdn.edge_limit cdn.origin_address visitor.network",
		.look = cdn_look_blocked,
		.signs = "the edge says 521, 522 or its own 5xx, the server answers itself, and a DROP or "
			"REJECT rule or a ban holds the edge's address",
		.not_if = "requests of the edge still reach the access log; the server does not answer "
			"itself either",
		.fix = "remove the ban, let the CDN's address ranges in, and give nginx real_ip_header",
		.wrong_fix = "turning the firewall off: it opens everything; restarting nginx or PHP-FPM: "
			"they are well. Without real_ip_header the edge is banned again within the hour",
		.actions = "",
		.plain = "The server's doorman mistook the CDN for an attacker, because all visitors come "
			"in its coat, and turns it away.",
	}, {
		.id = "cdn.cached_page_hides_outage", .link = LINK_CDN, .arrow = "cdn>nginx",
		.title = "A cached page hides a dead origin",
		.explains = "nginx.* fpm.* mysql.* redis.* wordpress.* host.*", .look = cdn_look_cached,
		.signs = "the plain page is a copy (HIT, STALE, an age) while the same page past all "
			"caches fails",
		.not_if = "the cache-busted page is well",
		.fix = "treat the site as down and repair what lies beneath",
		.wrong_fix = "\"the site is up\": logins, carts and checkout are not. Purging the CDN now "
			"removes the last working copy",
		.actions = "",
		.plain = "Visitors see a photograph of the shop taken earlier. Behind it the shop is "
			"closed: nobody can log in or buy.",
	}, {
		.id = "cdn.origin_tls_handshake", .link = LINK_CDN, .arrow = "cdn>nginx",
		.title = "CDN and origin cannot agree on TLS",
		.explains = "cdn.edge_fault cdn.edge_limit", .look = cdn_look_handshake,
		.signs = "525, or TLS with the origin fails from everywhere",
		.not_if = "the handshake with the origin works",
		.fix = "`listen 443 ssl` with a readable certificate and key for that name, then: "
			"nginx -t && systemctl reload nginx",
		.wrong_fix = "setting the CDN to Flexible: with a site that redirects to https it loops "
			"for ever, and the way to the origin is then not encrypted",
		.actions = "reload-nginx",
		.plain = "CDN and server want to talk in private but find no common way to do so.",
	}, {
		.id = "cdn.origin_address", .link = LINK_CDN, .arrow = "cdn>nginx",
		.title = "The CDN looks for the origin at a wrong address",
		.explains = "cdn.edge_fault", .look = cdn_look_address,
		.signs = "523 or 530 from the edge while the server answers at its real address",
		.not_if = "the edge gets an answer from the origin",
		.fix = "set the origin's record at the CDN to this server's address",
		.wrong_fix = "restarting the server's services: nobody comes to this server at all",
		.actions = "",
		.plain = "The CDN has an old address of the server in its book and knocks at the wrong door.",
	}, {
		.id = "cdn.origin_too_slow", .link = LINK_CDN, .arrow = "cdn>nginx",
		.title = "The origin takes longer than the CDN waits",
		.explains = "", .look = cdn_look_slow,
		.signs = "524: connected, no answer within the edge's 100 to 120 s",
		.not_if = "nginx's own 504 at 60 s came through the edge",
		.fix = "find the slow request (slow log, processlist) and make it asynchronous or faster",
		.wrong_fix = "raising nginx's timeouts: they are longer than the edge's already",
		.actions = "snapshot",
		.plain = "The CDN waited two minutes for the page and hung up.",
	}, {
		.id = "cdn.malformed_origin_reply", .link = LINK_CDN, .arrow = "cdn>nginx",
		.title = "The origin's reply is empty or garbled",
		.explains = "", .look = cdn_look_malformed,
		.signs = "520: the connection was accepted and closed, or the headers are too large",
		.not_if = "another status of the edge",
		.fix = "look at nginx's error log: worker_connections, `return 444`, a crash; and at the "
			"size of cookies and headers",
		.wrong_fix = "blaming the CDN: it reports what the origin sent",
		.actions = "",
		.plain = "The server picked up the phone and hung up, or spoke gibberish.",
	}, {
		.id = "cdn.edge_limit", .link = LINK_CDN, .arrow = "visitor>cdn",
		.title = "A limit of the CDN stops the page",
		.explains = "", .look = cdn_look_edge_limit,
		.signs = "an error made by Fastly, Bunny, CloudFront or Sucuri, while the origin answers "
			"well when asked straight",
		.not_if = "asked straight, the origin fails as well",
		.fix = "the edge's timeout for the origin (Fastly 15 s to the first byte, CloudFront 30 s, "
			"Bunny 60 s), the certificate's name for CloudFront; or a faster page",
		.wrong_fix = "restarting PHP-FPM: it answers",
		.actions = "",
		.plain = "The server answers, but not within the rules the CDN was given.",
	}, {
		.id = "cdn.edge_fault", .link = LINK_CDN, .arrow = "visitor>cdn",
		.title = "The CDN makes this error itself",
		.explains = "", .look = cdn_look_edge_fault,
		.signs = "an error page the edge made, while the origin answers the same page well",
		.not_if = "asked straight the server fails too; a rule or ban on the server holds the edge",
		.fix = "the CDN's status page; purge this one url; check content-length and gzip of the "
			"origin's answer",
		.wrong_fix = "restarting PHP-FPM or nginx: the origin is well and would only drop visitors",
		.actions = "",
		.plain = "The shop is open; the delivery service in front of it has the trouble.",
	},
	{ .id = NULL }
};
