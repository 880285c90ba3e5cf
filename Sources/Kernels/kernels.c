#define _GNU_SOURCE // sched_getaffinity
#include "kernels.h"

#include <sched.h>

void kernels_flush_denormals(void) {
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040); // flush results to zero, read denormals as zero
#elif defined(__aarch64__)
  unsigned long control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  __asm__ volatile("msr fpcr, %0" : : "r"(control | (1ul << 24)));
#endif
}

int kernels_bound_processors(void) {
  // Far more than the 1,024 processors of one cpu_set_t: the system refuses a mask that is too small for it.
  cpu_set_t masks[64];
  CPU_ZERO_S(sizeof masks, masks);
  return sched_getaffinity(0, sizeof masks, masks) == 0 ? CPU_COUNT_S(sizeof masks, masks) : 0;
}
