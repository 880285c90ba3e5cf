import Foundation
import Runs
import Support

/// What one `aanet submit` gave to Slurm: the folder `runs/.submitted/<name>/`.
///
/// It is written before the first job is, and never changed. A task is found again in Slurm's queue by the name of its
/// job, which nothing else has, and its number, so that no number of a job has to be kept.
package struct SubmittedSweep: Sendable {
  /// A task of an array.
  package struct Task: Codable, Hashable, Sendable {
    /// The run that it trains, as it was named then: one that starts from a run that was not finished yet has another
    /// name later.
    package var run: RunIdentity
    /// A digest of the run's settings, which names it whatever it starts from.
    package var settings: String

    package init(run: RunIdentity, settings: String) { (self.run, self.settings) = (run, settings) }
  }

  /// `sweep.json`
  package struct Content: Codable, Sendable {
    /// When (ISO 8601).
    package var when: String
    /// The command, as it can be given again.
    package var command: String
    /// The tasks of each array.
    package var arrays: [[Task]]

    package init(when: String, command: String, arrays: [[Task]]) {
      (self.when, self.command, self.arrays) = (when, command, arrays)
    }
  }

  /// Its name, the beginning of the names of its jobs.
  package let name: String
  package let folder: URL
  package let content: Content

  /// Where the runs of a store that were submitted are known.
  package static func room(of store: RunStore) -> URL {
    store.root.appendingPathComponent(".submitted", isDirectory: true)
  }

  private static let fileName = "sweep.json"
  private static let largest = 1 << 27

  package init(name: String, in room: URL, content: Content) {
    self.name = name
    self.content = content
    folder = room.appendingPathComponent(name, isDirectory: true)
  }

  /// A name for a sweep of an experiment that no other has, of characters that mean nothing to Slurm or a shell.
  package static func newName(of experiment: String, when: String) -> String {
    let last = experiment.split(separator: "/").last.map(String.init) ?? experiment
    let plain = last.unicodeScalars.filter {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
    }
    let time = when.filter { $0.isNumber || $0 == "T" }
    let mark = String(UInt32.random(in: 0x10_0000...0xff_ffff), radix: 16)
    return "\(String(String.UnicodeScalarView(plain.prefix(24))))-\(time)-\(mark)"
  }

  // MARK: Its jobs

  /// What an array is called in Slurm's queue.
  package func jobName(ofArray number: Int) -> String { "\(name)-\(number)" }
  package var jobNames: [String] { content.arrays.indices.map(jobName) }

  package func script(_ name: String) -> URL { folder.appendingPathComponent("\(name).sh", isDirectory: false) }
  /// A task's log.
  package func log(ofArray number: Int, task: String) -> String { "\(folder.path)/logs/\(number)-\(task).log" }
  package func log(_ name: String) -> String { "\(folder.path)/logs/\(name).log" }
  /// The beginning of the names of the files that say how an array's tasks ended, where that was badly.
  package func endings(ofArray number: Int) -> URL {
    folder.appendingPathComponent("endings/\(number)-", isDirectory: false)
  }

  /// The exit code of a task that failed; nil of all others.
  ///
  /// - Parameter trace: what the run writes while it is alive. Where that is younger, the run was gone on with since.
  package func failure(ofArray number: Int, task: Int, unlessYounger trace: URL? = nil) -> Int? {
    let file = URL(fileURLWithPath: endings(ofArray: number).path + "\(task)", isDirectory: false)
    guard let data = try? AtomicFile.read(file, limit: 64) else { return nil }
    if let trace, let alive = Self.written(trace), let ended = Self.written(file), alive > ended { return nil }
    return Int(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
  }

  private static func written(_ file: URL) -> Date? {
    (try? FileManager.default.attributesOfItem(atPath: file.path))?[.modificationDate] as? Date
  }

  // MARK: On disk

  /// Writes `sweep.json`, last of all: from then on its tasks count as submitted.
  package func write() throws(FileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let file = folder.appendingPathComponent(Self.fileName, isDirectory: false)
    guard let data = try? encoder.encode(content) else { throw FileError(file, "cannot be written as JSON") }
    try AtomicFile.write(data + Data("\n".utf8), to: file)
  }

  /// Every sweep that was submitted, the oldest first. A folder without `sweep.json` is what a killed `aanet submit` left.
  ///
  /// - Throws: ``FileError`` where one cannot be read.
  package static func all(of store: RunStore) throws(FileError) -> [SubmittedSweep] {
    let room = room(of: store)
    var sweeps: [SubmittedSweep] = []
    for name in ((try? FileManager.default.contentsOfDirectory(atPath: room.path)) ?? []).sorted() {
      let file = room.appendingPathComponent(name, isDirectory: true).appendingPathComponent(fileName)
      guard let data = try AtomicFile.read(file, limit: largest) else { continue }
      do {
        sweeps.append(SubmittedSweep(name: name, in: room, content: try JSONDecoder().decode(Content.self, from: data)))
      } catch {
        throw FileError(
          file, "\(RunJSON.reason(error)); where nothing of it is queued any more, remove its folder")
      }
    }
    return sweeps.sorted { ($0.content.when, $0.name) < ($1.content.when, $1.name) }
  }
}
