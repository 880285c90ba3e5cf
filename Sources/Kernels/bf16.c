#include "bf16.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
// Inlined with its number of rows known, so that all sums are registers.
#define INLINED TARGET static inline __attribute__((always_inline))
#define UNROLLED _Pragma("clang loop unroll(full)")
// Words of a line of the cache.
#define LINE 16

INLINED __m512 sum_of_pairs(__m512 sum, __m512 left, __m512 right) {
  return _mm512_dpbf16_ps(sum, (__m512bh)left, (__m512bh)right);
}

/// Sixteen of a vector's lanes from `first` on, those before `columns`.
INLINED __mmask16 lanes(int columns, int first) {
  int count = columns - first;
  return count >= 16 ? 0xffff : count <= 0 ? 0 : (__mmask16)((1u << count) - 1);
}

INLINED __m512 widened(__m256i halves) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

INLINED __m512 rectified(__m512 sum) {
  // A NaN is no number at or below zero, and stays.
  __mmask16 negative = _mm512_cmp_ps_mask(sum, _mm512_setzero_ps(), _CMP_LE_OQ);
  return _mm512_mask_mov_ps(sum, negative, _mm512_setzero_ps());
}

/// Finishes a row of the tile; `numbers` are the lanes of the panel that are columns of the result.
INLINED void finish(const struct kernels_bf16_tile *tile, int row, __mmask32 numbers, __m512 first, __m512 second) {
  if (tile->bias) {
    first = _mm512_add_ps(first, _mm512_maskz_loadu_ps((__mmask16)numbers, tile->bias));
    second = _mm512_add_ps(second, _mm512_maskz_loadu_ps((__mmask16)(numbers >> 16), tile->bias + 16));
  }
  if (tile->added) {
    __m512i added = _mm512_maskz_loadu_epi16(numbers, tile->added[row] + tile->first);
    first = _mm512_add_ps(first, widened(_mm512_castsi512_si256(added)));
    second = _mm512_add_ps(second, widened(_mm512_extracti64x4_epi64(added, 1)));
  }
  if (tile->rectified) {
    first = rectified(first);
    second = rectified(second);
  }
  __m512i rounded = (__m512i)_mm512_cvtne2ps_pbh(second, first);
  uint16_t *place = tile->result[row] + tile->first;
  // A masked store takes several times as long as a whole one.
  if (numbers == 0xffffffff) _mm512_storeu_si512(place, rounded);
  else _mm512_mask_storeu_epi16(place, numbers, rounded);
}

/// Has those places of the result and of what is added to it brought into the cache that lie in a panel's columns.
INLINED void fetch(const struct kernels_bf16_tile *tile, const int rows, long first) {
  UNROLLED for (int row = 0; row < rows; row++) __builtin_prefetch(tile->result[row] + first, 1);
  if (tile->added) {
    UNROLLED for (int row = 0; row < rows; row++) __builtin_prefetch(tile->added[row] + first);
  }
}

INLINED void multiply(const struct kernels_bf16_tile *tile, const int rows) {
  __m512 sums[KERNELS_BF16_ROWS][2];
  UNROLLED for (int row = 0; row < rows; row++) sums[row][0] = sums[row][1] = _mm512_setzero_ps();
  if (tile->first == 0) fetch(tile, rows, 0);
  if (tile->continues) fetch(tile, rows, tile->first + KERNELS_BF16_COLUMNS);
  const float *panel = (const float *)tile->panel;
  for (int tap = 0; tap < tile->taps; tap++) {
    const float *const *left = (const float *const *)tile->left + tap * rows;
    // Places that nothing but the last tap has read yet.
    const float *const *next = (const float *const *)tile->next + tap * tile->next_rows;
    int next_rows = tap == tile->taps - 1 ? tile->next_rows : 0;
    for (long start = 0; start < tile->pairs; start += LINE) {
      long end = start + LINE < tile->pairs ? start + LINE : tile->pairs;
      for (int row = 0; row < next_rows; row++) __builtin_prefetch(next[row] + start);
      for (long pair = start; pair < end; pair++) {
        __m512 first = _mm512_load_ps(panel), second = _mm512_load_ps(panel + 16);
        UNROLLED for (int row = 0; row < rows; row++) {
          __m512 word = _mm512_set1_ps(left[row][pair]);
          sums[row][0] = sum_of_pairs(sums[row][0], word, first);
          sums[row][1] = sum_of_pairs(sums[row][1], word, second);
        }
        panel += KERNELS_BF16_COLUMNS;
      }
    }
  }
  __mmask32 numbers = tile->columns >= 32 ? 0xffffffff : (1u << tile->columns) - 1;
  UNROLLED for (int row = 0; row < rows; row++) finish(tile, row, numbers, sums[row][0], sums[row][1]);
}

