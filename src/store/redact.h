/*
 * redact: takes secrets out of bytes before they are written to a recording. The value is
 * replaced by [redacted], what names it stays, and nothing else changes: statuses, errno
 * lines, sockets and "using password: YES" come out byte for byte. What is replaced:
 *
 *   Authorization, Proxy-Authorization, X-WP-Nonce, X-Api-Key headers; each value in
 *     Cookie and Set-Cookie (names, Path, Domain, Expires, Max-Age, SameSite stay)
 *   ?key=VALUE and the like in URLs: names that end in nonce, pass, pwd, password, token,
 *     key, secret, signature ...
 *   NAME=VALUE, NAME = "VALUE", "NAME": "VALUE", define('NAME', VALUE) where NAME ends in
 *     password, secret, token, auth_key, ... (lists in redact.c); user:PASSWORD@ in URLs
 *   requirepass and masterauth of Redis, mysql -pSECRET, redis-cli -a SECRET, Bearer tokens
 *   private keys in PEM
 *
 * Server side filters keep most of these from ever coming here; this is the second door.
 * Doing it twice gives the same as once. Pure.
 */
#ifndef STORE_REDACT_H
#define STORE_REDACT_H

#include "base/buf.h"
#include "base/span.h"

#define REDACTED "[redacted]"

/* How much `out` may take for an input of len bytes. */
size_t redact_room(size_t len);

/* Appends `raw` without its secrets. */
void redact(struct buf *out, struct span raw);

#endif
