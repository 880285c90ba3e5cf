// Which instruction sets code was compiled for, and which ones this processor has.
#ifndef AANET_INSTRUCTION_SETS_H
#define AANET_INSTRUCTION_SETS_H

// The instruction sets beyond the first of x86-64 that a compiler may use unasked: a bit of ours, the name, the macro that
// is 1 where code is compiled for it, and where the processor says that it has it: leaf, subleaf, register and bit of its
// CPUID, and the registers that the system must keep for programs. What the compiler's own __builtin_cpu_supports knows
// depends on the age of a library, and a set that it does not know would keep the program from its own machine.
#if defined(__x86_64__)
#define KERNELS_INSTRUCTION_SETS(SET) \
  SET(0, "SSE3", __SSE3__, 1, 0, C, 0, NONE) \
  SET(1, "SSSE3", __SSSE3__, 1, 0, C, 9, NONE) \
  SET(2, "SSE4.1", __SSE4_1__, 1, 0, C, 19, NONE) \
  SET(3, "SSE4.2", __SSE4_2__, 1, 0, C, 20, NONE) \
  SET(4, "POPCNT", __POPCNT__, 1, 0, C, 23, NONE) \
  SET(5, "MOVBE", __MOVBE__, 1, 0, C, 22, NONE) \
  SET(6, "LZCNT", __LZCNT__, 0x80000001, 0, C, 5, NONE) \
  SET(7, "BMI", __BMI__, 7, 0, B, 3, NONE) \
  SET(8, "BMI2", __BMI2__, 7, 0, B, 8, NONE) \
  SET(9, "ADX", __ADX__, 7, 0, B, 19, NONE) \
  SET(10, "GFNI", __GFNI__, 7, 0, C, 8, NONE) \
  SET(11, "TBM", __TBM__, 0x80000001, 0, C, 21, NONE) \
  SET(12, "SSE4A", __SSE4A__, 0x80000001, 0, C, 6, NONE) \
  SET(13, "FMA4", __FMA4__, 0x80000001, 0, C, 16, YMM) \
  SET(14, "XOP", __XOP__, 0x80000001, 0, C, 11, YMM) \
  SET(15, "F16C", __F16C__, 1, 0, C, 29, YMM) \
  SET(16, "AVX", __AVX__, 1, 0, C, 28, YMM) \
  SET(17, "AVX2", __AVX2__, 7, 0, B, 5, YMM) \
  SET(18, "FMA", __FMA__, 1, 0, C, 12, YMM) \
  SET(19, "VAES", __VAES__, 7, 0, C, 9, YMM) \
  SET(20, "VPCLMULQDQ", __VPCLMULQDQ__, 7, 0, C, 10, YMM) \
  SET(21, "AVX-VNNI", __AVXVNNI__, 7, 1, A, 4, YMM) \
  SET(22, "AVX-IFMA", __AVXIFMA__, 7, 1, A, 23, YMM) \
  SET(23, "AVX-VNNI-INT8", __AVXVNNIINT8__, 7, 1, D, 4, YMM) \
  SET(24, "AVX-NE-CONVERT", __AVXNECONVERT__, 7, 1, D, 5, YMM) \
  SET(25, "AVX-VNNI-INT16", __AVXVNNIINT16__, 7, 1, D, 10, YMM) \
  SET(26, "AVX512F", __AVX512F__, 7, 0, B, 16, ZMM) \
  SET(27, "AVX512DQ", __AVX512DQ__, 7, 0, B, 17, ZMM) \
  SET(28, "AVX512-IFMA", __AVX512IFMA__, 7, 0, B, 21, ZMM) \
  SET(29, "AVX512CD", __AVX512CD__, 7, 0, B, 28, ZMM) \
  SET(30, "AVX512BW", __AVX512BW__, 7, 0, B, 30, ZMM) \
  SET(31, "AVX512VL", __AVX512VL__, 7, 0, B, 31, ZMM) \
  SET(32, "AVX512-VBMI", __AVX512VBMI__, 7, 0, C, 1, ZMM) \
  SET(33, "AVX512-VBMI2", __AVX512VBMI2__, 7, 0, C, 6, ZMM) \
  SET(34, "AVX512-VNNI", __AVX512VNNI__, 7, 0, C, 11, ZMM) \
  SET(35, "AVX512-BITALG", __AVX512BITALG__, 7, 0, C, 12, ZMM) \
  SET(36, "AVX512-VPOPCNTDQ", __AVX512VPOPCNTDQ__, 7, 0, C, 14, ZMM) \
  SET(37, "AVX512-BF16", __AVX512BF16__, 7, 1, A, 5, ZMM) \
  SET(38, "AVX512-FP16", __AVX512FP16__, 7, 0, D, 23, ZMM) \
  SET(39, "APX", __APX_F__, 7, 1, D, 21, APX)
#else
#define KERNELS_INSTRUCTION_SETS(SET)
#endif

// KERNELS_IS_ONE(X) is 1 where the macro X is 1, and 0 where there is no such macro: only `1` completes a name below that
// puts a comma, and so another second argument, into the list.
#define KERNELS_COMMA_1 0,
#define KERNELS_SECOND(first, second, ...) second
#define KERNELS_CHOOSE(comma) KERNELS_SECOND(comma 1, 0, 0)
#define KERNELS_JOIN(value) KERNELS_CHOOSE(KERNELS_COMMA_##value)
#define KERNELS_IS_ONE(value) KERNELS_JOIN(value)
#define KERNELS_USED(bit, name, macro, ...) | ((unsigned long long)KERNELS_IS_ONE(macro) << bit)

/// The instruction sets, as bits, that the code which includes this header is compiled for: each place that includes it
/// has its own answer.
static inline unsigned long long kernels_built_for(void) { return 0 KERNELS_INSTRUCTION_SETS(KERNELS_USED); }

/// The instruction sets, as bits, that this processor has and the system lets programs use.
unsigned long long kernels_processor_has(void);

/// The name of a bit, such as "AVX2"; NULL where it is no instruction set's.
const char *kernels_instruction_set(int bit);

#endif
