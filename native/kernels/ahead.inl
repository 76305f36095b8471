// What will be read soon, asked for before it is needed.

// Lines of `bytes` bytes into the cache of that level. The second has more of them under way at a
// time, but a full queue drops what is asked of it; the first one's makes the asking wait.
template <int kLevel>
inline void bring(const char* first, size_t bytes) {
    constexpr int kLocality = 4 - kLevel;
    for (size_t b = 0; b < bytes; b += RowsAhead::kLineBytes) {
        __builtin_prefetch(first + b, 0, kLocality);
    }
}

// So many lines of `rows`; the next time goes on behind them.
inline void bring(RowsAhead& rows, size_t lines) {
    while (lines > 0 && rows.rows > 0) {
        const char* row = static_cast<const char*>(rows.source) +
                          static_cast<ptrdiff_t>(*rows.index) * rows.row_bytes;
        const size_t left = rows.bytes - rows.done, most = lines * RowsAhead::kLineBytes;
        bring<1>(row + rows.done, left < most ? left : most);
        if (most < left) {
            rows.done += most;
            return;
        }
        lines -= (left + RowsAhead::kLineBytes - 1) / RowsAhead::kLineBytes;
        rows.done = 0;
        ++rows.index;
        --rows.rows;
    }
}
