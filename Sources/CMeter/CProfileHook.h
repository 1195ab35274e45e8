// What the interposed allocator calls.
#ifndef CTXCHAIN_CPROFILEHOOK_H
#define CTXCHAIN_CPROFILEHOOK_H

#include <stddef.h>

/// 1 while allocations are sampled: all that they cost otherwise is a look at it.
extern int ctx_profile_samples_allocations;

/// `caller`: the return address of the allocating function.
void ctx_profile_did_allocate(size_t size, const void *caller);

#endif
