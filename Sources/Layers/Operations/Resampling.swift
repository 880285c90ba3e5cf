import Tensors

extension Tape {
  /// Images at a fraction of their size: the mean of each block of `divisor` × `divisor` places.
  package func blockMeans(_ input: Value, divisor: Int) -> Value {
    blockMeans(input, rows: divisor, columns: divisor)
  }

  /// Images at a fraction of their size: the mean of each block of `rows` × `columns` places.
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - rows: a divisor of H.
  ///   - columns: a divisor of W.
  /// - Returns: `[N, H/rows, W/columns, C]`.
  package func blockMeans(_ input: Value, rows: Int, columns: Int) -> Value {
    let (batch, height, width, channels) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    precondition(
      rows > 0 && columns > 0 && height % rows == 0 && width % columns == 0,
      "\(height)×\(width) is not made of blocks of \(rows)×\(columns)")
    let blocks = MapBlocks(rows: rows, columns: columns, width: width, channels: channels)
    let output = result(engine.empty([batch, height / rows, width / columns, channels]))
    let (x, y) = (input.tensor.pointer, output.tensor.pointer)
    let share = 1 / Float(rows * columns)
    engine.parallel(batch * height / rows) { line, _ in
      let target = y + line * blocks.lineCount
      target.update(repeating: 0, count: blocks.lineCount)
      blocks.forEachPlace(ofLine: line) { coarse, fine in Rows.add(x + fine, to: target + coarse, count: channels) }
      Rows.scale(target, by: share, count: blocks.lineCount)
    }
    guard let slot = input.slot else { return output }
    let shape = input.shape
    record(output) { [engine] dOutput in
      slot.accumulate(shape: shape, on: engine) { dInput, accumulate in
        engine.parallel(batch * height / rows) { line, _ in
          let source = dOutput.pointer + line * blocks.lineCount
          blocks.forEachPlace(ofLine: line) { coarse, fine in
            if !accumulate { (dInput.pointer + fine).update(repeating: 0, count: channels) }
            Rows.add(source + coarse, times: share, to: dInput.pointer + fine, count: channels)
          }
        }
      }
    }
    return output
  }

  /// `fine` plus `coarse` enlarged to its size, each of the coarse numbers repeated over a block: the step of an
  /// hourglass.
  ///
  /// - Parameters:
  ///   - fine: `[N, h, w, C]`, its sides multiples of the coarse map's.
  ///   - coarse: `[N, H, W, C]`.
  /// - Returns: `[N, h, w, C]`.
  package func enlargedSum(_ fine: Value, _ coarse: Value) -> Value {
    let blocks = MapBlocks(of: fine.shape, under: coarse.shape)
    let channels = fine.shape[3]
    let lines = coarse.shape[0] * coarse.shape[1]
    let output = result(engine.empty(fine.shape))
    let (f, c, y) = (fine.tensor.pointer, coarse.tensor.pointer, output.tensor.pointer)
    engine.parallel(lines) { line, _ in
      let source = c + line * blocks.lineCount
      blocks.forEachPlace(ofLine: line) { coarse, fine in
        (y + fine).update(from: f + fine, count: channels)
        Rows.add(source + coarse, to: y + fine, count: channels)
      }
    }
    let (fineSlot, coarseSlot, coarseShape) = (fine.slot, coarse.slot, coarse.shape)
    record(output) { [engine] dOutput in
      coarseSlot?.accumulate(shape: coarseShape, on: engine) { dCoarse, accumulate in
        engine.parallel(lines) { line, _ in
          let target = dCoarse.pointer + line * blocks.lineCount
          if !accumulate { target.update(repeating: 0, count: blocks.lineCount) }
          blocks.forEachPlace(ofLine: line) { coarse, fine in
            Rows.add(dOutput.pointer + fine, to: target + coarse, count: channels)
          }
        }
      }
      fineSlot?.give(dOutput, on: engine)
    }
    return output
  }

