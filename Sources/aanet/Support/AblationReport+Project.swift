import Configuration
import Datasets
import Experiments
import Foundation
import Reports
import Runs

extension AblationReport {
  /// Gathers a report of a project: a plan's trials, their records, the registry's word on the data, the paper's table.
  ///
  /// `records` gives the record of a trial, so that who has just run it need not search for it. `overrides` are the
  /// changes that the plan was made with; the command that recomputes the runs needs them too.
  init(
    _ definition: ReportDefinition, plan: ExperimentPlan, overrides: [String] = [], project: ProjectOptions,
    records: (Trial) throws -> RunRecord?
  ) throws {
    let published = try PublishedFigures(
      contentsOf: project.reports.appendingPathComponent(ReportDefinition.publishedFile))
    let registry = try DatasetRegistry(project: project.folder)
    let trials = try plan.trials().map { ($0.variant, ReportTrial(seed: $0.seed, record: try records($0))) }
    self.init(
      title: definition.title, introduction: definition.introduction, experiment: plan.name,
      dataset: plan.datasets.joined(separator: ", "),
      isSynthetic: try plan.datasets.contains { try registry.entry(named: $0).isSynthetic },
      variants: plan.variants.map { variant in
        ReportVariant(name: variant.name, trials: trials.filter { $0.0 == variant.name }.map(\.1))
      },
      published: try published.table(definition.table),
      command: (["aanet", "run", plan.name] + overrides).map(Self.shellWord).joined(separator: " "),
      root: project.folder)
  }

  /// The report that a project draws from an experiment, where there is one, with the folder that it is written to.
  static func definition(for experiment: String, project: ProjectOptions) throws -> ReportDefinition? {
    try ReportDefinition.names(in: project.reports).map { try ReportDefinition.find($0, in: project.reports) }
      .first { $0.experiment == experiment }
  }

  /// A word as a shell reads it back, quoted where it must be.
  static func shellWord(_ word: String) -> String {
    let isPlain =
      !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-=,+:".contains($0)) }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}

extension ProjectOptions {
  /// Where a report is written unless it is told otherwise.
  func output(of report: String) -> URL {
    reports.appendingPathComponent("_out", isDirectory: true).appendingPathComponent(report, isDirectory: true)
  }
}
