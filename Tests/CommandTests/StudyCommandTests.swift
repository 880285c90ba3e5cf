import Experiments
import Foundation
import Runs
import TestSupport
import Testing

/// `aanet run --plan` and `--until-decided`, with a network that trains in a moment.
@Suite struct StudyCommandTests {
  /// Two rows of Table 3 under two seeds, and one ordering of them.
  static func project() throws -> TinyProject {
    let project = try TinyProject()
    try project.folder.write(
      """
      dataset: tiny
      table: table3
      backbone: { block: basic, blocks: [1, 1, 1, 1], width: 8 }
      input: { size: [96, 32] }
      head: { width: 8 }
      train: { epochs: 1, batch: 8, rate: { new: 0.05 } }
      evaluate: { batch: 16 }
      seeds: [1, 2]
      variants:
        Lg: { tasks: [global], loss: { weights: { global: 1 } } }
        Lg+Lp: { tasks: [global, part], loss: { weights: { global: 1, part: 1 } } }

      """, to: "experiments/quickstart/table3.yaml")
    let package = ReportCommandTests.package
    for file in ["reports/ablation.yaml", "reports/published.yaml"] {
      try project.folder.write(
        try String(contentsOf: package.appendingPathComponent(file), encoding: .utf8), to: file)
    }
    try project.folder.write(
      """
      claims:
        it: { says: It improves, quote: q, source: s, table: table3, tolerance: 0.25, above: Lg+Lp, below: Lg, gains: { mAP: 3.43 } }

      """, to: "reports/claims.yaml")
    return project
  }

  private struct Study: Decodable, Equatable {
    struct Experiment: Decodable, Equatable {
      var name: String
      var seeds: [Int]
    }
    struct Judgement: Decodable, Equatable {
      struct Sequence: Decodable, Equatable {
        struct Reading: Decodable, Equatable {
          var pairs: Int
          var p: Double
          var p_tolerance: Double
        }
        var reading: Reading
        var p_holm: Double
        var decision: String
      }
      var sequence: Sequence
      var measured: Double
    }
    var experiments: [Experiment]
    var open: Int
    var judgements: [Judgement]
  }

  private static let command = [
    "run", "table3", "--until-decided", "--most-seeds", "3", "--threads", "1", "--format", "json",
  ]

  private func study(_ outcome: BuiltCommand.Outcome) throws -> Study {
    try JSONDecoder().decode(Study.self, from: Data(outcome.output.utf8))
  }

  private func runs(in project: TinyProject) -> [RunIdentity] {
    RunStore(root: project.url.appendingPathComponent("runs")).identities()
  }

