import Configuration
import Documents
import Evidence
import Foundation
import Models
import Notebook
import Support
import Testing

/// Methods as figures and cells; nothing here was ever trained or measured.
struct MethodTests {
  private static let base = Method.Phase(name: "base", epochs: 8, rules: ["rate 0.1"])

  private func method(
    _ tasks: TaskSet = TaskSet(), name: String = "Made up", phases: [Method.Phase] = [base],
    yaml: String = "tasks: {}\n"
  ) -> Method {
    Method(
      name: name,
      network: AANetConfiguration(
        backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 8), head: .init(width: 16), tasks: tasks,
        labels: TrainingLabels(
          identities: 2, attributes: [.init(name: "hat", classes: 2, region: .top)], attended: ["hat"])),
      height: 128, width: 64, phases: phases, test: ["Euclidean distance"], yaml: yaml)
  }

  private func svg(_ method: Method) throws -> String { try #require(method.figure(named: "made-up").svg) }

  @Test(
    "every task's figure is well formed, and nothing lies outside it", arguments: [nil] + TaskName.allCases.map { $0 })
  func figures(_ only: TaskName?) throws {
    let tasks = only.map { name in
      TaskSet(only: [name] + TaskSet(only: [name]).all.flatMap(\.needs).map(\.task))
    }
    let method = method(tasks ?? TaskSet(only: TaskName.allCases))
    let svg = try svg(method)
    try expectSound(svg)
    #expect(try self.svg(method) == svg)
    for task in method.network.tasks.all { #expect(svg.contains(">\(task.label.escapedForHTML)</text>")) }
  }

  private func expectSound(_ svg: String) throws {
    try withFolder("method") { folder in
      let file = folder.appendingPathComponent("made-up.svg")
      try Data(svg.utf8).write(to: file)
      try expectWellFormed(file)
    }
    let frame = try #require(svg.firstMatch(of: #/viewBox="0 0 ([0-9.]+) ([0-9.]+)"/#))
    let (width, height) = (try #require(Double(frame.1)), try #require(Double(frame.2)))
    for box in svg.matches(of: #/<rect x="([0-9.-]+)" y="([0-9.-]+)" width="([0-9.]+)" height="([0-9.]+)"/#) {
      let (x, y) = (Double(box.1) ?? -1, Double(box.2) ?? -1)
      #expect(x >= 0 && y >= 0 && x + (Double(box.3) ?? .nan) <= width && y + (Double(box.4) ?? .nan) <= height)
    }
  }

  @Test("a row of several networks shows what each gives and how it is joined")
  func joined() throws {
    let parts = [method(name: "One"), method(TaskSet(only: [.global]), name: "<Two>")]
    let joined = JoinedMethod(name: "Both", parts: parts, test: ["Euclidean distance"], yaml: "")
    let figure = joined.figure(named: "both")
    let svg = try #require(figure.svg)
    try expectSound(svg)
    let lengths = parts.map(\.network.descriptorLength)
    for words in ["One", "&lt;Two&gt;", "= \(lengths[0]) numbers", "= \(lengths[1]) numbers"] {
      #expect(svg.contains(">\(words)</text>"), "\(words)")
    }
    #expect(svg.matches(of: /> ?scaled to unit</).count == 2 && svg.contains("= \(lengths[0] + lengths[1]) numbers"))
    #expect(figure.alternative.contains("One, <Two>"))
  }

  @Test("a name is words in a figure, never markup")
  func hostileNames() throws {
    let name = "</text><script>alert(1)</script>\u{202E}"
    let svg = try svg(method(name: name, phases: [.init(name: name, epochs: 1, rules: [name])]))
    #expect(!svg.contains("<script") && !svg.contains("\u{202E}") && svg.contains("&lt;script&gt;"))
  }

  @Test("phases that take turns are told once, one that stands alone under its own name")
  func phases() throws {
    let turns = (1...4).flatMap { round in
      ["restraint", "relaxation"].map { Method.Phase(name: "\($0) \(round)", epochs: 1, rules: [$0]) }
    }
    let svg = try svg(method(phases: [Self.base] + turns + [.init(name: "last 7", epochs: 2, rules: [])]))
    #expect(svg.contains("Training: 18 epochs in all"))
    #expect(svg.contains("restraint, 4 times (2, 4, 6, 8): 1 epoch; restraint"))
    #expect(svg.contains("relaxation, 4 times (3, 5, 7, 9)") && svg.contains(">last 7: 2 epochs</text>"))
  }

  private func notebook(_ cell: String, parity: [ParityErrors]? = nil, name: String = "PCB+RPP") throws
    -> NotebookReport
  {
    let method = method(name: name, yaml: "loss:\n  weights: { global: 1 }\n")
    let page = MethodPage(method: method, register: try DeviationsTests.register(), parity: parity)
    return try NotebookReport(
      NotebookSource(text: "---\ntitle: Methods\n---\n\n```method\n\(cell)\n```\n", name: "made"),
      notebook: NotebookContext(
        tables: [],
        method: { _, variant in
          guard try variant.string() == name else { throw variant.error("no such variant") }
          return page
        }), command: "aanet report made")
  }

  private func markdown(_ report: NotebookReport) throws -> (text: String, gaps: [String]) {
    try withFolder("method-page") { folder in
      let out = folder.appendingPathComponent("out")
      let outcome = try report.write(to: out)
      #expect(outcome.files.map(\.lastPathComponent).contains("\(outcome.cells[0].name).svg"))
      return (try String(contentsOf: out.appendingPathComponent("made.md"), encoding: .utf8), outcome.cells[0].gaps)
    }
  }

  @Test("a cell has the figure, the settings, the departures and, once measured, the parity")
  func cell() throws {
    let errors = ParityErrors(
      name: "pcb-rpp", passed: true,
      groups: .init(forward: 2e-7, loss: 1e-7, gradient: 3e-6, afterSteps: 4e-5, evaluation: nil))
    let made = try markdown(notebook("of: any\nvariant: PCB+RPP\nparity: [pcb-rpp]", parity: [errors]))
    #expect(made.gaps.isEmpty && made.text.contains("(pcb-rpp.svg)"))
    #expect(made.text.contains("weights: { global: 1 }") && made.text.contains("Five epochs of it"))
    #expect(made.text.contains("| pcb-rpp | 2e-07 | 1e-07 | 3e-06 | 4e-05 | — | yes |"))
    #expect(!made.text.contains("The Eigenlayer"), "another method's departures")
  }

  @Test("what parity has not measured here is a gap with the command that measures it")
  func unmeasured() throws {
    let made = try markdown(notebook("of: any\nvariant: PCB+RPP\nparity: [pcb-rpp]"))
    #expect(made.gaps.count == 1 && made.gaps[0].contains("aanet parity") && made.gaps[0].contains("pcb-rpp"))
  }

  @Test("a method that the register has nothing of is shown all the same")
  func withoutDepartures() throws {
    let made = try markdown(notebook("of: any\nvariant: Global only", name: "Global only"))
    #expect(made.gaps.isEmpty && !made.text.contains("departures") && made.text.contains("(global-only.svg)"))
  }

  @Test(arguments: [
    ("variant: PCB+RPP", "of: is missing"), ("of: any", "variant: is missing"),
    ("of: any\nvariant: PCB", "no such variant"),
    ("of: any\nvariant: PCB+RPP\nparity: []", "parity"), ("of: any\nvariant: PCB+RPP\nrow: x", "row"),
  ])
  func mistakes(_ cell: String, _ words: String) throws {
    let error = #expect(throws: ConfigurationError.self) { _ = try notebook(cell) }
    #expect(error?.description.contains(words) == true && error?.description.contains("made.md:") == true)
  }

  @Test("what is no output of parity is as good as none")
  func damagedParity() throws {
    try withFolder("parity") { folder in
      let file = folder.appendingPathComponent(ParityErrors.file)
      #expect(ParityErrors.read(file) == nil)
      for text in ["", "[", "{}", "[{\"case\": 1}]"] {
        try Data(text.utf8).write(to: file)
        #expect(ParityErrors.read(file) == nil, "\(text)")
      }
      try Data("[{\"case\": \"a\", \"passed\": false, \"groups\": {\"loss\": null}, \"worst\": null}]".utf8).write(
        to: file)
      #expect(ParityErrors.read(file) == [ParityErrors(name: "a", passed: false, groups: .init())])
    }
  }
}
