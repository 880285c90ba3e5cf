import Foundation
import Runs
import Support

/// A folder of event files that TensorBoard reads, one for each run, in the folders that runs themselves have:
/// `<experiment>/<variant>/seed-<n>-<hash>/`.
package struct TensorBoardLog {
  package let root: URL

  /// Opens a folder, which need not be there yet.
  package init(_ root: URL) { self.root = root }

  /// Adds what is new of a run: each number of a step once, pictures and settings where they are others than the last ones
  /// there.
  ///
  /// - Throws: ``FileError`` where the file is damaged, cannot be written, or another process is writing it.
  package func write(_ exported: ExportedRun) throws(FileError) -> ExportOutcome {
    let folder = RunStore(root: root).folder(for: exported.run)
    var outcome = ExportOutcome(exported.run, in: folder)
    guard case .taken(let lock) = try RunLock.take(folder) else {
      throw FileError(folder, "another export is writing there; give the command again when it has ended")
    }
    defer { lock.release() }
    let file = try EventFile(in: folder, start: exported.series.start)
    var moments: [Moment: [Tensorboard_Summary.Value]] = [:]
    for (tag, points) in exported.series.series {
      for point in points where !file.entries.contains(.init(tag: tag, step: point.step)) {
        moments[Moment(time: point.time, step: point.step), default: []].append(.number(point.value, tag: tag))
        outcome.numbers += 1
      }
    }
    let last = Moment(
      time: exported.series.end ?? exported.series.start, step: exported.record.epochs.last?.epoch ?? 0)
    for value in Self.pictures(of: exported) + Self.texts(of: exported)
    where EventFile.digest(of: value) != file.digests[value.tag] {
      moments[last, default: []].append(value)
      outcome.files += 1
    }
    guard !moments.isEmpty else { return outcome }
    var events = moments.sorted { ($0.key.time, $0.key.step) < ($1.key.time, $1.key.step) }.map { moment, values in
      var event = Tensorboard_Event()
      (event.wallTime, event.step) = (moment.time, Int64(moment.step))
      event.summary.value = values
      return event
    }
    if file.isNew { events.insert(.beginning(at: exported.series.start), at: 0) }
    try file.append(events)
    return outcome
  }

  private struct Moment: Hashable {
    let time: Double
    let step: Int
  }

  private static func pictures(of exported: ExportedRun) -> [Tensorboard_Summary.Value] {
    exported.pictures.map { picture in
      var value = Tensorboard_Summary.Value()
      value.tag = "figures/\(picture.name)"
      value.image.width = Int32(clamping: picture.width)
      value.image.height = Int32(clamping: picture.height)
      value.image.colorspace = 3  // RGB
      value.image.encodedImageString = picture.png
      return value
    }
  }

  /// The settings, as a text in Markdown.
  private static func texts(of exported: ExportedRun) -> [Tensorboard_Summary.Value] {
    guard let plan = exported.plan else { return [] }
    var value = Tensorboard_Summary.Value()
    value.tag = "plan"
    value.metadata.pluginData.pluginName = "text"
    value.metadata.dataClass = .tensor
    value.tensor.dtype = .dtString
    // Four blanks mark a text that stands as it is, whatever is in it.
    let lines = plan.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
    value.tensor.stringVal = [Data(lines.joined(separator: "\n").utf8)]
    return [value]
  }
}

extension Tensorboard_Summary.Value {
  fileprivate static func number(_ value: Double, tag: String) -> Self {
    var summary = Self()
    summary.tag = tag
    summary.simpleValue = Float(value)
    return summary
  }
}

extension Tensorboard_Event {
  /// The first event of a file, which says what the others are.
  fileprivate static func beginning(at time: Double) -> Self {
    var event = Self()
    event.wallTime = time
    event.fileVersion = "brain.Event:2"
    event.sourceMetadata.writer = "aanet"
    return event
  }
}
