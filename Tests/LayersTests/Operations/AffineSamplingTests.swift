import Layers
import Tensors
import TestSupport
import Testing

/// Boxes of images drawn anew by affine maps, against plain loops.
struct AffineSamplingTests {
  private let engine = Engine(threads: 2)

  private struct Case: CustomStringConvertible {
    let shape: [Int]
    let boxes: [MapBox]
    var description: String { "\(shape) \(boxes.count)" }

    init(_ shape: [Int], _ boxes: [(Range<Int>, Range<Int>)]) {
      self.shape = shape
      self.boxes = boxes.map { MapBox(rows: $0.0, columns: $0.1) }
    }
  }

  private static let cases = [
    Case([2, 9, 6, 2], [(0..<9, 0..<6)]), Case([1, 1, 1, 1], [(0..<1, 0..<1)]),
    Case([2, 8, 7, 3], [(0..<4, 0..<2), (4..<8, 0..<2), (2..<6, 3..<6)]), Case([1, 5, 4, 17], [(1..<5, 2..<3)]),
  ]

  /// The identity, and so far from it as `spread`.
  private func map(_ images: Int, _ name: String, spread: Double) -> OracleCheck.Numbers {
    let noise = TestNumbers.normal(images * 6, name, deviation: spread)
    return (noise.enumerated().map { $1 + ([0, 4].contains($0 % 6) ? 1 : 0) }, [images, 6])
  }

  private func oracle(_ test: Case, _ numbers: [[Double]]) -> [Double] {
    let (shape, x) = (test.shape, numbers[0])
    var y = x
    for image in 0..<shape[0] {
      for (box, maps) in zip(test.boxes, numbers.dropFirst()) {
        let (h, w, t) = (box.rows.count, box.columns.count, Array(maps[image * 6..<image * 6 + 6]))
        func at(_ row: Int, _ column: Int, _ channel: Int) -> Double {
          guard row >= 0, row < h, column >= 0, column < w else { return 0 }
          let place = (image * shape[1] + box.rows.lowerBound + row) * shape[2] + box.columns.lowerBound + column
          return x[place * shape[3] + channel]
        }
        for r in 0..<h {
          for c in 0..<w {
            let (u, v) = ((2 * Double(c) + 1) / Double(w) - 1, (2 * Double(r) + 1) / Double(h) - 1)
            let px = (t[0] * u + t[1] * v + t[2] + 1) * Double(w) / 2 - 0.5
            let py = (t[3] * u + t[4] * v + t[5] + 1) * Double(h) / 2 - 0.5
            let (j, i) = (Int(px.rounded(.down)), Int(py.rounded(.down)))
            let (a, b) = (px - Double(j), py - Double(i))
            for k in 0..<shape[3] {
              let place = (image * shape[1] + box.rows.lowerBound + r) * shape[2] + box.columns.lowerBound + c
              y[place * shape[3] + k] =
                (1 - b) * ((1 - a) * at(i, j, k) + a * at(i, j + 1, k))
                + b * ((1 - a) * at(i + 1, j, k) + a * at(i + 1, j + 1, k))
            }
          }
        }
      }
    }
    return y
  }

  @Test(
    "boxes, from maps near the identity to some that leave the box, with gradients by map and image",
    arguments: [0.1, 0.8])
  func grid(spread: Double) throws {
    try withEvery("case", in: Self.cases) { test in
      let maps = test.boxes.indices.map { map(test.shape[0], "map \(test) \($0) \(spread)", spread: spread) }
      try OracleCheck.check(
        "drawn", inputs: [OracleCheck.normal(test.shape, "image \(test)")] + maps, within: 1e-5, gradients: 1e-4
      ) {
        [oracle(test, $0)]
      } build: { tape, inputs, _ in
        [tape.redrawn(inputs[0], boxes: test.boxes, by: Array(inputs.dropFirst()))]
      }
    }
  }

  @Test("the identity gives back the image, and what lies in no box is not touched")
  func identity() throws {
    let test = Self.cases[2]
    let x = TestNumbers.normal(test.shape.reduce(1, *), "identity")
    let tape = Tape(on: engine, mode: .evaluation)
    let same = tape.input(engine.tensor([1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0], shape: [2, 6]))
    let image = tape.input(engine.tensor(x, shape: test.shape))
    try Agreement.check(
      "the image", tape.redrawn(image, boxes: test.boxes, by: [same, same, same]).tensor.array, x.doubles, within: 1e-6)
    let away = tape.input(engine.tensor([1, 0, 9, 0, 1, 0, 1, 0, 9, 0, 1, 0], shape: [2, 6]))
    let drawn = tape.redrawn(image, boxes: test.boxes, by: [away, away, away]).tensor.array
    for (place, value) in drawn.enumerated() {
      let (row, column) = (place / 21 % 8, place / 3 % 7)
      let isInside = test.boxes.contains { $0.rows.contains(row) && $0.columns.contains(column) }
      #expect(value == (isInside ? 0 : x[place]))
    }
  }

  @Test("maps that are no numbers or beyond all bounds do no harm, and a NaN is not hidden")
  func extremes() {
    let box = [MapBox(rows: 0..<2, columns: 0..<2)]
    for (number, isHidden) in [(Float.nan, false), (.infinity, false), (1e30, true), (-1e30, true)] {
      let result = Differentiated(
        on: engine, inputs: [([1, 2, 3, 4], [1, 2, 2, 1]), ([1, 0, number, 0, 1, 0], [1, 6])],
        cotangents: [[1, 1, 1, 1]]
      ) { tape, inputs, _ in
        [tape.redrawn(inputs[0], boxes: box, by: [inputs[1]])]
      }
      if number.isNaN { #expect(result.outputs[0].allSatisfy { $0.isNaN }) }
      if isHidden { #expect(result.outputs[0] == [0, 0, 0, 0] && result.gradients[1] == [0, 0, 0, 0, 0, 0]) }
    }
  }

  @Test("a box is cut out of each image")
  func cut() {
    let tape = Tape(on: engine, mode: .training)
    let image = engine.tensor((0..<2 * 3 * 4 * 2).map(Float.init), shape: [2, 3, 4, 2])
    let piece = tape.cut(MapBox(rows: 1..<3, columns: 2..<3), of: image)
    #expect(piece.shape == [2, 2, 1, 2] && piece.tensor.array == [12, 13, 20, 21, 36, 37, 44, 45])
    #expect(!piece.wantsGradient)
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let test = Case([6, 16, 8, 3], [(0..<8, 0..<2), (4..<12, 2..<6)])
    try OracleCheck.checkThreads(
      "drawn",
      inputs: [
        OracleCheck.normal(test.shape, "drawn threads"), map(6, "threads 0", spread: 0.2),
        map(6, "threads 1", spread: 0.2),
      ]
    ) { tape, inputs, _ in
      [tape.redrawn(inputs[0], boxes: test.boxes, by: [inputs[1], inputs[2]])]
    }
  }
}
