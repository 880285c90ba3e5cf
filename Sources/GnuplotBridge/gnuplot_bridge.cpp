#include "gnuplot_bridge.h"

#include <memory>
#include <string>
#include <vector>

#include <gnuplot-iostream.h>

struct gnuplot_bridge {
  gnuplotio::Gnuplot pipe{std::string()};
};

extern "C" gnuplot_bridge *gnuplot_bridge_open(void) {
  try {
    return new gnuplot_bridge;
  } catch (...) {
    return nullptr;
  }
}

extern "C" int gnuplot_bridge_command(gnuplot_bridge *gnuplot, const char *text) {
  try {
    gnuplot->pipe << text << "\n" << std::flush;
    return gnuplot->pipe ? 0 : -1;
  } catch (...) {
    return -1;
  }
}

extern "C" int gnuplot_bridge_data(gnuplot_bridge *gnuplot, const char *name, const double *values, size_t rows,
                                   size_t columns) {
  try {
    std::vector<std::vector<double>> table(rows);
    for (size_t r = 0; r < rows; r++) table[r].assign(values + r * columns, values + (r + 1) * columns);
    gnuplot->pipe << "$" << name << " << END_OF_DATA\n";
    gnuplot->pipe.send1d(table);  // closes the block with "e", which the heredoc takes as a data line
    return gnuplot->pipe ? 0 : -1;
  } catch (...) {
    return -1;
  }
}

extern "C" int gnuplot_bridge_close(gnuplot_bridge *gnuplot) {
  try {
    delete gnuplot;
    return 0;
  } catch (...) {
    return -1;
  }
}
