import Configuration
import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// Streams of the body's boxes. Their numbers are held against the peer program's by the parity case.
struct StreamsTests {
  private let engine = Engine(threads: 2)

  private static func tasks(_ streams: StreamsTask = StreamsTask(width: 6)) -> TaskSet {
    .only { $0.streams = streams }
  }

  @Test(arguments: [
    tasks(), tasks(.init(width: 3, descriptorWeights: .init(head: 0, lower: 2), feature: .convolution)),
  ])
  func holds(_ tasks: TaskSet) throws { try TrialNetwork.check(tasks) }

  private func read(_ entries: [(String, YAMLValue)]) throws(ConfigurationError) -> StreamsTask {
    try StreamsTask(Setting(.mapping(entries), path: "tasks.streams"))
  }

  @Test("settings: defaults, ends of ranges, and what is refused")
  func settings() throws {
    let weights = StreamWeights(global: 1, head: 0.25, upper: 0.4, lower: 0.35)
    #expect(
      try read([])
        == StreamsTask(
          width: 256, overlap: .init(neck: 15, hips: 15), lossWeights: weights, descriptorWeights: weights,
          feature: .relu))
    let full = StreamsTask(
      width: 4096, overlap: .init(neck: 0, hips: 128), lossWeights: .init(global: 0, head: 100),
      descriptorWeights: .init(lower: 0), feature: .convolution)
    #expect(try StreamsTask(Setting(full.yaml)) == full && full.label == "streams (convolution)")
    #expect(
      try read([("loss_weights", .mapping([("head", .int(2))]))]).lossWeights == .init(global: 1, head: 2))
    let none = YAMLValue.mapping(["global", "head", "upper", "lower"].map { ($0, .int(0)) })
    for (key, value, complaint) in [
      ("width", .int(0), "width: 0 is out of range; from 1 to 4096"),
      ("width", .int(4097), "width: 4097 is out of range"),
      ("overlap", .mapping([("neck", .int(129))]), "overlap.neck: 129 is out of range; from 0 to 128"),
      ("overlap", .mapping([("hip", .int(1))]), "overlap.hip: unknown key; did you mean 'hips'?"),
      ("loss_weights", none, "loss_weights: every weight is 0; at least one is above 0"),
      ("descriptor_weights", none, "descriptor_weights: every weight is 0; at least one is above 0"),
      ("descriptor_weights", .mapping([("head", .int(101))]), "descriptor_weights.head: 101 is out of range"),
      ("feature", .string("fc6"), "feature: 'fc6' is not known here; known: relu, convolution"),
    ] as [(String, YAMLValue, String)] {
      let error = try #require(throws: ConfigurationError.self) { try read([(key, value)]) }
      #expect(error.description.contains("tasks.streams.\(complaint)"), "\(error)")
    }
  }

  @Test("a stream that counts nowhere is worth a remark")
  func remark() {
    let map = MapExtent(height: 128, width: 64, backbone: ResNetConfiguration())
    #expect(StreamsTask().remark(on: map) == nil)
    #expect(StreamsTask(lossWeights: .init(head: 0)).remark(on: map) == nil)
    #expect(
      StreamsTask(lossWeights: .init(head: 0), descriptorWeights: .init(head: 0)).remark(on: map)
        == "the head stream is computed for nothing: its loss weight and descriptor weight are 0")
    #expect(
      StreamsTask(lossWeights: .init(head: 0, lower: 0), descriptorWeights: .init(head: 0, lower: 0)).remark(on: map)?
        .hasPrefix("the head, lower streams are computed for nothing: their") == true)
  }

  @Test("boxes have the sizes of the specification, and too small ones are refused with the size that fits")
  func crops() {
    func sizes(_ height: Int, _ width: Int) -> [[Int]] {
      let map = MapExtent(height: height, width: width, backbone: .init())
      return StreamsTask().inputs(on: map).map { Array($0.shape.prefix(2)) }
    }
    #expect(sizes(512, 256) == [[96, 96], [192, 256], [224, 256]])
    #expect(sizes(128, 64) == [[24, 24], [48, 64], [56, 64]])
    #expect(sizes(80, 40) == [[15, 15], [30, 40], [35, 40]])
    #expect(sizes(40, 20) == [[8, 8], [15, 20], [18, 20]])
    #expect(TaskTrial.complaint(Self.tasks(), height: 40, width: 20) == nil)
    #expect(
      TaskTrial.complaint(Self.tasks(), height: 39, width: 20)
        == "the head's box of an input of 39×20 is 7×8 pixels, and a side has at least 8; take an input.size of at least "
        + "40×20")
    #expect(TaskTrial.complaint(Self.tasks(), height: 64, width: 19)?.contains("is 12×7 pixels") == true)
  }

  @Test("each stream has its own BatchNorms and head, and no convolution of its own")
  func names() throws {
    let trial = TaskTrial(Self.tasks(), on: engine)
    let names = trial.model.store.parameters.map(\.name)
    let backbone = names.filter { $0.hasPrefix("backbone.") }.map { $0.dropFirst("backbone.".count) }
    let norms = backbone.filter { $0.contains("bn") || $0.contains("downsample.1") }
    for stream in ["head", "upper", "lower"] {
      let own = names.filter { $0.hasPrefix("streams.\(stream).") }.map { $0.dropFirst("streams.\(stream).".count) }
      #expect(own == norms)
    }
    #expect(
      trial.model.store.parameters.filter { $0.name.hasPrefix("heads.lower.") }.map { "\($0.name) \($0.storedShape)" }
        == [
          "heads.lower.reduce.weight [6, 32, 1, 1]", "heads.lower.bn.weight [6]", "heads.lower.bn.bias [6]",
          "heads.lower.classifier.weight [5, 6]", "heads.lower.classifier.bias [5]",
        ])
    #expect(trial.model.layout.slots == [.stream(.global), .stream(.head), .stream(.upper), .stream(.lower)])
    try TaskTrial.checkSizes(Self.tasks(), on: engine)
    let statistics = Set(trial.model.state().keys).subtracting(names)
    #expect(statistics.contains("streams.upper.layer2.0.downsample.1.running_var"))
    // By He's rule, as convolutions.
    let reduce = try trial.require("heads.global.reduce.weight").value.array
    let deviation = (reduce.reduce(0) { $0 + $1 * $1 } / Float(reduce.count)).squareRoot()
    #expect(abs(deviation - (2.0 / 6).squareRoot()) < 0.1)
  }

  @Test("the work is that of all crops")
  func work() {
    let configuration = TaskTrial.configuration(Self.tasks())
    let backbone = configuration.backbone
    let sizes = [(64, 32), (12, 12), (24, 32), (28, 32)]
    let expected = sizes.reduce(0.0) {
      $0 + backbone.multiplications(height: $1.0, width: $1.1)
        + Double(backbone.extent(of: $1.0) * backbone.extent(of: $1.1) * 32 * 6)
    }
    #expect(configuration.multiplications(height: 64, width: 32) == expected)
  }

  @Test("named losses with their weights; the descriptor's vectors have the sums of theirs")
  func losses() {
    let weights = StreamWeights(global: 0.5, head: 2, upper: 0, lower: 1)
    let trial = TaskTrial(Self.tasks(.init(width: 6, lossWeights: weights, descriptorWeights: weights)), on: engine)
    let loss = trial.train().losses[0]
    #expect(loss.terms.map(\.name) == ["global", "head", "upper", "lower"])
    let values = loss.terms.map(\.loss.value)
    #expect(abs(loss.value - (0.5 * values[0] + 2 * values[1] + values[3])) < 1e-9)
    let vectors = trial.evaluate().output.vectors
    for (vector, sum) in zip(vectors, [0.5, 2, 0, 1]) {
      for row in 0..<6 {
        let total = vector.array[row * 6..<row * 6 + 6].reduce(0) { $0 + abs($1) }
        #expect(abs(Double(total) - sum) < 1e-5 || total == 0)
      }
    }
    #expect(trial.evaluate().output.identityLogits.isEmpty)
  }

  @Test("'backbone' stands for the streams' BatchNorms, too; frozen streams stay and the heads learn")
  func frozen() {
    let all = Set(TaskTrial(Self.tasks(), on: engine).model.store.parameters.map(\.name))
    func changed(_ words: [String]) -> Set<String> { TaskTrial(Self.tasks(), on: engine).changed(freezing: words) }
    #expect(changed([]) == all)
    #expect(changed(["backbone"]) == all.filter { $0.hasPrefix("heads.") })
    #expect(changed(["streams.head"]) == all.filter { !$0.hasPrefix("streams.head.") })
    #expect(changed(["streams"]) == all.filter { $0.hasPrefix("backbone.") })
  }

  @Test("a shared convolution gets the gradients of all streams, the same on any number of threads")
  func shared() throws {
    func gradient(_ weights: StreamWeights, threads: Int = 2) throws -> [Float] {
      let trial = TaskTrial(Self.tasks(.init(width: 6, lossWeights: weights)), on: Engine(threads: threads))
      for name in ["global", "head", "upper", "lower"] {
        let weight = try trial.require("heads.\(name).classifier.weight")
        weight.load(TestNumbers.normal(weight.value.count, name))
      }
      _ = trial.train()
      return try trial.require("backbone.layer3.0.conv2.weight").gradient.array
    }
    let each = try [
      StreamWeights(global: 1, head: 0, upper: 0, lower: 0), .init(global: 0, head: 1, upper: 0, lower: 0),
      .init(global: 0, head: 0, upper: 1, lower: 0), .init(global: 0, head: 0, upper: 0, lower: 1),
    ].map { try gradient($0).doubles }
    let all = StreamWeights(global: 1, head: 1, upper: 1, lower: 1)
    let sum = each[0].indices.map { place in each.reduce(0) { $0 + $1[place] } }
    try Agreement.check("all streams", try gradient(all), sum, within: 1e-5)
    try Agreement.checkSameBits("on one thread", try gradient(all, threads: 1), try gradient(all, threads: 3))
    for gradients in each { #expect(gradients.contains { $0 != 0 }) }
  }

  @Test("pretrained weights go into every stream's BatchNorms")
  func pretrained() throws {
    let trial = TaskTrial(Self.tasks(), seed: 3, on: engine)
    #expect(trial.model.tasks[0].network.copiesOfBackbone == ["streams.head.", "streams.upper.", "streams.lower."])
    for _ in 0..<2 { trial.step() }
    let before = trial.model.state()
    #expect(before["streams.head.layer3.0.bn1.bias"] != before["backbone.layer3.0.bn1.bias"])
    trial.model.copyBackbone()
    for (name, tensor) in trial.model.state() {
      let layer = ["streams.head.", "streams.upper.", "streams.lower."].first(where: name.hasPrefix)
        .map { name.dropFirst($0.count) }
      #expect(tensor == before[layer.map { "backbone.\($0)" } ?? name], "\(name)")
    }
  }

  @Test("the map of the whole image's likeliest identity averages to its logit")
  func maps() throws {
    let trial = TaskTrial(Self.tasks(), on: engine)
    let pass = trial.evaluate(isTraced: true)
    let weight = try trial.require("heads.global.classifier.weight").value.array
    let vector = pass.numbers("vector.global")
    let global = try #require(trial.model.maps(of: pass.output, image: 1, on: engine).global)
    let logits = (0..<5).map { c in (0..<6).reduce(Float(0)) { $0 + weight[c * 6 + $1] * vector[6 + $1] } }
    #expect(logits[global.predicted] == logits.max())
    #expect(abs(global.values.reduce(0, +) / 8 - logits[global.predicted]) < 1e-5)
  }
}
