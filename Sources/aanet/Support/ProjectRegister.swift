import Evidence
import Foundation

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
