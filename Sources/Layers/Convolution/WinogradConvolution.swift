import Tensors

/// A 3×3 convolution of stride 1 and padding 1 by Winograd's F(4×4, 3×3): a quarter of the multiplications, as 36
/// matrix products over transformed tiles.
///
/// Narrow layers work through blocks of tiles that stay in a core's cache from transform to transform; wide ones, whose
/// filters alone fill it, transform the whole batch and share out the 36 products. Error against
/// double precision: some 2e-6 RMS (engine notes, 4), ten times that of direct sums.
struct WinogradConvolution: ConvolutionKernel {
  private let geometry: ConvolutionGeometry
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

  init(_ geometry: ConvolutionGeometry, in accumulation: Accumulation, on engine: Engine) {
    self.geometry = geometry
    self.engine = engine
    tiling = WinogradTiling(batch: geometry.batch, height: geometry.height, width: geometry.width)
    filters = WinogradFilters(filters: geometry.filters, channels: geometry.channels, engine: engine)
  }

  private var isWide: Bool { max(geometry.channels, geometry.filters) >= Self.wideChannels }

  private var blockTiles: Int { max(8, Self.blockNumbers / max(geometry.channels, geometry.filters)) }

  func layout(forReuse isReused: Bool) -> PreparedWeight.Layout {
    isReused && PanelProduct.suits(columns: geometry.filters) ? .winogradPanels : .winograd
  }

  func forward(_ input: Tensor, _ weight: PreparedWeight, into output: Tensor, _ epilogue: Epilogue) {
    convolve(
      input, weight.tensor, inPanels: weight.layout == .winogradPanels, inputs: geometry.channels,
      outputs: geometry.filters, into: output, accumulate: false, epilogue)
  }

  func dInput(_ dOutput: Tensor, _ weight: Tensor, into dInput: Tensor, accumulate: Bool) {
    convolve(
      dOutput, filters.transformed(weight, turned: true), inPanels: false, inputs: geometry.filters,
      outputs: geometry.channels, into: dInput, accumulate: accumulate, Epilogue())
  }

  private func convolve(
    _ input: Tensor, _ transformed: Tensor, inPanels: Bool, inputs: Int, outputs: Int, into output: Tensor,
    accumulate: Bool, _ epilogue: Epilogue
  ) {
    func multiply(_ frequency: Int, rows: Int, _ left: UnsafePointer<Float>, into product: UnsafeMutablePointer<Float>)
    {
      let right = transformed.pointer + frequency * filters.plane
      if inPanels {
        PanelProduct.multiply(
          rows: rows, columns: outputs, depth: inputs, left, stride: inputs, panels: right, into: product)
      } else {
        MatrixProduct.multiply(
          rows: rows, columns: outputs, depth: inputs, .plain(left, stride: inputs), .plain(right, stride: outputs),
          into: product, stride: outputs)
      }
    }
    if isWide {
      let inputPlane = tiling.count * inputs + Self.planePadding
      let outputPlane = tiling.count * outputs + Self.planePadding
      let left = transformAll(input, channels: inputs, plane: inputPlane, tiling.transformInput)
      let products = engine.empty([Winograd.frequencies * outputPlane])
      engine.parallel(Winograd.frequencies) { f, _ in
        multiply(f, rows: tiling.count, left.pointer + f * inputPlane, into: products.pointer + f * outputPlane)
      }
      forTiles { tile, work in
        tiling.transformOutput(
          products.pointer + tile * outputs, plane: outputPlane, channels: outputs, tile: tile, to: output.pointer,
          accumulate: accumulate, epilogue, work: work)
      }
    } else {
      let block = inPanels ? Self.panelBlockTiles : blockTiles
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
              input.pointer, channels: inputs, tile: tile, to: left + index * inputs, plane: inputPlane, work: work)
          }
          for f in 0..<Winograd.frequencies {
            multiply(f, rows: tiles.count, left + f * inputPlane, into: products + f * outputPlane)
          }
          for (index, tile) in tiles.enumerated() {
            tiling.transformOutput(
              products + index * outputs, plane: outputPlane, channels: outputs, tile: tile, to: output.pointer,
              accumulate: accumulate, epilogue, work: work)
          }
        }
      }
    }
  }

  func dWeight(_ input: Tensor, _ dOutput: Tensor, into dWeight: Tensor, accumulate: Bool) {
    let (channels, outputs) = (geometry.channels, geometry.filters)
    if isWide {
      let inputPlane = tiling.count * channels + Self.planePadding
      let outputPlane = tiling.count * outputs + Self.planePadding
      let right = transformAll(input, channels: channels, plane: inputPlane, tiling.transformInput)
      let left = transformAll(dOutput, channels: outputs, plane: outputPlane, tiling.transformGradient)
      let products = engine.empty([Winograd.frequencies * filters.plane])
      engine.parallel(Winograd.frequencies) { f, _ in
        multiply(
          left.pointer + f * outputPlane, right.pointer + f * inputPlane, tiles: tiling.count,
          into: products.pointer + f * filters.plane, accumulate: false)
      }
      filters.gradient(products.pointer, slices: 1, into: dWeight, accumulate: accumulate)
    } else {
      dWeightInSlices(input, dOutput, into: dWeight, accumulate: accumulate)
    }
  }

  /// Each slice of tiles has a sum of its own over the 36 products, built up block by block.
  private func dWeightInSlices(_ input: Tensor, _ dOutput: Tensor, into dWeight: Tensor, accumulate: Bool) {
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
          for (index, tile) in tiles.enumerated() {
            tiling.transformInput(
              input.pointer, channels: channels, tile: tile, to: right + index * channels, plane: inputPlane, work: work
            )
            tiling.transformGradient(
              dOutput.pointer, channels: outputs, tile: tile, to: left + index * outputs, plane: outputPlane, work: work
            )
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

  /// One frequency of the weight gradient: `[K, tiles] · [tiles, C]`.
  private func multiply(
    _ dOutput: UnsafePointer<Float>, _ input: UnsafePointer<Float>, tiles: Int,
    into product: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    MatrixProduct.multiply(
      rows: geometry.filters, columns: geometry.channels, depth: tiles,
      .transposed(dOutput, stride: geometry.filters), .plain(input, stride: geometry.channels), into: product,
      stride: geometry.channels, accumulate: accumulate)
  }

  private typealias Transform = (
    _ map: UnsafePointer<Float>, _ channels: Int, _ tile: Int, _ target: UnsafeMutablePointer<Float>, _ plane: Int,
    _ work: UnsafeMutablePointer<Vector>
  ) -> Void

  private func transformAll(_ map: Tensor, channels: Int, plane: Int, _ transform: Transform) -> Tensor {
    let result = engine.empty([Winograd.frequencies * plane])
    forTiles { tile, work in
      transform(map.pointer, channels, tile, result.pointer + tile * channels, plane, work)
    }
    return result
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
