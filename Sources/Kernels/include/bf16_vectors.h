// Sixteen single-precision numbers, and sixteen of another width: Swift's own conversions between vectors are calls, made number
// by number.
#ifndef AANET_BF16_VECTORS_H
#define AANET_BF16_VECTORS_H

#include <stdint.h>
#include <string.h>

// For Swift's compiler alone: others have no such vectors, and nothing that they compile needs them.
#ifdef __clang__
#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

// All of it is inlined: no vector is passed, so that how one would be does not matter.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

typedef float kernels_singles __attribute__((ext_vector_type(16)));
typedef double kernels_doubles __attribute__((ext_vector_type(16)));
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

/// The nearest bfloat16 numbers, of two as near the even one; what lies beyond the largest becomes infinite, and NaN stays NaN.
static inline __attribute__((always_inline)) kernels_halves kernels_bf16_halves(kernels_singles singles) {
#ifdef __AVX512BF16__
  // One instruction. It takes numbers below the normal range for zero, as all do on the engine's threads
  // (kernels_flush_denormals); of all others it makes what is made below.
  __m256bh natives = _mm512_cvtneps_pbh((__m512)singles);
  kernels_halves halves;
  memcpy(&halves, &natives, sizeof halves);
  return halves;
#else
  kernels_words words;
  memcpy(&words, &singles, sizeof words);
  kernels_words upper = words >> 16;
  // Half of the last place is added, and a bit less where that would make an odd one of a tie. It could make infinity or zero
  // of a NaN, which is cut instead and stays quiet.
  kernels_words rounded = (words + 0x7fff + (upper & 1)) >> 16;
  kernels_words is_nan = (kernels_words)(singles != singles);
  return __builtin_convertvector((rounded & ~is_nan) | ((upper | 0x40) & is_nan), kernels_halves);
#endif
}

/// The same, each in the lower half of a word.
static inline __attribute__((always_inline)) kernels_words kernels_bf16_rounded(kernels_singles singles) {
  return __builtin_convertvector(kernels_bf16_halves(singles), kernels_words);
}

/// The same, two to a word, the first in its lower half.
static inline __attribute__((always_inline)) kernels_pairs kernels_bf16_paired(kernels_singles singles) {
  kernels_halves halves = kernels_bf16_halves(singles);
  kernels_pairs pairs;
  memcpy(&pairs, &halves, sizeof pairs);
  return pairs;
}

/// The same, written to any address.
static inline __attribute__((always_inline)) void kernels_bf16_store(kernels_singles singles, void *place) {
  kernels_halves halves = kernels_bf16_halves(singles);
  memcpy(place, &halves, sizeof halves);
}

/// Adds sixteen numbers to as many in double precision, at any address.
static inline __attribute__((always_inline)) void kernels_add_to_doubles(kernels_singles singles, double *place) {
  kernels_doubles sums;
  memcpy(&sums, place, sizeof sums);
  sums += __builtin_convertvector(singles, kernels_doubles);
  memcpy(place, &sums, sizeof sums);
}

/// Writes sixteen numbers past the caches, to an address that 64 divides. Other threads may read them only after
/// kernels_end_stream.
static inline __attribute__((always_inline)) void kernels_stream(kernels_singles singles, float *place) {
  __builtin_nontemporal_store(singles, (kernels_singles *)place);
}

#pragma clang diagnostic pop
#endif

#endif
