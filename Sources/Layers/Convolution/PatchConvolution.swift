import Tensors

/// A convolution of any kernel, stride and padding: patches are gathered tile by tile and multiplied.
struct PatchConvolution: ConvolutionKernel {
  private let geometry: ConvolutionGeometry
  private let accumulation: Accumulation
  private let engine: Engine

  /// Patches of one tile: what stays in the second-level cache beside the weights.
  private static let tileBytes = 1 << 20

  init(_ geometry: ConvolutionGeometry, in accumulation: Accumulation, on engine: Engine) {
    self.geometry = geometry
    self.accumulation = accumulation
    self.engine = engine
  }

  /// Output rows (over all images) whose patches fill a tile.
  private static func tileRows(_ geometry: ConvolutionGeometry) -> Int {
    max(1, tileBytes / (4 * geometry.patch * geometry.outputWidth))
  }

  /// Output rows of one chunk of work.
  private static func split(_ geometry: ConvolutionGeometry) -> Split {
    let grain = max(
      1, ProductSplit.rowsPerChunk(columns: geometry.filters, depth: geometry.patch) / geometry.outputWidth)
    return Split(count: geometry.batch * geometry.outputHeight, grain: grain)
  }

  func layout(forReuse isReused: Bool) -> PreparedWeight.Layout {
    PreparedWeight.layout(
      rows: geometry.outputPositions, columns: geometry.filters, isReused: isReused, in: accumulation)
  }

  func forward(_ input: Tensor, _ weight: PreparedWeight, into output: Tensor, _ epilogue: Epilogue) {
    convolve(input, geometry, weight, into: output, accumulate: false, epilogue)
  }

  /// y = patches(x) · wᵀ
  private func convolve(
    _ input: Tensor, _ g: ConvolutionGeometry, _ weight: PreparedWeight, into output: Tensor, accumulate: Bool,
    _ epilogue: Epilogue = Epilogue()
  ) {
    let tile = Self.tileRows(g)
    let split = Self.split(g)
    engine.reserveScratch(4 * tile * g.outputWidth * g.patch)
    engine.parallel(split.chunks) { chunk, worker in
      let patches = engine.scratch(of: worker)
      for rows in split[chunk].tiles(of: tile) {
        Patches.gather(input.pointer, g, rows: rows, into: patches)
        let start = rows.lowerBound * g.outputWidth * g.filters
        weight.multiply(
          rows: rows.count * g.outputWidth, patches, into: output.pointer + start, accumulate: accumulate,
          in: accumulation, epilogue.advanced(by: start))
      }
    }
  }

  func dInput(_ dOutput: Tensor, _ weight: Tensor, into dInput: Tensor, accumulate: Bool) {
    let g = geometry
    // With stride 1 the gradient by the input is itself a convolution, of dy with the kernels turned by 180°.
    if g.stride == 1, g.padding < g.kernelHeight, g.padding < g.kernelWidth, g.kernelHeight == g.kernelWidth {
      let turned = turn(weight)
      let back = ConvolutionGeometry(
        batch: g.batch, height: g.outputHeight, width: g.outputWidth, channels: g.filters, filters: g.channels,
        kernelHeight: g.kernelHeight, kernelWidth: g.kernelWidth, stride: 1, padding: g.kernelHeight - 1 - g.padding)
      let layout = PreparedWeight.layout(
        rows: back.outputPositions, columns: back.filters, isReused: false, in: accumulation)
      let prepared = PreparedWeight(turned, of: back, as: layout, on: engine)
      convolve(dOutput, back, prepared, into: dInput, accumulate: accumulate)
    } else {
      scatter(dOutput, weight, into: dInput, accumulate: accumulate)
    }
  }

  /// dx = scatter(dy · w). Images are independent; inside one, rows are scattered in order.
  private func scatter(_ dOutput: Tensor, _ weight: Tensor, into dInput: Tensor, accumulate: Bool) {
    let g = geometry
    let tile = Self.tileRows(g)
    let imageSize = g.height * g.width * g.channels
    let prepared = PreparedWeight(dInput: weight, of: g, in: accumulation, on: engine)
    engine.reserveScratch(4 * tile * g.outputWidth * g.patch)
    engine.parallel(over: g.batch, grain: 1) { images, worker in
      let patches = engine.scratch(of: worker)
      if !accumulate {
        (dInput.pointer + images.lowerBound * imageSize).update(repeating: 0, count: images.count * imageSize)
      }
      let all = images.lowerBound * g.outputHeight..<images.upperBound * g.outputHeight
      for rows in all.tiles(of: tile) {
        prepared.multiply(
          rows: rows.count * g.outputWidth, dOutput.pointer + rows.lowerBound * g.outputWidth * g.filters,
          into: patches, in: accumulation)
        Patches.scatter(patches, g, rows: rows, addingTo: dInput.pointer)
      }
    }
  }

  /// dw = dyᵀ · patches(x), in slices of output rows with a sum each.
  func dWeight(_ input: Tensor, _ dOutput: Tensor, into dWeight: Tensor, accumulate: Bool) {
    let g = geometry
    let tile = Self.tileRows(g)
    let lines = g.batch * g.outputHeight
    let slices = min(lines, ProductSplit.slices(positions: g.outputPositions, weights: dWeight.count))
    engine.reserveScratch(4 * tile * g.outputWidth * g.patch)
    SlicedSum.run(slices: slices, into: dWeight, accumulate: accumulate, on: engine) { slice, target, add, worker in
      let patches = engine.scratch(of: worker)
      var add = add
      for rows in Split(count: lines, chunks: slices)[slice].tiles(of: tile) {
        Patches.gather(input.pointer, g, rows: rows, into: patches)
        MatrixProduct.multiply(
          rows: g.filters, columns: g.patch, depth: rows.count * g.outputWidth,
          .transposed(dOutput.pointer + rows.lowerBound * g.outputWidth * g.filters, stride: g.filters),
          .plain(patches, stride: g.patch), into: target, stride: g.patch, accumulate: add, in: accumulation)
        add = true
      }
    }
  }

  /// `[K, R, S, C]` → `[C, R, S, K]` with rows and columns reversed.
  private func turn(_ weight: Tensor) -> Tensor {
    let g = geometry
    let places = g.kernelHeight * g.kernelWidth
    let turned = engine.empty([g.channels, g.kernelHeight, g.kernelWidth, g.filters])
    let source = weight.pointer
    let target = turned.pointer
    engine.parallel(over: g.channels, grain: 4) { range, _ in
      for place in 0..<places {
        for k in 0..<g.filters {
          let from = source + (k * places + place) * g.channels
          let to = target + (places - 1 - place) * g.filters + k
          for c in range { to[c * places * g.filters] = from[c] }
        }
      }
    }
    return turned
  }
}

extension Range<Int> {
  /// The range cut into pieces of `size`, the last one shorter.
  func tiles(of size: Int) -> some Sequence<Range<Int>> {
    stride(from: lowerBound, to: upperBound, by: size).lazy.map { $0..<Swift.min($0 + size, upperBound) }
  }
}
