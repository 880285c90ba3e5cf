/// One step of a pattern that was understood.
enum NamePatternStep: Hashable, Sendable {
  /// Takes one character of a set.
  case read(CharacterSet)
  /// Goes on at one step, or where that leads nowhere at another.
  case choose(Int, Int)
  /// Goes on at a step.
  case jump(Int)
  /// Notes the place in the name.
  case note(Int)
  /// The name must end here.
  case end

  /// Characters, as ranges of their numbers.
  struct CharacterSet: Hashable, Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var isInverted = false

    static let any = CharacterSet(isInverted: true)
    static let digits = CharacterSet(ranges: [0x30...0x39])
    static let wordCharacters = CharacterSet(ranges: [0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])

    init(ranges: [ClosedRange<UInt32>] = [], isInverted: Bool = false) {
      self.ranges = ranges
      self.isInverted = isInverted
    }

    init(_ character: Unicode.Scalar) { ranges = [character.value...character.value] }

    func contains(_ character: Unicode.Scalar) -> Bool {
      ranges.contains { $0.contains(character.value) } != isInverted
    }
  }

  /// The most steps of a pattern: what `{100}` within `{100}` would need is refused.
  private static let maximumSteps = 2000

  /// The steps of a tree, the last of them ``end``.
  static func program(of tree: NamePatternTree) throws(NamePattern.Fault) -> [Self] {
    var steps: [Self] = []
    try append(tree, to: &steps)
    steps.append(.end)
    return steps
  }

  private static func append(_ tree: NamePatternTree, to steps: inout [Self]) throws(NamePattern.Fault) {
    guard steps.count < maximumSteps else {
      throw NamePattern.Fault(character: 1, reason: "the pattern repeats so much that it becomes too large")
    }
    switch tree {
    case .read(let set): steps.append(.read(set))
    case .sequence(let parts): for part in parts { try append(part, to: &steps) }
    case .group(let number, let inner):
      steps.append(.note(2 * number))
      try append(inner, to: &steps)
      steps.append(.note(2 * number + 1))
    case .either(let first, let second):
      let choice = steps.count
      steps.append(.end)  // holds the place of the choice
      try append(first, to: &steps)
      let jump = steps.count
      steps.append(.end)
      steps[choice] = .choose(choice + 1, steps.count)
      try append(second, to: &steps)
      steps[jump] = .jump(steps.count)
    case .repetition(let inner, let least, let most, let isGreedy):
      for _ in 0..<least { try append(inner, to: &steps) }
      guard let most else {
        let choice = steps.count
        steps.append(.end)
        try append(inner, to: &steps)
        steps.append(.jump(choice))
        steps[choice] = choose(choice + 1, steps.count, isGreedy)
        return
      }
      var choices: [Int] = []
      for _ in least..<most {
        choices.append(steps.count)
        steps.append(.end)
        try append(inner, to: &steps)
      }
      for choice in choices { steps[choice] = choose(choice + 1, steps.count, isGreedy) }
    }
  }

  private static func choose(_ onward: Int, _ past: Int, _ isGreedy: Bool) -> Self {
    isGreedy ? .choose(onward, past) : .choose(past, onward)
  }
}

/// What a pattern says, as a tree.
indirect enum NamePatternTree {
  case read(NamePatternStep.CharacterSet)
  case sequence([NamePatternTree])
  case either(NamePatternTree, NamePatternTree)
  case group(Int, NamePatternTree)
  case repetition(NamePatternTree, least: Int, most: Int?, isGreedy: Bool)
}
