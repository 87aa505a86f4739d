/* sha256: the fingerprint of a certificate (FIPS 180-4), so that no crypto library is
 * needed for it. Not for anything secret. */
#ifndef LIVE_HTTP_SHA256_H
#define LIVE_HTTP_SHA256_H

#include <stddef.h>

#define SHA256_HEX_SIZE 65

/* Lower case hex into `ret`, NUL-terminated. */
void sha256_hex(const void *bytes, size_t len, char ret[SHA256_HEX_SIZE]);

#endif
