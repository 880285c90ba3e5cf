import Datasets
import Foundation
import Support

/// The folder of a twin: looked at before, put in place after.
enum TwinFolder {
  static let manifest = "twin.json"

  /// What is at a twin's place.
  enum State {
    case free
    case twin(TwinSummary)
    case foreign
  }

  static func state(of target: URL) throws(PlainError) -> State {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    guard files.fileExists(atPath: target.path, isDirectory: &isFolder) else { return .free }
    guard isFolder.boolValue else { return .foreign }
    let url = target.appendingPathComponent(manifest)
    if let size = (try? files.attributesOfItem(atPath: url.path))?[.size] as? Int, size < 1 << 20,
      let data = try? Data(contentsOf: url)
    {
      if let summary = try? JSONDecoder().decode(TwinSummary.self, from: data) { return .twin(summary) }
      // A manifest of another version: a twin, but never an equal one.
      struct Header: Decodable {
        var kind: SyntheticTwin.Kind
        var version: Int
      }
      if let header = try? JSONDecoder().decode(Header.self, from: data) {
        var old = TwinSummary(kind: header.kind, scale: .small(header.kind), seed: 0)
        old.version = -1
        return .twin(old)
      }
      return .foreign
    }
    do { return try files.contentsOfDirectory(atPath: target.path).isEmpty ? .free : .foreign } catch {
      throw PlainError("\(target.path): cannot be read (\(error.localizedDescription))")
    }
  }

  /// Whether as many images lie there as the manifest says.
  static func isComplete(_ target: URL, _ summary: TwinSummary) -> Bool {
    let files = FileManager.default
    guard files.fileExists(atPath: target.appendingPathComponent(summary.kind.scheme.fileName).path) else {
      return false
    }
    return summary.splits.allSatisfy { split in
      let names = try? files.contentsOfDirectory(atPath: target.appendingPathComponent(split.folder).path)
      return names?.filter { $0.hasSuffix(".jpg") }.count == split.images
    }
  }

  static func makeFolder(_ url: URL) throws(PlainError) {
    do { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) } catch {
      throw PlainError("\(url.path): the folder cannot be made (\(reason(error)))")
    }
  }

  /// A hidden folder beside the target; what earlier, killed processes left there is cleared away.
  static func makeWorkFolder(for target: URL) throws(PlainError) -> URL {
    let parent = target.deletingLastPathComponent()
    try makeFolder(parent)
    let prefix = ".\(target.lastPathComponent).partial-"
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: parent.path)) ?? [] where name.hasPrefix(prefix) {
      guard let process = Int32(name.dropFirst(prefix.count).prefix { $0.isNumber }), process > 0 else { continue }
      let isRunning = kill(process, 0) == 0 || errno == EPERM
      if !isRunning || process == getpid() { try? files.removeItem(at: parent.appendingPathComponent(name)) }
    }
    let work = parent.appendingPathComponent(prefix + String(getpid()))
    try makeFolder(work)
    return work
  }

  static func write(_ summary: TwinSummary, to folder: URL) throws(PlainError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let url = folder.appendingPathComponent(manifest)
    do { try encoder.encode(summary).write(to: url) } catch {
      throw PlainError("\(url.path): cannot be written (\(reason(error)))")
    }
  }

  /// Puts a whole folder in place of what was there.
  static func move(_ work: URL, to target: URL) throws(PlainError) {
    // One flush for all files, so that a power cut cannot leave empty ones under the final name.
    sync()
    let old = work.deletingLastPathComponent().appendingPathComponent(work.lastPathComponent + "-old")
    try? FileManager.default.removeItem(at: old)
    let isReplaced = rename(target.path, old.path) == 0
    guard rename(work.path, target.path) == 0 else {
      let why = String(cString: strerror(errno))
      if isReplaced { rename(old.path, target.path) }
      throw PlainError("\(target.path): cannot be put in place (\(why))")
    }
    if isReplaced { try? FileManager.default.removeItem(at: old) }
  }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return underlying.map { String(cString: strerror(Int32($0.code))) } ?? error.localizedDescription
  }
}

/// What a twin holds; stored beside its images as `twin.json`.
package struct TwinSummary: Codable, Equatable, Sendable {
  /// One folder of images.
  package struct Split: Codable, Equatable, Sendable {
    package var folder: String
    package var images: Int
    /// Its identities, without distractors (0) and junk (−1).
    package var identities: Int
    package var cameras: Int
  }

  /// The folders of the real benchmarks.
  package static let folders = ["bounding_box_train", "bounding_box_test", "query"]

  /// The benchmark that it stands in for.
  package var kind: SyntheticTwin.Kind
  /// The version of the drawing, see ``SyntheticTwin/version``.
  package var version: Int
  package var seed: UInt64
  package var scale: TwinScale
  package var splits: [Split]
  package var images: Int
  /// Whether it was there already and nothing was drawn.
  package var wasPresent: Bool

  init(kind: SyntheticTwin.Kind, scale: TwinScale, seed: UInt64) {
    self.kind = kind
    version = SyntheticTwin.version
    self.seed = seed
    self.scale = scale
    splits = []
    images = 0
    wasPresent = false
  }

  mutating func count(_ shots: [TwinPlan.Shot]) {
    splits = Self.folders.map { folder in
      let those = shots.filter { $0.folder == folder }
      let known = those.filter { !$0.file.hasPrefix("0000_") && !$0.file.hasPrefix("-1_") }
      return Split(
        folder: folder, images: those.count, identities: Set(known.map(\.person)).count,
        cameras: Set(those.map(\.camera)).count)
    }
    images = shots.count
  }

  func isSame(as other: TwinSummary) -> Bool {
    kind == other.kind && version == other.version && seed == other.seed && scale == other.scale
      && splits == other.splits
  }

  func markedPresent() -> TwinSummary {
    var copy = self
    copy.wasPresent = true
    return copy
  }
}
