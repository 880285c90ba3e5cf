import Documents
import Runs

extension Table {
  /// Where finished runs were computed: each way only once; nil where nobody recorded it.
  package static func provenance(of records: [RunRecord]) -> Table? {
    var seen: Set<[String]> = []
    let rows = records.compactMap(\.provenance).flatMap(\.stations).map { origin in
      [
        origin.commit.isEmpty ? "none" : String(origin.commit.prefix(12)) + (origin.hasLocalChanges ? ", changed" : ""),
        origin.compiler, "\(origin.blas), \(origin.blasKernels)", "\(origin.threads)", origin.cpu, origin.dataset,
      ]
    }.filter { seen.insert($0).inserted }
    guard !rows.isEmpty else { return nil }
    return Table(
      name: "provenance", caption: "Where the runs were computed, and on which data.",
      columns: ["Commit", "Compiler", "OpenBLAS, kernels", "Threads", "Processor", "Data"].map {
        Table.Column(Typeset($0), .leading)
      },
      sections: [Table.Section(rows: rows.map { $0.map { Typeset($0) } })])
  }
}
