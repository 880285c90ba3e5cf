import Experiments
import Foundation
import Layers
import Runs
import Tensors

/// Two records of one run, held against each other bit for bit in everything but times and memory.
package struct RunAgreement: Codable, Sendable {
  /// One part of the records.
  package struct Part: Codable, Sendable {
    /// What is compared: `parameters`, `ranks`.
    package let name: String
    /// How many numbers it has, or characters where it is text.
    package let count: Int
    /// The first thing that differs; nil where every bit is the same.
    package let difference: String?
  }

  /// The parts, in the order of training and measuring.
  package let parts: [Part]

  /// Whether every bit of every part is the same.
  package var isSame: Bool { parts.allSatisfy { $0.difference == nil } }

  /// Compares a finished run in one place with the same run in another.
  ///
  /// - Throws: `FileError` or `PlainError` where a file cannot be read.
  package init(of run: RunIdentity, in first: RunStore, and second: RunStore) throws {
    func both<Value>(_ read: (RunStore) throws -> Value) rethrows -> (Value, Value) {
      (try read(first), try read(second))
    }
    let checkpoints = try both { try SafeTensors(checking: $0.url(.checkpoint, of: run)) }
    let descriptors = try both { try SafeTensors(contentsOf: $0.url(.descriptors, of: run)).tensors }
    let pairs = try both { store in
      store.has(.pairs, of: run) ? try SafeTensors(contentsOf: store.url(.pairs, of: run)).tensors : [:]
    }
    func tensors(_ name: String, where isMeant: (Substring) -> Bool, behind prefix: String) -> Part {
      func chosen(_ file: SafeTensors) -> [String: StoredTensor] {
        file.tensors.filter { $0.key.hasPrefix(prefix) && isMeant($0.key.dropFirst(prefix.count)) }
      }
      return Self.tensors(name, chosen(checkpoints.0), chosen(checkpoints.1))
    }
    func isStatistic(_ name: Substring) -> Bool { name.hasSuffix(".running_mean") || name.hasSuffix(".running_var") }
    func isSigma(_ name: Substring) -> Bool { name.hasSuffix("log_variance") }
    let places = (try Self.place(in: checkpoints.0), try Self.place(in: checkpoints.1))
    let ofPairs = pairs.0.isEmpty && pairs.1.isEmpty ? [] : [Self.tensors("pairs", pairs.0, pairs.1)]
    let before = [
      Self.text("plan", try both { try $0.plan(of: run) ?? "" }),
      tensors("parameters", where: { !isStatistic($0) && !isSigma($0) }, behind: "model."),
      tensors("BatchNorm statistics", where: isStatistic, behind: "model."),
      tensors("σ", where: isSigma, behind: "model."),
      tensors("momentum", where: { _ in true }, behind: "momentum."),
      Self.text("place in training", places),
      Self.text("epochs", try both { try RunJSON.text(of: try $0.epochs(of: run).map(\.withoutTimes)) }),
      Self.tensors("descriptors", descriptors.0, descriptors.1),
    ]
    let after = [
      Self.text("ranks", try both { try RunJSON.text(of: try $0.ranks(of: run)) }),
      Self.text("metrics", try both { try RunJSON.text(of: try $0.metrics(of: run)?.withoutTimes) }),
    ]
    parts = before + ofPairs + after
  }

  private static func place(in checkpoint: SafeTensors) throws -> String {
    var progress = try Checkpoint.progress(in: checkpoint)
    progress.seconds = 0
    return try RunJSON.text(of: progress)
  }

  static func text(_ name: String, _ texts: (String, String)) -> Part {
    let (first, second) = texts
    guard !first.utf8.elementsEqual(second.utf8) else { return Part(name: name, count: first.count, difference: nil) }
    let start = zip(first, second).prefix { $0 == $1 }.count
    func excerpt(_ text: String) -> String { "'\(text.dropFirst(max(0, start - 30)).prefix(60))'" }
    return Part(name: name, count: first.count, difference: "\(excerpt(first)) and \(excerpt(second))")
  }

  static func tensors(
    _ name: String, _ first: [String: StoredTensor], _ second: [String: StoredTensor]
  ) -> Part {
    let names = Set(first.keys).union(second.keys).sorted()
    let difference = names.lazy.compactMap { key -> String? in
      guard let one = first[key], let other = second[key] else { return "\(key) is in one of them only" }
      guard one != other else { return nil }
      guard one.shape == other.shape, one.kind == other.kind else { return "\(key) has another shape or type" }
      let bytes = zip(one.bytes, other.bytes).enumerated().first { $1.0 != $1.1 }
      return "\(key)[\((bytes?.offset ?? 0) / one.kind.size)]"
    }.first
    return Part(name: name, count: first.values.reduce(0) { $0 + $1.count }, difference: difference)
  }
}

extension EpochRecord {
  /// The record without what a clock says.
  fileprivate var withoutTimes: EpochRecord {
    var record = self
    record.seconds = 0
    record.secondsWaiting = 0
    return record
  }
}

extension RunMetrics {
  /// The metrics without what clocks and memory say.
  fileprivate var withoutTimes: RunMetrics {
    var metrics = self
    metrics.secondsTraining = 0
    metrics.secondsEvaluating = 0
    metrics.imagesPerSecond = 0
    metrics.peakMemoryGiB = 0
    return metrics
  }
}
