import Evidence
import Foundation
import Runs
import Support

/// A table that a notebook draws from, under the name that its cells and values use.
package struct NotebookTable: Sendable {
  /// The name: `table3`.
  package var name: String
  /// The report on the experiment's records.
  package var report: Report

  package init(name: String, report: Report) {
    self.name = name
    self.report = report
  }

  /// The row of a name.
  ///
  /// - Throws: a `ConfigurationError` with the nearest name.
  func row(_ word: String, at location: SourceLocation?) throws(ConfigurationError) -> Row {
    let rows = report.rows
    if let row = rows.first(where: { $0.name == word }) { return row }
    throw ConfigurationError(
      at: location, Wording.unknown("\(name) has no row \(Wording.quoted(word))", word, among: rows.map(\.name)))
  }

  /// A digest of all that its cells draw from: definition, records, the paper's figures.
  func digest() throws -> String {
    let source = report.records
    var parts = [
      name, source.experiment, source.dataset, "\(source.isSynthetic)", source.command, "\(report.basis.definition)",
      try RunJSON.text(of: report.published),
    ]
    for variant in source.variants {
      parts += ["variant", variant.name, "\(String(describing: variant.network))"]
      for trial in variant.trials {
        parts.append("\(trial.seed)")
        guard let record = trial.record else { continue }
        parts += [source.folderName(record), record.identity.hash]
        parts.append(try RunJSON.text(of: record.metrics))
        parts.append(try RunJSON.text(of: record.epochs))
        parts.append(try RunJSON.text(of: record.provenance))
      }
    }
    return SHA256.hexadecimal(Data(parts.map { "\($0.utf8.count):\($0)" }.joined().utf8))
  }
}
