import Foundation
import TestSupport
import Testing

/// The same plan in several folders, on other numbers of threads, run by run or two runs at once, ends in the same tables,
/// byte for byte.
@Suite struct SameTablesTests {
  /// The tiny experiment in the place of the ablation, with the project's own definition of its report.
  private func project() throws -> TinyProject {
    let project = try TinyProject()
    let settings = TinyProject.experiment.split(separator: "\n").prefix { !$0.hasPrefix("seeds") }
    try project.folder.write(
      """
      \(settings.joined(separator: "\n"))
      table: table3
      seeds: [1, 2]
      variants:
        Lg: { tasks: [global], loss: { weights: { global: 1 } } }
        Lg+Lp: { tasks: [global, part], loss: { weights: { global: 1, part: 1 } } }

      """, to: "experiments/quickstart/table3.yaml")
    for file in ["reports/ablation.yaml", "reports/published.yaml"] {
      let source = ReportCommandTests.package.appendingPathComponent(file)
      try project.folder.write(try String(contentsOf: source, encoding: .utf8), to: file)
    }
    return project
  }

  @Test func theSameTablesInAnotherFolderOnOtherThreads() throws {
    let projects = [try project(), try project(), try project()]
    let options = [
      ["--threads", "1", "--loader-threads", "1"], ["--threads", "2", "--loader-threads", "3", "--at-once", "1"],
      ["--threads", "4", "--at-once", "2"],
    ]
    let outcomes = try zip(projects, options).map { project, options in
      try BuiltCommand.run(["run", "quickstart/table3"] + options, in: project.url)
    }
    for outcome in outcomes { #expect(outcome.status == 0, "\(outcome.complaints)") }
    #expect(outcomes[0].output.contains("Lg → Lg+Lp"), "\(outcomes[0].output)")
    for other in outcomes.dropFirst() { #expect(outcomes[0].output == other.output) }
    let tables = projects[0].folder.files().filter {
      // What runs were made with is told apart from what they measured.
      $0.wholeMatch(of: /reports\/_out\/.*\/table[^\/]*\.(csv|tex)/) != nil
    }
    #expect(tables.count >= 2, "\(projects[0].folder.files())")
    for table in tables {
      let texts = try projects.map { try String(contentsOf: $0.url.appendingPathComponent(table), encoding: .utf8) }
      #expect(Set(texts).count == 1, "\(table)")
    }
  }
}
