import Configuration
import Experiments
import Foundation
import Support
import TestSupport
import Testing
import YAML

/// Damaged experiments: a plan that can be written and read back, or an error with a place, and nothing else.
@Suite struct MutatedPlanTests {
  private static let words = [
    ": ", "- ", "&a ", "*a", "<<", "!!str ", "? ", "{", "}", "[", "]", "'", "\"", "|\n", "---\n", "null", "true", "-1",
    "1e999", "nan", "99999999999999999999", "0x10", "\u{FEFF}", "\u{85}", "é", "none", "uncertainty", "[global]", "  ",
  ]

  @Test func damagedPlansAreErrorsOrPlans() throws {
    let project = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..").standardized
    let plans = ExperimentLibrary(project: project).survey().plans
    try #require(!plans.isEmpty)
    for plan in plans.prefix(4) {
      let text = Array(try #require(try plan.trials().first).resolvedYAML().utf8)
      for bytes in Mutations(of: text, words: Self.words, count: 400, name: plan.name) {
        check(bytes)
      }
    }
  }

  private func check(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    do throws(ConfigurationError) {
      _ = try YAML.parse(bytes: bytes, source: .file("plan.yaml"))
      let trial = try Trial(resolvedYAML: text, experiment: "made", file: "plan.yaml")
      let again = try Trial(resolvedYAML: trial.resolvedYAML(), experiment: "made", file: "again.yaml")
      #expect(again == trial, "\(text)")
    } catch {
      #expect(!error.description.isEmpty && !error.description.contains("again.yaml"), "\(error)\n\(text)")
      #expect(error.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }, "\(error)")
    }
  }
}
