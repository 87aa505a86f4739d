/*
 * sha1: HMAC-SHA1, with which known_hosts hides host names (|1|salt|hash). Not for
 * anything that must resist an attacker.
 */
#ifndef LIVE_SSH_SHA1_H
#define LIVE_SSH_SHA1_H

#include <stdint.h>

#include "base/span.h"

#define SHA1_SIZE 20

/* Keys longer than one block (64 bytes) are cut off: a salt has 20. */
void sha1_hmac(struct span key, struct span text, uint8_t ret[SHA1_SIZE]);

#endif
