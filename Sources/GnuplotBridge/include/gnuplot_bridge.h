// A C interface of a few functions over gnuplot-iostream (C++ templates over a pipe to gnuplot).
//
// gnuplot is started without a shell and without its start-up files, in a folder of the caller's choice, so that
// output files can be named by words of ours alone. A gnuplot that dies early is an error here, never a SIGPIPE.
#ifndef AANET_GNUPLOT_BRIDGE_H
#define AANET_GNUPLOT_BRIDGE_H
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A running gnuplot process.
typedef struct gnuplot_bridge gnuplot_bridge;

/// Starts `program` (a name looked up in PATH, or a path) in `folder`. NULL where it cannot be started; then
/// `*problem` is the errno (ENOENT: there is no such program, or no such folder).
gnuplot_bridge *gnuplot_bridge_open(const char *program, const char *folder, int *problem);

/// Sends lines of gnuplot's language. Returns 0, or -1 where gnuplot no longer reads.
int gnuplot_bridge_command(gnuplot_bridge *gnuplot, const char *text);

/// Sends a table of `rows` x `columns` numbers, row by row, as the named data block `$name`. NaN is a gap.
/// Returns 0, or -1 where gnuplot no longer reads.
int gnuplot_bridge_data(gnuplot_bridge *gnuplot, const char *name, const double *values, size_t rows, size_t columns);

/// Ends gnuplot, waits for it and frees the handle. Returns its exit status, 128 + N where signal N ended it, -1 where
/// that is not known. What it wrote to standard error comes back in `message`, cut to `capacity` bytes with the zero.
int gnuplot_bridge_close(gnuplot_bridge *gnuplot, char *message, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
