import Tensors

/// A 3×3 convolution of stride 1 and padding 1 by Winograd's F(4×4, 3×3): a quarter of the multiplications, as 36
/// matrix products over transformed tiles.
///
/// Narrow layers work through blocks of tiles that stay in a core's cache from transform to transform; wide ones, whose
/// filters alone fill it, transform the whole batch and share out the 36 products. Error against
/// double precision: some 2e-6 RMS (engine notes, 4), ten times that of direct sums.
struct WinogradConvolution: ConvolutionKernel {
  private let geometry: ConvolutionGeometry
  private let precision: Precision
  private let engine: Engine
  private let tiling: WinogradTiling
  private let filters: WinogradFilters

  /// From this many channels on the whole batch is transformed at once.
  private static let wideChannels = 256
  /// Numbers of one frequency in a block of tiles.
  private static let blockNumbers = 3072
  /// Tiles of a block whose products are in panels: a whole number of their tiles of rows, whose planes of 128 channels
  /// fill a second-level cache of 1 MB.
  private static let panelBlockTiles = 24
  /// Keeps the 36 planes off each other's places in the cache.
  private static let planePadding = 48

  static func supports(_ g: ConvolutionGeometry) -> Bool {
    g.kernelHeight == 3 && g.kernelWidth == 3 && g.stride == 1 && g.padding == 1 && g.channels % 16 == 0
      && g.filters % 16 == 0
  }

  /// - Parameter precision: what maps and their gradients are stored as, and the weights are rounded to.
  init(_ geometry: ConvolutionGeometry, in precision: Precision, on engine: Engine) {
    self.geometry = geometry
    self.precision = precision
    self.engine = engine
    tiling = WinogradTiling(batch: geometry.batch, height: geometry.height, width: geometry.width)
    filters = WinogradFilters(filters: geometry.filters, channels: geometry.channels, engine: engine)
  }

  private var isWide: Bool { max(geometry.channels, geometry.filters) >= Self.wideChannels }

  private var blockTiles: Int { max(8, Self.blockNumbers / max(geometry.channels, geometry.filters)) }

  func layout(forReuse isReused: Bool) -> PreparedWeight.Layout {
    let layout: PreparedWeight.Layout = isInPanels(isReused, columns: geometry.filters) ? .winogradPanels : .winograd
    return precision == .bfloat16 ? .rounded(layout) : layout
  }

  /// Whether transformed filters are laid out in panels, of which maps in single precision make use where they are reused.
  private func isInPanels(_ isReused: Bool, columns: Int) -> Bool {
    (isReused || precision == .bfloat16) && PanelProduct.suits(columns: columns)
  }

  func forward(_ input: Tensor, _ weight: PreparedWeight, into output: Tensor, _ epilogue: Epilogue) {
    let product = FrequencyProduct(
      filters: weight.tensor, plane: filters.plane, isInPanels: weight.layout == .winogradPanels,
      inputs: geometry.channels, outputs: geometry.filters)
    convolve(input, product, into: output, accumulate: false, epilogue)
  }

  func dInput(_ dOutput: Tensor, _ weight: Tensor, into dInput: Tensor, accumulate: Bool) {
    let isInPanels = isInPanels(false, columns: geometry.channels)
    let product = FrequencyProduct(
      filters: filters.transformed(weight, in: precision, turned: true, inPanels: isInPanels), plane: filters.plane,
      isInPanels: isInPanels, inputs: geometry.filters, outputs: geometry.channels)
    convolve(dOutput, product, into: dInput, accumulate: accumulate, Epilogue())
  }

  private func convolve(
    _ input: Tensor, _ product: FrequencyProduct, into output: Tensor, accumulate: Bool, _ epilogue: Epilogue
  ) {
    switch precision {
    case .single: convolve(Float.self, input, product, into: output, accumulate: accumulate, epilogue)
    case .bfloat16: convolve(BFloat16.self, input, product, into: output, accumulate: accumulate, epilogue)
    }
  }

