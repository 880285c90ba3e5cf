import Foundation
import Support

/// Reads the pickles in PyTorch's files, as far as dictionaries of tensors need it, and runs nothing.
///
/// A pickle is a program for a machine with a stack. Python's own reader imports and calls whatever the program names,
/// which makes opening a file the same as running it. This one knows the instructions that `torch.save` writes for
/// tensors and the names of ``TorchGlobal``, builds plain values from them, and ends with an error at anything else.
/// Time and memory are in proportion to the file: each instruction adds one value, and there are at most
/// ``maximumInstructions``.
///
/// Source: Python's `Lib/pickletools.py` for the instructions; protocol 2, which `torch.save` uses.
struct RestrictedUnpickler {
  /// The longest pickle that is read, in bytes; ResNet-152's takes 150,000.
  static let maximumSize = 1 << 24
  /// The most instructions that are followed; ResNet-152's names take 50,000.
  static let maximumInstructions = 1 << 20

  private(set) var heap = PickleHeap()
  private var cursor: ByteCursor
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [UInt32: PickleValue] = [:]

  init(_ data: Data, from start: Int, to end: Int = .max) {
    cursor = ByteCursor(data, from: start, to: min(end, start + min(Self.maximumSize, .max - start)))
  }

  /// Reads one pickle.
  ///
  /// - Returns: its value, whose containers are in ``heap``, and the place behind it.
  /// - Throws: ``PlainError`` where it is damaged or asks for anything but tensors.
  mutating func value() throws(PlainError) -> (value: PickleValue, end: Int) {
    for _ in 0..<Self.maximumInstructions {
      let code = try cursor.integer(UInt8.self)
      if code == PickleInstruction.stop.rawValue {
        guard stack.count == 1, marks.isEmpty, let value = stack.popLast() else { throw Self.damaged }
        return (value, cursor.place)
      }
      try follow(code)
    }
    throw PlainError("its pickle has more than \(Self.maximumInstructions) instructions, more than weights need")
  }

  private static let damaged = PlainError("its pickle is damaged: an instruction does not find what it needs")

  private mutating func follow(_ code: UInt8) throws(PlainError) {
    guard let instruction = PickleInstruction(rawValue: code) else {
      throw PlainError(
        "its pickle holds the instruction 0x\(String(code, radix: 16)), which a file of tensors has no need of")
    }
    switch instruction {
    case .proto:
      let version = try cursor.integer(UInt8.self)
      guard version == 2 else {
        throw PlainError(
          "its pickle is of protocol \(version); torch.save writes 2 unless told otherwise: save it anew without pickle_protocol"
        )
      }
    case .mark: marks.append(stack.count)
    case .none: stack.append(.other)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binint: stack.append(.integer(Int(try cursor.integer(Int32.self))))
    case .binint1: stack.append(.integer(Int(try cursor.integer(UInt8.self))))
    case .binint2: stack.append(.integer(Int(try cursor.integer(UInt16.self))))
    case .long1: stack.append(try longInteger())
    case .binfloat:
      try cursor.skip(8)
      stack.append(.other)
    case .binunicode, .binstring: stack.append(.text(try cursor.text(Int(try cursor.integer(UInt32.self)))))
    case .shortBinstring: stack.append(.text(try cursor.text(Int(try cursor.integer(UInt8.self)))))
    case .emptyTuple: stack.append(heap.add(.tuple, []))
    case .tuple1: try tuple(of: 1)
    case .tuple2: try tuple(of: 2)
    case .tuple3: try tuple(of: 3)
    case .tuple: stack.append(heap.add(.tuple, try popToMark()))
    case .emptyList: stack.append(heap.add(.list, []))
    case .append: try append([try pop()], to: .list)
    case .appends: try append(try popToMark(), to: .list)
    case .emptyDict: stack.append(heap.add(.dictionary, []))
    case .setitem:
      let value = try pop()
      try append([try pop(), value], to: .dictionary)
    case .setitems: try append(try popToMark(), to: .dictionary)
    case .global: stack.append(.global(try global()))
    case .binpersid: stack.append(try heap.storage(named: try pop()))
    case .reduce, .newobj:
      let arguments = try pop()
      stack.append(try heap.result(of: try pop(), arguments))
    case .build:
      _ = try pop()
      try ignoreState()
    case .binput: memo[UInt32(try cursor.integer(UInt8.self))] = try top()
    case .longBinput: memo[try cursor.integer(UInt32.self)] = try top()
    case .binget: try recall(UInt32(try cursor.integer(UInt8.self)))
    case .longBinget: try recall(try cursor.integer(UInt32.self))
    case .stop: throw Self.damaged
    }
  }

  private func top() throws(PlainError) -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw Self.damaged }
    return value
  }

  private mutating func pop() throws(PlainError) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func popToMark() throws(PlainError) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw Self.damaged }
    let items = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }

  private mutating func tuple(of count: Int) throws(PlainError) {
    var items: [PickleValue] = []
    for _ in 0..<count { items.insert(try pop(), at: 0) }
    stack.append(heap.add(.tuple, items))
  }

  /// Adds items to the container on top of the stack.
  private func container(_ form: PickleHeap.Form) throws(PlainError) -> Int {
    guard case .container(let number) = try top(), heap.containers[number].form == form else { throw Self.damaged }
    return number
  }

  private mutating func append(_ items: [PickleValue], to form: PickleHeap.Form) throws(PlainError) {
    guard form == .list || items.count % 2 == 0 else { throw Self.damaged }
    heap.containers[try container(form)].items += items
  }

  /// A whole number of as many bytes as the next byte says; beyond 64 bits nothing here needs it.
  private mutating func longInteger() throws(PlainError) -> PickleValue {
    let bytes = try cursor.bytes(Int(try cursor.integer(UInt8.self)))
    guard bytes.count <= 8 else { return .other }
    let isNegative = bytes.last.map { $0 > 0x7F } ?? false
    let extended = bytes + Data(repeating: isNegative ? 0xFF : 0, count: 8 - bytes.count)
    var reader = ByteCursor(extended)
    return .integer(try reader.integer(Int.self))
  }

  private mutating func global() throws(PlainError) -> TorchGlobal {
    let module = try cursor.line(limit: 1000)
    let name = "\(module).\(try cursor.line(limit: 1000))"
    guard let global = TorchGlobal(name) else {
      throw PlainError(
        "its pickle asks for \(name.quotedForMessage), which a file of tensors has no need of; nothing was run. Where "
          + "you trust the file, save its state_dict() alone with torch.save")
    }
    return global
  }

  private mutating func recall(_ place: UInt32) throws(PlainError) {
    guard let value = memo[place] else { throw Self.damaged }
    stack.append(value)
  }

  /// What an object is told after it was made: attributes of a dictionary (`_metadata`: versions of layers), flags of a
  /// parameter. Nothing that a tensor's numbers depend on.
  private func ignoreState() throws(PlainError) {
    switch try top() {
    case .tensor: return
    case .container(let number) where heap.containers[number].form == .dictionary: return
    default: throw Self.damaged
    }
  }
}
