import Documents
import Foundation
import Runs
import Support

/// The picture in signs, for a terminal of any width.
extension WatchPicture {
  /// What stands above the runs, then each run: a line with its bar, and under it the learned σ or what is to be known.
  ///
  /// - Parameters:
  ///   - columns: no line is longer.
  ///   - rows: how many lines there may be; nil for all. What does not fit is counted in the last.
  package func lines(title: String, columns: Int, rows: Int? = nil) -> [String] {
    var lines = ["\(Wording.printable(title)) · \(counts)", "\(timeLeft)\(when)", ""]
    lines += notes.map { "note: \(Wording.printable($0, limit: 300))" }
    let layout = Layout(names: names, columns: columns)
    if !runs.isEmpty { lines.append(layout.heading) }
    var shown = 0
    for (run, name) in zip(runs, names) {
      let block = layout.lines(of: run, named: name)
      let isLast = shown == runs.count - 1
      if let rows, lines.count + block.count + (isLast ? 0 : 1) > rows { break }
      lines += block
      shown += 1
    }
    if shown < runs.count {
      let rest = Dictionary(grouping: runs[shown...], by: \.state)
      let words = WatchedRun.State.allCases.compactMap { state in rest[state].map { "\($0.count) \(state.rawValue)" } }
      lines.append("… and \(words.joined(separator: ", ")); a higher window shows them")
    }
    return lines.prefix(rows ?? .max).map { TerminalText.fitting($0, columns) }
  }

  /// The picture on one line, for a file.
  package func line(title: String) -> String {
    let running = runs.filter { $0.state == .running }
    let words = zip(runs, names).filter { $0.0.state == .running }.prefix(4).map { run, name in
      [
        name, Layout.place(run), run.loss.map { "loss \(Layout.number($0))" },
        run.imagesPerSecond.map { "\(Durations.rate($0)) images/s" },
      ].compactMap { $0 }.joined(separator: " ")
    }
    let more = running.count > 4 ? ["and \(running.count - 4) more"] : []
    return "\(when) \(Wording.printable(title)): "
      + ([counts + (secondsLeft == nil ? "" : ", \(timeLeft.dropLast(3))")] + words + more)
      .joined(separator: "; ")
  }

  /// What a person should know of runs that nobody is at work on: `tiny/Lg/1 failed: …`.
  package var complaints: [String] {
    runs.filter { [.failed, .interrupted, .damaged].contains($0.state) }.map { run in
      "\(run.run.experiment)/\(run.run.variant)/\(run.run.seed) \(run.state.rawValue)\(run.note.map { ": \($0)" } ?? "")"
    }
  }

  /// `3 finished, 2 running, 1 failed; 5 to come`
  private var counts: String {
    guard !runs.isEmpty else { return "no runs yet" }
    let order: [WatchedRun.State] = [.finished, .running, .failed, .interrupted, .damaged, .queued]
    let words = order.filter { count($0) > 0 }.map { "\(count($0)) \($0.rawValue)" }
    return words.joined(separator: ", ") + (toCome > 0 ? "; \(toCome) to come" : "")
  }

  private var timeLeft: String {
    if let secondsLeft { return "about \(Durations.about(secondsLeft)) left · " }
    return count(.running) > 0 ? "how long it takes is not known yet · " : "nobody is at work · "
  }

  /// Each run's shortest name that no other has, by how much of the names they share.
  private var names: [String] {
    let isOne = Set(runs.map(\.run.experiment)).count == 1
    let short = runs.map { run in
      let row = "\(run.run.variant)/\(run.run.seed)"
      return isOne ? row : "\(run.run.experiment.split(separator: "/").last ?? "")/\(row)"
    }
    let counts = Dictionary(short.map { ($0, 1) }, uniquingKeysWith: +)
    return zip(runs, short).map { run, name in
      Wording.printable(counts[name] == 1 ? name : "\(name)-\(run.run.hash.prefix(4))")
    }
  }
}

extension WatchPicture {
  /// Where what stands in the lines of one picture.
  private struct Layout {
    let columns: Int
    private let nameWidth: Int
    private let barWidth: Int
    /// Narrow windows go without the speed.
    private let hasRate: Bool

    /// Epoch, loss, images a second and time left, with two blanks before each.
    private static let widths = (epoch: 11, loss: 9, rate: 10, left: 12)

    init(names: [String], columns: Int) {
      self.columns = columns
      hasRate = columns >= 72
      let fixed = Self.widths.epoch + Self.widths.loss + (hasRate ? Self.widths.rate : 0) + Self.widths.left
      let room = max(12, columns - fixed)
      let longest = names.map(TerminalText.width).max() ?? 0
      nameWidth = min(max(longest, 4), max(6, room - 8))
      barWidth = min(30, max(4, room - nameWidth - 2))
    }

    var heading: String {
      row("run", bar: "training", epoch: "epoch", loss: "loss", rate: "images/s", left: "left")
    }

    func lines(of run: WatchedRun, named name: String) -> [String] {
      let left =
        switch run.state {
        case .running: run.secondsLeft.map(Durations.time) ?? ""
        case .finished: run.mAP.map { String(format: "mAP %.1f", 100 * $0) } ?? ""
        default: run.state.rawValue
        }
      let bar = run.share.map { Self.bar($0, cells: barWidth) } ?? ""
      var lines = [
        row(
          name, bar: bar, epoch: Self.place(run) ?? "", loss: run.loss.map(Self.number) ?? "",
          rate: run.imagesPerSecond.map(Durations.rate) ?? "", left: left)
      ]
      if let sigma = run.sigma, !sigma.isEmpty {
        let words = sigma.sorted { $0.key < $1.key }.map {
          "\(Wording.printable($0.key, limit: 30)) \(Self.number($0.value))"
        }
        lines.append("  σ \(words.joined(separator: ", "))")
      }
      if let note = run.note {
        lines += TerminalText.wrapped(Wording.printable(note, limit: 400), columns: columns - 2).map { "  \($0)" }
      }
      return lines
    }

    private func row(_ name: String, bar: String, epoch: String, loss: String, rate: String, left: String) -> String {
      func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - TerminalText.width(text))) + text
      }
      return TerminalText.padded(TerminalText.fitting(name, nameWidth), nameWidth) + "  "
        + TerminalText.padded(bar, barWidth) + right(epoch, Self.widths.epoch) + right(loss, Self.widths.loss)
        + (hasRate ? right(rate, Self.widths.rate) : "") + right(left, Self.widths.left)
    }

    /// `7/16`, `mining 40%`
    static func place(_ run: WatchedRun) -> String? {
      if let phase = run.phase, let share = run.shareOfPhase {
        return "\(phase == .mining ? "mining" : "test") \(Int(share * 100))%"
      }
      guard run.epoch > 0 else { return nil }
      return "\(run.epoch)" + (run.epochs.map { "/\($0)" } ?? "")
    }

    static func number(_ value: Double) -> String {
      value.isFinite ? String(format: abs(value) < 1000 ? "%.3f" : "%.2g", value) : "NaN"
    }

    private static func bar(_ share: Double, cells: Int) -> String {
      let filled = min(cells, max(0, Int(share * Double(cells))))
      return String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
    }
  }
}
