import Configuration
import Foundation
import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// The embedding that is learned from triplets. Its numbers are held against the peer program's by the parity case.
struct EmbeddingTests {
  private let engine = Engine(threads: 2)

  private func tasks(_ embedding: EmbeddingTask = .init()) -> TaskSet { .only { $0.embedding = embedding } }

  private func read(_ entries: [(String, YAMLValue)]) throws(ConfigurationError) -> EmbeddingTask {
    try EmbeddingTask(Setting(.mapping(entries), path: "tasks.embedding"))
  }

  @Test("settings: defaults, both ends of each range, and what is refused")
  func settings() throws {
    #expect(try read([]) == EmbeddingTask(dimension: nil, pooling: .max, margin: 0.1))
    #expect(try read([("dimension", .string("features"))]).dimension == nil)
    #expect(try read([("dimension", .int(8192)), ("pooling", .string("average"))]).dimension == 8192)
    #expect(try read([("margin", .double(3.99))]).margin == 3.99)
    for (key, value, complaint) in [
      ("dimension", .int(0), "0 is out of range; from 1 to 8192"),
      ("dimension", .int(8193), "8193 is out of range; from 1 to 8192"),
      ("pooling", .string("mean"), "'mean' is not known here; known: max, average"),
      ("margin", .double(0), "must be above 0 and below 4"), ("margin", .double(4), "must be above 0 and below 4"),
      ("margin", .double(-1), "-1 is out of range; from 0 to 4"),
    ] as [(String, YAMLValue, String)] {
      let error = try #require(throws: ConfigurationError.self) { try read([(key, value)]) }
      #expect(error.description.contains("tasks.embedding.\(key)") && error.description.contains(complaint), "\(error)")
    }
    #expect(EmbeddingTask(pooling: .average).label == "embedding (average)" && EmbeddingTask().label == "embedding")
  }

  @Test("names, sizes and first values")
  func sizes() throws {
    for dimension in [nil, 1, 7, 40] {
      try TaskTrial.checkSizes(tasks(.init(dimension: dimension)), on: engine)
      try TaskTrial.checkSizes(tasks(.init(dimension: dimension, pooling: .average)), on: engine)
    }
    let trial = TaskTrial(tasks(.init(dimension: 96)), on: engine)
    #expect(trial.model.store.parameters.filter { $0.group == .new }.map(\.name) == ["embed.weight", "embed.bias"])
    #expect(trial.model.layout.slots == [.embedding])
    let weight = try #require(trial.parameter("embed.weight")?.value)
    #expect(weight.shape == [96, 32])
    let square = weight.array.doubles.reduce(0) { $0 + $1 * $1 } / Double(weight.count)
    #expect(abs(square * 32 - 1) < 0.1)
    #expect(trial.parameter("embed.bias")?.value.array == [Float](repeating: 0, count: 96))
  }

  /// `v / |v|` of `v = W x + b`, in double precision.
  private func embedding(_ x: ArraySlice<Float>, _ weight: [Double], _ bias: [Double]) -> [Double] {
    let x = x.map(Double.init)
    let v = bias.indices.map { row in x.indices.reduce(bias[row]) { $0 + weight[row * x.count + $1] * x[$1] } }
    let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return v.map { $0 / length }
  }

  @Test("the linear map of each channel's maximum or mean, at unit length", arguments: EmbeddingPooling.allCases)
  func vectors(pooling: EmbeddingPooling) throws {
    let trial = TaskTrial(tasks(.init(dimension: 7, pooling: pooling)), on: engine)
    let pass = trial.evaluate(isTraced: true)
    let features = pass.output.features.tensor.array
    let pooled = (0..<6).flatMap { image in
      (0..<32).map { channel in
        let places = (0..<8).map { Double(features[(image * 8 + $0) * 32 + channel]) }
        return pooling == .max ? places.max() ?? 0 : places.reduce(0, +) / 8
      }
    }
    try Agreement.check("pooled", pass.numbers("pooled"), pooled, within: 1e-6)
    let weight = try #require(trial.parameter("embed.weight")?.value.array.doubles)
    let expected = (0..<6).flatMap { image in
      embedding(pooled[image * 32..<image * 32 + 32].map(Float.init)[...], weight, [Double](repeating: 0, count: 7))
    }
    try Agreement.check("embedding", pass.output.descriptors, expected, within: 1e-5)
  }

