import Documents
import Evidence
import Experiments
import Runs
import Support

extension SweepPlan {
  /// A row a variant, for a terminal.
  var text: String {
    let experiments = rows.map(\.experiment).unique
    var table = TextTable(
      (experiments.count > 1 ? ["Experiment"] : []) + [
        "Variant", "Runs", "Done", "Epochs", "Images", "Images/s", "Hours", "Disk",
      ], right: Set((experiments.count > 1 ? 2 : 1)...(experiments.count > 1 ? 8 : 7)))
    for row in rows {
      table.add(
        (experiments.count > 1 ? [row.experiment] : []) + [
          row.variant, "\(row.runs)", "\(row.finished)", "\(row.epochs)",
          Wording.grouped(row.images),
          row.imagesPerSecond.map(Durations.rate) ?? "—", row.cost.hoursInWords ?? "—",
          row.cost.bytesInWords ?? "—",
        ])
    }
    let time = total.seconds.map { "about \(Durations.about($0))" } ?? "an unknown time"
    let left =
      total.runs == 0
      ? "Nothing is left to train."
      : "\(Wording.count(total.runs, "run")) to train\(atOnce > 1 ? ", \(atOnce) at once" : ""): \(time) on "
        + "\(Wording.printable(machine)), and \(total.bytesInWords ?? "—") on the disk."
    let speeds = atOnce > 1 ? "; images/s and hours are those of one process of \(atOnce)" : ""
    return
      "\(table.text)\n\n\(left)\nEpochs and images are of one run; hours and disk of all that are missing\(speeds)."
  }
}
