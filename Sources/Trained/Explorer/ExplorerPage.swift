import Documents
import Foundation
import Support

/// An explorer's page: one file of HTML that needs nothing else.
package struct ExplorerPage {
  package private(set) var summary: ExplorerSummary
  /// The file's bytes.
  let html: Data

  private static let generator = "aanet explore"
  /// Where a page says what made it, in bytes from its start.
  private static let headLength = 1024

  init(_ data: ExplorerData, _ summary: ExplorerSummary, _ command: String) throws {
    self.summary = summary
    html = Data(Self.lines(data: try data.json(), summary, command).joined(separator: "\n").utf8)
  }

  /// Writes the page whole or not at all, in place of an earlier one; whatever else lies there is not ours to replace.
  ///
  /// - Throws: `PlainError` where something else lies there, `FileError` where it cannot be written.
  package mutating func write(to file: URL) throws {
    try Self.requireOwn(file)
    try AtomicFile.write(html, to: file)
    summary.page = file.path
    summary.bytes = html.count
  }

  /// Sees to it that a file is an explorer's page, or not there.
  ///
  /// - Throws: `PlainError`.
  package static func requireOwn(_ file: URL) throws(PlainError) {
    let mark = Data(Page.generator(generator).utf8)
    var status = stat()
    guard lstat(file.path, &status) == 0 else { return }
    let isFile = status.st_mode & S_IFMT == S_IFREG
    let handle = isFile ? FileHandle(forReadingAtPath: file.path) : nil
    defer { try? handle?.close() }
    let head = (try? handle?.read(upToCount: headLength)) ?? Data()
    guard head.range(of: mark) == nil else { return }
    throw PlainError(
      "\(file.path.quoted): there is something else than an explorer's page, and it stays; name another file with --out"
    )
  }

  private static let style = Page.style + Page.text(of: PackageResources.explorer_css)
  private static let script = [
    PackageResources.rankings_js, PackageResources.images_js, PackageResources.explorer_js,
  ].map(Page.text).joined()

  /// A run's name, which may break behind its slashes and commas before it breaks within a word.
  private static func breakable(_ html: String) -> String { html.replacing(/[\/,]/) { "\($0.output)<wbr>" } }

  private static func lines(data: Data, _ summary: ExplorerSummary, _ command: String) -> [String] {
    let title = "Explore " + summary.runs.joined(separator: " and ")
    let drawn = summary.drawn ? ", a drawn dataset" : ""
    let facts =
      "\(summary.dataset)\(drawn) · \(Wording.count(summary.queries, "query", "queries")) of \(summary.queriesInAll) · "
      + "\(Wording.grouped(summary.gallery)) gallery images"
    var lines = Page.head(
      title: title, style: style, generator: generator,
      extra: [
        Page.policy(styles: [style], scripts: [Page.script, script]), "<link rel=\"icon\" href=\"data:,\">",
      ])
    lines += [
      "<body class=\"explorer\">", "<a class=\"skip\" href=\"#_content\">To the content</a>",
      "<header class=\"page\">", "<h1>\(breakable(title.escapedForHTML))</h1>",
      "<p class=\"subtitle\">\(facts.escapedForHTML)</p>", "</header>", "<main id=\"_content\">",
    ]
    if summary.drawn {
      lines.append(
        "<p class=\"notice\">The images are drawn: what is seen here says how the method behaves on drawings.</p>")
    }
    lines += [
      "<noscript><p class=\"notice\">This page needs JavaScript, which fetches nothing; <code>aanet query</code> and "
        + "<code>aanet predict</code> show the same on the command line.</p></noscript>",
      "<div id=\"explorer\"></div>",
      "<footer><h2 id=\"_made-by\">How this page was made</h2>",
      "<p>From what the runs’ evaluations stored, by</p>", Block.code(command),
    ]
    if !summary.leftOut.isEmpty {
      lines.append("<p>Not in this file:</p><ul id=\"_left-out\">")
      lines += summary.leftOut.map { "<li>\($0.escapedForHTML)</li>" }
      lines.append("</ul>")
    }
    lines += [
      "<p>Keys: the arrows choose among queries and among images, Enter opens an image, Escape goes back.</p>",
      "</footer>", "</main>", Page.data(data, id: "data"), "<script>\(script)</script>",
    ]
    return lines + Page.end
  }
}
