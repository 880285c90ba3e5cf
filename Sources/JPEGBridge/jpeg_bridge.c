#include "jpeg_bridge.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

_Static_assert(JPEG_BRIDGE_MESSAGE_LENGTH >= JMSG_LENGTH_MAX, "libjpeg's messages must fit");

struct failure {
  struct jpeg_error_mgr manager; // first, so that libjpeg's pointer is ours
  jmp_buf escape;
  char *message;
};

static void leave(j_common_ptr info) {
  struct failure *failure = (struct failure *)info->err;
  (*info->err->format_message)(info, failure->message);
  longjmp(failure->escape, 1);
}

// Warnings are counted (num_warnings), not printed.
static void keep_silent(j_common_ptr info, int level) {
  if (level < 0) info->err->num_warnings++;
}

static struct jpeg_error_mgr *prepare(struct failure *failure, char *message) {
  jpeg_std_error(&failure->manager);
  failure->manager.error_exit = leave;
  failure->manager.emit_message = keep_silent;
  failure->message = message;
  message[0] = 0;
  return &failure->manager;
}

// The most memory that libjpeg may take of its own: a progressive image keeps two bytes for each pixel and colour.
static const long maximum_memory = 1L << 29;
// The most scans of a progressive image, which encoders write some ten of, and the most pixels of all of them together:
// a scan of twenty bytes costs as much time as one of twenty million.
static const int maximum_scans = 200;
static const size_t maximum_scanned_pixels = (size_t)1 << 30;

static void limit_scans(j_common_ptr info) {
  j_decompress_ptr image = (j_decompress_ptr)info;
  size_t scans = (size_t)image->input_scan_number;
  size_t pixels = (size_t)image->image_width * image->image_height;
  if (scans <= 1 || (scans <= (size_t)maximum_scans && scans * pixels <= maximum_scanned_pixels)) return;
  struct failure *failure = (struct failure *)info->err;
  snprintf(failure->message, JPEG_BRIDGE_MESSAGE_LENGTH, "%zu scans of %u x %u pixels are more than are accepted", scans,
           image->image_width, image->image_height);
  longjmp(failure->escape, 1);
}

int jpeg_bridge_size(const uint8_t *bytes, size_t count, int *width, int *height, char *message) {
  struct jpeg_decompress_struct info;
  struct failure failure;
  info.err = prepare(&failure, message);
  if (setjmp(failure.escape)) {
    jpeg_destroy_decompress(&info);
    return -1;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes, count);
  jpeg_read_header(&info, TRUE);
  *width = (int)info.image_width;
  *height = (int)info.image_height;
  jpeg_destroy_decompress(&info);
  return 0;
}

// CMYK as Adobe writes it is inverted: 255 means no ink.
static void convert_cmyk(const uint8_t *row, uint8_t *rgb, int width, int inverted) {
  for (int x = 0; x < width; x++) {
    for (int c = 0; c < 3; c++) {
      int ink = inverted ? row[4 * x + c] : 255 - row[4 * x + c];
      int black = inverted ? row[4 * x + 3] : 255 - row[4 * x + 3];
      rgb[3 * x + c] = (uint8_t)((ink * black + 127) / 255);
    }
  }
}

int jpeg_bridge_decode(const uint8_t *bytes, size_t count, int minimum_width, int minimum_height, size_t maximum_pixels,
                       uint8_t **pixels, int *width, int *height, long *warnings, char *message) {
  struct jpeg_decompress_struct info;
  struct failure failure;
  struct jpeg_progress_mgr progress = {.progress_monitor = limit_scans};
  uint8_t *volatile result = NULL;
  uint8_t *volatile line = NULL;
  info.err = prepare(&failure, message);
  if (setjmp(failure.escape)) {
    jpeg_destroy_decompress(&info);
    free(result);
    free(line);
    return -1;
  }
  jpeg_create_decompress(&info);
  info.mem->max_memory_to_use = maximum_memory;
  info.progress = &progress;
  jpeg_mem_src(&info, bytes, count);
  jpeg_read_header(&info, TRUE);
  if ((size_t)info.image_width * info.image_height > maximum_pixels) {
    snprintf(message, JPEG_BRIDGE_MESSAGE_LENGTH, "the header says %u x %u pixels, more than the %zu that are accepted",
             info.image_width, info.image_height, maximum_pixels);
    jpeg_destroy_decompress(&info);
    return -1;
  }
  int four = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = four ? JCS_CMYK : JCS_RGB;
  info.dct_method = JDCT_ISLOW;
  if (minimum_width > 0 && minimum_height > 0) {
    for (unsigned scale = 1; scale < 8; scale++) {
      if ((info.image_width * scale + 7) / 8 >= (unsigned)minimum_width &&
          (info.image_height * scale + 7) / 8 >= (unsigned)minimum_height) {
        info.scale_num = scale;
        info.scale_denom = 8;
        break;
      }
    }
  }
  jpeg_start_decompress(&info);
  size_t stride = (size_t)info.output_width * 3;
  result = malloc(stride * info.output_height);
  if (four) line = malloc((size_t)info.output_width * 4);
  if (!result || (four && !line)) {
    snprintf(message, JPEG_BRIDGE_MESSAGE_LENGTH, "no memory for %u x %u pixels", info.output_width, info.output_height);
    longjmp(failure.escape, 1);
  }
  while (info.output_scanline < info.output_height) {
    uint8_t *row = result + stride * info.output_scanline;
    JSAMPROW target = four ? line : row;
    jpeg_read_scanlines(&info, &target, 1);
    if (four) convert_cmyk(line, row, (int)info.output_width, info.saw_Adobe_marker);
  }
  *width = (int)info.output_width;
  *height = (int)info.output_height;
  jpeg_finish_decompress(&info);
  *warnings = info.err->num_warnings;
  jpeg_destroy_decompress(&info);
  free(line);
  *pixels = result;
  return 0;
}

int jpeg_bridge_encode(const uint8_t *pixels, int width, int height, int quality, uint8_t **bytes, size_t *count,
                       char *message) {
  struct jpeg_compress_struct info;
  struct failure failure;
  unsigned char *buffer = NULL;
  unsigned long length = 0;
  info.err = prepare(&failure, message);
  if (setjmp(failure.escape)) {
    jpeg_destroy_compress(&info);
    free(buffer);
    return -1;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &buffer, &length);
  info.image_width = (JDIMENSION)width;
  info.image_height = (JDIMENSION)height;
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)info.next_scanline * (size_t)width * 3);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  *bytes = buffer;
  *count = length;
  return 0;
}
