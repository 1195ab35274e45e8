// Sixteen bytes at a time.

/// The same byte in all lanes. Operators between two vectors are instructions; those between a vector and a number are
/// loops.
@inline(__always)
func all(_ byte: UInt8) -> SIMD16<UInt8> { SIMD16(repeating: byte) }
