import Evidence
import Foundation
import Notebook

/// A notebook on records that no run ever made, for tests only.
extension Fabricated {
  static func notebook(
    _ body: String, hasGap: Bool = false, title: String = "Made up", program: String = "1",
    change: (inout ExperimentRecords) -> Void = { _ in }
  ) throws -> NotebookReport {
    let source = try NotebookSource(
      text: "---\ntitle: '\(title)'\nexperiments: { table3: made/up }\n---\n\(body)", name: "made")
    let ablation = try report(hasGap: hasGap).changed(change)
    return try NotebookReport(
      source,
      notebook: NotebookContext(tables: [
        NotebookTable(name: "table3", report: ablation),
        NotebookTable(name: "table1", report: try comparison("table1", hasGap: hasGap)),
        NotebookTable(name: "table4", report: try attributes(hasGap: hasGap)),
      ]), command: "aanet report made", program: program)
  }

  /// What the notebook's page says.
  static func page(_ body: String, hasGap: Bool = false) throws -> String {
    let report = try notebook(body, hasGap: hasGap)
    return try withFolder("notebook-page") { folder in
      try report.write(to: folder.appendingPathComponent("out"))
      return try String(contentsOf: folder.appendingPathComponent("out/index.html"), encoding: .utf8)
    }
  }

  /// Every kind of cell and of prose.
  static let everything = """
    # First

    Words, *stress*, **weight**, `code <b>`, [a link](https://example.org/?a=1&b=2), {{table3.Lg.mAP}} and {{see losses}}.

    - one
      and more
    - two

    1. first
    2. second

    > Not to be missed.

    ```sh
    echo "<hi>"
    ```

    ## Second

    ```table
    of: table3
    ```

    ```chart
    of: table3
    show: losses
    name: losses
    caption: Losses of {{table3.Lg.mAP.n}} seeds.
    ```

    ```chart
    of: table1
    show: map
    ```

    ```chart
    of: table4
    show: attributes
    ```

    ```figure
    of: table3
    row: Lg
    show: maps
    ```

    ```run
    of: table3
    row: Lg
    ```

    ```findings
    of: table1
    ```

    """
}
