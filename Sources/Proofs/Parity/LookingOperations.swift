import Datasets
import Layers
import Models
import Support
import Tensors

extension OperationReplay {
  /// The operations of methods that look with joints and labels.
  static let looks: [String: Operation] = [
    // The weights are those of the labels beside it.
    "pool": Operation { test in
      let x = try test.map("input")
      let (weights, exists) = (try test.given("maps.weights", rank: 4), try test.given("maps.exists", rank: 2))
      let (shape, regions) = (weights.shape, ParsedRegion.allCases.count)
      try test.require(
        shape == [x.shape[0], regions, x.shape[1], x.shape[2]] && exists.shape == [x.shape[0], regions],
        "weights of \(shape) on a map of \(x.shape)")
      let means = test.tape.weightedMeans(
        x,
        weights: test.engine.tensor(
          Layout.channelsLast(weights.floats, shape: shape), shape: [shape[0], shape[2], shape[3], regions]))
      let shown = (1..<regions).map { region in
        (0..<shape[0]).map { exists.floats[$0 * regions + region] != 0 }
      }
      let strongest = test.tape.strongest(of: Array(means.dropFirst()), exists: shown)
      try test.output(means[0].tensor.array, as: "foreground")
      try test.output(strongest.tensor.array, as: "strongest")
      try test.take("gradient", into: test.tape.joined([means[0], strongest]))
    },
    "combined": Operation { test in
      let parts = try test.leaves.filter { $0 != "output" }.map { try test.input($0, rank: 2) }
      try test.require(
        !parts.isEmpty && parts.allSatisfy { $0.shape[0] == parts[0].shape[0] }, "descriptors of different images")
      try test.output(test.tape.joined(parts.map { test.tape.unitLength($0) }), as: "output")
    },
    "rates": Operation { test in
      for leaf in test.leaves {
        guard let epochs = Int(leaf), (1...10_000).contains(epochs) else {
          return try test.require(false, "'\(leaf)' names no number of epochs")
        }
        let schedule = PowerSchedule(steps: 10, power: 0.9)
        try test.output((0..<epochs).map { Float(schedule.multiplier(epoch: $0, of: epochs)) }, as: leaf)
      }
    },
    "affine": Operation { test in
      let (x, theta) = (try test.map("input"), try test.input("theta", rank: 3))
      try test.require(theta.shape == [x.shape[0], 2, 3], "maps of \(theta.shape) for images of \(x.shape)")
      let whole = MapBox(rows: 0..<x.shape[1], columns: 0..<x.shape[2])
      let drawn = test.tape.redrawn(x, boxes: [whole], by: [theta.reshaped([x.shape[0], 6])])
      try test.output(drawn, as: "output", .channelsFirst)
    },
    "fusion": Operation { test in
      let (x, weight, bias) = (
        try test.input("input", rank: 2), try test.parameter("weight"), try test.parameter("bias")
      )
      try test.require(
        weight.value.count == x.shape[1] && bias.value.count == x.shape[1],
        "a weight of \(weight.value.shape) on \(x.shape)")
      try test.output(test.tape.weighedTanh(x, weight: weight, bias: bias), as: "output")
    },
  ]
}
