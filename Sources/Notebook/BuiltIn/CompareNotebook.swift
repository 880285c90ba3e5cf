import Evidence
import Foundation
import Support

extension RunComparison {
  /// The notebook of the comparison.
  package func notebook(program: String = "") throws -> NotebookReport {
    func cell(_ name: String, _ parts: String...) -> String {
      BuiltIn.cell("compare", "show: [\(([name] + parts).joined(separator: ", "))]", "name: \(name)")
    }
    let text =
      (cautions().isEmpty ? [] : [cell("cautions")]) + [
        "# Figures", cell("metrics", "findings", "deltas"), "# Settings", cell("settings"), "# Training",
        cell("training", "curves"), "# Queries", cell("queries", "flips"),
      ] + (permutationTable() == nil ? [] : [cell("permutation")]) + [
        "# Runs", cell("runs"), "# How each number is computed", cell("methods"),
      ]
    let title = groups.count <= 3 ? groups.map(\.label).joined(separator: " and ") : "\(groups.count) rows side by side"
    let command = ShellCommand(
      "aanet", "compare", arguments: names, options: sorting.map { ShellCommand.option("--sort", $0.name) } ?? [])
    var report = try NotebookReport(
      BuiltIn.source(
        "compare", title: title,
        subtitle: "Compared: \(Wording.list(names.prefix(8).map(\.onOneLine)))\(names.count > 8 ? " …" : "")", text),
      notebook: NotebookContext(comparison: self), command: command.text, program: program)
    report.isKnown = BuiltIn.wasWritten
    return report
  }

  /// A folder's name for comparing these names: of letters and digits, no longer than file systems take.
  package static func folderName(for names: [String]) -> String {
    let joined = names.joined(separator: "_vs_")
    let plain = String(
      joined.map { $0.isASCII && ($0.isLetter || $0.isNumber || "+._-".contains($0)) ? $0 : "-" }
        .drop { $0 == "." })
    // What had to be changed or cut off is told apart by a digest of the whole.
    let isSame = plain == joined.replacing("/", with: "-") && plain.count <= 100 && !plain.isEmpty
    return isSame ? plain : "\(plain.prefix(80))-\(SHA256.hexadecimal(joined.utf8).prefix(8))"
  }
}
