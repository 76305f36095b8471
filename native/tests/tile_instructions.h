// The instructions of AMX for processors without it: while an object of this class lives, one that
// the processor refuses is decoded and carried out as the manual defines it (Intel 64 and IA-32
// Architectures Software Developer's Manual), and one that the manual refuses ends the program.
#pragma once

namespace check {

class TileInstructions {
  public:
    TileInstructions();
    ~TileInstructions();
    TileInstructions(const TileInstructions&) = delete;
    TileInstructions& operator=(const TileInstructions&) = delete;

    // How many sums of products were carried out, by all threads.
    static long products();
    // Whether this thread's tiles are configured.
    static bool are_in_use();
};

}  // namespace check
