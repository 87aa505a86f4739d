/*
 * regex: does a Perl-compatible expression match a text? For expressions that come from a
 * server's configuration: hostile, so bounded in length, depth and steps, and one that
 * cannot be compiled or takes too long matches nothing.
 */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include <stdbool.h>

bool regex_matches(const char *pattern, const char *text, bool caseless);

#endif
