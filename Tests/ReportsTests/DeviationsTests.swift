import Configuration
import Evidence
import Foundation
import Testing
import YAML

/// The register of settings and what varying them cost; no figure here was ever measured.
struct DeviationsTests {
  static func register() throws -> DeviationRegister {
    try DeviationRegister(
      contentsOf: Fabricated.package.appendingPathComponent("reports/deviations.yaml"), project: Fabricated.package
    ) { _ in .experiment(datasets: ["others"]) }
  }

  private func run(_ plan: String, seed: Int, _ mAP: Double, started: String = "1", data: String = "feed") throws
    -> VariedRun
  {
    try VariedRun(
      plan: "dataset: drawn\nseeds: [\(seed)]\nvariants: { any: {} }\n\(plan)", name: "plan.yaml", fingerprint: data,
      seed: seed, started: started, mAP: mAP)
  }

  /// The register is read at all: every key and every file that it names exists, which reading checks.
  @Test func everySettingHasItsPlace() throws {
    let deviations = try Self.register().deviations
    #expect(deviations.count > 60)
    #expect(deviations.allSatisfy { ($0.key == nil) != ($0.value != nil) && ($0.key != nil || $0.code != nil) })
    #expect(deviations.first { $0.name == "rate-new" }?.value == "0.1")
    #expect(deviations.first { $0.name == "input-size" }?.value == "[384, 128]")
    #expect(deviations.contains { $0.name == "global-map" && $0.origin == .chosen })
    #expect(Set(deviations.map(\.origin)) == Set(Deviation.Origin.allCases))
  }

