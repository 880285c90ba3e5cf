import Foundation
import Support

/// What one process measured of a pass: `aanet bench` and the peer program print it alike.
package struct MeasuredSpeed: Codable, Hashable, Sendable {
  /// Images per second of the fastest repeat.
  package let imagesPerSecond: Double
  /// The process's largest resident size, in GiB.
  package let peakMemoryGiB: Double
  /// Trainable numbers of the network.
  package let parameters: Int

  enum CodingKeys: String, CodingKey {
    case imagesPerSecond = "images_per_s"
    case peakMemoryGiB = "peak_rss_gib"
    case parameters
  }

  /// Reads what a program printed.
  ///
  /// - Throws: `PlainError` where that is something else.
  package init(printed text: String) throws(PlainError) {
    guard let found = try? JSONDecoder().decode(MeasuredSpeed.self, from: Data(text.utf8)) else {
      throw PlainError("it printed no speed, but \(Wording.quoted(text))")
    }
    guard found.imagesPerSecond.isFinite, found.imagesPerSecond > 0, found.peakMemoryGiB.isFinite,
      found.peakMemoryGiB >= 0
    else { throw PlainError("it printed a speed that is none: \(Wording.quoted(text))") }
    self = found
  }
}

/// The engine beside PyTorch in one mode, on one piece of work.
package struct ComparedSpeed: Codable, Sendable {
  /// What one side measured, round by round.
  package struct Side: Codable, Sendable {
    /// PyTorch's mode, or the engine's precision.
    package let setting: String
    /// Images per second of each round's fastest step.
    package let rounds: [Double]
    /// Their median.
    package let imagesPerSecond: Double
    /// The median of the processes' largest resident sizes, in GiB.
    package let peakMemoryGiB: Double

    enum CodingKeys: String, CodingKey {
      case setting, rounds
      case imagesPerSecond = "images_per_s"
      case peakMemoryGiB = "peak_rss_gib"
    }

    init(_ setting: String, _ speeds: [MeasuredSpeed]) {
      self.setting = setting
      rounds = speeds.map(\.imagesPerSecond)
      imagesPerSecond = rounds.median
      peakMemoryGiB = speeds.map(\.peakMemoryGiB).median
    }
  }

  package let model: String
  /// `train` or `infer`.
  package let pass: String
  package let batch: Int
  /// `HEIGHTxWIDTH` of the images.
  package let size: String
  package let peer: Side
  package let engine: Side
  /// How many times as fast as PyTorch the engine is, in each round.
  package let ratios: [Double]
  /// Their median.
  package let ratio: Double
  /// The engine's memory in parts of PyTorch's.
  package let memoryRatio: Double

  enum CodingKeys: String, CodingKey {
    case model, pass, batch, size, peer, engine, ratios, ratio
    case memoryRatio = "memory_ratio"
  }

  /// - Parameter pairs: both sides' measurements, round by round; not empty.
  init(of work: ComparedWork, _ mode: PeerMode, _ pairs: [(peer: MeasuredSpeed, engine: MeasuredSpeed)]) {
    (model, pass, batch) = (work.model, work.pass.rawValue, work.batch)
    size = "\(work.settings.input.height)x\(work.settings.input.width)"
    peer = Side(mode.rawValue, pairs.map(\.peer))
    engine = Side(mode.rival.rawValue, pairs.map(\.engine))
    ratios = pairs.map { $0.engine.imagesPerSecond / $0.peer.imagesPerSecond }
    ratio = ratios.median
    memoryRatio = engine.peakMemoryGiB / peer.peakMemoryGiB
  }
}

extension [Double] {
  /// The middle one, or the mean of the two in the middle.
  fileprivate var median: Double {
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
