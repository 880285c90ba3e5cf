import Configuration
import Foundation

/// Every setting and rule of the reproduction with its origin, read from `reports/deviations.yaml`.
public struct DeviationRegister: Hashable, Sendable {
  /// The file among the reports.
  public static let file = "deviations.yaml"

  /// The settings, in the file's order.
  public var deviations: [Deviation]

  /// Reads the file; the experiment files that it names are read from `project`.
  ///
  /// - Throws: a `ConfigurationError` that names file, line and key; also where an experiment file has no such key.
  public init(contentsOf file: URL, project: URL) throws {
    try self.init(YAML.parse(contentsOf: file), project: project)
  }

  /// Reads the file's text; `name` is what messages call it.
  public init(text: String, name: String, project: URL) throws {
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
