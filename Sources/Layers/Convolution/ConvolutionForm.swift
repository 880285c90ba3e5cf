import Tensors

/// How a convolution is computed. All forms give the same result but for rounding; tests hold each against the plain
/// loops of `ConvolutionOracle`.
package enum ConvolutionForm: String, Sendable, CaseIterable {
  /// One matrix product over the input as it lies: 1×1 kernels of stride 1.
  case direct
  /// Matrix products over patches that are gathered tile by tile, so that they stay in the cache: any kernel.
  case patches
  /// Winograd's F(4×4, 3×3) over transformed tiles: 3×3 kernels of stride 1 and padding 1, channels in sixteens.
  case winograd

  package static func choose(for geometry: ConvolutionGeometry) -> ConvolutionForm {
    if geometry.isPointwise { return .direct }
    guard winograd.supports(geometry), Accumulation.suiting(multiplications: geometry.multiplications) == .single else {
      return .patches
    }
    // A tile makes 4×4 outputs whether the map has them or not; a quarter of the multiplications must remain a gain.
    let tiling = WinogradTiling(batch: geometry.batch, height: geometry.height, width: geometry.width)
    return tiling.count * 16 <= geometry.outputPositions * 2 ? .winograd : .patches
  }

  /// Whether Winograd's form, which multiplies in single precision, is faster than ``RoundedForm/pairs``.
  ///
  /// A product of pairs is twice as fast, and the filters are transformed at every step: of a tile's 16 outputs ten must be
  /// on the map, and there must be some tiles.
  static func isWinogradWorthwhile(besidePairs geometry: ConvolutionGeometry) -> Bool {
    let tiling = WinogradTiling(batch: geometry.batch, height: geometry.height, width: geometry.width)
    return tiling.count * 10 + 256 <= geometry.outputPositions
  }

  package func supports(_ geometry: ConvolutionGeometry) -> Bool {
    switch self {
    case .direct: geometry.isPointwise
    case .patches: true
    case .winograd: WinogradConvolution.supports(geometry)
    }
  }
}

/// The three passes of one convolution: `y = x ∗ w`, and the gradients by `x` and by `w`.
///
/// Shapes: x `[N, H, W, C]`, w `[K, R, S, C]`, y `[N, H', W', K]`. Each pass adds to its result where `accumulate` is
/// set, and otherwise overwrites it. The forward pass finishes what it writes as the epilogue says.
///
/// The forward pass takes the weights prepared: brought into the layout that it multiplies with. Training prepares them
/// at each step, evaluation once for all batches (``PreparedWeights``).
protocol ConvolutionKernel {
  func layout(forReuse isReused: Bool) -> PreparedWeight.Layout
  func forward(_ input: Tensor, _ weight: PreparedWeight, into output: Tensor, _ epilogue: Epilogue)
  func dInput(_ dOutput: Tensor, _ weight: Tensor, into dInput: Tensor, accumulate: Bool)
  func dWeight(_ input: Tensor, _ dOutput: Tensor, into dWeight: Tensor, accumulate: Bool)
}

/// How a convolution of maps in bfloat16 is computed, unless it is Winograd's: of bfloat16 numbers, summed in single
/// precision and rounded once. What it gives differs by the order of sums, and so by a last digit here and there.
///
/// Winograd's form reads and writes bfloat16, and transforms and multiplies in single precision: it rounds where the
/// others do, the weights before they are transformed and each result once.
package enum RoundedForm: String, Sendable, CaseIterable {
  /// Of maps that are widened first, as those in single precision are: any processor.
  case widened = "portable"
  /// By AVX512_BF16's sums of products of pairs (``PairProduct``).
  case pairs = "avx512_bf16"

  /// The one for this processor.
  package static var suiting: RoundedForm { PairProduct.isThere ? .pairs : .widened }
}

/// Cuts the rows of a matrix product so that each part keeps a worker busy for longer than packing its operands takes.
enum ProductSplit {
  /// Rows below which a product of `rows × columns × depth` is not cut further.
  static func rowsPerChunk(columns: Int, depth: Int) -> Int {
    // OpenBLAS packs the right operand for every call; the more there is of it, the more rows must share it.
    let right = columns * depth
    return right > 1 << 18 ? 768 : right > 1 << 16 ? 384 : 192
  }

  /// Ranges of rows for a product of `rows × columns × depth`.
  static func rows(_ rows: Int, columns: Int, depth: Int) -> Split {
    Split(count: rows, grain: rowsPerChunk(columns: columns, depth: depth))
  }

  /// How many slices a weight gradient's long dimension is cut into, each with a sum of its own.
  static func slices(positions: Int, weights: Int) -> Int {
    let byMemory = max(2, (4 << 20) / max(1, weights))
    // An even number, so that two threads end together.
    let most = max(1, min(16, min(byMemory, positions / 256)))
    return most > 1 ? most & ~1 : 1
  }
}
