// What stands in place of ICU's 30 MB of data in the image: a table of contents with nothing in it (ICU's own `stubdata.cpp` has
// the same form). ICU is linked because Yams imports all of Foundation; nothing that the program does asks it for data.
#include <stdint.h>

__attribute__((aligned(16))) const struct {
  uint16_t headerSize;
  uint8_t magic[2];
  struct {
    uint16_t size, reserved;
    uint8_t isBigEndian, charsetFamily, sizeofUChar, reserved2;
    uint8_t dataFormat[4], formatVersion[4], dataVersion[4];
  } info;
  char padding[8];
  uint32_t count, reserved;
} ICU_DATA = {32, {0xda, 0x27}, {20, 0, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, 0, 2, 0, {'T', 'o', 'c', 'P'}, {1}, {0}}, "stub", 0, 0};
