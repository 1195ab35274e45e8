// The frame header as it lies in bytes: little-endian, 32 bytes. The layout is that of Sources/Transport/Frame/Frame.swift,
// whose comment describes it; `bench` would find every request failed if the two disagreed.
#ifndef RELAY_FRAME_H
#define RELAY_FRAME_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
  FRAME_HEADER_SIZE = 32,
  FRAME_SIZE_FIELD_SIZE = 4,
  FRAME_SIZE_MAX = 16 << 20,
  FRAME_CONTEXT_SIZE_MAX = 4 << 20,
};

enum frame_type { FRAME_HELLO = 1, FRAME_REQUEST, FRAME_RESPONSE, FRAME_ERROR, FRAME_CANCEL, FRAME_GOAWAY };

// gRPC codes.
enum frame_status { STATUS_DEADLINE_EXCEEDED = 4, STATUS_RESOURCE_EXHAUSTED = 8 };

// The header byte for byte; every field lies at a multiple of its size, so there is no padding.
struct frame_header {
  uint32_t size;  // of everything behind this field
  uint8_t type;
  uint8_t flags;
  uint16_t field_count;
  uint64_t id;
  uint32_t deadline;  // remaining microseconds, 0 = none
  uint16_t hops_left;
  uint16_t status;
  uint32_t context_size;
  uint32_t payload_size;
};
_Static_assert(sizeof(struct frame_header) == FRAME_HEADER_SIZE, "the header has no padding");
_Static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "the header is read and written as it lies in memory");

// Copies the header out: received frames lie at any address.
static inline struct frame_header frame_load(const uint8_t *bytes) {
  struct frame_header header;
  memcpy(&header, bytes, sizeof header);
  return header;
}

static inline void frame_store(uint8_t *bytes, const struct frame_header *header) {
  memcpy(bytes, header, sizeof *header);
}

static inline size_t frame_total_size(const struct frame_header *header) {
  return (size_t)header->size + FRAME_SIZE_FIELD_SIZE;
}

// The checks that the node makes of a frame without header fields; with fields it makes more.
static inline bool frame_is_valid(const struct frame_header *header) {
  const size_t size = frame_total_size(header);
  return size >= FRAME_HEADER_SIZE && size <= FRAME_SIZE_MAX && header->context_size <= FRAME_CONTEXT_SIZE_MAX &&
         (uint64_t)header->context_size + header->payload_size + FRAME_HEADER_SIZE <= size &&
         header->type >= FRAME_HELLO && header->type <= FRAME_GOAWAY;
}

#endif
