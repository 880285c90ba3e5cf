import Configuration
import Support
import Tensors

/// A layout that the registry describes: where the three lists lie, and what a file's name says.
///
/// ```yaml
/// layout:
///   folders: { train: training, query: probe, gallery: gallery }
///   pattern: '(?<identity>\w+?)_cam(?<camera>\d+)_.*\.jpg'
///   distractors: ['0000']
///   junk: ['-1']
/// ```
package struct OwnLayout: Hashable, Sendable {
  /// Each split's folder within the dataset's.
  package let folders: [DatasetLayout.Split: String]
  /// What names are like, with the groups `identity` and `camera`.
  package let pattern: NamePattern
  /// What stands in a name for "nobody of the dataset"; nil for the benchmarks' `0`, in any number of digits.
  package let distractors: Set<String>?
  /// What stands in a name for a detection that never counts; by default the benchmarks' `-1`.
  package let junk: Set<String>
  /// Where the pattern is written, for messages: `datasets.yaml:12:14: mine.layout.pattern`.
  let patternPlace: String

  /// The groups that a pattern must have.
  static let groups = ["identity", "camera"]
  /// What stands for junk where a layout does not say.
  private static let defaultJunk: Set = ["-1"]

  /// - Throws: ``NamePattern/Fault`` where the pattern is not understood or lacks a group.
  private init(
    folders: [DatasetLayout.Split: String], pattern: String, distractors: Set<String>?, junk: Set<String>,
    patternPlace: String
  ) throws(NamePattern.Fault) {
    self.folders = folders
    self.pattern = try NamePattern(pattern)
    self.distractors = distractors
    self.junk = junk
    self.patternPlace = patternPlace
    for group in Self.groups where !self.pattern.groups.contains(group) {
      let meant = Wording.nearest(to: group, in: self.pattern.groups).map { " (there is \($0.quoted))" } ?? ""
      throw NamePattern.Fault(
        character: 1, reason: "the pattern has no group '\(group)'\(meant): write (?<\(group)>…) around it")
    }
  }

  /// What an identity's text in a name means: a distractor (0), junk (−1) or, as nil, a person.
  func distractorOrJunk(_ text: String) -> Int? {
    if junk.contains(text) { return -1 }
    return (distractors?.contains(text) ?? text.allSatisfy { $0 == "0" }) ? 0 : nil
  }

  /// Decodes what stands under `layout`.
  ///
  /// - Throws: `ConfigurationError` with the place of what is not understood.
  init(_ setting: Setting) throws(ConfigurationError) {
    let keys = try setting.keys("folders", "pattern", "distractors", "junk")
    let places = try keys.required("folders").keys("train", "query", "gallery")
    var folders: [DatasetLayout.Split: String] = [:]
    for split in DatasetLayout.Split.allCases {
      let place = try places.required(split.rawValue)
      let folder = try place.path(to: "folder within the dataset's", suchAs: "images/\(split.rawValue)")
      if let other = folders.first(where: { $0.value == folder })?.key {
        throw place.error("\(Wording.quoted(folder)) is the folder of \(other.rawValue) already")
      }
      folders[split] = folder
    }
    func texts(_ key: String) throws(ConfigurationError) -> Set<String>? {
      guard let setting = keys[key] else { return nil }
      var texts: Set<String> = []
      for item in try setting.items() { texts.insert(try item.string()) }
      return texts
    }
    let (distractors, junk) = (try texts("distractors"), try texts("junk") ?? Self.defaultJunk)
    if let both = distractors?.intersection(junk).sorted().first {
      throw (keys["junk"] ?? setting).error("\(Wording.quoted(both)) is among the distractors already")
    }
    let pattern = try keys.required("pattern")
    let text = try pattern.string()
    do throws(NamePattern.Fault) {
      try self.init(
        folders: folders, pattern: text, distractors: distractors, junk: junk,
        patternPlace: (pattern.location.map { "\($0): " } ?? "") + Wording.printable(pattern.path))
    } catch {
      throw pattern.error(error.description)
    }
  }
}
