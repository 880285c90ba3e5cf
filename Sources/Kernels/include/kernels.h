// What Swift cannot say: a few instructions of the processor. The engine's loops are Swift, but for those of bf16.h.
#ifndef AANET_KERNELS_H
#define AANET_KERNELS_H

#include "bf16.h"
#include "bf16_vectors.h"
#include "instruction_sets.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// Tells the processor that this is a waiting loop.
static inline void kernels_relax(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Ends a thread's writing past the caches: what it wrote so is there before all that it writes next.
static inline void kernels_end_stream(void) {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

/// Makes the calling thread treat numbers below the normal range as zero. Such numbers appear when momentum
/// fades out, and each costs a hundred cycles otherwise.
void kernels_flush_denormals(void);

/// How many processors the calling thread is bound to (its affinity mask); 0 where the system does not say.
int kernels_bound_processors(void);

#endif
