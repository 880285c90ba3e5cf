import Datasets
import Layers
import Models
import Retrieval
import Support
import Tensors

extension OperationReplay {
  /// Every operation that is replayed, by the word that begins its name.
  static let operations: [String: Operation] =
    poolings.merging(selections) { $1 }.merging(losses) { $1 }.merging(pairs) { $1 }.merging(weights) { $1 }
    .merging(looks) { $1 }

  private static let poolings: [String: Operation] = [
    "max_pool": Operation { test in
      try test.output(test.tape.channelMaxima(test.map("x")), as: "y")
    },
    "unit": Operation { test in
      // Cases of either hand: at length 1, or at a sum of 1.
      guard !test.leaves.contains("input") else {
        return try test.output(test.tape.unitSum(test.input("input", rank: 2)), as: "output")
      }
      let x = try test.input("x")
      try test.require(!x.shape.isEmpty, "a single number is no row")
      try test.output(test.tape.unitLength(x), as: "y")
    },
    "dropout": Operation { test in
      let x = try test.input("x")
      let keep = try test.stored("keep").floats
      try test.require(keep.count == x.tensor.count, "'keep' is not of the shape of 'x'")
      let mask = DropoutMask(keep: keep.map { $0 > 0 }, probability: 0.5, on: test.engine)
      try test.output(test.tape.dropout(x, mask), as: "y")
    },
    "assignment": Operation { test in
      let (x, weight, bias) = (try test.map("x"), try test.parameter("weight"), try test.parameter("bias"))
      let shape = weight.value.shape
      try test.require(
        shape.count == 2 && shape[1] > 0 && x.shape[3] % shape[1] == 0 && bias.value.count == shape[0],
        "a weight of \(shape) does not take a map of \(x.shape[3]) channels")
      try test.output(test.tape.partAssignment(x, weight: weight, bias: bias), as: "y", .channelsFirst)
    },
    "part_means": Operation { test in
      let (x, assignment) = (try test.map("x"), try test.map("assignment"))
      try test.require(x.shape.dropLast() == assignment.shape.dropLast(), "the assignment is of another map")
      try test.output(test.tape.partMeans(x, assignment: assignment), as: "g")
    },
    "shrink": Operation { test in
      let x = try test.map("x")
      let height = try test.stored("y", rank: 4).shape[2]
      let divisor = height > 0 ? x.shape[1] / height : 0
      try test.require(
        divisor > 0 && x.shape[1] % divisor == 0 && x.shape[2] % divisor == 0, "'y' is no fraction of \(x.shape)")
      try test.output(test.tape.blockMeans(x, divisor: divisor), as: "y", .channelsFirst)
    },
    "mask": Operation { test in
      let (low, logits) = (try test.map("low"), try test.map("logits"))
      try test.requireEnlarged(low, logits, channels: [1, low.shape[3]])
      try test.output(test.tape.masked(low, by: test.tape.sigmoid(logits)), as: "masked", .channelsFirst)
    },
    "enlarge-add": Operation { test in
      let (fine, coarse) = (try test.map("fine"), try test.map("coarse"))
      try test.requireEnlarged(fine, coarse, channels: [fine.shape[3]])
      try test.output(test.tape.enlargedSum(fine, coarse), as: "y", .channelsFirst)
    },
    // The attributes' logits come in the order of their names.
    "reweight": Operation { test in
      let own: Set = ["weight", "bias", "y"]
      let logits = try test.leaves.filter { !own.contains($0) }.map { try test.input($0, rank: 2) }
      let (weight, bias) = (try test.parameter("weight"), try test.parameter("bias"))
      let width = logits.reduce(0) { $0 + $1.shape[1] }
      try test.require(
        Set(logits.map { $0.shape[0] }).count == 1 && weight.value.shape == [width, width] && bias.value.count == width,
        "a weight of \(weight.value.shape) does not take \(width) probabilities")
      let p = test.tape.joined(logits.map { test.tape.softmax($0) })
      let gate = test.tape.sigmoid(test.tape.linear(p, weight, bias: bias))
      try test.output(test.tape.product(gate, p), as: "y")
    },
  ]

