import Configuration
import Foundation
import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// The linear layer of orthogonal weight vectors. Its numbers are held against the peer program's by the parity case.
struct OrthogonalTests {
  private let engine = Engine(threads: 2)

  private func tasks(_ orthogonal: OrthogonalTask = .init()) -> TaskSet { .only { $0.orthogonal = orthogonal } }

  private func read(_ entries: [(String, YAMLValue)]) throws(ConfigurationError) -> OrthogonalTask {
    try OrthogonalTask(Setting(.mapping(entries), path: "tasks.orthogonal"))
  }

  @Test("settings: defaults, both ends of each range, and what is refused")
  func settings() throws {
    #expect(try read([]) == OrthogonalTask(width: nil, dropout: 0.5, order: .matched, descriptor: .pooled))
    #expect(try read([("width", .string("half"))]).width == nil)
    #expect(try read([("width", .int(8192)), ("dropout", .double(0.99))]).width == 8192)
    let other = try read([("order", .string("singular")), ("descriptor", .string("eigenlayer"))])
    #expect(other.order == .singular && other.descriptor == .eigenlayer && other.label == "orthogonal (eigenlayer)")
    for (key, value, complaint) in [
      ("width", .int(1), "1 is out of range; from 2 to 8192"), ("dropout", .double(1), "must be below 1"),
      ("dropout", .double(-0.1), "-0.1 is out of range; from 0 to 1"),
      ("order", .string("sorted"), "'sorted' is not known here; known: matched, singular"),
      ("descriptor", .string("eigen"), "'eigen' is not known here"),
    ] as [(String, YAMLValue, String)] {
      let error = try #require(throws: ConfigurationError.self) { try read([(key, value)]) }
      #expect(error.description.contains("tasks.orthogonal.\(key): \(complaint)"), "\(error)")
    }
  }

