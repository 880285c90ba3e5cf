/// What every page of HTML starts and ends with.
package enum Page {
  /// The page that is opened, among the files of a report.
  package static let file = "index.html"

  /// The lines up to the body. `extra` are further lines for the head.
  package static func head(title: String, style: String, extra: [String] = []) -> [String] {
    [
      "<!doctype html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<meta name=\"color-scheme\" content=\"light dark\">", "<meta name=\"generator\" content=\"aanet report\">",
    ] + extra + ["<title>\(title.escapedForHTML)</title>", "<style>\(style)</style>", "</head>"]
  }

  /// The lines behind the main part: the script, and the end.
  package static var end: [String] { ["<script>\(script)</script>", "</body>", "</html>", ""] }

  /// A paper's supplement, on screen, on a phone and in print.
  ///
  /// Measured and published figures differ in more than hue (the published ones are grey, italic and behind a rule), so
  /// that neither a colour-blind reader nor a black-and-white print can take one for the other. Charts keep a light
  /// card on a dark page: their colours are chosen against white.
  package static let style = text(of: PackageResources.page_css)
  /// Comfort: sorting by a column, copying a source, closing an enlarged picture by Escape. It fetches nothing and makes
  /// no markup from text.
  package static let script = text(of: PackageResources.page_js)

  /// A file that the build put into the program, on lines of its own between its tags.
  package static func text(of file: [UInt8]) -> String { "\n" + String(decoding: file, as: UTF8.self) }
}
