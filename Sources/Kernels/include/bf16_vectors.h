// Sixteen bfloat16 numbers and sixteen single-precision ones: Swift's own conversions between vectors of integers of other
// widths are calls, made number by number.
#ifndef AANET_BF16_VECTORS_H
#define AANET_BF16_VECTORS_H

#include <stdint.h>
#include <string.h>

// For Swift's compiler alone: others have no such vectors, and nothing that they compile needs them.
#ifdef __clang__
// All of it is inlined: no vector is passed, so that how one would be does not matter.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

typedef float kernels_singles __attribute__((ext_vector_type(16)));
typedef uint32_t kernels_words __attribute__((ext_vector_type(16)));
typedef uint16_t kernels_halves __attribute__((ext_vector_type(16)));
typedef uint32_t kernels_pairs __attribute__((ext_vector_type(8)));

/// Sixteen bfloat16 numbers from any address, in single precision.
static inline __attribute__((always_inline)) kernels_singles kernels_bf16_widened(const void *place) {
  kernels_halves halves;
  memcpy(&halves, place, sizeof halves);
  kernels_words words = __builtin_convertvector(halves, kernels_words) << 16;
  kernels_singles singles;
  memcpy(&singles, &words, sizeof singles);
  return singles;
}

/// The bits of the nearest bfloat16 numbers, of two as near the even one; what lies beyond the largest becomes infinite, and
/// NaN stays NaN.
static inline __attribute__((always_inline)) kernels_words kernels_bf16_rounded(kernels_singles singles) {
  kernels_words words;
  memcpy(&words, &singles, sizeof words);
  kernels_words upper = words >> 16;
  // Half of the last place is added, and a bit less where that would make an odd one of a tie. It could make infinity or zero
  // of a NaN, which is cut instead and stays quiet.
  kernels_words rounded = (words + 0x7fff + (upper & 1)) >> 16;
  kernels_words is_nan = (kernels_words)(singles != singles);
  return (rounded & ~is_nan) | ((upper | 0x40) & is_nan);
}

/// The bits of the nearest bfloat16 numbers, two to a word, the first in its lower half.
static inline __attribute__((always_inline)) kernels_pairs kernels_bf16_paired(kernels_singles singles) {
  kernels_halves halves = __builtin_convertvector(kernels_bf16_rounded(singles), kernels_halves);
  kernels_pairs pairs;
  memcpy(&pairs, &halves, sizeof pairs);
  return pairs;
}

/// Writes the nearest bfloat16 numbers to any address.
static inline __attribute__((always_inline)) void kernels_bf16_store(kernels_singles singles, void *place) {
  kernels_halves halves = __builtin_convertvector(kernels_bf16_rounded(singles), kernels_halves);
  memcpy(place, &halves, sizeof halves);
}

#pragma clang diagnostic pop
#endif

#endif
