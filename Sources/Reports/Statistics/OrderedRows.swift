import Documents

/// Rows that have a published and a measured figure, and whether they come out in the paper's order.
struct OrderedRows {
  /// A row.
  struct Row {
    var label: Typeset
    var published: Double
    var measured: Double
  }

  /// The rows, as their table has them.
  let rows: [Row]
  /// How many rows there would be, were all measured.
  let planned: Int

  /// In a sentence, whether the rows stand in the paper's order; nil for fewer than two.
  func sentence(_ metric: String) -> Typeset? {
    guard rows.count > 1 else { return nil }
    let inPaperOrder = rows.enumerated().sorted {
      ($0.element.published, $0.offset) < ($1.element.published, $1.offset)
    }
    .map(\.element)
    let inversions = zip(inPaperOrder, inPaperOrder.dropFirst()).filter { $0.measured >= $1.measured }
    let scope = rows.count == planned ? "The \(Figures.words(rows.count)) rows" : "The rows measured so far"
    guard !inversions.isEmpty else { return Typeset("\(scope) come out in the paper’s order in \(metric).") }
    let details = inversions.map { lower, higher in
      higher.label + Typeset(" (\(Figures.number(higher.measured))) is not above ") + lower.label
        + Typeset(" (\(Figures.number(lower.measured)))")
    }
    return Typeset("\(scope) do not come out in the paper’s order in \(metric): ") + Typeset.list(details) + "."
  }
}

extension [Verdict] {
  /// In a sentence, how many of the paper's steps are found again, and how many of them stand out from the noise; nil
  /// where there is no step.
  func sentence(_ metric: String) -> String? {
    guard !isEmpty else { return nil }
    func count(_ direction: Verdict.Direction, _ noise: Verdict.Noise) -> Int {
      filter { $0.direction == direction && $0.noise == noise }.count
    }
    let same = filter { $0.direction == .same }.count
    var sentence =
      "Of \(Figures.words(self.count)) \(self.count == 1 ? "step" : "steps") from row to row, \(same == 0 ? "none" : Figures.words(same)) "
      + "\(same < 2 ? "goes" : "go") the paper’s way in \(metric)"
    guard contains(where: { $0.noise != .unknown }) else { return sentence + "; the noise is unknown." }
    let clear = count(.same, .exceeded)
    if same > 0 { sentence += ", \(clear == 0 ? "none" : Figures.words(clear)) of them by more than the seeds’ noise" }
    let against = count(.opposite, .exceeded)
    return sentence
      + (against > 0
        ? "; \(Figures.words(against)) \(against == 1 ? "goes" : "go") the opposite way by more than the noise." : ".")
  }
}
