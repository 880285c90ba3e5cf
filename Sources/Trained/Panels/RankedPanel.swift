import Datasets
import Foundation
import Support

/// Ranked lists with right and wrong framed (the paper's Figures 7 and 8).
package struct RankedPanel {
  /// One line of the panel: a query and what was found.
  package struct List {
    /// What stands over it.
    let title: String
    /// The query's image; nil for a search by attributes alone.
    let query: SearchImage?
    /// What was found.
    let answer: Search.Answer

    /// Names what was found.
    package init(title: String, query: SearchImage?, answer: Search.Answer) {
      self.title = title
      self.query = query
      self.answer = answer
    }
  }

  /// Where was searched.
  let gallery: SearchGallery
  /// How many images of each list are shown.
  let top: Int

  /// Prepares a panel.
  package init(gallery: SearchGallery, top: Int) {
    self.gallery = gallery
    self.top = top
  }

  /// Draws the lists.
  ///
  /// - Throws: ``PlainError`` where an image that is shown cannot be read.
  package func drawn(_ lists: [List]) throws(PlainError) -> Panel {
    var rows: [Panel.Row] = []
    for list in lists {
      var tiles: [Tile] = []
      if let query = list.query {
        tiles.append(
          Tile(
            picture: try PictureFile.tile(query.photograph), frame: .query,
            captions: [Tile.Caption(text: "query", isBold: true), Tile.Caption(text: Self.label(query), isPale: true)]))
      }
      for (place, hit) in list.answer.hits.prefix(top).enumerated() {
        var tile = try self.tile(hit, isFiltered: list.answer.filtered > 0 && list.query != nil)
        if place == 0, list.query != nil { tile.before = .gap }
        tiles.append(tile)
      }
      if list.answer.hits.isEmpty { tiles.append(Tile(captions: [Tile.Caption(text: "nothing found")])) }
      rows.append(Panel.Row(title: list.title, tiles: tiles))
    }
    return Panel(rows: rows, key: key(lists))
  }

  private func tile(_ hit: Search.Hit, isFiltered: Bool) throws(PlainError) -> Tile {
    let image = gallery.images[hit.index]
    let frame: Tile.Frame = hit.isRight.map { $0 ? .right : .wrong } ?? .none
    let rank = "\(hit.rank)" + (isFiltered ? " (was \(hit.unfilteredRank))" : "")
    let likely = hit.distance == nil ? hit.probability.map { " · \($0.asShare)" } ?? "" : ""
    return Tile(
      picture: try PictureFile.tile(image.photograph), frame: frame,
      captions: [Tile.Caption(text: rank + likely, isBold: true), Tile.Caption(text: Self.label(image), isPale: true)])
  }

  /// Who is on an image and who saw them, or what the file is called where nobody said.
  private static func label(_ image: SearchImage) -> String {
    guard let identity = image.identity, let camera = image.camera else { return image.name }
    return identity == 0 ? "distractor, c\(camera)" : "id \(identity), c\(camera)"
  }

  private func key(_ lists: [List]) -> [(frame: Tile.Frame, text: String)] {
    let shown = lists.flatMap { list in list.answer.hits.prefix(top).map { (list.query != nil, $0.isRight) } }
    guard shown.contains(where: { $0.1 != nil }) else { return [] }
    if shown.allSatisfy({ !$0.0 }) {
      return [(.right, "labelled as wanted"), (.wrong, "labelled otherwise")]
    }
    return [(.right, "the query’s person"), (.wrong, "somebody else")]
  }
}
