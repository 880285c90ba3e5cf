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

  /// The report that a project defines for an experiment, where it does.
  static func definition(for plan: ExperimentPlan, project: ProjectOptions) throws -> ReportDefinition? {
    try ReportDefinition.find(for: plan.name, table: plan.table, in: project.reports)
  }

  /// What is drawn of an experiment that somebody asks to see: the report that is defined for it, else its variants.
  static func shown(of plan: ExperimentPlan, project: ProjectOptions) throws -> ReportDefinition {
    try definition(for: plan, project: project) ?? ReportDefinition(ofVariants: plan.name, title: plan.title)
  }

  /// A report on one experiment.
  ///
  /// `records` gives the record of a trial, so that who has just run it need not search for it.
  func report(
    _ definition: ReportDefinition, on plan: ExperimentPlan,
    hasDiverged: (Trial) -> Bool = { _ in false },
    records: (Trial) throws -> RunRecord?
  ) throws -> Report {
    let source = try self.records(of: plan, hasDiverged: hasDiverged, records: records)
    return try Report.made(
      of: ReportBasis(definition, records: source, published: definition.table.map(published.table)))
  }

  /// A report on one experiment from the records on disk, with a warning of those that somebody changed, and how many
  /// older runs of the same settings are left out of it.
  ///
  /// - Parameter allSeeds: whether seeds count too that runs on disk have and the plan does not name.
  func report(
    _ definition: ReportDefinition, on plan: ExperimentPlan, allSeeds: Bool = false
  ) throws -> (report: Report, others: Int) {
    let plan = try allSeeds ? plan.addingSeeds(in: project.store) : plan
    let found = try plan.records(in: project.store)
    SealWarning.give(found.map(\.record))
    let records = Dictionary(found.map { ($0.trial, $0.record) }, uniquingKeysWith: { first, _ in first })
    let drawn = try report(
      definition, on: plan, hasDiverged: { (records[$0] ?? nil).map(self.hasDiverged) ?? false },
      records: { records[$0] ?? nil })
    return (drawn, found.map(\.others).reduce(0, +))
  }

  /// Whether a run's numbers stopped being finite.
  private func hasDiverged(_ record: RunRecord) -> Bool {
    record.metrics == nil && project.store.failure(of: record.identity)?.kind == .diverged
  }

  /// The ledger of the paper's claims.
  func claims() throws -> ClaimsLedger {
    try ClaimsLedger(
      contentsOf: project.reports.appendingPathComponent(ReportDefinition.claimsFile), published: published)
  }

  /// The register of settings and what varying them cost, with a warning of records that somebody changed.
  static func deviations(in project: ProjectOptions) throws -> DeviationReport {
    let register = try DeviationRegister(of: project)
    let records = project.store.survey().records
    SealWarning.give(records)
    return DeviationReport(
      register, runs: VariedRun.all(records, in: project.store, complete: YoungerSetting.completed))
  }

  private func records(
    of plan: ExperimentPlan, hasDiverged: (Trial) -> Bool, records: (Trial) throws -> RunRecord?
  ) throws -> ExperimentRecords {
    var trials = try plan.trials().map { trial in
      (trial.variant, ReportTrial(seed: trial.seed, record: try records(trial), hasDiverged: hasDiverged(trial)))
    }
    // Of the seeds that a study took up, each variant has as many as it needed.
    for variant in plan.variants {
      while let last = trials.lastIndex(where: { $0.0 == variant.name }),
        trials[last].1.record == nil, !trials[last].1.hasDiverged, plan.addedSeeds.contains(trials[last].1.seed)
      { trials.remove(at: last) }
    }
    return ExperimentRecords(
      experiment: plan.name, datasets: plan.datasets,
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
    return folder.appendingPathComponent("reports/_out", isDirectory: true)
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

extension DeviationRegister {
  /// The register of a project's settings, with what its values were chosen on looked up among its experiments and datasets.
  init(of project: ProjectOptions) throws {
    let experiments = Set(project.library.names())
    try self.init(
      contentsOf: project.reports.appendingPathComponent(ReportDefinition.deviationsFile), project: project.folder
    ) { name in
      if experiments.contains(name) { return .experiment(datasets: try project.library.plan(name).datasets) }
      return try project.registry.entries[name] == nil ? nil : .dataset
    }
  }
}
