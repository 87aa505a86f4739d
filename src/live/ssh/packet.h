/*
 * packet: the data types of SSH (RFC 4251, section 5) as the agent, key files and key
 * exchange messages hold them. Reading is pure and never passes the end: what is cut
 * gives false and leaves the outputs untouched.
 */
#ifndef LIVE_SSH_PACKET_H
#define LIVE_SSH_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

bool packet_byte(struct span *rest, uint8_t *ret);
bool packet_u32(struct span *rest, uint32_t *ret);
bool packet_string(struct span *rest, struct span *ret);

void packet_add_u32(struct buf *out, uint32_t number);
void packet_add_string(struct buf *out, struct span text);

/* The type a public key begins with ("ssh-ed25519"); an empty span when it is no key. */
struct span packet_key_type(struct span blob);

/* "SHA256:..." as ssh-keygen -l prints it. */
#define PACKET_FINGERPRINT_SIZE 64
const char *packet_fingerprint(struct span blob, char ret[PACKET_FINGERPRINT_SIZE]);

/* Is `name` one of the comma separated names of `list`? */
bool packet_list_has(struct span list, struct span name);

#endif
