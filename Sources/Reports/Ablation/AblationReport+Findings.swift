extension AblationReport {
  /// What the figures say, in plain sentences: a metric each, then what is missing.
  ///
  /// Where rows do not come out in the paper's order, the sentence names them; nothing is smoothed over.
  public func findings() -> [Typeset] {
    var sentences: [Typeset] = []
    for metric in ReportMetric.allCases {
      if let sentence = orderFinding(metric) { sentences.append(sentence) }
      if let sentence = stepsFinding(metric) { sentences.append(Typeset(sentence)) }
    }
    if variants.contains(where: { $0.trials.count == 1 }) {
      sentences.append(
        "One seed alone tells nothing of the noise: run more seeds before reading anything into a delta.")
    }
    return sentences
  }

  /// Whether the rows stand in the paper's order.
  private func orderFinding(_ metric: ReportMetric) -> Typeset? {
    let rows = variants.compactMap { variant -> (name: String, published: Double, measured: Double)? in
      guard let published = publishedValue(variant.name, metric), let measured = variant.sample(metric)?.mean else {
        return nil
      }
      return (variant.name, published, measured)
    }
    guard rows.count > 1 else { return nil }
    let inPaperOrder = rows.enumerated().sorted {
      ($0.element.published, $0.offset) < ($1.element.published, $1.offset)
    }
    .map(\.element)
    let inversions = zip(inPaperOrder, inPaperOrder.dropFirst()).filter { $0.measured >= $1.measured }
    let scope = rows.count == variants.count ? "The \(Figures.words(rows.count)) rows" : "The rows measured so far"
    guard !inversions.isEmpty else { return Typeset("\(scope) come out in the paper’s order in \(metric.title).") }
    let details = inversions.map { lower, higher in
      label(higher.name, tellsWeights: true) + Typeset(" (\(Figures.number(higher.measured))) is not above ")
        + label(lower.name, tellsWeights: true) + Typeset(" (\(Figures.number(lower.measured)))")
    }
    return Typeset("\(scope) do not come out in the paper’s order in \(metric.title): ") + Typeset.list(details) + "."
  }

  /// How many of the paper's steps are found again, and how many of them stand out from the noise.
  private func stepsFinding(_ metric: ReportMetric) -> String? {
    let verdicts = steps(.consecutive, metric).filter { $0.published != nil && $0.measured != nil }.map(\.verdict)
    guard !verdicts.isEmpty else { return nil }
    func count(_ direction: Verdict.Direction, _ noise: Verdict.Noise) -> Int {
      verdicts.filter { $0.direction == direction && $0.noise == noise }.count
    }
    let same = verdicts.filter { $0.direction == .same }.count
    var sentence =
      "Of \(Figures.words(verdicts.count)) steps from row to row, \(Figures.words(same)) "
      + "\(same == 1 ? "goes" : "go") the paper’s way in \(metric.title)"
    guard verdicts.contains(where: { $0.noise != .unknown }) else { return sentence + "; the noise is unknown." }
    let clear = count(.same, .exceeded)
    sentence += ", \(clear == 0 ? "none" : Figures.words(clear)) of them by more than the seeds’ noise"
    let against = count(.opposite, .exceeded)
    return sentence
      + (against > 0
        ? "; \(Figures.words(against)) \(against == 1 ? "goes" : "go") the opposite way by more than the noise." : ".")
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
  func methods() -> [Typeset] {
    let seeds = variants.map(\.finished.count).max() ?? 0
    let quantile = StudentT.twoSidedQuantile(
      probability: PairedDifference.confidence, degreesOfFreedom: seeds - 1)
    let factor = quantile.map { " (\(Figures.number($0)) for \(Figures.words(seeds)))" } ?? ""
    return [
      "mAP is the rectangle form: the mean, over a query’s true matches, of the precision at that match, then the mean "
        + "over queries. The trapezoid form, the benchmark’s own code, is in the table of runs and in the CSV file.",
      "Rank-1 is the share of queries whose first match, leaving out the query’s identity in its own camera, is right.",
      "The deviation is the sample deviation over seeds, √(Σ(x − mean)²/(n − 1)).",
      "A gain is the mean over seeds of the difference between two rows under the same seed, d. Its noise is half of "
        + "the 95 % interval of Student’s t, t(0.975, n − 1) · s(d) / √n, with n pairs and s(d) the sample deviation "
        + "of the differences. A gain exceeds the noise where the interval leaves out zero.",
      Typeset(
        "With few seeds t is large\(factor), so small true gains stay within the noise; that a gain is within the noise "
          + "does not say that there is none. The intervals are not corrected for being many."),
    ]
  }
}