  @Test("the loss and its gradient by the weights, of the sampler's triplets and of the batch's hardest")
  func loss() throws {
    let given = [Triplet(anchor: 0, positive: 3, negative: 2), Triplet(anchor: 5, positive: 1, negative: 3)]
    for triplets in [given, nil] {
      let trial = TaskTrial(tasks(.init(dimension: 5, margin: 3)), on: engine)
      let pass = trial.train(triplets: triplets)
      let pooled = pass.numbers("pooled")
      let weight = try #require(trial.parameter("embed.weight"))
      let bias = [Double](repeating: 0, count: 5)
      let chosen =
        triplets ?? Triplet.hardest(in: pass.output.vectors[0], identities: trial.identities, on: engine)
      #expect(chosen.count == (triplets == nil ? 4 : 2), "images 2 and 4 are alone of their identity")
      func loss(_ weights: [Double]) -> Double {
        let e = (0..<6).map { embedding(pooled[$0 * 32..<$0 * 32 + 32], weights, bias) }
        func squared(_ a: Int, _ b: Int) -> Double { zip(e[a], e[b]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
        return chosen.reduce(0) {
          $0 + max(0, 3 + squared($1.anchor, $1.positive) - squared($1.anchor, $1.negative)) / 2
        } / Double(chosen.count)
      }
      let numbers = weight.value.array.doubles
      #expect(pass.losses.map(\.task) == [.embedding])
      #expect(abs(pass.losses[0].value - loss(numbers)) < 1e-5)
      try GradientCheck.check("embed.weight", weight.gradient.array, at: numbers, within: 1e-4, of: loss)
    }
  }

  @Test("without a triplet the loss and all gradients are 0")
  func noTriplet() throws {
    for (identities, triplets) in [([0, 1, 2, 3], nil), ([0, 0, 0, 0], nil), ([0, 0, 1, 1], [Triplet]())] {
      let trial = TaskTrial(tasks(), identities: identities, on: engine)
      let pass = trial.train(triplets: triplets)
      #expect(pass.losses.map(\.value) == [0])
      for parameter in trial.model.store.parameters {
        #expect(parameter.gradient.array.allSatisfy { $0 == 0 }, "\(parameter.name)")
      }
    }
  }

  @Test("a vector of length 0 stays 0 and sends nothing back")
  func zero() throws {
    let trial = TaskTrial(tasks(.init(dimension: 5)), on: engine)
    let weight = try #require(trial.parameter("embed.weight"))
    weight.value.values.update(repeating: 0)
    let pass = trial.train()
    #expect(pass.output.descriptors.allSatisfy { $0 == 0 })
    #expect(abs(pass.losses[0].value - 0.05) < 1e-12, "half the margin")
    #expect(weight.gradient.array.allSatisfy { $0 == 0 })
  }

  @Test("what is frozen stays, bit for bit, everything else moves")
  func frozen() {
    let all = Set(TaskTrial(tasks(), on: engine).model.store.parameters.map(\.name))
    func changed(_ words: [String]) -> Set<String> { TaskTrial(tasks(), on: engine).changed(freezing: words) }
    #expect(changed([]) == all)
    #expect(changed(["embedding"]) == all.subtracting(["embed.weight", "embed.bias"]))
    #expect(changed(["backbone"]) == ["embed.weight", "embed.bias"])
  }

  @Test("the same bits on any number of threads", arguments: EmbeddingPooling.allCases)
  func threads(pooling: EmbeddingPooling) throws { try TaskTrial.checkThreads(tasks(.init(pooling: pooling))) }
}
