/* base64 (RFC 4648, with padding). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

void base64_encode(struct buf *out, struct span raw);
/* False on anything but one whole, padded, canonical encoding; `out` may hold a part then. */
bool base64_decode(struct buf *out, struct span text);

#endif
