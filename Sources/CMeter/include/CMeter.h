// Counts what this process asks of the allocator and of the kernel, by defining the functions itself and forwarding.
// Linked into the executable only; compiled to nothing under a sanitizer, which interposes malloc too.
#ifndef CTXCHAIN_CMETER_H
#define CTXCHAIN_CMETER_H

#include "CProfile.h"

#include <stdbool.h>
#include <stdint.h>

struct ctx_meter {
  /// Calls of malloc, calloc, realloc, posix_memalign, aligned_alloc and memalign.
  uint64_t allocations;
  /// Bytes asked for by them.
  uint64_t allocated_size;
  /// Calls of read, write, readv, writev, send, recv, sendmsg, recvmsg, accept4, epoll_wait and epoll_ctl.
  uint64_t system_calls;
};

/// Counts of the calling thread since it started.
struct ctx_meter ctx_meter_read(void);

/// Of the calling thread since it started.
struct ctx_arc_counts {
  uint64_t retains;
  uint64_t releases;
  uint64_t casts;
};

/// False when nobody counts them (see CArcMeter).
bool ctx_meter_read_arc(struct ctx_arc_counts *counts);

/// 1 when the counters are compiled in, 0 under a sanitizer.
int ctx_meter_is_active(void);

#endif