  /// A map times a mask of coarser places, each number of the mask enlarged over a block.
  ///
  ///     y[n, h, w, c] = x[n, h, w, c] · mask[n, ⌊h·H'/H⌋, ⌊w·W'/W⌋, c or 0]
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`, its sides multiples of the mask's.
  ///   - mask: `[N, H', W', 1]`, one number for all channels, or `[N, H', W', C]`.
  /// - Returns: `[N, H, W, C]`.
  package func masked(_ input: Value, by mask: Value) -> Value {
    let channels = input.shape[3]
    let isShared = mask.shape[3] == 1
    precondition(isShared || mask.shape[3] == channels, "a mask of \(mask.shape) on a map of \(input.shape)")
    let blocks = MapBlocks(of: input.shape, under: mask.shape)
    let lines = mask.shape[0] * mask.shape[1]
    let output = result(engine.empty(input.shape))
    let (x, m) = (input.tensor, mask.tensor)

    /// `target = source · mask`, or `target += source · mask`.
    func multiply(_ source: Tensor, into target: Tensor, accumulate: Bool) {
      engine.parallel(lines) { line, _ in
        blocks.forEachPlace(ofLine: line) { coarse, fine in
          if !accumulate { (target.pointer + fine).update(repeating: 0, count: channels) }
          if isShared {
            let factor = m.pointer[line * blocks.columnsOfLine + coarse / channels]
            Rows.add(source.pointer + fine, times: factor, to: target.pointer + fine, count: channels)
          } else {
            let factors = m.pointer + line * blocks.lineCount + coarse
            Rows.add(source.pointer + fine, times: factors, to: target.pointer + fine, count: channels)
          }
        }
      }
    }
    multiply(x, into: output.tensor, accumulate: false)

    let (inputSlot, maskSlot) = (input.slot, mask.slot)
    record(output) { [engine] dOutput in
      maskSlot?.accumulate(shape: m.shape, on: engine) { dMask, accumulate in
        engine.parallel(lines) { line, _ in
          let count = isShared ? blocks.columnsOfLine : blocks.lineCount
          let target = dMask.pointer + line * count
          if !accumulate { target.update(repeating: 0, count: count) }
          blocks.forEachPlace(ofLine: line) { coarse, fine in
            let (dy, row) = (dOutput.pointer + fine, x.pointer + fine)
            if isShared {
              target[coarse / channels] += Float(Rows.dot(dy, row, count: channels))
            } else {
              Rows.add(dy, times: UnsafePointer(row), to: target + coarse, count: channels)
            }
          }
        }
      }
      inputSlot?.accumulate(shape: x.shape, on: engine) { multiply(dOutput, into: $0, accumulate: $1) }
    }
    return output
  }
}

/// A fine map `[N, h, w, C]` as blocks of places, one block under each place of a coarse map `[N, H, W, C]`.
private struct MapBlocks {
  /// Rows and columns of a block.
  let rows: Int
  let columns: Int
  /// Places in a row of the fine map.
  let width: Int
  let channels: Int

  /// Places in a row of the coarse map.
  var columnsOfLine: Int { width / columns }
  /// Numbers in a row of the coarse map.
  var lineCount: Int { columnsOfLine * channels }

  init(rows: Int, columns: Int, width: Int, channels: Int) {
    self.rows = rows
    self.columns = columns
    self.width = width
    self.channels = channels
  }

  init(of fine: [Int], under coarse: [Int]) {
    precondition(
      fine[0] == coarse[0] && coarse[1] > 0 && coarse[2] > 0 && fine[1] % coarse[1] == 0 && fine[2] % coarse[2] == 0,
      "the sides of \(fine) are no multiples of those of \(coarse)")
    self.init(rows: fine[1] / coarse[1], columns: fine[2] / coarse[2], width: fine[2], channels: fine[3])
  }

  /// Visits the fine places under one row of the coarse map, in memory's order: with where their coarse place's
  /// channels lie in its row, and where their own lie in the fine map.
  @inline(__always)
  func forEachPlace(ofLine line: Int, _ body: (_ coarse: Int, _ fine: Int) -> Void) {
    for row in line &* rows..<(line &+ 1) &* rows {
      for column in 0..<width {
        body(column / columns &* channels, (row &* width &+ column) &* channels)
      }
    }
  }
}

extension Rows {
  /// `target += row ⊙ factors`.
  static func add(
    _ row: UnsafePointer<Float>, times factors: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
  ) {
    var i = 0
    while i &+ 16 <= count {
      target.store(fused(row.vector(i), factors.vector(i), plus: target.vector(i)), i)
      i &+= 16
    }
    while i < count {
      target[i] = fused(row[i], factors[i], plus: target[i])
      i &+= 1
    }
  }
}
