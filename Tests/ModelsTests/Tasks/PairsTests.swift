import Configuration
import Foundation
import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// Pairs of images that are judged by their maps.
struct PairsTests {
  private static let tasks = TaskSet.pairs(PairsTask(width: 8, group: 3))

  @Test("what is known of the network beforehand is what it has", arguments: 1...3)
  func sizes(_ scales: Int) throws {
    for attention in [true, false] {
      let task = PairsTask(scales: scales, width: 8, attention: attention, group: 3, descriptor: attention)
      let network = TaskTrial(.pairs(task), lastStride: 2)
      #expect(network.configuration.parameterCount == network.model.store.parameterCount)
      let output = network.evaluate().output
      #expect(output.vectors.map(\.shape) == (attention ? [[6, 32]] : []))
      #expect(network.model.layout.length == (attention ? 32 : 0))
      #expect(output.pairMaps.map(\.shape) == Array([[6, 2, 1, 8], [6, 4, 2, 8], [6, 8, 4, 8]].prefix(scales)))
      let own = (0..<scales).reduce(0) { sum, n in sum + (2 << (2 * n)) * 8 * ((32 >> n) + (attention ? 1 : 0)) }
      let backbone = network.configuration.backbone.multiplications(height: 64, width: 32)
      #expect(network.configuration.multiplications(height: 64, width: 32) == backbone + Double(own))
    }
  }

  @Test("parameters are named and stored as in the golden case")
  func names() throws {
    let network = TaskTrial(.pairs(PairsTask(scales: 2, width: 8)), lastStride: 2)
    let own = network.model.store.parameters.filter { $0.group == .new }
    #expect(
      own.map { "\($0.name) \($0.storedShape)" } == [
        "laterals.0.weight [8, 32, 1, 1]", "laterals.1.weight [8, 16, 1, 1]", "lateral_bns.0.weight [8]",
        "lateral_bns.0.bias [8]", "lateral_bns.1.weight [8]", "lateral_bns.1.bias [8]",
        "attention.0.weight [1, 8, 1, 1]", "attention.0.bias [1]", "attention.1.weight [1, 8, 1, 1]",
        "attention.1.bias [1]", "pair_bn.weight [16]", "pair_bn.bias [16]", "pair_classifier.weight [2, 16]",
        "pair_classifier.bias [2]",
      ])
    let attention = try network.require("attention.1.weight").value.array
    #expect(attention.contains { $0 != 0 } && attention.allSatisfy { abs($0) < 0.01 })
  }

  @Test("the maps are an hourglass: each finer one adds the coarser one before ReLU")
  func hourglass() throws {
    let network = TaskTrial(Self.tasks, lastStride: 2)
    // A coarse map that is 5 everywhere, finer ones that are −2 of their own.
    for n in 0..<3 {
      try network.require("lateral_bns.\(n).weight").load([Float](repeating: 0, count: 8))
      try network.require("lateral_bns.\(n).bias").load([Float](repeating: [5, -2, -4][n], count: 8))
    }
    let maps = network.evaluate().output.pairMaps.map { Set($0.array) }
    #expect(maps == [[5], [3], [0]])
  }

  @Test("the first of each group is paired with all that are not, the probe first")
  func pairs() throws {
    let network = TaskTrial(Self.tasks, lastStride: 2)
    let pass = network.step()
    guard case .integers(let pairs)? = pass.traces["pairs"] else {
      Issue.record("no pairs are shown")
      return
    }
    #expect(pairs == [0, 1, 0, 2, 0, 4, 0, 5, 3, 1, 3, 2, 3, 4, 3, 5])
    #expect(pass.numbers("pair_logits").count == 16)
    // At first both logits are nearly 0.
    #expect(pass.losses.map(\.task) == [.pairs] && abs(pass.losses[0].value - 0.6931) < 0.02)
  }

  @Test("a batch without a pair has a loss of 0, and one of one identity pairs it with itself")
  func fewImages() {
    let one = TaskTrial(Self.tasks, identities: [2], lastStride: 2)
    #expect(one.step().losses.map(\.value) == [0])
    let same = TaskTrial(Self.tasks, identities: [1, 1, 1], lastStride: 2)
    for _ in 0..<2 { #expect(same.step().losses.allSatisfy { $0.value.isFinite }) }
    #expect(same.model.store.parameters.allSatisfy { $0.value.isFinite })
  }

  @Test("the same bits on any number of threads")
  func threads() throws { try TaskTrial.checkThreads(Self.tasks) }

  @Test("settings are read and written back; what does not fit is named with what to change")
  func settings() throws {
    let task = PairsTask(scales: 2, width: 64, temperature: 6, attention: false, group: 2, descriptor: false)
    #expect(try PairsTask(Setting(task.yaml)) == task)
    #expect(TaskSet.pairs(task).all.map(\.label) == ["pairs (2 scales, no attention)"])
    func complaint(_ change: (inout PairsTask) -> Void) -> String? {
      var task = PairsTask()
      change(&task)
      return TaskTrial.complaint(.pairs(task), height: 64, width: 32)
    }
    #expect(complaint { _ in } == nil)
    #expect(
      complaint { $0.descriptor = false }
        == "no task puts a vector into the descriptor, by which images are ranked; add global to tasks, or take "
        + "descriptor: false away")
    #expect(complaint { $0.scales = 4 } == "tasks.pairs.scales: 4 is out of range; from 1 to 3")
    #expect(complaint { $0.temperature = 0 } == "tasks.pairs.temperature: must be above 0")
    #expect(complaint { $0.group = 1 } == "tasks.pairs.group: 1 is out of range; from 2 to 4096")
    #expect(
      TaskTrial.complaint(Self.tasks, height: 72, width: 32)
        == "the map of 5×2 is enlarged to 9×4 of layer2, which are no multiples; take input sides that are multiples of "
        + "16, or at most 2 scales")
    func complaint(images: Int, groups: Int?) -> String? {
      Self.tasks.fault(inBatchesOf: images, groups: groups, of: [.pairs])?.reason
    }
    #expect(complaint(images: 6, groups: 3) == nil)
    #expect(Self.tasks.fault(inBatchesOf: 7, groups: nil, of: []) == nil, "it sits out")
    #expect(
      complaint(images: 6, groups: nil)
        == "pairs are made of groups of 3 images, and batches come without groups; take train.sampler: { groups: { images: 3 "
        + "} }")
    #expect(complaint(images: 6, groups: 2)?.contains("and batches come in groups of 2; take") == true)
    #expect(
      complaint(images: 3, groups: 3)
        == "a batch of 3 is one group of 3, and so holds no two people; take a batch of at least 6")
  }
}

extension TaskSet {
  /// The pairs task alone.
  static func pairs(_ task: PairsTask) -> TaskSet { .only { $0.pairs = task } }
}