  /// Seeds are added, with the names that the file would give them; what was lost comes out the same, also where two
  /// processes share it.
  @Test func seedsAreAddedAndDecideAlike() throws {
    let project = try Self.project()
    let outcome = try BuiltCommand.run(Self.command, in: project.url)
    // Three seeds cannot decide, whatever they say.
    #expect(outcome.status == 3, "\(outcome.complaints)")
    #expect(outcome.complaints.contains("next: quickstart/table3: seed 3"))
    #expect(
      outcome.complaints.contains(
        "1 ordering still open; to go on, with more hours or seeds: aanet run table3 "))
    let first = try study(outcome)
    #expect(
      first.experiments == [.init(name: "quickstart/table3", seeds: [1, 2, 3])] && first.open == 1)
    #expect(
      first.judgements.map(\.sequence.reading.pairs) == [3]
        && first.judgements[0].sequence.decision == "open")
    let made = runs(in: project)
    #expect(made.count == 6)
    // Listed in the file, they are the same runs.
    let listed = try BuiltCommand.run(
      ["run", "table3", "seeds=[1, 2, 3]", "--format", "json"], in: project.url)
    #expect(
      listed.status == 0 && listed.complaints.contains("6 runs were finished before"),
      "\(listed.complaints)")
    // The reports take the added seed where they are told to.
    for (options, count) in [([], 2), (["--all-seeds"], 3)] {
      let claims = try BuiltCommand.run(["claims", "--format", "json"] + options, in: project.url)
      #expect(try study(claims, seeds: count), "\(claims.complaints)")
    }
    // Half of it is lost, and two processes make it anew.
    for run in made where (run.seed + run.variant.count) % 2 == 0 {
      try FileManager.default.removeItem(
        at: RunStore(root: project.url.appendingPathComponent("runs")).folder(for: run))
    }
    let other = try StartedCommand(Self.command, in: project.url)
    let second = try BuiltCommand.run(Self.command, in: project.url)
    #expect(other.end() == 3 && second.status == 3, "\(second.complaints)")
    #expect(try study(second) == first && runs(in: project) == made)
  }

  private func study(_ outcome: BuiltCommand.Outcome, seeds: Int) throws -> Bool {
    struct Ledger: Decodable { var judgements: [Study.Judgement] }
    let ledger = try JSONDecoder().decode(Ledger.self, from: Data(outcome.output.utf8))
    return ledger.judgements.map(\.sequence.reading.pairs) == [seeds]
  }

  /// Before anything is trained it says what that takes; the bytes are those of the runs that are made then.
  @Test func aPlanForetellsRunsAndDisk() throws {
    struct Cost: Decodable {
      var runs: Int
      var seconds: Double?
      var bytes: Int?
    }
    struct Plan: Decodable {
      struct Row: Decodable {
        var variant: String
        var runs, finished, epochs, images: Int
        var images_per_second: Double?
        var cost: Cost
      }
      var rows: [Row]
      var total: Cost
      var at_once: Int
      var machine: String
    }
    func plan(_ project: TinyProject, _ options: String...) throws -> Plan {
      let outcome = try BuiltCommand.run(
        ["run", "tiny", "--plan", "--format", "json", "--threads", "1"] + options, in: project.url)
      #expect(outcome.status == 0, "\(outcome.complaints)")
      return try JSONDecoder().decode(Plan.self, from: Data(outcome.output.utf8))
    }
    let project = try TinyProject()
    let before = try plan(project)
    #expect(
      !FileManager.default.fileExists(atPath: project.url.appendingPathComponent("runs").path))
    #expect(before.rows.map(\.variant) == ["all", "plain"] && before.total.runs == 2)
    #expect(
      before.rows.allSatisfy {
        $0.epochs == 3 && $0.images == 144 && ($0.images_per_second ?? 0) > 0
      })
    #expect((before.total.seconds ?? 0) > 0 && before.machine.contains("1 thread, "))
    // Two at once end with the longer one; each row's time is that of its own process.
    let both = try plan(project, "--at-once", "2")
    #expect(before.at_once == 1 && both.at_once == 2)
    #expect(both.total.seconds == both.rows.compactMap(\.cost.seconds).max())
    let text = try BuiltCommand.run(["run", "tiny", "--plan", "--threads", "1"], in: project.url)
    #expect(text.output.contains("2 runs to train: about ") && text.output.contains("Images/s"))
    let made = try BuiltCommand.run(["run", "tiny", "--threads", "1"], in: project.url)
    #expect(made.status == 0, "\(made.complaints)")
    for run in runs(in: project) {
      let folder = RunStore(root: project.url.appendingPathComponent("runs")).folder(for: run)
      let bytes = try FileManager.default.contentsOfDirectory(atPath: folder.path).reduce(0) {
        sum, file in
        let facts = try FileManager.default.attributesOfItem(
          atPath: folder.appendingPathComponent(file).path)
        return sum + (facts[.size] as? Int ?? 0)
      }
      let foretold = try #require(before.rows.first { $0.variant == run.variant }?.cost.bytes)
      #expect(
        abs(Double(foretold) / Double(bytes) - 1) < 0.03, "\(run.variant): \(foretold), \(bytes)")
    }
    let after = try plan(project)
    #expect(
      after.rows.allSatisfy { $0.finished == 1 && $0.cost.runs == 0 } && after.total.bytes == 0)
  }

  @Test func whatDoesNotGoTogetherIsRefused() throws {
    let project = try Self.project()
    for (arguments, words) in [
      (["--hours", "2"], "--hours belongs to --until-decided"),
      (["--correction", "holm"], "--correction belongs to --until-decided"),
      (["--until-decided", "--plan"], "take one of them"),
      (["--until-decided", "--hours", "0"], "above 0"),
      (["--until-decided", "--most-seeds", "1"], "2 to 1000"),
      (["--until-decided", "--variant", "Lg"], "leave"),
    ] {
      let outcome = try BuiltCommand.run(["run", "table3"] + arguments, in: project.url)
      #expect(outcome.status == 2 && outcome.complaints.contains(words), "\(outcome.complaints)")
    }
    let tiny = try BuiltCommand.run(["run", "tiny", "--until-decided"], in: project.url)
    #expect(tiny.status == 2 && tiny.complaints.contains("nothing to decide"), "\(tiny.complaints)")
    let both = try BuiltCommand.run(["claims", "--plan", "--deviations"], in: project.url)
    #expect(both.status == 2 && both.complaints.contains("take one of them"))
  }
}
