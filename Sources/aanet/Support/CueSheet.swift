import Datasets
import Models
import Support
import Trained
import Twins

/// A contact sheet with joints and labels over the images.
struct CueSheet {
  private let cues: DatasetCues
  private let regions: [[Bool]]
  private var ink = Ink()

  init(_ cues: DatasetCues) {
    self.cues = cues
    regions = cues.settings.parsing?.scheme.regions ?? []
  }

  /// Draws a sheet; the arguments are those of ``ContactSheet/make``.
  ///
  /// - Throws: `PlainError` where an image or its labels cannot be read, or gnuplot, which draws joints, is missing.
  static func make(
    _ images: [ContactSheet.Item], of cues: DatasetCues, rows: Int, columns: Int, skip: Int, remark: (String) -> Void
  ) throws -> Image {
    var drawing = CueSheet(cues)
    let sheet = try ContactSheet.make(images, rows: rows, columns: columns, skip: skip, remark: remark) {
      item, picture, frame throws(PlainError) in
      guard let image = item.image else { return picture }
      return try drawing.draw(image, picture, in: frame)
    }
    return try drawing.finished(sheet)
  }

  private mutating func draw(
    _ image: LabelledImage, _ picture: Image, in frame: ContactSheet.Frame
  ) throws(PlainError) -> Image {
    let extent = FileExtent(width: picture.width, height: picture.height)
    var result = picture
    if cues.cues.contains(.parsing) {
      if let labels = try cues.labels(of: image, extent: extent) {
        result = painted(picture, labels)
      } else {
        ink.text("no labels", x: frame.x + 4, y: frame.y + 24, size: 14, colour: .wrong, isBold: true)
      }
    }
    if cues.cues.contains(.keypoints) {
      if let pose = try cues.pose(of: image) {
        draw(pose, extent, in: frame)
      } else {
        ink.text("nobody", x: frame.x + 4, y: frame.y + 10, size: 14, colour: .wrong, isBold: true)
      }
    }
    return result
  }

  // MARK: Labels

  /// Colours of Okabe and Ito for the regions in their order; the first is foreground that belongs to no other.
  private static let colours: [[Double]] = [
    [120, 120, 120], [230, 180, 20], [86, 180, 233], [0, 158, 115], [204, 90, 160],
  ]

  /// The picture in pale grey with its regions in colours: of limbs the person's left paler, the right darker.
  private func painted(_ picture: Image, _ labels: LabelImage) -> Image {
    var result = picture.grey
    let names = cues.settings.parsing?.scheme.names ?? []
    for place in 0..<labels.classes.count {
      let label = Int(labels.classes[place])
      let region = regions[label].lastIndex(of: true)
      for channel in 0..<3 {
        let pale = Double(result.pixels[place * 3 + channel]) * 0.5 + 255 * 0.5
        guard let region else {
          result.pixels[place * 3 + channel] = UInt8(pale)
          continue
        }
        let shade = names[label].hasPrefix("left-") ? 1.25 : names[label].hasPrefix("right-") ? 0.7 : 1
        let tone = min(255, Self.colours[region][channel] * shade)
        result.pixels[place * 3 + channel] = UInt8(pale * 0.4 + tone * 0.6)
      }
    }
    return result
  }

  // MARK: Joints

  private enum Side {
    case left, right, neither

    init(_ joints: Joint...) {
      if joints.allSatisfy({ $0.name.hasPrefix("left") }) {
        self = .left
      } else {
        self = joints.allSatisfy { $0.name.hasPrefix("right") } ? .right : .neither
      }
    }

    var colour: Ink.Colour {
      switch self {
      case .left: .personsLeft
      case .right: .personsRight
      case .neither: .ink
      }
    }
  }

