import Experiments
import Models
import Testing

/// The messages on settings that are wrong, in full.
@Suite struct SettingsErrorTests {
  /// What is wrong with a file whose second line is `line`.
  private func complaint(_ line: String) throws -> String? {
    try TemporaryProject.complaint("dataset: d\n\(line)\n")
  }

  /// All tasks.
  private static let tasks = TaskName.allCases.map(\.rawValue).joined(separator: ", ")

  static let cases: [(String, String)] = [
    (
      "datset: x",
      "2:1: datset: unknown key; did you mean 'dataset'? Known: dataset, backbone, input, head, tasks, loss, train, evaluate, combine, title, extends, abstract, table, claims, runs, seeds, variants, adjust, keep, source"
    ),
    (
      "tasks: { part: { binnning: kmeans } }",
      "2:18: tasks.part.binnning: unknown key; did you mean 'binning'? Known: parts, binning, reduction"
    ),
    ("tasks: { global: { width: 3 } }", "2:20: tasks.global.width: unknown key; none is known here"),
    (
      "tasks: { prat: {} }",
      "2:10: tasks.prat: unknown key; did you mean 'part'? Known: \(tasks)"
    ),
    (
      "tasks: [global, prat]",
      "2:17: tasks[1]: 'prat' is not known here; did you mean 'part'? Known: \(tasks)"
    ),
    ("tasks: [global, global]", "2:17: tasks[1]: global stands here twice"),
    ("tasks: []", "2:8: tasks: expected at least 1 value, found 0"),
    ("tasks: {}", "2:8: tasks: every task is off; turn one on of \(tasks)"),
    ("tasks: { global: }", "2:18: tasks.global: expected a mapping, {} for the defaults, or none, found nothing"),
    ("tasks: { part: { parts: six } }", "2:25: tasks.part.parts: expected a whole number, found the text 'six'"),
    ("tasks: { part: { parts: 0 } }", "2:25: tasks.part.parts: 0 is out of range; from 1 to 64"),
    (
      "tasks: { part: { binning: kmean } }",
      "2:27: tasks.part.binning: 'kmean' is not known here; did you mean 'kmeans'? Known: kmeans, uniform"
    ),
    (
      "tasks: { global: {}, attention: {} }",
      "2:33: tasks.attention: the attention task needs the attribute task, whose maps it is made of; add attribute to tasks"
    ),
    (
      "tasks: { attribute: {}, attention: { threshold: otzu } }",
      "2:49: tasks.attention.threshold: expected mean, otsu or a fraction of the map's maximum between 0 and 1, found the text 'otzu'"
    ),
    (
      "tasks: { attribute: {}, attention: { threshold: 1.5 } }",
      "2:49: tasks.attention.threshold: a fraction of the map's maximum lies between 0 and 1"
    ),
    (
      "tasks: { attribute: {}, attention: { attributes: [hat, hat] } }",
      "2:56: tasks.attention.attributes[1]: 'hat' stands here twice"
    ),
    (
      "tasks: { attribute: {}, attention: { attributes: hat } }",
      "2:50: tasks.attention.attributes: expected 'default' or a list of attributes, found the text 'hat'"
    ),
    (
      "input: { size: [64, 32] }",
      "2:16: input.size: 6 parts do not fit on a feature map of 4 rows (input height 64, backbone.last_stride 1: one row for 16 pixels); take an input height of at least 81, or at most 4 parts"
    ),
    (
      "{input: {size: [128, 64]}, backbone: {last_stride: 2}, tasks: {part: {parts: 6}}}",
      "2:78: tasks.part.parts: 6 parts do not fit on a feature map of 4 rows (input height 128, backbone.last_stride 2: one row for 32 pixels); take an input height of at least 161, or backbone.last_stride: 1, or at most 4 parts"
    ),
    (
      "{input: {size: [32, 32]}, tasks: {attribute: {}}}",
      "2:16: input.size: the attribute task cuts the map into top, middle and bottom, and there is a feature map of 2 rows (input height 32, backbone.last_stride 1: one row for 16 pixels); take an input height of at least 33"
    ),
    ("input: { size: [128] }", "2:16: input.size: expected 2 values, found 1"),
    ("input: { size: [128, 64.5] }", "2:22: input.size[1]: expected a whole number, found the number 64.5"),
    ("backbone: { blocks: [1, 1, 1] }", "2:21: backbone.blocks: expected 4 values, found 3"),
    (
      "backbone: { block: basis }",
      "2:20: backbone.block: 'basis' is not known here; did you mean 'basic'? Known: basic, bottleneck"
    ),
    ("backbone: { last_stride: 3 }", "2:26: backbone.last_stride: 3 is out of range; from 1 to 2"),
    ("backbone: 50", "2:11: backbone: expected a mapping (key: value), found the number 50"),
    ("backbone: [1]", "2:11: backbone: expected a mapping (key: value), found a list of 1 value"),
    (
      "loss: { weights: uncertain }",
      "2:18: loss.weights: expected 'uncertainty' or a weight for each task, { global: 1, part: 1 }, found the text 'uncertain'"
    ),
    ("loss: { rate: fast }", "2:15: loss.rate: expected a learning rate, or 'new', found the text 'fast'"),
    ("loss: { rate: -1 }", "2:15: loss.rate: -1 is out of range; from 0 to 100"),
    ("loss: { start: 0 }", "2:16: loss.start: 0 is out of range; from 0.001 to 1000"),
    (
      "loss: { terms: every }",
      "2:16: loss.terms: 'every' is not known here; known: task, each"
    ),
    (
      "loss: { weights: { global: 1 } }",
      "2:18: loss.weights: the part task is on and has no weight; add part: 1, or take uncertainty"
    ),
    (
      "{tasks: [global], loss: {weights: {global: 1, part: 1}}}",
      "2:53: loss.weights.part: the part task is off and has a weight; leave the weight out, or add the task to tasks"
    ),
    (
      "{tasks: [global], loss: {weights: {global: 0}}}",
      "2:35: loss.weights: every weight is 0, so nothing would be learned"
    ),
    (
      "{tasks: [global], loss: {weights: {global: -1}}}",
      "2:44: loss.weights.global: -1 is out of range; from 0 to 1000000"
    ),
    ("train: { batch: 1 }", "2:17: train.batch: a batch of 1 has no variance for BatchNorm to divide by; at least 2"),
    ("train: { epochs: 0 }", "2:18: train.epochs: 0 is out of range; from 1 to 10000"),
    ("train: { optimizer: { momentum: 1 } }", "2:33: train.optimizer.momentum: must be below 1, or no step ever fades"),
    ("train: { optimizer: { kind: adam } }", "2:29: train.optimizer.kind: 'adam' is not known here; known: sgd"),
    ("train: { rate: { new: 0 } }", "2:23: train.rate.new: must be above 0"),
    ("train: { rate: { step: { at: [20, 10] } } }", "2:35: train.rate.step.at[1]: epochs must rise; 10 follows 20"),
    ("train: { augment: { flip: yes } }", "2:27: train.augment.flip: expected true or false, found the text 'yes'"),
    (
      "evaluate: { rerank: true }",
      "2:21: evaluate.rerank: expected none or { k1: 20, k2: 6, lambda: 0.3 }, found the text 'true'"
    ),
    ("evaluate: { rerank: { lambda: 2 } }", "2:31: evaluate.rerank.lambda: 2 is out of range; from 0 to 1"),
    (
      "evaluate: { rerank: { variant: d3 } }",
      "2:32: evaluate.rerank.variant: 'd3' is not known here; did you mean 'd2'? Known: d2, d4"
    ),
    ("evaluate: { rerank: { k1: 0 } }", "2:27: evaluate.rerank.k1: 0 is out of range; from 1 to 1000"),
    ("seeds: [1, 1]", "2:12: seeds[1]: the seed 1 stands here twice"),
    ("seeds: [-1]", "2:9: seeds[0]: -1 is out of range; from 0 to 2147483647"),
    ("seeds: []", "2:8: seeds: expected 1 to 1000 values, found 0"),
    ("seeds: 1", "2:8: seeds: expected a list, found the number 1"),
    ("variants: {}", "2:11: variants: expected 1 to 1000 variants, found 0"),
    ("variants: { a: }", "2:16: variants.a: expected a mapping of changes, {} for none, found nothing"),
    (
      "variants: { a: { seeds: [1] } }",
      "2:18: variants.a.seeds: unknown key; known: dataset, backbone, input, head, tasks, loss, train, evaluate, combine"
    ),
    (
      "variants: { a: { train: { epoch: 1 } } }",
      "2:27: variants.a.train.epoch: unknown key; did you mean 'epochs'? Known: epochs, batch, optimizer, rate, augment, sampler, shards, precision, gauge, phases"
    ),
    (
      "variants: { a: {}, b: { train: { epochs: x } } }",
      "2:42: train.epochs: expected a whole number, found the text 'x' (variant 'b')"
    ),
    (
      "variants: { \"a\\nb\": {} }",
      "2:21: variants.a\\u{a}b: a variant's name must not hold control or invisible characters"
    ),
    ("claims: 3", "2:9: claims: expected a list, found the number 3"),
    ("claims: [3]", "2:10: claims[0]: expected a mapping, found the number 3"),
    ("title: [a]", "2:8: title: expected a text, found a list of 1 value"),
    (
      "threads: 2",
      "2:1: threads: unknown key; known: dataset, backbone, input, head, tasks, loss, train, evaluate, combine, title, extends, abstract, table, claims, runs, seeds, variants, adjust, keep, source"
    ),
    ("abstract: true", "2:11: abstract: this file is a base for others to extend, not an experiment"),
    ("abstract: perhaps", "2:11: abstract: expected true or false, found the text 'perhaps'"),
  ]