INLINED void outer(
    const int rows, long pairs, const uint32_t *tile, const uint32_t *panel, float *result, long stride, int columns,
    int overwrites) {
  __m512 sums[KERNELS_BF16_ROWS][2];
  UNROLLED for (int row = 0; row < rows; row++) sums[row][0] = sums[row][1] = _mm512_setzero_ps();
  for (long pair = 0; pair < pairs; pair++) {
    __m512 first = _mm512_load_ps(panel), second = _mm512_load_ps(panel + 16);
    UNROLLED for (int row = 0; row < rows; row++) {
      __m512 word = _mm512_set1_ps(((const float *)tile)[row]);
      sums[row][0] = sum_of_pairs(sums[row][0], word, first);
      sums[row][1] = sum_of_pairs(sums[row][1], word, second);
    }
    tile += rows;
    panel += KERNELS_BF16_COLUMNS;
  }
  __mmask16 masks[2] = {lanes(columns, 0), lanes(columns, 16)};
  if (columns >= KERNELS_BF16_COLUMNS) {
    UNROLLED for (int row = 0; row < rows; row++) {
      float *place = result + row * stride;
      if (!overwrites) {
        sums[row][0] = _mm512_add_ps(sums[row][0], _mm512_loadu_ps(place));
        sums[row][1] = _mm512_add_ps(sums[row][1], _mm512_loadu_ps(place + 16));
      }
      _mm512_storeu_ps(place, sums[row][0]);
      _mm512_storeu_ps(place + 16, sums[row][1]);
    }
    return;
  }
  UNROLLED for (int row = 0; row < rows; row++) {
    UNROLLED for (int vector = 0; vector < 2; vector++) {
      float *place = result + row * stride + 16 * vector;
      __m512 sum = sums[row][vector];
      if (!overwrites) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(masks[vector], place));
      _mm512_mask_storeu_ps(place, masks[vector], sum);
    }
  }
}

#define EACH_COUNT(DO) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14)

TARGET void kernels_bf16_multiply(const struct kernels_bf16_tile *tile) {
  switch (tile->rows) {
#define CASE(count) \
  case count: multiply(tile, count); break;
    EACH_COUNT(CASE)
#undef CASE
  }
}

TARGET void kernels_bf16_outer(
    int rows, long pairs, const uint32_t *tile, const uint32_t *panel, float *result, long stride, int columns,
    int overwrites) {
  switch (rows) {
#define CASE(count) \
  case count: outer(count, pairs, tile, panel, result, stride, columns, overwrites); break;
    EACH_COUNT(CASE)
#undef CASE
  }
}

TARGET void kernels_bf16_pair_rows(
    long pairs, const uint16_t *const *rows, long first, int columns, uint32_t *panel) {
  __mmask32 mask = columns >= 32 ? 0xffffffff : (1u << columns) - 1;
  // Number i of the upper row goes to place 2i, that of the lower one (numbered from 32) to place 2i + 1.
  __m512i low = _mm512_or_si512(
      _mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtepu8_epi32(_mm_setr_epi8(
          0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)), _mm512_set1_epi32(32)), 16),
      _mm512_cvtepu8_epi32(_mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
  __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  for (long pair = 0; pair < pairs; pair++) {
    __m512i upper = _mm512_maskz_loadu_epi16(mask, rows[2 * pair] + first);
    __m512i lower = _mm512_maskz_loadu_epi16(mask, rows[2 * pair + 1] + first);
    _mm512_store_si512(panel, _mm512_permutex2var_epi16(upper, low, lower));
    _mm512_store_si512(panel + 16, _mm512_permutex2var_epi16(upper, high, lower));
    panel += KERNELS_BF16_COLUMNS;
  }
}

TARGET void kernels_bf16_pair_columns(long rows, const uint16_t *matrix, long stride, int columns, uint32_t *tile) {
  __mmask16 mask = lanes(columns, 0);
  for (long row = 0; row < rows; row += 2) {
    __m512i upper = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, matrix));
    __m512i lower = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(row + 1 < rows ? mask : 0, matrix + stride));
    // Whole: a masked store takes several times as long, and what it writes too much the next one overwrites.
    _mm512_storeu_si512(tile, _mm512_or_si512(upper, _mm512_slli_epi32(lower, 16)));
    matrix += 2 * stride;
    tile += columns;
  }
}
#endif
