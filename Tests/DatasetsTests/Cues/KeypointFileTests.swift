import Datasets
import Support
import TestSupport
import Testing

@Suite struct KeypointFileTests {
  let names = ImageNames([
    "bounding_box_train/0002_c1s1_000451_03.jpg", "query/0005_c2s1_000001_00.jpg", "deep/er/a.jpg", "other/a.jpg",
  ])

  func read(_ text: String) throws -> KeypointFile { try KeypointFile(Array(text.utf8), names: names) }

  func message(_ text: String) throws -> String {
    try #require(#expect(throws: PlainError.self) { try read(text) }).description
  }

  func person(_ name: String, third: Double = 0.5, first: String? = nil, count: Int = 51) -> String {
    let numbers = (0..<count).map { $0 == 0 ? first ?? "1" : $0 % 3 == 2 ? "\(third)" : "\($0)" }
    return "{\"image_id\": \"\(name)\", \"keypoints\": [\(numbers.joined(separator: ","))], \"score\": 1}"
  }

  func annotations(_ images: String, _ people: String) -> String {
    "{\"images\": [\(images)], \"annotations\": [\(people)]}"
  }

  @Test func anImageIsFoundByTheLongestEndingOfAPathElseByABareNameOfItsOwn() {
    #expect(names.image(named: "query/0005_c2s1_000001_00.jpg") == 1)
    #expect(names.image(named: "/some/where/query/0005_c2s1_000001_00.jpg") == 1)
    #expect(names.image(named: "0005_c2s1_000001_00.jpg") == 1)
    #expect(names.image(named: "/else/0005_c2s1_000001_00.jpg") == 1)
    #expect(names.image(named: "a.jpg") == nil)
    #expect(names.image(named: "x/other/a.jpg") == 3)
    #expect(names.image(named: "../deep/er/a.jpg") == 2)
    #expect(names.image(named: "er/a.jpg") == nil)
    #expect(names.image(named: "") == nil)
    #expect(names.image(named: String(repeating: "/", count: 2_000_000) + "other/a.jpg") == 3)
  }

  @Test func ofSeveralPeopleTheSurestIsTakenTheFirstOnATie() throws {
    let name = "query/0005_c2s1_000001_00.jpg"
    let file = try read(
      "[\(person(name, third: 0.25, first: "7")), \(person(name, third: 0.5, first: "8")), \(person(name, third: 0.5, first: "9"))]"
    )
    #expect(file.poses[1]?[.nose].x == 8)
    #expect(file.poses.count == 1)
  }

  @Test func flagsCountAsConfidencesOnlyWhereAllAreFlagsAndSomethingIsSeen() throws {
    func file(_ a: Double, _ b: Double) throws -> KeypointFile {
      try read(
        annotations(
          "{\"id\": 7, \"file_name\": \"query/0005_c2s1_000001_00.jpg\"}, {\"id\": 9, \"file_name\": \"other/a.jpg\"}",
          "\(person("7", third: a)), \(person("9", third: b))"))
    }
    let flags = try file(1, 2)
    #expect(flags.poses[1]?[.nose] == Pose.Place(x: 1, y: 1, confidence: 1, isHidden: true))
    #expect(flags.poses[3]?[.nose] == Pose.Place(x: 1, y: 1, confidence: 1))
    #expect(try file(1, 0).poses[1]?[.nose].isHidden == false)
    #expect(#expect(throws: PlainError.self) { try file(0.5, 2) } != nil)
  }

  @Test func numbersAreReadAsSwiftReadsThem() throws {
    for text in [
      "0", "-0.0", "12", "1.5", "-3.25e1", "1E2", "123456789012345", "1234567890123456", "0.1", "33.333333333333336",
      "5e-324",
      "0.000000000000001",
    ] {
      guard abs(Double(text) ?? 0) <= 1e6 else {
        #expect(try message("[\(person("other/a.jpg", first: text))]").contains("its nose lies at"))
        continue
      }
      let file = try read("[\(person("other/a.jpg", first: text))]")
      #expect(file.poses[3]?[.nose].x == Double(text), "\(text)")
    }
  }

  @Test func escapesInNamesAreRead() throws {
    let file = try read("[\(person("query\\/0005_c2s1_0000\\u00301_00.jpg"))]")
    #expect(file.poses.keys.sorted() == [1])
    let strange = try read("[\(person("other/a.jpg")), \(person("\\ud83d\\ude00\\ud800\\n"))]")
    #expect(strange.firstStrangers == ["😀\u{FFFD}\n"])
  }

