import Foundation
import Support

/// The folder `runs/`: where each run keeps its files, and reading and writing them safely.
///
/// A run's folder is `<experiment>/<variant>/seed-<n>-<hash>/`. It is finished once `metrics.json` is there, which is
/// written last; every other file may be ahead of or behind it.
package struct RunStore: Sendable {
  /// The files of a run's folder.
  package enum File: String, CaseIterable, Sendable {
    /// The resolved settings.
    case plan = "plan.yaml"
    /// Where the numbers come from.
    case provenance = "provenance.json"
    /// One line for each epoch.
    case epochs = "epochs.jsonl"
    /// Parameters, running statistics, the optimiser's momentum, σ, place in the epoch.
    case checkpoint = "checkpoint.safetensors"
    /// The checkpoint before that one; absent until there have been two.
    case previousCheckpoint = "checkpoint.previous.safetensors"
    /// Descriptors of query and gallery.
    case descriptors = "descriptors.safetensors"
    /// The runs whose descriptors stand side by side; only where the run trains none of its own.
    case combined = "combined.json"
    /// What each query's nearest gallery images were judged as; only where the run's ranking has such a stage.
    case pairs = "pairs.safetensors"
    /// What the run was measured at.
    case metrics = "metrics.json"
    /// The ranks of each query's true matches.
    case ranks = "ranks.json"

    /// How to get the file anew where it is damaged, without training again: a run is measured anew, and its files are
    /// written, where it has no `metrics.json`.
    package var remedy: String {
      self == .metrics
        ? "remove the file, and aanet run writes it anew"
        : "remove it and \(File.metrics.rawValue) beside it, and aanet run writes both anew"
    }
  }

  package let root: URL
  /// Whether writing makes folders that are missing.
  let makesFolders: Bool

  /// Opens the runs under a folder, which need not exist yet.
  package init(root: URL) { self.init(root: root, makesFolders: true) }

  private init(root: URL, makesFolders: Bool) {
    self.root = root
    self.makesFolders = makesFolders
  }

  /// The same runs for who is at work in a folder that is there. Where somebody removes it, writing is an error, and
  /// nothing comes back of it that looks like a run.
  package var withinExistingFolders: RunStore { RunStore(root: root, makesFolders: false) }

  package func folder(for run: RunIdentity) -> URL {
    let names = run.experiment.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    var folder = root
    for name in names + [run.variant] {
      folder.appendPathComponent(FolderName.component(for: name), isDirectory: true)
    }
    return folder.appendingPathComponent("seed-\(run.seed)-\(run.hash)", isDirectory: true)
  }

  package func url(_ file: File, of run: RunIdentity) -> URL {
    folder(for: run).appendingPathComponent(file.rawValue, isDirectory: false)
  }

  /// Whether a run's file is there.
  package func has(_ file: File, of run: RunIdentity) -> Bool {
    FileManager.default.fileExists(atPath: url(file, of: run).path)
  }

  /// Sees to it that this process may read a run's file, where it is there: one that it may not read is not damaged.
  package func requireReadable(_ file: File, of run: RunIdentity) throws(FileError) {
    let place = url(file, of: run)
    guard access(place.path, R_OK) != 0, errno == EACCES else { return }
    throw FileError(place, "cannot be read: \(DiskFault.words(EACCES, on: .reading))")
  }

  /// Whether a run is finished: it has been measured.
  package func isFinished(_ run: RunIdentity) -> Bool { has(.metrics, of: run) }

  // MARK: Whole files

  /// Writes a file whole or not at all.
  package func write(_ data: Data, as file: File, of run: RunIdentity) throws(FileError) {
    try AtomicFile.write(data, to: url(file, of: run), makesFolder: makesFolders)
  }

  /// Writes a file of a run from pieces.
  ///
  /// - Parameter previous: the file that what was there before is kept as; nil to let it go.
  /// - Throws: ``FileError``.
  package func write(
    _ pieces: [[UInt8]], as file: File, keeping previous: File? = nil, of run: RunIdentity
  ) throws(FileError) {
    try AtomicFile.write(
      pieces, to: url(file, of: run), keeping: previous.map { url($0, of: run) }, makesFolder: makesFolders)
  }

  /// Begins a file of a run that is written piece by piece, whole or not at all.
  package func replacement(of file: File, of run: RunIdentity) throws(FileError) -> FileReplacement {
    try FileReplacement(of: url(file, of: run), makesFolder: makesFolders)
  }

  /// Removes what a killed process left half-written in a run's folder. Only for who has the run to itself.
  package func sweep(_ run: RunIdentity) { AtomicFile.sweep(folder(for: run)) }

  /// Writes `plan.yaml`.
  package func writePlan(_ text: String, of run: RunIdentity) throws(FileError) {
    try write(Data(text.utf8), as: .plan, of: run)
  }

  /// The text of `plan.yaml`; nil where there is none.
  package func plan(of run: RunIdentity) throws(FileError) -> String? {
    let file = url(.plan, of: run)
    guard let data = try AtomicFile.read(file, limit: 1 << 20) else { return nil }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw FileError(file, "is not UTF-8; save it as UTF-8")
    }
    return text
  }

  /// Writes `provenance.json`.
  package func writeProvenance(_ provenance: Provenance, of run: RunIdentity) throws(FileError) {
    try writeJSON(provenance, as: .provenance, of: run)
  }

  /// Reads `provenance.json`; nil where there is none.
  package func provenance(of run: RunIdentity) throws(FileError) -> Provenance? {
    try readJSON(Provenance.self, .provenance, of: run, limit: 1 << 24)
  }

  /// Reads `provenance.json` of a run's folder, wherever that lies; nil where there is none.
  package static func provenance(in folder: URL) throws(FileError) -> Provenance? {
    try RunJSON.read(
      Provenance.self, from: folder.appendingPathComponent(File.provenance.rawValue), remedy: File.provenance.remedy,
      limit: 1 << 24)
  }

  /// Reads `metrics.json`; nil where there is none.
  package func metrics(of run: RunIdentity) throws(FileError) -> RunMetrics? {
    try readJSON(RunMetrics.self, .metrics, of: run, limit: 1 << 24)
  }

  /// Writes `ranks.json`.
  package func writeRanks(_ ranks: [QueryRanking], of run: RunIdentity) throws(FileError) {
    try writeJSON(ranks, as: .ranks, of: run)
  }

  /// Reads `ranks.json`; nil where there is none.
  package func ranks(of run: RunIdentity) throws(FileError) -> [QueryRanking]? {
    try readJSON([QueryRanking].self, .ranks, of: run, limit: 1 << 28)
  }

  /// Reads `ranks.json` of a run's folder, wherever that lies; nil where there is none.
  package static func ranks(in folder: URL) throws(FileError) -> [QueryRanking]? {
    let file = folder.appendingPathComponent(File.ranks.rawValue, isDirectory: false)
    return try RunJSON.read([QueryRanking].self, from: file, remedy: File.ranks.remedy, limit: 1 << 28)
  }

  /// Writes `combined.json`.
  package func writeCombined(_ parts: [CombinedRun], of run: RunIdentity) throws(FileError) {
    try writeJSON(parts, as: .combined, of: run)
  }

  /// Reads `combined.json`; nil where there is none, as with every run that trains.
  package func combined(of run: RunIdentity) throws(FileError) -> [CombinedRun]? {
    try readJSON([CombinedRun].self, .combined, of: run, limit: 1 << 20)
  }

  private func writeJSON(_ value: some Encodable, as file: File, of run: RunIdentity) throws(FileError) {
    try write(try json(value, for: file, of: run), as: file, of: run)
  }

  /// The bytes of a file that holds a value.
  func json(_ value: some Encodable, for file: File, of run: RunIdentity) throws(FileError) -> Data {
    try RunJSON.data(of: value, pretty: file != .ranks, for: url(file, of: run))
  }

  private func readJSON<Value: Decodable>(
    _ type: Value.Type, _ file: File, of run: RunIdentity, limit: Int
  ) throws(FileError) -> Value? {
    try RunJSON.read(type, from: url(file, of: run), remedy: file.remedy, limit: limit)
  }
}

