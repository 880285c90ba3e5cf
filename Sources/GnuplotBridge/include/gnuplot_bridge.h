// A C interface of a few functions over gnuplot-iostream (C++ templates over a pipe to gnuplot).
#ifndef AANET_GNUPLOT_BRIDGE_H
#define AANET_GNUPLOT_BRIDGE_H
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A running gnuplot process.
typedef struct gnuplot_bridge gnuplot_bridge;

/// Starts gnuplot. NULL where it cannot be started.
gnuplot_bridge *gnuplot_bridge_open(void);

/// Sends lines of gnuplot's language. Returns 0, or -1 where the pipe is closed.
int gnuplot_bridge_command(gnuplot_bridge *gnuplot, const char *text);

/// Sends a table of `rows` x `columns` numbers, row by row, as the named data block `$name`. NaN is a gap.
/// Returns 0, or -1 where the pipe is closed.
int gnuplot_bridge_data(gnuplot_bridge *gnuplot, const char *name, const double *values, size_t rows, size_t columns);

/// Ends gnuplot, waits for it and frees the handle. Returns gnuplot's exit status, -1 where it is not known.
int gnuplot_bridge_close(gnuplot_bridge *gnuplot);

#ifdef __cplusplus
}
#endif
#endif
