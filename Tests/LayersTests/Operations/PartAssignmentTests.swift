import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// The soft assignment of places to parts and the parts' means, against plain loops.
struct PartAssignmentTests {
  private let engine = Engine(threads: 2)

  private func groups(_ x: [Double], _ shape: [Int], groups: Int, isCentred: Bool) -> [Double] {
    let (places, channels) = (shape[1] * shape[2], shape[3])
    let size = channels / groups
    var y = (0..<shape[0] * places * groups).map { index in
      (0..<size).reduce(0) { $0 + x[index * size + $1] } / Double(size)
    }
    guard isCentred else { return y }
    for n in 0..<shape[0] {
      for r in 0..<groups {
        let column = (0..<places).map { (n * places + $0) * groups + r }
        let mean = column.reduce(0) { $0 + y[$1] } / Double(places)
        for place in column { y[place] -= mean }
      }
    }
    return y
  }

  private static let shapes = [[1, 1, 2, 4], [2, 3, 2, 8], [2, 5, 3, 32]]

  @Test("groups of channels, centred or not, with gradients", arguments: [false, true])
  func channelGroups(isCentred: Bool) throws {
    try withEvery("shape", in: Self.shapes) { shape in
      try withEvery("groups", in: [1, 2, shape[3]]) { count in
        try OracleCheck.check(
          "groups", inputs: [OracleCheck.normal(shape, "groups \(shape)")], gradients: 5e-5
        ) {
          [groups($0[0], shape, groups: count, isCentred: isCentred)]
        } build: { tape, inputs, _ in
          [tape.channelGroups(inputs[0], groups: count, isCentred: isCentred)]
        }
      }
    }
  }

  @Test("assignments, with gradients by map, weight and bias", arguments: [2, 6])
  func assignment(parts: Int) throws {
    try withEvery("shape", in: Self.shapes) { shape in
      let count = shape[3] / 2
      let inputs = [OracleCheck.normal(shape, "assignment \(shape)")]
      let parameters = [
        OracleCheck.normal([parts, count], "assignment weight"), OracleCheck.normal([parts], "assignment bias"),
      ]
      try OracleCheck.check("assignment", inputs: inputs, parameters: parameters, gradients: 5e-5) { numbers in
        let y = groups(numbers[0], shape, groups: count, isCentred: true)
        return [
          (0..<y.count / count).flatMap { place in
            let scores = (0..<parts).map { k in
              (0..<count).reduce(numbers[2][k]) { $0 + numbers[1][k * count + $1] * y[place * count + $1] }
            }
            return scores.map { score in 1 / scores.reduce(0) { $0 + exp($1 - score) } }
          }
        ]
      } build: { tape, inputs, parameters in
        [tape.partAssignment(inputs[0], weight: parameters[0], bias: parameters[1])]
      }
    }
  }

  @Test("means under an assignment, with gradients", arguments: [1, 3])
  func partMeans(parts: Int) throws {
    try withEvery("shape", in: Self.shapes) { shape in
      let places = shape[1] * shape[2]
      let inputs = [
        OracleCheck.normal(shape, "part means \(shape)"),
        OracleCheck.normal([shape[0], shape[1], shape[2], parts], "part means assignment"),
      ]
      try OracleCheck.check("part means", inputs: inputs) { numbers in
        [
          (0..<shape[0] * parts * shape[3]).map { index in
            let (n, k, c) = (index / shape[3] / parts, index / shape[3] % parts, index % shape[3])
            return (0..<places).reduce(0) {
              $0 + numbers[1][(n * places + $1) * parts + k] * numbers[0][(n * places + $1) * shape[3] + c]
            } * Double(parts) / Double(places)
          }
        ]
      } build: { tape, inputs, _ in
        [tape.partMeans(inputs[0], assignment: inputs[1])]
      }
    }
  }

  @Test("a hard assignment to equal strips gives the strips' means")
  func strips() throws {
    let x = OracleCheck.normal([2, 6, 3, 20], "strips")
    let tape = Tape(on: engine, mode: .evaluation)
    let input = tape.input(engine.tensor(x.values, shape: x.shape))
    var hard = [Float](repeating: 0, count: 2 * 6 * 3 * 3)
    for place in 0..<2 * 6 * 3 { hard[place * 3 + place / 3 % 6 / 2] = 1 }
    let soft = tape.partMeans(input, assignment: tape.input(engine.tensor(hard, shape: [2, 6, 3, 3])))
    let strips = tape.regionMeans(input, regions: (0..<3).map { [2 * $0..<2 * $0 + 2, 2 * $0..<2 * $0 + 2] })
    for (k, strip) in strips.enumerated() {
      var part: [Float] = []
      for n in 0..<2 { part += soft.tensor.array[((n * 3 + k) * 20)...].prefix(20) }
      try Agreement.check("part \(k)", part, strip.tensor.array.doubles, within: 1e-6)
    }
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let inputs = [OracleCheck.normal([4, 12, 6, 64], "assignment threads")]
    let parameters = [OracleCheck.normal([6, 32], "threads weight"), OracleCheck.normal([6], "threads bias")]
    try OracleCheck.checkThreads("assignment", inputs: inputs, parameters: parameters) { tape, inputs, parameters in
      let assignment = tape.partAssignment(inputs[0], weight: parameters[0], bias: parameters[1])
      return [assignment, tape.partMeans(inputs[0], assignment: assignment)]
    }
  }
}
