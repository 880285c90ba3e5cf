import Charts
import Documents
import Evidence
import Support

/// A notebook that the program brings along: its text is put together from what there is to show, and read and rendered as
/// any other.
enum BuiltIn {
  /// Reads the text. Title and subtitle come from files of a project, so they are no part of what is read.
  static func source(_ name: String, title: String, subtitle: String, _ text: [String]) throws -> NotebookSource {
    var source = try NotebookSource(text: "---\ntitle: \(name)\n---\n" + text.joined(separator: "\n\n"), name: name)
    (source.title, source.subtitle) = (title, subtitle)
    return source
  }

  /// A cell of some settings.
  static func cell(_ kind: String, _ settings: String...) -> String {
    "```\(kind)\n\(settings.joined(separator: "\n"))\n```"
  }

  /// Whether a page of before these were notebooks has a file of that name: it may be replaced, though no list names it.
  static let wasWritten: @Sendable (String) -> Bool = { name in
    let charts = ["map", "rank1", "gain-map", "gain-rank1", "losses", "sigma"] + EpochReading.all.map(\.name)
    return name == Page.file || Drawing.files(of: charts).contains(name)
      || name.wholeMatch(of: /tables?[A-Za-z0-9]*(-[0-9]+)?\.(md|csv|tex)/) != nil
  }
}
