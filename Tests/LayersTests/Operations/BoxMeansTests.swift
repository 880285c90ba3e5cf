import Layers
import Tensors
import TestSupport
import Testing

/// Means over boxes of a map, against plain loops.
struct BoxMeansTests {
  private func oracle(_ x: [Double], _ shape: [Int], _ boxes: [[MapBox]]) -> [[Double]] {
    boxes.map { part in
      (0..<shape[0]).flatMap { n in
        (0..<shape[3]).map { c in
          var sum = 0.0
          for h in part[n].rows {
            for w in part[n].columns { sum += x[((n * shape[1] + h) * shape[2] + w) * shape[3] + c] }
          }
          return sum / Double(part[n].rows.count * part[n].columns.count)
        }
      }
    }
  }

  private func boxes(_ count: Int, of shape: [Int]) -> [[MapBox]] {
    var stream = RandomStream(seed: 3, name: "boxes \(shape)")
    func range(_ side: Int) -> Range<Int> {
      let (a, b) = (stream.int(below: side), stream.int(below: side))
      return min(a, b)..<max(a, b) + 1
    }
    return (0..<count).map { _ in
      (0..<shape[0]).map { _ in MapBox(rows: range(shape[1]), columns: range(shape[2])) }
    }
  }

  @Test("boxes that overlap, leave gaps, are one place or all, with gradients")
  func grid() throws {
    try withEvery("map", in: [(1, 1), (3, 2), (5, 7)]) { map in
      try withEvery("channels", in: [1, 16, 19]) { channels in
        try withEvery("boxes", in: [1, 2, 5]) { count in
          let shape = [2, map.0, map.1, channels]
          let boxes = boxes(count, of: shape)
          try OracleCheck.check("boxes", inputs: [OracleCheck.normal(shape, "boxes \(map) \(channels)")]) {
            oracle($0[0], shape, boxes)
          } build: { tape, inputs, _ in
            tape.boxMeans(inputs[0], boxes: boxes)
          }
        }
      }
    }
  }

  @Test("full-width boxes have the bits of strips of rows")
  func strips() throws {
    let shape = [2, 6, 5, 20]
    let rows = [[0..<6, 0..<6], [1..<4, 2..<3]]
    func run(_ build: @escaping (Tape, Value) -> [Value]) -> Differentiated {
      let cotangent = TestNumbers.normal(40, "strips dy")
      return Differentiated(
        on: Engine(threads: 2), inputs: [OracleCheck.normal(shape, "strips")], cotangents: [cotangent, cotangent]
      ) { tape, inputs, _ in build(tape, inputs[0]) }
    }
    let boxes = rows.map { $0.map { MapBox(rows: $0, columns: 0..<5) } }
    try run { $0.boxMeans($1, boxes: boxes) }
      .checkSameBits(as: run { $0.regionMeans($1, regions: rows) }, "strips")
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let shape = [3, 12, 9, 37]
    let boxes = boxes(4, of: shape)
    try OracleCheck.checkThreads("boxes", inputs: [OracleCheck.normal(shape, "boxes threads")]) { tape, inputs, _ in
      tape.boxMeans(inputs[0], boxes: boxes)
    }
  }
}
