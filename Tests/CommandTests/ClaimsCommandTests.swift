import Foundation
import TestSupport
import Testing

/// `aanet claims` and `aanet verify` in a project made up for the test; no figure here was ever measured.
@Suite struct ClaimsCommandTests {
  /// A project with the ledger of one ordering whose rows the made-up runs measure a point apart.
  private static func project(finished: Int = 4, above: String = "Lg+Lp", below: String = "Lg") throws
    -> TemporaryFolder
  {
    let project = try ReportCommandTests.project(finished: finished)
    try project.write(
      """
      claims:
        it: { says: It improves, quote: q, source: s, table: table3, tolerance: 0.25, above: \(above), below: \(below), gains: { mAP: \(above == "Lg" ? "-" : "")3.43 } }

      """, to: "reports/claims.yaml")
    return project
  }

  private struct Ledger: Decodable {
    struct Judgement: Decodable {
      var verdict: String
      var measured: Double?
      var seeds: Int
    }
    var passes: Bool
    var findings: [String]
    var judgements: [Judgement]
  }

  /// This project's own register: each value that runs chose names the people of those runs, found by the experiments' files.
  @Test func registerFindsWhomValuesWereChosenOn() throws {
    struct Register: Decodable {
      struct Row: Decodable { var setting: Named }
      struct Named: Decodable {
        var name: String
        var studies: [String]?
        var chosen_data: [String]?
      }
      var rows: [Row]
    }
    let folder = try TemporaryFolder()
    let outcome = try BuiltCommand.run(
      [
        "claims", "--deviations", "--format", "json", "--project", ReportCommandTests.package.path, "--runs",
        folder.url.path,
      ],
      in: folder.url)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let chosen = try JSONDecoder().decode(Register.self, from: Data(outcome.output.utf8)).rows.map(\.setting)
      .filter { $0.studies != nil }
    #expect(chosen.count > 4)
    #expect(chosen.first { $0.name == "loss-terms" }?.chosen_data == ["synthetic-duke-choice"])
    #expect(chosen.allSatisfy { $0.chosen_data?.isEmpty == false }, "\(chosen)")
  }

  @Test func jsonHasVerdictsAndFindings() throws {
    let project = try Self.project()
    let outcome = try BuiltCommand.run(["claims", "--format", "json"], in: project.url)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let ledger = try JSONDecoder().decode(Ledger.self, from: Data(outcome.output.utf8))
    // Lg has 40 and 41, Lg+Lp 42 and 43: two points in both seeds.
    #expect(ledger.judgements.map(\.verdict) == ["reproduced"] && ledger.judgements.map(\.seeds) == [2])
    #expect(abs((ledger.judgements[0].measured ?? 0) - 2) < 1e-9)
    #expect(ledger.passes && ledger.findings.first == "Of 1 claim: 1 reproduced.")
  }

  @Test func aContradictionIsExitCodeOne() throws {
    let project = try Self.project(above: "Lg", below: "Lg+Lp")
    let outcome = try BuiltCommand.run(["claims"], in: project.url)
    #expect(outcome.status == 1, "\(outcome.complaints)")
    #expect(outcome.output.contains("opposite") && outcome.output.contains("It improves"))
  }

  @Test func whatIsNotAttemptedPasses() throws {
    let outcome = try BuiltCommand.run(["claims", "--strict"], in: try Self.project(finished: 0).url)
    #expect(outcome.status == 0 && outcome.output.contains("not attempted"))
  }

  @Test func aWrongLedgerIsExitCodeTwo() throws {
    let project = try Self.project()
    try project.write("claims: { it: { sayz: it holds } }\n", to: "reports/claims.yaml")
    let outcome = try BuiltCommand.run(["claims"], in: project.url)
    #expect(outcome.status == 2)
    #expect(outcome.complaints.contains("claims.yaml:1") && outcome.complaints.contains("did you mean 'says'?"))
  }

  @Test func aPageIsVerified() throws {
    let project = try Self.project()
    let made = try BuiltCommand.run(["report", "ablation"], in: project.url)
    #expect(made.status == 0, "\(made.complaints)")
    let page = project.url.appendingPathComponent("reports/_out/ablation/index.html")
    // The made-up runs carry no ranks: their files are compared, their figures cannot be recomputed.
    let sound = try BuiltCommand.run(["verify", page.path], in: project.url)
    #expect(sound.status == 0, "\(sound.output)\(sound.complaints)")
    #expect(sound.output.contains("No figure on the page can be recomputed."))
    #expect(sound.output.contains("4 of its 4 runs are on disk"))
    // A record that was changed since.
    try ReportCommandTests.run(1, in: project, hash: "0123456789ab", level: 0.9)
    let changed = try BuiltCommand.run(["verify", page.path, "--format", "json"], in: project.url)
    #expect(changed.status == 1)
    #expect(changed.output.contains("metrics.json") && changed.output.contains("\"agrees\" : false"))
    let strange = try BuiltCommand.run(["verify", "datasets.yaml"], in: project.url)
    #expect(strange.status == 2 && strange.complaints.contains("is no HTML page"))
  }
}
