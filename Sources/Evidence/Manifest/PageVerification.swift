import Documents
import Foundation
import Runs
import Support

/// A page checked against its manifest and, where they are, against the records on disk.
package struct PageVerification: Sendable {
  /// Runs that the manifest names.
  package private(set) var runs = 0
  /// Runs whose records were on disk and were compared.
  package private(set) var runsOnDisk = 0
  /// Figures on the page that agree with what was recomputed.
  package private(set) var figures = 0
  /// Figures that lead to a run without ranks, so that nothing can be recomputed.
  package private(set) var unknown = 0
  /// What disagrees, each in a sentence that names it.
  package private(set) var differences: [String] = []

  /// The largest page that is read, in bytes.
  package static let largestPage = 1 << 26

  /// Checks a page; `store` holds the records, nil compares with none.
  ///
  /// - Throws: a `PlainError` where the file is no page with a manifest that can be read.
  package init(of file: URL, against store: RunStore?) throws {
    let name = file.path.onOneLine
    let data: Data?
    do { data = try AtomicFile.read(file, limit: Self.largestPage) } catch { throw PlainError("\(error)") }
    guard let data else { throw PlainError("\(name): there is no such file") }
    let page = PageElements([UInt8](data))
    let manifest = try Self.manifest(of: page, name: name)
    runs = manifest.runs.count
    var recomputed: [String: RecomputedScores?] = [:]
    for run in manifest.runs {
      if recomputed[run.id] != nil { differences.append("\(run.id.onOneLine): stands twice in the manifest") }
      recomputed[run.id] = .some(try check(run))
      if let store { try compare(run, with: store) }
    }
    for figure in page.figures { check(figure, recomputed, name: name) }
    if page.figures.isEmpty { differences.append("no figure on the page leads back to a run") }
  }

  private static func manifest(of page: PageElements, name: String) throws -> PageManifest {
    guard page.isPage else { throw PlainError("\(name): is no HTML page") }
    guard let text = page.manifests.first, page.manifests.count == 1 else {
      throw PlainError(
        page.manifests.isEmpty
          ? "\(name): carries no manifest; pages of this version of aanet report do"
          : "\(name): carries \(page.manifests.count) manifests; a page has one")
    }
    guard !page.isCut else { throw PlainError("\(name): ends within its manifest; the file is cut short") }
    struct Form: Decodable { var format: Int }
    guard let form = try? JSONDecoder().decode(Form.self, from: Data(text.utf8)) else {
      throw PlainError("\(name): its manifest is no JSON of a manifest")
    }
    guard form.format == PageManifest.format else {
      throw PlainError("\(name): its manifest has the form \(form.format); this program reads \(PageManifest.format)")
    }
    do { return try JSONDecoder().decode(PageManifest.self, from: Data(text.utf8)) } catch {
      throw PlainError("\(name): its manifest cannot be read: \(RunJSON.reason(error).onOneLine)")
    }
  }

  /// Checks an entry against itself: its digest, its counts, and the figures that its ranks give.
  private mutating func check(_ run: PageManifest.Run) throws -> RecomputedScores? {
    let id = run.id.onOneLine
    let identity = RunIdentity(experiment: run.experiment, variant: run.variant, seed: run.seed, hash: run.hash)
    if PageManifest.id(of: identity) != run.id { differences.append("\(id): is not the name of the run it describes") }
    if try run.computedDigest() != run.digest {
      differences.append("\(id): the entry in the manifest does not have its digest; it was changed")
    }
    guard run.ranks != nil else { return nil }
    guard let found = run.recomputed() else {
      differences.append("\(id): its ranks cannot be read")
      return nil
    }
    if found.queries != run.queries {
      differences.append("\(id): the ranks are of \(found.queries) queries, not \(run.queries)")
    }
    for (metric, stated) in run.scores.sorted(by: { $0.key < $1.key }) {
      guard let value = found.values[metric] else { continue }
      if !(abs(value - stated) <= 1e-9) {
        differences.append("\(id): \(metric) is stated as \(stated); its ranks give \(value)")
      }
    }
    return found
  }

  private mutating func compare(_ run: PageManifest.Run, with store: RunStore) throws {
    guard run.hash.wholeMatch(of: /[0-9a-zA-Z]{1,64}/) != nil else {
      differences.append("\(run.id.onOneLine): its hash is none")
      return
    }
    let identity = RunIdentity(experiment: run.experiment, variant: run.variant, seed: run.seed, hash: run.hash)
    let folder = store.folder(for: identity)
    guard try PageManifest.Run.data(.metrics, in: folder) != nil else { return }
    runsOnDisk += 1
    for change in store.sealStatus(of: identity).changes {
      differences.append("\(run.id.onOneLine): \(change) on disk is not what was sealed when the run was finished")
    }
    for file in PageManifest.files {
      let digest = try PageManifest.Run.data(file, in: folder).map { SHA256.hexadecimal($0) }
      guard digest != run.files[file.rawValue] else { continue }
      differences.append(
        "\(run.id.onOneLine): \(file.rawValue) on disk "
          + (digest == nil ? "is missing" : run.files[file.rawValue] == nil ? "is not in the manifest" : "is another"))
    }
    if try PageManifest.Run.ranks(in: folder) != run.ranks {
      differences.append("\(run.id.onOneLine): the ranks on disk are not those of the page")
    }
    if let metrics = try store.metrics(of: identity) {
      let stated = Metric.shares(metrics.retrieval).filter { $0.value.isFinite }
      if stated != run.scores {
        differences.append("\(run.id.onOneLine): its figures on disk are not those of the page")
      }
    }
  }

  private mutating func check(
    _ figure: PageElements.Figure, _ recomputed: [String: RecomputedScores?], name: String
  ) {
    let place =
      "\(name):\(figure.line): \(figure.metric.onOneLine) shown as '\(String(figure.text.prefix(60)).onOneLine)'"
    guard !figure.runs.isEmpty, figure.runs.allSatisfy({ recomputed[$0] != nil }) else {
      differences.append("\(place) leads to a run that the manifest does not have")
      return
    }
    let scores = figure.runs.compactMap { recomputed[$0] ?? nil }
    guard scores.count == figure.runs.count else {
      unknown += 1
      return
    }
    let values = scores.compactMap { $0.values[figure.metric].map { 100 * $0 } }
    guard values.count == scores.count, let sample = Sample(values) else {
      differences.append("\(place) is no figure that can be recomputed")
      return
    }
    let shown = ShownFigure(figure.text)
    if shown?.mean.shows(sample.mean) != true {
      differences.append("\(place); recomputed: \(Numerals.spread(sample))")
    } else if let deviation = shown?.deviation, !deviation.shows(sample.deviation ?? .nan) {
      differences.append("\(place); recomputed: \(Numerals.spread(sample))")
    } else if !(abs((Double(figure.value) ?? .nan) - sample.mean) <= 1e-6) {
      differences.append(
        "\(place) claims the value \(String(figure.value.prefix(60)).onOneLine); recomputed: \(sample.mean)")
    } else {
      figures += 1
    }
  }
}

