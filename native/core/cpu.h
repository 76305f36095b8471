// What the processor under this process can execute. The only place that asks it.
#pragma once

#include <cstddef>

namespace pronghorn {

// Each answer includes that the operating system saves the registers.
bool cpu_has_avx2();         // with FMA
bool cpu_has_avx512();       // F, BW, DQ, VL
bool cpu_has_avx512_bf16();  // and products of bfloat16 pairs
bool cpu_has_amx_bf16();     // and of matrix tiles of them

// Have the system let this process, all of its threads, use the tile registers, 8 KiB that it saves
// where they are in use; false where it does not. Linux grants them to those that ask, and from
// then on refuses alternative signal stacks that could not hold them: so asked only at need.
bool request_amx();

// The processor's name for people, cut to fit; "unknown" where it does not say.
void cpu_name(char* out, size_t size);

}  // namespace pronghorn
