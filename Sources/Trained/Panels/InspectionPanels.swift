import Datasets
import Experiments
import Foundation
import Support

/// The pictures that commands write for one image or one query.
package enum InspectionPanels {
  /// Writes the ranked list of a query, whole or not at all.
  ///
  /// - Throws: what reading the images, gnuplot or writing the file throws.
  package static func writeRanking(
    _ answer: Search.Answer, of query: SearchImage?, in gallery: SearchGallery, title: String, top: Int, to file: URL
  ) throws {
    let panel = RankedPanel(gallery: gallery, top: top)
    try AtomicFile.write(
      try panel.drawn([RankedPanel.List(title: title, query: query, answer: answer)]).png(), to: file)
  }

  /// Writes the maps that a model was led by in one image, whole or not at all: one row of the paper's Figure 6, and the
  /// parts beside them.
  ///
  /// - Throws: what reading the image, gnuplot or writing the file throws.
  package static func writeMaps(_ reading: ImageReading, of image: Photograph, run: TrainedRun, to file: URL) throws {
    guard let subject = try Subject(reading, of: image, labels: nil) else { return }
    var panel = MapPanels(scheme: run.scheme, chosen: run.chosenAttributes).all([subject])
    let maps = subject.maps
    if !maps.softParts.isEmpty, panel.rows[0].tiles.count == 1 {
      panel = PartsPanel.drawn([subject], across: 1)
    } else if !maps.parts.isEmpty || !maps.softParts.isEmpty {
      let parts = PartsPanel.drawn([subject], across: 1)
      panel.headings += parts.headings
      panel.rows[0].tiles += parts.rows[0].tiles
      panel.scale = [panel.scale, parts.scale.map { "parts: \($0)" }].compactMap { $0 }.joined(separator: "; ")
    }
    try AtomicFile.write(try panel.png(), to: file)
  }
}

extension TrainedRun {
  /// The attributes whose maps make the attention map, in the scheme's order; empty where that task is off.
  var chosenAttributes: [String] {
    let chosen = model.configuration.tasks.attention?.chosen(from: model.configuration.labels) ?? []
    return scheme.attributes.map(\.name).filter(chosen.contains)
  }
}
