import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// The masked early map, and the verification of pairs beside it.
struct MaskTests {
  private static let joint = TaskSet(only: [.global, .mask, .verification])

  @Test("what is known of the network beforehand is what it has", arguments: MaskTask.Low.allCases)
  func sizes(_ low: MaskTask.Low) throws {
    for channels in MaskTask.Channels.allCases {
      for lastStride in [1, 2] {
        var tasks = Self.joint
        tasks.mask = MaskTask(low: low, channels: channels)
        let network = TaskTrial(tasks, lastStride: lastStride)
        #expect(network.configuration.parameterCount == network.model.store.parameterCount)
        let names = network.model.store.parameters.map(\.name)
        #expect(names.contains("local.layer\(low.stage + 1).0.conv1.weight"))
        #expect(!names.contains { $0.hasPrefix("local.layer\(low.stage).") })
        let output = network.evaluate().output
        #expect(output.vectors.map(\.shape) == network.model.layout.vectors.map { [6, $0.width] })
        // Two descriptors and nothing of the verification.
        #expect(network.model.layout.slots == [.global, .local])
        let multiplications = network.configuration.multiplications(height: 64, width: 32)
        let backbone = network.configuration.backbone
        let own = backbone.multiplications(height: 64, width: 32, fromStage: low.stage + 1)
        let map = backbone.extent(of: 64) * backbone.extent(of: 32)
        let depth = channels == .one ? 1 : backbone.channels(ofStage: low.stage)
        #expect(
          multiplications == backbone.multiplications(height: 64, width: 32) + own + Double(map * 32 * depth))
      }
    }
  }

  @Test("parameters are named and stored as in the golden case, and the mask starts near one half")
  func names() throws {
    let network = TaskTrial(Self.joint)
    let own = network.model.store.parameters.filter { $0.group == .new }
    #expect(
      own.map { "\($0.name) \($0.storedShape)" }.filter { !$0.contains("global_head") } == [
        "mask.weight [1, 32, 1, 1]", "mask.bias [1]", "local_head.reduce.weight [6, 32]", "local_head.bn.weight [6]",
        "local_head.bn.bias [6]", "local_head.classifier.weight [5, 6]", "local_head.classifier.bias [5]",
        "verification.weight [2, 12]", "verification.bias [2]",
      ])
    #expect(network.model.names(of: "backbone").contains("local.layer3.0.conv1.weight"))
    #expect(!network.model.names(of: "backbone").contains("local_head.reduce.weight"))
    let mask = network.train().numbers("mask")
    #expect(mask.count == 6 * 4 * 2 && mask.allSatisfy { abs($0 - 0.5) < 0.05 })
  }

  @Test("with the backbone's numbers in its stages and a mask of 1 the local map is the feature map")
  func neutral() throws {
    let network = TaskTrial(TaskSet(only: [.mask]))
    network.model.copyBackbone()
    try network.require("mask.weight").load([Float](repeating: 0, count: 32))
    try network.require("mask.bias").load([40])
    let pass = network.evaluate(isTraced: true)
    #expect(pass.numbers("local") == pass.output.features.tensor.array)
  }

  @Test("a mask of 0 leaves finite numbers and gradients")
  func saturated() throws {
    let network = TaskTrial(Self.joint)
    try network.require("mask.bias").load([-200])
    for _ in 0..<3 { #expect(network.step().losses.allSatisfy { $0.value.isFinite }) }
    #expect(network.model.store.parameters.allSatisfy { $0.value.isFinite })
  }

  @Test("the verification weighs both kinds of pairs alike; a kind that is missing adds nothing")
  func kinds() throws {
    // At first all logits are nearly 0: each cross-entropy is log 2.
    let log2 = 0.6931
    for (identities, expected) in [
      ([0, 4, 2, 0, 1, 4], log2), ([0, 1, 2, 3, 4], log2 / 2), ([1, 1, 1, 1], log2 / 2), ([3], 0),
    ] {
      let network = TaskTrial(Self.joint, identities: identities)
      let losses = network.train().losses
      #expect(losses.map(\.task) == [.global, .mask, .verification])
      #expect(abs(losses[2].value - expected) < 0.02, "\(identities): \(losses[2].value)")
    }
  }

  @Test("the vectors of a task that sits out count as equal")
  func sittingOut() throws {
    let network = TaskTrial(Self.joint)
    let losses = network.step(tasks: [.mask, .verification]).losses
    #expect(losses.map(\.task) == [.mask, .verification] && losses.allSatisfy { $0.value.isFinite })
    // Columns of what sat out get no gradient.
    _ = network.train(tasks: [.global, .verification])
    let gradient = try network.require("verification.weight").gradient.array
    #expect(gradient[0..<6].contains { $0 != 0 } && gradient[6..<12].allSatisfy { $0 == 0 })
  }

  @Test("the same bits on any number of threads")
  func threads() throws { try TaskTrial.checkThreads(Self.joint) }

  @Test("frozen stages stay, and the mask learns through them")
  func frozen() throws {
    let network = TaskTrial(Self.joint)
    let before = network.model.state()
    network.model.freeze(["backbone"])
    network.step(statistics: .running)
    let changed = Set(network.model.state().filter { before[$0.key] != $0.value }.keys)
    #expect(changed.contains("mask.weight") && changed.contains("verification.weight"))
    #expect(changed.allSatisfy { !$0.hasPrefix("local.") && !$0.hasPrefix("backbone.") })
  }

  @Test("what does not fit is named with the settings to change")
  func faults() {
    #expect(TaskTrial.complaint(Self.joint, height: 64, width: 32) == nil)
    #expect(
      TaskTrial.complaint(Self.joint, height: 40, width: 32)
        == "the mask is enlarged from 3×2 to 5×4 of layer2, which are no multiples; take input sides that are multiples of "
        + "16, or mask another map")
    var third = Self.joint
    third.mask?.low = .layer3
    #expect(TaskTrial.complaint(third, height: 40, width: 32) == nil, "layer3's map is as large as layer4's")
    #expect(
      TaskTrial.complaint(TaskSet(only: [.verification]), height: 64, width: 32)
        == "the verification task reads the descriptor's vectors of the tasks before it, and none gives one; add global "
        + "to tasks")
    #expect(TaskSet(only: [.mask]).all.map(\.label) == ["mask"] && third.all.map(\.label)[1] == "mask (layer3)")
  }
}
