/// The instructions of a pickle that dictionaries of tensors need, by Python's names for them.
enum PickleInstruction: UInt8 {
  case mark = 0x28, emptyTuple = 0x29, stop = 0x2E
  case binfloat = 0x47, binint = 0x4A, binint1 = 0x4B, binint2 = 0x4D, none = 0x4E
  case binpersid = 0x51, reduce = 0x52, binstring = 0x54, shortBinstring = 0x55, binunicode = 0x58
  case emptyList = 0x5D, append = 0x61, build = 0x62, global = 0x63, appends = 0x65
  case binget = 0x68, longBinget = 0x6A, binput = 0x71, longBinput = 0x72
  case setitem = 0x73, tuple = 0x74, setitems = 0x75, emptyDict = 0x7D
  case proto = 0x80, newobj = 0x81, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87
  case newTrue = 0x88, newFalse = 0x89, long1 = 0x8A
}

/// What a restricted pickle can hold. Containers lie in a ``PickleHeap`` and are known by their number there, so that no
/// nesting of the file becomes a nesting in memory, and a list that holds itself is nothing special.
enum PickleValue {
  /// What a dictionary of tensors has no use for: None, real numbers, whole numbers beyond 64 bits.
  case other
  case bool(Bool)
  case integer(Int)
  case text(String)
  case global(TorchGlobal)
  case container(Int)
  case storage(Int)
  case tensor(Int)
}

/// The names that a pickle may refer to. None of them is run: each stands for something that the reader does itself.
enum TorchGlobal: Equatable {
  case orderedDictionary
  case size
  case rebuildTensor
  case rebuildParameter
  case parameter
  case storage(StoredTensor.Kind)

  /// The meaning of `module.name`; nil for all but the few that dictionaries of tensors need.
  init?(_ name: String) {
    switch name {
    case "collections.OrderedDict": self = .orderedDictionary
    case "torch.Size": self = .size
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2": self = .rebuildTensor
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state": self = .rebuildParameter
    case "torch.nn.parameter.Parameter": self = .parameter
    case "torch.DoubleStorage": self = .storage(.float64)
    case "torch.FloatStorage": self = .storage(.float32)
    case "torch.HalfStorage": self = .storage(.float16)
    case "torch.BFloat16Storage": self = .storage(.bfloat16)
    case "torch.LongStorage": self = .storage(.int64)
    case "torch.IntStorage": self = .storage(.int32)
    case "torch.ShortStorage": self = .storage(.int16)
    case "torch.CharStorage": self = .storage(.int8)
    case "torch.ByteStorage": self = .storage(.uint8)
    case "torch.BoolStorage": self = .storage(.bool)
    default: return nil
    }
  }
}

/// Numbers that lie in the file under a key, or the part of them that a view names.
struct TorchStorage: Equatable {
  let key: String
  let kind: StoredTensor.Kind
  /// How many numbers lie under the key.
  let count: Int
  /// Those of them that this storage has.
  let view: Range<Int>

  /// How many bytes lie under the key.
  var byteCount: Int { count * kind.size }
}

/// A tensor over a storage: element `(i, j, …)` is the number at `offset + i·strides[0] + j·strides[1] + …`.
struct TorchTensor: Equatable {
  let storage: TorchStorage
  let shape: [Int]
  let strides: [Int]
  /// The first element's place among the numbers under the storage's key.
  let offset: Int
}
