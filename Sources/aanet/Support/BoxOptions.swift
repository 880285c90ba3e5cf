import ArgumentParser
import Foundation
import Support
import Trained

/// Which people in whole frames are meant.
struct BoxOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The images are whole frames; look at these boxes of them: COCO's annotations or a detector's results.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var boxes: String?
  @Option(help: "Of --boxes, take none with a lower score.") var leastScore: Double?

  func validate() throws {
    guard leastScore == nil || boxes != nil else { throw ValidationError("--least-score goes with --boxes") }
    if let leastScore, !leastScore.isFinite { throw ValidationError("--least-score is a number") }
  }

  /// The people in some frames, or the files as they are where no boxes are named.
  func photographs(_ files: [URL]) throws -> [Photograph] {
    guard let boxes else { return files.map { Photograph($0) } }
    return try PhotographFolder.people(in: files, boxes: boxes, leastScore: leastScore) {
      Console.complain("note: \($0)")
    }
  }

  /// What `--boxes` does, for a command's help.
  static let discussion = """
    --boxes FILE takes whole frames: FILE is JSON in COCO's form, annotations ('images' and 'annotations' with 'bbox' [x, \
    y, width, height] in pixels) or results (a list of 'image_id', 'bbox' and 'score', the id being the frame's name, with \
    or without its ending, or its number). A box is cut out before it is resized, as if it had been saved as an image of \
    its own; one that reaches over the frame's edge is cut there, with a note, and one outside the frame is passed over. \
    Boxes of other categories than a person, where the file tells them, and around crowds are left out.
    """
}
