import Foundation
import Support

/// What every page of HTML starts and ends with.
package enum Page {
  /// The page that is opened, among the files of a report.
  package static let file = "index.html"

  /// The lines up to the body.
  ///
  /// - Parameters:
  ///   - generator: the command that makes such pages.
  ///   - extra: further lines for the head.
  package static func head(
    title: String, style: String, generator: String = "aanet report", extra: [String] = []
  ) -> [String] {
    [
      "<!doctype html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<meta name=\"color-scheme\" content=\"light dark\">", Self.generator(generator),
    ] + extra + ["<title>\(title.escapedForHTML)</title>", "<style>\(style)</style>", "</head>"]
  }

  /// The line by which a page says which command made it.
  package static func generator(_ command: String) -> String {
    "<meta name=\"generator\" content=\"\(command.escapedForHTML)\">"
  }

  /// The line of the head by which a browser takes these styles and scripts, pictures within the page, and nothing else:
  /// no other script, and nothing from a network.
  package static func policy(styles: [String], scripts: [String]) -> String {
    func sources(_ texts: [String]) -> String {
      texts.map { "'sha256-\(Data(SHA256.digest($0.utf8)).base64EncodedString())'" }.joined(separator: " ")
    }
    let rules = [
      "default-src 'none'", "img-src data:", "style-src \(sources(styles))", "script-src \(sources(scripts))",
      "base-uri 'none'", "form-action 'none'",
    ]
    return "<meta http-equiv=\"Content-Security-Policy\" content=\"\(rules.joined(separator: "; "))\">"
  }

  /// An element that holds JSON for the page's script.
  package static func data(_ json: Data, id: String) -> String {
    "<script type=\"application/json\" id=\"\(id.escapedForHTML)\">\(escapedInScript(json))</script>"
  }

  /// JSON in which nothing can end the element that it stands in, whatever its texts are.
  package static func escapedInScript(_ json: Data) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(json.count)
    for byte in json {
      switch byte {
      case UInt8(ascii: "<"): text += "\\u003c".utf8
      case UInt8(ascii: ">"): text += "\\u003e".utf8
      case UInt8(ascii: "&"): text += "\\u0026".utf8
      // The last byte of U+2028 and U+2029, which older scripts take for the end of a line.
      case 0xA8 where text.suffix(2) == [0xE2, 0x80]: text.replaceSubrange((text.count - 2)..., with: "\\u2028".utf8)
      case 0xA9 where text.suffix(2) == [0xE2, 0x80]: text.replaceSubrange((text.count - 2)..., with: "\\u2029".utf8)
      default: text.append(byte)
      }
    }
    return String(decoding: text, as: UTF8.self)
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
