import Configuration
import Experiments
import Testing
import YAML

@Suite struct OverrideTests {
  private let text = """
    dataset: d
    tasks: { global: {}, part: { parts: 3 }, attribute: {} }
    train: { epochs: 40 }
    variants:
      a: { tasks: [global], loss: { weights: { global: 1 } } }
      b: { tasks: { part: { parts: 2 } }, train: { epochs: 10 } }
    """

  private func settings(_ overrides: String...) throws -> [Settings] {
    try TemporaryProject.plan(text, overrides).variants.map(\.settings)
  }

  @Test func theyLieOverTheFileAndOverVariants() throws {
    #expect(try settings().map(\.train.epochs) == [40, 10])
    #expect(try settings("train.epochs=5").map(\.train.epochs) == [5, 5])
    #expect(
      try settings("train={epochs: 5, batch: 8}").map { [$0.train.epochs, $0.train.batch] } == [[5, 8], [5, 8]])
    #expect(try settings("train.epochs=5", "train.epochs=6").map(\.train.epochs) == [6, 6])
    #expect(try settings("loss.weights=uncertainty").map(\.loss.weights) == [.uncertainty, .uncertainty])
    #expect(try settings("train.rate.step.at=[1, 2]").map(\.train.rate.step.at) == [[1, 2], [1, 2]])
    #expect(try TemporaryProject.plan(text, ["seeds=[7, 8]"]).seeds == [7, 8])
  }

  @Test func aVariantsChoiceOfTasksStays() throws {
    let changed = try settings("tasks.part.parts=4")
    #expect(changed[0].tasks.enabled == [.global])
    #expect(changed[1].tasks.part == .init(parts: 4))
    let chosen = try settings("tasks=[global, part]", "loss.weights=uncertainty")
    #expect(chosen.map(\.tasks.enabled) == [[.global, .part], [.global, .part]])
    #expect(chosen.map(\.tasks.part?.parts) == [3, 3])
  }

  @Test func aWeightReachesFixedWeights() throws {
    #expect(
      try settings("loss.weights={global: 3, part: 1, attribute: 1}", "tasks=[global, part, attribute]")
        .map(\.loss.weights) == Array(repeating: .fixed([.global: 3, .part: 1, .attribute: 1]), count: 2))
    let fixed = "dataset: d\ntasks: [global]\nvariants: { a: { loss: { weights: { global: 1 } } } }"
    let plan = try TemporaryProject.plan(fixed, ["loss.weights.global=2"])
    #expect(plan.variants[0].settings.loss.weights == .fixed([.global: 2]))
  }

  /// Names of files as people have them: each is one value, whole, whatever it would mean in a YAML file.
  static let names = [
    "weights/my #1.pth", "#1.pth", "a: b.pth", "a:", "'a'.pth", "\"a.pth\"", "it's.pth", "*.pth", "&a.pth", "!a.pth",
    "%a.pth",
    "|", ">", "@a", "`a`", " a.pth", "a.pth ", "a\nb.pth", "a\tb.pth", "- a", "? a", "a, b]", "./[a].pth", "~/a.pth",
    "=a=b",
    "a\\nb", "a\u{A0}b", "--- a", "...", "yes", "1.2.3", "0x1F",
  ]

  @Test(arguments: names) func aValueIsOneValueWhole(_ name: String) throws {
    #expect(try settings("backbone.weights=\(name)").map(\.backbone.weights) == [name, name])
  }

  @Test func numbersTruthsAndNothingAreWhatTheyAreInAFile() throws {
    func value(_ text: String) throws -> YAMLValue { try Override("train.epochs=\(text)").value.withoutLocations }
    for text in ["5", "-5", "+5", "0.1", ".5", "5.", "1e3", "true", "false", "null", "Null", "NULL", "~"] {
      #expect(try value(text) == YAML.parse(text, name: "f").withoutLocations, "\(text)")
      #expect(try value(" \(text)\t") == value(text), "\(text)")
    }
    #expect(try value("True") == .string("True"))
    #expect(try settings("train.rate.step.at= [1,\n 2] ").map(\.train.rate.step.at) == [[1, 2], [1, 2]])
  }

  @Test func theirOriginIsTheCommandLine() throws {
    let variant = try TemporaryProject.plan(text, ["train.epochs=5", "evaluate.rerank={k1: 10}"]).variants[1]
    #expect(variant.location(of: "train.epochs")?.description == "command line, override `train.epochs=5`")
    #expect(
      variant.location(of: "evaluate.rerank.k1")?.description == "command line, override `evaluate.rerank={k1: 10}`")
    #expect(variant.location(of: "evaluate.rerank.k2") == nil)
    #expect(variant.settings.evaluate.rerank == .init(k1: 10))
  }

  static let faults: [(String, String)] = [
    (
      "train.epohcs=5",
      "train.epohcs: unknown setting; did you mean 'epochs'? Known: epochs, batch, optimizer, rate, augment, sampler, shards, precision, gauge, phases"
    ),
    ("epochs=5", "epochs: unknown setting; did you mean 'train.epochs'?"),
    (
      "tarin.epochs=5",
      "tarin: unknown setting; did you mean 'train'? Known: dataset, backbone, input, head, tasks, loss, train, evaluate, combine, seeds, keep"
    ),
    ("train.epochs.x=5", "train.epochs.x: train.epochs has no settings within it"),
    ("train.epochs=", "train.epochs: has no value after the '='"),
    ("train.epochs", "an override has the form path=value, as in train.epochs=5"),
    ("=5", "an override has the form path=value, as in train.epochs=5"),
    ("train.epochs=many", "train.epochs: expected a whole number, found the text 'many' (variant 'a')"),
    ("train.epochs=0", "train.epochs: 0 is out of range; from 1 to 10000 (variant 'a')"),
    (
      "train={epohcs: 5}",
      "train.epohcs: unknown key; did you mean 'epochs'? Known: epochs, batch, optimizer, rate, augment, sampler, shards, precision, gauge, phases"
    ),
    (
      "seeds=[1",
      "no YAML: while parsing a flow sequence: did not find expected ',' or ']' "
        + "(a value that starts with '[' is read as a list)"
    ),
    ("seeds=[1] #2", "the list has an end before '#2'; nothing may follow it"),
    ("seeds=[1] #2]", "the list has an end before '#2]'; nothing may follow it"),
    ("train={epochs: 5} # five", "the mapping has an end before '# five'; nothing may follow it"),
    ("seeds=- 1", "seeds: expected a list, found the text '- 1'"),
    ("train=epochs: 5", "train: expected a mapping (key: value), found the text 'epochs: 5' (variant 'a')"),
    ("train.epochs= ", "train.epochs: has no value after the '='"),
    ("train.epochs=5 # five", "train.epochs: expected a whole number, found the text '5 # five' (variant 'a')"),
    ("seeds=3", "seeds: expected a list, found the number 3"),
    (
      "variants={}",
      "variants: unknown setting; known: dataset, backbone, input, head, tasks, loss, train, evaluate, combine, seeds, keep"
    ),
    ("train.epochs=*a", "train.epochs: expected a whole number, found the text '*a' (variant 'a')"),
    ("train.epochs='5'", "train.epochs: expected a whole number, found the text ''5'' (variant 'a')"),
    ("seeds=[*a]", "the alias '*a' is not read; write the value out (a value that starts with '[' is read as a list)"),
    ("train.batch=1", "train.batch: a batch of 1 has no variance for BatchNorm to divide by; at least 2 (variant 'a')"),
  ]

  @Test(arguments: faults) func messagesNameTheOverride(_ typed: String, _ expected: String) throws {
    #expect(try TemporaryProject.complaint(text, [typed]) == "command line, override `\(typed)`: \(expected)")
  }
}
