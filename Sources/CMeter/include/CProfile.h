// Samples the calling thread's stack while it works: by CPU time, and by bytes allocated. Part of CMeter, because only
// who defines malloc can sample it; compiled to nothing under a sanitizer.
#ifndef CTXCHAIN_CPROFILE_H
#define CTXCHAIN_CPROFILE_H

#include <stddef.h>
#include <stdint.h>

/// Return addresses that a sample holds at most; of a deeper stack the innermost.
#define CTX_PROFILE_DEPTH_MAX 256

enum ctx_profile_clock {
  /// Nothing is sampled: a sanitizer's build, or the kernel offers neither of the two.
  CTX_PROFILE_NONE = 0,
  /// A software event of the kernel, exact to the period.
  CTX_PROFILE_PERF = 1,
  /// A timer on the thread's CPU clock, which the kernel looks at once per tick; used where perf is not allowed.
  CTX_PROFILE_TIMER = 2,
};

struct ctx_profile_sample {
  /// 0: CPU time, 1: an allocation.
  uint32_t kind;
  uint32_t depth;
  /// Periods of CPU time, or bytes.
  uint64_t weight;
  /// `depth` addresses from the innermost; but for the innermost of CPU time, each lies in the call's instruction.
  const uint64_t *addresses;
};

struct ctx_profile_totals {
  uint64_t cpu_samples;
  uint64_t allocation_samples;
  /// Samples that were not kept: the buffer was full, or the stack could not be walked.
  uint64_t lost_samples;
};

/// Starts to sample the calling thread.
///
/// `period`: nanoseconds of CPU time between samples. `gap`: bytes allocated between samples, in the mean.
/// `buffer_size`: bytes for samples. Returns how CPU time is sampled, or CTX_PROFILE_NONE with nothing started.
enum ctx_profile_clock ctx_profile_start(int64_t period, uint64_t gap, size_t buffer_size);

/// Ends the sampling; the samples stay until the next start or `ctx_profile_discard`.
struct ctx_profile_totals ctx_profile_stop(void);

/// The sample at `*position` (from 0), which moves to the next. Returns 0 behind the last.
int ctx_profile_next(size_t *position, struct ctx_profile_sample *sample);

void ctx_profile_discard(void);

struct ctx_profile_module {
  /// What an address is above the file's own, and the range that its code takes.
  uint64_t base, start, end;
  /// Empty for the executable.
  const char *path;
};

/// Calls `visit` for each module of the process that has code.
void ctx_profile_modules(void (*visit)(struct ctx_profile_module module, void *context), void *context);

#endif
