import Tensors

/// A convolution of maps in bfloat16 by AVX512_BF16's products of pairs: any kernel, stride and padding.
///
/// No patches are gathered: a row of the left operand is a list of stretches of the map, one for each place of the kernel
/// (``PatchRows``). The gradient by the input is computed for those places together that the same places of the kernel
/// reach: with stride 2 there are four kinds.
struct PairConvolution: ConvolutionKernel {
  private let geometry: ConvolutionGeometry
  private let engine: Engine

  /// Bytes of the left operand's rows that stay in a core's second-level cache beside as many of panels.
  private static let blockBytes = 256 << 10
  /// Rows of a chunk of work.
  private static let grain = 192
  /// Output positions whose products are summed in registers before they are added to a weight's gradient.
  private static let depth = 512

  init(_ geometry: ConvolutionGeometry, on engine: Engine) {
    self.geometry = geometry
    self.engine = engine
  }

  func layout(forReuse isReused: Bool) -> PreparedWeight.Layout { .pairs }

  /// y = patches(x) · wᵀ
  func forward(_ input: Tensor, _ weight: PreparedWeight, into output: Tensor, _ epilogue: Epilogue) {
    let g = geometry
    multiply(
      patches(of: input), weight.tensor, into: output, columns: g.filters,
      added: epilogue.roundedShortcut, bias: epilogue.bias, isRectified: epilogue.isRectified
    ) { $0 }
  }

  /// dx = Σ dy · w over the places of the kernel that a place of the input was multiplied with.
  func dInput(_ dOutput: Tensor, _ weight: Tensor, into dInput: Tensor, accumulate: Bool) {
    let g = geometry
    let dx = dInput.numbers(BFloat16.self)
    let kinds = (0..<g.stride * g.stride).map { Residue($0 / g.stride, $0 % g.stride, of: g) }
    if !accumulate, kinds.contains(where: \.taps.isEmpty) {
      engine.parallel(over: dInput.count, grain: 1 << 15) { range, _ in
        (dx + range.lowerBound).update(repeating: BFloat16(rounding: 0), count: range.count)
      }
    }
    for kind in kinds where !kind.taps.isEmpty && kind.rows > 0 && kind.columns > 0 {
      let places = kind.taps.map { $0.kernelRow * g.kernelWidth + $0.kernelColumn }
      let size = g.kernelHeight * g.kernelWidth * g.channels
      let w = UnsafePointer(weight.pointer)
      let panels = PairProduct.panels(columns: g.channels, depth: places.count * g.filters, on: engine) {
        w + $0 % g.filters * size + places[$0 / g.filters] * g.channels
      }
      let left = PatchRows(
        dOutput, batch: g.batch, rows: kind.rows, columns: kind.columns, step: 1,
        taps: kind.taps.map { ($0.row, $0.column) }, on: engine)
      multiply(
        left, panels, into: dInput, columns: g.channels, added: accumulate ? UnsafePointer(dx) : nil
      ) { position in
        guard g.stride > 1 else { return position }
        let (line, column) = position.quotientAndRemainder(dividingBy: kind.columns)
        let (image, row) = line.quotientAndRemainder(dividingBy: kind.rows)
        return (image * g.height + row * g.stride + kind.row) * g.width + column * g.stride + kind.column
      }
    }
  }

  /// dw = dyᵀ · patches(x), in slices of positions with a sum each.
  func dWeight(_ input: Tensor, _ dOutput: Tensor, into dWeight: Tensor, accumulate: Bool) {
    let g = geometry
    let left = patches(of: input)
    let (filters, depth) = (g.filters, Self.depth)
    let slices = ProductSplit.slices(positions: left.count, weights: dWeight.count)
    let tiles = Self.tiles(of: filters)
    let panelWidth = PairProduct.panelWidth
    var plan = ScratchPlan()
    let starts = plan.add(UnsafePointer<BFloat16>.self, left.stretches * depth)
    let gathered = plan.add(BFloat16.self, left.gatheredCount(rows: depth))
    let leftWords = plan.add(UInt32.self, filters * depth / 2 + PairProduct.spareWords)
    let panel = plan.add(UInt32.self, panelWidth * depth / 2)
    engine.reserveScratch(plan.bytes)
    SlicedSum.run(slices: slices, into: dWeight, accumulate: accumulate, on: engine) { slice, target, add, worker in
      let scratch = engine.scratch(of: worker)
      let (starts, gathered) = (starts.memory(in: scratch), gathered.memory(in: scratch))
      let (leftWords, panel) = (leftWords.memory(in: scratch), panel.memory(in: scratch))
      var add = add
      for block in Split(count: left.count, chunks: slices)[slice].tiles(of: depth) {
        let pairs = (block.count + 1) / 2
        left.find(block, starts, filledUpTo: 2 * pairs, gatheredIn: gathered)
        for tile in tiles {
          PairProduct.pairColumns(
            dOutput.numbers(BFloat16.self) + block.lowerBound * filters + tile.lowerBound, rows: block.count,
            stride: filters, columns: tile.count, into: leftWords + tile.lowerBound * pairs)
        }
        for stretch in 0..<left.stretches {
          for first in stride(from: 0, to: left.length, by: panelWidth) {
            let columns = first..<min(left.length, first + panelWidth)
            PairProduct.pairRows(starts + stretch * 2 * pairs, pairs: pairs, columns: columns, into: panel)
            for tile in tiles {
              PairProduct.outer(
                rows: tile.count, columns: columns.count, pairs: pairs, leftWords + tile.lowerBound * pairs, panel,
                into: target + tile.lowerBound * g.patch + stretch * left.length + first, stride: g.patch,
                accumulate: add)
            }
          }
        }
        add = true
      }
    }
  }

