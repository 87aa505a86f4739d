/* export: a recording as text on stdout, one event a line; import: into a container. */
#ifndef EXPORT_H
#define EXPORT_H

/* 0; 64 with a sentence on stderr when the file is no recording; 1 when stdout fails. */
int export_run(const char *path);
/* 0; 64 as above, or when OUT cannot be made; 1 when it could not be written whole. */
int import_run(const char *path, const char *out);

#endif
