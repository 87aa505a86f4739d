/*
 * text: the one door through which foreign bytes become text. Whatever a server,
 * a header or a file name says passes text_clean() before it is kept for display
 * or written to JSON.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/span.h"

/*
 * Appends `raw` as printable UTF-8 on one line: invalid bytes become \xNN, C0 (but
 * TAB, which becomes one blank) and DEL ^X, U+0080-009F \xNN of their bytes; bidi
 * controls, zero width, tags, private use and noncharacters <U+XXXX>; at most two
 * combining marks in a row, further ones and one with nothing to sit on <U+XXXX>;
 * U+2028/2029 <U+2028>. Of a line longer than 64 KiB the end is left out and said:
 * "... N bytes". The output is at most four times as long as the input (and the note).
 * For well-behaved text the output is byte for byte the input.
 */
#define TEXT_LINE_MAX 65536
void text_clean(struct buf *out, struct span raw);
char *text_clean_dup(struct arena *arena, struct span raw);

/* Decodes one code point; returns its length in bytes, 0 when invalid or at the end. */
size_t text_utf8_next(struct span s, uint32_t *ret_code);
bool text_is_utf8(struct span s);

/* Takes no column and is no mark either (bidi, zero width, tags ...): text_clean spells it. */
bool text_code_hidden(uint32_t code);

/* Columns on a terminal: 0 (combining), 1 or 2. Same table for layout and sanitiser. */
int text_code_width(uint32_t code);
int text_width(const char *utf8);
/* Bytes of `utf8` that fit into `columns`; never cuts a character. */
size_t text_fit(const char *utf8, int columns);

/* Appends `raw` quoted for a POSIX shell: 'it'\''s'. A NUL byte is dropped. */
void text_shell_quote(struct buf *out, struct span raw);

/*
 * "90", "90s", "5m", "2h", "1d", "500ms" -> milliseconds. False (output untouched) for
 * anything else: signs, blanks, fractions, "1h30m", other units, what overflows.
 */
bool text_duration_ms(const char *text, int64_t *ret_ms);

/* "3 s", "4 min", "2 h", "5 d": an age in the coarsest unit that still tells; "-3 s" ahead. */
void text_age(struct buf *out, int64_t seconds);

/* RFC 3339 in UTC with Z, kept within the years 0000 to 9999; the buffer holds TEXT_TIME_SIZE. */
#define TEXT_TIME_SIZE 32
const char *text_time_utc(int64_t epoch_seconds, char *ret_text);

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar. */
int64_t text_days_from_civil(int year, int month, int day);
/* "Jan".."Dec" -> 1..12, else 0. */
int text_month(struct span name);

#endif