  private static let losses: [String: Operation] = [
    "triplet": Operation { test in
      let e = try test.input("e", rank: 2)
      try test.require(e.shape[0] % 3 == 0, "\(e.shape[0]) rows are no triplets")
      let triplets = Triplet.inThirds(of: e.shape[0])
      try test.output(test.tape.tripletLoss(e, triplets: triplets, margin: test.margin), as: "loss")
    },
    "batch_hard": Operation { test in
      let (e, identities) = (try test.input("e", rank: 2), try test.integers("ids"))
      try test.require(e.shape[0] == identities.count, "\(identities.count) identities of \(e.shape[0]) rows")
      let triplets = Triplet.hardest(in: e.tensor, identities: identities, on: test.engine)
      try test.output(test.tape.tripletLoss(e, triplets: triplets, margin: test.margin), as: "loss")
    },
    "agreement": Operation(words: 3) { test in
      let (student, teacher) = (try test.input("student", rank: 2), try test.tensor("teacher", rank: 2))
      let temperature = try test.temperature()
      guard let form = AgreementForm(rawValue: test.words[1]), student.shape == teacher.shape else {
        return try test.require(false, "no agreement of that form of \(student.shape) with \(teacher.shape)")
      }
      let loss = test.tape.agreement(student, with: teacher, temperature: temperature, form: form)
      try test.output(loss, as: "loss")
    },
    "verification": Operation { test in
      let (f, identities) = (try test.input("f", rank: 2), try test.integers("ids"))
      let (weight, bias) = (try test.parameter("weight"), try test.parameter("bias"))
      try test.require(
        identities.count == f.shape[0] && weight.value.shape == [2, f.shape[1]] && bias.value.shape == [2],
        "a weight of \(weight.value.shape) on \(f.shape)")
      let (logits, loss) = test.tape.verification(f, identities: identities, weight: weight, bias: bias)
      if let logits { try test.output(logits, as: "logits") }
      try test.output(loss, as: "loss")
    },
  ]

  private static let pairs: [String: Operation] = [
    "kron": Operation(words: 2) { test in
      let (reference, other, pairs) = try test.matchedMaps()
      let matches = try test.matches(reference, other, pairs, temperature: Float(test.temperature()))
      try test.output(matches, as: "match")
      try test.output(test.tape.warped(other, by: matches, pairs: pairs), as: "warped", .channelsFirst)
    },
    "attended-difference": Operation { test in
      let (reference, other, pairs) = try test.matchedMaps()
      let (weight, bias) = (try test.parameter("weight"), try test.parameter("bias"))
      let (images, places, channels) = (reference.shape[0], reference.shape[1], reference.shape[2])
      try test.require(
        weight.value.shape == [1, channels] && bias.value.count == 1, "a weight of \(weight.value.shape)")
      let matches = try test.matches(reference, other, pairs, temperature: 1)
      let scores = test.tape.linear(reference.reshaped([images * places, channels]), weight, bias: bias)
      let difference = test.tape.attendedDifference(
        of: reference, and: other, by: matches, attention: test.tape.sigmoid(scores), pairs: pairs)
      try test.output(difference, as: "e")
    },
  ]

  private static let weights: [String: Operation] = [
    "svd": Operation(words: 2) { test in
      let weights = try test.tensor("w", rank: 2)
      for order in Decorrelation.Order.allCases where test.leaves.contains("\(order.rawValue).y") {
        let result = Decorrelation(weights, order: order, on: test.engine)
        try test.output(result.weights, as: "\(order.rawValue).y")
        try test.output(result.order, as: "\(order.rawValue).order")
      }
      let values = Decorrelation(weights, order: .singular, on: test.engine).singularValues
      try test.output(values.map(Float.init), as: "singular_values")
      try test.output([Float(Decorrelation.correlation(of: weights, on: test.engine))], as: "correlation")
    },
    "correlation": Operation(words: 2) { test in
      let weights = try test.tensor("w", rank: 2)
      try test.output([Float(Decorrelation.correlation(of: weights, on: test.engine))], as: "y")
    },
  ]
}