/// How records are written as JSON: keys in order, and a loss that is no longer a number as `"NaN"`, so that a run
/// that diverged can still be recorded.
package enum RunJSON {
  static func encoder(pretty: Bool) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      pretty ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return encoder
  }

  /// A value as text on one line. JSON has one shortest form for every number, so that equal texts are equal bits.
  ///
  /// - Throws: what encoding throws.
  package static func text(of value: some Encodable) throws -> String {
    String(decoding: try encoder(pretty: false).encode(value), as: UTF8.self)
  }

  /// A value as the bytes of a file that ends with a line's end.
  package static func data(of value: some Encodable, pretty: Bool = true, for file: URL) throws(FileError) -> Data {
    do { return try encoder(pretty: pretty).encode(value) + Data("\n".utf8) } catch {
      throw FileError(file, "cannot be written: \(reason(error))")
    }
  }

  /// Reads a file of at most `limit` bytes; nil where there is none.
  ///
  /// - Parameter remedy: what to do about a file that holds something else, the end of the error's message.
  static func read<Value: Decodable>(
    _ type: Value.Type, from file: URL, remedy: String, limit: Int
  ) throws(FileError) -> Value? {
    guard let data = try AtomicFile.read(file, limit: limit) else { return nil }
    do { return try decoder().decode(type, from: data) } catch {
      throw FileError(file, "\(reason(error)); \(remedy)")
    }
  }

  static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return decoder
  }

  /// The reason in a decoding error, with the key: `retrieval.rank1 is missing`.
  package static func reason(_ error: any Error) -> String {
    func path(_ keys: [any CodingKey]) -> String {
      keys.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined().drop { $0 == "." }.description
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context): return "\(path(context.codingPath + [key])) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      return "\(path(context.codingPath)) has the wrong type"
    case DecodingError.dataCorrupted(let context):
      return context.codingPath.isEmpty ? "is no JSON" : "\(path(context.codingPath)): \(context.debugDescription)"
    default: return error.localizedDescription
    }
  }
}
