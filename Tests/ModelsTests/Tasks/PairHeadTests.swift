import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Judging pairs of stored maps.
struct PairHeadTests {
  private static let task = PairsTask(scales: 2, width: 5, temperature: 3, group: 2)
  private static let sides = [[2, 1], [4, 2]]

  /// A head whose numbers are all drawn, so that none is neutral.
  private func network(threads: Int) -> TaskTrial {
    let network = TaskTrial(.pairs(Self.task), lastStride: 2, on: Engine(threads: threads))
    let store = network.model.store
    for parameter in store.parameters where parameter.group == .new {
      parameter.load(TestNumbers.normal(parameter.value.count, "head \(parameter.name)"))
    }
    for statistic in store.statistics where statistic.name.hasPrefix("pair_bn") {
      _ = statistic.value.values.update(
        fromContentsOf: TestNumbers.uniform(statistic.value.count, statistic.name, in: 0.5...1.5))
    }
    return network
  }

  private func maps(_ count: Int, _ name: String, on engine: Engine) -> [Tensor] {
    Self.sides.map { sides in
      let shape = [count] + sides + [5]
      var values = TestNumbers.normal(shape.reduce(1, *), "\(name) \(sides)").map { max(0, $0) }
      for channel in 0..<5 { values[channel] = 0 }  // a place of zeros
      return engine.tensor(values, shape: shape)
    }
  }

  /// The judgement by plain loops in double precision.
  private func oracle(_ network: TaskTrial, _ probes: [Tensor], _ gallery: [Tensor], _ pair: MapPair) throws
    -> Double
  {
    var features: [Double] = []
    for (n, (probe, image)) in zip(probes, gallery).enumerated() {
      let places = probe.shape[1] * probe.shape[2]
      func vector(_ map: Tensor, _ image: Int, _ place: Int) -> [Double] {
        (0..<5).map { Double(map.pointer[(image * places + place) * 5 + $0]) }
      }
      func unit(_ v: [Double]) -> [Double] {
        let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return v.map { length > 1e-6 ? $0 / length : 0 }
      }
      let weight = try network.require("attention.\(n).weight").value.array.map(Double.init)
      let bias = Double(try network.require("attention.\(n).bias").value.array[0])
      var mean = [Double](repeating: 0, count: 5)
      for p in 0..<places {
        let y = vector(image, pair.reference, p)
        let answers = (0..<places).map { q in
          exp(3 * zip(unit(y), unit(vector(probe, pair.other, q))).reduce(0) { $0 + $1.0 * $1.1 })
        }
        let sum = answers.reduce(0, +)
        let attention = 1 + 1 / (1 + exp(-zip(weight, y).reduce(bias) { $0 + $1.0 * $1.1 }))
        for c in 0..<5 {
          let warped = (0..<places).reduce(0) { $0 + answers[$1] / sum * vector(probe, pair.other, $1)[c] }
          mean[c] += (warped - y[c]) * attention / Double(places)
        }
      }
      features += mean.map { $0 * $0 }
    }
    let numbers = try ["weight", "bias"].map { try network.require("pair_bn.\($0)").value.array.map(Double.init) }
    let state = network.model.state()
    let (means, variances) = (state["pair_bn.running_mean"]?.doubles ?? [], state["pair_bn.running_var"]?.doubles ?? [])
    let classifier = try network.require("pair_classifier.weight").value.array.map(Double.init)
    let bias = try network.require("pair_classifier.bias").value.array.map(Double.init)
    return features.indices.reduce(bias[0] - bias[1]) { sum, i in
      let normal = (features[i] - means[i]) / (variances[i] + 1e-5).squareRoot() * numbers[0][i] + numbers[1][i]
      return sum + (classifier[i] - classifier[10 + i]) * normal
    }
  }

  @Test("judgements against plain loops, a place of zeros in each first image")
  func judged() throws {
    let network = network(threads: 2)
    let engine = network.model.store.engine
    let head = try #require(network.model.pairHead)
    let (probes, gallery) = (maps(3, "probes", on: engine), maps(2, "gallery", on: engine))
    let pairs = (0..<3).flatMap { probe in (0..<2).map { MapPair(reference: $0, other: probe) } }
    let found = head.differences(
      of: head.probes(probes, on: engine), and: head.gallery(gallery, on: engine), pairs: pairs, on: engine)
    try Agreement.check(
      "z₀ − z₁", found, try pairs.map { try oracle(network, probes, gallery, $0) }, within: 1e-5)
  }

  @Test("a pair's bits do not depend on what it is judged beside, nor on threads")
  func alone() throws {
    let bits = try [1, 2, 3].map { threads -> [Float] in
      let network = network(threads: threads)
      let engine = network.model.store.engine
      let head = try #require(network.model.pairHead)
      let gallery = head.gallery(maps(2, "gallery", on: engine), on: engine)
      let probes = maps(90, "probes", on: engine)
      let pairs = (0..<180).map { MapPair(reference: $0 % 2, other: $0 / 2) }
      let all = head.differences(of: head.probes(probes, on: engine), and: gallery, pairs: pairs, on: engine)
      // Each probe on its own.
      let alone = (0..<90).flatMap { probe in
        let maps = probes.map { map in
          let size = map.count / 90
          return map.view([1] + map.shape.dropFirst(), offset: probe * size)
        }
        return head.differences(
          of: head.probes(maps, on: engine), and: gallery, pairs: (0..<2).map { MapPair(reference: $0, other: 0) },
          on: engine)
      }
      try Agreement.checkSameBits("judged alone", all, alone)
      return all
    }
    for other in bits.dropFirst() { try Agreement.checkSameBits("threads", bits[0], other) }
  }
}