  @Test(arguments: [
    ("", "line 1, byte 1: the file ends too early"),
    ("{", "the file ends too early"),
    ("nonsense", "is neither of COCO's two forms of key points"),
    ("3", "is neither of COCO's two forms of key points"),
    ("{\"images\": []}", "is neither of COCO's two forms of key points"),
    ("[] []", "something follows the end of the value"),
    ("[]", "names no image of the dataset: it is empty"),
    ("[{}]", "person 1: it has no 'image_id'"),
    ("[{\"image_id\": \"x\"}]", "person 1 (image 'x'): its 'keypoints' are 0 numbers, not 51"),
    ("\n\n[{\"image_id\": true}]", "line 3, byte 15: a text or a number was expected"),
    ("[{\"image_id\": \"x\"", "the file ends too early"),
    ("[{\"image_id\": \"x", "the file ends within a text"),
    ("[{\"image_id\": \"\\q\"}]", "a backslash is followed by nothing that it goes with"),
    ("[{\"image_id\": \"a\u{1}\"}]", "a text holds a control character"),
    ("[{\"a\" 1}]", "a colon was expected after the key"),
    ("[{\"a\": 1 \"b\": 2}]", "a comma or } was expected"),
    ("[{\"a\": tru}]", "a value was expected"),
    ("[{\"a\": 1.}]", "a number ends in a point"),
    ("[{\"a\": 1e}]", "a number's exponent is missing"),
    ("[{\"a\": -}]", "a number was expected"),
  ])
  func faultsSayWhereTheyAre(text: String, fault: String) throws {
    let said = try message(text)
    #expect(said.contains(fault), "\(said)")
  }

  @Test func faultsOfPeopleNameThemAndTheirImage() throws {
    let sound = person("other/a.jpg")
    func second(_ person: String) throws -> String { try message("[\(sound),\n\(person)]") }
    #expect(
      try second(person("b.jpg", count: 50)).contains(
        "line 2, byte 1: person 2 (image 'b.jpg'): its 'keypoints' are 50"))
    #expect(try second(person("b.jpg", count: 54)).contains("are 54 numbers, not 51"))
    for number in ["NaN", "Infinity", "-Infinity", "1e999"] {
      #expect(try second(person("b.jpg", first: number)).contains("line 2"))
      #expect(try second(person("b.jpg", first: number)).contains("a number is not finite"), "\(number)")
    }
    #expect(
      try second(person("b.jpg", first: "1e308")).contains("its nose lies at 1e+308, which is no place of an image"))
    #expect(
      try second(person("b.jpg", third: 1.5)).contains("the third number of the nose is 1.5, neither a confidence"))
    #expect(try second(person("b.jpg", third: -0.1)).contains("-0.1"))
    #expect(try second(person("b.jpg", third: 2)).contains("COCO's flags"))
  }

  @Test func faultsOfAnnotationsNameTheEntry() throws {
    let (a, b) = (
      "{\"id\": 1, \"file_name\": \"other/a.jpg\"}", "{\"id\": 2, \"file_name\": \"query/0005_c2s1_000001_00.jpg\"}"
    )
    #expect(try message(annotations("{\"id\": 1}", "")).contains("an entry of 'images' has no 'id' or no 'file_name'"))
    #expect(
      try message(annotations(a + "," + b.replacing("2,", with: "1,"), "")).contains(
        "two entries of 'images' have the id '1'"))
    #expect(
      try message(annotations(a + "," + a.replacing("1,", with: "3,"), "")).contains(
        "two entries of 'images' mean the image 'other/a.jpg'"))
    #expect(try message(annotations(a, person("5"))).contains("person 1 (image '5'): no entry of 'images' has that id"))
    #expect(
      try message(annotations("{\"id\": 1, \"file_name\": \"c.jpg\"}", "")).contains("names no image of the dataset"))
    #expect(try message(annotations("{\"id\": 1, \"file_name\": \"c.jpg\"}", "")).contains("such as 'c.jpg'"))
  }

  @Test func listsOfPeopleMayStandBeforeTheirImages() throws {
    let file = try read(
      "{\"annotations\": [\(person("4"))], \"info\": {\"a\": [1, null, true]}, \"images\": [{\"file_name\": \"other/a.jpg\", \"id\": 4}]}"
    )
    #expect(file.poses.keys.sorted() == [3])
  }

  @Test func namesAreBoundedAndOtherTextsPassedOver() throws {
    let long = String(repeating: "x", count: 70_000)
    #expect(try message("[\(person(long))]").contains("a text of 70000 bytes, more than the 65536 of a name"))
    let file = try read("[\(person("other/a.jpg").replacing("\"score\": 1", with: "\"note\": \"\(long)\""))]")
    #expect(file.poses.keys.sorted() == [3])
    #expect(
      try message("[\(person("other/a.jpg", first: "NaN"))]").hasSuffix(
        "a number is not finite, in person 1 (image 'other/a.jpg')"))
  }

  @Test func valuesInEachOtherAreBounded() throws {
    let deep = String(repeating: "[", count: 1_000_000)
    #expect(try message("[{\"a\": \(deep)").contains("values lie more than 64 deep in each other"))
    #expect(try message(deep).contains("an object was expected"))
    #expect(try message("[{\"a\": 1\(String(repeating: "0", count: 5000))}]").contains("a number of 5001 digits"))
  }
}