  private func convolve<Number: StoredNumber>(
    _ kind: Number.Type, _ input: Tensor, _ product: FrequencyProduct, into output: Tensor, accumulate: Bool,
    _ epilogue: Epilogue
  ) {
    let (x, y) = (UnsafePointer(input.numbers(kind)), output.numbers(kind))
    let (inputs, outputs) = (product.inputs, product.outputs)
    if isWide {
      let inputPlane = tiling.count * inputs + Self.planePadding
      let outputPlane = tiling.count * outputs + Self.planePadding
      let left = engine.empty([Winograd.frequencies * inputPlane])
      forTiles { tile, work in
        tiling.transformInput(
          x, channels: inputs, tile: tile, to: left.pointer + tile * inputs, plane: inputPlane, work: work)
      }
      let products = engine.empty([Winograd.frequencies * outputPlane])
      engine.parallel(Winograd.frequencies) { f, _ in
        product.multiply(
          f, rows: tiling.count, left.pointer + f * inputPlane, into: products.pointer + f * outputPlane)
      }
      forTiles { tile, work in
        tiling.transformOutput(
          products.pointer + tile * outputs, plane: outputPlane, channels: outputs, tile: tile, to: y,
          accumulate: accumulate, epilogue, work: work)
      }
    } else {
      let block = product.isInPanels ? Self.panelBlockTiles : blockTiles
      let inputPlane = block * inputs + Self.planePadding
      let outputPlane = block * outputs + Self.planePadding
      engine.reserveScratch(4 * Winograd.frequencies * (inputPlane + outputPlane))
      engine.parallel((tiling.count + block - 1) / block) { chunk, worker in
        let left = engine.scratch(of: worker)
        let products = left + Winograd.frequencies * inputPlane
        let tiles = chunk * block..<min(tiling.count, (chunk + 1) * block)
        withUnsafeTemporaryAllocation(of: Vector.self, capacity: 36) { work in
          guard let work = work.baseAddress else { return }
          for (index, tile) in tiles.enumerated() {
            tiling.transformInput(
              x, channels: inputs, tile: tile, to: left + index * inputs, plane: inputPlane, work: work)
          }
          for f in 0..<Winograd.frequencies {
            product.multiply(f, rows: tiles.count, left + f * inputPlane, into: products + f * outputPlane)
          }
          for (index, tile) in tiles.enumerated() {
            tiling.transformOutput(
              products + index * outputs, plane: outputPlane, channels: outputs, tile: tile, to: y,
              accumulate: accumulate, epilogue, work: work)
          }
        }
      }
    }
  }

  func dWeight(_ input: Tensor, _ dOutput: Tensor, into dWeight: Tensor, accumulate: Bool) {
    switch precision {
    case .single: self.dWeight(Float.self, input, dOutput, into: dWeight, accumulate: accumulate)
    case .bfloat16: self.dWeight(BFloat16.self, input, dOutput, into: dWeight, accumulate: accumulate)
    }
  }

  private func dWeight<Number: StoredNumber>(
    _ kind: Number.Type, _ input: Tensor, _ dOutput: Tensor, into dWeight: Tensor, accumulate: Bool
  ) {
    let (x, dy) = (UnsafePointer(input.numbers(kind)), UnsafePointer(dOutput.numbers(kind)))
    let (channels, outputs) = (geometry.channels, geometry.filters)
    if isWide {
      let inputPlane = tiling.count * channels + Self.planePadding
      let outputPlane = tiling.count * outputs + Self.planePadding
      let right = engine.empty([Winograd.frequencies * inputPlane])
      let (inputs, gradients) = (place(channels, of: tiling.count), place(outputs, of: tiling.count))
      forTiles { tile, work in
        tiling.transformInput(
          x, channels: channels, tile: tile, to: right.pointer + tile * inputs.first, plane: inputPlane,
          step: inputs.step, work: work)
      }
      let left = engine.empty([Winograd.frequencies * outputPlane])
      forTiles { tile, work in
        tiling.transformGradient(
          dy, channels: outputs, tile: tile, to: left.pointer + tile * gradients.first, plane: outputPlane,
          step: gradients.step, work: work)
      }
      let products = engine.empty([Winograd.frequencies * filters.plane])
      engine.parallel(Winograd.frequencies) { f, _ in
        multiply(
          left.pointer + f * outputPlane, right.pointer + f * inputPlane, tiles: tiling.count,
          into: products.pointer + f * filters.plane, accumulate: false)
      }
      filters.gradient(products.pointer, slices: 1, into: dWeight, accumulate: accumulate)
    } else {
      dWeightInSlices(x, dy, into: dWeight, accumulate: accumulate)
    }
  }

