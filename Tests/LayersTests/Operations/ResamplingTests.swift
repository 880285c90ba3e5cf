import Layers
import Tensors
import TestSupport
import Testing

/// Maps at whole fractions and multiples of their size, against plain loops.
struct ResamplingTests {
  /// Where a place of a fine map `[N, h, w, C]` lies in a coarse one `[N, H, W, C']`.
  private func coarse(_ place: Int, _ fine: [Int], _ coarse: [Int]) -> Int {
    let (c, w, h, n) = (
      place % fine[3], place / fine[3] % fine[2], place / fine[3] / fine[2] % fine[1],
      place / fine[3] / fine[2] / fine[1]
    )
    let (row, column) = (h * coarse[1] / fine[1], w * coarse[2] / fine[2])
    return ((n * coarse[1] + row) * coarse[2] + column) * coarse[3] + (coarse[3] == 1 ? 0 : c)
  }

  private static let sizes: [(fine: [Int], rows: Int, columns: Int)] = [
    ([1, 1, 1, 3], 1, 1), ([2, 4, 6, 3], 2, 2), ([2, 4, 3, 17], 2, 1), ([1, 6, 8, 16], 3, 4), ([2, 3, 3, 1], 3, 3),
  ]

  @Test("block means, with gradients", arguments: [1, 2, 3])
  func blockMeans(divisor: Int) throws {
    try withEvery("map", in: [(1, 1), (2, 3)]) { map in
      try withEvery("channels", in: [1, 3, 16, 19]) { channels in
        let small = [2, map.0, map.1, channels]
        let shape = [2, map.0 * divisor, map.1 * divisor, channels]
        try OracleCheck.check("means", inputs: [OracleCheck.normal(shape, "means \(map) \(channels)")]) { numbers in
          var y = [Double](repeating: 0, count: small.reduce(1, *))
          for (place, value) in numbers[0].enumerated() {
            y[coarse(place, shape, small)] += value / Double(divisor * divisor)
          }
          return [y]
        } build: { tape, inputs, _ in
          [tape.blockMeans(inputs[0], divisor: divisor)]
        }
      }
    }
  }

  @Test("means of blocks that are not square, with gradients")
  func oblongBlocks() throws {
    try withEvery("block", in: [(1, 3), (2, 1), (3, 2)]) { block in
      let (small, shape) = ([2, 2, 3, 5], [2, 2 * block.0, 3 * block.1, 5])
      try OracleCheck.check("means", inputs: [OracleCheck.normal(shape, "oblong \(block)")]) { numbers in
        var y = [Double](repeating: 0, count: small.reduce(1, *))
        for (place, value) in numbers[0].enumerated() {
          y[coarse(place, shape, small)] += value / Double(block.0 * block.1)
        }
        return [y]
      } build: { tape, inputs, _ in
        [tape.blockMeans(inputs[0], rows: block.0, columns: block.1)]
      }
    }
  }

  @Test("a coarse map enlarged and added, with gradients")
  func enlargedSum() throws {
    try withEvery("size", in: Self.sizes) { size in
      let small = [size.fine[0], size.fine[1] / size.rows, size.fine[2] / size.columns, size.fine[3]]
      let inputs = [OracleCheck.normal(size.fine, "fine \(size)"), OracleCheck.normal(small, "coarse \(size)")]
      try OracleCheck.check("sum", inputs: inputs) { numbers in
        [numbers[0].indices.map { numbers[0][$0] + numbers[1][coarse($0, size.fine, small)] }]
      } build: { tape, inputs, _ in
        [tape.enlargedSum(inputs[0], inputs[1])]
      }
    }
  }

  @Test("a mask on a finer map, one for all channels or one for each, with gradients")
  func masked() throws {
    try withEvery("size", in: Self.sizes) { size in
      try withEvery("channels", in: [1, size.fine[3]]) { channels in
        let small = [size.fine[0], size.fine[1] / size.rows, size.fine[2] / size.columns, channels]
        let inputs = [OracleCheck.normal(size.fine, "low \(size)"), OracleCheck.normal(small, "mask \(size)")]
        try OracleCheck.check("masked", inputs: inputs) { numbers in
          [numbers[0].indices.map { numbers[0][$0] * numbers[1][coarse($0, size.fine, small)] }]
        } build: { tape, inputs, _ in
          [tape.masked(inputs[0], by: inputs[1])]
        }
      }
    }
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let inputs = [
      OracleCheck.normal([3, 12, 8, 33], "resampling fine"), OracleCheck.normal([3, 6, 4, 33], "resampling coarse"),
      OracleCheck.normal([3, 3, 2, 1], "resampling mask"),
    ]
    try OracleCheck.checkThreads("resampling", inputs: inputs) { tape, inputs, _ in
      let sum = tape.enlargedSum(inputs[0], inputs[1])
      return [tape.blockMeans(tape.masked(sum, by: inputs[2]), divisor: 4)]
    }
  }
}
