// Pickles that want to run code, and damaged ones, in archives that are in order; one table. Each must be refused with
// exactly its code. A new finding becomes a row here.
#include <functional>
#include <gtest/gtest.h>
#include <set>

#include "base/error.h"
#include "support/pickle_bytes.h"
#include "support/processor_time.h"
#include "support/temporary_folder.h"
#include "support/zip_bytes.h"
#include "weights/torch/pickle_names.h"
#include "weights/torch/pickle_opcodes.h"
#include "weights/torch/torch_file.h"
#include "weights/torch/unpickler.h"

namespace redraw {
namespace {

using namespace std::string_literals;
using namespace pickle;  // the assembler

struct Hostile {
  std::string name;
  std::string pickle;
  Code code;
};

/// What the archive around every pickle has: storage "0" of 16 bytes.
std::string checkpoint(const std::string& pickle) {
  return torch_bytes(pickle, {std::string(16, '\0')});
}

/// Functions that the advisories on pickled models call, one row each, and the ways that scanners missed.
void add_names(std::vector<Hostile>& rows) {
  static constexpr std::pair<const char*, const char*> kNames[] = {
      {"os", "system"},
      {"posix", "system"},
      {"nt", "system"},
      {"os", "popen"},
      {"os", "execv"},
      {"os", "remove"},
      {"subprocess", "Popen"},
      {"subprocess", "check_output"},
      {"_posixsubprocess", "fork_exec"},
      {"asyncio.unix_events", "_UnixSubprocessTransport._start"},
      {"builtins", "eval"},
      {"__builtin__", "eval"},
      {"builtins", "exec"},
      {"builtins", "compile"},
      {"builtins", "getattr"},
      {"builtins", "__import__"},
      {"builtins", "open"},
      {"builtins", "apply"},
      {"builtins", "breakpoint"},
      {"builtins", "setattr"},
      {"importlib", "import_module"},
      {"runpy", "_run_code"},
      {"runpy", "run_path"},
      {"code", "InteractiveInterpreter.runcode"},
      {"bdb", "Bdb.run"},
      {"pdb", "Pdb.run"},
      {"doctest", "debug_script"},
      {"cProfile", "runctx"},
      {"profile", "Profile.run"},
      {"timeit", "timeit"},
      {"trace", "Trace.run"},
      {"idlelib.pyshell", "ModifiedInterpreter.runcode"},
      {"lib2to3.pgen2.pgen", "ParserGenerator.make_label"},
      {"ensurepip", "_run_pip"},
      {"pip", "main"},
      {"pydoc", "pipepager"},
      {"pty", "spawn"},
      {"socket", "create_connection"},
      {"ssl", "get_server_certificate"},
      {"urllib.request", "urlretrieve"},
      {"requests.api", "get"},
      {"aiohttp.client", "ClientSession"},
      {"webbrowser", "open"},
      {"shutil", "rmtree"},
      {"linecache", "getline"},
      {"logging.config", "_resolve"},
      {"functools", "partial"},
      {"functools", "reduce"},
      {"operator", "attrgetter"},
      {"operator", "methodcaller"},
      {"_operator", "attrgetter"},
      {"itertools", "starmap"},
      {"types", "CodeType"},
      {"types", "FunctionType"},
      {"marshal", "loads"},
      {"pickle", "loads"},
      {"_pickle", "loads"},
      {"dill", "loads"},
      {"dill._dill", "_create_function"},
      {"cloudpickle.cloudpickle", "_make_function"},
      {"joblib", "load"},
      {"numpy", "load"},
      {"numpy.f2py.crackfortran", "getlincoef"},
      {"numpy.testing._private.utils", "runstring"},
      {"numpy.core.multiarray", "_reconstruct"},
      {"torch", "load"},
      {"torch.jit", "load"},
      {"torch.hub", "load"},
      {"torch.serialization", "load"},
      {"torch.storage", "_load_from_bytes"},
      {"torch._inductor.codecache", "compile_file"},
      {"torch.utils.bottleneck.__main__", "run_cprofile"},
      {"torch.utils._config_module", "load_config"},
      {"torch.utils.collect_env", "run"},
      {"torch.distributed.rpc", "rpc_sync"},
      {"torch._C", "_jit_pass_inline"},
      {"torch.nn.modules.container", "Sequential"},
      {"torch._utils", "_rebuild_tensor"},
      {"torch._utils", "_rebuild_sparse_tensor"},
      {"torch", "ComplexFloatStorage"},
      {"ctypes", "CDLL"},
      {"sys", "settrace"},
      {"nonexistent.module", "name"},
      {"", ""},
      // Near the names that are known.
      {"collections", "OrderedDict.__init__"},
      {"collections", "ordereddict"},
      {"collections ", "OrderedDict"},
      {"collections", "OrderedDict "},
      {"collections.OrderedDict", "__reduce__"},
      {"torch._utils", "_rebuild_tensor_v2.__globals__"},
      {"torch", "serialization.os.system"},
      {"_codecs", "decode"},
      {"numpy", "dtype.__class__"},
      {"pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint.__init__"},
      {"pytorch_lightning.callbacks.model_checkpoint", "os.system"},
  };
  for (const auto& [module, name] : kNames) {
    rows.push_back(
        {join("calls ", module, ".", name), beside_a_tensor(call(module, name, text("true"))), Code::pickle_forbidden});
  }
  // However the name is given, and although nothing calls it.
  rows.insert(
      rows.end(),
      {
          {"os.system as a value", beside_a_tensor(global("os", "system")), Code::pickle_forbidden},
          {"os.system as a key", protocol2(dict(join(text("a"), good_tensor(), global("os", "system"), "N"))),
           Code::pickle_forbidden},
          {"os.system before everything", protocol2(join("(", global("os", "system"), "t")), Code::pickle_forbidden},
          {"os.system by STACK_GLOBAL", beside_a_tensor(join(stack_global("os", "system"), tuple(text("true")), "R")),
           Code::pickle_forbidden},
          {"os.system by STACK_GLOBAL of the memo",
           beside_a_tensor(join(text("os"), "q\1", text("system"), "q\2", "h\1", "h\2", "\x93", tuple("N"), "R")),
           Code::pickle_forbidden},
          {"os.system with a carriage return", beside_a_tensor("cos\r\nsystem\r\n"), Code::pickle_forbidden},
          {"a dotted name by STACK_GLOBAL", beside_a_tensor(stack_global("torch", "os.system")),
           Code::pickle_forbidden},
          {"STACK_GLOBAL of a list", beside_a_tensor(join("]", text("system"), "\x93")), Code::pickle_forbidden},
          {"STACK_GLOBAL of bytes", beside_a_tensor("C\2osC\6system\x93"), Code::pickle_forbidden},
          {"a NUL in a name", beside_a_tensor(join("c", "os\0x"s, "\nsystem\n")), Code::pickle_forbidden},
          {"a name of 300 bytes", beside_a_tensor(global(repeated("a", 300), "b")), Code::pickle_malformed},
          {"a name without an end", protocol2("cos"), Code::pickle_malformed},
          {"a name that is not UTF-8", beside_a_tensor(global("\xFF\xFE", "\xC0")), Code::pickle_forbidden},
          {"a nested pickle by numpy's objects",
           beside_a_tensor(call("numpy.core.multiarray", "scalar",
                                join(call("numpy", "dtype", join(text("O8"), "\x89\x88")), "C\4abcd"))),
           Code::pickle_malformed},
          {"a codec that decompresses", beside_a_tensor(call("_codecs", "encode", join(text("x"), text("zlib")))),
           Code::pickle_malformed},
      });
}

/// __reduce__ and its relatives: each way to call something.
void add_calls(std::vector<Hostile>& rows) {
  const std::string carried = global("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint");
  const std::string argument = tuple(text("true"));
  rows.insert(
      rows.end(),
      {
          {"REDUCE of a name that is only carried", beside_a_tensor(join(carried, argument, "R")),
           Code::pickle_forbidden},
          {"REDUCE of a storage type", beside_a_tensor(call("torch", "FloatStorage", text("x"))),
           Code::pickle_forbidden},
          {"REDUCE of an element type", beside_a_tensor(call("torch", "float32", "")), Code::pickle_forbidden},
          {"REDUCE of a text", beside_a_tensor(join(text("os.system"), argument, "R")), Code::pickle_forbidden},
          {"REDUCE of a tensor", beside_a_tensor(join(good_tensor(), argument, "R")), Code::pickle_forbidden},
          {"REDUCE of a result", beside_a_tensor(join(ordered_dict(), argument, "R")), Code::pickle_forbidden},
          {"REDUCE with arguments in a list", beside_a_tensor(join(global("collections", "OrderedDict"), "]", "R")),
           Code::pickle_malformed},
          {"REDUCE without arguments", protocol2(join(global("collections", "OrderedDict"), "R")),
           Code::pickle_malformed},
          {"OrderedDict of pairs", beside_a_tensor(call("collections", "OrderedDict", "]")), Code::pickle_malformed},
          {"INST", beside_a_tensor("(X\4\0\0\0trueios\nsystem\n"s), Code::pickle_forbidden},
          {"INST of a known name", beside_a_tensor("(icollections\nOrderedDict\n"), Code::pickle_forbidden},
          {"OBJ", beside_a_tensor(join("(", global("collections", "OrderedDict"), "o")), Code::pickle_forbidden},
          {"NEWOBJ", beside_a_tensor(join(carried, argument, "\x81")), Code::pickle_forbidden},
          {"NEWOBJ of a known name", beside_a_tensor(join(global("collections", "OrderedDict"), ")\x81")),
           Code::pickle_forbidden},
          {"NEWOBJ_EX", beside_a_tensor(join(carried, argument, "}\x92")), Code::pickle_forbidden},
          {"EXT1", beside_a_tensor("\x82\1"), Code::pickle_forbidden},
          {"EXT2", beside_a_tensor("\x83\1\0"s), Code::pickle_forbidden},
          {"EXT4", beside_a_tensor("\x84\1\0\0\0"s), Code::pickle_forbidden},
          {"BUILD on a carried name", beside_a_tensor(join(carried, "}b")), Code::pickle_forbidden},
          {"BUILD on a plain dictionary", beside_a_tensor("}}b"), Code::pickle_forbidden},
          {"BUILD on a tensor", beside_a_tensor(join(good_tensor(), tuple("NNN"), "b")), Code::pickle_forbidden},
          {"BUILD on a storage", beside_a_tensor(join(storage("FloatStorage", "0", 4), "}b")), Code::pickle_forbidden},
          {"BUILD on a constructor", beside_a_tensor(join(global("collections", "OrderedDict"), "}b")),
           Code::pickle_forbidden},
          {"BUILD on a list", beside_a_tensor("]}b"), Code::pickle_forbidden},
          {"BUILD of a state that is no dictionary", beside_a_tensor(join(ordered_dict(), "]b")),
           Code::pickle_forbidden},
          {"BUILD with slots", beside_a_tensor(join(ordered_dict(), "N}\x86", "b")), Code::pickle_forbidden},
          {"PERSID", beside_a_tensor("Pstorage\n"), Code::pickle_forbidden},
          {"BINPERSID of a text", beside_a_tensor(join(text("storage"), "Q")), Code::pickle_forbidden},
          {"BINPERSID of a number", beside_a_tensor("K\0Q"s), Code::pickle_forbidden},
          {"BINPERSID of a list", beside_a_tensor("]Q"), Code::pickle_forbidden},
          {"BINPERSID of an empty tuple", beside_a_tensor(")Q"), Code::pickle_forbidden},
          {"BINPERSID of a module",
           beside_a_tensor(join(tuple(join(text("module"), carried, text("f.py"), text("source"), "N")), "Q")),
           Code::pickle_forbidden},
          {"BINPERSID of four items",
           beside_a_tensor(join(tuple(join(text("storage"), carried, text("0"), text("cpu"))), "Q")),
           Code::pickle_forbidden},
          {"APPEND to a dictionary", beside_a_tensor("}Na"), Code::pickle_forbidden},
          {"APPEND to a tuple", beside_a_tensor(")Na"), Code::pickle_forbidden},
          {"APPEND to a tensor", beside_a_tensor(join(good_tensor(), "Na")), Code::pickle_forbidden},
          {"APPEND to a storage", beside_a_tensor(join(storage("FloatStorage", "0", 4), "Na")), Code::pickle_forbidden},
          {"APPENDS to a text", beside_a_tensor(join(text("x"), "(NNe")), Code::pickle_forbidden},
          {"SETITEM on a list (CVE-2026-24747)", beside_a_tensor("]K\0Ns"s), Code::pickle_forbidden},
          {"SETITEM on a tensor (CVE-2026-24747)", beside_a_tensor(join(good_tensor(), "K\0K\1s"s)),
           Code::pickle_forbidden},
          {"SETITEM on a storage", beside_a_tensor(join(storage("FloatStorage", "0", 4), "K\0K\1s"s)),
           Code::pickle_forbidden},
          {"SETITEM on a name", beside_a_tensor(join(carried, text("run"), "Ns")), Code::pickle_forbidden},
          {"SETITEMS on None", beside_a_tensor("N(NNu"), Code::pickle_forbidden},
          {"SETITEMS on a tuple", beside_a_tensor(")(NNu"), Code::pickle_forbidden},
      });
}

void add_structure(std::vector<Hostile>& rows) {
  const std::string good = beside_a_tensor("N");
  rows.insert(
      rows.end(),
      {
          {"only a protocol", "\x80\x02", Code::pickle_malformed},
          {"no protocol", good.substr(2), Code::pickle_malformed},
          {"half a protocol", "\x80", Code::pickle_malformed},
          {"protocol 0", "\x80\0N."s, Code::pickle_malformed},
          {"protocol 1", "\x80\1N.", Code::pickle_malformed},
          {"protocol 6", "\x80\6N.", Code::pickle_malformed},
          {"protocol 255", "\x80\xFFN.", Code::pickle_malformed},
          {"the protocol twice", protocol2(join("\x80\x02", "N")), Code::pickle_malformed},
          {"another protocol later", beside_a_tensor("\x80\x05N"), Code::pickle_malformed},
          {"no STOP", good.substr(0, good.size() - 1), Code::pickle_malformed},
          {"STOP at once", protocol2(""), Code::pickle_malformed},
          {"a second pickle behind the first", join(good, protocol2(call("os", "system", text("true")))),
           Code::pickle_malformed},
          {"a byte behind STOP", good + "N", Code::pickle_malformed},
          {"values left over", protocol2("NN"), Code::pickle_malformed},
          {"a mark left open", protocol2("(N"), Code::pickle_malformed},
          {"a mark as the result", protocol2("("), Code::pickle_malformed},
          {"a tuple without a mark", protocol2("Nt"), Code::pickle_malformed},
          {"TUPLE1 of nothing", protocol2("\x85"), Code::pickle_malformed},
          {"TUPLE3 of two", protocol2("NN\x87"), Code::pickle_malformed},
          {"TUPLE2 across a mark", protocol2("N(N\x86"), Code::pickle_malformed},
          {"SETITEM with too few", protocol2("}Ns"), Code::pickle_malformed},
          {"SETITEMS with a key and no value", beside_a_tensor("}(NNNu"), Code::pickle_malformed},
          {"SETITEMS below the mark", protocol2("(NNu"), Code::pickle_malformed},
          {"APPENDS below the mark", protocol2("(Ne"), Code::pickle_malformed},
          {"BUILD of nothing", protocol2("b"), Code::pickle_malformed},
          {"a list as a key", beside_a_tensor("}]Ns"), Code::pickle_malformed},
          {"a dictionary as a key", beside_a_tensor("}}Ns"), Code::pickle_malformed},
          {"BINPUT of nothing", protocol2("q\0"s), Code::pickle_malformed},
          {"BINPUT of a mark", protocol2("(q\0t"s), Code::pickle_malformed},
          {"BINGET of nothing", beside_a_tensor("h\7"), Code::pickle_malformed},
          {"LONG_BINGET of 2^32 - 1", beside_a_tensor("j\xFF\xFF\xFF\xFF"), Code::pickle_malformed},
          {"a memo number used twice: OrderedDict becomes another", beside_a_tensor("Nq\1q\1"), Code::pickle_malformed},
          {"MEMOIZE onto a number in use", beside_a_tensor("Nq\1\x94"), Code::pickle_malformed},
          {"a negative memo number", beside_a_tensor("p-1\n"), Code::pickle_malformed},
          {"GET", beside_a_tensor("g0\n"), Code::pickle_malformed},
          {"INT", beside_a_tensor("I1\n"), Code::pickle_malformed},
          {"LONG", beside_a_tensor("L1L\n"), Code::pickle_malformed},
          {"FLOAT", beside_a_tensor("F1.0\n"), Code::pickle_malformed},
          {"STRING", beside_a_tensor("S'a'\n"), Code::pickle_malformed},
          {"UNICODE", beside_a_tensor("Va\n"), Code::pickle_malformed},
          {"POP", beside_a_tensor("NN0"), Code::pickle_malformed},
          {"DUP", beside_a_tensor("N2"), Code::pickle_malformed},
          {"ADDITEMS", beside_a_tensor("\x8F(N\x90"), Code::pickle_malformed},
          {"FROZENSET", beside_a_tensor("(N\x91"), Code::pickle_malformed},
          {"NEXT_BUFFER", beside_a_tensor("\x97"), Code::pickle_malformed},
          {"BYTEARRAY8 of 2^63", beside_a_tensor("\x96\0\0\0\0\0\0\0\x80"s), Code::pickle_malformed},
          {"LONG4 of -1 bytes", beside_a_tensor("\x8B\xFF\xFF\xFF\xFF"), Code::pickle_malformed},
          {"LONG1 cut short", protocol2("\x8A\xFF\1"), Code::pickle_malformed},
          {"BININT cut short", "\x80\x02J\1\2", Code::pickle_malformed},
          {"BINFLOAT cut short", "\x80\x02G\1\2", Code::pickle_malformed},
          {"BINUNICODE of 4 GiB", beside_a_tensor("X\xFF\xFF\xFF\xFF"), Code::pickle_malformed},
          {"BINUNICODE8 of 2^64 - 1", beside_a_tensor("\x8D\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), Code::pickle_malformed},
          {"BINBYTES of 4 GiB", beside_a_tensor("B\xFF\xFF\xFF\xFF"), Code::pickle_malformed},
          {"BINBYTES8 of 2^63", beside_a_tensor("\x8E\0\0\0\0\0\0\0\x80"s), Code::pickle_malformed},
          {"SHORT_BINUNICODE one too long", "\x80\x04\x8C\2a.", Code::pickle_malformed},
          {"a frame longer than the file", join("\x80\x04\x95", number(100, 8), "N."), Code::pickle_malformed},
          {"a frame of 2^64 - 1", join("\x80\x04\x95", number(UINT64_MAX, 8), "N."), Code::pickle_malformed},
          {"a frame that ends within an opcode", join("\x80\x04\x95", number(2, 8), "X\1\0\0\0a."s),
           Code::pickle_malformed},
          {"a frame in a frame", join("\x80\x04\x95", number(12, 8), "\x95", number(1, 8), "N."),
           Code::pickle_malformed},
          {"zeros", std::string(64, '\0'), Code::pickle_malformed},
          {"text", "import os\n", Code::pickle_malformed},
          {"the byte 0xFF", protocol2("\xFF"), Code::pickle_malformed},
          {"70 marks", protocol2(repeated("(", 70)), Code::pickle_too_large},
          {"a million marks", protocol2(repeated("(", 1'000'000)), Code::pickle_too_large},
          {"tuples nested 100,000 deep", protocol2(join("N", repeated("\x85", 100'000))), Code::pickle_too_large},
          {"lists nested 100,000 deep", protocol2(join(repeated("]", 100'000), repeated("a", 99'999))),
           Code::pickle_too_large},
          {"a list that holds itself", beside_a_tensor(join("]q\1", repeated("h\1a", 100))), Code::pickle_too_large},
          {"more values than allowed", protocol2(repeated("]", kMaxPickleValues + 1)), Code::pickle_too_large},
      });
}

void add_storages_and_tensors(std::vector<Hostile>& rows) {
  const auto id = [](const std::string& items) { return beside_a_tensor(join(tuple(items), "Q")); };
  const std::string type = global("torch", "FloatStorage");
  const auto stored = [](const std::string& kind, const std::string& key, int64_t elements) {
    return beside_a_tensor(storage(kind, key, elements));
  };
  rows.insert(
      rows.end(),
      {
          {"a storage of another size (CVE-2026-24747)", stored("FloatStorage", "0", 5), Code::torch_bad_storage},
          {"a storage of fewer elements", stored("FloatStorage", "0", 3), Code::torch_bad_storage},
          {"a storage of other elements", stored("DoubleStorage", "0", 4), Code::torch_bad_storage},
          {"a storage of no elements", stored("FloatStorage", "0", 0), Code::torch_bad_storage},
          {"a storage of -1 elements", stored("FloatStorage", "0", -1), Code::torch_bad_storage},
          {"a storage of 2^62 + 4 elements, whose bytes wrap to 16",
           stored("FloatStorage", "0", (int64_t{1} << 62) + 4), Code::torch_bad_storage},
          {"a storage of 2^63 - 1 elements", stored("FloatStorage", "0", INT64_MAX), Code::torch_bad_storage},
          {"a storage of 2^64 + 4 elements",
           id(join(text("storage"), type, text("0"), text("cpu"), "\x8A\x09", number(4, 8), "\1")),
           Code::torch_bad_storage},
          {"a storage that is missing", stored("FloatStorage", "1", 4), Code::torch_bad_storage},
          {"a storage without a key", stored("FloatStorage", "", 4), Code::torch_bad_storage},
          {"a storage by a path", stored("FloatStorage", "../data/0", 4), Code::torch_bad_storage},
          {"the pickle as a storage", stored("ByteStorage", "../data.pkl", 100), Code::torch_bad_storage},
          {"a storage by an absolute path", stored("ByteStorage", "/etc/passwd", 100), Code::torch_bad_storage},
          {"a storage by a number", id(join(text("storage"), type, "K\0"s, text("cpu"), "K\4")),
           Code::torch_bad_storage},
          {"a storage whose type is a text", id(join(text("storage"), text("float"), text("0"), text("cpu"), "K\4")),
           Code::torch_bad_storage},
          {"a storage whose type is another name",
           id(join(text("storage"), global("torch", "float32"), text("0"), text("cpu"), "K\4")),
           Code::torch_bad_storage},
          {"a storage on no device", id(join(text("storage"), type, text("0"), "N", "K\4")), Code::torch_bad_storage},
          {"a storage of True elements", id(join(text("storage"), type, text("0"), text("cpu"), "\x88")),
           Code::torch_bad_storage},
      });

  const std::string four = storage("FloatStorage", "0", 4);
  const auto view = [&](int64_t offset, const std::string& sizes, const std::string& strides) {
    return beside_a_tensor(tensor(four, offset, sizes, strides));
  };
  const auto n = [](int64_t value) { return integer(value); };
  const std::string huge = integer(int64_t{1} << 62);
  rows.insert(
      rows.end(),
      {
          {"a tensor one too long", view(0, n(5), n(1)), Code::torch_bad_tensor},
          {"a tensor one too far", view(1, n(4), n(1)), Code::torch_bad_tensor},
          {"a tensor before the storage", view(-1, n(4), n(1)), Code::torch_bad_tensor},
          {"an offset of 2^63 - 1", view(INT64_MAX, n(1), n(1)), Code::torch_bad_tensor},
          {"an offset of -2^63", view(INT64_MIN, n(1), n(1)), Code::torch_bad_tensor},
          {"an offset behind an empty tensor", view(5, n(0), n(1)), Code::torch_bad_tensor},
          {"a negative size", view(0, n(-1), n(1)), Code::torch_bad_tensor},
          {"a negative stride", view(3, n(4), n(-1)), Code::torch_bad_tensor},
          {"a stride that is too wide", view(0, n(2), n(4)), Code::torch_bad_tensor},
          {"a stride of 2^62", view(0, n(2), huge), Code::torch_bad_tensor},
          {"strides whose sum wraps to 0", view(0, join(n(3), n(3)), join(huge, huge)), Code::torch_bad_tensor},
          {"a size times stride that wraps to 0", view(0, n((int64_t{1} << 32) + 1), n(int64_t{1} << 32)),
           Code::torch_bad_tensor},
          {"sizes whose product wraps to 4",
           view(0, join(n(int64_t{1} << 32), n((int64_t{1} << 32) + 1), n(4)), join(n(0), n(0), n(0))),
           Code::torch_bad_tensor},
          {"one element shown a billion times", view(0, n(1'000'000'000), n(0)), Code::torch_bad_tensor},
          {"four elements shown twice", view(0, join(n(2), n(4)), join(n(0), n(1))), Code::torch_bad_tensor},
          {"fewer strides than sizes", view(0, join(n(2), n(2)), n(2)), Code::torch_bad_tensor},
          {"more strides than sizes", view(0, n(4), join(n(1), n(1))), Code::torch_bad_tensor},
          {"six dimensions", protocol2(dict(join(text("a"), tensor(four, 0, repeated("K\1", 6), repeated("K\1", 6))))),
           Code::torch_bad_tensor},
          {"65 dimensions", view(0, repeated("K\1", 65), repeated("K\1", 65)), Code::torch_bad_tensor},
          {"a size that is a text", view(0, text("4"), n(1)), Code::torch_bad_tensor},
          {"a size of True", view(0, "\x88", n(1)), Code::torch_bad_tensor},
          {"a size of 2^80", view(0, join("\x8A\x0B", number(0, 8), number(0, 2), "\1"), n(1)), Code::torch_bad_tensor},
          {"a tensor without a storage", beside_a_tensor(tensor("N", 0, n(4), n(1))), Code::torch_bad_tensor},
          {"a tensor over a tensor", beside_a_tensor(tensor(good_tensor(), 0, n(4), n(1))), Code::torch_bad_tensor},
          {"a tensor with hooks",
           beside_a_tensor(call("torch._utils", "_rebuild_tensor_v2",
                                join(four, n(0), tuple(n(4)), tuple(n(1)), "\x89", ordered_dict(), "NNs"))),
           Code::torch_bad_tensor},
          {"a tensor with hooks that are a name",
           beside_a_tensor(call("torch._utils", "_rebuild_tensor_v2",
                                join(four, n(0), tuple(n(4)), tuple(n(1)), "\x89",
                                     global("pytorch_lightning.callbacks", "ModelCheckpoint")))),
           Code::torch_bad_tensor},
          {"a tensor of five arguments",
           beside_a_tensor(
               call("torch._utils", "_rebuild_tensor_v2", join(four, n(0), tuple(n(4)), tuple(n(1)), "\x89"))),
           Code::torch_bad_tensor},
          {"a conjugate tensor",
           beside_a_tensor(
               call("torch._utils", "_rebuild_tensor_v2",
                    join(four, n(0), tuple(n(4)), tuple(n(1)), "\x89", ordered_dict(), "}", text("conj"), "\x88s"))),
           Code::torch_bad_tensor},
          {"v3 without a type",
           beside_a_tensor(call("torch._utils", "_rebuild_tensor_v3",
                                join(four, n(0), tuple(n(4)), tuple(n(1)), "\x89", ordered_dict()))),
           Code::torch_bad_tensor},
          {"v3 of a typed storage",
           beside_a_tensor(
               call("torch._utils", "_rebuild_tensor_v3",
                    join(four, n(0), tuple(n(4)), tuple(n(1)), "\x89", ordered_dict(), global("torch", "float64")))),
           Code::torch_bad_tensor},
          {"v3 whose type is another name",
           beside_a_tensor(call("torch._utils", "_rebuild_tensor_v3",
                                join(four, n(0), tuple(n(4)), tuple(n(1)), "\x89", ordered_dict(),
                                     global("collections", "OrderedDict")))),
           Code::torch_bad_tensor},
          {"a parameter of a text",
           beside_a_tensor(call("torch._utils", "_rebuild_parameter", join(text("a"), "\x88", ordered_dict()))),
           Code::torch_bad_tensor},
          {"torch.Size of a text", beside_a_tensor(call("torch", "Size", text("4"))), Code::pickle_malformed},
      });
}

void add_state_dicts(std::vector<Hostile>& rows) {
  const auto top = [](const std::string& items) { return protocol2(dict(items)); };
  const std::string t = good_tensor();
  rows.insert(
      rows.end(),
      {
          {"None", protocol2("N"), Code::torch_no_tensors},
          {"an empty dictionary", protocol2("}"), Code::torch_no_tensors},
          {"a tensor without a name", protocol2(t), Code::torch_no_tensors},
          {"a list of tensors", protocol2(join("](", t, t, "e")), Code::torch_no_tensors},
          {"a dictionary of numbers", top(join(text("a"), "K\1")), Code::torch_no_tensors},
          {"an empty state_dict", top(join(text("a"), t, text("state_dict"), "}")), Code::torch_no_tensors},
          {"a tensor twice", top(join(text("a"), t, text("a"), t)), Code::torch_bad_tensor},
          {"a state_dict twice", top(join(text("state_dict"), dict(join(text("a"), t)), text("state_dict"), "}")),
           Code::torch_bad_tensor},
          {"a tensor twice in the state_dict",
           top(join(text("state_dict"), dict(join(text("a"), t, text("a"), t)))), Code::torch_bad_tensor},
          {"a tensor twice, once nested", top(join(text("a"), dict(join(text("b"), t)), text("a.b"), t)),
           Code::torch_bad_tensor},
          {"a tensor under a number", top(join("K\1", t)), Code::torch_bad_tensor},
          {"a tensor under None", top(join("N", t)), Code::torch_bad_tensor},
          {"a tensor below a number", top(join(text("a"), t, "K\1", dict(join(text("b"), t)))),
           Code::torch_bad_tensor},
          {"a tensor under nothing", top(join(text(""), t)), Code::torch_bad_tensor},
          {"a name of 1,025 bytes", top(join(text(repeated("a", 1025)), t)), Code::torch_bad_tensor},
          {"a nested name of 1,025 bytes",
           top(join(text(repeated("a", 600)), dict(join(text(repeated("b", 424)), t)))), Code::torch_bad_tensor},
          {"a name that is not UTF-8", top(join(text("\xFF"), t)), Code::torch_bad_tensor},
          {"a surrogate in a name", top(join(text("\xED\xA0\x80"), t)), Code::torch_bad_tensor},
          {"a NUL in a name", top(join(text("a\0b"s), t)), Code::torch_bad_tensor},
          {"dictionaries nested 20 deep", top([&] {
             std::string inner = dict(join(text("a"), t));
             for (int i = 0; i < 20; ++i) inner = dict(join(text("d"), inner));
             return join(text("x"), inner);
           }()), Code::pickle_too_large},
          {"a dictionary that holds itself", protocol2(join("}q\1", text("a"), "h\1s")), Code::pickle_too_large},
          {"dictionaries that share one another: 10^12 names", [] {
             std::string inner = "}q\1";
             for (uint64_t i = 1; i <= 12; ++i) {
               std::string names;
               for (char k = 'a'; k < 'k'; ++k) {
                 names += join(text(std::string(1, k)), "h", number(i, 1));
               }
               // The one before stays below in the tuple that is made at the end.
               inner = join(inner, "}(", names, "u", "q", number(i + 1, 1));
             }
             return protocol2(dict(join(text("x"), tuple(inner), text("y"), "h\xD")));
           }(), Code::pickle_too_large},
      });
}

std::vector<Hostile> hostile_pickles() {
  std::vector<Hostile> rows;
  add_names(rows);
  add_calls(rows);
  add_structure(rows);
  add_storages_and_tensors(rows);
  add_state_dicts(rows);
  return rows;
}

#if defined(REDRAW_SANITIZED)
constexpr double kMostMilliseconds = 500;
#else
constexpr double kMostMilliseconds = 50;
#endif

/// A new file each time: some file systems flush one that is written over.
std::filesystem::path written(const TemporaryFolder& folder, std::string_view bytes) {
  std::filesystem::remove(folder / "f.ckpt");
  return folder.write("f.ckpt", bytes);
}

std::string code_of(const std::function<void()>& open) {
  try {
    open();
  } catch (const Error& e) {
    EXPECT_EQ(std::string_view(e.what()).find('\n'), std::string_view::npos) << "one line";
    EXPECT_LT(std::string_view(e.what()).size(), 500u);
    return std::string(code_info(e.code()).name);
  }
  return "accepted";
}

TEST(PickleHostile, EveryPickleIsRefusedWithItsOwnCode) {
  const TemporaryFolder folder;
  const std::vector<Hostile> rows = hostile_pickles();
  EXPECT_GE(rows.size(), 200u);
  for (const Hostile& row : rows) {
    const auto path = written(folder, checkpoint(row.pickle));
    EXPECT_EQ(code_of([&] { TorchFile::open(path); }), code_info(row.code).name) << row.name;
    EXPECT_LT(processor_milliseconds(kMostMilliseconds, [&] { code_of([&] { TorchFile::open(path); }); }),
              kMostMilliseconds)
        << row.name;
  }
  std::printf("%zu hostile pickles\n", rows.size());
}

TEST(PickleHostile, TheTableReachesEveryCodeOfTheGroups) {
  std::set<Code> reached = {Code::torch_legacy_format};  // torch_file_test.cpp
  for (const Hostile& row : hostile_pickles()) reached.insert(row.code);
  for (const CodeInfo& info : error_codes()) {
    if (info.name.starts_with("pickle_") || info.name.starts_with("torch_")) {
      EXPECT_TRUE(reached.contains(info.code)) << info.name;
    }
  }
}

TEST(PickleHostile, WhatTheRowsAreMadeOfIsReadWithoutTheHostility) {
  const TemporaryFolder folder;
  const std::string carried = global("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint");
  const std::string number_of_numpy =
      call("numpy.core.multiarray", "scalar",
           join(call("numpy", "dtype", join(text("f8"), "\x89\x88")), tuple("NNN"), "b", "C\4abcd"));
  const std::string values[] = {"N",
                                carried,
                                dict(join(carried, "N")),
                                number_of_numpy,
                                call("_codecs", "encode", join(text("x"), text("latin1"))),
                                join(ordered_dict(), "}b"),
                                join(ordered_dict(), dict(join(text("_metadata"), "N")), "b"),
                                "](NNe",
                                "\x8A\x0A" + std::string(10, '\xFF'),
                                storage("FloatStorage", "0", 4),
                                tensor(storage("FloatStorage", "0", 4), 4, "K\0"s, "K\1"),
                                stack_global("torch", "float16"),
                                join(repeated("(", 60), repeated("t", 60)),
                                call("torch", "Size", tuple("K\1K\2"))};
  for (const std::string& value : values) {
    const auto path = written(folder, checkpoint(beside_a_tensor(value)));
    EXPECT_EQ(TorchFile::open(path).require("a").shape, (Shape{4})) << value;
  }
}

TEST(PickleHostile, NoNameOfTheTableCanBeUsedForAnotherThing) {
  // Every known name is called with no argument, with a text, and built upon: nothing but OrderedDict() is accepted.
  const TemporaryFolder folder;
  for (const PickleName& name : pickle_names()) {
    const std::string known = global(name.module, name.name);
    for (const std::string& use : {join(known, ")R"), join(known, tuple(text("os.system")), "R"), join(known, "}b"),
                                   join(known, "Na"), join(known, "NNs"), join(known, "Q"), join(known, ")\x81")}) {
      if (name.meaning == PickleMeaning::ordered_dict && use == join(known, ")R")) continue;
      if (name.meaning == PickleMeaning::device && use == join(known, tuple(text("os.system")), "R")) continue;
      EXPECT_NE(code_of([&] { TorchFile::open(written(folder, checkpoint(beside_a_tensor(use)))); }), "accepted")
          << name.module << "." << name.name << ": " << use;
    }
  }
}

TEST(PickleHostile, EveryByteIsAnOpcodeThatIsReadOrRefused) {
  // Alone on an empty stack none of the 256 can be the whole of a checkpoint.
  const FindStorage none = [](std::string_view) { return std::nullopt; };
  for (int byte = 0; byte < 256; ++byte) {
    const std::string pickle = join("\x80\x02", std::string(1, static_cast<char>(byte)));
    EXPECT_NE(code_of([&] { unpickle(std::as_bytes(std::span(pickle)), none, "f"); }), "accepted") << byte;
  }
  EXPECT_EQ(refused_opcode('i').code, Code::pickle_forbidden);
}

TEST(PickleHostile, MessagesNameTheFileThePlaceAndWhatToDo) {
  const FindStorage none = [](std::string_view) { return std::nullopt; };
  const std::pair<std::string, std::string> table[] = {
      {protocol2(call("os", "system", text("true"))),
       "m.ckpt: m/data.pkl, byte 2: the pickle names 'os.system', which is not among the few names a checkpoint needs; "
       "malicious files run code this way, and redraw runs none: get the model as safetensors"},
      {protocol2("(ios\nsystem\n"),
       "m.ckpt: m/data.pkl, byte 3: the pickle has the opcode INST, which can run code and no checkpoint needs; do not "
       "trust this file"},
      {protocol2(storage("FloatStorage", "0", 4)),
       "m.ckpt: m/data.pkl, byte 52: the pickle needs the storage '0', which is missing"},
      {protocol2("I1\n"), "m.ckpt: m/data.pkl, byte 2: the pickle has the opcode INT, which torch.save never writes"},
      {"\x80\x02N", "m.ckpt: m/data.pkl, byte 3: the pickle is cut short"},
  };
  for (const auto& [bytes, message] : table) {
    try {
      unpickle(std::as_bytes(std::span(bytes)), none, "m.ckpt: m/data.pkl");
      ADD_FAILURE() << message;
    } catch (const Error& e) {
      EXPECT_EQ(e.what(), message);
    }
  }
}

}  // namespace
}  // namespace redraw
