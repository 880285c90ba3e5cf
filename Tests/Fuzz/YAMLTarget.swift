import Configuration
import Datasets
import Evidence
import Experiments
import Foundation
import YAML

/// YAML texts, all the way into what they describe: the first byte says whether that is an experiment, the registry of
/// datasets, a report's definition, published figures, claims, or an override of the command line.
struct YAMLTarget: FuzzTarget {
  private static let project = URL(fileURLWithPath: "/nonexistent", isDirectory: true)
  private let published: PublishedFigures

  init() throws { published = try FabricatedRecords.published() }

  func feed(_ bytes: [UInt8]) {
    guard let kind = bytes.first else { return }
    let rest = Array(bytes.dropFirst())
    guard let value = try? YAML.parse(bytes: rest, source: .file("fuzz.yaml")) else { return }
    // What is read is written as a text that says the same; a plain word may have got quotes.
    let text = YAML.text(of: value)
    if let again = try? YAML.parse(text, name: "again.yaml") {
      precondition(YAML.text(of: again) == text && Self.words(of: again) == Self.words(of: value), text)
    } else {
      // Quotes and escapes may carry a text that is just within the limits beyond them.
      precondition(rest.count > 10_000, "cannot be read back: \(text)")
    }
    read(String(decoding: rest, as: UTF8.self), value, kind)
  }

  /// Keys and scalars in order.
  private static func words(of value: YAMLValue) -> [String] {
    switch value.content {
    case .scalar(let scalar): [Setting(value).isNull ? "" : scalar.text]
    case .sequence(let items): items.flatMap(words)
    case .mapping(let entries): entries.flatMap { [$0.key] + words(of: $0.value) }
    }
  }

  private func read(_ text: String, _ value: YAMLValue, _ kind: UInt8) {
    switch kind {
    case UInt8(ascii: "d"): _ = try? DatasetRegistry(value)
    case UInt8(ascii: "r"): _ = try? ReportDefinition(text: text, name: "fuzz")
    case UInt8(ascii: "p"): _ = try? PublishedFigures(text: text, name: "fuzz")
    case UInt8(ascii: "c"):
      _ = try? ClaimsLedger(text: text, name: "fuzz", published: published)
    case UInt8(ascii: "v"):
      _ = try? DeviationRegister(text: text, name: "fuzz", project: Self.project) { _ in .dataset }
    case UInt8(ascii: "o"): _ = try? Override(text)
    default:
      guard let trial = try? Trial(resolvedYAML: text, experiment: "fuzz", file: "fuzz.yaml") else { return }
      let written = trial.resolvedYAML()
      let again = try? Trial(resolvedYAML: written, experiment: "fuzz", file: "again.yaml")
      precondition(again == trial, "the plan reads back as another:\n\(written)")
      _ = trial.hash(datasetFingerprint: "0", numericVersion: "2")
    }
  }

  func seeds() throws -> [String: [UInt8]] {
    var seeds: [String: [UInt8]] = [:]
    func add(_ files: [String: [UInt8]], as kind: Character) {
      for (name, bytes) in files where bytes.count < 20_000 {
        seeds["\(kind)-\(name)"] = Array(String(kind).utf8) + bytes
      }
    }
    add(try Project.files(in: "experiments", ending: ".yaml"), as: "e")
    let library = ExperimentLibrary(project: Project.folder)
    for plan in library.survey().plans {
      guard let trial = try plan.trials().first else { continue }
      add([plan.name.replacing("/", with: "-") + "-plan.yaml": Array(trial.resolvedYAML().utf8)], as: "e")
    }
    for (name, bytes) in try Project.files(in: "reports", ending: ".yaml") {
      let kind: Character =
        switch name {
        case "published.yaml": "p"
        case "claims.yaml": "c"
        case "deviations.yaml": "v"
        default: "r"
        }
      add([name: Array(bytes.prefix(19_999))], as: kind)
    }
    add(try Project.files(in: ".", ending: "datasets.yaml"), as: "d")
    add(["override": Array("loss.weights={ global: 1 }".utf8)], as: "o")
    return seeds
  }
}