/// A figure as a page shows it, `45.46 ± 2.06` or `45.46`: numbers and how many decimals each is rounded to.
struct ShownFigure {
  /// A number as shown.
  struct Number {
    var value: Double
    /// Half of its last decimal: how far the exact value may lie from it.
    var half: Double

    /// Whether an exact value is shown like this.
    func shows(_ exact: Double) -> Bool { abs(value - exact) <= half + 1e-9 }
  }

  var mean: Number
  /// The deviation, where one is shown.
  var deviation: Number?

  /// Reads a figure; nil where the text is none.
  init?(_ text: String) {
    let match = text.wholeMatch(
      of: /\s*([−-]?[0-9]{1,15}(?:\.[0-9]{1,15})?)(?:\s*±\s*([0-9]{1,15}(?:\.[0-9]{1,15})?))?\s*/)
    guard let match, let mean = Self.number(match.1) else { return nil }
    self.mean = mean
    deviation = match.2.flatMap(Self.number)
  }

  private static func number(_ text: Substring) -> Number? {
    guard let value = Double(text.replacing("−", with: "-")) else { return nil }
    let decimals = text.split(separator: ".", maxSplits: 1).dropFirst().first?.count ?? 0
    return Number(value: value, half: 0.5 * pow(10, -Double(decimals)))
  }
}
