import Charts
import Documents
import Foundation
import Runs
import Support

extension RunComparison {
  /// The page to open.
  package static let page = "index.html"

  /// Writes the page, whole in one file, and its charts as SVG and PNG beside it; returns the files, the page first.
  ///
  /// The folder is made beside its place and then swapped in: there is a whole page or the old one, never half of one.
  ///
  /// Throws a ``ReportError`` where gnuplot is missing, and where the folder holds files that are not a comparison's.
  @discardableResult
  package func write(to folder: URL) throws -> [URL] {
    let swap = FolderSwap(target: folder.resolvingSymlinksInPath().standardizedFileURL, isKnown: Self.isKnown)
    try swap.check()
    return try swap.fill { work in
      let overlays = overlays()
      let pictures = try Plot.draw(charts(overlays), in: work)
      var drawings: [String: String] = [:]
      for name in overlays.map(\.reading.name) {
        drawings[name] = try String(contentsOf: work.appendingPathComponent("\(name).svg"), encoding: .utf8)
      }
      var document = document(overlays, drawings: drawings)
      // What is damaged is named on the page; it has nothing that could be recomputed.
      let sound = groups.flatMap(\.finished).filter(\.damage.isEmpty).map(\.record)
      if !sound.isEmpty { document.verification = try PageManifest(of: sound).html() }
      try Data(document.html().utf8).write(to: work.appendingPathComponent(Self.page))
      return [Self.page] + pictures
    }
  }

  /// Whether a file of that name may be replaced.
  private static func isKnown(_ name: String) -> Bool {
    name == page || EpochReading.all.contains { ["\($0.name).svg", "\($0.name).png"].contains(name) }
  }

  /// A folder's name for comparing these names: of letters and digits, no longer than file systems take.
  package static func folderName(for names: [String]) -> String {
    let joined = names.joined(separator: "_vs_")
    let plain = String(
      joined.map { $0.isASCII && ($0.isLetter || $0.isNumber || "+._-".contains($0)) ? $0 : "-" }
        .drop { $0 == "." })
    // What had to be changed or cut off is told apart by a digest of the whole.
    let isSame = plain == joined.replacing("/", with: "-") && plain.count <= 100 && !plain.isEmpty
    return isSame ? plain : "\(plain.prefix(80))-\(SHA256.hexadecimal(joined.utf8).prefix(8))"
  }
}
