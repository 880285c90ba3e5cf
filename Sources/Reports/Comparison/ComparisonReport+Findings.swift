import Documents

extension ComparisonReport {
  /// What the figures say: whether the rows that the paper has too come out in its order, and by more than the noise.
  package func findings() -> [Typeset] {
    var sentences: [Typeset] = []
    for metric in metrics {
      let rows = sharedRows.compactMap { row -> OrderedRows.Row? in
        guard let printed = row.published?.values[metric.rawValue], let measured = row.sample(metric)?.mean else {
          return nil
        }
        return OrderedRows.Row(label: Typeset(row.label), published: printed, measured: measured)
      }
      let planned = sharedRows.count { $0.published?.values[metric.rawValue] != nil }
      if let sentence = OrderedRows(rows: rows, planned: planned).sentence(metric.title) { sentences.append(sentence) }
      let verdicts = steps(metric).filter { $0.published != nil && $0.measured != nil }.map(\.verdict)
      if let sentence = verdicts.sentence(metric.title) { sentences.append(Typeset(sentence)) }
    }
    return sentences + source.seedWarnings
  }

  /// How each number is computed.
  package func methods() -> [Typeset] {
    var items: [Typeset] = [
      .rectangleForm, .rankOne, .deviation, .gainAndNoise,
    ]
    if sections.flatMap(\.rows).contains(where: \.isReranked) {
      items.append(
        "Re-ranked rows (RR) are ranked anew by k-reciprocal encoding of the same descriptors; the settings "
          + "evaluate.rerank say with which neighbourhoods.")
    }
    return items
  }

  /// The table and what it says as plain text.
  package func terminalTable(width: Int) -> String {
    (terminalResults(width: width) + [""] + terminalRemarks(width: max(40, width))).joined(separator: "\n")
  }

  /// The table as plain text.
  package func terminalResults(width: Int) -> [String] {
    let room = max(40, width)
    var table = resultsTable()
    table.groups[0].title = "measured"
    table.groups[1].title = "published"
    var lines =
      "\(published?.label ?? title) · percent, mean ± deviation over n seeds · \(source.measuredWhere)"
      .wrapped(to: room)
    lines.append("")
    lines += table.terminal(width: room, optional: [[1]])
    return lines
  }

  /// A row a method, figures in percent. An empty field is what was not measured, or not printed.
  package func csv() -> String {
    var heads = ["section", "method", "variant", "reranked", "seeds_planned", "seeds_finished", "measured_on"]
    for metric in metrics { heads += ["\(metric.rawValue)_mean", "\(metric.rawValue)_deviation"] }
    heads.append("mAP_trapezoid_mean")
    heads.append("published_on")
    heads += metrics.map { "published_\($0.rawValue)" }
    var csv = CSV(heads: heads)
    for section in sections {
      for row in section.rows {
        var fields = [section.title ?? "", row.label, row.variant?.name ?? ""]
        fields +=
          row.variant.map { variant in
            [
              "\(row.isReranked)", "\(variant.trials.count)", "\(variant.trials.count { row.scores($0) != nil })",
              source.dataset,
            ]
          } ?? ["", "", "", ""]
        for metric in metrics {
          let sample = row.sample(metric)
          fields += [Figures.exact(sample?.mean), Figures.exact(sample?.deviation)]
        }
        let trapezoid = Sample((row.variant?.trials ?? []).compactMap { row.scores($0).map { 100 * $0.mAPTrapezoid } })
        fields.append(Figures.exact(trapezoid?.mean))
        fields.append(row.published == nil ? "" : published?.dataset ?? "")
        fields += metrics.map { Figures.exact(row.published?.values[$0.rawValue]) }
        csv.append(fields)
      }
    }
    return csv.text
  }
}
