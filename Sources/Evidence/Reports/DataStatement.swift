import Documents

/// What the data is: the first thing that a reader has to know.
extension [Report] {
  /// Of several tables on a page.
  package var dataStatement: String {
    let measured = map(\.records).filter(\.hasMeasurements)
    let drawn = measured.filter(\.isSynthetic).map(\.dataset).unique
    let real = measured.filter { !$0.isSynthetic }.map(\.dataset).unique
    let published = compactMap(\.published?.dataset).unique
    var sentences = measured.isEmpty ? ["Nothing was measured yet."] : []
    if !drawn.isEmpty {
      let which = drawn.count == 1 ? "a synthetic twin" : "synthetic twins"
      let scope = real.isEmpty ? "Every measured figure here comes from" : "Figures measured on"
      let verb = real.isEmpty ? ", \(which):" : " come from \(which):"
      sentences.append(
        "\(scope) \(Numerals.list(drawn))\(verb) drawn pedestrians, not photographs of people. "
          + "\(drawn.count == 1 ? "Its" : "Their") levels say nothing of the accuracy on real benchmarks; what can be "
          + "compared with the paper is which rows are better, and whether by more than the seeds’ noise.")
    }
    if !real.isEmpty { sentences.append("Measured on photographs: \(Numerals.list(real)).") }
    if !published.isEmpty {
      sentences.append("Columns headed “published” are the paper’s figures on \(Numerals.list(published)).")
    }
    return sentences.joined(separator: " ")
  }
}

extension Report {
  /// Of an ablation on a page of its own.
  package var dataStatement: String {
    let dataset = records.dataset
    guard records.isSynthetic else {
      return "Measured on \(dataset). Columns headed “published” are the paper’s figures; nothing measured here is in "
        + "them."
    }
    let real = published.map { " Columns headed “published” are the paper’s figures on \($0.dataset)." } ?? ""
    return "Every measured figure here comes from \(dataset), a synthetic twin: drawn pedestrians, not photographs "
      + "of people. Its levels say nothing of the accuracy on the real benchmark; what can be compared with the paper is "
      + "which task losses help, and whether by more than the seeds’ noise.\(real)"
  }
}