  /// Rows in tiles of nearly equal size.
  private static func tiles(of rows: Int) -> [Range<Int>] {
    let split = Split(count: rows, chunks: (rows + PairProduct.tileRows - 1) / PairProduct.tileRows)
    return (0..<split.chunks).map { split[$0] }
  }

  /// The input's patches, a row for each output position.
  private func patches(of input: Tensor) -> PatchRows {
    let g = geometry
    let taps = (0..<g.kernelHeight * g.kernelWidth).map { place in
      (place / g.kernelWidth - g.padding, place % g.kernelWidth - g.padding)
    }
    return PatchRows(
      input, batch: g.batch, rows: g.outputHeight, columns: g.outputWidth, step: g.stride, taps: taps, on: engine)
  }

  /// `result = activation(left · panels + bias + added)`, rounded.
  ///
  /// - Parameters:
  ///   - columns: numbers of a row of the result.
  ///   - added: lies as the result does.
  ///   - place: which row of the result a row of the left operand makes.
  private func multiply(
    _ left: PatchRows, _ panels: Tensor, into result: Tensor, columns: Int, added: UnsafePointer<BFloat16>?,
    bias: UnsafePointer<Float>? = nil, isRectified: Bool = false, place: (_ position: Int) -> Int
  ) {
    let pairs = (left.length + 1) / 2
    // Neighbouring patches share most of what they read, so that more of them fit.
    let bytes = 4 * pairs * min(2, left.stretches)
    let block = max(2, Self.blockBytes / bytes / PairProduct.tileRows) * PairProduct.tileRows
    let panelCount = (columns + PairProduct.panelWidth - 1) / PairProduct.panelWidth
    let panelsAtOnce = max(1, Self.blockBytes / (4 * left.stretches * pairs * PairProduct.panelWidth))
    let split = Split(count: left.count, grain: Self.grain)
    var plan = ScratchPlan()
    let starts = plan.add(UnsafePointer<BFloat16>.self, left.stretches * block)
    let targets = plan.add(UnsafeMutablePointer<BFloat16>.self, block)
    let addends = plan.add(UnsafePointer<BFloat16>.self, added == nil ? 0 : block)
    let gathered = plan.add(BFloat16.self, left.gatheredCount(rows: block))
    engine.reserveScratch(plan.bytes)
    let y = result.numbers(BFloat16.self)
    engine.parallel(split.chunks) { chunk, worker in
      let scratch = engine.scratch(of: worker)
      let (starts, targets) = (starts.memory(in: scratch), targets.memory(in: scratch))
      let (addends, gathered) = (addends.memory(in: scratch), gathered.memory(in: scratch))
      for block in split[chunk].tiles(of: block) {
        let tiles = Self.tiles(of: block.count)
        for tile in tiles {
          let positions = block.lowerBound + tile.lowerBound..<block.lowerBound + tile.upperBound
          left.find(
            positions, starts + tile.lowerBound * left.stretches,
            gatheredIn: gathered + left.gatheredCount(rows: tile.lowerBound))
          for (row, position) in zip(tile, positions) {
            let start = place(position) * columns
            targets[row] = y + start
            if let added { addends[row] = added + start }
          }
        }
        // Some panels of a row one after the other: whole stretches of what is written, and added, for the prefetcher.
        for group in (0..<panelCount).tiles(of: panelsAtOnce) {
          for (index, rows) in tiles.enumerated() {
            for panel in group {
              // What the first panel has brought into the cache is there for the others.
              let isLast = panel > 0 || index + 1 == tiles.count
              PairProduct.multiply(
                PairProduct.Tile(
                  rows: rows.count, left: starts + rows.lowerBound * left.stretches, result: targets + rows.lowerBound,
                  added: added == nil ? nil : addends + rows.lowerBound,
                  rowsToFetch: isLast ? 0 : tiles[index + 1].count),
                stretches: left.stretches, pairs: pairs, panel: panel, of: panels, columns: columns, bias: bias,
                isRectified: isRectified)
            }
          }
        }
      }
    }
  }
}

/// Those places of a convolution's input whose row and column leave the same rest when the stride divides them.
private struct Residue {
  let row, column: Int
  /// How many rows and columns there are of them.
  let rows, columns: Int
  /// The places of the kernel that they are multiplied with, and what stands before the output's row and column beside them.
  let taps: [(kernelRow: Int, kernelColumn: Int, row: Int, column: Int)]

  init(_ row: Int, _ column: Int, of g: ConvolutionGeometry) {
    (self.row, self.column) = (row, column)
    rows = max(0, (g.height - row + g.stride - 1) / g.stride)
    columns = max(0, (g.width - column + g.stride - 1) / g.stride)
    var taps: [(Int, Int, Int, Int)] = []
    for r in 0..<g.kernelHeight {
      for s in 0..<g.kernelWidth {
        let (down, across) = (row + g.padding - r, column + g.padding - s)
        guard down % g.stride == 0, across % g.stride == 0 else { continue }
        taps.append((r, s, down / g.stride, across / g.stride))
      }
    }
    self.taps = taps
  }
}
