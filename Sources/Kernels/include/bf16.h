// What Swift cannot say of bfloat16: sums of products of pairs, by AVX512_BF16's VDPBF16PS.
//
// A pair is two bfloat16 numbers that are multiplied one after the other, side by side in a word of 32 bits. The functions
// may be called only on a processor that has AVX512F, AVX512BW, AVX512VL and AVX512-BF16; on others than x86-64 they are
// not there. The instruction adds a pair's two products before it adds them to the sum, rounds to nearest even whatever
// else is set, and takes numbers below the normal range for zero.
#ifndef AANET_BF16_H
#define AANET_BF16_H

#if defined(__x86_64__)
#include <stdint.h>

/// Rows of a tile at the most: with two vectors each they fill 28 of the 32 registers.
#define KERNELS_BF16_ROWS 14
/// Columns of a panel: two vectors of sums.
#define KERNELS_BF16_COLUMNS 32
/// Words that a left operand for kernels_bf16_outer has behind its last.
#define KERNELS_BF16_SPARE 15

/// One tile of a product: `result = finish(left · panel)`, rounded to bfloat16.
struct kernels_bf16_tile {
  /// Rows of the tile, 1 to KERNELS_BF16_ROWS.
  int rows;
  /// Stretches that each row of the left operand is made of, and the pairs of one.
  int taps;
  long pairs;
  /// Where the stretches begin: those of all rows for the first tap, then for the next.
  const uint32_t *const *left;
  /// The same of the tile that comes next, whose rows are fetched into the cache meanwhile; `next_rows` 0 for none.
  const uint32_t *const *next;
  int next_rows;
  /// Words of the right operand, `[taps · pairs][KERNELS_BF16_COLUMNS]`, aligned to 64 bytes.
  const uint32_t *panel;
  /// Where each row's result begins; `first` and `columns` are those of the panel in it.
  uint16_t *const *result;
  long first;
  int columns;
  /// What is added to the sums, from the panel's first column on, in whole vectors; NULL for nothing.
  const float *bias;
  /// Rows like the result's that are added; NULL for none.
  const uint16_t *const *added;
  /// Whether negative numbers become zero.
  int rectified;
  /// Whether the rows' next KERNELS_BF16_COLUMNS columns are soon written, too: what they need is fetched into the cache meanwhile.
  int continues;
};

void kernels_bf16_multiply(const struct kernels_bf16_tile *tile);

/// Lays columns of some rows out as a right operand whose depth is the rows: `panel[pair][column]` is the pair of two rows.
///
/// The columns are `columns` from `first` on, KERNELS_BF16_COLUMNS at the most; those that are missing to it become zero.
void kernels_bf16_pair_rows(long pairs, const uint16_t *const *rows, long first, int columns, uint32_t *panel);

/// Lays a few columns of a matrix out as a left operand whose depth is the matrix's rows: `tile[row / 2][column]`.
///
/// The matrix has `rows` rows, `stride` numbers apart; where they are odd, the last pair's second number is zero.
/// Up to KERNELS_BF16_SPARE words behind the last pair are written to, as well.
void kernels_bf16_pair_columns(long rows, const uint16_t *matrix, long stride, int columns, uint32_t *tile);

/// `result += tile · panel` in single precision, or `result = tile · panel` where `overwrites` is set.
///
/// `tile` is `[pairs][rows]`, `panel` is `[pairs][KERNELS_BF16_COLUMNS]`, of which `columns` are wanted; rows of the result
/// are `stride` numbers apart.
void kernels_bf16_outer(
    int rows, long pairs, const uint32_t *tile, const uint32_t *panel, float *result, long stride, int columns,
    int overwrites);

#endif
#endif
