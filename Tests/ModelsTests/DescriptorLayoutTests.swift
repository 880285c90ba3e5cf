import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Which numbers of a descriptor are whose.
struct DescriptorLayoutTests {
  private static let full = AANetConfiguration(
    backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 4), head: .init(width: 10),
    tasks: .init(part: .init(parts: 3), attention: .init(attributes: ["hair"])),
    labels: .init(
      identities: 5,
      attributes: [
        .init(name: "gender", classes: 2, region: .global), .init(name: "hair", classes: 2, region: .top),
      ]))

  @Test("V numbers for the global task, each part, each region of the attributes and the attention task, in this order")
  func all() {
    let layout = Self.full.descriptorLayout
    #expect(
      layout.slots == [
        .global, .part(0), .part(1), .part(2), .attributes(.global), .attributes(.top), .attributes(.middle),
        .attributes(.bottom), .attention,
      ])
    #expect(layout.length == 90 && Self.full.descriptorLength == 90)
    #expect(layout.range(of: .global) == 0..<10 && layout.range(of: .part(2)) == 30..<40)
    #expect(layout.range(of: .attributes(.bottom)) == 70..<80 && layout.range(of: .attention) == 80..<90)
    #expect(layout.place(of: .attributes(.top)) == 5 && layout.range(of: .part(3)) == nil)
  }

  @Test("what is off takes no room")
  func off() {
    var configuration = Self.full
    configuration.tasks.attribute?.regions = .whole
    #expect(configuration.descriptorLayout.range(of: .attributes(.global)) == 40..<50)
    #expect(configuration.descriptorLayout.range(of: .attributes(.top)) == nil)
    #expect(configuration.descriptorLayout.range(of: .attention) == 50..<60 && configuration.descriptorLength == 60)
    configuration.tasks.global = nil
    #expect(configuration.descriptorLayout.range(of: .global) == nil)
    #expect(configuration.descriptorLayout.range(of: .part(0)) == 0..<10)
    configuration.tasks.part = nil
    configuration.tasks.attention = nil
    #expect(configuration.descriptorLayout.slots == [.attributes(.global)])
    configuration.tasks.attribute = nil
    #expect(configuration.descriptorLength == 0)
  }

  @Test("the network's vectors stand where the layout says")
  func network() throws {
    let engine = Engine(threads: 2)
    let images = engine.tensor(TestNumbers.normal(2 * 96 * 32 * 3, "layout images"), shape: [2, 96, 32, 3])
    try withEvery("global", in: [true, false]) { global in
      try withEvery("part", in: [PartTask(parts: 2), nil]) { part in
        try withEvery("regions", in: AttributeRegions.allCases) { regions in
          var configuration = Self.full
          configuration.tasks.global = global ? GlobalTask() : nil
          configuration.tasks.part = part
          configuration.tasks.attribute?.regions = regions
          let model = AANet(configuration, on: engine)
          model.initialise(seed: 1)
          let tape = Tape(on: engine, mode: .evaluation)
          let output = model(tape.input(images), on: tape)
          let layout = model.layout
          try Agreement.require(output.descriptors.count == 2 * layout.length, "\(output.descriptors.count) numbers")
          for slot in layout.slots {
            let range = try #require(layout.range(of: slot))
            let vector = try #require(output.vectors(of: slot)).view([range.count], offset: range.count).array
            let stored = Array(output.descriptors[layout.length...].dropFirst(range.lowerBound).prefix(range.count))
            try Agreement.require(stored == vector, "\(slot)")
          }
        }
      }
    }
  }
}
