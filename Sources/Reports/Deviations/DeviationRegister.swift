import Configuration
import Foundation
import YAML

/// Every setting and rule of the reproduction with its origin, read from `reports/deviations.yaml`.
package struct DeviationRegister: Hashable, Sendable {
  /// The file among the reports.
  package static let file = "deviations.yaml"

  /// The settings, in the file's order.
  package var deviations: [Deviation]

  /// Reads the file; the experiment files that it names are read from `project`.
  ///
  /// - Throws: a `ConfigurationError` that names file, line and key; also where an experiment file has no such key.
  package init(contentsOf file: URL, project: URL) throws {
    try self.init(YAML.parse(contentsOf: file), project: project)
  }

  /// Reads the file's text; `name` is what messages call it.
  package init(text: String, name: String, project: URL) throws {
    try self.init(YAML.parse(text, name: name), project: project)
  }

  private init(_ value: YAMLValue, project: URL) throws {
    let keys = try Setting(value).keys("base", "settings")
    let base = try keys.required("base").string(maximum: 300)
    var files: [String: YAMLValue] = [:]
    deviations = []
    for (name, setting) in try keys.required("settings").entries() {
      deviations.append(try Deviation(name, setting, base: base, files: &files, project: project))
    }
  }
}
