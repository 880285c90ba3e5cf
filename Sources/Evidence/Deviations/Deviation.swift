import Configuration
import Foundation
import Support
import YAML

/// A setting or a rule, where it comes from, and where it is set.
package struct Deviation: Codable, Hashable, Sendable {
  /// Where a setting comes from.
  package enum Origin: String, CaseIterable, Codable, Sendable {
    /// The paper says it.
    case stated
    /// It follows from the paper or from a work that it builds on.
    case inferred
    /// The paper is silent, and one choice had to be made.
    case chosen
    /// The paper says something else; ours departs from it.
    case changed
  }

  /// A word that names it: `rate-new`.
  package var name: String
  package var statement: String
  /// The rows of other methods that it is of alone, by their variants; its origin is then told of that method's own paper.
  package var variants: [String] = []
  /// Where it comes from.
  package var origin: Origin
  /// The paper's words; nil where it has none on this.
  package var quote: String?
  /// Where they stand, or what it is inferred from: `Section 3.5`, `[20]`.
  package var source: String?
  /// Why it is as it is.
  package var reason: String?
  /// The experiment file that sets it; nil for a rule that is no setting.
  package var file: String?
  /// The dotted key there: `train.rate.new`.
  package var key: String?
  /// Its value there, as YAML on one line.
  package var value: String?
  /// The experiments whose runs the value was chosen on; nil where it was chosen by reading alone.
  package var studies: [String]?
  /// The datasets that these are run on, and those that the register names itself.
  package var chosenData: [String]?
  /// What was looked at: `training losses alone`.
  package var chosenBy: String?
  /// Where the program's code has a rule that is no setting.
  package var code: String?
  /// The value's leaves by their path below the key, in the normal form of ``VariedRun``.
  var leaves: [String: String] = [:]
  /// Whether the value is a mapping, whose absence from a plan means that it is off.
  var isMapping = false

  enum CodingKeys: String, CodingKey {
    case name, statement, variants, origin, quote, source, reason, file, key, value, studies, code
    case chosenData = "chosen_data"
    case chosenBy = "chosen_by"
  }

  init(
    _ name: String, _ setting: Setting, base: String, files: inout [String: YAMLValue], project: URL,
    people: (String) throws -> People?
  ) throws {
    let keys = try setting.keys(
      "says", "variants", "origin", "quote", "source", "because", "file", "key", "code", "chosen_on", "chosen_by")
    self.name = name
    statement = try keys.required("says").string(maximum: 300)
    variants = try keys["variants"]?.items(count: 1...100).map { try $0.string(maximum: 1000) } ?? []
    origin = try keys.required("origin").choice()
    quote = try keys["quote"]?.string(maximum: 1000)
    source = try keys["source"]?.string(maximum: 200)
    reason = try keys["because"]?.string(maximum: 500)
    // Of other methods only some of the papers could be had: where it is known from has to be said.
    let isKnown = variants.isEmpty ? quote != nil : source != nil
    if origin == .stated || origin == .changed, !isKnown {
      throw setting.error(
        variants.isEmpty
          ? "what is \(origin.rawValue) needs the paper's words: 'quote'"
          : "what is \(origin.rawValue) of another method needs its 'source'")
    }
    if let choice = keys["chosen_on"] {
      try readChoice(choice, people: people)
      chosenBy = try keys.required("chosen_by").string(maximum: 200)
    } else if let by = keys["chosen_by"] {
      throw by.error("says what was looked at, and 'chosen_on' is missing, which says of which runs")
    }
    if let place = keys["code"] {
      let path = try place.string(maximum: 300)
      guard FileManager.default.fileExists(atPath: project.appendingPathComponent(path).path) else {
        throw place.error("there is no file \(Wording.quoted(path))")
      }
      code = path
    }
    guard let place = keys["key"] else {
      guard code != nil else {
        throw setting.error("needs a 'key' of an experiment file, or the 'code' that has the rule")
      }
      return
    }
    let key = try place.string(maximum: 300)
    let file = try keys["file"]?.string(maximum: 300) ?? base
    let text = try files[file] ?? YAML.parse(contentsOf: project.appendingPathComponent(file), name: file)
    files[file] = text
    guard let value = text.value(at: key) else {
      throw place.error(
        Wording.unknown(
          "\(file) has no key \(Wording.quoted(key))", key,
          among: VariedRun.leaves(of: text).keys.sorted().filter {
            $0.split(separator: ".").first == key.split(separator: ".").first
          }))
    }
    (self.file, self.key, self.value) = (file, key, YAML.inline(value))
    leaves = VariedRun.leaves(of: value)
    isMapping = value.entries != nil
  }
}

extension Deviation {
  /// What `chosen_on` may name.
  package enum People: Hashable, Sendable {
    /// An experiment, and the datasets that its runs are of.
    case experiment(datasets: [String])
    /// A dataset of the registry.
    case dataset
  }

  /// Reads what a value was chosen on: experiments, and datasets by the names of the registry.
  private mutating func readChoice(_ choice: Setting, people: (String) throws -> People?) throws {
    var data: [String] = []
    for item in try choice.items(count: 1...20) {
      let name = try item.string(maximum: 300)
      switch try people(name) {
      case .experiment(let datasets):
        studies = (studies ?? []) + [name]
        data += datasets
      case .dataset: data.append(name)
      case nil: throw item.error("there is no experiment and no dataset \(Wording.quoted(name))")
      }
    }
    chosenData = data.unique
  }
}

extension YAMLValue {
  /// What stands under a dotted key; an item of a list by its place, from 0.
  func value(at key: String) -> YAMLValue? {
    key.split(separator: ".", omittingEmptySubsequences: false).reduce(Optional(self)) { value, part in
      guard case .sequence(let items)? = value?.content else { return value?[key: String(part)] }
      return Int(part).flatMap { items.indices.contains($0) ? items[$0] : nil }
    }
  }
}

/// Every setting and rule of the reproduction with its origin, read from `reports/deviations.yaml`.
package struct DeviationRegister: Hashable, Sendable {
  package var deviations: [Deviation]

  /// Reads the file; the experiment files that it names are read from `project`.
  ///
  /// - Parameter people: what an experiment's name or a dataset's stands for; nil where there is no such name.
  /// - Throws: a `ConfigurationError` that names file, line and key; also where an experiment file has no such key.
  package init(contentsOf file: URL, project: URL, people: (String) throws -> Deviation.People?) throws {
    try self.init(YAML.parse(contentsOf: file), project: project, people: people)
  }

  /// Reads the file's text; `name` is what messages call it.
  package init(
    text: String, name: String, project: URL, people: (String) throws -> Deviation.People? = { _ in nil }
  ) throws {
    try self.init(YAML.parse(text, name: name), project: project, people: people)
  }

  private init(_ value: YAMLValue, project: URL, people: (String) throws -> Deviation.People?) throws {
    let keys = try Setting(value).keys("base", "settings")
    let base = try keys.required("base").string(maximum: 300)
    var files: [String: YAMLValue] = [:]
    deviations = []
    for (name, setting) in try keys.required("settings").entries() {
      deviations.append(
        try Deviation(name, setting, base: base, files: &files, project: project, people: people))
    }
  }
}
