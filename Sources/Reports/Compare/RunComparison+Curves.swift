import Charts
import Documents
import Runs

/// Something that `epochs.jsonl` holds of each epoch, drawn over the epochs.
struct EpochReading: Sendable {
  /// The word that its chart's files are named by.
  let name: String
  /// What the axis says, with the unit.
  let axis: String
  /// What it is in a sentence.
  let words: String
  /// Whether the axis is logarithmic.
  let isLogarithmic: Bool
  /// Whether it is shown although it is the same in every group.
  let isAlwaysShown: Bool
  /// What an epoch says of it.
  let read: @Sendable (EpochRecord) -> Double?

  /// Everything that is read, in the order of the page.
  static let all: [EpochReading] =
    [
      EpochReading(
        name: "loss", axis: "total loss (nats)", words: "the total loss, weighted as in training", isLogarithmic: false,
        isAlwaysShown: true, read: \.loss)
    ]
    + TaskLoss.all.map { task in
      EpochReading(
        name: "loss-\(task.name)", axis: "loss of the \(task.title) task (nats)",
        words: "the loss of the \(task.title) task before weighting", isLogarithmic: true, isAlwaysShown: true,
        read: { $0.losses[task.name] })
    }
    + TaskLoss.all.map { task in
      EpochReading(
        name: "weight-\(task.name)", axis: "weight of the \(task.title) task",
        words: "the weight of the \(task.title) task’s loss: λ, or 1/σ² where it is learned", isLogarithmic: true,
        isAlwaysShown: false, read: { $0.weights[task.name] })
    }
    + TaskLoss.all.map { task in
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
    + [
      EpochReading(
        name: "speed", axis: "images per second", words: "the images that training took in per second",
        isLogarithmic: false, isAlwaysShown: true, read: { $0.seconds > 0 ? Double($0.images) / $0.seconds : nil })
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
        let points = Self.points(groups[place].runs, reading.read)
        return points.isEmpty ? nil : (place, points)
      }
      guard let first = curves.first else { return nil }
      let isPlain = curves.count == drawnGroups.count && curves.allSatisfy { $0.points == first.points }
      return isPlain && !reading.isAlwaysShown ? nil : Overlay(reading: reading, curves: curves)
    }
  }

  private static func points(_ runs: [ComparedRun], _ read: (EpochRecord) -> Double?) -> [CurveChart.Point] {
    var byEpoch: [Int: [Double]] = [:]
    for run in runs {
      for epoch in run.epochs {
        if let value = read(epoch), value.isFinite { byEpoch[epoch.epoch, default: []].append(value) }
      }
    }
    return byEpoch.sorted { $0.key < $1.key }.compactMap { epoch, values in
      Sample(values).map {
        CurveChart.Point(x: Double(epoch), mean: $0.mean, low: $0.range.lowerBound, high: $0.range.upperBound)
      }
    }
  }

  /// A chart a reading. A group looks the same in all of them.
  func charts(_ overlays: [Overlay]) -> [OverlayChart] {
    let styles = Dictionary(
      drawnGroups.enumerated().map { ($1, OverlayChart.style($0)) }, uniquingKeysWith: { first, _ in first })
    return overlays.map { overlay in
      OverlayChart(
        name: overlay.reading.name, axis: overlay.reading.axis, isLogarithmic: overlay.reading.isLogarithmic,
        curves: overlay.curves.map { place, points in
          CurveChart.Curve(
            label: groups[place].title, style: styles[place] ?? .measured, points: points)
        })
    }
  }

  /// The charts as figures of a page, each where it was drawn.
  func figures(_ overlays: [Overlay], drawings: [String: String]) -> [Document.Figure] {
    overlays.compactMap { overlay in
      guard let svg = drawings[overlay.reading.name] else { return nil }
      let ends = overlay.curves.compactMap { place, points in
        points.last.map { "\(groups[place].title) ends at \(Figures.number($0.mean, decimals: 4))" }
      }
      let hasBand = overlay.curves.contains { $0.points.contains { $0.low < $0.high } }
      return Document.Figure(
        name: overlay.reading.name,
        caption: Typeset(
          "\(overlay.reading.words.prefix(1).uppercased())\(overlay.reading.words.dropFirst()), over the epochs"
            + (hasBand ? ": mean over the runs, band from the smallest to the largest." : ".")),
        alternative: "Curves of \(overlay.reading.words) by epoch. \(ends.joined(separator: "; ")).", svg: svg)
    }
  }

  /// How training went: epochs, and the losses after the last one.
  package func trainingTable() -> Table {
    let tasks = TaskLoss.all.filter { task in
      groups.contains { $0.runs.contains { $0.epochs.last?.losses[task.name] != nil } }
    }
    return Table(
      name: "training",
      caption:
        "Training: the epochs that are done, and the losses of the last of them before weighting, in nats; mean ± "
        + "deviation over the runs. The total is weighted as in training, which differs where the weights do.",
      columns: [Table.Column("Row", .leading), Table.Column("Epochs"), Table.Column("Total")]
        + tasks.map { Table.Column($0.symbol) } + [Table.Column("Seconds")],
      sections: [
        Table.Section(
          rows: order.map { place in
            let runs = groups[place].runs
            func last(_ read: (EpochRecord) -> Double?) -> Typeset {
              Sample(runs.compactMap { $0.epochs.last.flatMap(read) }).map { Typeset(Figures.spread($0, decimals: 3)) }
                ?? Table.gap
            }
            let epochs = Set(runs.map(\.epochs.count)).sorted()
            let span = epochs.count > 1 ? "\(epochs.first ?? 0)–\(epochs.last ?? 0)" : "\(epochs.first ?? 0)"
            let seconds = Sample(groups[place].finished.compactMap(\.metrics?.secondsTraining))
            return [Typeset(groups[place].title), Typeset(span), last(\.loss)]
              + tasks.map { task in last { $0.losses[task.name] } }
              + [seconds.map { Typeset(Figures.spread($0, decimals: 1)) } ?? Table.gap]
          })
      ])
  }
}
