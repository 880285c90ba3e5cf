import Foundation
import Support

/// `figures.json`: the pictures that were drawn of a run, with everything that a page needs to show them.
///
/// The file lies beside the pictures and is written last: what it names is there.
package struct RunFigures: Codable, Hashable, Sendable {
  package struct Figure: Codable, Hashable, Sendable {
    /// A word to refer to it by: `maps`, `ranking`.
    package var name: String
    /// The PNG file, beside `figures.json`.
    package var file: String
    /// The same as a JPEG file of a fraction of the size, for pages that hold their pictures in themselves.
    package var preview: String
    /// The paper's figure that it follows: `Figure 6`.
    package var paper: String
    /// What is seen, the rule by which the images were chosen, and what the data is.
    package var caption: String
    /// What is seen, for who does not see it.
    package var alternative: String
    package var width: Int
    package var height: Int
    /// The numbers that are shown, an entry an image.
    package var rows: [Row]

    package init(
      name: String, file: String, preview: String, paper: String, caption: String, alternative: String, width: Int,
      height: Int,
      rows: [Row]
    ) {
      self.name = name
      self.file = file
      self.preview = preview
      self.paper = paper
      self.caption = caption
      self.alternative = alternative
      self.width = width
      self.height = height
      self.rows = rows
    }
  }

  /// What a picture shows of one image.
  package struct Row: Codable, Hashable, Sendable {
    /// The image's file name, or what was searched for.
    package var image: String
    /// Numbers by name.
    package var numbers: [String: Double]
    /// Words by name: predicted values, names of found images in their order.
    package var words: [String: [String]]

    package init(image: String, numbers: [String: Double] = [:], words: [String: [String]] = [:]) {
      self.image = image
      self.numbers = numbers
      self.words = words
    }
  }

  /// How the run is called.
  package var run: String
  package var dataset: String
  /// Whether the dataset is drawn, which every caption says.
  package var isDrawn: Bool
  /// The pictures, in the paper's order.
  package var figures: [Figure]
  /// Pictures that this run cannot have, by name, and why.
  package var leftOut: [String: String]

  package init(run: String, dataset: String, isDrawn: Bool, figures: [Figure], leftOut: [String: String]) {
    self.run = run
    self.dataset = dataset
    self.isDrawn = isDrawn
    self.figures = figures
    self.leftOut = leftOut
  }

  enum CodingKeys: String, CodingKey {
    case run, dataset, figures
    case isDrawn = "drawn"
    case leftOut = "left_out"
  }

  package static let fileName = "figures.json"
  /// The folder of a run that the pictures lie in unless they are put elsewhere.
  package static let folderName = "figures"

  /// Reads the record beside the pictures; nil where there is none.
  ///
  /// - Throws: ``FileError`` where the file is damaged.
  package init?(in folder: URL) throws(FileError) {
    let file = folder.appendingPathComponent(Self.fileName)
    let remedy = "`aanet figures` draws the pictures anew"
    guard let figures = try RunJSON.read(Self.self, from: file, remedy: remedy, limit: 1 << 26) else { return nil }
    self = figures
  }

  /// Writes the record, whole or not at all.
  package func write(to folder: URL) throws(FileError) {
    let file = folder.appendingPathComponent(Self.fileName)
    try AtomicFile.write(try RunJSON.data(of: self, for: file), to: file)
  }
}
