import Documents
import Runs
import Support

extension PageManifest {
  /// The script that recomputes a page's figures in the browser, marks those that disagree, and says aloud how many agree.
  ///
  /// It follows ``RecomputedScores`` and ``ShownFigure`` rule for rule; `aanet verify` checks digests and records too.
  /// It holds no `</` and no comment, so that nothing in it ends the element that it stands in.
  package static let script = Page.text(of: PackageResources.verify_js)

  /// What stands before the manifest in a page.
  static let opening = "<script type=\"application/json\" id=\"manifest\">"

  /// The end of a page's main part: what can be checked and how, the manifest, and the script that checks.
  ///
  /// Without JavaScript the paragraph says which command does the same.
  ///
  /// - Throws: what encoding throws.
  package func html() throws -> String {
    let carried = runs.filter { $0.ranks != nil }.count
    let without = runs.count - carried
    let left = " (\(without) of \(Wording.count(runs.count, "run")) \(without == 1 ? "has" : "have") none)"
    return [
      "<section id=\"verification\" aria-label=\"Verification\">",
      "<p class=\"notice\" role=\"status\">This page carries the ranks of every query’s true matches\(without > 0 ? left : ""). Its figures of "
        + "retrieval have not been recomputed here; <code>aanet verify index.html</code> does it.</p>",
      "</section>", Self.opening + (try json()) + "</script>", "<script>\(Self.script)</script>",
    ].joined(separator: "\n")
  }

  /// The manifest as JSON in which nothing can end the element that it stands in, whatever runs are called.
  func json() throws -> String {
    Page.escapedInScript(try Self.encoder.encode(self))
  }
}

extension Typeset {
  /// A figure of retrieval that leads back to its runs: a mean in percent, its deviation behind it where there are several.
  ///
  /// `metric` is the figure's name in `metrics.json`; `runs` are those that the mean is over.
  package static func measured(_ sample: Sample, metric: String, runs: [RunIdentity]) -> Typeset {
    let text = Numerals.spread(sample)
    return Typeset([Evidence(sample, metric: metric, runs: runs).map { .measured(text, $0) } ?? .text(text)])
  }
}

extension Typeset.Evidence {
  /// What the mean of a sample leads back to; nil where no run is named, where the ranks do not give the figure, and
  /// where the mean is no number, as that of a run that diverged.
  init?(_ sample: Sample, metric: String, runs: [RunIdentity]) {
    guard sample.mean.isFinite, !runs.isEmpty, RecomputedScores.metrics.contains(metric) else { return nil }
    self.init(runs: runs.map(PageManifest.id(of:)), metric: metric, value: sample.mean)
  }
}
