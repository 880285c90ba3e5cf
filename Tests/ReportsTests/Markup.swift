import Documents
import Evidence
import Foundation
import FoundationXML
import Support
import Testing

/// Whether a file parses as XML and holds nothing that runs.
func expectWellFormed(_ file: URL, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
  let data = try Data(contentsOf: file)
  let parser = XMLParser(data: data)
  #expect(parser.parse(), "\(file.lastPathComponent), line \(parser.lineNumber)", sourceLocation: sourceLocation)
  let text = String(decoding: data, as: UTF8.self)
  #expect(!text.contains("<script"), "\(file.lastPathComponent)", sourceLocation: sourceLocation)
}

/// Whether a page is one balanced piece that fetches nothing and runs nothing but our two scripts.
func expectSelfContained(
  _ whole: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
  let manifest = whole.matches(of: #/<script type="application\/json" id="manifest">[^<]*<\/script>/#)
  #expect(manifest.count == 1, sourceLocation: sourceLocation)
  let checked = "<script>\(PageManifest.script)</script>"
  #expect(whole.components(separatedBy: checked).count == 2, sourceLocation: sourceLocation)
  let comfort = "<script>\(Page.script)</script>"
  #expect(whole.components(separatedBy: comfort).count == 2, sourceLocation: sourceLocation)
  var page = whole.replacing(checked, with: "").replacing(comfort, with: "")
  if let place = page.firstRange(of: #/<script type="application\/json" id="manifest">[^<]*<\/script>/#) {
    page.removeSubrange(place)
  }
  var open: [Substring] = []
  let empty: Set<Substring> = ["meta", "img", "source", "link", "!doctype"]
  for tag in page.matches(of: #/<(/?)([!a-zA-Z][a-zA-Z0-9]*)([^>]*)>/#) {
    let (name, attributes) = (tag.output.2, tag.output.3)
    if tag.output.1 == "/" {
      #expect(open.popLast() == name, "closing \(name)", sourceLocation: sourceLocation)
    } else if !empty.contains(name) {
      open.append(name)
    }
    #expect(name != "script" && name != "iframe" && name != "object", sourceLocation: sourceLocation)
    #expect(name != "link" || attributes == " rel=\"icon\" href=\"data:,\"", sourceLocation: sourceLocation)
    let names = attributes.replacing(#/"[^"]*"/#, with: "")
    #expect(!names.contains(#/\son\w+\s*=/#), "\(names)", sourceLocation: sourceLocation)
    for source in attributes.matches(of: #/src="([^"]*)"/#) {
      #expect(source.output.1.hasPrefix("data:image/svg+xml;base64,"), sourceLocation: sourceLocation)
    }
    for source in attributes.matches(of: #/srcset="([^"]*)"/#) {
      #expect(source.output.1.hasPrefix("data:image/svg+xml;base64,"), sourceLocation: sourceLocation)
    }
    for link in attributes.matches(of: #/href="([^"]*)"/#) {
      #expect(
        ["#", "data:text/csv;", "data:,"].contains { link.output.1.hasPrefix($0) }
          || link.output.1.wholeMatch(of: #/[a-z0-9-]+\.(md|tex|ipynb)/#) != nil,
        "\(link.output.1)", sourceLocation: sourceLocation)
    }
  }
  #expect(open.isEmpty, "left open: \(open)", sourceLocation: sourceLocation)
  for fetched in ["url(", "@import", "http:", "https:"] {
    #expect(!page.contains(fetched), "\(fetched)", sourceLocation: sourceLocation)
  }
}
