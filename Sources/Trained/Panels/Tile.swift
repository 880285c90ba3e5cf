import Datasets

/// One picture of a panel with what stands about it.
package struct Tile {
  /// How a tile is framed. Right and wrong differ in colour, in the line and in their sign.
  package enum Frame {
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
  package struct Caption {
    /// The text.
    package var text: String
    /// Whether it is set back.
    package var isPale = false
    /// Whether it is bold.
    package var isBold = false
  }

  /// A line over the picture, its ends as shares of the picture's width and height.
  package struct Line {
    package let from: (x: Double, y: Double)
    package let to: (x: Double, y: Double)
  }

  /// A disc over the picture, its middle as shares of the picture's width and height.
  package struct Disc {
    package let x: Double
    package let y: Double
    /// In pixels of the panel.
    package let radius: Double
    /// What stands in it.
    package var label = ""
  }

  /// The picture, no larger than a tile; nil leaves room for text alone.
  package var picture: Image?
  /// How it is framed.
  package var frame = Frame.none
  /// Lines under it.
  package var captions: [Caption] = []
  /// Lines over it.
  package var lines: [Line] = []
  /// Discs over it.
  package var discs: [Disc] = []
  /// What stands between this tile and the one before: nothing, a wider gap or a sign.
  package var before = Separator.none

  /// What stands before a tile.
  package enum Separator: Equatable {
    case none
    case gap
    case sign(String)
  }

  /// The largest picture of a tile, in pixels.
  package static let width = 128
  package static let height = 256

  /// An image as tiles show it.
  package static func picture(of image: Image) -> Image { image.fitted(width: width, height: height) }
}
