import Datasets
import Foundation

/// What an explorer's page carries for its script, as JSON: images, what is known of them, and each run's rankings.
///
/// Images are told by their places in one list: the gallery's first, in its order, then the queries that the page has.
/// Lists of small numbers are bytes in base64, numbers of several bytes with the least byte first.
struct ExplorerData: Encodable {
  /// An attribute and its values.
  struct Attribute: Encodable {
    let name: String
    let classes: [String]
  }

  /// The images and who is on them.
  struct Images: Encodable {
    /// How many of them are the gallery's.
    let gallery: Int
    let names: [String]
    /// 0 a distractor, −1 junk.
    let identities: [Int]
    let cameras: [Int]
    /// The annotators' class of each attribute of each image; nil where the dataset has no file of them.
    let labels: String?
  }

  /// How a run ranks the gallery for one query.
  struct Ranking: Encodable {
    /// The places of all gallery images by distance, those that the protocol leaves out among them.
    let order: String
    /// The distances in that order, in 65,536 steps from the least to the greatest, two bytes each.
    let distances: String
    let least: Float
    let greatest: Float
  }

  /// What a run's network saw where, for the images that the page has it of.
  struct Maps: Encodable {
    /// One of the maps of each image.
    struct Kind: Encodable {
      let name: String
      /// The attribute that it is of.
      let attribute: Int?
      /// The rows of the feature map that it covers: the first, and the one behind the last.
      let rows: [Int]
    }

    let height: Int
    let width: Int
    let kinds: [Kind]
    var images: [Int] = []
    /// For each of these images the maps' numbers one after the other, 0 to 255.
    var values: [String] = []
  }

  /// A run.
  struct Run: Encodable {
    let name: String
    /// The start of the command that gives the same answers.
    let command: String
    /// For each image and attribute the class that is predicted; nil where nothing is.
    let predicted: String?
    /// The probabilities of those classes in hundredths; 101 where it is more than 99 of them and yet not all.
    let shares: String?
    /// Why there are no predictions.
    let lackOfPredictions: String?
    /// Why there are no maps.
    let lackOfMaps: String?
    let rankings: [Ranking]
    var maps: Maps?
  }

  let attributes: [Attribute]
  /// The attributes that the paper's filter looks at.
  let filter: [String]
  let images: Images
  var runs: [Run]
  /// The images that there are pictures of, and the pictures as JPEG.
  var pictured: [Int] = []
  var pictures: [String] = []
  /// How maps are coloured: evenly spaced colours, and how much of them covers the picture.
  let colours = ColourMap.anchors
  let opacity = HeatMap.opacity
  /// What stands for no class.
  let none = Packed.none

  enum CodingKeys: String, CodingKey {
    case attributes, filter, images, runs, pictured, pictures, colours, opacity, none
  }

  /// The bytes that stand in the page.
  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try encoder.encode(self)
  }
}

/// Numbers as a page's script reads them: base64 of their bytes.
enum Packed {
  /// The byte of a class that there is none of.
  static let none: UInt8 = 255

  static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// Characters of the text of so many bytes.
  static func length(ofBytes count: Int) -> Int { (count + 2) / 3 * 4 }

  /// Bytes of a number below `count`.
  static func width(below count: Int) -> Int { count <= 1 << 16 ? 2 : 3 }

  /// Whole numbers from 0, the least byte first.
  static func numbers(_ numbers: some Sequence<Int>, width: Int) -> [UInt8] {
    numbers.flatMap { number in (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
  }

  /// Rising numbers in 65,536 steps: what is equal stays equal, and nothing changes places.
  static func steps(_ rising: [Float]) -> [UInt8] {
    guard let least = rising.first, let greatest = rising.last, greatest > least else {
      return [UInt8](repeating: 0, count: 2 * rising.count)
    }
    let scale = 65_535 / (Double(greatest) - Double(least))
    return numbers(rising.lazy.map { Int((Double($0) - Double(least)) * scale + 0.5) }, width: 2)
  }

  /// The classes of one image's attributes.
  static func classes(_ classes: [Int?]?, count: Int) -> [UInt8] {
    (0..<count).map { place in
      guard let classes, classes.indices.contains(place), let value = classes[place] else { return none }
      return UInt8(clamping: value)
    }
  }

  /// A likeliest class's probability in hundredths, by the rule of ``Swift/Double/asShare``.
  static func share(_ probability: Double) -> UInt8 {
    let hundredths = (probability * 100).rounded()
    return hundredths >= 100 && probability < 1 ? 101 : UInt8(clamping: Int(hundredths))
  }

  /// Numbers in 0 ... 1 in 256 steps; what is no number is 0.
  static func levels(_ values: [Float]) -> [UInt8] {
    values.map { $0 > 0 ? UInt8((min($0, 1) * 255).rounded()) : 0 }
  }
}
