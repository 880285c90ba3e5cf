import Configuration
import Foundation

/// What a report reports, read from `reports/<name>.yaml`.
public struct ReportDefinition: Hashable, Sendable {
  /// Its name, that of the file: `ablation`.
  public var name: String
  /// Its title.
  public var title: String
  /// The experiment that it draws from: `quickstart/table3`.
  public var experiment: String
  /// The published table that stands beside: `table3`.
  public var table: String
  /// Paragraphs of introduction. They hold no digit, so that no number is typed by hand.
  public var introduction: [String]

  /// The file of published figures, which lies among the reports.
  public static let publishedFile = "published.yaml"

  /// Reads a report's definition.
  ///
  /// Throws a `ConfigurationError` that names file, line and key.
  public init(contentsOf file: URL) throws {
    try self.init(YAML.parse(contentsOf: file), name: file.deletingPathExtension().lastPathComponent)
  }

  /// Reads a report's definition from text.
  public init(text: String, name: String) throws {
    try self.init(YAML.parse(text, name: "\(name).yaml"), name: name)
  }

  private init(_ value: YAMLValue, name: String) throws {
    let keys = try Setting(value).keys("title", "experiment", "table", "introduction")
    self.name = name
    title = try keys.required("title").string()
    experiment = try keys.required("experiment").string()
    table = try keys.required("table").string()
    introduction = try (keys["introduction"]?.items() ?? []).map { paragraph in
      let text = try paragraph.string(maximum: 4000)
      guard !text.contains(where: \.isWholeNumber) else {
        throw paragraph.error("holds a number; numbers come from the runs and from \(Self.publishedFile)")
      }
      return text
    }
  }

  /// The reports that a folder defines, by name.
  public static func names(in folder: URL) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") && $0 != publishedFile }.map { String($0.dropLast(5)) }.sorted()
  }

  /// Finds a report by name.
  ///
  /// Throws a `ReportError` with the nearest name where there is none, a `ConfigurationError` where it is faulty.
  public static func find(_ name: String, in folder: URL) throws -> ReportDefinition {
    let names = names(in: folder)
    guard names.contains(name) else {
      throw ReportError(Wording.unknown("\(Wording.quoted(name)) is no report", name, among: names))
    }
    return try ReportDefinition(contentsOf: folder.appendingPathComponent("\(name).yaml"))
  }
}
