extension Table {
  /// The table as a LaTeX float in the style of `booktabs`.
  func latex() -> String {
    var lines = [
      "\\begin{table}[t]", "\\centering", "\\caption{\(caption.latex)}", "\\label{tab:\(name)}", "\\smallskip",
    ]
    let format = columns.map { $0.alignment.isLeading ? "l" : "r" }.joined()
    lines += ["\\begin{tabular}{@{}\(format)@{}}", "\\toprule"]
    if !groups.isEmpty {
      let heads = spans.map { span in
        group(of: span.columns.lowerBound).map {
          "\\multicolumn{\(span.columns.count)}{c}{\($0.title.latex)}"
        } ?? ""
      }
      lines.append(heads.joined(separator: " & ") + " \\\\")
      lines += spans.filter { $0.group != nil }.map {
        "\\cmidrule(lr){\($0.columns.lowerBound + 1)-\($0.columns.upperBound)}"
      }
    }
    lines.append(columns.map(\.title.latex).joined(separator: " & ") + " \\\\")
    for section in sections {
      lines.append("\\midrule")
      if let title = section.title {
        lines.append("\\multicolumn{\(columns.count)}{@{}l}{\\textit{\(title.latex)}} \\\\")
      }
      lines += section.rows.map { $0.map(\.latex).joined(separator: " & ") + " \\\\" }
    }
    lines += ["\\bottomrule", "\\end{tabular}"]
    lines += notes.map { "\\par\\smallskip{\\footnotesize \($0.latex)\\par}" }
    lines.append("\\end{table}")
    return lines.joined(separator: "\n")
  }
}
