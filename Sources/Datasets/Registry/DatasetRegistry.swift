import Configuration
import Foundation
import Support
import YAML

/// The datasets that experiments can name: `datasets.yaml` at the root of the project.
///
/// ```yaml
/// market1501:                          # the name
///   root: data/Market-1501-v15.09.15   # see DatasetPlaces
///   layout: market1501                 # or dukemtmc, or a description (OwnLayout)
///   attributes: market_attribute.mat   # in the dataset's folder; may be left out
///   attribute_scheme: market1501       # or dukemtmc: which attributes these are, where the layout is one's own
///   cues:                              # joints and labels of its images (CueSettings); may be left out
///     keypoints: { file: keypoints.json }
///   synthetic: false                   # true where `aanet data make` draws it; may be left out
///   scale: small                       # how large it draws it; may be left out
///   seed: 1                            # the seed that it draws it with: other people; may be left out
///   homepage: https://…                # where it comes from: homepage, licence, standing, attributes_homepage
///   expect:                            # what `aanet data verify` counts against; each may be left out
///     query: { images: 3368, identities: 750, cameras: 6 }
/// ```
package struct DatasetRegistry: Sendable {
  package let entries: [String: DatasetEntry]
  /// Where they were read, for messages.
  package let source: String

  /// The registry's file at the root of a project.
  package static let fileName = DatasetLayout.fileName

  /// Gathers entries; of two of the same name the last one counts.
  package init(_ entries: [DatasetEntry], source: String = fileName) {
    self.entries = Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
    self.source = source
  }

  /// Reads the registry of a project.
  ///
  /// - Throws: `ConfigurationError` where the file cannot be read or says something that is not understood.
  package init(project: URL) throws(ConfigurationError) {
    let file = project.appendingPathComponent(Self.fileName, isDirectory: false)
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw ConfigurationError(
        at: nil, "there is no \(Wording.printable(file.path)); go to a project's folder, or name it with --project")
    }
    try self.init(YAML.parse(contentsOf: file, name: Self.fileName), source: Self.fileName)
  }

  /// Decodes a registry.
  ///
  /// - Throws: `ConfigurationError` at the first key or value that is not understood, with the nearest word.
  package init(_ value: YAMLValue, source: String = fileName) throws(ConfigurationError) {
    var entries: [DatasetEntry] = []
    for (name, setting) in try Setting(value).entries() {
      let keys = try setting.keys(
        "root", "layout", "attributes", "attribute_scheme", "cues", "synthetic", "scale", "seed", "homepage",
        "licence", "standing", "attributes_homepage", "expect")
      let layout = try Self.layout(try keys.required("layout"))
      if let attributes = keys["attributes"], layout.attributeScheme == nil, keys["attribute_scheme"] == nil {
        throw attributes.error(
          "with a layout of one's own, 'attribute_scheme' says whose attributes the file lists: "
            + Wording.list(BenchmarkLayout.allCases.map(\.rawValue)))
      }
      let isSynthetic = try keys["synthetic"]?.bool() ?? false
      entries.append(
        DatasetEntry(
          name: name,
          root: try keys.required("root").string(),
          layout: layout,
          attributes: try keys["attributes"]?.string(),
          scheme: try keys["attribute_scheme"]?.choice(of: BenchmarkLayout.self).attributeScheme,
          cues: try keys["cues"].map { setting throws(ConfigurationError) in
            try CueSettings(setting, isDrawn: isSynthetic)
          }
            ?? CueSettings(),
          isSynthetic: isSynthetic,
          scale: try keys["scale"].map(Self.scale),
          seed: UInt64(try keys["seed"]?.int(in: 0...Int(Int32.max)) ?? 1),
          expectation: try keys["expect"].map { setting throws(ConfigurationError) in try DatasetExpectation(setting) },
          origin: DatasetOrigin(
            homepage: try keys["homepage"]?.string(), licence: try keys["licence"]?.string(),
            standing: try keys["standing"]?.string(), attributesHomepage: try keys["attributes_homepage"]?.string())))
    }
    self.init(entries, source: source)
  }

  /// A benchmark's name, or the description of a layout of one's own.
  private static func layout(_ setting: Setting) throws(ConfigurationError) -> DatasetLayout {
    guard setting.value.entries == nil else { return .own(try OwnLayout(setting)) }
    return .benchmark(try setting.choice())
  }

  private static func scale(_ setting: Setting) throws(ConfigurationError) -> String {
    let name = try setting.string()
    guard DatasetEntry.isScale(name) else { throw setting.error(DatasetEntry.unknownScale(name)) }
    return name
  }

  /// The entry of a name.
  ///
  /// - Throws: ``PlainError`` with the nearest name and all that there are.
  package func entry(named name: String) throws(PlainError) -> DatasetEntry {
    if let entry = entries[name] { return entry }
    throw PlainError(
      Wording.unknown("\(source) has no dataset", naming: name, among: entries.keys.sorted()))
  }
}
