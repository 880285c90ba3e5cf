import Evidence
import Experiments

/// The reports that are drawn of some experiments.
struct DrawnReports {
  /// Opened once, for the whole tables as for those in between.
  let reports: ProjectReports
  let ofPlans: [(plan: ExperimentPlan, definition: ReportDefinition)]
  /// The page's name.
  let page: String

  /// Finds them and tries them without records: what is wrong with them is said before training. Nil where there are none.
  ///
  /// - Parameter name: what the experiments were asked for by.
  init?(of plans: [ExperimentPlan], named name: String, overrides: [String], in project: ProjectOptions) throws {
    ofPlans = try plans.compactMap { plan in
      try ProjectReports.definition(for: plan, project: project).map { (plan, $0) }
    }
    guard let first = ofPlans.first else { return nil }
    reports = try ProjectReports(project, overrides: overrides)
    for (plan, definition) in ofPlans { _ = try reports.report(definition, on: plan) { _ in nil } }
    page = plans.count == 1 ? first.definition.output(for: first.plan.name) : name
  }
}