  /// Each slice of tiles has a sum of its own over the 36 products, built up block by block.
  private func dWeightInSlices<Number: StoredNumber>(
    _ x: UnsafePointer<Number>, _ dy: UnsafePointer<Number>, into dWeight: Tensor, accumulate: Bool
  ) {
    let (channels, outputs) = (geometry.channels, geometry.filters)
    let block = 2 * blockTiles
    let slices = max(1, min(tiling.count / block, max(2, (1 << 20) / filters.plane / Winograd.frequencies), 16))
    let inputPlane = block * channels + Self.planePadding
    let outputPlane = block * outputs + Self.planePadding
    let products = engine.empty([slices * Winograd.frequencies * filters.plane])
    engine.reserveScratch(4 * Winograd.frequencies * (inputPlane + outputPlane))
    engine.parallel(slices) { slice, worker in
      let right = engine.scratch(of: worker)
      let left = right + Winograd.frequencies * inputPlane
      let target = products.pointer + slice * Winograd.frequencies * filters.plane
      let all = Split(count: tiling.count, chunks: slices)[slice]
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: 36) { work in
        guard let work = work.baseAddress else { return }
        for tiles in all.tiles(of: block) {
          let (inputs, gradients) = (place(channels, of: tiles.count), place(outputs, of: tiles.count))
          for (index, tile) in tiles.enumerated() {
            tiling.transformInput(
              x, channels: channels, tile: tile, to: right + index * inputs.first, plane: inputPlane,
              step: inputs.step, work: work)
            tiling.transformGradient(
              dy, channels: outputs, tile: tile, to: left + index * gradients.first, plane: outputPlane,
              step: gradients.step, work: work)
          }
          for f in 0..<Winograd.frequencies {
            multiply(
              left + f * outputPlane, right + f * inputPlane, tiles: tiles.count, into: target + f * filters.plane,
              accumulate: tiles.lowerBound > all.lowerBound)
          }
        }
      }
    }
    filters.gradient(products.pointer, slices: slices, into: dWeight, accumulate: accumulate)
  }

  /// Whether the weight gradient's products are those of ``OuterProduct``, for whose operands tiles are laid out.
  private var isOuter: Bool {
    precision == .bfloat16 && OuterProduct.suits(rows: geometry.filters, columns: geometry.channels)
  }

  /// Where a weight gradient's product has the channels of its tiles: numbers from one tile to the next, and from one
  /// channel's to the next one's, sixteen channels side by side.
  private func place(_ channels: Int, of tiles: Int) -> (first: Int, step: Int) {
    isOuter ? (Vector.scalarCount, tiles) : (channels, 1)
  }

  /// One frequency of the weight gradient: `[K, tiles] · [tiles, C]`.
  private func multiply(
    _ dOutput: UnsafePointer<Float>, _ input: UnsafePointer<Float>, tiles: Int,
    into product: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    guard !isOuter else {
      return OuterProduct.multiply(
        rows: geometry.filters, columns: geometry.channels, depth: tiles, dOutput, input, into: product,
        accumulate: accumulate)
    }
    MatrixProduct.multiply(
      rows: geometry.filters, columns: geometry.channels, depth: tiles,
      .transposed(dOutput, stride: geometry.filters), .plain(input, stride: geometry.channels), into: product,
      stride: geometry.channels, accumulate: accumulate)
  }

  private func forTiles(_ body: (_ tile: Int, _ work: UnsafeMutablePointer<Vector>) -> Void) {
    engine.parallel(over: tiling.count, grain: 4) { tiles, _ in
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: 36) { work in
        guard let work = work.baseAddress else { return }
        for tile in tiles { body(tile, work) }
      }
    }
  }
}

/// The products of transformed tiles with transformed filters, frequency by frequency.
private struct FrequencyProduct {
  /// A matrix of inputs × outputs for each frequency.
  let filters: Tensor
  /// Numbers from one frequency's matrix to the next.
  let plane: Int
  /// Whether each matrix is laid out for ``PanelProduct``.
  let isInPanels: Bool
  let inputs: Int
  let outputs: Int

  /// `[tiles, inputs] · [inputs, outputs]` of one frequency.
  func multiply(
    _ frequency: Int, rows: Int, _ left: UnsafePointer<Float>, into product: UnsafeMutablePointer<Float>
  ) {
    let right = filters.pointer + frequency * plane
    if isInPanels {
      PanelProduct.multiply(
        rows: rows, columns: outputs, depth: inputs, left, stride: inputs, panels: right, into: product)
    } else {
      MatrixProduct.multiply(
        rows: rows, columns: outputs, depth: inputs, .plain(left, stride: inputs), .plain(right, stride: outputs),
        into: product, stride: outputs)
    }
  }
}
