import Datasets
import Runs
import Support

/// The figures of ranked lists.
extension FigureMaker {
  private static let frames = "Solid frame and tick: the query’s person; dashed frame and cross: somebody else."

  /// Figure 7: ranked lists.
  func ranking() throws -> Made {
    let lists = try (even + worst).map { place in
      let answer = try search.rank(for: queries[place])
      return RankedPanel.List(title: title(place, answer), query: queries[place].image, answer: answer)
    }
    return Made(
      panel: try RankedPanel(gallery: gallery, top: size.top).drawn(lists),
      figure: figure(
        "ranking", paper: "Figure 7",
        caption: "The \(first) of the gallery for queries of \(data): \(words). \(Self.frames)",
        alternative: "\(Wording.count(lists.count, "row")): a query and its \(first) of the gallery, each framed and "
          + "signed as right or wrong.",
        rows: lists.map { row($0) }))
  }

  /// Figure 8: hard queries, before and after a filter by predicted attributes.
  func filtering() throws -> Made {
    var lists: [RankedPanel.List] = []
    let hard = ExampleChoice.hard(of: precisions)
    for place in hard {
      let query = queries[place]
      let filter = try self.filter(like: query)
      let before = try search.rank(for: query)
      let after = try search.rank(for: query, where: filter)
      lists.append(RankedPanel.List(title: title(place, before), query: query.image, answer: before))
      let words = filter.words(run.scheme).joined(separator: ", ")
      let left = "\(after.remainingMatches) of \(Self.matches(before)) left"
      lists.append(RankedPanel.List(title: "↳ \(words) · \(left)", query: query.image, answer: after))
    }
    let overall = try filteringOverall()
    return Made(
      panel: try RankedPanel(gallery: gallery, top: size.top).drawn(lists),
      figure: figure(
        "filtering", paper: "Figure 8",
        caption:
          "Hard queries of \(data), \(ExampleChoice.hardWords(hard.count)), before (upper row) and after (lower row) "
          + "leaving out gallery images whose predicted \(filterNames.joined(separator: ", ")) differ from the query’s predicted "
          + "ones. \(Self.frames) Over all \(queries.count) queries the share of true matches among the first five places, "
          + "empty ones counted, goes "
          + "from \(Self.percent(overall["precision_at_5_before"] ?? 0)) to "
          + "\(Self.percent(overall["precision_at_5_after"] ?? 0)), and the filter takes away "
          + "\(Self.percent(overall["true_matches_lost"] ?? 0)) of the true matches.",
        alternative:
          "A pair of rows for each of \(Wording.count(hard.count, "query", "queries")): the \(first) of the gallery "
          + "before and after the filter, each framed and signed as right or wrong.",
        rows: lists.map { row($0) } + [RunFigures.Row(image: "all queries", numbers: overall)]))
  }

  /// Figure 8 without a query image: the gallery searched by attributes alone.
  func attributes() throws -> Made {
    let lists = try even.prefix(3).map { place in
      let filter = try self.filter(like: queries[place])
      let answer = search.rank(where: filter)
      return RankedPanel.List(
        title: filter.words(run.scheme).joined(separator: ", ") + " · \(answer.hits.count) found", query: nil,
        answer: answer)
    }
    return Made(
      panel: try RankedPanel(gallery: gallery, top: size.top + 1).drawn(lists),
      figure: figure(
        "attributes", paper: "Figure 8",
        caption:
          "The gallery of \(data) searched by attributes alone: images whose predicted values are the wanted ones, "
          + "the likeliest first, with the product of the values’ probabilities. What is wanted is what the model "
          + "predicts of the first \(lists.count == 1 ? "" : "\(lists.count) ")of the queries \(ExampleChoice.words). "
          + "Solid frame and tick: the annotators wrote just these values; dashed frame and cross: at least one "
          + "differs; no frame: nobody labelled it.",
        alternative: "\(Wording.count(lists.count, "row")) of gallery images found by attributes, each framed and "
          + "signed by whether the annotators’ labels agree.",
        rows: lists.map { row($0) }))
  }

  // MARK: What they share

  /// The attributes that filters look at: those of the attention map, or the scheme's own selection for it.
  private var filterNames: [String] {
    chosenAttributes.isEmpty ? run.scheme.attention : chosenAttributes
  }

  private func filter(like query: SearchQuery) throws -> AttributeFilter {
    try AttributeFilter(
      like: filterNames, classes: SearchGallery.likeliest(query.probabilities), scheme: run.scheme)
  }

  private func title(_ place: Int, _ answer: Search.Answer) -> String {
    "\(queries[place].image.name) · AP \(Self.percent(precisions[place])) · "
      + Self.matches(answer)
  }

  private static func matches(_ answer: Search.Answer) -> String {
    Wording.count(answer.trueMatches ?? 0, "true match", "true matches")
  }

  /// `first 8 images`.
  private var first: String { size.top == 1 ? "first image" : "first \(size.top) images" }

  private func row(_ list: RankedPanel.List) -> RunFigures.Row {
    let shown = list.answer.hits.prefix(size.top)
    var numbers = [
      "ranked": Double(list.answer.hits.count), "filtered": Double(list.answer.filtered),
      "right_among_shown": Double(shown.count { $0.isRight == true }), "shown": Double(shown.count),
    ]
    numbers["average_precision"] = list.answer.averagePrecision
    numbers["true_matches"] = list.answer.trueMatches.map(Double.init)
    return RunFigures.Row(
      image: list.query?.name ?? list.title, numbers: numbers,
      words: [
        "title": [list.title], "found": shown.map { gallery.images[$0.index].name },
        "right": shown.map { $0.isRight.map { $0 ? "yes" : "no" } ?? "unknown" },
      ])
  }

  /// What the filter does to all queries: the share of right ones among the first five, and the true matches lost.
  private func filteringOverall() throws -> [String: Double] {
    var (before, after, lost, matches) = (0, 0, 0, 0)
    try search.distances(of: queries) { index, distances in
      let query = queries[index]
      let plain = search.answer(to: query, distances, where: AttributeFilter())
      let filtered = search.answer(to: query, distances, where: try filter(like: query))
      before += plain.hits.prefix(5).count { $0.isRight == true }
      after += filtered.hits.prefix(5).count { $0.isRight == true }
      matches += plain.remainingMatches
      lost += plain.remainingMatches - filtered.remainingMatches
    }
    let places = Double(max(1, 5 * queries.count))
    return [
      "precision_at_5_before": Double(before) / places, "precision_at_5_after": Double(after) / places,
      "true_matches_lost": Double(lost) / Double(max(1, matches)), "queries": Double(queries.count),
    ]
  }
}
