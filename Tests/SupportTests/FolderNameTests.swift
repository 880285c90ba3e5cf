import Support
import Testing

@Suite struct FolderNameTests {
  static let names = [
    "Lg", "Lg+Lp", "Lg+Lp+La uncertainty", "a/b", "..", ".", ".hidden", "a.b", "a_b", "a%20b", "%", "~", "-rf", "`id`",
    "$(id)", "a\nb",
    "quote'\"", "日本", "🙂", "\u{0}", "a\\b", "CON", " ", "  x  ", "e\u{301}", "\u{e9}", "seed-1-0123456789ab",
  ]

  @Test(arguments: names) func namesComeBack(_ name: String) {
    let component = FolderName.component(for: name)
    #expect(FolderName.name(of: component).map { Array($0.utf8) } == Array(name.utf8))
    #expect(component.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
    #expect(!component.hasPrefix("."))
  }

  @Test func namesStayReadableAndApart() {
    #expect(FolderName.component(for: "Lg+Lp+La uncertainty") == "Lg+Lp+La_uncertainty")
    #expect(FolderName.component(for: "../a_b") == "%2E.%2Fa%5Fb")
    #expect(Set(Self.names.map(FolderName.component)).count == Self.names.count)
  }

  @Test func whatIsNoComponentHasNoName() {
    for component in ["a b", ".x", "..", "%", "%2", "%zz", "%41", "%2f", "é", "a/b", "%FF"] {
      #expect(FolderName.name(of: component) == nil, "\(component)")
    }
  }

  @Test func whatDoesNotFitIsKnown() {
    #expect(FolderName.fits("Lg"))
    #expect(!FolderName.fits(""))
    #expect(FolderName.fits(String(repeating: "a", count: 255)))
    #expect(!FolderName.fits(String(repeating: "a", count: 256)))
    #expect(!FolderName.fits(String(repeating: "日", count: 29)))
  }
}
