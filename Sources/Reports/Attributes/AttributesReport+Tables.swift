import Documents

extension AttributesReport {
  private var measuredMethods: [Method] { compared.filter { $0.variant != nil } }
  private var publishedMethods: [Method] { compared.filter { $0.published != nil } }

  /// The paper's table: accuracy and balanced accuracy of each measured method, what the data alone make of each
  /// attribute, and what the paper printed.
  package func resultsTable() -> Table {
    var groups: [Table.Group] = []
    var columns = [Table.Column("Attribute", .leading)]
    for method in measuredMethods {
      columns += ["accuracy", "balanced"].map { Table.Column(Typeset($0), group: groups.count) }
      groups.append(Table.Group(Typeset("\(method.label), measured\(seeds(method))"), origin: .measured))
    }
    columns += ["majority", "ceiling"].map { Table.Column(Typeset($0), group: groups.count) }
    groups.append(Table.Group("the data alone", origin: .measured))
    columns += publishedMethods.map { Table.Column(Typeset($0.published?.name ?? $0.label), group: groups.count) }
    groups.append(Table.Group(Typeset("published, \(published?.dataset ?? "none")"), origin: .published))
    return Table(
      name: fileName, label: published?.label,
      caption: Typeset(
        "\(published?.title ?? title) in percent, \(source.measuredWhere), mean ± sample deviation over the "
          + "seeds: the share that is right, and balanced, the mean over the classes of the share that is right. Majority: "
          + "always saying the most frequent class. Ceiling: a perfect prediction, where unlabelled colours count as wrong."
      ),
      groups: groups, columns: columns,
      sections: [
        Table.Section(rows: attributes.map(cells)), Table.Section(rows: [cells(Self.mean)]),
      ],
      notes: notes)
  }

  /// How many of a method's runs have figures, where that is not all of them.
  private func seeds(_ method: Method) -> String {
    let planned = method.variant?.trials.count ?? 0
    return method.scores.count == planned ? "" : " (\(method.scores.count)/\(planned) seeds)"
  }

  private func cells(_ attribute: String) -> [Typeset] {
    func number(_ value: Double?) -> Typeset { value.map { Typeset(Figures.number($0)) } ?? Table.gap }
    var cells = [Typeset(Self.words(attribute))]
    for method in measuredMethods {
      cells += [Reading.accuracy, .balanced].map { reading in
        sample(method, attribute, reading).map { Typeset(Figures.spread($0)) } ?? Table.gap
      }
    }
    cells += [number(ofData(attribute, .majority)), number(ofData(attribute, .ceiling))]
    return cells + publishedMethods.map { number($0.published?.values[attribute]) }
  }

  /// An attribute's name in words: `upper color`.
  static func words(_ attribute: String) -> String { attribute.replacing("_", with: " ") }

  var notes: [Typeset] {
    var notes = remarks.map { Typeset($0) } + source.gapNotes()
    let without = measuredMethods.filter { $0.scores.count < ($0.variant?.finished.count ?? 0) }
    if !without.isEmpty {
      let names = Figures.list(without.map(\.label.onOneLine))
      notes.append(Typeset("Runs that predict no attributes (the attribute task is off, or an old record): \(names)."))
    }
    notes += compared.compactMap { method in
      method.published.flatMap { row in row.note.map { Typeset("\(row.name.onOneLine): \($0).") } }
    }
    return notes + (published.map { [Typeset("Published figures: \($0.source).")] } ?? [])
  }

  /// None: the measured methods stand side by side.
  package func gainsTable() -> Table? { nil }

