import Configuration
import Foundation
import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// Several image scales and their consensus. Its numbers are held against the peer program's by the parity case.
struct ScalesTests {
  private let engine = Engine(threads: 2)

  private func tasks(_ scales: ScalesTask = .init()) -> TaskSet { .only { $0.scales = scales } }

  private func read(_ entries: [(String, YAMLValue)]) throws(ConfigurationError) -> ScalesTask {
    try ScalesTask(Setting(.mapping(entries), path: "tasks.scales"))
  }

  @Test("settings: defaults, both ends of each range, and what is refused")
  func settings() throws {
    #expect(
      try read([])
        == ScalesTask(
          divisors: [1, 2],
          consensus: .init(weight: 1, temperature: 1, form: .crossEntropy, gradient: .all)))
    let full = ScalesTask(
      divisors: [1, 2, 3, 64], consensus: .init(weight: 100, temperature: 100, form: .binary, gradient: .classifier))
    #expect(try ScalesTask(Setting(full.yaml)) == full && full.label == "scales (1+2+3+64)")
    #expect(try read([("divisors", .sequence([.int(1)]))]).divisors == [1])
    let map = MapExtent(height: 64, width: 32, backbone: ResNetConfiguration())
    #expect(ScalesTask(divisors: [1]).remark(on: map) != nil && ScalesTask().remark(on: map) == nil)
    #expect(ScalesTask().label == "scales")
    for (divisors, complaint) in [
      ([], "divisors: expected 1 to 4 values, found 0"),
      ([1, 2, 3, 4, 5], "divisors: expected 1 to 4 values, found 5"),
      ([2, 4], "divisors[0]: the first scale is 1, the whole image, not 2"),
      ([1, 4, 2], "divisors[2]: scales rise, and 2 stands behind 4"),
      ([1, 1], "divisors[1]: scales rise, and 1 stands behind 1"),
      ([1, 65], "divisors[1]: 65 is out of range; from 1 to 64"), ([0], "divisors[0]: 0 is out of range; from 1 to 64"),
    ] {
      let error = try #require(throws: ConfigurationError.self) {
        try read([("divisors", .sequence(divisors.map { .int($0) }))])
      }
      #expect(error.description.contains("tasks.scales.\(complaint)"), "\(error)")
    }
    for (key, value, complaint) in [
      ("weight", .double(-1), "-1 is out of range; from 0 to 100"), ("temperature", .double(0), "must be above 0"),
      ("temperature", .double(101), "101 is out of range; from 0 to 100"),
      ("form", .string("kl"), "'kl' is not known here; known: cross-entropy, binary"),
      ("gradient", .string("none"), "'none' is not known here; known: all, classifier"),
    ] as [(String, YAMLValue, String)] {
      let error = try #require(throws: ConfigurationError.self) {
        try read([("consensus", .mapping([(key, value)]))])
      }
      #expect(error.description.contains("tasks.scales.consensus.\(key): \(complaint)"), "\(error)")
    }
  }

  @Test("each scale divides both sides and leaves enough of them")
  func sides() {
    #expect(TaskTrial.complaint(tasks()) == nil)
    #expect(TaskTrial.complaint(tasks(.init(divisors: [1, 2, 4])), height: 128, width: 64) == nil)
    #expect(
      TaskTrial.complaint(tasks(.init(divisors: [1, 3])), height: 96, width: 64)
        == "scale 3 divides both sides of the input, and 64 is no multiple of 3; take input sides that all scales divide"
    )
    #expect(
      TaskTrial.complaint(tasks(.init(divisors: [1, 2])), height: 65, width: 32)
        == "scale 2 divides both sides of the input, and 65 is no multiple of 2; take input sides that all scales divide"
    )
    #expect(
      TaskTrial.complaint(tasks(.init(divisors: [1, 4])), height: 128, width: 32)
        == "scale 4 leaves 8 of 32 pixels, and a side has at least 16; take an input side of at least 64, or leave the "
        + "scale out")
    #expect(TaskTrial.complaint(tasks(.init(divisors: [1])), height: 8, width: 8) == nil, "nothing is shrunken")
  }

  @Test("there is nothing to agree on with one identity")
  func identities() {
    #expect(
      ScalesTask().fault(learning: TrainingLabels(identities: 1, source: "twins"))?.reason
        == "the scales task agrees on which of several identities it sees, and twins has 1 identity")
    #expect(ScalesTask().fault(learning: TrainingLabels(identities: 2)) == nil)
  }

  @Test("names, sizes, first values and the work of a pass")
  func sizes() throws {
    for divisors in [[1], [1, 2]] { try TaskTrial.checkSizes(tasks(.init(divisors: divisors)), on: engine) }
    let trial = TaskTrial(tasks(), on: engine)
    let names = trial.model.store.parameters.map(\.name)
    let own = names.filter { $0.hasPrefix("backbone.") }
    #expect(names.filter { $0.hasPrefix("pyramid.1.") } == own.map { "pyramid.1." + $0.dropFirst("backbone.".count) })
    #expect(
      names.filter { !$0.hasPrefix("backbone.") && !$0.hasPrefix("pyramid.") } == [
        "classifiers.0.weight", "classifiers.0.bias", "classifiers.1.weight", "classifiers.1.bias", "consensus.weight",
        "consensus.bias",
      ])
    #expect(trial.model.layout.slots == [.scale(0), .scale(1)] && trial.model.layout.length == 64)
    let groups = trial.model.store.parameters.filter { $0.name.hasPrefix("pyramid.") }.map(\.group)
    #expect(Set(groups) == [.backbone])
    let state = trial.model.state()
    #expect(state["pyramid.1.conv1.weight"] != state["backbone.conv1.weight"], "from chance each has its own values")
    // A quarter of the pixels is a quarter of the work; the maps' sides are even here.
    let alone = TaskTrial.configuration(.only { $0.global = GlobalTask() }).multiplications(height: 256, width: 128)
    #expect(abs(trial.configuration.multiplications(height: 256, width: 128) / alone - 1.25) < 1e-9)
  }

  @Test("three scales: as many networks, vectors and logits")
  func three() throws {
    var configuration = TaskTrial.configuration(tasks(.init(divisors: [1, 2, 4])))
    configuration.backbone.lastStride = 2
    try configuration.validate(height: 128, width: 64)
    let model = AANet(configuration, on: engine)
    model.initialise(seed: 2)
    #expect(model.store.parameterCount == configuration.parameterCount)
    #expect(model.layout.slots == [.scale(0), .scale(1), .scale(2)] && model.layout.length == 96)
    #expect(model.tasks[0].network.copiesOfBackbone == ["pyramid.1.", "pyramid.2."])
    let images = engine.tensor(TestNumbers.normal(2 * 128 * 64 * 3, "three scales"), shape: [2, 128, 64, 3])
    let tape = Tape(on: engine, mode: .training)
    let output = model(tape.input(images), on: tape)
    #expect(output.vectors.map(\.shape) == [[2, 32], [2, 32], [2, 32]])
    #expect(output.identityLogits[.scales]?.count == 4)
    let losses = model.losses(output, TrainingTargets(identities: [0, 3], attributes: []), on: tape)
    #expect(losses[0].terms.count == 7 && losses[0].value.isFinite)
  }

  @Test("each scale sees means of blocks through its own backbone; logits are for training and for who looks inside")
  func pass() throws {
    let trial = TaskTrial(tasks(), on: engine)
    let pass = trial.evaluate(isTraced: true)
    #expect(Set(pass.traces.keys) == ["X.1", "logits.0", "logits.1", "consensus"])
    #expect(trial.evaluate().output.identityLogits.isEmpty)
    // The second scale's network as a network of its own, on images that were made small before.
    let other = TaskTrial(.only { $0.global = GlobalTask() }, on: engine)
    var small = [Float](repeating: 0, count: 6 * 32 * 16 * 3)
    for (place, value) in trial.images.values.enumerated() {
      let (image, row, column) = (place / (64 * 96), place / 96 % 64, place / 3 % 32)
      let target = (image * 32 + row / 2) * 16 + column / 2
      small[target * 3 + place % 3] += value / 4
    }
    let state = trial.model.state()
    var own = other.model.state()
    for (name, tensor) in state where name.hasPrefix("pyramid.1.") {
      own["backbone." + name.dropFirst("pyramid.1.".count)] = tensor
    }
    try other.model.load(own)
    let tape = Tape(on: engine, mode: .evaluation)
    let map = other.model(tape.input(engine.tensor(small, shape: [6, 32, 16, 3])), on: tape).features.tensor.array
    try Agreement.check("X.1", pass.numbers("X.1"), map.doubles, within: 1e-5)
    let means = (0..<6 * 32).map { place -> Double in
      let first = place / 32 * 64 + place % 32
      return (Double(map[first]) + Double(map[first + 32])) / 2
    }
    try Agreement.check("f1", pass.output.vectors[1].array, means, within: 1e-5)
  }

  @Test("the loss is the consensus', each scale's and their agreement, by name", arguments: AgreementForm.allCases)
  func losses(form: AgreementForm) throws {
    let trial = TaskTrial(tasks(.init(consensus: .init(weight: 0.25, temperature: 3, form: form))), on: engine)
    for name in ["classifiers.0.weight", "classifiers.1.weight", "consensus.weight"] {
      let weight = try #require(trial.parameter(name))
      weight.load(TestNumbers.normal(weight.value.count, name).map { $0 / 4 })
    }
    let pass = trial.train()
    let loss = pass.losses[0]
    #expect(
      loss.terms.map(\.name) == ["consensus", "scale.0", "agreement.0", "scale.1", "agreement.1"])
    func softmax(_ logits: ArraySlice<Float>, over temperature: Double) -> [Double] {
      let powers = logits.map { exp(Double($0) / temperature) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    func rows(_ name: String, over temperature: Double = 1) -> [[Double]] {
      let numbers = pass.numbers(name)
      return (0..<6).map { softmax(numbers[$0 * 5..<$0 * 5 + 5], over: temperature) }
    }
    func entropy(_ name: String) -> Double {
      zip(rows(name), trial.identities).reduce(0) { $0 - log($1.0[$1.1]) } / 6
    }
    func distance(_ name: String) -> Double {
      var sum = 0.0
      for (teacher, student) in zip(rows("consensus", over: 3), rows(name)) {
        for (t, p) in zip(teacher, student) {
          sum -= form == .binary ? (t * log(p) + (1 - t) * log(1 - p)) / 5 : t * log(p)
        }
      }
      return sum / 6
    }
    let expected = [
      entropy("consensus"), entropy("logits.0"), distance("logits.0"), entropy("logits.1"), distance("logits.1"),
    ]
    try Agreement.check("terms", loss.terms.map(\.loss.value), expected, within: 1e-5)
    let total = expected[0] + expected[1] + 0.25 * expected[2] + expected[3] + 0.25 * expected[4]
    #expect(abs(loss.value - total) < 1e-4)
  }

  @Test("the consensus' own loss reaches the scales' networks, or its classifier alone")
  func gradient() throws {
    // With classifiers at 0 nothing but the consensus sends a gradient to the maps.
    for gradient in ConsensusSettings.Gradient.allCases {
      let trial = TaskTrial(tasks(.init(consensus: .init(gradient: gradient))), on: engine)
      for parameter in trial.model.store.parameters where parameter.name.hasPrefix("classifiers.") {
        parameter.value.values.update(repeating: 0)
      }
      _ = trial.train()
      for name in ["backbone.conv1.weight", "pyramid.1.conv1.weight"] {
        let gradients = try #require(trial.parameter(name)).gradient.array
        #expect(gradients.contains { $0 != 0 } == (gradient == .all), "\(name)")
      }
      #expect(try #require(trial.parameter("consensus.weight")).gradient.array.contains { $0 != 0 })
    }
  }

  @Test("'backbone' stands for every scale's, and each can be frozen alone")
  func frozen() {
    let all = Set(TaskTrial(tasks(), on: engine).model.store.parameters.map(\.name))
    func changed(_ words: [String]) -> Set<String> { TaskTrial(tasks(), on: engine).changed(freezing: words) }
    #expect(changed([]) == all)
    #expect(changed(["backbone"]) == all.filter { !$0.hasPrefix("backbone.") && !$0.hasPrefix("pyramid.") })
    #expect(changed(["pyramid.1"]) == all.filter { !$0.hasPrefix("pyramid.") })
    #expect(changed(["new"]) == all.filter { $0.hasPrefix("backbone.") || $0.hasPrefix("pyramid.") })
    #expect(changed(["scales"]) == all.filter { $0.hasPrefix("backbone.") })
  }

  @Test("a frozen scale changes no bit of what is trained")
  func theSameHeads() {
    func state(_ frozen: [String]) -> [String: StoredTensor] {
      let trial = TaskTrial(tasks(), on: engine)
      trial.model.freeze(frozen)
      _ = trial.train(statistics: .running)
      trial.update()
      return trial.model.state()
    }
    let (free, frozen) = (state([]), state(["pyramid.1"]))
    for (name, tensor) in free where !name.hasPrefix("pyramid.") { #expect(frozen[name] == tensor, "\(name)") }
  }

  @Test("pretrained weights go into every scale's network, and an exported model is one's again")
  func pretrained() throws {
    let source = TaskTrial(tasks(), seed: 7, on: engine)
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("model.safetensors")
    try SafeTensors(tensors: source.model.state()).serialized().write(to: file)
    let tensors = try TensorFile(contentsOf: file)
    let backbone = source.configuration.backbone
    #expect(ResNetConfiguration(of: tensors) == backbone)
    let fit = BackboneFit(of: tensors, into: backbone)
    #expect(fit.misfits.isEmpty && fit.prefix == "backbone." && fit.others == ["pyramid.1."])
    let trial = TaskTrial(tasks(), seed: 8, on: engine)
    let before = trial.model.state()
    try fit.load(tensors, into: trial.model.store)
    trial.model.copyBackbone()
    let (wanted, found) = (source.model.state(), trial.model.state())
    for (name, tensor) in found {
      let layer = ["backbone.", "pyramid.1."].first(where: name.hasPrefix).map { name.dropFirst($0.count) }
      #expect(tensor == (layer.map { wanted["backbone.\($0)"] } ?? before[name]), "\(name)")
    }
  }

  @Test("the first layer of any scale's network that is not finite is named")
  func notFinite() throws {
    let trial = TaskTrial(tasks(), on: engine)
    let weight = try #require(trial.parameter("pyramid.1.layer2.0.bn1.weight"))
    weight.value.values.update(repeating: .greatestFiniteMagnitude)
    #expect(trial.model.placeOfNonFinite(in: trial.images) == .output(of: "pyramid.1.layer2.0.bn1"))
    weight.value.values[0] = .nan
    #expect(trial.model.placeOfNonFinite(in: trial.images) == .parameter("pyramid.1.layer2.0.bn1.weight"))
  }

  @Test("the same bits on any number of threads", arguments: [[1], [1, 2]])
  func threads(divisors: [Int]) throws { try TaskTrial.checkThreads(tasks(.init(divisors: divisors))) }
}
