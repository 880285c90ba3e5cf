import Datasets

/// One picture of a panel with what stands about it.
struct Tile {
  /// How a tile is framed. Right and wrong differ in colour, in the line and in their sign.
  enum Frame {
    /// None.
    case none
    /// A thin line: what was looked for.
    case query
    /// A thick dark line: taken part in what stands beside it.
    case chosen
    /// A green solid line and a tick.
    case right
    /// A vermilion dashed line and a cross.
    case wrong
  }

  /// A line under a tile.
  struct Caption {
    /// The text.
    var text: String
    /// Whether it is set back.
    var isPale = false
    /// Whether it is bold.
    var isBold = false
  }

  /// A line over the picture, its ends as shares of the picture's width and height.
  struct Line {
    let from: (x: Double, y: Double)
    let to: (x: Double, y: Double)
  }

  /// A disc over the picture, its middle as shares of the picture's width and height.
  struct Disc {
    let x: Double
    let y: Double
    /// In pixels of the panel.
    let radius: Double
    /// What stands in it.
    var label = ""
  }

  /// The picture, no larger than a tile; nil leaves room for text alone.
  var picture: Image?
  /// How it is framed.
  var frame = Frame.none
  /// Lines under it.
  var captions: [Caption] = []
  /// Lines over it.
  var lines: [Line] = []
  /// Discs over it.
  var discs: [Disc] = []
  /// What stands between this tile and the one before: nothing, a wider gap or a sign.
  var before = Separator.none

  /// What stands before a tile.
  enum Separator: Equatable {
    case none
    case gap
    case sign(String)
  }

  /// The largest picture of a tile, in pixels.
  static let width = 128
  static let height = 256

  /// An image as tiles show it.
  static func picture(of image: Image) -> Image { image.fitted(width: width, height: height) }
}
