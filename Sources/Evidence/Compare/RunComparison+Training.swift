import Charts
import Documents
import Runs

/// Something that `epochs.jsonl` holds of each epoch, drawn over the epochs.
package struct EpochReading: Sendable {
  /// The word that its chart's files are named by.
  package let name: String
  /// What the axis says, with the unit.
  let axis: String
  /// What it is in a sentence.
  let words: String
  let isLogarithmic: Bool
  /// Whether it is shown although it is the same in every group.
  let isAlwaysShown: Bool
  /// What an epoch says of it.
  let read: @Sendable (EpochRecord) -> Double?

  /// Everything that is read, in the order of the page.
  package static let all: [EpochReading] =
    [
      EpochReading(
        name: "loss", axis: "total loss (nats)", words: "the total loss, weighted as in training", isLogarithmic: false,
        isAlwaysShown: true, read: \.loss)
    ]
    + LossTerm.all.map { task in
      EpochReading(
        name: "loss-\(task.name)", axis: "loss of the \(task.title) task (nats)",
        words: "the loss of the \(task.title) task before weighting", isLogarithmic: true, isAlwaysShown: true,
        read: { $0.losses[task.name] })
    }
    + LossTerm.all.map { task in
      EpochReading(
        name: "weight-\(task.name)", axis: "weight of the \(task.title) task",
        words: "the weight of the \(task.title) task’s loss: λ, or 1/σ² where it is learned", isLogarithmic: true,
        isAlwaysShown: false, read: { $0.weights[task.name] })
    }
    + LossTerm.all.map { task in
      EpochReading(
        name: "sigma-\(task.name)", axis: "learned σ of the \(task.title) task",
        words: "the learned σ of the \(task.title) task", isLogarithmic: true, isAlwaysShown: false,
        read: { $0.sigma?[task.name] })
    }
    + ["new", "pretrained"].map { group in
      EpochReading(
        name: "rate-\(group)", axis: "learning rate, \(group) parameters",
        words: "the learning rate of the \(group) parameters", isLogarithmic: true, isAlwaysShown: false,
        read: { $0.rates[group] })
    }
    + LossTerm.all.map { task in
      EpochReading(
        name: "gradient-\(task.name)", axis: "share of gradient, \(task.title) task (%)",
        words: "the share of the backbone’s gradient that the \(task.title) task makes, on a batch of each epoch",
        isLogarithmic: false, isAlwaysShown: true, read: { $0.gauge?.shares?[task.name].map { 100 * $0 } })
    }
    + [
      EpochReading(
        name: "validation", axis: "mAP of held-out people (%)", words: "the mAP among held-out training identities",
        isLogarithmic: false, isAlwaysShown: true, read: { $0.validation.map { 100 * $0.mAP } }),
      EpochReading(
        name: "speed", axis: "images per second", words: "the images that training took in per second",
        isLogarithmic: false, isAlwaysShown: true, read: { $0.seconds > 0 ? Double($0.images) / $0.seconds : nil }),
    ]
}

extension RunComparison {
  /// A reading of the groups whose curves are drawn.
  struct Overlay {
    let reading: EpochReading
    let curves: [(place: Int, points: [CurveChart.Point])]
  }

  /// What epochs.jsonl tells of the drawn groups: at each epoch the mean, the smallest and the largest over a group's
  /// runs, unfinished ones too. What is the same in every group is left out unless it is a loss or the speed.
  func overlays() -> [Overlay] {
    EpochReading.all.compactMap { reading in
      let curves = drawnGroups.compactMap { place -> (place: Int, points: [CurveChart.Point])? in
        let points = [CurveChart.Point](groups[place].runs.map(\.epochs), reading.read)
        return points.isEmpty ? nil : (place, points)
      }
      guard let first = curves.first else { return nil }
      let isPlain = curves.count == drawnGroups.count && curves.allSatisfy { $0.points == first.points }
      return isPlain && !reading.isAlwaysShown ? nil : Overlay(reading: reading, curves: curves)
    }
  }

  /// A chart a reading, best read with ``curveSelection``. A group looks the same in all of them.
  package func drawings() -> [Drawing] {
    let styles = Dictionary(
      drawnGroups.enumerated().map { ($1, OverlayChart.style($0)) }, uniquingKeysWith: { first, _ in first })
    return overlays().map { overlay in
      let reading = overlay.reading
      let chart = OverlayChart(
        name: reading.name, axis: reading.axis, isLogarithmic: reading.isLogarithmic,
        curves: overlay.curves.map { place, points in
          CurveChart.Curve(label: groups[place].title, style: styles[place] ?? .measured, points: points)
        })
      let ends = overlay.curves.compactMap { place, points in
        points.last.map { "\(groups[place].title) ends at \(Numerals.number($0.mean, decimals: 4))" }
      }
      let hasBand = overlay.curves.contains { $0.points.contains { $0.low < $0.high } }
      return Drawing(
        chart,
        caption: Typeset(
          "\(reading.words.prefix(1).uppercased())\(reading.words.dropFirst()), over the epochs"
            + (hasBand ? ": mean over the runs, band from the smallest to the largest." : ".")),
        alternative: "Curves of \(reading.words) by epoch. \(ends.joined(separator: "; ")).")
    }
  }

  /// Whose curves are drawn, where it is not everybody's.
  package var curveSelection: String? {
    guard groups.count > Self.mostCurves else { return nil }
    return
      "Curves of \(groups.count) rows in one chart cannot be told apart: these are the first row and those with the "
      + "highest and the lowest \(leading.title)."
  }

  /// How training went: epochs, and the losses after the last one.
  package func trainingTable() -> Table {
    let tasks = LossTerm.all.filter { task in
      groups.contains { $0.runs.contains { $0.epochs.last?.losses[task.name] != nil } }
    }
    func last(_ title: Typeset, _ read: @escaping (EpochRecord) -> Double?) -> ColumnOf<ComparedGroup> {
      ColumnOf(title) { group in
        Table.cell(
          Sample(group.runs.compactMap { $0.epochs.last.flatMap(read) }).map { Numerals.spread($0, decimals: 3) })
      }
    }
    return Table(
      name: "training",
      caption:
        "Training: the epochs that are done, and the losses of the last of them before weighting, in nats; mean ± "
        + "deviation over the runs. The total is weighted as in training, which differs where the weights do.",
      columns: [
        ColumnOf("Row", .leading) { Typeset($0.title) },
        ColumnOf("Epochs") { group in
          let epochs = Set(group.runs.map(\.epochs.count)).sorted()
          let (first, last) = (epochs.first ?? 0, epochs.last ?? 0)
          return Typeset(first == last ? "\(first)" : "\(first)–\(last)")
        }, last("Total", \.loss),
      ] + tasks.map { task in last(task.symbol) { $0.losses[task.name] } } + [
        ColumnOf("Seconds") { group in
          Table.cell(
            Sample(group.finished.compactMap(\.metrics?.secondsTraining)).map { Numerals.spread($0, decimals: 1) })
        }
      ], sections: [(nil, order.map { groups[$0] })])
  }
}
