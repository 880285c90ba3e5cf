// A C interface of four functions over libjpeg, whose errors are longjmps that Swift must not cross.
#ifndef AANET_JPEG_BRIDGE_H
#define AANET_JPEG_BRIDGE_H
#include <stddef.h>
#include <stdint.h>

#define JPEG_BRIDGE_MESSAGE_LENGTH 256

/// Reads the size of a JPEG image from its header. Returns 0, or -1 with `message` filled in.
int jpeg_bridge_size(const uint8_t *bytes, size_t count, int *width, int *height, char *message);

/// Decodes a JPEG image of any colour space to interleaved RGB. Where libjpeg can shrink while decoding,
/// the result may be smaller than the image but never smaller than `minimum_width` x `minimum_height`
/// (0: full size). `pixels` is allocated with malloc and belongs to the caller.
/// `warnings` counts what libjpeg repaired (a truncated file decodes with grey below the cut).
/// Images of more than `maximum_pixels` are refused before anything is allocated, and progressive ones of more scans
/// than any encoder writes before time is spent on them.
/// Returns 0, or -1 with `message` filled in and nothing allocated.
int jpeg_bridge_decode(const uint8_t *bytes, size_t count, int minimum_width, int minimum_height, size_t maximum_pixels,
                       uint8_t **pixels, int *width, int *height, long *warnings, char *message);

/// Encodes interleaved RGB as a baseline JPEG (4:2:0). `bytes` is allocated with malloc and belongs to the caller.
/// Returns 0, or -1 with `message` filled in and nothing allocated.
int jpeg_bridge_encode(const uint8_t *pixels, int width, int height, int quality, uint8_t **bytes, size_t *count,
                       char *message);

#endif
