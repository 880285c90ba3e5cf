import Experiments
import Models
import Testing

/// What an error tells a person to write is written, and is right.
@Suite struct SettingsAdviceTests {
  /// A file with a fault, the words that say what to do, and what they may be taken to mean.
  struct Advice: CustomTestStringConvertible {
    let fault: String
    let words: String
    let remedies: [String]
    var overrides: [String] = []

    var testDescription: String { words }
  }

  private static let tall = "input: { size: [%, 32] }"

  static let cases: [Advice] = [
    Advice(
      fault: "tasks: [global, attention]", words: "add attribute to tasks",
      remedies: ["tasks: [global, attribute, attention]"]),
    Advice(
      fault: "{tasks: {global: {}, part: {}}, loss: {weights: {global: 1}}}", words: "add part: 1, or take uncertainty",
      remedies: [
        "{tasks: {global: {}, part: {}}, loss: {weights: {global: 1, part: 1}}}",
        "{tasks: {global: {}, part: {}}, loss: {weights: uncertainty}}",
      ]),
    Advice(
      fault: "{tasks: [global], loss: {weights: {global: 1, part: 1}}}",
      words: "leave the weight out, or add the task to tasks",
      remedies: [
        "{tasks: [global], loss: {weights: {global: 1}}}",
        "{tasks: [global, part], loss: {weights: {global: 1, part: 1}}}",
      ]),
    Advice(
      fault: "input: { size: [64, 32] }", words: "take an input height of at least 81, or at most 4 parts",
      remedies: ["input: { size: [81, 32] }", "{input: {size: [64, 32]}, tasks: {part: {parts: 4}}}"]),
    Advice(
      fault: "{input: {size: [128, 64]}, backbone: {last_stride: 2}, tasks: {part: {}}}",
      words: "take an input height of at least 161, or backbone.last_stride: 1, or at most 4 parts",
      remedies: [
        "{input: {size: [161, 64]}, backbone: {last_stride: 2}, tasks: {part: {}}}",
        "{input: {size: [128, 64]}, backbone: {last_stride: 1}, tasks: {part: {}}}",
        "{input: {size: [128, 64]}, backbone: {last_stride: 2}, tasks: {part: {parts: 4}}}",
      ]),
    Advice(
      fault: "{input: {size: [32, 32]}, tasks: {attribute: {}}}", words: "take an input height of at least 33",
      remedies: ["{input: {size: [33, 32]}, tasks: {attribute: {}}}"]),
    Advice(
      fault: "tasks: {}", words: "turn one on of global, part, attribute, attention",
      remedies: ["tasks: { global: {} }", "tasks: { part: {} }", "tasks: { attribute: {} }"]),
    Advice(
      fault: "tasks: { global: }", words: "expected a mapping, {} for the defaults, or none",
      remedies: ["tasks: { global: {} }", "tasks: { global: none, part: {} }"]),
    Advice(
      fault: "{tasks: {global: {}}, variants: {a: {tasks: [global, part]}}}", words: "{ part: {} } in it adds one",
      remedies: ["{tasks: {global: {}}, variants: {a: {tasks: [global, {part: {}}]}}}"]),
    Advice(
      fault: "loss: { weights: uncertain }",
      words: "expected 'uncertainty' or a weight for each task, { global: 1, part: 1 }",
      remedies: [
        "loss: { weights: uncertainty }", "{tasks: {global: {}, part: {}}, loss: {weights: {global: 1, part: 1}}}",
      ]),
    Advice(
      fault: "evaluate: { rerank: true }", words: "expected none or { k1: 20, k2: 6, lambda: 0.3 }",
      remedies: ["evaluate: { rerank: none }", "evaluate: { rerank: { k1: 20, k2: 6, lambda: 0.3 } }"]),
    Advice(
      fault: "tasks: { attribute: {}, attention: { threshold: otzu } }",
      words: "expected mean, otsu or a fraction of the map's maximum between 0 and 1",
      remedies: ["mean", "otsu", "0.5"].map { "tasks: { attribute: {}, attention: { threshold: \($0) } }" }),
    Advice(
      fault: "tasks: { attribute: {}, attention: { attributes: hat } }",
      words: "expected 'default' or a list of attributes",
      remedies: ["default", "[hat]"].map { "tasks: { attribute: {}, attention: { attributes: \($0) } }" }),
    Advice(
      fault: "variants: { a: }", words: "expected a mapping of changes, {} for none", remedies: ["variants: { a: {} }"]),
    Advice(fault: "train: { batch: 1 }", words: "at least 2", remedies: ["train: { batch: 2 }"]),
    Advice(
      fault: "train: { augment: { flip: yes } }", words: "expected true or false",
      remedies: ["train: { augment: { flip: true } }", "train: { augment: { flip: false } }"]),
    Advice(
      fault: "head: { width: &w 4 }", words: "share settings with extends or variants",
      remedies: ["{head: {width: 4}, variants: {a: {}, b: {}}}"]),
    Advice(fault: "head: { width: *w }", words: "write the value out", remedies: ["head: { width: 4 }"]),
    Advice(fault: "head: { width: !!int 4 }", words: "leave it out", remedies: ["head: { width: 4 }"]),
    Advice(
      fault: "head: { <<: { width: 4 } }", words: "share settings with extends or variants",
      remedies: ["{variants: {a: {head: {width: 4}}}}"]),
    Advice(fault: "seeds: 1", words: "expected a list", remedies: ["seeds: [1]"]),
  ]