  /// Every setting of the paper's experiments, but for one that decides no result, has a row.
  @Test func noSettingIsLeftOut() throws {
    let file = Fabricated.package.appendingPathComponent("experiments/base/paper.yaml")
    let keys = Set(try Self.register().deviations.compactMap(\.key))
    var path: [(indent: Int, key: String)] = []
    var missing: [String] = []
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      guard let match = line.firstMatch(of: /^( *)([a-z_]+):\s*([^#\s]?)/) else { continue }
      let indent = match.1.count
      path.removeAll { $0.indent >= indent }
      path.append((indent, String(match.2)))
      let key = path.map(\.key).joined(separator: ".")
      let isLeaf = !match.3.isEmpty && match.3 != "#"
      if isLeaf, !keys.contains(key) { missing.append(key) }
    }
    #expect(missing == ["abstract", "title", "evaluate.rerank", "evaluate.batch"])
  }

  /// Every other method of the comparisons says where it departs, and nothing is said of a row that there is not.
  @Test func everyMethodHasItsDepartures() throws {
    let own = ["Global only", "AANet-50", "AANet-152"]
    let file = Fabricated.package.appendingPathComponent("experiments/base/paper-comparison.yaml")
    let names = try #require(YAML.parse(contentsOf: file)[key: "variants"]?.entries).map(\.key)
    let register = try Self.register().deviations
    #expect(Set(register.flatMap(\.variants)) == Set(names).subtracting(own))
    for deviation in register where !deviation.variants.isEmpty {
      #expect(deviation.source != nil, "\(deviation.name)")
      guard let key = deviation.key, key.hasPrefix("variants.") else { continue }
      #expect(deviation.variants.contains { key.hasPrefix("variants.\($0).") }, "\(deviation.name) is set by \(key)")
    }
    #expect(register.first { $0.name == "rpp-induce" }?.value == "5", "an item of a list is named by its place")
  }

  @Test(.enabled(if: PaperText.isThere)) func quotesOccurInThePaper() throws {
    for deviation in try Self.register().deviations {
      if let quote = deviation.quote { #expect(try PaperText.has(quote), "\(deviation.name)") }
    }
  }

  @Test func costsComeFromRunsThatDifferInOneSettingAlone() throws {
    let fixed = "loss: { weights: { global: 1, part: 1 } }\ntrain: { epochs: 16 }"
    let learned = "loss: { weights: uncertainty }\ntrain: { epochs: 16 }"
    let runs = [
      try run(learned, seed: 1, 40), try run(learned, seed: 2, 50), try run(fixed, seed: 1, 38),
      try run(fixed, seed: 2, 49),
      // An older run of the same, other data, another second setting: none of them counts.
      try run(fixed, seed: 1, 90, started: "0"), try run(fixed, seed: 1, 90, data: "beef"),
      try run(fixed.replacing("16", with: "17"), seed: 1, 90),
    ]
    let report = DeviationReport(try Self.register(), runs: runs)
    let varied = report.rows.filter { !$0.costs.isEmpty }
    #expect(varied.map(\.setting.name) == ["loss-weights"])
    let cost = try #require(varied.first?.costs.first)
    #expect(varied.first?.costs.count == 1 && cost.gain == -1.5 && cost.pairs == 2)
    #expect(cost.value == "{ global: 1.0, part: 1.0 }" && cost.dataset == "drawn")
    #expect(abs(try #require(cost.noise) - 12.706 * 0.5) < 0.01)
    #expect(report.findings.contains { $0.contains("Varied alone") && $0.contains("homoscedastic") })
    #expect(report.terminal(width: 100).contains("−1.50 ± 6.35"))
  }

  /// A plan without a plain setting has the program's own value, one without a task has it off, and what belongs to a task
  /// that is off has no value at all.
  @Test func whatAPlanLeavesOut() throws {
    let thirds = "tasks: { attribute: { reduction: mean } }"
    let whole = "tasks: { attribute: { reduction: mean, regions: whole } }"
    let both = "tasks: { attribute: { reduction: mean }, attention: { attributes: default, threshold: mean } }"
    let runs = try [thirds, whole, both].enumerated().map { try run($1, seed: 1, 40 + Double($0)) }
    let costs = DeviationReport(try Self.register(), runs: runs).rows.reduce(into: [String: [String]]()) {
      if !$1.costs.isEmpty { $0[$1.setting.name] = $1.costs.map(\.value) }
    }
    #expect(costs == ["attribute-regions": ["whole"], "attention-task": ["off"]])
  }

  /// How weights are learned is said of learned ones alone; fixed ones are compared with those that are learned as the
  /// register has it.
  @Test func whatFixedWeightsDoNotSay() throws {
    let terms = try #require(try Self.register().deviations.first { $0.name == "loss-terms" }?.value)
    let other = terms == "each" ? "task" : "each"
    let runs = [
      try run("loss: { weights: uncertainty, terms: \(terms), rate: new, start: 1 }", seed: 1, 40),
      try run("loss: { weights: uncertainty, terms: \(other), rate: new, start: 1 }", seed: 1, 70),
      try run("loss: { weights: { global: 1 } }", seed: 1, 42),
    ]
    let costs = DeviationReport(try Self.register(), runs: runs).rows.reduce(into: [String: [Double]]()) {
      if !$1.costs.isEmpty { $0[$1.setting.name] = $1.costs.map(\.gain) }
    }
    #expect(costs == ["loss-weights": [2], "loss-terms": [30]])
  }

  @Test func theSameNumberIsTheSameSetting() throws {
    let one = try run("train: { optimizer: { momentum: 0.9, weight_decay: 0.0005 } }", seed: 1, 40)
    let other = try run("train: { optimizer: { momentum: 0.90, weight_decay: 5e-4 } }", seed: 1, 50)
    let changed = try run("train: { optimizer: { momentum: 0.5, weight_decay: 5e-4 } }", seed: 1, 45)
    let report = DeviationReport(try Self.register(), runs: [one, other, changed])
    #expect(report.rows.filter { !$0.costs.isEmpty }.map(\.setting.name) == ["momentum"])
    #expect(report.table().sections.flatMap(\.rows).contains { $0.last?.plain.contains("noise unknown") == true })
  }

  @Test func tableHasEveryRow() throws {
    let report = DeviationReport(try Self.register(), runs: [])
    let table = report.table()
    #expect(table.sections.map { $0.title?.plain } == ["stated", "inferred", "chosen", "changed"])
    #expect(table.sections.flatMap(\.rows).count == report.rows.count)
    #expect(table.sections.flatMap(\.rows).allSatisfy { $0.count == 5 })
    #expect(report.findings.contains("None was varied alone between the runs on disk."))
  }

  /// A value that runs chose says on whom and by what, beside whom the tables are measured on.
  @Test func choicesNameTheirPeople() throws {
    let register = try DeviationRegister(
      text: """
        base: experiments/base/paper.yaml
        settings:
          own: { says: own, origin: chosen, key: train.epochs, chosen_on: [studies/learned-weights], chosen_by: losses }
          other: { says: other, origin: chosen, key: train.epochs, chosen_on: [study/table3], chosen_by: losses }
          named: { says: named, origin: chosen, key: train.epochs, chosen_on: [market1501], chosen_by: losses }
          read: { says: read, origin: chosen, key: train.epochs }
        """, name: "deviations.yaml", project: Fabricated.package
    ) { name in
      switch name {
      case "studies/learned-weights": .experiment(datasets: ["synthetic-duke-choice"])
      case "study/table3": .experiment(datasets: ["synthetic-duke-study"])
      default: .dataset
      }
    }
    let data = register.deviations.map(\.chosenData)
    #expect(
      data == [["synthetic-duke-choice"], ["synthetic-duke-study"], ["market1501"], nil]
        && register.deviations[0].studies == ["studies/learned-weights"])
    var made = try run("train: { epochs: 1 }", seed: 1, 40)
    made.experiment = "studies/learned-weights"
    let report = DeviationReport(register, runs: [made])
    let table = try #require(report.choices("chosen", measuredOn: ["synthetic-duke-study", "market1501"]))
    #expect(
      table.words.map { $0[2] } == [
        "synthetic-duke-study and market1501: other people",
        "synthetic-duke-study and market1501; synthetic-duke-study is both",
        "synthetic-duke-study and market1501; market1501 is both",
      ])
    #expect(table.words.map { $0[4] } == ["studies/learned-weights (1 here)", "study/table3 (not here)", "—"])
    #expect(report.terminal(width: 200).contains("; chosen on synthetic-duke-choice by losses"))
    let none = try DeviationRegister(
      text: "base: experiments/base/paper.yaml\nsettings: { it: { says: s, origin: chosen, key: train.epochs } }",
      name: "deviations.yaml", project: Fabricated.package)
    #expect(DeviationReport(none, runs: []).choices("chosen", measuredOn: []) == nil)
  }

  /// Whatever the register says that a study chose, names it.
  @Test func everyStudyThatChoseIsNamed() throws {
    for deviation in try Self.register().deviations {
      let words = [deviation.source, deviation.reason].compactMap { $0 }.joined()
      guard words.contains("losses after sixteen") || words.contains("training loss ends") else { continue }
      #expect(deviation.studies != nil && deviation.chosenBy != nil, "\(deviation.name)")
    }
  }

  @Test(arguments: [
    ("origin: stated, key: train.epochs", "needs the paper's words"),
    ("origin: changed, variants: [PCB], key: train.epochs", "of another method needs its 'source'"),
    ("origin: chosen, key: train.epoch", "did you mean 'train.epochs'?"), ("origin: chosen", "needs a 'key'"),
    ("origin: chosen, code: Sources/None.swift", "there is no file"), ("origin: guessed", "known"),
    ("origin: chosen, key: seeds, file: experiments/none.yaml", "cannot be read"),
    (
      "origin: chosen, key: train.epochs, chosen_on: [studies/none], chosen_by: losses",
      "there is no experiment and no dataset 'studies/none'"
    ),
    ("origin: chosen, key: train.epochs, chosen_on: [studies/learned-weights]", "chosen_by: is missing"),
    ("origin: chosen, key: train.epochs, chosen_by: losses", "'chosen_on' is missing"),
  ])
  func faults(_ what: String, _ words: String) throws {
    #expect("\(words)") {
      try DeviationRegister(
        text: "base: experiments/base/paper.yaml\nsettings: { it: { says: s, \(what) } }", name: "deviations.yaml",
        project: Fabricated.package, people: { $0 == "studies/none" ? nil : .dataset })
    } throws: { "\($0)".contains(words) }
  }
}