  private static let bones: [(Joint, Joint)] = [
    (.nose, .leftEye), (.nose, .rightEye), (.leftEye, .leftEar), (.rightEye, .rightEar),
    (.leftShoulder, .rightShoulder),
    (.leftShoulder, .leftElbow), (.leftElbow, .leftWrist), (.rightShoulder, .rightElbow), (.rightElbow, .rightWrist),
    (.leftShoulder, .leftHip), (.rightShoulder, .rightHip), (.leftHip, .rightHip), (.leftHip, .leftKnee),
    (.leftKnee, .leftAnkle), (.rightHip, .rightKnee), (.rightKnee, .rightAnkle),
  ]

  private mutating func draw(_ pose: Pose, _ extent: FileExtent, in frame: ContactSheet.Frame) {
    let threshold = cues.settings.keypoints?.threshold ?? 0
    /// Where a joint lies on the sheet; nil where it was not found or lies outside the image.
    func place(_ joint: Joint) -> (x: Double, y: Double)? {
      let place = pose[joint]
      let (x, y) = ((place.x + 0.5) / Double(extent.width), (place.y + 0.5) / Double(extent.height))
      guard place.confidence >= threshold, (0...1).contains(x), (0...1).contains(y) else { return nil }
      return (frame.x + x * frame.width, frame.y + y * frame.height)
    }
    for (from, to) in Self.bones {
      guard let start = place(from), let end = place(to) else { continue }
      ink.line(start, end, width: 2, colour: Side(from, to).colour)
    }
    for joint in Joint.allCases {
      guard let place = place(joint) else { continue }
      let colour = Side(joint).colour
      ink.disc(x: place.x, y: place.y, radius: 3, fill: pose[joint].isHidden ? .white : colour, rim: colour, line: 1.5)
    }
  }

  // MARK: Legend

  private static let lineHeight = 26

  /// The sheet with what is drawn over it, and under it what that means.
  private mutating func finished(_ sheet: Image) throws -> Image {
    var entries: [(text: String, draw: (inout Ink, inout Image, Double, Double) -> Void)] = []
    if cues.cues.contains(.keypoints) {
      for (text, colour, fill) in [
        ("the person's left", Ink.Colour.personsLeft, Ink.Colour.personsLeft), ("right", .personsRight, .personsRight),
        ("hidden", .ink, .white),
      ] {
        entries.append(
          (text, { ink, _, x, y in ink.disc(x: x + 7, y: y, radius: 5, fill: fill, rim: colour, line: 1.5) }))
      }
    }
    if cues.cues.contains(.parsing) {
      for (region, colour) in zip(ParsedRegion.allCases, Self.colours) {
        let text = region == .foreground ? "other foreground" : region.rawValue
        entries.append(
          (
            text,
            { _, image, x, y in
              let level = colour.map { UInt8(255 * 0.4 + $0 * 0.6) }
              image.paste(
                Image(width: 14, height: 14, red: level[0], green: level[1], blue: level[2]), x: Int(x), y: Int(y) - 7)
            }
          ))
      }
      entries.append(("of limbs left paler, right darker", { _, _, _, _ in }))
    }
    // About the width of DejaVu Sans's letters at this size.
    let widths = entries.map { 34 + 8.5 * Double($0.text.count) }
    var places: [(x: Double, line: Int)] = []
    var (x, line) = (8.0, 0)
    for width in widths {
      if x + width > Double(sheet.width), x > 8 { (x, line) = (8, line + 1) }
      places.append((x, line))
      x += width
    }
    var result = Image(
      width: sheet.width, height: sheet.height + (line + 1) * Self.lineHeight + 6, red: 250, green: 250, blue: 248)
    result.paste(sheet, x: 0, y: 0)
    for (entry, place) in zip(entries, places) {
      let y = Double(sheet.height + place.line * Self.lineHeight + Self.lineHeight / 2)
      entry.draw(&ink, &result, place.x, y)
      ink.text(entry.text, x: place.x + 20, y: y, size: 14)
    }
    result.cover(with: try ink.layer(width: result.width, height: result.height))
    return result
  }
}
