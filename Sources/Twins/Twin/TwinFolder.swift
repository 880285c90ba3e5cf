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
        var old = TwinSummary(kind: header.kind, scale: .small(header.kind), seed: 0, noise: CueNoise())
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
  static func hasImages(_ target: URL, _ summary: TwinSummary) -> Bool {
    let files = FileManager.default
    guard files.fileExists(atPath: target.appendingPathComponent(summary.kind.scheme.fileName).path) else {
      return false
    }
    return holds(".jpg", of: summary, below: target)
  }

  /// Whether joints and as many labels lie there.
  static func hasCues(_ target: URL, _ summary: TwinSummary) -> Bool {
    FileManager.default.fileExists(atPath: target.appendingPathComponent(CueFiles.keypoints).path)
      && holds(".png", of: summary, below: target.appendingPathComponent(CueFiles.labels))
  }

  private static func holds(_ ending: String, of summary: TwinSummary, below folder: URL) -> Bool {
    summary.splits.allSatisfy { split in
      let names = try? FileManager.default.contentsOfDirectory(
        atPath: folder.appendingPathComponent(split.folder).path)
      return names?.count { $0.hasSuffix(ending) } == split.images
    }
  }

  /// Whether a twin has no cues, nor files of others under their names.
  static func lacksCues(_ target: URL, _ present: TwinSummary) -> Bool {
    if present.cues == 0 { return true }
    return !CueFiles.names.contains {
      FileManager.default.fileExists(atPath: target.appendingPathComponent($0).path)
    }
  }

  /// Whether a twin's images have the names of a plan's, and every so often one is the plan's byte by byte.
  static func holdsDrawing(_ target: URL, of plan: TwinPlan) throws -> Bool {
    for folder in TwinSummary.folders {
      let names = try FileManager.default.contentsOfDirectory(atPath: target.appendingPathComponent(folder).path)
      let planned = plan.shots.filter { $0.folder == folder }.map(\.file)
      guard Set(names.filter { $0.hasSuffix(".jpg") }) == Set(planned) else { return false }
    }
    return try stride(from: 0, to: plan.shots.count, by: max(1, plan.shots.count / sample)).allSatisfy { place in
      let shot = plan.shots[place]
      return try Data(contentsOf: target.appendingPathComponent(shot.path)) == Data(plan.draw(shot).jpeg)
    }
  }

  /// How many images are held against their drawing.
  private static let sample = 16

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
    let data: Data
    do { data = try encoder.encode(summary) } catch {
      throw PlainError("\(url.path): cannot be written (\(reason(error)))")
    }
    do throws(FileError) { try AtomicFile.write(data, to: url) } catch { throw PlainError(error.description) }
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

  /// Whether a twin that was made without cues has files under their names: somebody else's.
  static func hasForeignCues(_ target: URL, _ present: TwinSummary) -> Bool {
    present.cues == nil
      && CueFiles.names.contains { FileManager.default.fileExists(atPath: target.appendingPathComponent($0).path) }
  }

  /// Puts cues in place of those that were there. Until the last step, twin.json says that they are not whole.
  static func moveCues(from work: URL, to target: URL, _ summary: TwinSummary) throws(PlainError) {
    sync()
    var unfinished = summary
    unfinished.cues = 0
    try write(unfinished, to: target)
    rename(
      target.appendingPathComponent(CueFiles.labels).path, work.appendingPathComponent(CueFiles.labels + "-old").path)
    for name in CueFiles.names {
      guard rename(work.appendingPathComponent(name).path, target.appendingPathComponent(name).path) == 0 else {
        throw PlainError(
          "\(target.appendingPathComponent(name).path): cannot be put in place (\(String(cString: strerror(errno))))")
      }
    }
    try write(summary, to: target)
  }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return underlying.map { String(cString: strerror(Int32($0.code))) } ?? error.localizedDescription
  }
}
