// Counts retains, releases and dynamic casts, by standing in front of the Swift runtime: a library that is loaded before it
// (LD_PRELOAD) into processes that are counted and never timed.
#ifndef CTXCHAIN_CARCMETER_H
#define CTXCHAIN_CARCMETER_H

#include <stdint.h>

struct ctx_arc {
  uint64_t retains;
  uint64_t releases;
  /// Of `as?`, `as!` and `is` that are decided at run time.
  uint64_t casts;
};

/// Counts of the calling thread since it started.
struct ctx_arc ctx_arc_read(void);

#endif
