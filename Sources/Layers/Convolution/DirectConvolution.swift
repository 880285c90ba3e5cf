import Tensors

/// A 1×1 convolution of stride 1: matrix products over `[N·H·W, C]` as it lies.
struct DirectConvolution: ConvolutionKernel {
  private let geometry: ConvolutionGeometry
  private let accumulation: Accumulation
  private let engine: Engine
  private let positions: Int
  private let channels: Int
  private let filters: Int

  init(_ geometry: ConvolutionGeometry, in accumulation: Accumulation, on engine: Engine) {
    self.geometry = geometry
    self.accumulation = accumulation
    self.engine = engine
    positions = geometry.outputPositions
    channels = geometry.channels
    filters = geometry.filters
  }

  func layout(forReuse isReused: Bool) -> PreparedWeight.Layout {
    PreparedWeight.layout(rows: positions, columns: filters, isReused: isReused, in: accumulation)
  }

  /// y = x · wᵀ
  func forward(_ input: Tensor, _ weight: PreparedWeight, into output: Tensor, _ epilogue: Epilogue) {
    multiply(input, weight, width: filters, depth: channels, into: output, accumulate: false, epilogue)
  }

  /// dx = dy · w
  func dInput(_ dOutput: Tensor, _ weight: Tensor, into dInput: Tensor, accumulate: Bool) {
    let prepared = PreparedWeight(dInput: weight, of: geometry, in: accumulation, on: engine)
    multiply(
      dOutput, prepared, width: channels, depth: filters, into: dInput, accumulate: accumulate, Epilogue())
  }

  private func multiply(
    _ left: Tensor, _ weight: PreparedWeight, width: Int, depth: Int, into result: Tensor, accumulate: Bool,
    _ epilogue: Epilogue
  ) {
    let split = weight.split(rows: positions)
    let scratch = weight.scratchCount
    if scratch > 0 { engine.reserveScratch(4 * scratch) }
    engine.parallel(split.chunks) { chunk, worker in
      let rows = split[chunk]
      let start = rows.lowerBound * width
      weight.multiply(
        rows: rows.count, left.pointer + rows.lowerBound * depth, into: result.pointer + start,
        accumulate: accumulate, in: accumulation, scratch: scratch > 0 ? engine.scratch(of: worker) : nil,
        epilogue.advanced(by: start))
    }
  }

  /// dw = dyᵀ · x, in slices of positions with a sum each.
  func dWeight(_ input: Tensor, _ dOutput: Tensor, into dWeight: Tensor, accumulate: Bool) {
    let slices = ProductSplit.slices(positions: positions, weights: dWeight.count)
    SlicedSum.run(slices: slices, into: dWeight, accumulate: accumulate, on: engine) { slice, target, add, _ in
      let rows = Split(count: positions, chunks: slices)[slice]
      MatrixProduct.multiply(
        rows: filters, columns: channels, depth: rows.count,
        .transposed(dOutput.pointer + rows.lowerBound * filters, stride: filters),
        .plain(input.pointer + rows.lowerBound * channels, stride: channels),
        into: target, stride: channels, accumulate: add, in: accumulation)
    }
  }
}

/// Sums that are computed in a fixed number of slices and added in a fixed order, whoever computes them.
enum SlicedSum {
  /// Runs `compute` for each slice and adds the slices' results into `target`.
  ///
  /// - Parameter compute: gets the slice, where to put its result, whether to add to what is there, and the worker.
  static func run(
    slices: Int, into target: Tensor, accumulate: Bool, on engine: Engine,
    _ compute: (_ slice: Int, _ target: UnsafeMutablePointer<Float>, _ accumulate: Bool, _ worker: Int) -> Void
  ) {
    // The first slice works in the target itself; only the others need memory of their own.
    let others = slices > 1 ? engine.empty([slices - 1, target.count]) : nil
    engine.parallel(slices) { slice, worker in
      if slice == 0 {
        compute(0, target.pointer, accumulate, worker)
      } else if let others {
        compute(slice, others.pointer + (slice - 1) * target.count, false, worker)
      }
    }
    if let others {
      let parts = (0..<slices - 1).map { UnsafePointer(others.pointer + $0 * target.count) }
      Elementwise.sum(parts, into: target, accumulate: true, on: engine)
    }
  }
}