  /// What the figures say: where a method beats the other in the paper's comparison, and where it does no better than the
  /// most frequent class.
  package func findings() -> [Typeset] {
    var sentences: [Typeset] = []
    if let first = measuredMethods.first, let last = measuredMethods.last, measuredMethods.count > 1 {
      let measured = attributes.compactMap { attribute in
        sample(first, attribute, .accuracy).flatMap { one in
          sample(last, attribute, .accuracy).map { $0.mean > one.mean }
        }
      }
      if !measured.isEmpty {
        sentences.append(
          Typeset(
            "\(last.label) is more often right than \(first.label) in \(measured.count { $0 }) of \(measured.count) "
              + "attributes\(paperComparison(first, last))."))
      }
    }
    for method in measuredMethods where !method.scores.isEmpty {
      let weak = attributes.filter { attribute in
        guard let mean = sample(method, attribute, .accuracy)?.mean, let easy = ofData(attribute, .majority) else {
          return false
        }
        return mean <= easy
      }
      sentences.append(
        Typeset(
          weak.isEmpty
            ? "\(method.label) is more often right than the most frequent class in every attribute."
            : "\(method.label) is no more often right than always saying the most frequent class in "
              + "\(weak.count) of \(attributes.count) attributes: \(Figures.list(weak.map(Self.words)))."))
    }
    return sentences
  }

  private func paperComparison(_ first: Method, _ last: Method) -> String {
    let printed = attributes.compactMap { attribute in
      first.published?.values[attribute].flatMap { one in last.published?.values[attribute].map { $0 > one } }
    }
    return printed.isEmpty ? "" : " (as the paper prints them, \(printed.count { $0 }) of \(printed.count))"
  }

  /// How each number is computed.
  package func methods() -> [Typeset] {
    [
      "Attribute accuracy is the share of the gallery images of real identities whose predicted class is the annotators’; "
        + "its mean is over the attributes. The balanced accuracy is the mean, over the classes that have images, of the "
        + "share that is right.",
      .deviation,
    ]
  }

  /// The table and what it says as plain text.
  package func terminalTable(width: Int) -> String {
    (terminalResults(width: width) + [""] + terminalRemarks(width: max(40, width))).joined(separator: "\n")
  }

  /// The table as plain text.
  package func terminalResults(width: Int) -> [String] {
    let room = max(40, width)
    var table = resultsTable()
    table.groups[table.groups.count - 1].title = "published"
    for (place, method) in measuredMethods.enumerated() {
      table.groups[place].title = Typeset("\(method.label)\(seeds(method))")
    }
    var lines =
      ("\(published?.label ?? title) · percent, mean ± deviation over the seeds · \(source.measuredWhere)")
      .wrapped(to: room)
    lines.append("")
    let balanced = Set(table.columns.indices.filter { table.columns[$0].title == "balanced" })
    let data = Set(table.columns.indices.filter { ["majority", "ceiling"].contains(table.columns[$0].title.plain) })
    lines += table.terminal(width: room, optional: [balanced, data])
    return lines
  }

  /// A row an attribute, figures in percent. An empty field is what was not measured, or not printed.
  package func csv() -> String {
    var heads = ["attribute", "measured_on"]
    for method in measuredMethods {
      let name = method.variant?.name ?? method.label
      heads += ["accuracy_mean", "accuracy_deviation", "balanced_mean", "balanced_deviation", "seeds_finished"]
        .map { "\(name)_\($0)" }
    }
    heads += ["majority", "ceiling", "published_on"]
    heads += publishedMethods.map { "published_\($0.published?.name ?? $0.label)" }
    var csv = CSV(heads: heads)
    for attribute in attributes + [Self.mean] {
      var fields = [attribute, source.dataset]
      for method in measuredMethods {
        for reading in [Reading.accuracy, .balanced] {
          let sample = sample(method, attribute, reading)
          fields += [Figures.exact(sample?.mean), Figures.exact(sample?.deviation)]
        }
        fields.append("\(method.scores.count)")
      }
      fields += [Figures.exact(ofData(attribute, .majority)), Figures.exact(ofData(attribute, .ceiling))]
      fields.append(published?.dataset ?? "")
      fields += publishedMethods.map { Figures.exact($0.published?.values[attribute]) }
      csv.append(fields)
    }
    return csv.text
  }
}
