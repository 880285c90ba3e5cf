@testable import Notebook
import Evidence
import Foundation

/// Sources of notebooks, read and, where that succeeds, written in every form around empty cells.
struct NotebookTarget: FuzzTarget {
  private let tables: [NotebookTable]

  /// The scripts of a page of sound prose, which are all ours.
  private let scripts: Int

  init() throws {
    tables = try FabricatedRecords.tables(of: FabricatedRecords.record())
    let sound = try NotebookReport(
      NotebookSource(text: "---\ntitle: Sound\n---\n\nProse.\n", name: "sound"),
      notebook: NotebookContext(tables: tables), command: "aanet report sound")
    scripts = Self.scripts(in: try sound.html(sound.parts([])))
  }

  private static func scripts(in page: String) -> Int { page.ranges(of: "<script").count }

  func feed(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self),
      let source = try? NotebookSource(text: text, name: "fuzz"),
      let report = try? NotebookReport(
        source, notebook: NotebookContext(tables: tables), command: "aanet report fuzz"),
      let parts = try? report.parts([]), let page = try? report.html(parts)
    else { return }
    // Whatever the source says, the page's scripts are ours.
    precondition(Self.scripts(in: page) == scripts && !page.contains("href=\"javascript:"), page)
    _ = report.markdown(parts)
    _ = report.latex(parts)
    _ = try? report.jupyter(parts)
  }

  func seeds() throws -> [String: [UInt8]] {
    var seeds = try Project.files(in: "reports", ending: ".md").filter { !$0.key.hasPrefix("sample") }
    seeds["every"] = Array(Self.everything.utf8)
    return seeds
  }

  private static let everything = """
    ---
    title: Made up
    subtitle: 'of *nothing*'
    experiments: { table3: made/up }
    ---
    # First

    Words, *stress*, **weight**, _more_, `code <b>`, [a link](https://example.org/?a=1&b=2), {{table3.Lg.mAP}} and
    {{see losses}}, {{table3."Lg".rank1.spread}}, {{typed 0.1}}, \\{{.

    - one
      and more
    1. first
    > Not to be missed.

    ```sh
    echo "<hi>"
    ```
    ## Second
    ```table
    of: table3
    part: gains
    ```
    ~~~chart
    of: table3
    show: losses
    name: losses
    rows: [Lg]
    caption: Losses of {{table3.Lg.mAP.n}} seeds.
    ~~~
    ```figure
    of: table3
    row: Lg
    seed: 1
    show: maps
    ```
    ```run
    of: table3
    row: Lg
    ```
    ```findings
    of: table3
    part: methods
    ```

    """
}
