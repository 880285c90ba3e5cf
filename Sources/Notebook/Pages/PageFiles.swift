import Charts
import Documents
import Evidence
import Foundation
import Runs

/// A page with its charts and what else lies beside it, before it is written.
struct PageFiles {
  let drawings: [Drawing]
  /// The runs that the page's figures lead back to.
  let records: [RunRecord]
  /// The page around its drawn charts.
  let document: ([Figure]) -> Document
  /// Further files that say the same.
  var others: (Document) -> [(name: String, text: String)] = { _ in [] }

  /// Writes everything into a folder and returns the files, the page first.
  ///
  /// All is made in a temporary folder beside it, which then takes the folder's place: there is a whole page or the old one,
  /// never half of one.
  ///
  /// - Parameter isKnown: whether a file of that name may be replaced.
  /// - Throws: a `PlainError` where gnuplot is missing, and where the folder holds files that are not a page's.
  func write(to folder: URL, isKnown: @escaping (String) -> Bool) throws -> [URL] {
    try FolderSwap(folder, isKnown: isKnown).fill { work in
      var document = document(try Plot.figures(of: drawings, in: work))
      if !records.isEmpty { document.verification = try PageManifest(of: records).html() }
      let texts = [(name: Page.file, text: document.html())] + others(document)
      for (name, text) in texts { try Data(text.utf8).write(to: work.appendingPathComponent(name)) }
      return texts.map(\.name) + Drawing.files(of: drawings.map(\.name))
    }
  }
}
