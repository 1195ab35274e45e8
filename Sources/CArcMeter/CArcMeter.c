#define _GNU_SOURCE
#include "CArcMeter.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

// The runtime's own calls (the elements of an array that is freed) do not come through here: they are bound inside it.

static __thread struct ctx_arc arc __attribute__((tls_model("initial-exec")));

__attribute__((visibility("default"))) struct ctx_arc ctx_arc_read(void) { return arc; }

// A call of one reference, or of `n`. Unlike malloc nothing here is called while the library is being bound, but other
// constructors may come first.
#define COUNTED(name, field)                                                    \
  __attribute__((visibility("default"))) void *name(void *object) {             \
    static void *(*next)(void *);                                               \
    if (next == NULL) next = (void *(*)(void *))dlsym(RTLD_NEXT, #name);        \
    arc.field++;                                                                \
    return next(object);                                                        \
  }

#define COUNTED_N(name, field)                                                  \
  __attribute__((visibility("default"))) void *name(void *object, uint32_t n) { \
    static void *(*next)(void *, uint32_t);                                     \
    if (next == NULL) next = (void *(*)(void *, uint32_t))dlsym(RTLD_NEXT, #name); \
    arc.field += n;                                                             \
    return next(object, n);                                                     \
  }

COUNTED(swift_retain, retains)
COUNTED(swift_release, releases)
COUNTED(swift_bridgeObjectRetain, retains)
COUNTED(swift_bridgeObjectRelease, releases)
COUNTED_N(swift_retain_n, retains)
COUNTED_N(swift_release_n, releases)
COUNTED_N(swift_bridgeObjectRetain_n, retains)
COUNTED_N(swift_bridgeObjectRelease_n, releases)

// A cast of a value; of an object to a class, which is nil or a fault when it fails.

__attribute__((visibility("default"))) bool swift_dynamicCast(void *to, void *from, const void *from_type,
                                                              const void *to_type, size_t flags) {
  static bool (*next)(void *, void *, const void *, const void *, size_t);
  if (next == NULL) {
    next = (bool (*)(void *, void *, const void *, const void *, size_t))dlsym(RTLD_NEXT, "swift_dynamicCast");
  }
  arc.casts++;
  return next(to, from, from_type, to_type, flags);
}

#define COUNTED_CLASS_CAST(name)                                                    \
  __attribute__((visibility("default"))) const void *name(const void *object, const void *type) { \
    static const void *(*next)(const void *, const void *);                         \
    if (next == NULL) next = (const void *(*)(const void *, const void *))dlsym(RTLD_NEXT, #name); \
    arc.casts++;                                                                    \
    return next(object, type);                                                      \
  }

COUNTED_CLASS_CAST(swift_dynamicCastClass)
COUNTED_CLASS_CAST(swift_dynamicCastUnknownClass)
