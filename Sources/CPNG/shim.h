#include <png.h>

// libpng's pixel formats are macros over macros, which Swift does not see.
static const png_uint_32 aanet_png_format_rgb = PNG_FORMAT_RGB;
static const png_uint_32 aanet_png_format_rgba = PNG_FORMAT_RGBA;
static const png_uint_32 aanet_png_format_rgb_colormap = PNG_FORMAT_RGB_COLORMAP;
static const png_uint_32 aanet_png_image_version = PNG_IMAGE_VERSION;
static const png_uint_32 aanet_png_format_flag_alpha = PNG_FORMAT_FLAG_ALPHA;
