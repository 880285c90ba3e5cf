import Datasets
import Documents
import Evidence
import Experiments
import Foundation
import Runs
import Support

/// The reports of a project on some experiments: its definitions, its records, the registry's word on the data, the
/// paper's figures.
struct ProjectReports {
  let project: ProjectOptions
  /// The changes that the plans were made with; the commands that recompute the runs need them too.
  let overrides: [String]
  private let published: PublishedFigures
  private let registry: DatasetRegistry

  init(_ project: ProjectOptions, overrides: [String] = []) throws {
    self.project = project
    self.overrides = overrides
    published = try PublishedFigures(
      contentsOf: project.reports.appendingPathComponent(ReportDefinition.publishedFile))
    registry = try project.registry
  }

  /// The report that a project draws from an experiment, where there is one.
  static func definition(for plan: ExperimentPlan, project: ProjectOptions) throws -> ReportDefinition? {
    try ReportDefinition.find(for: plan.name, table: plan.table, in: project.reports)
  }

  /// A report on one experiment.
  ///
  /// `records` gives the record of a trial, so that who has just run it need not search for it.
  func report(
    _ definition: ReportDefinition, on plan: ExperimentPlan, records: (Trial) throws -> RunRecord?
  ) throws -> Report {
    let source = try self.records(of: plan, records: records)
    return try Report.made(
      of: ReportBasis(definition, records: source, published: published.table(definition.table)))
  }

  /// A report on one experiment from the records on disk, with a warning of those that somebody changed, and how many
  /// older runs of the same settings are left out of it.
  func report(_ definition: ReportDefinition, on plan: ExperimentPlan) throws -> (report: Report, others: Int) {
    let found = try plan.records(in: project.store)
    SealWarning.give(found.map(\.record))
    let records = Dictionary(found.map { ($0.trial, $0.record) }, uniquingKeysWith: { first, _ in first })
    return (try report(definition, on: plan) { records[$0] ?? nil }, found.map(\.others).reduce(0, +))
  }

  /// The ledger of the paper's claims.
  func claims() throws -> ClaimsLedger {
    try ClaimsLedger(
      contentsOf: project.reports.appendingPathComponent(ReportDefinition.claimsFile), published: published)
  }

  /// The register of settings and what varying them cost, with a warning of records that somebody changed.
  static func deviations(in project: ProjectOptions) throws -> DeviationReport {
    let register = try DeviationRegister(
      contentsOf: project.reports.appendingPathComponent(ReportDefinition.deviationsFile), project: project.folder)
    let records = project.store.survey().records
    SealWarning.give(records)
    return DeviationReport(
      register, runs: VariedRun.all(records, in: project.store, complete: YoungerSetting.completed))
  }

  private func records(
    of plan: ExperimentPlan, records: (Trial) throws -> RunRecord?
  ) throws -> ExperimentRecords {
    let trials = try plan.trials().map { ($0.variant, ReportTrial(seed: $0.seed, record: try records($0))) }
    return ExperimentRecords(
      experiment: plan.name, dataset: plan.datasets.joined(separator: ", "),
      isSynthetic: try plan.datasets.contains { try registry.entry(named: $0).isSynthetic },
      variants: plan.variants.map { variant in
        ReportVariant(
          name: variant.name, trials: trials.filter { $0.0 == variant.name }.map(\.1),
          network: ReportNetwork(variant.settings))
      }, command: Self.command(plan.name, overrides), root: project.folder)
  }

  /// The command that makes the runs of experiments under some changes.
  static func command(_ experiments: String, _ overrides: [String]) -> String {
    ShellCommand("aanet", "run", arguments: [experiments] + overrides).text
  }
}

extension ProjectOptions {
  /// Where a report is written unless it is told otherwise.
  func output(of report: String) -> URL {
    let name = String(report.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" })
    return reports.appendingPathComponent("_out", isDirectory: true)
      .appendingPathComponent(name.allSatisfy { $0 == "." } ? "report" : name, isDirectory: true)
  }
}

extension ReportNetwork {
  /// Says in words what settings describe.
  init(_ settings: Settings) {
    let backbone = settings.backbone
    let blocks = backbone.blocks.map(String.init).joined(separator: "-")
    let start = backbone.weights == nil ? "" : ", pretrained"
    self.init(
      backbone: "\(backbone.block.rawValue) blocks \(blocks), width \(backbone.width)\(start)",
      input: "\(settings.input.height) × \(settings.input.width)",
      tasks: settings.combine.isEmpty
        ? settings.tasks.all.map(\.label).joined(separator: ", ")
        : "combines \(Numerals.list(settings.combine.map(\.variant)))",
      training: settings.combine.isEmpty
        ? settings.train.plan.map { "\($0.epochs) × \($0.batch)" }.joined(separator: " + ") : "–")
  }
}
