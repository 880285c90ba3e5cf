#include <matio.h>
// libmatio's own decompressor, with which files are looked over before libmatio reads them.
#include <zlib.h>