  @Test(arguments: cases) func whatIsAdvisedIsRight(_ advice: Advice) throws {
    func complaint(_ text: String) throws -> String? {
      try TemporaryProject.complaint(
        text.hasPrefix("{") ? "{dataset: d, \(text.dropFirst())\n" : "dataset: d\n\(text)\n", advice.overrides)
    }
    let found = try complaint(advice.fault) ?? "accepted"
    #expect(found.contains(advice.words), "\(found)")
    for remedy in advice.remedies { #expect(try complaint(remedy) == nil, "\(remedy)") }
  }

  /// Overrides: what is typed, the advice, and what to type instead.
  static let overrides: [(String, String, String)] = [
    ("train.epochs", "an override has the form path=value, as in train.epochs=5", "train.epochs=5"),
    ("epochs=5", "did you mean 'train.epochs'?", "train.epochs=5"),
    ("train=epochs: 5", "expected a mapping (key: value)", "train={epochs: 5}"),
    ("seeds=1", "expected a list", "seeds=[1]"),
    ("seeds=[1] [2]", "expected <document start> (a value that starts with '[' is read as a list)", "seeds=[1, 2]"),
    ("seeds=[1] # one", "nothing may follow it", "seeds=[1]"),
    ("backbone.weights=", "has no value after the '='", "backbone.weights=none"),
    ("loss.weights=uncertain", "expected 'uncertainty' or a weight for each task", "loss.weights=uncertainty"),
  ]

  @Test(arguments: overrides) func whatIsAdvisedToTypeIsRight(_ typed: String, _ words: String, _ remedy: String) throws
  {
    let found = try TemporaryProject.complaint("dataset: d\n", [typed])
    #expect(found?.contains(words) == true, "\(found ?? "accepted")")
    #expect(try TemporaryProject.complaint("dataset: d\n", [remedy]) == nil)
  }

  /// Files that name each other: what is wrong, the advice, and the file as it ought to be.
  /// What is nothing wrong and worth a line before training.
  @Test func whatIsWorthALine() {
    var settings = Settings(dataset: "d")
    settings.tasks = TaskSet(only: [.boxes])
    settings.input = .init(height: 64, width: 32)
    settings.loss = LossSettings(weights: .fixed([.boxes: 3]))
    #expect(settings.remarks.count == 2)
    #expect(settings.remarks.first?.contains("8 parts on a feature map of 4 rows") == true)
    #expect(settings.remarks.last?.contains("the boxes task's weight 3 times the learning rate 0.1 is 0.3") == true)
    settings.tasks.boxes?.parts = 4
    settings.loss = LossSettings(weights: .fixed([.boxes: 2]))
    #expect(settings.remarks.isEmpty)
    settings.train.rate.new = 0.11
    #expect(settings.remarks.count == 1)
    settings.loss = LossSettings(weights: .uncertainty)
    #expect(settings.remarks.isEmpty)
  }

  @Test func filesThatNameOthers() throws {
    let project = try TemporaryProject([
      "experiments/base/b.yaml": "abstract: true\n", "experiments/a/t.yaml": "dataset: d\nvariants: { x: {}, y: {} }\n",
      "experiments/c/t.yaml": "dataset: d\n",
    ])
    func expect(_ text: String, _ words: String, _ remedy: String, line: Int = #line) throws {
      try project.write(text, to: "experiments/a/e.yaml")
      #expect(
        project.complaint("a/e")?.contains(words) == true, "line \(line): \(project.complaint("a/e") ?? "accepted")")
      try project.write(remedy, to: "experiments/a/e.yaml")
      #expect(project.complaint("a/e") == nil, "line \(line)")
    }
    try expect(
      "dataset: d\nextends: /base/b.yaml\n", "a path relative to this file is expected, as in ../base/quickstart.yaml",
      "dataset: d\nextends: ../base/b.yaml\n")
    try expect(
      "dataset: d\nextends: ../base/bb.yaml\n", "did you mean 'b.yaml'?", "dataset: d\nextends: ../base/b.yaml\n")
    try expect(
      "seeds: [1]\nruns: { experiment: a/t }\n", "leave out 'seeds'", "runs: { experiment: a/t }\n")
    try expect(
      "runs: { experiment: a/s }\n", "did you mean 'a/t'?", "runs: { experiment: a/t, variants: [y] }\n")
    let several = try #require(project.complaint("t"))
    #expect(several.hasSuffix("write one of a/t, c/t"))
    #expect(project.complaint("a/t") == nil && project.complaint("c/t") == nil)
  }

  /// A base that only its heirs complete is no fault of its own; a value in it that nothing can mend is.
  @Test func basesAreJudgedAsFarAsTheySpeak() throws {
    let project = try TemporaryProject([
      "experiments/base/b.yaml": "abstract: true\ntasks: { global: {}, part: { parts: 6 } }\n",
      "experiments/base/small.yaml": "abstract: true\nextends: b.yaml\ninput: { size: [64, 32] }\n",
      "experiments/e.yaml": "extends: base/small.yaml\ndataset: d\ntasks: { part: { parts: 4 } }\n",
    ])
    #expect(project.library.survey().faults.map(\.description) == [])
    #expect(project.library.survey().plans.map(\.name) == ["e"])
    try project.write("extends: base/small.yaml\ndataset: d\n", to: "experiments/e.yaml")
    #expect(
      project.library.survey().faults.map(\.description) == [
        "experiments/base/b.yaml:2:37: tasks.part.parts: 6 parts do not fit on a feature map of 4 rows (input height 64, "
          + "backbone.last_stride 1: one row for 16 pixels); take an input height of at least 81, or at most 4 parts "
          + "(in experiments/e.yaml)"
      ])
    try project.write("abstract: true\ntrain: { epochs: many }\n", to: "experiments/base/wrong.yaml")
    #expect(
      project.library.survey().faults.contains {
        $0.description
          == "experiments/base/wrong.yaml:2:18: train.epochs: expected a whole number, found the text 'many'"
      })
  }
}
