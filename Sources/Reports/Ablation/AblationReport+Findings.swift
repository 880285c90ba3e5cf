import Documents

extension AblationReport {
  /// What the figures say, in plain sentences: a metric each, then what is missing.
  ///
  /// Where rows do not come out in the paper's order, the sentence names them; nothing is smoothed over.
  package func findings() -> [Typeset] {
    var sentences: [Typeset] = []
    for metric in ReportMetric.allCases {
      if let sentence = orderFinding(metric) { sentences.append(sentence) }
      if let sentence = stepsFinding(metric) { sentences.append(Typeset(sentence)) }
    }
    return sentences + source.seedWarnings
  }

  /// Whether the rows stand in the paper's order.
  private func orderFinding(_ metric: ReportMetric) -> Typeset? {
    let rows = variants.compactMap { variant -> OrderedRows.Row? in
      guard let published = publishedValue(variant.name, metric), let measured = variant.sample(metric)?.mean else {
        return nil
      }
      return OrderedRows.Row(
        label: label(variant.name, tellsWeights: true), published: published, measured: measured)
    }
    return OrderedRows(rows: rows, planned: variants.count).sentence(metric.title)
  }

  /// How many of the paper's steps are found again, and how many of them stand out from the noise.
  private func stepsFinding(_ metric: ReportMetric) -> String? {
    steps(.consecutive, metric).filter { $0.published != nil && $0.measured != nil }.map(\.verdict)
      .sentence(metric.title)
  }

  /// What the data is: the first thing that a reader has to know.
  func dataStatement() -> String {
    guard isSynthetic else {
      return "Measured on \(dataset). Columns headed “published” are the paper’s figures; nothing measured here is in "
        + "them."
    }
    let real = published.map { " Columns headed “published” are the paper’s figures on \($0.dataset)." } ?? ""
    return "Every measured figure here comes from \(dataset), a synthetic twin: drawn pedestrians, not photographs "
      + "of people. Its levels say nothing of the accuracy on the real benchmark; what can be compared with the paper is "
      + "which task losses help, and whether by more than the seeds’ noise.\(real)"
  }

  /// How each number is computed.
  package func methods() -> [Typeset] {
    let seeds = variants.map(\.finished.count).max() ?? 0
    let quantile = StudentT.twoSidedQuantile(
      probability: PairedDifference.confidence, degreesOfFreedom: seeds - 1)
    let factor = quantile.map { " (\(Figures.number($0)) for \(Figures.words(seeds)))" } ?? ""
    return [
      .rectangleForm, .rankOne, .deviation, .gainAndNoise,
      Typeset(
        "With few seeds t is large\(factor), so small true gains stay within the noise; that a gain is within the noise "
          + "does not say that there is none. The intervals are not corrected for being many."),
    ]
  }
}
