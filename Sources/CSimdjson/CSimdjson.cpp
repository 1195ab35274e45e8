// One reader per thread, whose memory is used again.

#include "CSimdjson.h"

#include <cmath>
#include <simdjson.h>

using namespace simdjson;

namespace {

/// Of bytes that a reader keeps room for; what a larger message took is given back at the next smaller one.
constexpr size_t kept_size_max = 256 << 10;

/// Up to which every integer is a double.
constexpr double exact_max = 9007199254740992.0;

struct Reader {
  dom::parser parser;
  dom::object::iterator next;
  dom::object::iterator end;
};

thread_local Reader reader;

}  // namespace

bool ctx_json_read(const void *bytes, size_t size) {
  if (reader.parser.capacity() > kept_size_max && size <= kept_size_max) reader.parser = dom::parser();
  // Copied by the parser into memory with the room behind that it reads into.
  const auto parsed = reader.parser.parse(static_cast<const uint8_t *>(bytes), size).get_object();
  if (parsed.error() != SUCCESS) {
    reader.next = reader.end;
    return false;
  }
  reader.next = parsed.value_unsafe().begin();
  reader.end = parsed.value_unsafe().end();
  return true;
}

bool ctx_json_next(ctx_json_member *member) {
  if (!(reader.next != reader.end)) return false;
  const std::string_view name = reader.next.key();
  const dom::element value = reader.next.value();
  member->name = name.data();
  member->name_size = name.size();
  switch (value.type()) {
    case dom::element_type::STRING: {
      const std::string_view text = value.get_string().value_unsafe();
      member->text = text.data();
      member->text_size = text.size();
      member->kind = ctx_json_text;
      break;
    }
    case dom::element_type::INT64:
      member->integer = value.get_int64().value_unsafe();
      member->kind = ctx_json_integer;
      break;
    case dom::element_type::DOUBLE: {
      const double number = value.get_double().value_unsafe();
      const bool is_exact = std::fabs(number) <= exact_max && std::trunc(number) == number;
      member->integer = is_exact ? static_cast<int64_t>(number) : 0;
      member->kind = is_exact ? ctx_json_integer : ctx_json_other;
      break;
    }
    default: member->kind = ctx_json_other;
  }
  ++reader.next;
  return true;
}
