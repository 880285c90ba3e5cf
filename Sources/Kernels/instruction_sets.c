#include "instruction_sets.h"

#include <stddef.h>

#if defined(__x86_64__)
#include <cpuid.h>

// The registers that the system keeps for each program (XCR0), as bits.
enum registers { NONE = 0, YMM = 0x6, ZMM = 0xe6, APX = 0x80000 };

static unsigned long long kept_registers(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 0;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (unsigned long long)high << 32 | low;
}

static unsigned long long has(unsigned leaf, unsigned subleaf, char word, int bit, unsigned long long registers) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(leaf, subleaf, &a, &b, &c, &d)) return 0;
  unsigned value = word == 'A' ? a : word == 'B' ? b : word == 'C' ? c : d;
  return (value >> bit & 1) && (kept_registers() & registers) == registers;
}
#endif

unsigned long long kernels_processor_has(void) {
#define HAS(bit, name, macro, leaf, subleaf, word, place, registers) \
  | has(leaf, subleaf, #word[0], place, registers) << bit
  return 0 KERNELS_INSTRUCTION_SETS(HAS);
}

const char *kernels_instruction_set(int number) {
#define NAME(bit, name, ...) \
  if (number == bit) return name;
  KERNELS_INSTRUCTION_SETS(NAME)
  (void)number; // of processors whose instruction sets are not told apart
  return NULL;
}
