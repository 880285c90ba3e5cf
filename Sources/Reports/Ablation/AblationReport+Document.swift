import Charts
import Documents
import Foundation
import Runs

extension AblationReport {
  /// The whole report. `drawings` are the charts' SVG by name; without them the report has no figures.
  func document(drawings: [String: String]) -> Document {
    var blocks: [Document.Block] = [.notice(Typeset(dataStatement()))]
    blocks += introduction.map { .paragraph(Typeset($0)) }
    blocks += [.heading("Results", name: "results"), .table(resultsTable())]
    blocks += [.heading("What the rows gain", name: "gains"), .list(findings())]
    if variants.count > 1 { blocks.append(.table(deltasTable())) }
    let figures = self.figures(drawings)
    let levels = figures.filter { !$0.isWide }
    let curves = figures.filter(\.isWide)
    if variants.count > Self.largestChart {
      blocks.append(
        .paragraph(Typeset("Charts are drawn of at most \(Self.largestChart) rows; here the tables say it all.")))
    }
    if !levels.isEmpty { blocks += [.heading("Charts", name: "charts"), .figures(levels)] }
    if !curves.isEmpty { blocks += [.heading("Training", name: "training"), .figures(curves)] }
    blocks += [.heading("How each number is computed", name: "methods"), .list(methods())]
    blocks += [
      .heading("Runs", name: "run-list"),
      .paragraph(
        "Every measured figure above is computed from these runs. This command trains what is missing, trains nothing "
          + "twice, and makes this report again:"),
      .command(command), .table(runsTable()),
    ]
    if let table = Table.provenance(of: source.finished) { blocks.append(.table(table)) }
    blocks += [.heading("Files", name: "files"), .list(fileList(drawings))]
    return Document(
      title: title,
      subtitle: Typeset("Experiment ") + Typeset([.code(experiment)]) + Typeset(", measured on \(measuredOn)"),
      blocks: blocks)
  }

  private func fileList(_ drawings: [String: String]) -> [Typeset] {
    var items: [Typeset] = [
      Typeset([.link("table3.md", file: "table3.md"), .text(", this report as Markdown")]),
      Typeset([.link("table3.csv", file: "table3.csv"), .text(", Table 3 and the gains as comma-separated values")]),
      Typeset([.link("table3.tex", file: "table3.tex"), .text(", both tables for LaTeX (what to load is said in it)")]),
    ]
    let charts = charts().map(\.name).filter { drawings[$0] != nil }
    if !charts.isEmpty {
      items.append(
        charts.enumerated().reduce("The charts, as SVG and PNG: ") { text, chart in
          text + (chart.offset > 0 ? ", " : "") + Typeset([.link(chart.element, file: "\(chart.element).svg")]) + " ("
            + Typeset([.link("PNG", file: "\(chart.element).png")]) + ")"
        })
    }
    return items
  }

  /// The charts, each where it was drawn.
  package func figures(_ drawings: [String: String]) -> [Document.Figure] {
    let names = charts().map(\.name)
    return names.compactMap { name in
      guard let svg = drawings[name], let words = figureWords(name) else { return nil }
      return Document.Figure(
        name: name, caption: Typeset(words.caption), alternative: words.alternative, svg: svg, isWide: words.isWide)
    }
  }

  private func ends(_ chart: CurveChart?) -> String { (chart?.ends ?? []).joined(separator: "; ") }

  private func figureWords(_ name: String) -> (caption: String, alternative: String, isWide: Bool)? {
    let published = published?.dataset ?? "the paper’s data"
    for metric in ReportMetric.allCases {
      let key = metric.rawValue.lowercased()
      if name == key {
        let values = variants.map { variant in
          "\(plainLabel(variant.name)) \(variant.sample(metric).map { Figures.spread($0) } ?? "not finished")"
        }
        return (
          "\(metric.title) of each row: measured on \(measuredOn) (dot: mean; bar: ± deviation over seeds; small dots: "
            + "each seed), and the paper’s figure on \(published) (diamond).",
          "Dot chart of \(metric.title) in percent. Measured on \(measuredOn): \(values.joined(separator: "; ")).",
          false
        )
      }
      if name == "gain-\(key)" {
        let values = steps(.consecutive, metric).map { step in
          "to \(plainLabel(step.to)) \(step.measured.map { Figures.signed($0.mean) } ?? "not measured")"
        }
        return (
          "Gain in \(metric.title) of each row over the row above: measured (bar: 95 % interval over paired seeds; the "
            + "dotted line is no gain) and between the paper’s rows (diamond).",
          "Dot chart of gains in \(metric.title) in percentage points: \(values.joined(separator: "; ")).", false
        )
      }
    }
    switch name {
    case "losses":
      return (
        "Training loss of each task over the epochs, before weighting, on a logarithmic axis: mean over seeds, band from "
          + "the smallest to the largest. The part loss is the sum over the parts.",
        "Small multiples of training loss by epoch, a panel a row, a curve a task. \(ends(lossChart())).", true
      )
    case "sigma":
      return (
        "Learned σ of each task over the epochs, in the rows whose weights are learned (a task’s loss is weighted by "
          + "1/σ²), on a logarithmic axis: mean over seeds, band from the smallest to the largest.",
        "Curves of the learned σ by epoch, a panel for each row with learned weights, a curve a task. "
          + "\(ends(sigmaChart())).", true
      )
    default: return nil
    }
  }
}
