// JSON read by simdjson, whose interface is C++: the members of one object, each of a type known only when it is met.
#ifndef CTXCHAIN_CSIMDJSON_H
#define CTXCHAIN_CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ctx_json_kind {
  ctx_json_text = 0,
  /// Written as a fraction or with an exponent, too, when that is exact: `1.0`.
  ctx_json_integer = 1,
  /// A fraction, an integer that does not fit, a truth value, null, an array or an object.
  ctx_json_other = 2,
} ctx_json_kind;

/// UTF-8, in memory of the reader.
typedef struct ctx_json_member {
  const void *name;
  size_t name_size;
  const void *text;
  size_t text_size;
  int64_t integer;
  ctx_json_kind kind;
} ctx_json_member;

/// Reads an object in place of the one that this thread has read before. Returns false when the bytes are no JSON, no
/// object, nested more than 1024 deep, or have an integer of more than 64 bits. They may go afterwards; members stay until
/// the next call on this thread.
bool ctx_json_read(const void *bytes, size_t size);

/// Hands out the next member of the object, in the order of the bytes. Returns false after the last.
bool ctx_json_next(ctx_json_member *member);

#ifdef __cplusplus
}
#endif

#endif