  @Test("at most as many weight vectors as the map has channels")
  func width() {
    #expect(TaskTrial.complaint(tasks(.init(width: 32))) == nil)
    #expect(
      TaskTrial.complaint(tasks(.init(width: 33)))
        == "33 weight vectors: a map of 32 channels has at most 32 orthogonal weight vectors; take a width of at most 32"
    )
  }

  @Test("names, sizes and first values")
  func sizes() throws {
    for width in [nil, 2, 17, 32] {
      for descriptor in OrthogonalDescriptor.allCases {
        try TaskTrial.checkSizes(tasks(.init(width: width, descriptor: descriptor)), on: engine)
      }
    }
    let trial = TaskTrial(tasks(), on: engine)
    #expect(
      trial.model.store.parameters.filter { $0.group == .new }.map(\.name) == [
        "eigenlayer.weight", "orthogonal_classifier.weight", "orthogonal_classifier.bias",
      ])
    #expect(trial.model.layout.slots == [.orthogonal] && trial.model.layout.length == 32)
    let layer = try #require(trial.parameter("eigenlayer.weight")?.value)
    let square = layer.array.doubles.reduce(0) { $0 + $1 * $1 } / Double(layer.count)
    #expect(layer.shape == [16, 32] && abs(square * 32 - 1) < 0.2)
    let classifier = try #require(trial.parameter("orthogonal_classifier.weight")?.value)
    #expect(classifier.shape == [5, 16] && classifier.array.allSatisfy { abs($0) < 0.01 })
  }

  @Test("the descriptor is the layer's input or its output, which is not computed for nobody")
  func descriptor() throws {
    let pooled = TaskTrial(tasks(), on: engine)
    let output = TaskTrial(tasks(.init(descriptor: .eigenlayer)), on: engine)
    let x = pooled.evaluate().output.descriptors
    #expect(pooled.evaluate().traces.isEmpty && x.count == 6 * 32)
    let e = output.evaluate().output.descriptors
    #expect(e == pooled.evaluate(isTraced: true).numbers("eigen"))
    let weight = try #require(pooled.parameter("eigenlayer.weight")?.value.array.doubles)
    let expected = (0..<6 * 16).map { place -> Double in
      let (image, row) = (place / 16, place % 16)
      return (0..<32).reduce(0.0) { $0 + weight[row * 32 + $1] * Double(x[image * 32 + $1]) }
    }
    try Agreement.check("e", e, expected, within: 1e-5)
  }

  @Test("dropout is drawn from the step's own stream, and stays off without one")
  func dropout() throws {
    func loss(_ draws: StepDraws?, _ dropout: Double = 0.5) throws -> Double {
      let trial = TaskTrial(tasks(.init(dropout: dropout)), on: engine)
      let classifier = try #require(trial.parameter("orthogonal_classifier.weight"))
      classifier.load(TestNumbers.normal(classifier.value.count, "orthogonal classifier"))
      return trial.train(draws: draws).losses[0].value
    }
    let (first, second) = (StepDraws(seed: 1, epoch: 1, step: 1), StepDraws(seed: 1, epoch: 1, step: 2))
    #expect(try loss(first) == loss(first))
    #expect(try loss(first) != loss(second))
    #expect(try loss(nil) == loss(nil, 0) && loss(first, 0) == loss(nil) && loss(first) != loss(nil))
  }

  @Test("orthogonal weight vectors: all distances between outputs stay", arguments: Decorrelation.Order.allCases)
  func transformation(order: Decorrelation.Order) throws {
    #expect(OrthogonalTask.transformation != nil && EmbeddingTask.transformation == nil)
    let trial = TaskTrial(tasks(.init(order: order, descriptor: .eigenlayer)), on: engine)
    for _ in 0..<3 {
      _ = trial.train()
      trial.update()
    }
    func distances() -> [Double] {
      let e = trial.evaluate().output.descriptors.doubles
      return (0..<36).map { pair -> Double in
        let (first, second) = (pair / 6 * 16, pair % 6 * 16)
        return (0..<16).reduce(0.0) { $0 + (e[first + $1] - e[second + $1]) * (e[first + $1] - e[second + $1]) }
      }
    }
    let network = trial.model.tasks[0].network
    let (before, state) = (distances(), trial.model.state())
    let first = try #require(network.measures(on: engine)["correlation"])
    let result = try #require(network.transform(on: engine))
    let after = try #require(network.measures(on: engine)["correlation"])
    #expect(first < 0.9 && abs(after - 1) < 1e-4)
    #expect(result.figures["correlation_before"] == [first] && result.figures["correlation_after"] == [after])
    #expect(result.figures["singular_values"]?.count == 16)
    #expect(result.figures["order"]?.sorted() == (0..<16).map(Double.init))
    #expect(
      result.remark
        == "weight vectors made orthogonal: S(W) \(String(format: "%.3f", first)) before, 1.000 after")
    try Agreement.check("squared distances", distances(), before, within: 1e-4)
    let changed = trial.model.state().filter { state[$0.key] != $0.value }.map(\.key)
    #expect(changed == ["eigenlayer.weight"])
    #expect(trial.model.tasks[0].network.transform(on: engine)?.figures["correlation_before"] == [after])
  }

  @Test("a phase of restraint leaves the layer as it is and trains the rest")
  func frozen() {
    let all = Set(TaskTrial(tasks(), on: engine).model.store.parameters.map(\.name))
    func changed(_ words: [String]) -> Set<String> { TaskTrial(tasks(), on: engine).changed(freezing: words) }
    #expect(changed([]) == all)
    #expect(changed(["eigenlayer"]) == all.subtracting(["eigenlayer.weight"]))
    #expect(changed(["backbone"]) == all.filter { !$0.hasPrefix("backbone.") })
  }

  @Test("the same bits on any number of threads, through dropout, too")
  func threads() throws { try TaskTrial.checkThreads(tasks(), draws: StepDraws(seed: 3, epoch: 1, step: 1)) }
}
