/* sha256: fingerprints and the chain of the audit log (FIPS 180-4): no crypto library is
 * needed for it. Not for anything secret. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>

#define SHA256_HEX_SIZE 65

/* Lower case hex into `ret`, NUL-terminated. */
void sha256_hex(const void *bytes, size_t len, char ret[SHA256_HEX_SIZE]);

#endif
