import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// The whole network: names, states, first values and what a pass gives. Its numbers are held against the peer
/// program's by the parity cases.
struct AANetTests {
  private let engine = Engine(threads: 2)

  private static let configuration = AANetConfiguration(
    backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 4), head: .init(width: 6),
    tasks: .init(part: .init(parts: 2), attention: .init(attributes: ["hair"])),
    labels: .init(
      identities: 5,
      attributes: [
        .init(name: "gender", classes: 2, region: .global), .init(name: "hair", classes: 3, region: .top),
      ]))

  private var images: Tensor {
    engine.tensor(TestNumbers.normal(3 * 64 * 32 * 3, "aanet images"), shape: [3, 64, 32, 3])
  }

  @Test("heads and losses are named as in the golden cases")
  func names() {
    let model = AANet(Self.configuration, on: engine)
    let heads = model.store.parameters.filter { $0.group != .backbone }
    #expect(
      heads.map(\.name).filter { !$0.contains("bn") } == [
        "global_head.reduce.weight", "global_head.classifier.weight", "global_head.classifier.bias",
        "part_heads.0.reduce.weight", "part_heads.0.classifier.weight", "part_heads.0.classifier.bias",
        "part_heads.1.reduce.weight", "part_heads.1.classifier.weight", "part_heads.1.classifier.bias",
        "attribute_reduce.weight", "attribute_classifiers.gender.weight", "attribute_classifiers.gender.bias",
        "attribute_classifiers.hair.weight", "attribute_classifiers.hair.bias", "attention_head.reduce.weight",
        "attention_head.classifier.weight", "attention_head.classifier.bias", "log_variance",
      ])
    #expect(model.store.parameters.filter { $0.group == .backbone }.allSatisfy { $0.name.hasPrefix("backbone.") })
    #expect(heads.filter { $0.group == .logVariance }.map(\.name) == ["log_variance"])
    #expect(Set(model.store.parameters.map(\.name)).count == model.store.parameters.count)
  }

  @Test("without regions every attribute is read from the whole map, which alone is in the descriptor")
  func attributesWithoutRegions() {
    var whole = Self.configuration
    whole.tasks.attribute?.regions = .whole
    var global = Self.configuration  // with regions, but each attribute's own is the whole
    for place in global.labels.attributes.indices { global.labels.attributes[place].region = .global }
    #expect(whole.descriptorLength == Self.configuration.descriptorLength - 3 * 6)
    func output(_ configuration: AANetConfiguration) -> AANet.Output {
      let model = AANet(configuration, on: engine)
      model.initialise(seed: 3)
      let tape = Tape(on: engine, mode: .evaluation)
      return model(tape.input(images), on: tape)
    }
    let (first, second, thirds) = (output(whole), output(global), output(Self.configuration))
    func logits(_ output: AANet.Output, _ place: Int) -> [Float] { Array(output.attributeLogits[place].tensor.values) }
    #expect(logits(first, 0) == logits(second, 0) && logits(first, 1) == logits(second, 1))
    #expect(logits(first, 0) == logits(thirds, 0) && logits(first, 1) != logits(thirds, 1))
    #expect(first.vectors.count == second.vectors.count - 3)
    #expect(first.descriptors.count == 3 * whole.descriptorLength)
    #expect(first.attentionMap.map { Array($0.values) } == second.attentionMap.map { Array($0.values) })
  }

  @Test("a state is written and loaded back, momentum and all")
  func stateRoundTrip() throws {
    let first = AANet(Self.configuration, on: engine)
    first.initialise(seed: 1)
    for statistic in first.store.statistics {
      _ = statistic.value.values.update(
        fromContentsOf: TestNumbers.uniform(statistic.value.count, statistic.name, in: 1...2))
    }
    for parameter in first.store.parameters {
      parameter.loadMomentum(TestNumbers.normal(parameter.value.count, "momentum \(parameter.name)"))
    }
    let file = SafeTensors(tensors: first.state(prefix: "m.").merging(first.momentumState(prefix: "v.")) { a, _ in a })
    let read = try SafeTensors(data: try file.serialized()).tensors
    let second = AANet(Self.configuration, on: engine)
    try second.load(read, prefix: "m.")
    try second.loadMomentum(read, prefix: "v.")
    #expect(second.state() == first.state())
    #expect(second.momentumState(prefix: "") == first.momentumState(prefix: ""))
    #expect(first.state().count == first.store.parameters.count + first.store.statistics.count)
    let kernel = try #require(first.state()["backbone.layer2.0.conv1.weight"])
    #expect(kernel.shape == [8, 4, 3, 3])
  }

  @Test("a missing tensor and one of another shape are named, and nothing is loaded")
  func incompleteState() throws {
    let source = AANet(Self.configuration, on: engine)
    source.initialise(seed: 1)
    let model = AANet(Self.configuration, on: engine)
    model.initialise(seed: 2)
    let before = model.state()
    var tensors = source.state(prefix: "x.")
    tensors["x.attention_head.bn.running_var"] = nil
    #expect(throws: PlainError("the tensor 'x.attention_head.bn.running_var' is missing")) {
      try model.load(tensors, prefix: "x.")
    }
    tensors = source.state()
    tensors["global_head.reduce.weight"] = StoredTensor([Float](repeating: 0, count: 192), shape: [32, 6])
    #expect(throws: PlainError("the tensor 'global_head.reduce.weight' has the shape [32, 6]; the model needs [6, 32]"))
    {
      try model.load(tensors)
    }
    #expect(throws: PlainError("the tensor 'v.backbone.conv1.weight' is missing")) {
      try model.loadMomentum(tensors, prefix: "v.")
    }
    #expect(model.state() == before)
  }

  @Test("first values depend on the seed and on each parameter's name alone")
  func initialisation() throws {
    func state(_ configuration: AANetConfiguration, _ seed: UInt64) -> [String: StoredTensor] {
      let model = AANet(configuration, on: engine)
      model.initialise(seed: seed)
      return model.state()
    }
    let full = state(Self.configuration, 1)
    #expect(state(Self.configuration, 1) == full)
    // A variant with fewer tasks begins alike wherever it has the same parameters.
    var fewer = Self.configuration
    fewer.tasks.part = nil
    fewer.tasks.attention = nil
    let part = state(fewer, 1)
    for (name, tensor) in part where name != "log_variance" { #expect(full[name] == tensor, "\(name)") }
    let other = state(Self.configuration, 2)
    for (name, tensor) in full where tensor.shape.count > 1 { #expect(other[name] != tensor, "\(name)") }
    // No two parameters of the same shape share their numbers.
    let drawn = full.values.filter { $0.shape.count > 1 }.map(\.bytes)
    #expect(Set(drawn).count == drawn.count)
  }

  @Test("first values have the deviations that were chosen, and normalisation starts neutral")
  func deviations() throws {
    let model = AANet(
      AANetConfiguration(
        backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 16), head: .init(width: 32),
        tasks: .init(only: [.global]), labels: .init(identities: 50)),
      on: engine)
    model.initialise(seed: 3)
    let state = model.state()
    func deviation(_ name: String) throws -> Double {
      let values = try #require(state[name]).doubles
      return (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
    #expect(abs(try deviation("backbone.layer4.0.conv2.weight") / (2.0 / (9 * 128)).squareRoot() - 1) < 0.02)
    #expect(abs(try deviation("backbone.conv1.weight") / (2.0 / (49 * 16)).squareRoot() - 1) < 0.06)
    #expect(abs(try deviation("global_head.reduce.weight") / (2.0 / 32).squareRoot() - 1) < 0.06)
    #expect(abs(try deviation("global_head.classifier.weight") / 0.001 - 1) < 0.08)
    #expect(try deviation("global_head.classifier.bias") == 0)
    #expect(state["backbone.bn1.weight"]?.floats == [Float](repeating: 1, count: 16))
    #expect(state["backbone.bn1.bias"]?.floats == [Float](repeating: 0, count: 16))
    #expect(state["global_head.bn.running_var"]?.floats == [Float](repeating: 1, count: 32))
  }

  @Test("a pass gives descriptors in the order of the tasks, logits in training only")
  func pass() throws {
    let model = AANet(Self.configuration, on: engine)
    model.initialise(seed: 4)
    let tape = Tape(on: engine, mode: .training)
    let training = model(tape.input(images), on: tape)
    #expect(training.features.shape == [3, 4, 2, 32])
    #expect(training.descriptors.count == 3 * Self.configuration.descriptorLength)
    #expect(training.vectors.map(\.shape) == [[Int]](repeating: [3, 6], count: 8))
    // Row by row, each classifier's vector after the other.
    let second = training.vectors.flatMap { Array($0.array[6..<12]) }
    #expect(Array(training.descriptors[48..<96]) == second)
    #expect(training.identityLogits[.part]?.map(\.shape) == [[3, 5], [3, 5]])
    #expect(training.attributeLogits.map(\.shape) == [[3, 2], [3, 3]])
    #expect(training.attentionMap?.shape == [3, 4, 2])
    #expect(training.partRegions.count == 2)

    let still = Tape(on: engine, mode: .evaluation)
    let evaluation = model(still.input(images), on: still)
    #expect(evaluation.identityLogits.isEmpty)
    #expect(evaluation.attributeLogits.map(\.shape) == [[3, 2], [3, 3]])
    #expect(evaluation.descriptors.count == training.descriptors.count)
  }

  @Test("the same bits on any number of threads, through three training steps")
  func threads() throws {
    let states = [1, 2, 3, 5].map { threads -> [String: StoredTensor] in
      let engine = Engine(threads: threads)
      let model = AANet(Self.configuration, on: engine)
      model.initialise(seed: 5)
      let numbers = TestNumbers.normal(3 * 64 * 32 * 3, "aanet images")
      let optimizer = StochasticGradientDescent(momentum: 0.9, decay: [.backbone: 5e-4, .new: 5e-4])
      for _ in 0..<3 {
        let tape = Tape(on: engine, mode: .training)
        let output = model(tape.input(engine.tensor(numbers, shape: [3, 64, 32, 3])), on: tape)
        let losses = model.losses(
          output, .init(identities: [0, 4, 2], attributes: [[0, 1, -1], [2, 0, 1]]), on: tape)
        model.multiTaskLoss.backward(losses, on: tape)
        optimizer.step(model.store, rates: [.backbone: 0.01, .new: 0.1, .logVariance: 0.1])
      }
      return model.state()
    }
    for state in states.dropFirst() {
      for (name, tensor) in state { #expect(tensor == states[0][name], "\(name)") }
    }
  }
}