  @Test(arguments: cases) func messagesNamePlaceAndRemedy(_ line: String, _ expected: String) throws {
    // A line in braces is a whole file's mapping.
    let found =
      line.hasPrefix("{")
      ? try TemporaryProject.complaint("\n{dataset: d, \(line.dropFirst())\n") : try complaint(line)
    let shift = line.hasPrefix("{") ? 12 : 0
    let parts = expected.split(separator: ":", maxSplits: 2).map(String.init)
    let column = try #require(Int(parts[1])) + shift
    #expect(found == "experiments/e.yaml:\(parts[0]):\(column):\(parts[2])")
  }

  @Test func whatAVariantDropsIsCheckedToo() throws {
    let text = "dataset: d\ntasks:\n  global: {}\n  part: { parts: 99 }\nvariants: { a: { tasks: [global] } }\n"
    #expect(
      try TemporaryProject.complaint(text)
        == "experiments/e.yaml:4:18: tasks.part.parts: 99 is out of range; from 1 to 64 (variant 'a')")
    let absent = "dataset: d\ntasks: { global: {} }\nvariants:\n  a: { tasks: [global, part] }\n"
    #expect(
      try TemporaryProject.complaint(absent)
        == "experiments/e.yaml:4:24: tasks[1]: there is no part task to keep; the list chooses among the tasks of the "
        + "settings below it, and { part: {} } in it adds one (variant 'a')")
  }

  @Test func defaultsCanContradictToo() throws {
    #expect(
      try TemporaryProject.complaint("dataset: d\ntasks: [global, attention]\n")
        == "experiments/e.yaml:2:17: tasks.attention: the attention task needs the attribute task, whose maps it is "
        + "made of; add attribute to tasks")
    #expect(
      try TemporaryProject.complaint("train: {}\n") == "experiments/e.yaml:1:1: dataset: is missing and has no default")
    #expect(throws: (any Error).self) { try Settings(dataset: "d", input: .init(height: 32, width: 32)).check() }
    #expect(throws: Never.self) { try Settings(dataset: "d").check() }
  }
}
