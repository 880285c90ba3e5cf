/// A regular expression over whole file names, with named groups.
///
/// What there is: characters as they are, `\` before a character that has a meaning, `.` for any character, `\d` for a
/// digit and `\w` for a letter, digit or `_` of ASCII, `[a-z_]` and `[^_]`, groups `( )`, `(?: )`, `(?<name> )` and
/// `(?P<name> )`, `|`, and `*`, `+`, `?`, `{2}`, `{2,}`, `{2,4}`, each with a `?` behind it where as little as possible
/// is to be taken. Of several ways to match it is the one that Perl, Python and Swift find.
///
/// What looks back or ahead is left out, so that a name is matched in time proportional to the name's length times the
/// pattern's: no place in a name is tried twice with the same part of the pattern. `(a+)+b`, which keeps other engines
/// busy for years, is as quick as any.
package struct NamePattern: Hashable, Sendable {
  /// What is wrong with a pattern.
  package struct Fault: Error, Hashable, CustomStringConvertible {
    /// The place in the pattern, counted from 1.
    package let character: Int
    package let reason: String

    package var description: String { "character \(character): \(reason)" }
  }

  package let text: String
  /// The names of its named groups, in order.
  package let groups: [String]
  private let program: [NamePatternStep]

  /// The longest pattern, in characters.
  package static let maximumLength = 500
  /// The longest name that is matched, in characters: as long as a path may be on most systems.
  private static let maximumNameLength = 1024

  /// Understands a pattern.
  ///
  /// - Throws: ``Fault`` where it says something that is not understood, or is too long.
  package init(_ text: String) throws(Fault) {
    var parser = try NamePatternParser(text)
    let tree = try parser.parse()
    self.text = text
    groups = parser.groups
    program = try NamePatternStep.program(of: tree)
  }

  /// What each named group matched, by name; nil where the name as a whole does not match.
  ///
  /// A group that the match passed by, as in the other half of `a|(?<b>c)`, has no entry.
  package func match(_ name: String) -> [String: String]? {
    let scalars = Array(name.unicodeScalars.prefix(Self.maximumNameLength + 1))
    guard scalars.count <= Self.maximumNameLength, let places = places(in: scalars) else { return nil }
    var found: [String: String] = [:]
    for (group, name) in groups.enumerated() {
      let (start, end) = (places[2 * group], places[2 * group + 1])
      guard start >= 0, end >= start else { continue }
      found[name] = String(String.UnicodeScalarView(scalars[start..<end]))
    }
    return found
  }

  /// What is left to be tried.
  private enum Task {
    case go(step: Int, place: Int)
    case restore(slot: Int, place: Int)
  }

  /// Where each group starts and ends.
  ///
  /// It goes back to the last choice where the way taken ends, as usual, but notes every pair of a step and a place
  /// that was tried: since nothing looks back, what failed once fails again.
  private func places(in name: [Unicode.Scalar]) -> [Int]? {
    var places = [Int](repeating: -1, count: 2 * groups.count)
    var tried = [Bool](repeating: false, count: program.count * (name.count + 1))
    var tasks = [Task.go(step: 0, place: 0)]
    while let task = tasks.popLast() {
      switch task {
      case .restore(let slot, let place): places[slot] = place
      case .go(var step, var place):
        way: while !tried[step * (name.count + 1) + place] {
          tried[step * (name.count + 1) + place] = true
          switch program[step] {
          case .read(let set):
            guard place < name.count, set.contains(name[place]) else { break way }
            place += 1
            step += 1
          case .choose(let first, let second):
            tasks.append(.go(step: second, place: place))
            step = first
          case .jump(let target): step = target
          case .note(let slot):
            tasks.append(.restore(slot: slot, place: places[slot]))
            places[slot] = place
            step += 1
          case .end:
            if place == name.count { return places }
            break way
          }
        }
      }
    }
    return nil
  }
}
