import Documents
import Foundation
import Runs
import Support

/// What a page carries to be checked by: the runs that its figures come from, the digests of their files, and the ranks of
/// every query's true matches, from which mAP and Rank-k follow.
///
/// A manifest is a function of its records: it holds no date and no path of this machine. It proves nothing against
/// somebody who writes a page and a manifest that agree; the records on disk do (``PageVerification``).
package struct PageManifest: Codable, Hashable, Sendable {
  package struct Run: Codable, Hashable, Sendable {
    /// Its folder under `runs/`, which names it: `quickstart/table3/Lg+Lp/seed-1-0123456789ab`.
    package var id: String
    package var experiment: String
    package var variant: String
    package var seed: Int
    /// The digest over everything that decides its result.
    package var hash: String
    /// The commit that it was trained at; empty where nobody recorded one.
    package var commit: String
    /// The dataset's fingerprint.
    package var dataset: String
    /// SHA-256 of its files, by name.
    package var files: [String: String]
    /// Its figures as `metrics.json` states them, as fractions, by their names there.
    package var scores: [String: Double]
    /// Queries that were counted.
    package var queries: Int
    /// Queries that were not, having no true match.
    package var queriesWithoutMatch: Int
    /// The ranks of each counted query's true matches (``RankCode``), in the order of `ranks.json`; nil without that file.
    package var ranks: String?
    /// SHA-256 of this entry's JSON with this field empty.
    package var digest: String

    enum CodingKeys: String, CodingKey {
      case id, experiment, variant, seed, hash, commit, dataset, files, scores, queries, ranks, digest
      case queriesWithoutMatch = "queries_without_match"
    }
  }

  /// The version of this form.
  package var format: Int
  /// How the figures follow from the ranks.
  package var rules: String
  /// The runs, in the order in which the page names them.
  package var runs: [Run]

  /// The version of the form that this program writes and reads.
  package static let format = 1

  static let rules =
    "Ranks count from 1 in the gallery sorted by distance, without images of the query's identity in its own camera and "
    + "without junk (identity -1); identity 0 stays as a negative; ties go by file name. A query without a true match is "
    + "not counted. mAP: mean over queries of the mean over matches of i / rank. Rank-k: share of queries whose first "
    + "match is at rank k or before. Re-ranked figures and attribute accuracies are not in here."

  /// The files of a run whose digests are carried.
  static let files: [RunStore.File] = [.plan, .provenance, .epochs, .metrics, .ranks]

  /// Reads the files of finished runs, each run once.
  ///
  /// - Throws: `FileError` where a file cannot be read, `PlainError` where `ranks.json` holds no ranks.
  package init(of records: [RunRecord]) throws {
    format = Self.format
    rules = Self.rules
    var seen: Set<String> = []
    runs = try records.filter { seen.insert(Self.id(of: $0.identity)).inserted }.compactMap { try Run($0) }
  }

  /// The name of a run on a page: its folder under `runs/`. It holds no space.
  package static func id(of run: RunIdentity) -> String {
    let names = run.experiment.split(separator: "/").map(String.init) + [run.variant]
    return names.map(FolderName.component(for:)).joined(separator: "/") + "/seed-\(run.seed)-\(run.hash)"
  }
}

extension PageManifest.Run {
  /// Reads a run's files; nil for a run that is not finished.
  init?(_ record: RunRecord) throws {
    guard let retrieval = record.metrics?.retrieval else { return nil }
    let run = record.identity
    var digests: [String: String] = [:]
    for file in PageManifest.files {
      if let data = try Self.data(file, in: record.folder) { digests[file.rawValue] = SHA256.hexadecimal(data) }
    }
    self.init(
      id: PageManifest.id(of: run), experiment: run.experiment, variant: run.variant, seed: run.seed, hash: run.hash,
      commit: record.provenance?.commit ?? "", dataset: record.provenance?.dataset ?? "", files: digests,
      scores: Metric.shares(retrieval).filter { $0.value.isFinite }, queries: retrieval.queries,
      queriesWithoutMatch: retrieval.queriesWithoutMatch, ranks: try Self.ranks(in: record.folder), digest: "")
    digest = try computedDigest()
  }

  /// The bytes of a run's file; nil where there is none.
  static func data(_ file: RunStore.File, in folder: URL) throws -> Data? {
    try AtomicFile.read(folder.appendingPathComponent(file.rawValue), limit: 1 << 28)
  }

  /// The ranks of `ranks.json` as a page carries them; nil where there is no such file.
  static func ranks(in folder: URL) throws -> String? {
    guard let data = try data(.ranks, in: folder) else { return nil }
    let file = folder.appendingPathComponent(RunStore.File.ranks.rawValue).path.onOneLine
    guard let queries = try? JSONDecoder().decode([QueryRanking].self, from: data) else {
      throw PlainError("\(file): holds no rankings; \(RunStore.File.ranks.remedy)")
    }
    guard let text = RankCode.text(of: queries.map(\.matchRanks).filter { !$0.isEmpty }) else {
      throw PlainError("\(file): ranks do not rise from 1; \(RunStore.File.ranks.remedy)")
    }
    return text
  }

  /// The digest of the entry as it stands.
  func computedDigest() throws -> String {
    var bare = self
    bare.digest = ""
    return SHA256.hexadecimal(try PageManifest.encoder.encode(bare))
  }

  /// The figures that the carried ranks give; nil where the run carries none that can be read.
  func recomputed() -> RecomputedScores? {
    ranks.flatMap(RankCode.queries(in:)).map { RecomputedScores(matchRanks: $0) }
  }
}

extension PageManifest {
  /// Writes JSON whose bytes depend on the values alone.
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
