import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// What is known of files, as bytes on a disk.
@Suite struct FileLedgerTests {
  /// A ledger of four files, made now.
  private func ledger(of set: SmallSet) throws -> FileLedger { try set.contents().contents.ledger }

  /// A moment after all files were read.
  private var later: Int64 { FileStamp.now + 60_000_000_000 }

  @Test func itComesBackAsItWas() throws {
    let set = try SmallSet()
    let again = try #require(FileLedger(bytes: ledger(of: set).bytes, now: later))
    #expect(try !set.contents(known: again).read)
  }

  @Test func aLedgerFromTheFutureIsNotBelieved() throws {
    let bytes = try ledger(of: SmallSet()).bytes
    #expect(FileLedger(bytes: bytes, now: FileStamp.now) == nil, "it was made ten seconds ahead of this clock")
    #expect(FileLedger(bytes: bytes, now: later) != nil)
  }

  @Test func anyDamageIsSeen() throws {
    let bytes = try ledger(of: SmallSet()).bytes
    for count in 0..<bytes.count { #expect(FileLedger(bytes: Array(bytes.prefix(count)), now: later) == nil) }
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 1 << UInt8(place % 8)
      #expect(FileLedger(bytes: changed, now: later) == nil, "byte \(place)")
    }
    #expect(FileLedger(bytes: bytes + [0], now: later) == nil)
  }

  /// One that somebody wrote to do harm, its digest right.
  @Test func whatIsForgedIsNoneOrSomeAndNeverACrash() throws {
    let bytes = try ledger(of: SmallSet()).bytes
    let body = Array(bytes.dropLast(32))
    func sealed(_ body: [UInt8]) -> FileLedger? { FileLedger(bytes: body + SHA256.digest(body), now: later) }
    #expect(sealed(body) != nil)
    for count in 0..<body.count { #expect(sealed(Array(body.prefix(count))) == nil) }
    #expect(sealed(body + [0]) == nil)
    for place in body.indices {
      for value: UInt8 in [0, 0x7f, 0x80, 0xff] {
        var forged = body
        forged[place] = value
        _ = sealed(forged)
      }
    }
    // A count of files and a length of a name that nothing could hold.
    let head = "aanet files 1\n".utf8.count
    var many = body
    for place in head + 8..<head + 15 { many[place] = 0xff }
    many[head + 15] = 0x7f
    #expect(sealed(many) == nil)
    var long = body
    for place in head + 16..<head + 20 { long[place] = 0xff }
    #expect(sealed(long) == nil)
  }
}