extension OperationReplay {
  /// What chooses among images, places or pixels: nothing that a gradient passes.
  private static let selections: [String: Operation] = [
    "mine": Operation { test in
      let (e, identities) = (try test.stored("e", rank: 2), try test.integers("ids"))
      let (anchors, draws) = (try test.integers("anchors"), try test.stored("draws", rank: 1).doubles)
      try test.require(
        e.shape[1] > 0 && identities.count == e.shape[0] && draws.count == anchors.count
          && anchors.allSatisfy(identities.indices.contains), "anchors, draws and pool do not fit together")
      let pool = try Descriptors(e.floats, dimension: e.shape[1])
      let mined = try TripletMining(pool: pool, identities: identities, hardest: 25)
        .mine(anchors: anchors, draws: draws, workers: test.engine.workers)
      try test.output(mined.map { $0?.positive ?? -1 }, as: "positive")
      try test.output(mined.map { $0?.negative ?? -1 }, as: "negative")
    },
    "cut_out": Operation { test in
      let image = try test.tensor("image", rank: 3, .asStored)
      let (noise, draws) = (try test.stored("noise", rank: 3).floats, try test.stored("u", rank: 1).doubles)
      let largest = try test.number("largest")
      try test.require(
        image.shape[0] == 3 && noise.count == image.count && draws.count == 4 && (0...1).contains(largest)
          && draws.allSatisfy { $0 >= 0 && $0 < 1 }, "no rectangle of that image")
      let size = ImageSize(height: image.shape[1], width: image.shape[2])
      let places = size.height * size.width
      var pixels = Layout.channelsLast(image.array, shape: [1] + image.shape)
      pixels.withUnsafeMutableBufferPointer {
        CutOut(draws: draws, largest: largest, size: size).apply(to: $0, size: size) { place, channel in
          noise[channel * places + place / 3]
        }
      }
      try test.output(Layout.channelsFirst(pixels, shape: [1] + image.shape), as: "y")
    },
    "parts": Operation(words: 2) { test in
      let x = try test.map("x")
      let parts = try test.stored("boxes", rank: 3).shape[1]
      try test.require(x.tensor.count > 0 && parts > 0, "no parts of \(x.shape)")
      let peaks = ChannelMaxima(of: x.tensor, on: test.engine).peaks
      try test.output(peaks.flatMap { $0.flatMap { [$0?.row ?? -1, $0?.column ?? -1] } }, as: "peaks")
      let boxes = PartBoxes.find(in: x.tensor, parts: parts, clustering: test.clustering, on: test.engine)
      try test.output(x.shape[0].images { image in boxes.flatMap { $0[image].bounds } }, as: "boxes")
      try test.output(test.tape.joined(test.tape.boxMeans(x, boxes: boxes)), as: "means")
    },
    "cluster": Operation(words: 2) { test in
      let peaks = try test.integers("peaks", rank: 3)
      let (shape, size) = (try test.stored("peaks").shape, try test.integers("size"))
      try test.require(
        shape[2] == 2 && size.count == 3 && size.allSatisfy { $0 > 0 }, "no peaks on a map of \(size)")
      let boxes = PartBoxes(height: size[0], width: size[1], parts: size[2], clustering: test.clustering)
      // How hard the case was, for the reader.
      if test.leaves.contains("rounds_until_still") { _ = try test.stored("rounds_until_still") }
      let found = shape[0].images { image in
        let places = (image * shape[1]..<(image + 1) * shape[1]).map { (row: peaks[2 * $0], column: peaks[2 * $0 + 1]) }
        return boxes.boxes(of: places.filter { $0.row >= 0 }).flatMap(\.bounds)
      }
      try test.output(found, as: "boxes")
    },
    "rerank": Operation { test in
      let (distances, scores) = (try test.stored("first_stage").floats, try test.stored("pair_distance").floats)
      try test.require(distances.count == scores.count && !scores.isEmpty, "other scores than distances")
      for leaf in test.leaves where leaf.hasPrefix("merged.k") {
        guard let count = Int(leaf.dropFirst("merged.k".count)), count > 0 else {
          return try test.require(false, "'\(leaf)' names no number of images")
        }
        let rescored = FirstRescored(distances: distances, first: count)
        try test.output(rescored.merged(rescored.first.map { scores[$0] }), as: leaf)
      }
    },
  ]
}

extension OperationCase {
  /// A map stored as `[N, C, H, W]`.
  func map(_ leaf: String) throws -> Value {
    let value = try input(leaf, rank: 4, .channelsFirst)
    try require(value.tensor.count > 0, "'\(leaf)' is an empty map")
    return value
  }

  /// What stands behind the T in the name's last word.
  fileprivate func temperature() throws -> Double {
    guard let word = words.last, word.hasPrefix("T"), let value = Double(word.dropFirst()), value > 0 else {
      throw PlainError("the operation 'op.\(words.joined(separator: "."))' names no temperature, as 'T8' does")
    }
    return value
  }

  fileprivate var clustering: PartClustering { words.last == "rows" ? .rows : .plane }

  fileprivate func requireEnlarged(_ fine: Value, _ coarse: Value, channels: [Int]) throws {
    try require(
      fine.shape[0] == coarse.shape[0] && fine.shape[1] % coarse.shape[1] == 0 && fine.shape[2] % coarse.shape[2] == 0
        && channels.contains(coarse.shape[3]), "\(coarse.shape) cannot be laid on \(fine.shape)")
  }

  /// The maps of pairs of images, as lists of places, and the pairs: each image of one with the same of the other.
  fileprivate func matchedMaps() throws -> (reference: Value, other: Value, pairs: [MapPair]) {
    let (reference, other) = (try map("ref"), try map("other"))
    try require(
      reference.shape[0] == other.shape[0] && reference.shape[3] == other.shape[3],
      "\(reference.shape) does not go with \(other.shape)")
    func places(_ value: Value) -> Value {
      value.reshaped([value.shape[0], value.shape[1] * value.shape[2], value.shape[3]])
    }
    return (places(reference), places(other), (0..<other.shape[0]).map { MapPair(reference: $0, other: $0) })
  }

  fileprivate func matches(
    _ reference: Value, _ other: Value, _ pairs: [MapPair], temperature: Float
  ) throws -> Value {
    tape.matches(
      tape.unitLength(reference, least: 1e-6), tape.unitLength(other, least: 1e-6), pairs: pairs,
      temperature: temperature)
  }
}

extension Int {
  /// What each of so many images gives, one after the other.
  fileprivate func images(_ values: (Int) -> [Int]) -> [Int] { (0..<self).flatMap(values) }
}

extension MapBox {
  /// Top, bottom, left, right; bottom and right are the first ones outside.
  fileprivate var bounds: [Int] { [rows.lowerBound, rows.upperBound, columns.lowerBound, columns.upperBound] }
}
