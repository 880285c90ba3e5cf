import Layers
import Tensors
import TestSupport
import Testing

/// Every form of convolution, in single and in double precision, against plain loops, each number of y, dx and dw.
struct ConvolutionTests {
  private let engine = Engine(threads: 2)

  @Test("kernels, strides, paddings and edge maps")
  func geometries() throws {
    try withEvery("kernel", in: [(1, 1), (3, 3), (5, 5), (7, 7), (1, 3), (3, 1)]) { kernel in
      try withEvery("stride", in: 1...3) { stride in
        try withEvery("padding", in: 0...3) { padding in
          try withEvery("map", in: [(1, 1), (2, 3), (4, 4), (5, 7), (8, 4), (9, 13)]) { map in
            guard map.0 + 2 * padding >= kernel.0 && map.1 + 2 * padding >= kernel.1 else { return }
            for (batch, channels, filters) in [(1, 3, 8), (2, 17, 5)] {
              let geometry = ConvolutionGeometry(
                batch: batch, height: map.0, width: map.1, channels: channels, filters: filters,
                kernelHeight: kernel.0, kernelWidth: kernel.1, stride: stride, padding: padding)
              try withEvery("sizes", in: [geometry]) { try ConvolutionCase($0).check(on: engine) }
            }
          }
        }
      }
    }
  }

  @Test("channels that do and do not fill vectors")
  func channels() throws {
    let counts = [1, 3, 8, 16, 17, 32, 48, 64]
    try withEvery("kernel", in: [1, 3]) { kernel in
      try withEvery("channels", in: counts) { channels in
        try withEvery("filters", in: counts) { filters in
          let geometry = ConvolutionGeometry(
            batch: 2, height: 5, width: 7, channels: channels, filters: filters, kernelHeight: kernel,
            kernelWidth: kernel, padding: kernel / 2)
          try ConvolutionCase(geometry).check(on: engine)
        }
      }
    }
  }

  @Test("Winograd on every map and batch, narrow")
  func winograd() throws {
    try withEvery("channels", in: [16, 32, 64]) { channels in
      try withEvery("filters", in: [16, 48]) { filters in
        try withEvery("map", in: [(1, 1), (2, 3), (4, 4), (5, 7), (8, 4), (9, 13)]) { map in
          try withEvery("batch", in: 1...3) { batch in
            let geometry = Self.threeByThree(batch, map.0, map.1, channels, filters)
            try ConvolutionCase(geometry).check(forms: [.winograd], on: engine)
          }
        }
      }
    }
  }

  /// From 256 channels on the whole batch is transformed at once.
  @Test("Winograd, wide")
  func wideWinograd() throws {
    let sizes = [(16, 272), (272, 16), (272, 272), (256, 32)]
    try withEvery("channels → filters", in: sizes) { channels, filters in
      try withEvery("map", in: [(1, 1), (5, 7), (8, 4)]) { map in
        let geometry = Self.threeByThree(map.0 == 8 ? 1 : 2, map.0, map.1, channels, filters)
        try ConvolutionCase(geometry).check(on: engine)
      }
    }
  }

  /// Large enough that blocks of tiles, tiles of patches and slices of the weight gradient are more than one each.
  @Test("several blocks, tiles and slices")
  func manyPieces() throws {
    let geometries = [
      Self.threeByThree(3, 64, 64, 16, 16), Self.threeByThree(2, 50, 37, 64, 32),
      ConvolutionGeometry(
        batch: 2, height: 49, width: 33, channels: 64, filters: 48, kernelHeight: 3, kernelWidth: 3, stride: 2,
        padding: 1),
      ConvolutionGeometry(
        batch: 2, height: 65, width: 47, channels: 3, filters: 16, kernelHeight: 7, kernelWidth: 7, stride: 2,
        padding: 3),
      ConvolutionGeometry(
        batch: 3, height: 33, width: 31, channels: 48, filters: 64, kernelHeight: 1, kernelWidth: 1),
      // Panels both ways: forward and back to the input, by a product and by patches that are scattered.
      ConvolutionGeometry(
        batch: 3, height: 33, width: 31, channels: 64, filters: 32, kernelHeight: 1, kernelWidth: 1),
      ConvolutionGeometry(
        batch: 3, height: 49, width: 33, channels: 32, filters: 64, kernelHeight: 3, kernelWidth: 3, stride: 2,
        padding: 1),
      ConvolutionGeometry(
        batch: 2, height: 7, width: 5, channels: 272, filters: 300, kernelHeight: 1, kernelWidth: 1),
      ConvolutionGeometry(
        batch: 3, height: 33, width: 31, channels: 24, filters: 64, kernelHeight: 1, kernelWidth: 1, stride: 2),
    ]
    try withEvery("sizes", in: geometries) { try ConvolutionCase($0).check(on: engine) }
  }

  @Test("gradients against finite differences")
  func finiteDifferences() throws {
    let geometries = [
      Self.threeByThree(1, 2, 3, 16, 16),
      ConvolutionGeometry(
        batch: 2, height: 5, width: 4, channels: 3, filters: 2, kernelHeight: 3, kernelWidth: 3, stride: 2, padding: 1),
      ConvolutionGeometry(
        batch: 2, height: 3, width: 2, channels: 5, filters: 4, kernelHeight: 1, kernelWidth: 1),
      ConvolutionGeometry(
        batch: 1, height: 4, width: 5, channels: 2, filters: 3, kernelHeight: 1, kernelWidth: 3, padding: 1),
    ]
    try withEvery("sizes", in: geometries) { geometry in
      let test = ConvolutionCase(geometry)
      let oracle = test.oracle
      let dy = zip(test.cotangents[0], test.cotangents[1]).map { Double($0) + Double($1) }
      try withEvery("policy", in: test.policies) { policy in
        let result = test.run(policy, on: engine)
        try GradientCheck.check("dx", result.gradients[0], at: test.input.doubles) {
          GradientCheck.contraction(dy, oracle.output($0, test.weight.doubles))
        }
        try GradientCheck.check("dw", result.gradients[1], at: test.weight.doubles) {
          GradientCheck.contraction(dy, oracle.output(test.input.doubles, $0))
        }
      }
    }
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let geometries = [
      Self.threeByThree(3, 33, 31, 32, 48), Self.threeByThree(2, 9, 13, 272, 16),
      ConvolutionGeometry(
        batch: 3, height: 33, width: 31, channels: 16, filters: 24, kernelHeight: 3, kernelWidth: 3, stride: 2,
        padding: 1),
      ConvolutionGeometry(
        batch: 3, height: 33, width: 31, channels: 24, filters: 40, kernelHeight: 1, kernelWidth: 1),
    ]
    let engines = threadCounts.map { Engine(threads: $0) }
    try withEvery("sizes", in: geometries) { geometry in
      let test = ConvolutionCase(geometry)
      try withEvery("policy", in: test.policies) { policy in
        let results = engines.map { test.run(policy, on: $0) }
        for (count, result) in zip(threadCounts, results) {
          try result.checkSameBits(as: results[0], "\(count) threads")
        }
      }
    }
  }

  private static func threeByThree(
    _ batch: Int, _ height: Int, _ width: Int, _ channels: Int, _ filters: Int
  ) -> ConvolutionGeometry {
    ConvolutionGeometry(
      batch: batch, height: height, width: width, channels: channels, filters: filters, kernelHeight: 3,
      kernelWidth: 3, padding: 1)
  }
}
