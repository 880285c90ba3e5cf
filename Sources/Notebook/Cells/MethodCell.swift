import Configuration
import Documents
import Evidence
import Foundation
import Runs
import Support

/// A method as an experiment composes it: its network drawn from the settings, these settings, where it departs from its
/// authors', and how far its arithmetic is from golden numbers.
struct MethodCell: NotebookCell {
  static let kind = "method"
  private let page: MethodPage
  /// The golden cases of its arithmetic, by name.
  private let cases: [String]

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of", "variant", "parity")
    let (experiment, variant) = (try keys.required("of"), try keys.required("variant"))
    page = try notebook.method(experiment, variant)
    cases = try keys["parity"]?.items(count: 1...10).map { try $0.string(maximum: 100) } ?? []
  }

  var name: String {
    let words = page.method.name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    let name = words.joined(separator: "-")
    return CellSource.isName(name) ? name : "method"
  }

  func inputs() throws -> [String] {
    [
      page.method.figure(named: name).svg ?? "", page.method.yaml, try RunJSON.text(of: page.deviations),
      try RunJSON.text(of: page.parity),
    ]
  }

  func render(as name: String) throws -> [CellPart] {
    [.block(.figure(page.method.figure(named: name))), .block(settings)]
      + (page.departures(named: "\(name)-deviations").map { [.table($0)] } ?? []) + parity(named: "\(name)-parity")
  }

  private var settings: Block {
    page.method.yaml.isEmpty
      ? .paragraph("It sets nothing beside what all rows share.")
      : .code(page.method.yaml, title: "Its settings, beside those that all rows share")
  }

  private func parity(named name: String) -> [CellPart] {
    guard !cases.isEmpty else { return [] }
    let found = (page.parity ?? []).filter { cases.contains($0.name) }
    let missing = cases.filter { name in !found.contains { $0.name == name } }
    let gaps = missing.map { name in
      CellPart.gap(
        Typeset("Parity of the golden case \(name) was not measured here. To measure it: ")
          + Typeset([.code(ParityErrors.command)]) + ".")
    }
    return (found.isEmpty ? [] : [.table(ParityErrors.table(found, named: name))]) + gaps
  }
}
