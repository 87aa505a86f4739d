/* export: a recording as text on stdout, one event a line. */
#ifndef EXPORT_H
#define EXPORT_H

/* 0; 64 with a sentence on stderr when the file is no recording; 1 when stdout fails. */
int export_run(const char *path);

#endif
