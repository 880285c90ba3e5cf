import COpenBLAS

/// Narrow products, cut so that OpenBLAS reads their operands where they lie.
///
/// OpenBLAS packs both operands before it multiplies. Each number of the left one is then used once per column: with 64
/// columns packing costs as much as half of the multiplications. Its AVX-512 kernels for small matrices pack nothing, and
/// take any product of at most a million multiplications, so a narrow one is handed over in blocks of rows of that
/// size (measured on 49,152 × 64 × 64: 190 GFLOPS whole, 345 in blocks).
extension MatrixProduct {
  /// The widest product that gains.
  private static let mostColumns = 128
  /// The most multiplications that OpenBLAS's kernels for small matrices take.
  private static let mostMultiplications = 1_000_000
  /// Fewer rows than this leave those kernels no room.
  private static let fewestRows = 24
  /// More rows than this gain nothing.
  private static let mostRows = 192

  /// Rows of the blocks in which a product of two plain matrices is best handed over; nil where it is best left whole.
  ///
  /// It depends on the sizes and on the kernel set alone, so that results do not depend on the threads.
  public static func narrowBlock(columns: Int, depth: Int) -> Int? {
    guard hasWideKernels, columns <= mostColumns, columns > 0, depth > 0 else { return nil }
    let rows = min(mostRows, mostMultiplications / (columns * depth)) & ~3
    return rows >= fewestRows ? rows : nil
  }
}
