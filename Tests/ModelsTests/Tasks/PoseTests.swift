import Configuration
import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// The stream of straightened parts. Its numbers are held against the peer program's by the parity case.
struct PoseTests {
  private let engine = Engine(threads: 2)
  private static let small = PartTransformSettings(rows: 32, kernel: 3, channels: 4, hidden: 6, rate: 0.1)

  private static func tasks(_ pose: PoseTask = PoseTask(transform: small)) -> TaskSet { .only { $0.pose = pose } }

  @Test(arguments: [
    tasks(.init(transform: .init(rows: 16, kernel: 1, channels: 3, hidden: 20, rate: 1))),
    tasks(.init(transform: nil, sharedStages: 0, fusion: .init(isWeighted: false))),
    tasks(.init(transform: nil, sharedStages: 4, lossWeights: .init(global: 0.5, part: 1, fused: 2))),
  ])
  func holds(_ tasks: TaskSet) throws { try TrialNetwork.check(tasks) }

  private func read(_ entries: [(String, YAMLValue)]) throws(ConfigurationError) -> PoseTask {
    try PoseTask(Setting(.mapping(entries), path: "tasks.pose"))
  }

  @Test("settings: defaults, ends of ranges, and what is refused")
  func settings() throws {
    #expect(
      try read([])
        == PoseTask(
          transform: .init(rows: 64, kernel: 5, channels: 20, hidden: 20, rate: 1e-4), sharedStages: 3,
          fusion: .init(isWeighted: true, rate: 2), lossWeights: .init(global: 1, part: 1, fused: 1)))
    let other = PoseTask(
      transform: .init(rows: 4, kernel: 1, channels: 1, hidden: 1, rate: 0), sharedStages: 0,
      fusion: .init(isWeighted: false, rate: 0), lossWeights: .init(global: 0, part: 0, fused: 100))
    #expect(try PoseTask(Setting(other.yaml)) == other && other.label == "pose (not weighted)")
    let plain = PoseTask(transform: nil)
    #expect(try PoseTask(Setting(plain.yaml)) == plain && plain.label == "pose (not straightened)")
    #expect(try read([("transform", .mapping([("rows", .int(32))]))]).transform == .init(rows: 32))
    let none = YAMLValue.mapping(["global", "part", "fused"].map { ($0, .int(0)) })
    for (key, value, complaint) in [
      ("transform", .mapping([("rows", .int(30))]), "transform.rows: 30 is no multiple of 4"),
      ("transform", .mapping([("rows", .int(0))]), "transform.rows: 0 is out of range; from 4 to 1024"),
      ("transform", .mapping([("kernel", .int(32))]), "transform.kernel: 32 is out of range"),
      ("transform", .mapping([("rate", .int(-1))]), "transform.rate: -1 is out of range"),
      ("transform", .int(3), "transform: expected none or { rows: 64, kernel: 5"),
      ("shared_stages", .int(5), "shared_stages: 5 is out of range; from 0 to 4"),
      ("fusion", .mapping([("weights", .int(1))]), "fusion.weights: expected true or false"),
      ("loss_weights", none, "loss_weights: every weight is 0, so nothing would be learned; at least one is above 0"),
    ] as [(String, YAMLValue, String)] {
      let error = try #require(throws: ConfigurationError.self) { try read([(key, value)]) }
      #expect(error.description.contains("tasks.pose.\(complaint)"), "\(error)")
    }
  }

  @Test("sizes that do not fit are refused with some that do")
  func sizes() {
    func complaint(_ transform: PartTransformSettings?, _ height: Int, _ width: Int) -> String? {
      TaskTrial.complaint(Self.tasks(.init(transform: transform)), height: height, width: width)
    }
    #expect(complaint(.init(), 128, 64) == nil && complaint(.init(), 384, 192) == nil)
    #expect(complaint(.init(rows: 32, kernel: 3), 128, 32) == nil, "blocks of 2×1 pixels")
    #expect(
      complaint(.init(), 384, 128) == nil
        && complaint(.init(), 256, 96)
          == "half of the input's height and its width are multiples of a part's rows, and 256×96 does not fit 64 rows; "
          + "128×64 and 384×192 fit 64 rows"
    )
    #expect(complaint(.init(rows: 40), 80, 44)?.hasSuffix("80×40 and 240×120 fit 40 rows") == true)
    #expect(
      complaint(nil, 66, 32)
        == "the part image is laid out in quarters of the input's sides, and 66 is no multiple of 4; take input sides "
        + "that are")
    #expect(complaint(nil, 44, 36) == nil)
    #expect(
      complaint(.init(rows: 32), 128, 64)
        == "two kernels of 5×5, each followed by a pooling that halves the map, do not fit an arm of 32×8; take a smaller "
        + "kernel or more rows")
    #expect(complaint(.init(rows: 32, kernel: 3), 128, 64) == nil)
    #expect(complaint(.init(rows: 4, kernel: 1), 8, 4) == nil, "4×1, 2×1, 1×1")
  }

  @Test("names as in the golden case, what is shared, and rates of their own")
  func names() throws {
    let trial = TaskTrial(Self.tasks(), on: engine)
    let parameters = trial.model.store.parameters
    let own = parameters.filter { $0.group == .new && (!$0.name.contains("transform.") || $0.name.contains("body")) }
    #expect(
      own.map { "\($0.name) \($0.storedShape) × \($0.rate)" } == [
        "transform.body.conv1.weight [4, 3, 3, 3] × 0.1", "transform.body.conv1.bias [4] × 0.1",
        "transform.body.conv2.weight [4, 4, 3, 3] × 0.1", "transform.body.conv2.bias [4] × 0.1",
        "transform.body.fc.weight [6, 48] × 0.1", "transform.body.fc.bias [6] × 0.1",
        "transform.body.theta.weight [6, 6] × 0.1", "transform.body.theta.bias [6] × 0.1",
        "global_classifier.weight [5, 32] × 1.0", "global_classifier.bias [5] × 1.0",
        "part_classifier.weight [5, 32] × 1.0", "part_classifier.bias [5] × 1.0",
        "fused_classifier.weight [5, 64] × 2.0", "fused_classifier.bias [5] × 2.0", "fusion.weight [32] × 2.0",
        "fusion.bias [32] × 2.0",
      ])
    #expect(parameters.filter { $0.group == .backbone }.allSatisfy { $0.rate == 1 })
    #expect(trial.model.layout.slots == [.posedImage, .posedParts])
    for stages in 0...4 {
      let task = PoseTask(transform: stages == 1 ? nil : Self.small, sharedStages: stages)
      try TaskTrial.checkSizes(Self.tasks(task), on: engine)
      let names = TaskTrial(Self.tasks(task), on: engine).model.store.parameters.map(\.name)
      let convolutions = names.filter {
        $0.hasPrefix("part_stream.") && ($0.contains("conv") || $0.contains("downsample.0"))
      }
      let wanted = (1...4).filter { $0 > stages }.map { "part_stream.layer\($0)." }
      #expect(convolutions.allSatisfy { name in wanted.contains(where: name.hasPrefix) })
      #expect(wanted.allSatisfy { stage in convolutions.contains { $0.hasPrefix(stage) } })
      #expect(names.contains("part_stream.bn1.weight") && !names.contains("part_stream.conv1.weight"))
    }
  }

  @Test("at first maps are the identity, whatever is seen, and weights 1: so also where they are drawn anew")
  func firstValues() throws {
    let trial = TaskTrial(Self.tasks(), on: engine)
    let images = try #require(trial.inputs[.partImage(height: 64, width: 32)]).array
    func check() throws {
      let pass = trial.evaluate(isTraced: true)
      for part in ["right_arm", "left_arm", "right_leg", "left_leg", "body"] {
        #expect(pass.numbers("theta.\(part)") == (0..<36).map { [0, 4].contains($0 % 6) ? 1 : 0 })
      }
      try Agreement.check("the part image", pass.numbers("straight"), images.doubles, within: 1e-5)
      let hidden = try trial.require("transform.body.fc.weight").value.array
      let deviation = (hidden.reduce(0) { $0 + $1 * $1 } / Float(hidden.count)).squareRoot()
      #expect(abs(deviation - (2.0 / 6).squareRoot()) < 0.1)
      #expect(try trial.require("fusion.weight").value.array.allSatisfy { $0 == 1 })
      #expect(try trial.require("fusion.bias").value.array.allSatisfy { $0 == 0 })
    }
    try check()
    for _ in 0..<2 { trial.step() }
    trial.model.renew(["pose"], seed: 4, phase: "again")
    try check()
  }

  @Test("the head and the black below it stay as they are cut, and parts stay in their boxes")
  func boxes() throws {
    let trial = TaskTrial(Self.tasks(), on: engine)
    for part in ["right_arm", "left_arm", "right_leg", "left_leg", "body"] {
      try trial.require("transform.\(part).theta.bias").load([1, 0, 20, 0, 1, 0])
    }
    let images = try #require(trial.inputs[.partImage(height: 64, width: 32)]).array
    let straight = trial.evaluate(isTraced: true).numbers("straight")
    for (place, value) in straight.enumerated() {
      let (row, column) = (place / 96 % 64, place / 3 % 32)
      // Rows of quarters of 16, columns of 8: head and black are the middle's first and last quarter.
      let isKept = (8..<24).contains(column) && (row < 16 || row >= 48)
      #expect(value == (isKept ? images[place] : 0))
    }
  }

  @Test("named losses with their weights; the parts' vector is squashed")
  func losses() throws {
    let weights = PoseWeights(global: 0.5, part: 0, fused: 3)
    let trial = TaskTrial(Self.tasks(.init(transform: Self.small, lossWeights: weights)), on: engine)
    let loss = trial.train().losses[0]
    #expect(loss.terms.map(\.name) == ["global", "part", "fused"])
    let values = loss.terms.map(\.loss.value)
    #expect(abs(loss.value - (0.5 * values[0] + 3 * values[2])) < 1e-9)
    let vectors = trial.evaluate().output.vectors
    #expect(vectors.map(\.shape) == [[6, 32], [6, 32]] && vectors[1].array.allSatisfy { abs($0) < 1 })
  }

  @Test("a frozen backbone lets the maps learn through it")
  func frozen() throws {
    let trial = TaskTrial(Self.tasks(), on: engine)
    trial.model.freeze(["backbone"])
    for name in ["part_classifier", "fused_classifier"] {
      let weight = try trial.require("\(name).weight")
      weight.load(TestNumbers.normal(weight.value.count, name))
    }
    let before = trial.model.state()
    trial.step(statistics: .running)
    let changed = Set(trial.model.state().filter { before[$0.key] != $0.value }.keys)
    #expect(changed.contains("transform.left_leg.theta.bias") && changed.contains("fusion.weight"))
    #expect(changed.allSatisfy { !$0.hasPrefix("backbone.") && !$0.hasPrefix("part_stream.") })
    let all = Set(trial.model.store.parameters.map(\.name))
    let free = TaskTrial(Self.tasks(), on: engine).changed(freezing: ["pose"])
    #expect(free == all.filter { $0.hasPrefix("backbone.") })
  }

  @Test("pretrained weights go into the parts' stream")
  func pretrained() throws {
    let trial = TaskTrial(Self.tasks(), on: engine)
    #expect(trial.model.tasks[0].network.copiesOfBackbone == ["part_stream."])
    let name = "layer4.0.conv1.weight"
    #expect(trial.model.state()["part_stream.\(name)"] != trial.model.state()["backbone.\(name)"])
    trial.model.copyBackbone()
    let state = trial.model.state()
    for (key, tensor) in state where key.hasPrefix("part_stream.") {
      #expect(tensor == state["backbone." + key.dropFirst("part_stream.".count)], "\(key)")
    }
  }

  @Test("the first layer that is not finite is named, that of a map, too")
  func notFinite() throws {
    let trial = TaskTrial(Self.tasks(), on: engine)
    let weight = try trial.require("part_stream.layer2.0.bn1.weight")
    weight.value.values.update(repeating: .greatestFiniteMagnitude)
    #expect(
      trial.model.placeOfNonFinite(in: trial.images, inputs: trial.inputs) == .output(of: "part_stream.layer2.0.bn1"))
    let other = TaskTrial(Self.tasks(), on: engine)
    try other.require("transform.left_arm.theta.bias").load([.infinity, 0, 0, 0, 1, 0])
    #expect(
      other.model.placeOfNonFinite(in: other.images, inputs: other.inputs)
        == .parameter("transform.left_arm.theta.bias"))
  }

  @Test("the work is a second backbone's and that of the small networks")
  func work() {
    let configuration = TaskTrial.configuration(Self.tasks())
    let backbone = configuration.backbone.multiplications(height: 64, width: 32)
    // Behind the convolutions: arms and legs 30×6 and 13×1, the body 30×14 and 13×5.
    let limb = Double(30 * 6 * 9 * 3 * 4 + 13 * 1 * 9 * 4 * 4)
    let body = Double(30 * 14 * 9 * 3 * 4 + 13 * 5 * 9 * 4 * 4)
    #expect(configuration.multiplications(height: 64, width: 32) == 2 * backbone + 4 * limb + body)
  }

  @Test("the map of the image's likeliest identity averages to its logit")
  func maps() throws {
    let trial = TaskTrial(Self.tasks(), on: engine)
    let output = trial.evaluate().output
    let logits = try #require(output.identityLogits[.pose]?.first).tensor.array
    let global = try #require(trial.model.maps(of: output, image: 2, on: engine).global)
    #expect(abs(global.values.reduce(0, +) / 8 - logits[10 + global.predicted]) < 1e-5)
  }

  @Test("the same bits on any number of threads")
  func threads() throws { try TaskTrial.checkThreads(Self.tasks()) }
}
