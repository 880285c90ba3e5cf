import Layers
import Tensors
import TestSupport
import Testing

/// Averages over strips of rows against plain loops.
struct RegionMeansTests {
  private let engine = Engine(threads: 2)

  /// Regions of a batch of three: whole maps, single rows, overlapping ones, others in each image.
  private static func regions(height: Int) -> [[Range<Int>]] {
    let whole = 0..<height
    return [
      [whole, whole, whole],
      [0..<1, height - 1..<height, 0..<height],
      [0..<max(1, height / 2), height / 2..<height, height / 3..<height / 3 + 1],
      [whole, 0..<1, height / 2..<height],
    ]
  }

  private func run(
    _ x: [Float], shape: [Int], regions: [[Range<Int>]], cotangents: [[Float]?], on engine: Engine
  ) -> Differentiated {
    Differentiated(on: engine, inputs: [(x, shape)], cotangents: cotangents) { tape, inputs, _ in
      tape.regionMeans(inputs[0], regions: regions)
    }
  }

  @Test("overlapping regions, image by image")
  func grid() throws {
    try withEvery("map", in: [(1, 1), (2, 3), (6, 2), (24, 8)]) { map in
      try withEvery("channels", in: [1, 8, 16, 21, 64]) { channels in
        let shape = [3, map.0, map.1, channels]
        let x = TestNumbers.normal(shape.reduce(1, *), "regions \(shape)")
        let regions = Self.regions(height: map.0)
        let oracle = RegionMeansOracle(batch: 3, height: map.0, width: map.1, channels: channels)
        let cotangents = regions.indices.map { TestNumbers.normal(3 * channels, "regions dy \($0)") }
        // A region that nothing uses sends nothing back.
        try withEvery("unused region", in: [-1, 0, 2]) { unused in
          let sent = cotangents.enumerated().map { $0.offset == unused ? nil : $0.element }
          let result = run(x, shape: shape, regions: regions, cotangents: sent, on: engine)
          var expected = [Double](repeating: 0, count: x.count)
          for (region, rows) in regions.enumerated() {
            try Agreement.check(
              "y of region \(region)", result.outputs[region], oracle.output(x.doubles, rows: rows), within: 2e-6)
            guard let cotangent = sent[region] else { continue }
            for (place, gradient) in oracle.dInput(cotangent.doubles, rows: rows).enumerated() {
              expected[place] += gradient
            }
          }
          try Agreement.check("dx", result.gradients[0], expected, within: 2e-6)
        }
      }
    }
  }

  /// The attribute task pools one map and the global task another; both gradients must arrive at what they share.
  @Test("two poolings of one map add their gradients")
  func shared() throws {
    let shape = [3, 6, 2, 19]
    let x = TestNumbers.normal(shape.reduce(1, *), "regions shared")
    let oracle = RegionMeansOracle(batch: 3, height: 6, width: 2, channels: 19)
    let rows: [[Range<Int>]] = [[0..<6, 0..<6, 0..<6], [0..<2, 3..<4, 1..<6]]
    let cotangents = (0..<2).map { TestNumbers.normal(3 * 19, "regions shared dy \($0)") }
    let result = Differentiated(on: engine, inputs: [(x, shape)], cotangents: cotangents) { tape, inputs, _ in
      rows.flatMap { tape.regionMeans(inputs[0], regions: [$0]) }
    }
    let parts = (0..<2).map { oracle.dInput(cotangents[$0].doubles, rows: rows[$0]) }
    try Agreement.check("dx", result.gradients[0], zip(parts[0], parts[1]).map { $0 + $1 }, within: 2e-6)
  }

  @Test("gradients against finite differences")
  func finiteDifferences() throws {
    let shape = [3, 5, 2, 3]
    let x = TestNumbers.normal(90, "regions differences")
    let regions = Self.regions(height: 5)
    let oracle = RegionMeansOracle(batch: 3, height: 5, width: 2, channels: 3)
    let cotangents = regions.indices.map { TestNumbers.normal(9, "regions differences dy \($0)") }
    let result = run(x, shape: shape, regions: regions, cotangents: cotangents, on: engine)
    try GradientCheck.check("dx", result.gradients[0], at: x.doubles) { x in
      zip(regions, cotangents).reduce(0) {
        $0 + GradientCheck.contraction($1.1.doubles, oracle.output(x, rows: $1.0))
      }
    }
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let shape = [3, 24, 8, 72]
    let x = TestNumbers.normal(shape.reduce(1, *), "regions threads")
    let regions = Self.regions(height: 24)
    let cotangents = regions.indices.map { TestNumbers.normal(3 * 72, "regions threads dy \($0)") }
    let results = threadCounts.map {
      run(x, shape: shape, regions: regions, cotangents: cotangents, on: Engine(threads: $0))
    }
    for (count, result) in zip(threadCounts, results) {
      try result.checkSameBits(as: results[0], "\(count) threads")
    }
  }
}
