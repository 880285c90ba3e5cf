import Tensors
import TestSupport
import Testing

/// Cuts of a range into chunks.
struct SplitTests {
  @Test("chunks are near-equal, in order, and cover the range")
  func cover() throws {
    try withEvery("count", in: [0, 1, 2, 63, 64, 65, 1000, 12_345]) { count in
      try withEvery("grain", in: [0, 1, 2, 100, 20_000]) { grain in
        let split = Split(count: count, grain: grain)
        let ranges = (0..<split.chunks).map { split[$0] }
        try Agreement.require(split.chunks >= 1 && split.chunks <= Split.mostChunks, "\(split.chunks) chunks")
        try Agreement.require(ranges.flatMap { Array($0) } == Array(0..<count), "the ranges \(ranges) do not cover it")
        let sizes = ranges.map(\.count)
        try Agreement.require((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1, "the sizes \(sizes) are not near-equal")
        if split.chunks > 1 {
          try Agreement.require(sizes.allSatisfy { $0 >= grain }, "the sizes \(sizes) are below the grain")
        }
      }
    }
  }

  @Test("a stated number of chunks is kept, empty ones included")
  func stated() {
    let split = Split(count: 3, chunks: 5)
    #expect((0..<5).map { split[$0] } == [0..<0, 0..<1, 1..<1, 1..<2, 2..<3])
  }
}
